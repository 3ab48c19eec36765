/** The runs behind claims C19 and C20: results of the studies of the search, and searches next to ghosts and on drifting flows. */

import { Matrix } from "ml-matrix";
import { type Flow, kineticEnergy } from "../flow/flow";
import { ghostOfSaddleNode, saddleNodeFamily } from "../flow/plane";
import { checkRng, createRng, type Rng } from "../numbers/random";
import { certify } from "../search/certify";
import { findFixedPoints } from "../search/find";
import { isSamePlace } from "../search/points";
import { startsInBox } from "../search/starts";
import { checkCount, checkList, checkNumber, checkNumbers, checkRecord, reject } from "../wasm/validate";
import { dot } from "../wasm/vector";
import type { DecidedSearch, DriftSearch, GhostSearch, SearchTime } from "./c19-c20";
import type { SeededResult } from "./replicated";
import type { SearchStudyResult } from "./study-search";

/**
 * Distances past the bifurcation, and as far on this side of it. At μ = 1e-14 the ghost has q = 5e-29, below what the
 * paper asks of a slow point; a pair that close would be 2e-7 apart, less than what the search calls one point, so pairs end at 1e-8.
 */
export const ghostDistances: readonly number[] = Object.freeze([1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14]);
const closestPair = 1e-8;

/** A point found is a known one when it is this near, in parts of max(1, ‖x‖): a tenth of the closest pair. */
const nearKnown = 1e-5;

/**
 * Searches planar flows with a ghost, and those with the pair of fixed points in its place.
 *
 * @param seed of the starts
 * @param distances |μ|, each above 0 and below 1/3
 * @param count starts of each search; the paper's program uses 20
 */
export async function ghostSearches(
  seed: number,
  distances: readonly number[] = ghostDistances,
  count = 20,
): Promise<GhostSearch[]> {
  checkNumbers("ghostSearches", "distances", distances);
  checkCount("ghostSearches", "count", count);
  const starts = startsInBox(2, count, createRng(seed).split("starts"));
  const searches: GhostSearch[] = [];
  for (const distance of distances) {
    for (const mu of distance >= closestPair ? [distance, -distance] : [distance]) {
      const flow = saddleNodeFamily(mu);
      const ghost = mu > 0 ? ghostOfSaddleNode(mu) : undefined;
      // the ghost itself is a start: whoever minimises q long enough gets there
      const { points } = await findFixedPoints(flow, ghost ? [...starts, ghost] : starts, { withStability: false });
      const isKnown = (x: Float64Array): boolean => flow.fixedPoints.some((known) => isSamePlace(known, x, nearKnown));
      searches.push({
        mu,
        ghostQ: ghost ? kineticEnergy(flow.velocity(ghost)) : 0,
        known: flow.fixedPoints.length,
        found: flow.fixedPoints.filter((known) => points.some(({ xStar }) => isSamePlace(known, xStar, nearKnown)))
          .length,
        falselyCertified: points.filter(({ xStar }) => !isKnown(xStar)).length,
      });
    }
  }
  return searches;
}

/** Speeds of the drift, from one that is seen to one that is slower than any tolerance for a slow point. */
export const drifts: readonly number[] = Object.freeze([1e-3, 1e-6, 1e-9, 1e-12]);

/**
 * A flow that drifts through everywhere: F = −x + u (v·x) + e w with v·u = v·w = 1, so that v·F = e for every x.
 *
 * J = −I + u vᵀ has the eigenvalue 0 and does not change, K = 0: h = 0 says nothing here.
 *
 * @param units N, 1 … 1000
 * @param drift e, in activation per τ
 * @param rng source of u, v and w
 * @throws RangeError if an argument is out of place
 */
export function driftingFlow(units: number, drift: number, rng: Rng): Flow {
  checkCount("driftingFlow", "units", units);
  if (units > 1000) reject("driftingFlow", "units", units, "at most 1000: J is a full matrix");
  checkNumber("driftingFlow", "drift", drift, "any");
  checkRng("driftingFlow", rng);
  const draw = (): Float64Array => Float64Array.from({ length: units }, () => rng.normal());
  const v = draw();
  const [u, w] = [draw(), draw()].map((a) => a.map((value) => value / dot(a, v)));
  const velocity = (x: Float64Array): Float64Array => {
    const along = dot(v, x);
    return x.map((value, i) => -value + u[i] * along + drift * w[i]);
  };
  const J = new Matrix([...u].map((a, i) => [...v].map((b, j) => a * b - (i === j ? 1 : 0))));
  return { dimension: units, velocity, jacobian: () => J.clone(), lipschitzOfJacobian: () => 0 };
}

/**
 * Searches flows that drift through everywhere: nothing must be certified, at no start and at no end.
 *
 * @param seed of the flows and the starts
 * @param count starts of each search
 */
export async function driftSearches(seed: number, count = 5): Promise<DriftSearch[]> {
  checkCount("driftSearches", "count", count);
  const searches: DriftSearch[] = [];
  for (const units of [1, 2, 5, 20]) {
    for (const drift of drifts) {
      const rng = createRng(seed).split(`${units} units drift by ${drift}`);
      const flow = driftingFlow(units, drift, rng.split("flow"));
      const starts = startsInBox(units, count, rng.split("starts"));
      const { points, slowPoints } = await findFixedPoints(flow, starts, { withStability: false });
      const certified = slowPoints.filter(({ certificate }) => certificate?.isCertified).length;
      const atStarts = starts.filter((x) => certify(flow, x).isCertified).length;
      searches.push({ units, drift, falselyCertified: points.length + certified + atStarts });
    }
  }
  return searches;
}

/** What claim C19 needs of results of the study "search-tanh-1.5". */
export function searchTimes(runs: readonly SeededResult<SearchStudyResult>[]): SearchTime[] {
  checkList("searchTimes", "runs", runs, 0, ["result"]);
  return runs.map(({ seed, result: { seconds, points, machine } }) => ({ seed, seconds, points, machine }));
}

/** What claim C20 needs of results of the studies of the search. */
export function decidedSearches(runs: readonly SeededResult<SearchStudyResult>[]): DecidedSearch[] {
  checkList("decidedSearches", "runs", runs, 0, ["result"]);
  for (const [i, { result }] of runs.entries())
    checkRecord("decidedSearches", `runs[${i}].result.certificates`, result.certificates);
  return runs.map(({ seed, result: { certificates } }) => {
    const { certified, undecided, slowCertified } = certificates;
    return { seed, certified, undecided, slowCertified };
  });
}
