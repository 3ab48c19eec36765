import { checkNumber } from "../wasm/validate";

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
