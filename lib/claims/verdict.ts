/**
 * A verdict on one claim of the paper: computed from data, never typed in.
 *
 * Every claim has a function results → ClaimVerdict. Its thresholds stand in the source, each with its reason, and were
 * committed before the run that decides.
 */

import { checkList, checkShape, oneLine } from "../wasm/validate";
import { statements } from "./statements";

/** What can be said of a claim. "wrong as stated" is for what no data could rescue (a misprint is not that). */
export type Verdict = "reproduced" | "partly" | "not reproduced" | "wrong as stated";

const verdictWords: readonly string[] = ["reproduced", "partly", "not reproduced", "wrong as stated"];

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

/** One row of the table of verdicts, in words. */
export interface VerdictRow extends Record<string, unknown> {
  readonly claim: string;
  readonly "the paper says": string;
  readonly measured: string;
  readonly "decided by": string;
  readonly seeds: string;
  readonly verdict: Verdict;
}

/**
 * Verdicts as rows for `table`, in the order given.
 *
 * @param verdicts any number of verdicts
 * @returns one row each, all cells text
 */
export function verdictTable(verdicts: readonly ClaimVerdict[]): VerdictRow[] {
  checkList("verdictTable", "verdicts", verdicts, 0, ["claim", "statistic", "tolerance", "verdict", "seeds"]);
  checkShape("verdictTable", "verdicts", verdicts, [{ seeds: "numbers" }]);
  return verdicts.map(({ claim, statistic, tolerance, verdict, seeds }) => ({
    claim,
    "the paper says": wordsOf(claim),
    measured: statistic,
    "decided by": tolerance,
    seeds: seedList(seeds),
    verdict,
  }));
}

/** What keeps a value, from a file for instance, from being a verdict, in words; undefined if it is one. */
export function verdictFault(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "it is no record";
  const { verdict, seeds, ...texts } = value as Record<string, unknown>;
  for (const name of ["claim", "statistic", "tolerance"]) {
    const text = texts[name];
    const isLine = typeof text === "string" && text === oneLine(text) && (text !== "" || name !== "claim");
    if (!isLine) return `its ${name} is no line of text`;
  }
  if (!verdictWords.includes(verdict as string)) return `its verdict is none of ${verdictWords.join(", ")}`;
  const isList = Array.isArray(seeds) && seeds.every((seed) => typeof seed === "number");
  return isList ? undefined : "its seeds are no list of numbers";
}

/** The claim in our words, with its place in the paper. */
function wordsOf(claim: string): string {
  const statement = statements.find((s) => s.claim === claim);
  return statement ? `${statement.words} (${statement.where})` : "";
}

/** "1–5" for a run of consecutive seeds, else "1, 4, 9"; a claim without randomness has none. */
function seedList(seeds: readonly number[]): string {
  if (seeds.length === 0) return "none needed";
  const isRun = seeds.length > 2 && seeds.every((seed, i) => seed === seeds[0] + i);
  return isRun ? `${seeds[0]}–${seeds[seeds.length - 1]}` : seeds.join(", ");
}
