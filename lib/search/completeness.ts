import { checkFlowArgument, type Flow } from "../flow/flow";
import { checkCount, checkShape, reject } from "../wasm/validate";
import type { FixedPointSet } from "./fixed-point-set";
import { isSamePoint } from "./merge";
import { mirrorOf } from "./starts";

/**
 * Least coverage at which a set can be judged. Below a half the next start of the kind is more likely to end at a point not
 * yet known than at one of these, so that a search which stops has stopped too early.
 */
export const leastCoverage = 0.5;

/**
 * A point with more unstable modes than this belongs to a crowded middle, which no search can complete: a flip-flop of b bits
 * has at most b, and a few more where training added some.
 */
export const crowdedFrom = 20;

/** What speaks against completeness, gravest first within each kind. */
export type CompletenessReason =
  | "the index sum is wrong"
  | "mirror images are missing"
  | "no fixed point at all"
  | Open
  | Unknown;

/** A place is left open: with it all checks may hold, or none. */
type Open = "a degenerate point has no index" | "a continuum of fixed points is suspected" | "places are undecided";

/** Nothing is missing that one knows of, but one would not know. */
type Unknown = "the middle holds exponentially many" | "no index sum is known for this flow" | "too few starts agree";

export interface Completeness {
  /** Σ sign det(−J) over all fixed points found that are not degenerate. */
  readonly indexSum: number;
  /** What the sum must be, 1 for F = −x + bounded; undefined if the flow does not say. */
  readonly expectedIndexSum?: number;
  /** Indices of points with singular J: they are not counted. */
  readonly degenerate: number[];
  /** Indices of points whose mirror image is missing; empty if the flow is not odd. */
  readonly unpaired: number[];
  /** The flow is odd, so the origin is a fixed point, and it is not among the points. */
  readonly isOriginMissing: boolean;
  /** Good–Turing: estimated chance that a further start of the sampled kind ends at a point already known. */
  readonly coverage?: number;
  /** Chao1: a lower bound of the number of points that starts of the sampled kind can reach. */
  readonly chao1?: number;
  /** Number of starts these two estimates rest on. */
  readonly sampled: number;
  /** Indices of slow points that may be fixed points: as slow as one, and undecided. */
  readonly undecided: number[];
  /**
   * "gap found": a check fails. "unknown": none fails, or one may fail because of places that are undecided; and the checks
   * are too few to tell. "no gap found": all checks hold. Necessary for completeness, never a proof of it.
   */
  readonly verdict: "gap found" | "no gap found" | "unknown";
  /** Why not "no gap found"; empty if it is. */
  readonly reasons: readonly CompletenessReason[];
  /** verdict is "no gap found". */
  readonly noGapFound: boolean;
}

/**
 * Does a set of fixed points show signs of being incomplete?
 *
 *     F(x) = −x + bounded   ⇒   Σ sign det(−J(x*)) = Σ (−1)^(unstable eigenvalues) = 1    over *all* fixed points
 *
 * (the degree of −F on a large ball is that of the identity). A set with another sum is incomplete. The converse does not hold:
 * a single attractor sums to 1. An odd flow adds two checks: the origin is in, and points come in pairs ±x. Coverage is
 * 1 − f₁/n and Chao1 is S + f₁²/(2 f₂), f_k being the number of points found k times, over the n starts of kind
 * "trajectory" or, if there are none, "given" that ended at a fixed point; both weigh a point by the size of its basin.
 *
 * Where these checks cannot tell, completeness is *unknown*: no sum is known for the flow, places are undecided, the middle
 * is crowded (`crowdedFrom`), or coverage is below `leastCoverage`.
 *
 * @param set as from `findFixedPoints`
 * @param flow the flow it was found for
 * @param crowded most unstable modes of a point before the middle counts as crowded, by default `crowdedFrom`
 * @throws RangeError if one of them is not what it should be
 */
