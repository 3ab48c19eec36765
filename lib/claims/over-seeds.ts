import { checkList, reject } from "../wasm/validate";
import type { ClaimVerdict, Verdict } from "./verdict";

/** Thresholds of a verdict over several seeds, each with its reason. */
export const overSeedsThresholds = Object.freeze({
  /** One seed in six may fall out of line, as it would when the true share is nine in ten. */
  nearlyAll: 0.8,
  /** Below half of the seeds, "partly" would call the exception the rule. */
  half: 0.5,
});

/**
 * One verdict on a claim from its verdicts on several seeds.
 *
 * Reproduced, not reproduced, or wrong as stated: if four seeds in five say so. Else partly, if at least half of them
 * say reproduced or partly; else not reproduced.
 *
 * @param verdicts on one claim, one per seed or group of seeds
 * @returns the verdict; its statistic counts the seeds by verdict and repeats what the first of them measured
 * @throws RangeError if there is none, or they are on different claims
 */
export function verdictOverSeeds(verdicts: readonly ClaimVerdict[]): ClaimVerdict {
  checkList("verdictOverSeeds", "verdicts", verdicts, 1, ["claim", "statistic", "tolerance", "verdict", "seeds"]);
  const [first] = verdicts;
  const other = verdicts.find(({ claim }) => claim !== first.claim);
  if (other) reject("verdictOverSeeds", "verdicts", `has one on ${other.claim}`, `verdicts on ${first.claim} only`);
  if (verdicts.length === 1) return first;
  const share = (...words: readonly Verdict[]): number =>
    verdicts.filter(({ verdict }) => words.includes(verdict)).length / verdicts.length;
  const clear = (["reproduced", "not reproduced", "wrong as stated"] as const).find(
    (word) => share(word) >= overSeedsThresholds.nearlyAll,
  );
  const isPartly = share("reproduced", "partly") >= overSeedsThresholds.half;
  return {
    claim: first.claim,
    statistic: `${countsInWords(verdicts)}; seed ${first.seeds.join(", ")}: ${first.statistic}`,
    tolerance: `a seed: ${first.tolerance}. All: what 80 % of the seeds say; else partly if half of them say at least that`,
    verdict: clear ?? (isPartly ? "partly" : "not reproduced"),
    seeds: verdicts.flatMap(({ seeds }) => seeds),
  };
}

/** "reproduced in 4 of 6 seeds, partly in 2". */
function countsInWords(verdicts: readonly ClaimVerdict[]): string {
  const count = (word: Verdict): number => verdicts.filter(({ verdict }) => verdict === word).length;
  const words = (["reproduced", "partly", "not reproduced", "wrong as stated"] as const).filter(count);
  const parts = words.map((word, i) => `${word} in ${count(word)}${i === 0 ? ` of ${verdicts.length} seeds` : ""}`);
  return parts.join(", ");
}
