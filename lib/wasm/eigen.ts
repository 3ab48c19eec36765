import type { Matrix } from "ml-matrix";
import { checkCount, checkMatrix, checkVector, reject } from "./check";
import { loadWasm, releaseWasmArray, wasmArray } from "./memory";
import {
  blockStart,
  checkIterations,
  type DeflationRoom,
  deflate,
  deflationRoom,
  exceptionalShifts,
  hessenbergNorm,
  type ShiftPair,
  shiftsFor,
  solveTwoByTwo,
  startSweep,
  type Workspace,
} from "./qr";
import { GEMM_WORK, norm, toRowMajor } from "./vector";

/**
 * Eigenvalues of a real square matrix: block by block if it is reducible, and each block by balancing, Householder reduction
 * to Hessenberg form, QR iteration. The passes over the matrix are in lib/wasm/assembly (eigen, hessenberg-panels, bulges,
 * gemm); what decides is here and in qr.ts.
 */

/** Eigenvalues re + i·im, sorted by descending real part, then descending imaginary part. */
export interface Eigenvalues {
  /** Real parts, (N). */
  readonly re: Float64Array;
  /** Imaginary parts, (N); complex ones come as conjugate pairs. */
  readonly im: Float64Array;
}

/**
 * All eigenvalues of a real square matrix.
 *
 * Where some rows and columns, in any order, make a block triangular matrix, the eigenvalues are those of the blocks: of a
 * network without a loop they are the diagonal, exactly.
 *
 * @param A matrix, (N×N)
 * @returns { re, im }, (N) each, by descending real part, then descending imaginary part
 * @throws RangeError if A is not square or holds a NaN or infinity
 */
export function eigenvalues(A: Matrix): Eigenvalues {
  checkMatrix("eigenvalues", "A", A);
  if (A.rows !== A.columns) reject("eigenvalues", "A", `is ${A.rows}×${A.columns}`, "a square matrix");
  return onlyValues(blockEigenvalues(toRowMajor(A), A.rows));
}

/**
 * All eigenvalues of a real square matrix given row by row.
 *
 * @param data matrix, row-major, (size·size); not changed
 * @param size number of rows N
 * @returns { re, im }, (N) each, by descending real part, then descending imaginary part
 * @throws RangeError if data has another length or holds a NaN or infinity
 */
export function eigenvaluesOf(data: Float64Array, size: number): Eigenvalues {
  checkCount("eigenvaluesOf", "size", size);
  checkVector("eigenvaluesOf", "data", data, size * size);
  return onlyValues(blockEigenvalues(data, size));
}

function onlyValues({ re, im }: Eigenvalues): Eigenvalues {
  return { re, im };
}

/** Eigenvalues, and for each the size of the block it is one of. */
export interface BlockEigenvalues extends Eigenvalues {
  /** ‖block‖ (Frobenius), (N): rounding errors, and what counts as zero, are parts of this. */
  readonly scale: Float64Array;
}

/** `eigenvaluesOf` with the size of the blocks, for data that were checked. */
export function blockEigenvalues(data: Float64Array, n: number): BlockEigenvalues {
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const scale = new Float64Array(n);
  let at = 0;
  for (const rows of irreducibleBlocks(data, n)) {
    const block = rows.length === n ? data : blockOf(data, n, rows);
    const found = rows.length === 1 ? { re: block, im: [0] } : irreducible(block, rows.length);
    re.set(found.re, at);
    im.set(found.im, at);
    scale.fill(norm(block), at, at + rows.length);
    at += rows.length;
  }
  const order = Array.from(re.keys()).sort((i, j) => descending(re[i], re[j]) || descending(im[i], im[j]));
  const sorted = (values: Float64Array) => Float64Array.from(order, (i) => values[i]);
  return { re: sorted(re), im: sorted(im), scale: sorted(scale) };
}

/** The block of some rows and the same columns. */
function blockOf(data: Float64Array, n: number, rows: readonly number[]): Float64Array {
  const block = new Float64Array(rows.length * rows.length);
  let at = 0;
  for (const i of rows) for (const j of rows) block[at++] = data[i * n + j];
  return block;
}

/** A difference would be NaN for two infinities. */
function descending(a: number, b: number): number {
  return a === b ? 0 : a > b ? -1 : 1;
}

