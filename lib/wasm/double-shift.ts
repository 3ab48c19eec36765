/** The double-shift QR sweep (Francis): shifts, where a sweep begins, where a matrix falls apart into blocks. */
import { loadKernels } from "./wasm";

export const EPSILON = 2.220446049250313e-16;
/** Beside a norm of about 1, less than this is nothing, while its square would vanish and spoil the shifts. */
export const NOTHING = 1e-150;

/** Two shifts s₁, s₂ as (x, y, product): (s₁ − z)(s₂ − z) = (x − z)(y − z) − product for every z, without cancellation. */
export type ShiftPair = readonly [x: number, y: number, product: number];

/** A Hessenberg matrix in the kernels' memory, row-major, with room for the reflections of a sweep. */
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
export function triangularize(form: SchurForm, waiting: Float64Array): void {
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
export function cornerShifts(h: Float64Array, stride: number, end: number): ShiftPair {
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
  loadKernels().sweep(h.byteOffset, 8 * stride, top, l, m, end, columns, p, q, r, waiting.byteOffset);
}
