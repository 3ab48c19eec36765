/**
 * The compiled functions and the memory they work on.
 *
 * One shared WebAssembly memory holds everything and grows on demand, up to 4 GiB. Being shared, it never moves: views made
 * before it grew stay valid. Blocks are handed out first-fit from a list of free ranges, in multiples of 64 bytes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeFolder } from "../places";
import { checkCount, reject } from "./check";

// TypeScript knows WebAssembly only in browsers. What is used of it:
interface KernelMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: {
  readonly Memory: new (shape: { initial: number; maximum: number; shared: boolean }) => KernelMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** The functions of lib/wasm/assembly; pointers are byte offsets into the memory, as `array.byteOffset` gives them. */
export interface WasmFunctions {
  tanhInto(x: number, out: number, n: number): void;
  logisticInto(x: number, out: number, n: number): void;
  multiply(A: number, stride: number, x: number, out: number, rows: number, columns: number): void;
  multiplyTransposed(A: number, x: number, out: number, odd: number, rows: number, columns: number): void;
  simulate(run: number, input: number, steps: number, output: number): number;
  force(
    run: number,
    input: number,
    target: number,
    firstStep: number,
    steps: number,
    output: number,
    readoutNorm: number,
  ): number;
  simulateTogether(run: number, input: number, steps: number, output: number): number;
  forceTogether(
    run: number,
    input: number,
    target: number,
    firstStep: number,
    steps: number,
    output: number,
    readoutNorm: number,
  ): number;
  simulateEnsemble(members: number, count: number, steps: number): number;
  secondState(): number;
  secondDone(): number;
  giveUp(): number;
  serve(): void;
  factorize(A: number, n: number, padded: number, pivots: number, work: number): number;
  solve(A: number, n: number, padded: number, pivots: number, x: number): void;
  solveTransposed(A: number, n: number, padded: number, pivots: number, x: number): void;
  gemm(
    C: number,
    strideC: number,
    A: number,
    strideA: number,
    isTransposedA: number,
    B: number,
    strideB: number,
    isTransposedB: number,
    m: number,
    n: number,
    k: number,
    sign: number,
    work: number,
  ): void;
  hessenberg(A: number, n: number, rows: number, first: number, v: number, w: number, v2: number, w2: number): void;
  reducePanels(A: number, n: number, columns: number, room: number): void;
  dot(a: number, b: number, n: number): number;
  demoteMatrix(A: number, n: number, single: number, padded: number): void;
  factorizeSingle(A: number, n: number, padded: number, pivots: number, work: number): number;
  solveSingle(A: number, n: number, padded: number, pivots: number, x: number): void;
  extendedRates(x: number, xLow: number, r: number, n: number, isLogistic: number): void;
  extendedVelocity(
    W: number,
    r: number,
    x: number,
    xLow: number,
    drive: number,
    out: number,
    outLow: number,
    n: number,
  ): void;
  fillJacobian(W: number, s: number, J: number, n: number): void;
  sweep(
    H: number,
    stride: number,
    top: number,
    l: number,
    m: number,
    end: number,
    columns: number,
    p: number,
    q: number,
    r: number,
    waiting: number,
  ): void;
  chase(H: number, stride: number, l: number, end: number, shifts: number, bulges: number, room: number): void;
}

const PAGE = 65536;
const MAXIMUM_PAGES = 65536; // 4 GiB
const ALIGNMENT = 64;

interface Range {
  at: number;
  bytes: number;
}

let wasm: WasmFunctions | undefined;
let compiled: object;
let memory: KernelMemory;
/** Free ranges by ascending address, never adjacent. */
const free: Range[] = [];
/** Bytes of each block in use, by address. */
const used = new Map<number, number>();
/** Every buffer object of the one memory: growing makes a new one for the same bytes. */
const buffers = new WeakSet<ArrayBufferLike>();
const live = new WeakSet<Float64Array>();
const collected = new FinalizationRegistry<number>(giveBack);

/**
 * The compiled functions, loaded at the first call.
 *
 * @returns the functions of lib/wasm/assembly
 * @throws Error if rnn.wasm is missing or does not fit
 */
