import { loadWasm } from "./memory";
import { GEMM_WORK } from "./vector";

/** The double-shift QR sweep (Francis): shifts, where a sweep begins, where a matrix falls apart into blocks. */

export const EPSILON = 2.220446049250313e-16;
/** Beside a norm of about 1, less than this is nothing, while its square would vanish and spoil the shifts. */
const NOTHING = 1e-150;

/** Two shifts s₁, s₂ as (x, y, product): (s₁ − z)(s₂ − z) = (x − z)(y − z) − product for every z, without cancellation. */
export type ShiftPair = readonly [x: number, y: number, product: number];

/** A Hessenberg matrix in wasm memory, row-major, with room for the reflections of a sweep. */
export interface Workspace {
  readonly h: Float64Array;
  /** Numbers from row to row. */
  readonly stride: number;
  readonly waiting: Float64Array;
}

/** A Schur form T = Qᵀ A Q with Qᵀ beside it: [T | Qᵀ]. */
export interface SchurForm {
  /** Row-major, (size·stride). */
  readonly t: Float64Array;
  /** Numbers from row to row. */
  readonly stride: number;
  /** Number of rows. */
  readonly size: number;
  /** Number of columns in all. */
  readonly columns: number;
}

/** How far a sweep reaches beyond the active block: from which row on, and how many columns. */
export interface Reach {
  readonly top: number;
  readonly columns: number;
}

/** LAPACK allows 30 sweeps per eigenvalue in all; ten times that for a single one has never been seen. */
const LIMIT = 300;

/** Throws when an eigenvalue has taken too many sweeps. */
export function checkIterations(iterations: number): void {
  if (iterations > LIMIT) throw new Error("eigenvalues: the QR iteration does not converge for this matrix");
}

/** Brings a Hessenberg matrix to real Schur form, in place; further columns beside it collect the reflections. */
function triangularize(form: SchurForm, waiting: Float64Array): void {
  const { t, stride, size, columns } = form;
  const work = { h: t, stride, waiting };
  const reach = { top: 0, columns };
  const total = hessenbergNorm(t, size, stride);
  let iterations = 0;
  for (let end = size - 1; end >= 0; ) {
    const l = blockStart(t, stride, end, total);
    if (l >= end - 1) {
      end = l - 1;
      iterations = 0;
      continue;
    }
    iterations += 1;
    checkIterations(iterations);
    startSweep(work, l, end, shiftsFor(t, stride, end, iterations), reach);
  }
  for (let i = 2; i < size; i++) t.fill(0, i * stride, i * stride + i - 1); // what a sweep leaves where zeros belong
}

/** Shifts of the next sweep: the last two rows', and others now and then. */
export function shiftsFor(h: Float64Array, stride: number, end: number, iterations: number): ShiftPair {
  return iterations % 20 === 0 ? exceptionalShifts(h, stride, end) : cornerShifts(h, stride, end);
}

/** The eigenvalues of the last two rows. */
function cornerShifts(h: Float64Array, stride: number, end: number): ShiftPair {
  const at = end * stride + end;
  return [h[at], h[at - stride - 1], h[at - 1] * h[at - stride]];
}

/** Shifts that belong to nothing, to break the rare cycles. */
export function exceptionalShifts(h: Float64Array, stride: number, end: number): ShiftPair {
  const at = end * stride + end;
  const s = Math.abs(h[at - 1]) + Math.abs(h[at - stride - 2]);
  return [h[at] + 0.75 * s, h[at] + 0.75 * s, -0.4375 * s * s];
}

export function hessenbergNorm(h: Float64Array, n: number, stride: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) for (let j = Math.max(0, i - 1); j < n; j++) total += Math.abs(h[i * stride + j]);
  return total;
}

/** First row of the last block that is still connected, after setting a negligible subdiagonal entry to zero. */
export function blockStart(h: Float64Array, stride: number, end: number, total: number): number {
  for (let l = end; l > 0; l--) {
    const at = l * stride + l;
    const around = Math.abs(h[at - stride - 1]) + Math.abs(h[at]);
    if (Math.abs(h[at - 1]) <= Math.max(NOTHING, EPSILON * (around === 0 ? total : around))) {
      h[at - 1] = 0;
      return l;
    }
  }
  return 0;
}

/** Both eigenvalues of the block of rows end−1 and end. */
export function solveTwoByTwo(h: Float64Array, stride: number, end: number, re: Float64Array, im: Float64Array): void {
  const [x, y, product] = cornerShifts(h, stride, end);
  const half = 0.5 * (y - x);
  const square = half * half + product;
  const root = Math.sqrt(Math.abs(square));
  if (square >= 0) {
    const far = half < 0 ? half - root : half + root; // no cancellation; the other one follows from the product
    re[end - 1] = x + far;
    re[end] = far === 0 ? x : x - product / far;
  } else {
    re[end - 1] = x + half;
    re[end] = x + half;
    im[end - 1] = root;
    im[end] = -root;
  }
}

