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
