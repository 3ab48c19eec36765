import { Matrix } from "ml-matrix";
import { checkMatrix, checkNumber } from "../numerics/validate";
import { updateReadout } from "./least-squares";

/**
 * The readout that recursive least squares arrives at, one sample after the other.  [J15 eqs. 27, 28]
 *
 * It starts from Wo = 0 and P = I/α and takes one `updateReadout` per row. In exact arithmetic the result is that of
 * `readoutByRidge`, whatever the order of the rows: FORCE is ridge regression that never looks back.
 *
 * @param rates R, one row per sample, (T×N)
 * @param targets f, one row per sample, (T×O)
 * @param alpha ridge penalty, α > 0
 * @returns Wo, (O×N)
 * @throws RangeError if a shape does not fit or a number is not finite
 */
export function readoutByRecursion(rates: Matrix, targets: Matrix, alpha: number): Matrix {
  const where = "readoutByRecursion";
  checkMatrix(where, "rates", rates);
  checkMatrix(where, "targets", targets, rates.rows);
  checkNumber(where, "alpha", alpha);
  const P = Matrix.eye(rates.columns).mul(1 / alpha);
  const Wo = Matrix.zeros(targets.columns, rates.columns);
  for (let t = 0; t < rates.rows; t++) {
    const r = Float64Array.from(rates.getRow(t));
    const error = Float64Array.from(targets.getRow(t), (f, k) => Wo.getRow(k).reduce((z, w, j) => z + w * r[j], -f));
    updateReadout(P, Wo, r, error);
  }
  return Wo;
}
