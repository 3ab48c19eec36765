/**
 * Verdicts on the claims of §§3–4: finding fixed points of the 2-D system (C1), conjugate gradients against gradient
 * descent (C2), the Gauss–Newton Hessian near a fixed point (C3).
 */

import { median } from "../numbers/statistics";
import { log } from "../wasm/elementary";
import { checkList, checkNumber, checkNumbers, checkRecord, checkShape, reject } from "../wasm/validate";
import type { ClaimVerdict, Verdict } from "./verdict";

/** The fixed points of eqs. 14–15 in closed form. The paper prints (1, −½) for the third: F is (0, 1) there. */
const twoWellsTruth: readonly { readonly x: number; readonly y: number; readonly unstableCount: number }[] = [
  { x: 1, y: 0.5, unstableCount: 0 },
  { x: 0, y: 0, unstableCount: 1 },
  { x: -1, y: -0.5, unstableCount: 0 },
];

/**
 * Thresholds of C1 to C3, each with its reason.
 */
export const claimThresholds: {
  readonly c1Distance: number;
  readonly c1Partly: number;
  readonly c2Goal: number;
  readonly c2Much: number;
  readonly c2Faster: number;
  readonly c3Order: number;
  readonly c3Error: number;
} = Object.freeze({
  /** The points are 1.1 apart and a solver stops within 1e-10 of them: anything between tells them apart. */
  c1Distance: 1e-6,
  /** Share of seeds that must find the exact set for "partly": more often than not. */
  c1Partly: 0.5,
  /** Arrived at a fixed point: q far below that of any slow point, yet above what rounding allows. (Younger than the
   * others: added after a first look at seeds 1–5, before the run on 11–15 that decides.) */
  c2Goal: 1e-24,
  /** "Much faster" is read as an order of magnitude. */
  c2Much: 10,
  /** Below a factor of two, a cleverer line search or a different stopping rule could turn the order round. */
  c2Faster: 2,
  /** The dropped term Σ F_k ∂²F_k is linear in F, so the order in the distance must be 1; 0.9 leaves room for curvature. */
  c3Order: 0.9,
  /** A Hessian right to 1 % gives steps right to about two digits: each Gauss–Newton step then gains two digits. */
  c3Error: 0.01,
});

/** What C1 needs to know of one search of the 2-D system. */
export interface PlanarSearch {
  readonly seed: number;
  readonly points: readonly { readonly xStar: Float64Array; readonly unstableCount: number }[];
}

/**
 * C1 [J15 §3.1, Fig. 2]: minimising q finds the three fixed points, two attracting and one a saddle.
 *
 * Statistic: the share of searches whose found set *is* the closed-form set: three points, nothing else, each with the
 * right number of unstable directions. All → reproduced; at least half → partly.
 *
 * @throws RangeError if there is no search
 */
export function claimC1(searches: readonly PlanarSearch[]): ClaimVerdict {
  checkList("claimC1", "searches", searches, 1, ["points", "seed"]);
  checkShape("claimC1", "searches", searches, [{ points: [{ xStar: "numbers" }] }]);
  const exact = searches.filter((search) => isTheTruth(search)).length;
  const share = exact / searches.length;
  return {
    claim: "C1",
    statistic: `${exact} of ${searches.length} searches find exactly the closed-form points, kinds included`,
    tolerance: `all searches, every point within ${claimThresholds.c1Distance}`,
    verdict: share === 1 ? "reproduced" : share >= claimThresholds.c1Partly ? "partly" : "not reproduced",
    seeds: searches.map((search) => search.seed),
  };
}

function isTheTruth(search: PlanarSearch): boolean {
  const isFound = twoWellsTruth.map((truth) =>
    search.points.some(
      ({ xStar, unstableCount }) =>
        Math.abs(xStar[0] - truth.x) <= claimThresholds.c1Distance &&
        Math.abs(xStar[1] - truth.y) <= claimThresholds.c1Distance &&
        unstableCount === truth.unstableCount,
    ),
  );
  return search.points.length === twoWellsTruth.length && isFound.every(Boolean);
}

/** What a minimisation cost: evaluations of F and of J, products of J with a vector; and the q it reached. */
export interface DescentCost {
  readonly q: number;
  /** where it ended, (N) */
  readonly x: Float64Array;
  readonly evaluations: { readonly velocity: number; readonly jacobian: number; readonly products: number };
}

/** Two methods from the same start, with the same stopping rule. */
export interface DescentRace {
  readonly system: string;
  readonly seed: number;
  readonly gradient: DescentCost;
  readonly cg: DescentCost;
}

/**
 * How many times more evaluations gradient descent needs than CG from the same start: of F, of J, and products of J
 * with a vector (each as much work as one F), because CG hides its work in the last.
 *
 * A gradient descent cut off by its limit counts with what it had spent: the ratio is then a lower bound. If CG did not
 * arrive, it has lost: 0.
 */
export function descentRatio(race: DescentRace): number {
  checkRecord("descentRatio", "race", race, ["gradient", "cg"]);
  if (!(race.cg.q <= claimThresholds.c2Goal)) return 0;
  return evaluationsOf(race.gradient) / evaluationsOf(race.cg);
}

function evaluationsOf({ evaluations }: DescentCost): number {
  return evaluations.velocity + evaluations.jacobian + evaluations.products;
}

/** One group of races, in words, for `table`. */
export interface RaceGroup extends Record<string, unknown> {
  readonly "ends at": string;
  readonly races: number;
  /** median of `descentRatio` */
  readonly "times the work of CG": number;
}

