/**
 * Claims C17 and C18 of [J15 §8, Fig. 9]: how networks bear noise. Data in, verdict out.
 *
 * Two measures, since the paper uses one and speaks of the other. Fig. 9 shows a squared error on linear axes: what the eye
 * compares there is the *area* under each curve. The text speaks of "the stability of memory states": that is the noise
 * level at which half of the memories are gone, the *half level*. Statistics and thresholds were written down before the
 * runs that decide them.
 */
import { median } from "../numbers/statistics";
import { checkList, checkNumber, checkRecord, reject } from "../wasm/validate";
import type { ClaimVerdict, Verdict } from "./verdict";

/** Thresholds of claims C17 and C18, each with its reason. */
export const thresholdsC17andC18 = Object.freeze({
  /**
   * Areas within a fifth are alike. In Fig. 9 itself the areas are about 18 (tanh), 16 (logistic) and 23 (transferred): the
   * paper calls a difference of 15 % "similar", and one of 24 % "more sensitive".
   */
  similarArea: 1.2,
  /** Half levels within one step between the paper's twenty levels, 10^(4/19), are alike: it measured no finer. */
  similarHalfLevel: 1.6238,
  /**
   * A rank holds if five of six seeds have it: by chance a network has a given one of three ranks in so many with
   * probability 0.018.
   */
  seedsWithRank: 5 / 6,
});

/** One network in one seed. */
export interface NoiseScore {
  readonly name: string;
  /** ∫ MSE dη from the first level to the last; MSE is a mean over trials. */
  readonly area: number;
  /** η at which half of the memories that the network had without noise are held, on average over the trials. */
  readonly halfLevel: number;
}

/** The networks of one seed: "tanh", "logistic" and "transferred" at least. */
export interface NoiseScores {
  readonly seed: number;
  readonly networks: readonly NoiseScore[];
}

const limits = thresholdsC17andC18;
const names = ["tanh", "logistic", "transferred"] as const;
type Trio = Record<(typeof names)[number], NoiseScore>;

function triosOf(where: string, scores: readonly NoiseScores[]): Trio[] {
  checkList(where, "scores", scores, 1, ["seed", "networks"]);
  return scores.map(({ networks }, s) => {
    checkList(where, `scores[${s}].networks`, networks, 3, ["name"]);
    const entries = names.map((name) => {
      const score = networks.find((n) => n.name === name);
      if (score === undefined) return reject(where, `scores[${s}].networks`, `has no "${name}"`, names.join(", "));
      checkNumber(where, `area of ${name}`, score.area);
      checkNumber(where, `halfLevel of ${name}`, score.halfLevel);
      return [name, score] as const;
    });
    return Object.fromEntries(entries) as Trio;
  });
}

const count = (trios: readonly Trio[], holds: (trio: Trio) => boolean): number => trios.filter(holds).length;
const isRank = (times: number, of: number): boolean => times >= limits.seedsWithRank * of - 1e-9;
const isWithin = (ratio: number, factor: number): boolean => ratio <= factor && ratio >= 1 / factor;
const others = (trio: Trio, name: keyof Trio): NoiseScore[] => names.filter((n) => n !== name).map((n) => trio[n]);
const seedsOf = (scores: readonly NoiseScores[]): number[] => scores.map(({ seed }) => seed);

/**
 * C17: tanh and logistic networks respond alike to noise (text), and the logistic one is the most robust (caption of Fig. 9:
 * "networks with sigmoid nonlinearities").  [J15 §8, Fig. 9]
 *
 * Alike: in the median seed the two differ by no more than the thresholds allow. Most robust: smallest area, or highest
 * half level, of the three in five of six seeds.
 *
 * @param run scores, one record a seed
 * @returns reproduced if both halves hold by both measures; partly if one half holds by both, or both by the paper's (the
 *   area)
 * @throws RangeError if a network or a number is missing
 */
export function claimC17(run: { readonly scores: readonly NoiseScores[] }): ClaimVerdict {
  checkRecord("claimC17", "run", run, ["scores"]);
  const trios = triosOf("claimC17", run.scores);
  const area = median(trios.map(({ tanh, logistic }) => logistic.area / tanh.area));
  const half = median(trios.map(({ tanh, logistic }) => logistic.halfLevel / tanh.halfLevel));
  const least = count(trios, (t) => others(t, "logistic").every((o) => t.logistic.area < o.area));
  const last = count(trios, (t) => others(t, "logistic").every((o) => t.logistic.halfLevel > o.halfLevel));
  const isAlike = [isWithin(area, limits.similarArea), isWithin(half, limits.similarHalfLevel)];
  const isBest = [isRank(least, trios.length), isRank(last, trios.length)];
  const isPartly = isAlike.every(Boolean) || isBest.every(Boolean) || (isAlike[0] && isBest[0]);
  return {
    claim: "C17",
    statistic:
      `logistic/tanh in the median seed: area under Fig. 9 ×${area.toFixed(2)}, noise that takes half of the memories ` +
      `×${half.toFixed(2)}; logistic the most robust of three in ${least} (area) and ${last} (memories) of ${trios.length} seeds`,
    tolerance:
      "alike: area within ×1.2, memories within one level, ×1.62; most robust: in 5 of 6 seeds; by both measures. " +
      "Partly: one half by both, or both by the area",
    verdict: verdictOf([...isAlike, ...isBest].every(Boolean), isPartly),
    seeds: seedsOf(run.scores),
  };
}

/**
 * C18: the network that was trained on from three bits is the most sensitive to noise.  [J15 §8, Fig. 9]
 *
 * @param run scores, one record a seed
 * @returns reproduced if it has the largest area and the lowest half level of the three, each in five of six seeds; partly
 *   if one of the two
 * @throws RangeError if a network or a number is missing
 */
export function claimC18(run: { readonly scores: readonly NoiseScores[] }): ClaimVerdict {
  checkRecord("claimC18", "run", run, ["scores"]);
  const trios = triosOf("claimC18", run.scores);
  const most = count(trios, (t) => others(t, "transferred").every((o) => t.transferred.area > o.area));
  const first = count(trios, (t) => others(t, "transferred").every((o) => t.transferred.halfLevel < o.halfLevel));
  const holds = [isRank(most, trios.length), isRank(first, trios.length)];
  return {
    claim: "C18",
    statistic: `transferred network the most sensitive of three in ${most} (area under Fig. 9) and ${first} (memories) of ${trios.length} seeds`,
    tolerance: "in 5 of 6 seeds by both measures; partly: by one",
    verdict: verdictOf(holds.every(Boolean), holds.some(Boolean)),
    seeds: seedsOf(run.scores),
  };
}

function verdictOf(isWhole: boolean, isPartly: boolean): Verdict {
  return isWhole ? "reproduced" : isPartly ? "partly" : "not reproduced";
}
