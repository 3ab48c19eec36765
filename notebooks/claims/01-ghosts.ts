/** C20, of notebook 01: does a search tell fixed points from slow ones?  [J15 §9.1] */
import { Matrix } from "ml-matrix";
import { type Flow, kineticEnergy } from "rnn-dynamics/dist/flow/flow";
import { ghostOfSaddleNode, saddleNodeFamily } from "rnn-dynamics/dist/flow/plane";
import { checkRng, createRng, type Rng } from "rnn-dynamics/dist/numbers/random";
import { certify } from "rnn-dynamics/dist/search/certify";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { isSamePlace } from "rnn-dynamics/dist/search/points";
import { startsInBox } from "rnn-dynamics/dist/search/starts";
import { checkCount, checkNumber, checkNumbers, reject } from "rnn-dynamics/dist/wasm/check";
import { dot } from "rnn-dynamics/dist/wasm/vector";
import { claim, percent } from "./claim";
import type { CertificateCounts } from "./search";
import type { SeededResult } from "./study";

/** A search of a planar flow whose fixed points are known, as claim C20 needs it. */
export interface GhostSearch {
  /** μ of the saddle-node family: above 0 a ghost, below it a pair. */
  readonly mu: number;
  /** q at the ghost; 0 where there is none. */
  readonly ghostQ: number;
  /** Fixed points the flow has, and how many of them were found and certified. */
  readonly known: number;
  readonly found: number;
  /** What was certified and is no fixed point. */
  readonly falselyCertified: number;
}

/** Searches of a flow that drifts through everywhere, v·F = e > 0 with J singular: it has no fixed point. */
export interface DriftSearch {
  /** N. */
  readonly units: number;
  /** e, the speed along v that nothing stops, in activation per τ. */
  readonly drift: number;
  /** Places that were certified, of the starts and of what searches from them ended at. */
  readonly falselyCertified: number;
}

/** What C20 is judged by: the studies of the search, and searches of flows with a ghost, or with nothing but a drift. */
export interface PlacesAndGhosts {
  readonly networks: readonly SeededResult<{
    readonly certificates: Pick<CertificateCounts, "certified" | "undecided" | "slowCertified">;
  }>[];
  readonly planar: readonly GhostSearch[];
  readonly drifting: readonly DriftSearch[];
}

const certificateShape = { certified: "count", undecided: "count", slowCertified: "count" } as const;
const sumOf = <T>(rows: readonly T[], of: (row: T) => number): number => rows.reduce((sum, row) => sum + of(row), 0);

/**
 * C20: minimising q cannot tell a fixed point from a slow point.  [J15 §9.1]
 *
 * q alone cannot: a ghost ẋ = μ + x² has q = μ²/2, below any tolerance for small μ. But the minimiser has J at hand, and
 * at a minimum with q > 0, Jᵀ F = 0 makes J singular, so that the certificate of Newton and Kantorovich is refused there
 * and given at fixed points. The claim stands if certificates do not decide. The counter-check: flows that drift through
 * everywhere, where J does not change at all, so that nothing but J's being singular to rounding speaks against a certificate.
 *
 * Not reproduced if certificates decide nearly all and are never wrong; reproduced if one is wrong or half is undecided;
 * partly in between.
 */
export const C20 = claim("C20", {
  words: "minimising q cannot tell a fixed point from a slow one",
  where: "§9.1",
  notebook: "01",
  rule: "refuted: ≥ 95 % decided, all known points certified, and no ghost and no drift; upheld: a certificate is wrong, or half is undecided",
  limits: {
    /** Of the places where q falls to the floor of float64, one in twenty may sit too near a bifurcation to be decided. */
    decided: 0.95,
    /** With half of them undecided, the paper would be right in practice. */
    partlyDecided: 0.5,
    /** The looser of the paper's two, for slow points: what a judgement by q alone would go by. [J15 §9.1] */
    slow: 1e-27,
  },
  shape: {
    networks: [{ seed: "number", result: { certificates: certificateShape } }, 1],
    planar: [{ known: "count", found: "count", falselyCertified: "count", ghostQ: "not negative" }, 1],
    drifting: [{ falselyCertified: "count" }, 1],
  },
  judge({ networks, planar, drifting }: PlacesAndGhosts, { decided, partlyDecided, slow }) {
    const all = networks.map(({ result }) => result.certificates);
    const certified = sumOf(all, (counts) => counts.certified);
    const places = certified + sumOf(all, (counts) => counts.undecided);
    const share = certified / Math.max(1, places);
    const wrong =
      sumOf(all, (counts) => counts.slowCertified) + sumOf([...planar, ...drifting], (run) => run.falselyCertified);
    const [known, found] = [sumOf(planar, (run) => run.known), sumOf(planar, (run) => run.found)];
    const ghosts = planar.filter(({ ghostQ }) => ghostQ > 0);
    const fooled = ghosts.filter(({ ghostQ }) => ghostQ <= slow).length;
    return {
      measured: `${percent(share)} of ${places} places where q fell to rounding certified; ${found} of ${known} fixed points of planar flows certified; ${wrong} certificates for slow points, ${drifting.length} flows that drift everywhere, or ${ghosts.length} ghosts, of which q ≤ ${slow} alone would let ${fooled} pass`,
      holds: [wrong > 0 || share < partlyDecided],
      partly: wrong > 0 || found !== known || share < decided,
      seeds: [...new Set(networks.map(({ seed }) => seed))].sort((a, b) => a - b),
    };
  },
});

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
      const isNear = (a: Float64Array, b: Float64Array): boolean => isSamePlace(a, b, nearKnown);
      searches.push({
        mu,
        ghostQ: ghost ? kineticEnergy(flow.velocity(ghost)) : 0,
        known: flow.fixedPoints.length,
        found: flow.fixedPoints.filter((known) => points.some(({ xStar }) => isNear(known, xStar))).length,
        falselyCertified: points.filter(({ xStar }) => !flow.fixedPoints.some((known) => isNear(known, xStar))).length,
      });
    }
  }
  return searches;
}

/** Speeds of the drift, from one that is seen to one that is slower than any tolerance for a slow point. */
const drifts: readonly number[] = [1e-3, 1e-6, 1e-9, 1e-12];

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
