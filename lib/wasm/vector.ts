import { type AbstractMatrix, Matrix } from "ml-matrix";
import { checkCount, checkFloats, checkMatrix, checkRecord, reject } from "./check";
import { isResident, loadWasm, releaseWasmArray, wasmArray } from "./memory";

/**
 * Products of vectors and row-major matrices, in one fixed order of summation.
 *
 * A dot product of length n keeps two partial sums over its first 2⌊n/2⌋ entries, even indices in one and odd indices in
 * the other, both ascending; their sum is the result, and for odd n the last product is added to that last. There is no
 * fused multiply-add. So plain loops and two-lane SIMD give the same bits, and which of them runs is only a question of
 * time: wasm is used where the matrix already lies in their memory (`wasmArray`), as copying it would cost more
 * than the product.
 */

/**
 * Inner product, Σ aᵢ bᵢ.
 *
 * @param a vector, (n)
 * @param b vector, (n)
 * @returns aᵀ b
 * @throws RangeError if the lengths differ
 */
export function dot(a: Float64Array, b: Float64Array): number {
  checkFloats("dot", "a", a);
  checkFloats("dot", "b", b);
  if (a.length !== b.length) reject("dot", "b", `has length ${b.length}`, `${a.length}`);
  return dotRange(a, 0, b, a.length);
}

function dotRange(a: Float64Array, start: number, b: Float64Array, n: number): number {
  let even = 0;
  let odd = 0;
  const last = n - 1;
  let j = 0;
  for (; j < last; j += 2) {
    even += a[start + j] * b[j];
    odd += a[start + j + 1] * b[j + 1];
  }
  return j < n ? even + odd + a[start + j] * b[j] : even + odd;
}

/**
 * Euclidean length, √(Σ aᵢ²).
 *
 * @param a vector, (n)
 * @returns ‖a‖₂; Infinity if the squares overflow
 */
export function norm(a: Float64Array): number {
  checkFloats("norm", "a", a);
  return Math.sqrt(dotRange(a, 0, a, a.length));
}

/**
 * Distance ‖a − b‖₂; Infinity if the squares overflow.
 *
 * @param a first vector, (N)
 * @param b second vector, (N)
 * @returns distance ≥ 0
 * @throws RangeError if the lengths differ
 */
