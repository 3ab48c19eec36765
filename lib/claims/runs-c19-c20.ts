/** The runs behind claims C19 and C20: results of the studies of the search, and searches next to ghosts. */

import { findFixedPoints } from "../dynamics/fixed-points";
import { kineticEnergy } from "../dynamics/flow";
import { isSamePlace } from "../dynamics/merge";
import { ghostOfSaddleNode, saddleNodeFamily } from "../networks/planar";
import { createRng } from "../numerics/random";
import { checkCount, checkList, checkNumbers, checkRecord } from "../numerics/validate";
import type { DecidedSearch, GhostSearch, SearchTime } from "./c19-c20";
import type { SeededResult } from "./replicated";
import { startsInBox } from "./runs-c01-c03";
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
