import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { checkMatrix, checkNumber, checkVector, reject } from "../wasm/validate";
import { digitTolerance, gainError, probeOf } from "./gain-watch";

/**
 * One recursive-least-squares step of FORCE learning. Changes `P` and `Wo` in place.  [J15 eq. 27] [J15 eq. 28]
 *
 *     k  = P r                     gain direction, (N)
 *     c  = 1 / (1 + rᵀ k)          step size, 0 < c ≤ 1
 *     P  ← P − c k kᵀ              [J15 eq. 28]
 *     Wo ← Wo − c e kᵀ             [J15 eq. 27]
 *
 * Eq. 27 is written with the *new* P, and should read W(t − Δt) on its right-hand side. Substituting eq. 28 gives
 * P r = c k, which is where c comes from. After the step the error on the same r is c e: smaller, never of another sign.
 *
 * The readable reference: `trainForce` does the same, many times faster.
 *
 * @param P inverse of the correlation matrix of the rates seen so far plus αI, N×N, symmetric; I/α at first
 * @param Wo readout weights, O×N
 * @param r rates, (N)
 * @param error z − f before the step, (O)
 * @returns the step size c
 * @throws RangeError if a shape does not fit or a number is not finite
 */
export function updateReadout(P: Matrix, Wo: Matrix, r: Float64Array, error: Float64Array): number {
  const where = "updateReadout";
  checkMatrix(where, "P", P);
  const units = P.rows;
  checkMatrix(where, "P", P, units, units);
  checkVector(where, "r", r, units);
  checkMatrix(where, "Wo", Wo, undefined, units);
  checkVector(where, "error", error, Wo.rows);

  return step(P, Wo, r, error).c;
}

/** `updateReadout` for arguments that fit: k and c. */
function step(P: Matrix, Wo: Matrix, r: Float64Array, error: Float64Array): { k: Float64Array; c: number } {
  const units = r.length;
  const k = new Float64Array(units);
  for (let i = 0; i < units; i++) {
    for (let j = 0; j < units; j++) k[i] += P.get(i, j) * r[j];
  }
  let rk = 0;
  for (let i = 0; i < units; i++) rk += r[i] * k[i];
  const c = 1 / (1 + rk);
  for (let i = 0; i < units; i++) {
    // kᵢkⱼ first: the product commutes, so P stays symmetric to the last bit
    for (let j = 0; j < units; j++) P.set(i, j, P.get(i, j) - c * (k[i] * k[j]));
  }
  for (let i = 0; i < Wo.rows; i++) {
    for (let j = 0; j < units; j++) Wo.set(i, j, Wo.get(i, j) - c * error[i] * k[j]);
  }
  return { k, c };
}

/**
 * The readout that ridge regression finds for given rates and targets.  [SA09]
 *
 *     Wo = argmin Σₜ ‖Wo r[t] − f[t]‖² + α ‖Wo‖²,     Woᵀ = (RᵀR + αI)⁻¹ Rᵀ f
 *
 * Recursive least squares from P = I/α and Wo = 0 arrives at exactly this after the same rates: α is its ridge penalty.
 *
 * @param rates R, one row per training step, T×N
 * @param targets f, one row per training step, T×O
 * @param alpha α > 0, in (rate)²
 * @returns Wo, O×N
 * @throws RangeError if a shape does not fit, a number is not finite, or α vanishes beside the rates
 */
export function readoutByRidge(rates: Matrix, targets: Matrix, alpha: number): Matrix {
  const where = "readoutByRidge";
  checkMatrix(where, "rates", rates);
  checkMatrix(where, "targets", targets, rates.rows);
  checkNumber(where, "alpha", alpha);
  const transposed = rates.transpose();
  const correlation = transposed.mmul(rates);
  for (let i = 0; i < correlation.rows; i++) correlation.set(i, i, correlation.get(i, i) + alpha);
  const cholesky = new CholeskyDecomposition(correlation);
  if (!cholesky.isPositiveDefinite()) {
    reject(where, "alpha", alpha, "large enough beside the rates to keep RᵀR + αI positive definite in float64");
  }
  return cholesky.solve(transposed.mmul(targets)).transpose();
}

