import { Matrix } from "ml-matrix";
import { checkCount, checkFloats, checkMatrix, reject } from "./validate";
import { toRowMajor } from "./vector";
import { kernelArray, loadKernels, releaseKernelArray } from "./wasm";

/** Numbers of workspace that the kernel `gemm` needs: a block of B, a strip of A, a tile of C. */
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
    const array = kernelArray(length);
    owned.push(array);
    return array;
  };
  try {
    const [a, b, c] = [make(rows * inner), make(inner * columns), make(rows * columns)];
    a.set(A);
    b.set(B);
    const [at, width, work] = [a.byteOffset, 8 * columns, make(GEMM_WORK).byteOffset];
    loadKernels().gemm(c.byteOffset, width, at, 8 * inner, 0, b.byteOffset, width, 0, rows, columns, inner, 1, work);
    return c.slice();
  } finally {
    for (const array of owned) releaseKernelArray(array);
  }
}

function checkShape(name: string, X: Float64Array, high: string, rows: number, wide: string, columns: number): void {
  checkCount("multiplyRowMajor", high, rows);
  checkCount("multiplyRowMajor", wide, columns);
  checkFloats("multiplyRowMajor", name, X);
  const length = rows * columns;
  if (X.length !== length) reject("multiplyRowMajor", name, `has length ${X.length}`, `${length}`);
}
