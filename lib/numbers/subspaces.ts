import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { checkMatrix, reject } from "../wasm/validate";
import { dot, norm } from "../wasm/vector";
import { angleInDegrees } from "./angles";

/** The part of a vector outside what an orthonormal basis spans: Gram–Schmidt, twice, for once leaves rounding behind. */
export function outsideOf(basis: readonly Float64Array[], vector: Float64Array): Float64Array {
  const v = vector.slice();
  for (const _pass of [1, 2]) {
    for (const b of basis) {
      const overlap = dot(b, v);
      for (let i = 0; i < v.length; i++) v[i] -= overlap * b[i];
    }
  }
  return v;
}

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

/** A column whose part outside the earlier ones is this small beside it adds no direction. */
const dependent = 1e-10;

/**
 * An orthonormal basis of what the columns of a matrix span, by Gram–Schmidt, twice.
 *
 * @param A columns, (N×p), linearly independent
 * @returns (N×p), the first k columns spanning what the first k of A span
 * @throws RangeError if A is empty or not finite, or its columns are linearly dependent
 */
export function orthonormalColumns(A: Matrix): Matrix {
  checkMatrix("orthonormalColumns", "A", A);
  const basis: Float64Array[] = [];
  for (let k = 0; k < A.columns; k++) {
    const column = Float64Array.from(A.getColumn(k));
    const v = outsideOf(basis, column);
    const left = norm(v);
    if (!(left > dependent * norm(column))) {
      reject("orthonormalColumns", `column ${k} of A`, "depends on the columns before it", "linearly independent ones");
    }
    basis.push(v.map((value) => value / left));
  }
  return new Matrix(basis).transpose();
}

/**
 * Principal angles between two subspaces, in degrees.
 *
 *     cos θ₁ = largest cosine between a vector of one and a vector of the other;  cos θ₂ the same among what is orthogonal
 *     to both of these;  and so on:  cos θₖ = σₖ(Qᴀᵀ Qʙ)
 *
 * All 0 if the smaller subspace lies in the larger, all 90 if they are orthogonal. Two random subspaces of few dimensions
 * in a space of many are nearly orthogonal: three in a thousand have angles above 85°. Small angles come from their sines,
 * σ((I − Qᴀ Qᴀᵀ) Qʙ), since a cosine near 1 has lost them [Björck & Golub 1973].
 *
 * @param A columns that span one subspace, (N×p)
 * @param B columns that span the other, (N×q)
 * @returns min(p, q) angles, ascending
 * @throws RangeError if a matrix is empty or not finite, or its columns are dependent, or the rows differ in number
 */
export function principalAngles(A: Matrix, B: Matrix): Float64Array {
  checkMatrix("principalAngles", "A", A);
  checkMatrix("principalAngles", "B", B, A.rows);
  const [wide, narrow] = A.columns >= B.columns ? [A, B] : [B, A];
  const [Q, R] = [orthonormalColumns(wide), orthonormalColumns(narrow)];
  const inside = Q.transpose().mmul(R);
  const outside = Matrix.sub(R, Q.mmul(inside));
  const cosines = singularValuesOf(inside);
  const sines = singularValuesOf(outside).reverse();
  return cosines.map((cosine, k) => angleInDegrees(sines[k], cosine));
}