/**
 * Finds the row where the sweep may begin, which is above two small subdiagonal entries in a row or at the start of the
 * block, and sweeps. (p, q, r) is the first column of (H − s₁)(H − s₂) there.
 */
export function startSweep(work: Workspace, l: number, end: number, [x, y, product]: ShiftPair, reach: Reach): void {
  const { h, stride, waiting } = work;
  let m = end - 2;
  let p = 0;
  let q = 0;
  let r = 0;
  for (; ; m--) {
    const at = m * stride + m;
    const z = h[at];
    const next = h[at + stride + 1];
    // divided by the largest term, so that nothing overflows; only the direction of (p, q, r) counts
    const scale = Math.abs(x - z) + Math.abs(y - z) + Math.abs(h[at + stride]);
    const below = h[at + stride] / scale;
    p = (x - z) * ((y - z) / scale) - product / scale + below * h[at + 1];
    q = below * (next - z - (x - z) - (y - z));
    r = below * h[at + 2 * stride + 1];
    const size = Math.abs(p) + Math.abs(q) + Math.abs(r);
    p = size === 0 ? 1 : p / size;
    q = size === 0 ? 0 : q / size;
    r = size === 0 ? 0 : r / size;
    if (m === l) break;
    const left = Math.abs(h[at - 1]) * (Math.abs(q) + Math.abs(r));
    if (left <= EPSILON * Math.abs(p) * (Math.abs(h[at - stride - 1]) + Math.abs(z) + Math.abs(next))) break;
  }
  for (let i = m + 2; i <= end; i++) {
    h[i * stride + i - 2] = 0;
    if (i > m + 2) h[i * stride + i - 3] = 0;
  }
  const { top, columns } = reach;
  loadWasm().sweep(h.byteOffset, 8 * stride, top, l, m, end, columns, p, q, r, waiting.byteOffset);
}

/**
 * Aggressive early deflation (Braman, Byers & Mathias 2002).
 *
 * The last rows of a Hessenberg block, the window, are brought to Schur form. Only the window's first row has a
 * neighbour to the left; in the new basis that entry becomes a column, the spike. Where the spike is negligible an
 * eigenvalue has converged, long before a subdiagonal entry shows it. The rest is brought back to Hessenberg form.
 */

/** Steps of a round and columns of a strip, as in lib/wasm/assembly/bulges.ts. */
const STEPS = 32;
const STRIP = 32;

/** Memory for windows and sweeps. */
export interface DeflationRoom {
  /** Number of rows of a window, even. */
  readonly size: number;
  /** Pairs of shifts of a sweep. */
  readonly pairs: number;
  /** The window beside the product of its reflections, (size × 2·size). */
  readonly stack: Float64Array;
  /** The same with the spike as a further column, while it is brought back to Hessenberg form. */
  readonly spiked: Float64Array;
  readonly hessenberg: Float64Array;
  /** Columns of the window above it, (rows × size). */
  readonly above: Float64Array;
  readonly gemm: Float64Array;
  readonly shifts: Float64Array;
  /** Strip and reflections of the function `chase`. */
  readonly chase: Float64Array;
}

/** What a window gave. */
export interface Deflation {
  /** Number of eigenvalues that have converged. */
  readonly deflated: number;
  /** The other eigenvalues of the window, as shifts. */
  readonly shifts: ShiftPair[];
}

/**
 * Memory for the windows of a matrix of `rows` rows.
 *
 * Larger windows deflate more and need fewer sweeps, but cost more; this size was fastest on random matrices of 250 … 1000 rows.
 */
export function deflationRoom(rows: number, make: (length: number) => Float64Array): DeflationRoom {
  const size = 64;
  const pairs = size / 4;
  return {
    size,
    pairs,
    stack: make(2 * size * size),
    spiked: make((2 * size + 2) * (size + 2)),
    hessenberg: make(4 * (2 * size + 2)),
    above: make(rows * size),
    gemm: make(GEMM_WORK),
    shifts: make(3 * pairs),
    chase: make((3 * pairs + STEPS + 3) * STRIP + 3 * pairs * STEPS),
  };
}

/** Deflates at the end of the active block l … end, of more than room.size rows, in place. */
export function deflate(work: Workspace, room: DeflationRoom, l: number, end: number): Deflation {
  const { h, stride } = work;
  const { size } = room;
  const first = end - size + 1;
  const spike = h[first * stride + first - 1];
  const form: SchurForm = { t: room.stack, stride: 2 * size, size, columns: 2 * size };
  copyWindow(work, first, form);
  triangularize(form, work.waiting);
  const kept = countKept(form, spike);
  const deflated = size - kept;
  const shifts = shiftsOf(form, kept);
  if (deflated === 0) return { deflated, shifts };
  for (let i = kept; i < size; i++) {
    const row = (first + i) * stride + first;
    for (let j = Math.max(kept, i - 1); j < size; j++) h[row + j] = form.t[2 * i * size + j];
  }
  h[(first + kept) * stride + first + kept - 1] = 0;
  if (kept > 0) restore(work, room, form, { l, first, kept, spike });
  return { deflated, shifts };
}

