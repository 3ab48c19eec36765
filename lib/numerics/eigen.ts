/**
 * Eigenvalues of a real square matrix: balancing, Householder reduction to Hessenberg form, Francis' double-shift QR
 * iteration with deflation. The passes over the matrix are kernels (lib/kernels/eigen.ts); what decides is here.
 */
import type { Matrix } from "ml-matrix";
import { checkCount, checkMatrix, checkVector, reject } from "./validate";
import { toRowMajor } from "./vector";
import { kernelArray, loadKernels, releaseKernelArray } from "./wasm";

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
 * @param A matrix, (N×N)
 * @returns { re, im }, (N) each, by descending real part, then descending imaginary part
 * @throws RangeError if A is not square or holds a NaN or infinity
 */
export function eigenvalues(A: Matrix): Eigenvalues {
  checkMatrix("eigenvalues", "A", A);
  if (A.rows !== A.columns) reject("eigenvalues", "A", `is ${A.rows}×${A.columns}`, "a square matrix");
  return compute(toRowMajor(A), A.rows);
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
  return compute(data, size);
}

/** A square matrix in the kernels' memory, row-major, with room for the reflections of a sweep. */
interface Workspace {
  readonly h: Float64Array;
  /** Numbers from row to row. */
  readonly stride: number;
  readonly waiting: Float64Array;
}

function compute(data: Float64Array, n: number): Eigenvalues {
  const stride = n + (n & 1); // the kernels go by pairs of rows and columns; the padding is zero
  const owned: Float64Array[] = [];
  const make = (length: number): Float64Array => {
    const array = kernelArray(length);
    owned.push(array);
    return array;
  };
  try {
    const h = make(stride * stride);
    for (let i = 0; i < n; i++) h.set(data.subarray(i * n, (i + 1) * n), i * stride);
    const scale = normalize(h);
    balance(h, n, stride);
    const rest = normalize(h); // times scale it may overflow, so the two stay apart
    const work = make(4 * stride);
    const [v, w, v2, w2] = [0, 1, 2, 3].map((i) => work.byteOffset + 8 * stride * i);
    loadKernels().hessenberg(h.byteOffset, stride, v, w, v2, w2);
    const waiting = make(5 * (stride + 2));
    const window = n > 2 * WINDOW ? { h: make(WINDOW * WINDOW), stride: WINDOW, waiting } : undefined;
    return sorted(iterate({ h, stride, waiting }, n, window), (x) => x * rest * scale);
  } finally {
    for (const array of owned) releaseKernelArray(array);
  }
}

/** Divides by the power of two that brings the largest entry between 1 and 2; returns it. */
function normalize(h: Float64Array): number {
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
function balance(a: Float64Array, n: number, stride: number): void {
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
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const size = Math.abs(a[i * stride + j]);
      columns[j] += size;
      rows[i] += size;
    }
  }
  return rows.some((row, i) => balancingFactor(columns[i], row) !== 1);
}

const EPSILON = 2.220446049250313e-16;
/** Beside a norm of about 1, less than this is nothing, while its square would vanish and spoil the shifts. */
const NOTHING = 1e-150;
/**
 * In a large block the shifts are eigenvalues of its last WINDOW rows, SHIFTS pairs at a time, instead of the last two
 * rows' before every sweep: they come closer to eigenvalues of the whole, and half of the work is saved at N = 1000.
 */
const WINDOW = 48;
const SHIFTS = 6;

/** Two shifts s₁, s₂ as (x, y, product): (s₁ − z)(s₂ − z) = (x − z)(y − z) − product for every z, without cancellation. */
type ShiftPair = readonly [x: number, y: number, product: number];

/**
 * The QR iteration on a Hessenberg matrix (Francis). Changes the matrix.
 *
 * The last rows deflate first: as soon as a subdiagonal entry is negligible, the block below it is on its own, and a
 * block of one or two rows gives its eigenvalues directly.
 */