/** The eigenvalues of one block, in no order. */
function irreducible(data: Float64Array, n: number): Eigenvalues {
  const stride = n + (n & 1); // wasm goes by pairs of rows and columns; the padding is zero
  const owned: Float64Array[] = [];
  const make = (length: number): Float64Array => {
    const array = wasmArray(length);
    owned.push(array);
    return array;
  };
  try {
    const h = make(stride * stride);
    for (let i = 0; i < n; i++) h.set(data.subarray(i * n, (i + 1) * n), i * stride);
    const scale = normalize(h);
    balance(h, n, stride);
    const rest = normalize(h); // times scale it may overflow, so the two stay apart
    reduce(h, stride, make);
    const waiting = make(5 * (stride + 2));
    const room = n >= LARGE ? deflationRoom(n, make) : undefined;
    const { re, im } = iterate({ h, stride, waiting }, n, room);
    return { re: re.map((x) => x * rest * scale), im: im.map((x) => x * rest * scale) };
  } finally {
    for (const array of owned) releaseWasmArray(array);
  }
}

/** Below this many rows, one pass per column is faster than panels. */
const PANELS_FROM = 128;
const PANEL = 32;

/** Reduction to Hessenberg form: by panels, as long as the rest is large. */
function reduce(h: Float64Array, n: number, make: (length: number) => Float64Array): void {
  const columns = PANEL * Math.ceil(Math.max(0, n - PANELS_FROM) / PANEL);
  if (columns > 0) {
    const room = make((4 * PANEL + 1) * n + PANEL * (PANEL + 2) + GEMM_WORK);
    loadWasm().reducePanels(h.byteOffset, n, columns, room.byteOffset);
  }
  const work = make(4 * n);
  const [v, w, v2, w2] = [0, 1, 2, 3].map((i) => work.byteOffset + 8 * n * i);
  loadWasm().hessenberg(h.byteOffset, n, n, columns, v, w, v2, w2);
}

/*
 * What is done to a matrix before its eigenvalues are computed: it is taken apart into irreducible blocks, and powers of two
 * bring each to a size, and its rows and columns to equal norms.
 */

/** Divides by the power of two that brings the largest entry between 1 and 2; returns it. */
export function normalize(h: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < h.length; i++) largest = Math.max(largest, Math.abs(h[i]));
  if (largest === 0) return 1;
  let scale = 1;
  for (; largest / scale >= 2; scale *= 2);
  for (; largest / scale < 1; scale /= 2);
  for (let i = 0; i < h.length; i++) h[i] /= scale;
  return scale;
}

/**
 * Scales rows and columns by powers of two until their 1-norms agree: D⁻¹ A D is exact, has the same eigenvalues, and
 * smaller rounding errors where A was badly scaled.
 */
export function balance(a: Float64Array, n: number, stride: number): void {
  // 100 rounds are never reached in practice; they bound the time on adversarial input
  for (let round = 0; round < 100 && isUnbalanced(a, n, stride); round++) {
    for (let i = 0; i < n; i++) {
      let column = 0;
      let row = 0;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        column += Math.abs(a[j * stride + i]);
        row += Math.abs(a[i * stride + j]);
      }
      const factor = balancingFactor(column, row);
      if (factor === 1) continue;
      for (let j = 0; j < n; j++) a[i * stride + j] /= factor;
      for (let j = 0; j < n; j++) a[j * stride + i] *= factor;
    }
  }
}

/** The power of two that brings the norms of a column (times it) and a row (divided by it) together, 1 if it is not worth it. */
function balancingFactor(column: number, row: number): number {
  if (column === 0 || row === 0) return 1;
  let factor = 1;
  let c = column;
  for (; c < row / 2 && factor < 1e100; factor *= 2) c *= 4;
  for (; c >= row * 2 && factor > 1e-100; factor /= 2) c /= 4;
  return (c + row) / factor < 0.95 * (column + row) ? factor : 1;
}

/** Whether any row would be scaled, found in one pass in the order of memory. */
function isUnbalanced(a: Float64Array, n: number, stride: number): boolean {
  const columns = new Float64Array(n);
  const rows = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) {
      const size = i === j ? 0 : Math.abs(a[i * stride + j]);
      columns[j] += size;
      row += size;
    }
    rows[i] = row;
  }
  return rows.some((row, i) => balancingFactor(columns[i], row) !== 1);
}

/**
 * The irreducible blocks of a matrix: the strongly connected components of the graph with an edge i → j wherever
 * a_ij ≠ 0 (Tarjan 1972). With its rows and columns in the order of the components the matrix is block triangular.
 *
 * LAPACK isolates single rows at either end only. Components find every block, a single row between two loops as well,
 * so that what one part of a network does to another cannot blur the eigenvalues of either.
 *
 * @param a row-major, (n·n)
 * @returns row numbers of each block, ascending in each
 */