export function loadWasm(): WasmFunctions {
  if (wasm !== undefined) return wasm;
  const file = join(codeFolder, "rnn.wasm");
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new Error(`The compiled wasm is missing (${file}): run "npm start" once, which builds them.`);
  }
  compiled = compile(bytes, file);
  memory = reserve();
  buffers.add(memory.buffer);
  const { heapBase, ...functions } = instantiate(compiled, memory) as { heapBase: { value: number } };
  const start = roundUp(heapBase.value, ALIGNMENT);
  free.push({ at: start, bytes: memory.buffer.byteLength - start });
  wasm = functions as unknown as WasmFunctions;
  return wasm;
}

function instantiate(module: object, shared: KernelMemory): object {
  const abort = (): never => {
    throw new Error("wasm stopped: this is a defect of rnn-dynamics");
  };
  return new WebAssembly.Instance(module, { env: { memory: shared, abort } }).exports;
}

/** What another thread needs to run the same functions on the same memory; can be sent as `workerData`. */
export interface WasmParts {
  readonly module: object;
  readonly memory: object;
}

/** The parts of this thread's wasm, for `joinWasm` in another. */
export function wasmParts(): WasmParts {
  loadWasm();
  return { module: compiled, memory };
}

/**
 * The functions of another thread, on its memory. Nothing must be allocated through them: only that thread knows what is
 * free.
 *
 * @param parts from `wasmParts` of that thread
 */
export function joinWasm(parts: WasmParts): WasmFunctions {
  return instantiate(parts.module, parts.memory as KernelMemory) as WasmFunctions;
}

function reserve(): KernelMemory {
  try {
    return new WebAssembly.Memory({ initial: 16, maximum: MAXIMUM_PAGES, shared: true });
  } catch {
    // V8 reserves the largest size and guard pages around it, whatever is used
    throw new Error("The compiled wasm needs 12 GB of address space (not of memory): raise its limit, see ulimit -v.");
  }
}