function iterate(work: Workspace, n: number, window?: Workspace): Eigenvalues {
  const { h, stride } = work;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const total = hessenbergNorm(h, n, stride);
  let prepared: ShiftPair[] = [];
  let end = n - 1;
  let iterations = 0;
  while (end >= 0) {
    const l = blockStart(h, stride, end, total);
    if (l === end) {
      re[end] = h[end * stride + end];
      end -= 1;
      iterations = 0;
    } else if (l === end - 1) {
      solveTwoByTwo(h, stride, end, re, im);
      end -= 2;
      iterations = 0;
    } else {
      iterations += 1;
      // LAPACK allows 30 per eigenvalue in all; ten times that for a single one has never been seen
      if (iterations > 300) throw new Error("eigenvalues: the QR iteration does not converge for this matrix");
      if (window === undefined || end - l < 2 * WINDOW) prepared = [];
      else if (prepared.length === 0) prepared = trailingShifts(h, stride, end, window);
      const pair = prepared.shift() ?? cornerShifts(h, stride, end);
      startSweep(work, l, end, iterations % 20 === 0 ? exceptionalShifts(h, stride, end) : pair);
    }
  }
  return { re, im };
}

/** Eigenvalues of the last WINDOW rows up to `end`, in pairs, those first that settle first. */
function trailingShifts(h: Float64Array, stride: number, end: number, window: Workspace): ShiftPair[] {
  const first = end - WINDOW + 1;
  for (let i = 0; i < WINDOW; i++) {
    const row = (first + i) * stride + first;
    window.h.set(h.subarray(row, row + WINDOW), i * WINDOW);
  }
  const { re, im } = iterate(window, WINDOW);
  const pairs: ShiftPair[] = [];
  let single: number | undefined;
  for (let i = WINDOW - 1; i >= 0 && pairs.length < SHIFTS; i--) {
    if (im[i] < 0) pairs.push([re[i], re[i], -im[i] * im[i]]);
    else if (im[i] === 0 && single === undefined) single = re[i];
    else if (im[i] === 0 && single !== undefined) {
      pairs.push([single, re[i], 0]);
      single = undefined;
    }
  }
  return pairs;
}

/** The eigenvalues of the last two rows. */
function cornerShifts(h: Float64Array, stride: number, end: number): ShiftPair {
  const at = end * stride + end;
  return [h[at], h[at - stride - 1], h[at - 1] * h[at - stride]];
}

/** Shifts that belong to nothing, to break the rare cycles. */
function exceptionalShifts(h: Float64Array, stride: number, end: number): ShiftPair {
  const at = end * stride + end;
  const s = Math.abs(h[at - 1]) + Math.abs(h[at - stride - 2]);
  return [h[at] + 0.75 * s, h[at] + 0.75 * s, -0.4375 * s * s];
}

function hessenbergNorm(h: Float64Array, n: number, stride: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) for (let j = Math.max(0, i - 1); j < n; j++) total += Math.abs(h[i * stride + j]);
  return total;
}

/** First row of the last block that is still connected, after setting a negligible subdiagonal entry to zero. */
function blockStart(h: Float64Array, stride: number, end: number, total: number): number {
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
function solveTwoByTwo(h: Float64Array, stride: number, end: number, re: Float64Array, im: Float64Array): void {
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
function startSweep(work: Workspace, l: number, end: number, [x, y, product]: ShiftPair): void {
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
  loadKernels().sweep(h.byteOffset, 8 * stride, l, m, end, p, q, r, waiting.byteOffset);
}

function sorted(found: Eigenvalues, rescale: (x: number) => number): Eigenvalues {
  const { re, im } = found;
  const order = Array.from(re.keys()).sort((i, j) => re[j] - re[i] || im[j] - im[i]);
  return { re: Float64Array.from(order, (i) => rescale(re[i])), im: Float64Array.from(order, (i) => rescale(im[i])) };
}