/**
 * Races in groups, each with its median ratio: what a single median hides when the ratios fall into heaps.
 *
 * @param races at least one
 * @param endOf what to call the place where a race ended
 * @returns one row per name, in order of first appearance
 * @throws RangeError if there is no race, or `endOf` is not a function
 */
export function racesByEnd(races: readonly DescentRace[], endOf: (race: DescentRace) => string): RaceGroup[] {
  checkList("racesByEnd", "races", races, 1);
  if (typeof endOf !== "function") reject("racesByEnd", "endOf", endOf, "a function from a race to a word");
  const groups = new Map<string, number[]>();
  for (const race of races) {
    const end = endOf(race);
    groups.set(end, [...(groups.get(end) ?? []), descentRatio(race)]);
  }
  return [...groups].map(([end, ratios]) => ({
    "ends at": end,
    races: ratios.length,
    "times the work of CG": median(ratios),
  }));
}

/**
 * C2 [J15 §3]: conjugate gradients converge much faster than gradient descent.
 *
 * Statistic: per system the median over starts of `descentRatio`; the system where it is smallest decides, because the
 * paper makes the claim of the method, not of one system.
 *
 * @throws RangeError if there is no race
 */
export function claimC2(races: readonly DescentRace[]): ClaimVerdict {
  checkList("claimC2", "races", races, 1, ["system", "gradient", "cg"]);
  const systems = [...new Set(races.map((race) => race.system))];
  const medians = systems.map((system) =>
    median(races.filter((race) => race.system === system).map((race) => descentRatio(race))),
  );
  const weakest = Math.min(...medians);
  /** A median is a lower bound when most gradient descents behind it were cut off. */
  const isBound = systems.map((system) => {
    const those = races.filter((race) => race.system === system);
    return those.filter((race) => race.gradient.q > claimThresholds.c2Goal).length * 2 >= those.length;
  });
  const { c2Much, c2Faster } = claimThresholds;
  const isAnywhere = medians.some((value) => value >= c2Faster);
  const verdict: Verdict = weakest >= c2Much ? "reproduced" : isAnywhere ? "partly" : "not reproduced";
  return {
    claim: "C2",
    statistic: systems
      .map((system, i) => `${system}: ${isBound[i] ? "at least " : ""}${medians[i].toFixed(1)} × fewer evaluations`)
      .join("; "),
    tolerance: `median over starts ≥ ${c2Much} in every system; partly if ≥ ${c2Faster} in one`,
    verdict,
    seeds: [...new Set(races.map((race) => race.seed))],
  };
}

/** Relative error ‖H − JᵀJ‖ / ‖H‖ of the Gauss–Newton Hessian at growing distance from one fixed point. */
export interface HessianErrors {
  readonly seed: number;
  /** distances ‖x − x*‖, ascending, at least two */
  readonly distances: readonly number[];
  readonly errors: readonly number[];
}

/**
 * C3 [J15 eq. 12]: near a fixed point the Gauss–Newton term JᵀJ suffices for the Hessian of q.
 *
 * Statistic: the order p of error ∝ distanceᵖ (least squares on logarithms), and the error at the smallest distance;
 * the worst seed decides.
 *
 * @throws RangeError if there is no result, or one with fewer than two distances or unequal lengths
 */
export function claimC3(results: readonly HessianErrors[]): ClaimVerdict {
  checkList("claimC3", "results", results, 1, ["distances", "errors"]);
  for (const { distances, errors } of results) {
    if (distances.length < 2) reject("claimC3", "distances", `has length ${distances.length}`, "at least 2");
    if (errors.length !== distances.length)
      reject("claimC3", "errors", `has length ${errors.length}`, `${distances.length}`);
  }
  const order = Math.min(...results.map(({ distances, errors }) => orderOf(distances, errors)));
  const closest = Math.max(...results.map(({ errors }) => errors[0]));
  const { c3Order, c3Error } = claimThresholds;
  const isGood = [order >= c3Order, closest <= c3Error];
  return {
    claim: "C3",
    statistic: `error falls like the distance to the power ${order.toFixed(2)}; at the smallest distance ${(100 * closest).toPrecision(2)} % (worst seed)`,
    tolerance: `order ≥ ${c3Order} and error at the smallest distance ≤ ${100 * c3Error} %; partly if one of the two`,
    verdict: isGood.every(Boolean) ? "reproduced" : isGood.some(Boolean) ? "partly" : "not reproduced",
    seeds: results.map((result) => result.seed),
  };
}

/**
 * The exponent p of error ∝ distanceᵖ: slope of the least-squares line through (log distance, log error).
 *
 * @param distances positive, (K)
 * @param errors positive, (K)
 * @throws RangeError if the two differ in length, or an entry is not positive
 */
export function orderOf(distances: readonly number[], errors: readonly number[]): number {
  checkNumbers("orderOf", "distances", distances, 2);
  checkNumbers("orderOf", "errors", errors, 2);
  if (errors.length !== distances.length) {
    reject("orderOf", "errors", `has length ${errors.length}`, `${distances.length}, as distances`);
  }
  for (const [i, d] of distances.entries()) checkNumber("orderOf", `distances[${i}]`, d);
  for (const [i, e] of errors.entries()) checkNumber("orderOf", `errors[${i}]`, e);
  const a = distances.map((d) => log(d));
  const b = errors.map((e) => log(e));
  const meanA = a.reduce((sum, v) => sum + v, 0) / a.length;
  const meanB = b.reduce((sum, v) => sum + v, 0) / b.length;
  const covariance = a.reduce((sum, v, i) => sum + (v - meanA) * (b[i] - meanB), 0);
  return covariance / a.reduce((sum, v) => sum + (v - meanA) ** 2, 0);
}
