import { CholeskyDecomposition, type Matrix } from "ml-matrix";
import { checkMatrix, checkNumber, checkVector, reject } from "../numerics/validate";

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
  return c;
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
