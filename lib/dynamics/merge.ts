import { checkNumber, checkVector, reject } from "../numerics/validate";
import { norm } from "../numerics/vector";

/**
 * Connected components of a set of points, two being linked when ‖x − y‖ ≤ tolerance · max(1, ‖x‖, ‖y‖).
 *
 * Linking is carried on (a–b, b–c puts a and c together), so the components do not depend on the order of the points,
 * as the answer of "drop it if it is near one we have" does.
 *
 * @param points (N) each
 * @param tolerance relative distance, ≥ 0
 * @returns indices into `points`, ascending in each component; components in order of their first member
 * @throws RangeError if a point or the tolerance is out of place
 */
export function connectedComponents(points: readonly Float64Array[], tolerance: number): number[][] {
  if (!Array.isArray(points)) reject("connectedComponents", "points", points, "an array of Float64Array");
  checkNumber("connectedComponents", "tolerance", tolerance, "not negative");
  for (const [i, x] of points.entries()) checkVector("connectedComponents", `points[${i}]`, x, points[0]?.length);
  const scale = points.map((x) => Math.min(Math.max(1, norm(x)), Number.MAX_VALUE)); // a norm may overflow
  const parent = points.map((_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root];
    parent[i] = root;
    return root;
  };
  for (let i = 0; i < points.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [rootOf(i), rootOf(j)];
      if (a === b) continue;
      if (isWithin(points[i], points[j], tolerance * Math.max(scale[i], scale[j]))) {
        parent[Math.max(a, b)] = Math.min(a, b); // the root is always the first member
      }
    }
  }
  const components = new Map<number, number[]>();
  for (let i = 0; i < points.length; i++) {
    const root = rootOf(i);
    if (root === i) components.set(i, []);
    components.get(root)?.push(i);
  }
  return [...components.values()];
}

/** Whether two points are one: ‖x − y‖ ≤ tolerance · max(1, ‖x‖, ‖y‖), the rule of `connectedComponents`. */
export function isSamePlace(x: Float64Array, y: Float64Array, tolerance: number): boolean {
  return isWithin(x, y, tolerance * Math.min(Math.max(1, norm(x), norm(y)), Number.MAX_VALUE));
}

/** ‖x − y‖ ≤ distance, given up as soon as it is clear that it is not; in parts of the distance, lest squares overflow. */
function isWithin(x: Float64Array, y: Float64Array, distance: number): boolean {
  let sum = 0;
  for (let i = 0; i < x.length && sum <= 1; i++) {
    const part = x[i] === y[i] ? 0 : (x[i] - y[i]) / distance;
    sum += part * part;
  }
  return sum <= 1;
}
