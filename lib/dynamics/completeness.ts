import { checkShape, reject } from "../numerics/validate";
import { norm } from "../numerics/vector";
import type { FixedPointSet } from "./fixed-point-set";
import { findDefaults } from "./fixed-points";
import { checkFlowArgument, type Flow } from "./flow";
import { isSamePlace } from "./merge";
import { mirrorOf } from "./starts";

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
  /** None of the checks above shows a gap. Necessary for completeness, never a proof of it. */
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
 * @param set as from `findFixedPoints`
 * @param flow the flow it was found for
 * @throws RangeError if one of them is not what it should be
 */
export function completeness(set: FixedPointSet, flow: Flow): Completeness {
  checkFlowArgument("completeness", flow);
  if (!Array.isArray(set?.points) || !Array.isArray(set?.outcomes)) {
    reject("completeness", "set", set, "a FixedPointSet, as from findFixedPoints");
  }
  checkShape("completeness", "set", set, { points: [{ xStar: "vector" }], outcomes: [{}] });
  const { points } = set;
  const indexSum = points.reduce((sum, point) => sum + point.index, 0);
  const degenerate = points.flatMap((point, i) => (point.index === 0 ? [i] : []));
  const unpaired = flow.odd ? points.flatMap((_, i) => (hasMirror(set, i) ? [] : [i])) : [];
  const isOriginMissing = flow.odd === true && !points.some(({ xStar }) => norm(xStar) <= samePlace);
  const expectedIndexSum = flow.boundedRates ? 1 : undefined;
  const isSumWrong = expectedIndexSum !== undefined && indexSum !== expectedIndexSum;
  const hasGap = degenerate.length > 0 || isSumWrong || unpaired.length > 0 || isOriginMissing;
  const estimates = coverageOf(set);
  return {
    indexSum,
    ...(expectedIndexSum === undefined ? {} : { expectedIndexSum }),
    degenerate,
    unpaired,
    isOriginMissing,
    ...estimates,
    noGapFound: points.length > 0 && !hasGap,
  };
}

/** Relative distance at which two fixed points are one. */
const samePlace = findDefaults.mergeTolerance;

function hasMirror(set: FixedPointSet, index: number): boolean {
  const image = mirrorOf(set.points[index].xStar);
  return set.points.some(({ xStar }) => isSamePlace(xStar, image, samePlace));
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
