import { checkCount, checkList, checkPattern, checkVector } from "../wasm/validate";
import { distance } from "../wasm/vector";
import type { Memory } from "./memories";

/**
 * How unequal the squared distances between points are: standard deviation over mean, over all pairs.
 *
 * 0 for points that are all equally far from each other. Squares, because for them there is a bound: `leastInequality`.
 *
 * @param points two or more, (N) each
 * @throws RangeError if there are fewer, or they differ in length
 */
export function distanceInequality(points: readonly Float64Array[]): number {
  checkList("distanceInequality", "points", points, 2);
  points.forEach((x, i) => {
    checkVector("distanceInequality", `points[${i}]`, x, i > 0 ? points[0].length : undefined);
  });
  const squared = points.flatMap((a, i) => points.slice(0, i).map((b) => distance(a, b))).map((d) => d * d);
  const mean = squared.reduce((sum, d) => sum + d, 0) / squared.length;
  const variance = squared.reduce((sum, d) => sum + (d - mean) * (d - mean), 0) / squared.length;
  return mean > 0 ? Math.sqrt(variance) / mean : 0;
}

/**
 * How equal the distances between n points in d dimensions can be at best: no set has a smaller `distanceInequality`.
 *
 *     inequality² ≥ (n − 1)(d + 1)/(n d) − 1
 *
 * Equal distances need d = n − 1: a triangle in the plane, a tetrahedron in space, and fifteen dimensions for 16 points.
 * (With G the Gram matrix of the centred points, Σ D²ᵢⱼ = 2n Σ G²ᵢᵢ + 2 (tr G)² + 4‖G‖², where Σ G²ᵢᵢ ≥ (tr G)²/n and, for
 * rank d, ‖G‖² ≥ (tr G)²/d.) A tesseract attains the bound in four dimensions: √(11/64) = 0.415. So it is as
 * equidistant as 16 points can be there, and far from equidistant.
 *
 * @param points n, their number
 * @param dimensions d, of the space they lie in
 * @throws RangeError if n is below 2 or d below 1
 */
export function leastInequality(points: number, dimensions: number): number {
  checkCount("leastInequality", "points", points, 2);
  checkCount("leastInequality", "dimensions", dimensions);
  if (dimensions >= points - 1) return 0;
  return Math.sqrt(((points - 1) * (dimensions + 1)) / (points * dimensions) - 1);
}

/** Mean and relative spread (standard deviation / mean) of the distances between memories a given number of flips apart. */
export interface FlipDistance {
  readonly flips: number;
  readonly pairs: number;
  readonly mean: number;
  readonly spread: number;
}

/**
 * Distances between memories, grouped by the number of bits in which they differ: 12, 12 and 4 pairs on a cube.
 *
 * @param corners the memories, states all of the same length
 * @returns one row per number of flips, ascending; distances in activation
 * @throws RangeError if the states differ in length or hold a NaN
 */
export function flipDistances(corners: readonly Pick<Memory, "bits" | "state">[]): FlipDistance[] {
  checkList("flipDistances", "corners", corners, 0, ["bits", "state"]);
  const groups = new Map<number, number[]>();
  corners.forEach((a, i) => {
    checkPattern("flipDistances", `corners[${i}].bits`, a.bits, corners[0].bits.length);
    checkVector("flipDistances", `corners[${i}].state`, a.state, corners[0].state.length);
    for (const b of corners.slice(0, i)) {
      const flips = a.bits.filter((bit, k) => bit !== b.bits[k]).length;
      const squared = a.state.reduce((sum, v, k) => sum + (v - b.state[k]) ** 2, 0);
      groups.set(flips, [...(groups.get(flips) ?? []), Math.sqrt(squared)]);
    }
  });
  return [...groups.entries()]
    .sort(([a], [b]) => a - b)
    .map(([flips, lengths]) => {
      const mean = lengths.reduce((s, d) => s + d, 0) / lengths.length;
      const variance = lengths.reduce((s, d) => s + (d - mean) ** 2, 0) / lengths.length;
      return { flips, pairs: lengths.length, mean, spread: Math.sqrt(variance) / mean };
    });
}
