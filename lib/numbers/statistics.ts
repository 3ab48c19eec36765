import { log } from "../wasm/elementary";
import { checkNumber, checkNumbers, reject } from "../wasm/validate";

/**
 * The middle one of some numbers, or the mean of the two in the middle.
 *
 * @throws RangeError if there is no number, or one is a NaN
 */
export function median(values: readonly number[]): number {
  checkNumbers("median", "values", values, 1);
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Between which of the values the median of their population lies, at 95 % or more, whatever its distribution: the k-th from
 * either end, with the greatest k for which fewer than k heads in as many tosses have a chance of at most 2.5 %.
 *
 * @param values six at least: of five the widest interval, from least to greatest, has 94 %
 * @throws RangeError if there are too few, or one is a NaN
 */
export function medianInterval(values: readonly number[]): [number, number] {
  checkNumbers("medianInterval", "values", values, 6);
  const sorted = [...values].sort((a, b) => a - b);
  const size = sorted.length;
  let [k, chance, below] = [0, 0.5 ** size, 0.5 ** size];
  while (below <= 0.025) {
    k++;
    chance *= (size - k + 1) / k;
    below += chance;
  }
  return [sorted[k - 1], sorted[size - k]];
}

/**
 * Mean and standard deviation, s² = Σ (v − mean)² / (n − 1).
 *
 * @throws RangeError if there are fewer than two numbers, or one is a NaN
 */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  checkNumbers("meanAndDeviation", "values", values, 2);
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / (values.length - 1);
  return { mean, deviation: Math.sqrt(variance) };
}

/**
 * Rank correlation of two lists (Spearman): 1 if they rise together, −1 if one falls as the other rises, near 0 if neither
 * foretells the other. Equal values share the mean of their ranks.
 *
 * @param a one number for each of at least two things
 * @param b another for each
 * @returns −1 to 1; 0 if all values of one list are equal
 * @throws RangeError if the lengths differ, or there are fewer than two
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  checkNumbers("rankCorrelation", "a", a, 2);
  checkNumbers("rankCorrelation", "b", b);
  if (a.length !== b.length) reject("rankCorrelation", "b", `has length ${b.length}`, `${a.length}`);
  const [p, q] = [a, b].map(ranks);
  const middle = (a.length + 1) / 2;
  const product = (u: readonly number[], v: readonly number[]): number =>
    u.reduce((sum, rank, k) => sum + (rank - middle) * (v[k] - middle), 0);
  const scale = Math.sqrt(product(p, p) * product(q, q));
  return scale === 0 ? 0 : product(p, q) / scale;
}

/** Places in ascending order, from 1; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same + 1) / 2;
  });
}

/**
 * The exponent p of error ∝ distanceᵖ: slope of the least-squares line through (log distance, log error).
 *
 * @param distances positive, (K)
 * @param errors positive, (K)
 * @throws RangeError if the two differ in length, or an entry is not positive
 */
export function orderOf(distances: readonly number[], errors: readonly number[]): number {
  checkNumbers("orderOf", "distances", distances, 2);
  checkNumbers("orderOf", "errors", errors, 2);
  if (errors.length !== distances.length) {
    reject("orderOf", "errors", `has length ${errors.length}`, `${distances.length}, as distances`);
  }
  for (const [i, d] of distances.entries()) checkNumber("orderOf", `distances[${i}]`, d);
  for (const [i, e] of errors.entries()) checkNumber("orderOf", `errors[${i}]`, e);
  const a = distances.map((d) => log(d));
  const b = errors.map((e) => log(e));
  const meanA = a.reduce((sum, v) => sum + v, 0) / a.length;
  const meanB = b.reduce((sum, v) => sum + v, 0) / b.length;
  const covariance = a.reduce((sum, v, i) => sum + (v - meanA) * (b[i] - meanB), 0);
  return covariance / a.reduce((sum, v) => sum + (v - meanA) ** 2, 0);
}
