import { checkNumber, checkNumbers, reject } from "../wasm/check";
import { log } from "../wasm/elementary";

const degreesPerRadian = 57.29577951308232;
/** Below this x the series needs 12 terms: 0.12²⁴/25 is below rounding. */
const terms = 12;

/**
 * The angle of a right triangle from its two legs, in degrees: 0 … 90.
 *
 * tan(angle) = across/along. Three halvings, tan(a/2) = t/(1 + √(1 + t²)), and the series of the arctangent: only
 * operations that every machine rounds alike.
 *
 * @param across leg opposite the angle, ≥ 0: a sine
 * @param along leg beside it, ≥ 0: a cosine
 * @throws RangeError if a leg is negative or not finite, or both are 0
 */
export function angleInDegrees(across: number, along: number): number {
  checkNumber("angleInDegrees", "across", across, "not negative");
  checkNumber("angleInDegrees", "along", along, "not negative");
  if (across === 0 && along === 0) reject("angleInDegrees", "across and along", "are both 0", "one of them above 0");
  if (across > along) return 90 - degreesOfTangent(along / across);
  return degreesOfTangent(across / along);
}

/** For 0 ≤ t ≤ 1. */
function degreesOfTangent(t: number): number {
  let x = t;
  for (let halving = 0; halving < 3; halving++) x /= 1 + Math.sqrt(1 + x * x);
  let sum = 0;
  for (let k = terms; k >= 0; k--) sum = 1 / (2 * k + 1) - x * x * sum;
  return 8 * x * sum * degreesPerRadian;
}

/** Coefficients (−1)ᵏ/(2k+1)! of sin a / a in a²; at a = π/2 the first one left out adds 6e-20. */
const coefficients: readonly number[] = alternatingFactorials(12);

function alternatingFactorials(count: number): number[] {
  const values: number[] = [];
  let factorial = 1; // exact up to 21!, rounded once after that
  for (let k = 0; k < count; k++) {
    if (k > 0) factorial *= 2 * k * (2 * k + 1);
    values.push((k % 2 === 0 ? 1 : -1) / factorial);
  }
  return values;
}

/**
 * Sine of an angle in turns, sin 2πφ.
 *
 * Turns instead of radians, because whole turns can then be taken off without error, however many there are: an
 * oscillator may run for ever. Made of +, −, × and ⌊ ⌋ alone, so that the bits are the same on every machine (`Math.sin`
 * promises none).
 *
 * @param turns φ, any finite number
 * @returns sin 2πφ in [−1, 1], within 4e-16
 * @throws RangeError if φ is not finite
 */
export function sineOfTurns(turns: number): number {
  checkNumber("sineOfTurns", "turns", turns, "any");
  let part = turns - Math.floor(turns + 0.5);
  // sin 2πφ = sin 2π(½ − φ): folded into [−¼, ¼]; both differences are exact
  if (part > 0.25) part = 0.5 - part;
  else if (part < -0.25) part = -0.5 - part;
  const angle = 2 * Math.PI * part;
  const square = angle * angle;
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * square + coefficients[k];
  const value = angle * sum;
  return value > 1 ? 1 : value < -1 ? -1 : value;
}

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