function compile(bytes: Uint8Array, file: string): object {
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    throw new Error(`The compiled wasm is damaged (${file}): delete this file and run "npm start", which rebuilds it.`);
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Address of a new block. */
function allocate(where: string, bytes: number): number {
  const size = roundUp(bytes, ALIGNMENT);
  let i = free.findIndex((range) => range.bytes >= size);
  if (i < 0) {
    grow(where, size);
    i = free.length - 1;
  }
  const range = free[i];
  const at = range.at;
  range.at += size;
  range.bytes -= size;
  if (range.bytes === 0) free.splice(i, 1);
  used.set(at, size);
  return at;
}

/** Makes the last free range at least `size` bytes long. */
function grow(where: string, size: number): void {
  const top = memory.buffer.byteLength;
  const last = free[free.length - 1];
  const atTop = last !== undefined && last.at + last.bytes === top ? last.bytes : 0;
  const pages = Math.ceil((size - atTop) / PAGE);
  const limit = MAXIMUM_PAGES - 1 - top / PAGE; // one page less, so that the end is a 32-bit number
  const inUse = [...used.values()].reduce((sum, bytes) => sum + bytes, 0);
  const got = `needs ${size} bytes (${inUse} are in use)`;
  // what nobody holds any more is given back between two turns of the event loop, see wasmArray
  const advice = "hold fewer arrays and flows, and await something now and then, or those let go are not given back";
  if (pages > limit) reject(where, "array", got, `at most ${atTop + limit * PAGE}: ${advice}`);
  // by an eighth more than asked for, so that many small requests grow the memory only now and then
  const added = Math.min(limit, Math.max(pages, Math.ceil(top / PAGE / 8)));
  try {
    memory.grow(added);
  } catch {
    reject(where, "array", got, "less: the operating system gives no more memory");
  }
  buffers.add(memory.buffer);
  if (atTop > 0) last.bytes += added * PAGE;
  else free.push({ at: top, bytes: added * PAGE });
}

function giveBack(at: number): void {
  const bytes = used.get(at);
  if (bytes === undefined) return;
  used.delete(at);
  let i = 0; // index of the first free range above
  for (let end = free.length; i < end; ) {
    const middle = (i + end) >> 1;
    if (free[middle].at < at) i = middle + 1;
    else end = middle;
  }
  const below = free[i - 1];
  const above = free[i];
  const joinsBelow = below !== undefined && below.at + below.bytes === at;
  const joinsAbove = above !== undefined && at + bytes === above.at;
  if (joinsBelow && joinsAbove) {
    below.bytes += bytes + above.bytes;
    free.splice(i, 1);
  } else if (joinsBelow) {
    below.bytes += bytes;
  } else if (joinsAbove) {
    above.at = at;
    above.bytes += bytes;
  } else {
    free.splice(i, 0, { at, bytes });
  }
}

/**
 * A Float64Array of zeros in wasm memory: functions of this package that are given one work on it without a copy.
 *
 * The memory is given back when the array is collected, or at once by `releaseWasmArray`. A loop that makes many should
 * release them: collection waits until the program is idle. A `subarray` does not keep the memory of its parent.
 *
 * @param length number of components
 * @returns the array, on shared memory (copy it with `slice()` where a SharedArrayBuffer is not accepted)
 * @throws RangeError if length is not a positive integer, or more memory is needed than there is
 */
export function wasmArray(length: number): Float64Array {
  checkCount("wasmArray", "length", length);
  loadWasm();
  const at = allocate("wasmArray", length * 8);
  buffers.add(memory.buffer); // V8 makes a new object also when another shared memory of the process grows
  const array = new Float64Array(memory.buffer, at, length).fill(0);
  live.add(array);
  collected.register(array, at, array);
  return array;
}

/**
 * Gives the memory of an array from `wasmArray` back at once. The array must not be used afterwards: others get its
 * memory.
 *
 * @param array from wasmArray, in use
 * @throws RangeError if it is not from wasmArray, or already released
 */
export function releaseWasmArray(array: Float64Array): void {
  if (!live.delete(array)) reject("releaseWasmArray", "array", array, "one from wasmArray, not yet released");
  collected.unregister(array);
  giveBack(array.byteOffset);
}

/** Whether an array lies in wasm memory. */
export function isResident(array: Float64Array): boolean {
  return buffers.has(array.buffer);
}

/** Bytes handed out at this moment. */
export function wasmBytesInUse(): number {
  return [...used.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** A record that wasm reads and writes: its class in the assembly says where the fields lie. */
export class WasmRecord<IntField extends string, FloatField extends string = never> {
  private readonly at: Readonly<Record<string, number>>;
  private readonly view: DataView;

  /**
   * @param kind name of the enumeration of its offsets
   * @param room at least `recordBytes(kind)` bytes, as from `wasmArray`
   */
  constructor(
    kind: RecordKind,
    private readonly room: Float64Array,
  ) {
    this.at = offsetsOf(kind);
    this.view = new DataView(room.buffer, room.byteOffset, room.byteLength);
  }

  get address(): number {
    return this.room.byteOffset;
  }
  int(field: IntField): number {
    return this.view.getInt32(this.at[field], true);
  }
  float(field: FloatField): number {
    return this.view.getFloat64(this.at[field], true);
  }

  /** Writes whole numbers; an array stands for its address. */
  setInts(values: Partial<Record<IntField, number | Float64Array | Float32Array>>): void {
    for (const [field, value] of Object.entries(values) as [IntField, number | Float64Array | Float32Array][])
      this.view.setInt32(this.at[field], typeof value === "number" ? value : value.byteOffset, true);
  }
  setFloats(values: Partial<Record<FloatField, number>>): void {
    for (const [field, value] of Object.entries(values) as [FloatField, number][])
      this.view.setFloat64(this.at[field], value, true);
  }
}

type RecordKind = "RunAt" | "MemberAt";

/** Length of a record, a multiple of eight. */
export function recordBytes(kind: RecordKind): number {
  return offsetsOf(kind).end;
}

/** Offsets of the fields of a record in bytes; `end` is its length. */
function offsetsOf(kind: RecordKind): Record<string, number> {
  const known = offsets.get(kind);
  if (known) return known;
  const told = Object.entries(loadWasm() as unknown as Record<string, { value: number }>);
  const own = told.filter(([name]) => name.startsWith(`${kind}.`));
  const found = Object.fromEntries(own.map(([name, { value }]) => [name.slice(kind.length + 1), value]));
  offsets.set(kind, found);
  return found;
}

const offsets = new Map<RecordKind, Record<string, number>>();
