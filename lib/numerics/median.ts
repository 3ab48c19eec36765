import { checkNumbers } from "./validate";

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