export function completeness(set: FixedPointSet, flow: Flow, crowded: number = crowdedFrom): Completeness {
  checkFlowArgument("completeness", flow);
  checkCount("completeness", "crowded", crowded, 0);
  if (!Array.isArray(set?.points) || !Array.isArray(set?.outcomes)) {
    reject("completeness", "set", set, "a FixedPointSet, as from findFixedPoints");
  }
  checkShape("completeness", "set", set, {
    points: [{ xStar: "vector" }],
    "slowPoints?": [{}],
    outcomes: [{}],
    "continuum?": "list",
  });
  const { points, slowPoints = [] } = set;
  const indexSum = points.reduce((sum, point) => sum + point.index, 0);
  const degenerate = points.flatMap((point, i) => (point.index === 0 ? [i] : []));
  const undecided = slowPoints.flatMap((point, i) => (point.undecided === undefined ? [] : [i]));
  const unpaired = flow.odd ? points.flatMap((_, i) => (hasMirror(set, i) ? [] : [i])) : [];
  const isOriginMissing = flow.odd === true && !points.some((point) => isSamePoint(point, origin(flow)));
  const expectedIndexSum = flow.boundedRates ? 1 : undefined;
  const estimates = coverageOf(set);
  const { coverage = 0 } = estimates;
  const gaps: CompletenessReason[] = [
    ...(expectedIndexSum !== undefined && indexSum !== expectedIndexSum ? (["the index sum is wrong"] as const) : []),
    ...(unpaired.length > 0 || isOriginMissing ? (["mirror images are missing"] as const) : []),
    ...(points.length === 0 ? (["no fixed point at all"] as const) : []),
  ];
  const open: CompletenessReason[] = [
    ...(degenerate.length > 0 ? (["a degenerate point has no index"] as const) : []),
    ...(set.continuum?.length ? (["a continuum of fixed points is suspected"] as const) : []),
    ...(undecided.length > 0 ? (["places are undecided"] as const) : []),
  ];
  const unknown: CompletenessReason[] = [
    ...(points.some((point) => point.unstableCount > crowded)
      ? (["the middle holds exponentially many"] as const)
      : []),
    ...(expectedIndexSum === undefined ? (["no index sum is known for this flow"] as const) : []),
    ...(coverage < leastCoverage ? (["too few starts agree"] as const) : []),
  ];
  // a flow without a known sum may have no fixed point
  const isGap = open.length === 0 && gaps.some((gap) => gap !== "no fixed point at all");
  const reasons = [...open, ...gaps, ...unknown];
  const verdict = reasons.length === 0 ? "no gap found" : isGap ? "gap found" : "unknown";
  return {
    indexSum,
    ...(expectedIndexSum === undefined ? {} : { expectedIndexSum }),
    degenerate,
    unpaired,
    isOriginMissing,
    ...estimates,
    undecided,
    verdict,
    reasons,
    noGapFound: verdict === "no gap found",
  };
}

/** Whether something is known to be missing, or a place is open: deflation may then help. */
export function isOpen({ reasons }: Completeness): boolean {
  const unknown: readonly CompletenessReason[] = [
    "the middle holds exponentially many",
    "no index sum is known for this flow",
    "too few starts agree",
  ];
  return reasons.some((reason) => !unknown.includes(reason));
}

/** The origin, where an odd flow rests exactly. */
function origin({ dimension }: Flow): { xStar: Float64Array } {
  return { xStar: new Float64Array(dimension) };
}

function hasMirror(set: FixedPointSet, index: number): boolean {
  const point = set.points[index];
  const image = { ...point, xStar: mirrorOf(point.xStar) };
  return set.points.some((other) => isSamePoint(other, image));
}

function coverageOf(set: FixedPointSet): { coverage?: number; chao1?: number; sampled: number } {
  const kind = set.outcomes.some((outcome) => outcome.kind === "trajectory") ? "trajectory" : "given";
  const found = set.outcomes.filter((outcome) => outcome.kind === kind && outcome.point >= 0);
  if (found.length === 0) return { sampled: 0 };
  const hits = new Map<number, number>();
  for (const { point } of found) hits.set(point, (hits.get(point) ?? 0) + 1);
  const times = (k: number) => [...hits.values()].filter((count) => count === k).length;
  const [once, twice] = [times(1), times(2)];
  // the second form is the bias-corrected one, for when nothing was found exactly twice
  const unseen = twice > 0 ? (once * once) / (2 * twice) : (once * (once - 1)) / 2;
  return { coverage: 1 - once / found.length, chao1: hits.size + unseen, sampled: found.length };
}
