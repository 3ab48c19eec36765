import { checkCount, checkList, checkVector } from "../wasm/validate";
import { distance } from "../wasm/vector";

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