export function distance(a: Float64Array, b: Float64Array): number {
  checkFloats("distance", "a", a);
  checkFloats("distance", "b", b);
  if (a.length !== b.length) reject("distance", "b", `has length ${b.length}`, `${a.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return Math.sqrt(sum);
}

/**
 * Matrix times vector, out = A x.
 *
 * @param A matrix, row-major, (rows·columns) with rows = out.length and columns = x.length
 * @param x vector, (columns)
 * @param out receives A x, (rows); must not overlap A or x
 * @throws RangeError if A does not fit
 */
export function multiplyInto(A: Float64Array, x: Float64Array, out: Float64Array): void {
  checkFloats("multiplyInto", "A", A);
  checkFloats("multiplyInto", "x", x);
  checkFloats("multiplyInto", "out", out);
  const rows = out.length;
  const columns = x.length;
  if (A.length !== rows * columns) {
    reject("multiplyInto", "A", `has length ${A.length}`, `${rows}·${columns} = ${rows * columns}`);
  }
  if (A.length < SMALL || !isResident(A)) {
    for (let i = 0; i < rows; i++) out[i] = dotRange(A, i * columns, x, columns);
    return;
  }
  withResidents(x, out, 0, (xAt, outAt) => {
    loadWasm().multiply(A.byteOffset, columns * 8, xAt, outAt, rows, columns);
  });
}

/** Below this many entries a call into wasm costs more than it saves. */
const SMALL = 256;
/** Wasm memory for vectors that lie elsewhere; grows with the longest seen. */
let room: Float64Array | undefined;

/** Calls `compute` with the addresses of x, of out and of `extra` more numbers in wasm memory. */
function withResidents(
  x: Float64Array,
  out: Float64Array,
  extra: number,
  compute: (xAt: number, outAt: number, extraAt: number) => void,
): void {
  const needed = x.length + out.length + extra;
  if (room === undefined || room.length < needed) {
    if (room !== undefined) releaseWasmArray(room);
    room = undefined;
    room = wasmArray(needed);
  }
  const xAt = isResident(x) ? x.byteOffset : room.byteOffset;
  if (!isResident(x)) room.set(x);
  const outAt = isResident(out) ? out.byteOffset : room.byteOffset + 8 * x.length;
  compute(xAt, outAt, room.byteOffset + 8 * (x.length + out.length));
  if (!isResident(out)) out.set(room.subarray(x.length, x.length + out.length));
}

/**
 * Transposed matrix times vector, out = Aᵀ x.
 *
 * @param A matrix, row-major, (rows·columns) with rows = x.length and columns = out.length
 * @param x vector, (rows)
 * @param out receives Aᵀ x, (columns); must not overlap A or x
 * @throws RangeError if A does not fit
 */
export function multiplyTransposedInto(A: Float64Array, x: Float64Array, out: Float64Array): void {
  checkFloats("multiplyTransposedInto", "A", A);
  checkFloats("multiplyTransposedInto", "x", x);
  checkFloats("multiplyTransposedInto", "out", out);
  const rows = x.length;
  const columns = out.length;
  if (A.length !== rows * columns) {
    reject("multiplyTransposedInto", "A", `has length ${A.length}`, `${rows}·${columns} = ${rows * columns}`);
  }
  if (A.length >= SMALL && isResident(A)) {
    withResidents(x, out, columns, (xAt, outAt, oddAt) => {
      loadWasm().multiplyTransposed(A.byteOffset, xAt, outAt, oddAt, rows, columns);
    });
    return;
  }
  const odd = new Float64Array(columns);
  out.fill(0);
  const last = rows - 1;
  let i = 0;
  for (; i < last; i += 2) {
    const upper = i * columns;
    const lower = upper + columns;
    for (let j = 0; j < columns; j++) {
      out[j] += A[upper + j] * x[i];
      odd[j] += A[lower + j] * x[i + 1];
    }
  }
  for (let j = 0; j < columns; j++) out[j] += odd[j];
  if (i < rows) for (let j = 0; j < columns; j++) out[j] += A[i * columns + j] * x[i];
}

/**
 * The entries of a matrix row by row.
 *
 * @param m matrix, (rows×columns)
 * @returns a new array, (rows·columns)
 */
export function toRowMajor(m: AbstractMatrix): Float64Array {
  checkRecord("toRowMajor", "m", m, ["rows", "columns", "get"]);
  const { rows, columns } = m;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) data[i * columns + j] = m.get(i, j);
  }
  return data;
}

/**
 * A matrix from its entries row by row.
 *
 * @param data entries, (rows·columns)
 * @param rows number of rows
 * @param columns number of columns
 * @returns a new matrix, (rows×columns)
 * @throws RangeError if data has another length
 */
export function toMatrix(data: Float64Array, rows: number, columns: number): Matrix {
  checkFloats("toMatrix", "data", data);
  checkCount("toMatrix", "rows", rows, 0);
  checkCount("toMatrix", "columns", columns, 0);
  if (data.length !== rows * columns) {
    reject("toMatrix", "data", `has length ${data.length}`, `${rows}·${columns} = ${rows * columns}`);
  }
  const m = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) m.set(i, j, data[i * columns + j]);
  }
  return m;
}

/** Numbers of workspace that the function `gemm` needs: a block of B, a strip of A, a tile of C. */
export const GEMM_WORK = 49152 + 4 * 256 + 16;

/**
 * Product of two matrices, Cᵢⱼ = Σₖ Aᵢₖ Bₖⱼ.
 *
 * Each sum runs over ascending k, one term after the other, so the bits do not depend on the shape or the machine.
 *
 * @param A left factor, (m×k)
 * @param B right factor, (k×n)
 * @returns A B, (m×n)
 * @throws RangeError if A has not as many columns as B has rows, or an entry is not finite
 */
export function multiplyMatrices(A: Matrix, B: Matrix): Matrix {
  checkMatrix("multiplyMatrices", "A", A);
  checkMatrix("multiplyMatrices", "B", B);
  if (A.columns !== B.rows) reject("multiplyMatrices", "B", `is ${B.rows}×${B.columns}`, `${A.columns} rows`);
  const product = multiplyRowMajor(toRowMajor(A), toRowMajor(B), A.rows, A.columns, B.columns);
  return Matrix.from1DArray(A.rows, B.columns, product);
}

/**
 * Product of two matrices given row by row, Cᵢⱼ = Σₖ Aᵢₖ Bₖⱼ, each sum over ascending k.
 *
 * @param A left factor, row-major, (rows·inner)
 * @param B right factor, row-major, (inner·columns)
 * @param rows number of rows of A
 * @param inner number of columns of A and rows of B
 * @param columns number of columns of B
 * @returns A B, row-major, (rows·columns)
 * @throws RangeError if A or B does not have that shape
 */
export function multiplyRowMajor(
  A: Float64Array,
  B: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): Float64Array {
  checkShape("A", A, "rows", rows, "inner", inner);
  checkShape("B", B, "inner", inner, "columns", columns);
  const owned: Float64Array[] = [];
  const make = (length: number): Float64Array => {
    const array = wasmArray(length);
    owned.push(array);
    return array;
  };
  try {
    const [a, b, c] = [make(rows * inner), make(inner * columns), make(rows * columns)];
    a.set(A);
    b.set(B);
    const [at, width, work] = [a.byteOffset, 8 * columns, make(GEMM_WORK).byteOffset];
    loadWasm().gemm(c.byteOffset, width, at, 8 * inner, 0, b.byteOffset, width, 0, rows, columns, inner, 1, work);
    return c.slice();
  } finally {
    for (const array of owned) releaseWasmArray(array);
  }
}

function checkShape(name: string, X: Float64Array, high: string, rows: number, wide: string, columns: number): void {
  checkCount("multiplyRowMajor", high, rows);
  checkCount("multiplyRowMajor", wide, columns);
  checkFloats("multiplyRowMajor", name, X);
  const length = rows * columns;
  if (X.length !== length) reject("multiplyRowMajor", name, `has length ${X.length}`, `${length}`);
}
