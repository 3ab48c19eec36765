import { checkNumbers, reject } from "../wasm/validate";

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
