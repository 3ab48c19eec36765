import type { ComplexArray } from "../flow/stability";
import { distance, norm } from "../wasm/vector";
import type { Certificate, UndecidedReason } from "./certify";
import type { MinimumStatus } from "./minimize";
import type { StartKind } from "./starts";

/** A fixed point, or among `slowPoints` a slow point: a minimum of q whose q is not zero. */
export interface FixedPoint {
  readonly xStar: Float64Array;
  /** What float64 cannot hold of a polished point: the certificate and `qStar` are for xStar + xLow. */
  readonly xLow?: Float64Array;
  /** The start that led to the lowest residual. */
  readonly xInit: Float64Array;
  /** q = ½‖F‖², at xStar + xLow where the point is polished: far below what float64 can tell from 0. */
  readonly qStar: number;
  readonly speed: number;
  /** Iterations from xInit to xStar. */
  readonly iterations: number;
  readonly status: MinimumStatus;
  /** Number of eigenvalues with Re λ > 0; −1 if not asked for, and for slow points. */
  readonly unstableCount: number;
  /** sign det(−J) = (−1)^unstableCount, the point's share of the index sum; 0 if J is singular. */
  readonly index: -1 | 0 | 1;
  /** Of J(xStar), in 1/τ, by falling real part. */
  readonly eigenvalues?: ComplexArray;
  /** Only for flows that know `lipschitzOfJacobian`. */
  readonly certificate?: Certificate;
  /** A fixed point lies within this of xStar, in activation, see `Judgement`; Infinity if none is known to. */
  readonly within: number;
  /** As slow as a fixed point, and neither shown to be one nor to be none: why. Only among slow points. */
  readonly undecided?: UndecidedReason;
  /** Number of starts that ended here. */
  readonly hits: number;
  /** The constant input under which it is one, (I); only for flows that have one. */
  readonly inputs?: Float64Array;
}

/** What became of one start. */
export interface Outcome {
  readonly start: Float64Array;
  readonly kind: StartKind;
  readonly status: MinimumStatus;
  /** Where it ended; missing if it diverged. */
  readonly x?: Float64Array;
  readonly q: number;
  readonly iterations: number;
  /** Index into `points`, or −1. */
  readonly point: number;
  /** Index into `slowPoints`, or −1. */
  readonly slowPoint: number;
}

export interface FixedPointSet {
  /** In the order of the first start that found each. */
  readonly points: FixedPoint[];
  /** Minima of q with q > 0, in the same order: no fixed points, but trajectories linger there. */
  readonly slowPoints: FixedPoint[];
  /** *Continuum suspected*: slow points, as indices, between which more of their kind lie, as on a line of fixed points. */
  readonly continuum?: readonly number[];
  /** One per start, in the order of the starts. */
  readonly outcomes: Outcome[];
  /** The constant input of the flow, if it has one. */
  readonly inputs?: Float64Array;
}

/**
 * Connected components of a set of points, two being linked when ‖x − y‖ ≤ tolerance · max(scale, ‖x‖, ‖y‖).
 *
 * Linking is carried on (a–b, b–c puts a and c together), so the components do not depend on the order of the points,
 * as the answer of "drop it if it is near one we have" does.
 *
 * @param points (N) each
 * @param tolerance relative distance, ≥ 0
 * @param scale size below which a point is as good as 0, in activation, ≥ 0: 1, unless states are measured in other units
 * @returns indices into `points`, ascending in each component; components in order of their first member
 */
export function connectedComponents(points: readonly Float64Array[], tolerance: number, scale = 1): number[][] {
  const sizes = points.map((x) => Math.min(Math.max(scale, norm(x)), Number.MAX_VALUE)); // a norm may overflow
  return linked(points.length, (i, j) => isWithin(points[i], points[j], tolerance * Math.max(sizes[i], sizes[j])));
}

/** The components that links make of `count` things; `isLink(i, j)` is asked for j < i that are not in one already. */
export function linked(count: number, isLink: (i: number, j: number) => boolean): number[][] {
  const parent = Array.from({ length: count }, (_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root];
    parent[i] = root;
    return root;
  };
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [rootOf(i), rootOf(j)];
      if (a !== b && isLink(i, j)) parent[Math.max(a, b)] = Math.min(a, b); // the root is always the first member
    }
  }
  const components = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const root = rootOf(i);
    if (root === i) components.set(i, []);
    components.get(root)?.push(i);
  }
  return [...components.values()];
}

/** Whether two states are one: ‖x − y‖ ≤ tolerance · max(scale, ‖x‖, ‖y‖), the rule of `connectedComponents`. */
export function isSamePlace(x: Float64Array, y: Float64Array, tolerance: number, scale = 1): boolean {
  return isWithin(x, y, tolerance * Math.min(Math.max(scale, norm(x), norm(y)), Number.MAX_VALUE));
}

/** Where a fixed point is known to be, and how well. */
export interface Located {
  readonly xStar: Float64Array;
  /** A fixed point lies within this of xStar, in activation; Infinity if none is known to. */
  readonly within?: number;
  readonly certificate?: { readonly isCertified: boolean; readonly uniqueRadius: number };
}

/**
 * Whether two fixed points are one, in any unit: one lies, with all that is not known of it, in the ball in which the other
 * is alone; or the balls in which they lie meet.
 */
export function isSamePoint(a: Located, b: Located): boolean {
  const [ra, rb] = [a.within ?? 0, b.within ?? 0];
  const apart = distance(a.xStar, b.xStar);
  if (apart === 0) return true;
  return apart + rb <= aloneWithin(a) || apart + ra <= aloneWithin(b) || apart <= ra + rb;
}

/** No other fixed point lies within this of the place; 0 if nothing is known. */
export function aloneWithin({ certificate }: Located): number {
  return certificate?.isCertified ? certificate.uniqueRadius : 0;
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
