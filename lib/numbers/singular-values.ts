import { type Matrix, SingularValueDecomposition } from "ml-matrix";
import { checkMatrix } from "../wasm/validate";

/**
 * All singular values of a small matrix, largest first.
 *
 * The number of them above rounding (about 1e-15 σ₁ √N) is the rank. By ml-matrix, in time ∝ N³: a second at N = 200.
 *
 * @param A any shape
 * @returns σ₁ ≥ σ₂ ≥ … ≥ 0, as many as the smaller side
 * @throws RangeError if A is empty or holds a NaN
 */
export function singularValuesOf(A: Matrix): Float64Array {
  checkMatrix("singularValuesOf", "A", A);
  const options = { computeLeftSingularVectors: false, computeRightSingularVectors: false, autoTranspose: true };
  const values = new SingularValueDecomposition(A, options).diagonal;
  return Float64Array.from(values).sort().reverse();
}
