import { checkNumber, reject } from "../wasm/validate";

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