/**
 * The readout that recursive least squares arrives at, one sample after the other.  [J15 eqs. 27, 28]
 *
 * It starts from Wo = 0 and P = I/α and takes one `updateReadout` per row. In exact arithmetic the result is that of
 * `readoutByRidge`, whatever the order of the rows: FORCE is ridge regression that never looks back.
 *
 * An α far below the squares of the rates leaves P no digits: I/α is rounded in steps larger than what is to become of it.
 * Where that shows, the samples are taken again, one by one, into the triangular root of P⁻¹, which never holds 1/α.
 *
 * @param rates R, one row per sample, (T×N)
 * @param targets f, one row per sample, (T×O)
 * @param alpha ridge penalty, α > 0, in (rate)²
 * @returns Wo, (O×N)
 * @throws RangeError if a shape does not fit or a number is not finite
 */
export function readoutByRecursion(rates: Matrix, targets: Matrix, alpha: number): Matrix {
  const where = "readoutByRecursion";
  checkMatrix(where, "rates", rates);
  checkMatrix(where, "targets", targets, rates.rows);
  checkNumber(where, "alpha", alpha);
  const units = rates.columns;
  const P = Matrix.eye(units).mul(1 / alpha);
  const Wo = Matrix.zeros(targets.columns, units);
  const probe = probeOf(units);
  const image = probe.map((sign) => alpha * sign);
  for (let t = 0; t < rates.rows; t++) {
    const r = Float64Array.from(rates.getRow(t));
    const error = Float64Array.from(targets.getRow(t), (f, k) => Wo.getRow(k).reduce((z, w, j) => z + w * r[j], -f));
    const { k, c } = step(P, Wo, r, error);
    const off = gainError({ k, c, r, probe, image, nextImage: image });
    if (off > digitTolerance) return readoutByRotations(rates, targets, alpha);
  }
  return Wo;
}

/**
 * The same readout by the root of P⁻¹: with U upper triangular, UᵀU = αI + Σ r rᵀ and Uᵀ y = Σ r f, each sample (r | f) is
 * rotated into (U | y), row by row (Givens), and Woᵀ = U⁻¹ y in the end.
 */
function readoutByRotations(rates: Matrix, targets: Matrix, alpha: number): Matrix {
  const [units, outputs] = [rates.columns, targets.columns];
  const rows = Array.from({ length: units }, (_, i) => {
    const row = new Float64Array(units + outputs);
    row[i] = Math.sqrt(alpha);
    return row;
  });
  for (let t = 0; t < rates.rows; t++) {
    const sample = Float64Array.from([...rates.getRow(t), ...targets.getRow(t)]);
    for (const [i, row] of rows.entries()) rotate(row, sample, i);
  }
  const Wo = Matrix.zeros(outputs, units);
  for (let o = 0; o < outputs; o++) {
    for (let i = units - 1; i >= 0; i--) {
      let rest = rows[i][units + o];
      for (let j = i + 1; j < units; j++) rest -= rows[i][j] * Wo.get(o, j);
      Wo.set(o, i, rest / rows[i][i]);
    }
  }
  return Wo;
}

/** Turns two rows in their plane until b[i] = 0, in place. */
function rotate(a: Float64Array, b: Float64Array, i: number): void {
  if (b[i] === 0) return;
  const length = Math.sqrt(a[i] * a[i] + b[i] * b[i]);
  const [cosine, sine] = [a[i] / length, b[i] / length];
  for (let j = i; j < a.length; j++) {
    const [x, y] = [a[j], b[j]];
    a[j] = cosine * x + sine * y;
    b[j] = cosine * y - sine * x;
  }
}
