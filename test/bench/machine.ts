/** What this machine is, and the most it can do: bytes read and operations done in a second, by WebAssembly's two-lane SIMD. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { timed } from "./measure";

/** Facts for bench.json. */
export interface MachineFacts {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
}

export function machineFacts(): MachineFacts {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

/** Limits of one thread, by WebAssembly's two-lane SIMD. */
export interface Limits {
  /** Bytes a second when a set of so many bytes is read again and again. */
  bandwidth(bytes: number): number;
  /** Multiplications and additions a second, on numbers that stay in registers. */
  readonly flops: number;
}

/** AssemblyScript. Six chains and six loads; twelve chains and two constants, twice: what the registers hold. */
const names = [..."abcdefghijkl"];
const turn = names.map((name) => `${name} = f64x2.add(f64x2.mul(${name}, m), n);`).join(" ");
const source = `
export function read(first: usize, end: usize): f64 {
  let a = f64x2.splat(0), b = a, c = a, d = a, e = a, f = a;
  for (let at = first; at < end; at += 96) {
    a = f64x2.add(a, v128.load(at, 0)); b = f64x2.add(b, v128.load(at, 16)); c = f64x2.add(c, v128.load(at, 32));
    d = f64x2.add(d, v128.load(at, 48)); e = f64x2.add(e, v128.load(at, 64)); f = f64x2.add(f, v128.load(at, 80));
  }
  const sum = f64x2.add(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)), f64x2.add(e, f));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
export function multiplyAdd(rounds: i32): f64 {
  const m = f64x2.splat(0.5), n = f64x2.splat(0.75);
  let ${names.map((name, i) => `${name} = f64x2.splat(${i})`).join(", ")}, sum = f64x2.splat(0);
  for (let round = 0; round < rounds; round++) { ${turn} ${turn} }
  ${names.map((name) => `sum = f64x2.add(sum, ${name});`).join(" ")}
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
`;
const operationsPerRound = 2 * names.length * 4;
const bytesPerPass = 96;

interface WasmFunctions {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  read(first: number, end: number): number;
  multiplyAdd(rounds: number): number;
}

/** Compiles the two loops in a temporary folder. */
function compileKernels(folder: string): WasmFunctions {
  const file = join(folder, "limits.ts");
  const binary = join(folder, "limits.wasm");
  writeFileSync(file, source);
  const compiler = require.resolve("assemblyscript/bin/asc.js");
  const options = ["-o", binary, "-O3", "--runtime", "stub", "--enable", "simd"];
  const run = spawnSync(process.execPath, [compiler, file, ...options], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`bench: the loops that measure the machine do not compile\n${run.stderr}`);
  // the types of ES2022 do not know WebAssembly
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyTypes }).WebAssembly;
  return new Instance(new Module(readFileSync(binary)), { env: { abort() {} } }).exports as WasmFunctions;
}

interface WebAssemblyTypes {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

/** The least of several times: what the machine can do when nobody disturbs it. */
function least(work: () => void, seconds: number): number {
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 1000 * seconds;
  do best = Math.min(best, timed(work));
  while (performance.now() < end);
  return best;
}

/**
 * Measures the limits: the rate of operations at once, the bandwidth for a size of set when it is asked for.
 *
 * @param folder a temporary folder
 * @param seconds how long each measurement may take
 */
export function measureLimits(folder: string, seconds: number): Limits {
  const wasm = compileKernels(folder);
  const rounds = 20_000;
  for (let i = 0; i < 50; i++) wasm.multiplyAdd(100);
  const flops = (operationsPerRound * rounds) / least(() => wasm.multiplyAdd(rounds), seconds);
  const known = new Map<number, number>();
  const bandwidth = (bytes: number): number => {
    const size = bytesPerPass * Math.ceil(bytes / bytesPerPass);
    const first = 65536;
    const pages = Math.ceil((first + size - wasm.memory.buffer.byteLength) / 65536);
    if (pages > 0) wasm.memory.grow(pages);
    const repeats = Math.max(1, Math.round(4e7 / size));
    const work = (): void => {
      for (let i = 0; i < repeats; i++) wasm.read(first, first + size);
    };
    work();
    const rate = known.get(size) ?? (size * repeats) / least(work, seconds);
    known.set(size, rate);
    return rate;
  };
  return { bandwidth, flops };
}