/** The window, zeros below its subdiagonal, and the identity beside it. */
function copyWindow({ h, stride }: Workspace, first: number, { t, size, columns }: SchurForm): void {
  t.fill(0);
  for (let i = 0; i < size; i++) {
    const row = (first + i) * stride + first;
    for (let j = Math.max(0, i - 1); j < size; j++) t[i * columns + j] = h[row + j];
    t[i * columns + size + i] = 1;
  }
}

/**
 * Number of rows at the front of the window that have not converged.
 *
 * The search ends at the first block, from below, that has not. LAPACK moves such blocks aside and looks behind them:
 * on Jacobians of random networks that saved 2–4 % of the work of the sweeps and no time. (Random Hessenberg matrices lost
 * nearly all their sweeps, in the same time altogether.)
 */
function countKept(form: SchurForm, spike: number): number {
  const { t, size, stride } = form;
  let kept = size;
  while (kept > 0) {
    const n = kept >= 2 && t[(kept - 1) * stride + kept - 2] !== 0 ? 2 : 1;
    if (!isNegligible(form, kept - n, n, spike)) break;
    kept -= n;
  }
  return kept;
}

/** Whether the spike beside the block at row `at` counts for nothing beside its eigenvalues. */
function isNegligible({ t, size, stride }: SchurForm, at: number, n: number, spike: number): boolean {
  const c = at * stride + at;
  const q = at * stride + size;
  let entry = Math.abs(spike * t[q]);
  let modulus = Math.abs(t[c]);
  if (n === 2) {
    entry = Math.max(entry, Math.abs(spike * t[q + stride]));
    modulus = Math.sqrt(Math.abs(t[c] * t[c + stride + 1] - t[c + 1] * t[c + stride]));
  }
  return entry <= Math.max(NOTHING, EPSILON * (modulus === 0 ? Math.abs(spike) : modulus));
}

/** The eigenvalues of the first `kept` rows by pairs, the last ones first: they are the closest to convergence. */
function shiftsOf({ t, stride }: SchurForm, kept: number): ShiftPair[] {
  const pairs: ShiftPair[] = [];
  let single: number | undefined;
  for (let j = kept - 1; j >= 0; j--) {
    const at = j * stride + j;
    if (j > 0 && t[at - 1] !== 0) {
      pairs.push(cornerShifts(t, stride, j));
      j -= 1;
    } else if (single === undefined) single = t[at];
    else {
      pairs.push([single, t[at], 0]);
      single = undefined;
    }
  }
  return pairs;
}

/** Where a window lies and what is left of it. */
interface Remainder {
  readonly l: number;
  readonly first: number;
  readonly kept: number;
  readonly spike: number;
}

/**
 * Brings the first `kept` rows of the window back to Hessenberg form and applies all reflections to the rows above.
 *
 * With the spike as its column 0, Hessenberg reduction of the (kept+1)-rowed matrix does both: its first reflection
 * leaves one entry of the spike, the others restore the form.
 */
function restore(work: Workspace, room: DeflationRoom, { t, size, stride: width }: SchurForm, rest: Remainder): void {
  const { h, stride } = work;
  const { l, first, kept, spike } = rest;
  const n = (kept + 2) & ~1;
  const rows = n + size;
  const b = room.spiked.subarray(0, rows * n).fill(0);
  for (let i = 0; i < kept; i++) {
    const row = (i + 1) * n + 1;
    b[row - 1] = spike * t[i * width + size];
    for (let j = Math.max(0, i - 1); j < kept; j++) b[row + j] = t[i * width + j];
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < kept; j++) b[(n + i) * n + 1 + j] = t[j * width + size + i];
  }
  const [v, w, v2, w2] = [0, 1, 2, 3].map((i) => room.hessenberg.byteOffset + 8 * (2 * room.size + 2) * i);
  loadWasm().hessenberg(b.byteOffset, n, rows, 0, v, w, v2, w2);
  for (let i = 0; i < kept; i++) {
    const row = (first + i) * stride + first;
    for (let j = Math.max(0, i - 1); j < kept; j++) h[row + j] = b[(i + 1) * n + 1 + j];
  }
  h[first * stride + first - 1] = b[n];
  const above = room.above.subarray(0, (first - l) * kept).fill(0);
  const from = h.byteOffset + 8 * (l * stride + first);
  const q = b.byteOffset + 8 * (n * n + 1);
  const [m, bytes] = [first - l, 8 * kept];
  const at = above.byteOffset;
  loadWasm().gemm(at, bytes, from, 8 * stride, 0, q, 8 * n, 0, m, kept, size, 1, room.gemm.byteOffset);
  for (let i = 0; i < m; i++) h.set(above.subarray(i * kept, (i + 1) * kept), (l + i) * stride + first);
}