function irreducibleBlocks(a: Float64Array, n: number): number[][] {
  // a dense matrix, the common case, is known after a row and a column
  if (reachesAll(a, n, n, 1) && reachesAll(a, n, 1, n)) return [Array.from({ length: n }, (_, i) => i)];
  const blocks: number[][] = [];
  const [number, low, next] = [new Int32Array(n).fill(-1), new Int32Array(n), new Int32Array(n)];
  const isWaiting = new Uint8Array(n);
  const waiting: number[] = [];
  const path: number[] = [];
  let visited = 0;
  const enter = (v: number): void => {
    number[v] = low[v] = visited++;
    isWaiting[v] = 1;
    waiting.push(v);
    path.push(v);
  };
  for (let root = 0; root < n; root++) {
    if (number[root] < 0) enter(root);
    while (path.length > 0) {
      const v = path[path.length - 1];
      let w = next[v];
      for (; w < n; w++) {
        if (a[v * n + w] === 0) continue;
        if (number[w] < 0) break;
        if (isWaiting[w] === 1 && number[w] < low[v]) low[v] = number[w];
      }
      next[v] = w + 1;
      if (w < n) {
        enter(w);
        continue;
      }
      path.pop();
      if (path.length > 0) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[v]);
      if (low[v] === number[v]) {
        const block = waiting.splice(waiting.lastIndexOf(v));
        for (const member of block) isWaiting[member] = 0;
        blocks.push(block.sort((i, j) => i - j));
      }
    }
  }
  return blocks;
}

/** Whether every row can be reached from row 0; v → w where the entry at v · from + w · to is not 0. */
function reachesAll(a: Float64Array, n: number, from: number, to: number): boolean {
  const isReached = new Uint8Array(n);
  const reached = [0];
  isReached[0] = 1;
  for (let k = 0; k < reached.length && reached.length < n; k++) {
    for (let w = 0; w < n; w++) {
      if (isReached[w] === 1 || a[reached[k] * from + w * to] === 0) continue;
      isReached[w] = 1;
      reached.push(w);
    }
  }
  return reached.length === n;
}

/*
 * Eigenvalues of a Hessenberg matrix by QR iteration: aggressive early deflation and many shifts at a time in large blocks,
 * Francis' double shift in small ones.
 */

/** Blocks of fewer rows are not worth a window. */
export const LARGE = 220;
/** Percentage of a window that must deflate for the next window to come without a sweep (LAPACK's nibble). */
const NIBBLE = 14;
/** Every so many sweeps without deflation, one takes shifts that belong to nothing, to break a cycle. */
const PATIENCE = 6;

/** The eigenvalues of the first n rows and columns, in the order of their rows. Changes the matrix. */
function iterate(work: Workspace, n: number, room: DeflationRoom | undefined): { re: Float64Array; im: Float64Array } {
  const { h, stride } = work;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const total = hessenbergNorm(h, n, stride);
  let iterations = 0;
  let shifts: ShiftPair[] = [];
  for (let end = n - 1; end >= 0; ) {
    const l = blockStart(h, stride, end, total);
    if (l >= end - 1) {
      if (l === end) re[end] = h[end * stride + end];
      else solveTwoByTwo(h, stride, end, re, im);
      end = l - 1;
      iterations = 0;
      continue;
    }
    iterations += 1;
    checkIterations(iterations);
    if (room === undefined || end - l + 1 < LARGE) {
      shifts = [];
      startSweep(work, l, end, shiftsFor(h, stride, end, iterations), { top: l, columns: end + 1 });
    } else if (shifts.length > 0) {
      chase(work, room, l, end, shifts);
      shifts = [];
    } else {
      const found = deflate(work, room, l, end);
      if (100 * found.deflated > NIBBLE * room.size) continue;
      const isStuck = (iterations >> 1) % PATIENCE === PATIENCE - 1; // windows and sweeps take turns
      shifts = isStuck ? foreignShifts(h, stride, end, room.pairs) : found.shifts;
    }
  }
  return { re, im };
}

/** One sweep with many pairs of shifts. */
function chase({ h, stride }: Workspace, room: DeflationRoom, l: number, end: number, shifts: ShiftPair[]): void {
  const pairs = Math.min(shifts.length, room.pairs);
  for (let i = 0; i < pairs; i++) room.shifts.set(shifts[i], 3 * i);
  loadWasm().chase(h.byteOffset, 8 * stride, l, end, room.shifts.byteOffset, pairs, room.chase.byteOffset);
}

/** Shifts from subdiagonal entries instead of eigenvalues. */
function foreignShifts(h: Float64Array, stride: number, end: number, pairs: number): ShiftPair[] {
  return Array.from({ length: pairs }, (_, i) => exceptionalShifts(h, stride, end - 2 * i));
}
