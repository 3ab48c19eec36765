import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { orthonormalColumns } from "../numbers/subspace";
import { checkVector, reject } from "../wasm/validate";
import type { BitAxes } from "./bit-axes";

/** Coordinates along the bits: a rigid frame, so that lengths and angles stay as they are. */
export interface BitFrame {
  /** Orthonormal columns, (N×b), as near to the bit axes as orthonormal columns can be. */
  readonly frame: Matrix;
  /** Coordinates of a state from the centre, in activation, (b). */
  coordinates(state: Float64Array): Float64Array;
}

/**
 * The rigid frame nearest to bit axes, Q = A (Aᵀ A)^(−1/2), the orthogonal factor of the polar decomposition.
 *
 * @param fit as from `bitAxes`
 * @throws RangeError if the axes are linearly dependent
 */
export function bitFrame(fit: BitAxes): BitFrame {
  if (typeof fit !== "object" || fit === null) reject("bitFrame", "fit", fit, "bit axes, as from bitAxes");
  orthonormalColumns(fit.axes); // throws if they are dependent, or no matrix
  checkVector("bitFrame", "fit.centre", fit.centre, fit.axes.rows);
  const { axes, centre } = fit;
  const gram = axes.transpose().mmul(axes);
  const { realEigenvalues, eigenvectorMatrix: V } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const inverseRoot = V.mmul(Matrix.diag(realEigenvalues.map((v) => 1 / Math.sqrt(v)))).mmul(V.transpose());
  const frame = axes.mmul(inverseRoot);
  return {
    frame,
    coordinates(state) {
      checkVector("coordinates", "state", state, centre.length);
      const from = Matrix.rowVector(Array.from(state, (v, i) => v - centre[i]));
      return Float64Array.from(from.mmul(frame).getRow(0));
    },
  };
}
