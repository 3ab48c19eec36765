import { checkVector } from "../wasm/validate";

/**
 * Mean period of an oscillation, from its upward passages through its own middle (half of lowest plus highest value).
 *
 *     period = (last passage − first passage) / (number of passages − 1)
 *
 * Passages are placed between two steps by a straight line, so the error is a small part of a step.
 *
 * @param values one value per step, (T); leave out the transient
 * @returns steps per period; NaN if there are fewer than two passages: then nothing oscillates, or not for long enough
 * @throws RangeError if values are empty or not finite
 */
export function meanPeriod(values: Float64Array): number {
  checkVector("meanPeriod", "values", values);
  let [low, high] = [values[0], values[0]];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const middle = low / 2 + high / 2;
  const passages: number[] = [];
  for (let t = 1; t < values.length; t++) {
    const [before, after] = [values[t - 1] - middle, values[t] - middle];
    if (before < 0 && after >= 0) passages.push(t - after / (after - before));
  }
  if (passages.length < 2) return Number.NaN;
  return (passages[passages.length - 1] - passages[0]) / (passages.length - 1);
}
