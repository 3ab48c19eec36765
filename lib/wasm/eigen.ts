/**
 * Eigenvalues of a real square matrix: block by block if it is reducible, and each block by balancing, Householder reduction
 * to Hessenberg form, QR iteration. The passes over the matrix are kernels (lib/kernels: eigen, hessenberg-panels, bulges, gemm); what decides is here, in qr-iteration,
 * early-deflation and double-shift.
 */
import type { Matrix } from "ml-matrix";
import { balance, irreducibleBlocks, normalize } from "./balance";
import { deflationRoom } from "./early-deflation";
import { GEMM_WORK } from "./matrix-product";
import { iterate, LARGE } from "./qr-iteration";
import { checkCount, checkMatrix, checkVector, reject } from "./validate";
import { norm, toRowMajor } from "./vector";
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
    reduce(h, stride, make);
    const waiting = make(5 * (stride + 2));
    const room = n >= LARGE ? deflationRoom(n, make) : undefined;
    const { re, im } = iterate({ h, stride, waiting }, n, room);
    return { re: re.map((x) => x * rest * scale), im: im.map((x) => x * rest * scale) };
  } finally {
    for (const array of owned) releaseKernelArray(array);
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
    loadKernels().reducePanels(h.byteOffset, n, columns, room.byteOffset);
  }
  const work = make(4 * n);
  const [v, w, v2, w2] = [0, 1, 2, 3].map((i) => work.byteOffset + 8 * n * i);
  loadKernels().hessenberg(h.byteOffset, n, n, columns, v, w, v2, w2);
}
