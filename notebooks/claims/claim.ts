/**
 * A claim of the paper as one value: its words, what decides, the thresholds with their reasons, and how data are judged.
 *
 * A verdict is computed from data, never typed in. Statistics and thresholds were written down before the runs that decide
 * them, and a threshold is never moved afterwards: a claim that misses it is "partly" or "not reproduced".
 */
import { checkList, checkNumbers, checkShape, oneLine, reject, type Shape } from "rnn-dynamics/dist/wasm/check";

/** What can be said of a claim. "wrong as stated" is for what no data could rescue (a misprint is not that). */
export type Verdict = "reproduced" | "partly" | "not reproduced" | "wrong as stated";

const verdictWords: readonly Verdict[] = ["reproduced", "partly", "not reproduced", "wrong as stated"];

export interface ClaimVerdict {
  /** number in the list of claims, such as "C1" */
  readonly claim: string;
  /** what was measured, with its value */
  readonly statistic: string;
  /** what decides, fixed before the run */
  readonly tolerance: string;
  readonly verdict: Verdict;
  /** seeds of the runs behind the statistic */
  readonly seeds: readonly number[];
}

/** What a claim finds in its data. */
export interface Finding {
  /** The statistic, in words. */
  readonly measured: string;
  /** The claim is reproduced if all of these hold. */
  readonly holds: readonly boolean[];
  /** Partly if this does; where it is left out, if some of those above hold. */
  readonly partly?: boolean;
  /** What it is else: not reproduced, where this is left out. */
  readonly otherwise?: Verdict;
  /** Seeds of the data, where these know them. */
  readonly seeds?: readonly number[];
}

/** What is said of a claim. */
export interface ClaimText {
  /** What the paper says, in our words, as short as it can be said. */
  readonly words: string;
  /** Section and figure of the paper. */
  readonly where: string;
  /** Number of the notebook that measures it. */
  readonly notebook: string;
  /** What decides, in words. */
  readonly rule: string;
}

/** A claim, to be called with its data; seeds are those of the data, where these do not know them. */
export interface Claim<Data, Limits = object> extends ClaimText {
  (data: Data, seeds?: readonly number[]): ClaimVerdict;
  /** C1 … C20. */
  readonly claim: string;
  /** Its thresholds. */
  readonly limits: Readonly<Limits>;
}

/**
 * Makes a claim.
 *
 * @param name C1 … C20
 * @param definition its words; the shape of its data, which is checked before they are judged; thresholds; the judge
 */
export function claim<Data, Limits extends object = object>(
  name: string,
  definition: ClaimText & {
    readonly shape: Shape;
    readonly limits?: Limits;
    readonly judge: (data: Data, limits: Limits) => Finding;
  },
): Claim<Data, Limits> {
  const { shape, judge, limits = {} as Limits, ...text } = definition;
  const call = (data: Data, seeds: readonly number[] = []): ClaimVerdict => {
    checkShape(name, "data", data, shape);
    checkNumbers(name, "seeds", seeds);
    const found = judge(data, limits);
    return {
      claim: name,
      statistic: found.measured,
      tolerance: text.rule,
      verdict: verdictOf(found),
      seeds: found.seeds ?? seeds,
    };
  };
  return Object.assign(call, { claim: name, limits: Object.freeze(limits), ...text });
}

/** The ladder: reproduced, partly, or else. */
function verdictOf({ holds, partly = holds.some(Boolean), otherwise = "not reproduced" }: Finding): Verdict {
  return holds.every(Boolean) ? "reproduced" : partly ? "partly" : otherwise;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What keeps a value, from a file for instance, from being a verdict, in words; undefined if it is one. */
export function verdictFault(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "it is no record";
  const { verdict, seeds, ...texts } = value as Record<string, unknown>;
  for (const name of ["claim", "statistic", "tolerance"]) {
    const text = texts[name];
    const isLine = typeof text === "string" && text === oneLine(text) && (text !== "" || name !== "claim");
    if (!isLine) return `its ${name} is no line of text`;
  }
  if (!verdictWords.includes(verdict as Verdict)) return `its verdict is none of ${verdictWords.join(", ")}`;
  const isList = Array.isArray(seeds) && seeds.every((seed) => typeof seed === "number");
  return isList ? undefined : "its seeds are no list of numbers";
}

/** One seed in six may fall out of line, as it would when the true share is nine in ten. */
const nearlyAll = 0.8;
/** Below half of the seeds, "partly" would call the exception the rule. */
const half = 0.5;

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
  const count = (word: Verdict): number => verdicts.filter(({ verdict }) => verdict === word).length;
  const share = (...words: readonly Verdict[]): number =>
    words.reduce((sum, word) => sum + count(word), 0) / verdicts.length;
  const clear = verdictWords.find((word) => word !== "partly" && share(word) >= nearlyAll);
  const isPartly = share("reproduced", "partly") >= half;
  const counts = verdictWords
    .filter(count)
    .map((word, i) => `${word} in ${count(word)}${i === 0 ? ` of ${verdicts.length} seeds` : ""}`);
  return {
    claim: first.claim,
    statistic: `${counts.join(", ")}; seed ${first.seeds.join(", ")}: ${first.statistic}`,
    tolerance: `a seed: ${first.tolerance}. All: what 80 % of the seeds say; else partly if half of them say at least that`,
    verdict: clear ?? (isPartly ? "partly" : "not reproduced"),
    seeds: verdicts.flatMap(({ seeds }) => seeds),
  };
}
