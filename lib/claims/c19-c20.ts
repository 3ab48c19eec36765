/**
 * Claims C19 [J15 §10.3] and C20 [J15 §9.1]: data in, verdict out.
 *
 * Statistics and thresholds were written down, with their reasons, before the runs that decide them.
 */
import { median } from "../numbers/statistics";
import { checkCount, checkList, checkNumber, checkRecord } from "../wasm/validate";
import type { ClaimVerdict } from "./verdict";

/** Thresholds of claims C19 and C20, each with its reason. */
export const thresholdsC19C20 = Object.freeze({
  /** The paper's number of points, and the minutes it took. */
  points: 20,
  seconds: 180,
  /** A workstation of 2015 and another machine may differ by this factor and both be "about three minutes". */
  machineFactor: 3,
  /** Of the places where q falls to the floor of float64, one in twenty may sit too near a bifurcation to be decided. */
  decidedShare: 0.95,
  /** With half of them undecided, the paper would be right in practice. */
  partlyDecidedShare: 0.5,
  /** The looser of the paper's two, for slow points: what a judgement by q alone would go by. [J15 §9.1] */
  slowTolerance: 1e-27,
});

const limits = thresholdsC19C20;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A search of the paper's network, as claim C19 needs it. */
export interface SearchTime {
  readonly seed: number;
  /** Seconds on the clock: an upper bound, where the machine had other work. */
  readonly seconds: number;
  /** Fixed points found. */
  readonly points: number;
  readonly machine: { readonly processor: string; readonly threads: number };
}

/**
 * C19: minimising q takes about three minutes for 20 fixed points (or ghosts).  [J15 §10.3]
 *
 * The time is that of a whole search (certificates, spectra, edge tracking and deflation included), scaled to 20 points.
 * A claim of this kind says what a reader must be ready to wait, so being quicker does not contradict it.
 *
 * @param searches of the paper's network, one a seed
 * @returns reproduced if the median is at most three minutes, partly if at most nine, not reproduced otherwise
 * @throws RangeError if there is no search, or one found nothing
 */
export function claimC19(searches: readonly SearchTime[]): ClaimVerdict {
  checkList("claimC19", "searches", searches, 1, ["machine"]);
  for (const [i, { seconds, points }] of searches.entries()) {
    checkNumber("claimC19", `searches[${i}].seconds`, seconds);
    checkNumber("claimC19", `searches[${i}].points`, points);
  }
  const times = searches.map(({ seconds, points }) => (limits.points * seconds) / points).sort((a, b) => a - b);
  const middle = median(times);
  const { processor, threads } = searches[0].machine;
  return {
    claim: "C19",
    statistic: `${middle.toFixed(0)} s for 20 fixed points, certified and with spectra (${times[0].toFixed(0)}–${times[times.length - 1].toFixed(0)} s), ${threads} threads of ${processor}`,
    tolerance: "median ≤ 3 min, as long as the paper waited; partly: ≤ 9 min, another machine",
    verdict:
      middle <= limits.seconds
        ? "reproduced"
        : middle <= limits.machineFactor * limits.seconds
          ? "partly"
          : "not reproduced",
    seeds: searches.map(({ seed }) => seed),
  };
}

/** What a search of a network found, as claim C20 needs it. */
export interface DecidedSearch {
  readonly seed: number;
  /** Places where q fell to the floor of float64 and a certificate was given. */
  readonly certified: number;
  /** Places as slow as those, without a certificate. */
  readonly undecided: number;
  /** Slow points, q clearly above the floor, that hold a certificate all the same. */
  readonly slowCertified: number;
}

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

/**
 * C20: minimising q cannot tell a fixed point from a slow point.  [J15 §9.1]
 *
 * q alone cannot: a ghost ẋ = μ + x² has q = μ²/2, below any tolerance for small μ. But the minimiser has J at hand, and
 * at a minimum with q > 0, Jᵀ F = 0 makes J singular, so that the certificate of Newton and Kantorovich is refused there
 * and given at fixed points. The claim stands if certificates do not decide. The counter-check: flows that drift through
 * everywhere, where J does not change at all, so that nothing but J's being singular to rounding speaks against a certificate.
 *
 * @param data searches of networks, of planar flows with a ghost or with a pair in its place, and of flows that drift
 * @returns not reproduced if certificates decide nearly all and are never wrong; reproduced if one is wrong or half is
 *   undecided; partly in between
 * @throws RangeError if there is no search of one of the kinds
 */
export function claimC20(data: {
  readonly networks: readonly DecidedSearch[];
  readonly planar: readonly GhostSearch[];
  readonly drifting: readonly DriftSearch[];
}): ClaimVerdict {
  checkRecord("claimC20", "data", data, ["networks", "planar", "drifting"]);
  checkList("claimC20", "networks", data.networks, 1, ["certified"]);
  checkList("claimC20", "planar", data.planar, 1, ["mu"]);
  checkList("claimC20", "drifting", data.drifting, 1, ["drift"]);
  const { networks, planar, drifting } = data;
  for (const [i, run] of networks.entries()) {
    for (const name of ["certified", "undecided", "slowCertified"] as const) {
      checkCount("claimC20", `networks[${i}].${name}`, run[name], 0);
    }
  }
  for (const [i, search] of planar.entries()) {
    for (const name of ["known", "found", "falselyCertified"] as const) {
      checkCount("claimC20", `planar[${i}].${name}`, search[name], 0);
    }
    checkNumber("claimC20", `planar[${i}].ghostQ`, search.ghostQ, "not negative");
  }
  for (const [i, { falselyCertified }] of drifting.entries()) {
    checkCount("claimC20", `drifting[${i}].falselyCertified`, falselyCertified, 0);
  }
  const certified = networks.reduce((sum, run) => sum + run.certified, 0);
  const undecided = networks.reduce((sum, run) => sum + run.undecided, 0);
  const share = certified / Math.max(1, certified + undecided);
  const wrong =
    networks.reduce((sum, run) => sum + run.slowCertified, 0) +
    [...planar, ...drifting].reduce((sum, search) => sum + search.falselyCertified, 0);
  const known = planar.reduce((sum, search) => sum + search.known, 0);
  const found = planar.reduce((sum, search) => sum + search.found, 0);
  const ghosts = planar.filter(({ ghostQ }) => ghostQ > 0);
  const fooled = ghosts.filter(({ ghostQ }) => ghostQ <= limits.slowTolerance).length;
  const isTold = wrong === 0 && found === known && share >= limits.decidedShare;
  return {
    claim: "C20",
    statistic: `${percent(share)} of ${certified + undecided} places where q fell to rounding certified; ${found} of ${known} fixed points of planar flows certified; ${wrong} certificates for slow points, ${drifting.length} flows that drift everywhere, or ${ghosts.length} ghosts, of which q ≤ ${limits.slowTolerance} alone would let ${fooled} pass`,
    tolerance:
      "refuted: ≥ 95 % decided, all known points certified, and no ghost and no drift; upheld: a certificate is wrong, or half is undecided",
    verdict: isTold ? "not reproduced" : wrong > 0 || share < limits.partlyDecidedShare ? "reproduced" : "partly",
    seeds: [...new Set(networks.map(({ seed }) => seed))].sort((a, b) => a - b),
  };
}
