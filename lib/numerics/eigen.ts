/**
 * Eigenvalues of a real square matrix: balancing, Householder reduction to Hessenberg form, QR iteration. The passes over
 * the matrix are kernels (lib/kernels: eigen, hessenberg-panels, bulges, gemm); what decides is here, in qr-iteration,
 * early-deflation and double-shift.
 */
import type { Matrix } from "ml-matrix";
import { balance, normalize } from "./balance";
import { deflationRoom } from "./early-deflation";
import { GEMM_WORK } from "./matrix-product";
import { iterate, LARGE } from "./qr-iteration";
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
    reduce(h, stride, make);
    const waiting = make(5 * (stride + 2));
    const room = n >= LARGE ? deflationRoom(n, make) : undefined;
    return sorted(iterate({ h, stride, waiting }, n, room), (x) => x * rest * scale);
  } finally {
    for (const array of owned) releaseKernelArray(array);
  }
}

function sorted(found: Eigenvalues, rescale: (x: number) => number): Eigenvalues {
  const { re, im } = found;
  const order = Array.from(re.keys()).sort((i, j) => re[j] - re[i] || im[j] - im[i]);
  return { re: Float64Array.from(order, (i) => rescale(re[i])), im: Float64Array.from(order, (i) => rescale(im[i])) };
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
