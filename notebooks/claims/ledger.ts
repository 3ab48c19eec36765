/**
 * The ledger: the twenty claims of the paper, each with the verdict of the notebook that measured it last.
 *
 * A notebook records its verdicts in data/out/verdicts.json. Before anything has run on this machine, the shipped ones
 * of data/results/verdicts.json stand in, and the ledger says which of the two it shows.
 */
import { appendFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readJsonRecord, refuseFile } from "rnn-dynamics/dist/files/json-file";
import { makeFolder, withLock, writeAside } from "rnn-dynamics/dist/files/write-aside";
import { outFolder, projectFolder } from "rnn-dynamics/dist/places";
import { checkList, checkShape, reject } from "rnn-dynamics/dist/wasm/check";
import { C1, C2, C3 } from "./01-02";
import { C20 } from "./01-ghosts";
import { C4, C5, C6, C7, C8, C9, C19 } from "./04";
import { C10, C11, C12 } from "./05";
import { C13, C14, C15, C16 } from "./06";
import { C17, C18 } from "./07";
import { type ClaimText, type ClaimVerdict, type Verdict, verdictFault } from "./claim";

/** The twenty claims of the paper that this project judges.  [J15] */
export const allClaims: readonly (ClaimText & { readonly claim: string })[] = Object.freeze([
  ...[C1, C2, C3, C4, C5, C6, C7, C8, C9, C10],
  ...[C11, C12, C13, C14, C15, C16, C17, C18, C19, C20],
]);

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
  const texts = { claim: "text", statistic: "text", tolerance: "text", verdict: "text" } as const;
  checkShape("verdictTable", "verdicts", verdicts, [{ ...texts, seeds: "numbers" }]);
  return verdicts.map(({ claim, statistic, tolerance, verdict, seeds }) => {
    const said = allClaims.find((one) => one.claim === claim);
    return {
      claim,
      "the paper says": said ? `${said.words} (${said.where})` : "",
      measured: statistic,
      "decided by": tolerance,
      seeds: seedList(seeds),
      verdict,
    };
  });
}

/** "1–5" for a run of consecutive seeds, else "1, 4, 9"; a claim without randomness has none. */
function seedList(seeds: readonly number[]): string {
  if (seeds.length === 0) return "none needed";
  const isRun = seeds.length > 2 && seeds.every((seed, i) => seed === seeds[0] + i);
  return isRun ? `${seeds[0]}–${seeds[seeds.length - 1]}` : seeds.join(", ");
}

/** One line of the ledger, in words, for `table`. */
export interface LedgerRow extends Record<string, unknown> {
  readonly claim: string;
  readonly "the paper says": string;
  readonly where: string;
  readonly measured: string;
  readonly verdict: string;
  readonly notebook: string;
  readonly from: "this machine" | "shipped" | "–";
}

/** Verdicts by claim. */
export type Verdicts = Record<string, ClaimVerdict>;

const fileName = "verdicts.json";

/** The shipped verdicts. */
export const shippedVerdicts: string = join(projectFolder, "data", "results", fileName);

/**
 * Keeps verdicts for the ledger, beside those of other claims; a claim judged again replaces its earlier verdict.
 *
 * Several processes may record at once: each waits for its turn, and nothing is lost.
 *
 * @param verdicts as claims return them
 * @param file where they are kept
 * @returns them as rows for `table`
 * @throws RangeError if something is no verdict, or the file is damaged: it is named, and stays as it is; Error if it
 *   cannot be written
 */
export function recordVerdicts(
  verdicts: readonly ClaimVerdict[],
  file: string = join(outFolder(), fileName),
): VerdictRow[] {
  const where = "recordVerdicts";
  checkList(where, "verdicts", verdicts);
  for (const [i, verdict] of verdicts.entries()) {
    const fault = verdictFault(verdict);
    if (fault !== undefined)
      reject(where, `verdicts[${i}]`, `is no verdict: ${fault}`, "what claims.C1 and its like return");
  }
  if (typeof file !== "string" || file === "") reject(where, "file", file === "" ? "is empty" : file, "a path");
  makeFolder(where, dirname(file));
  withLock(where, file, () => {
    const kept = new Map(Object.entries(verdictsIn(where, file)));
    for (const verdict of verdicts) kept.set(verdict.claim, verdict);
    writeAside(where, file, `${JSON.stringify(Object.fromEntries(kept), null, 1)}\n`);
  });
  // the runner repeats what this run has measured, and nothing of an earlier one
  const noted = process.env.RNN_DYNAMICS_RECORDED;
  if (noted) appendFileSync(noted, verdicts.map(({ claim }) => `${claim}\n`).join(""));
  return verdictTable(verdicts);
}

/**
 * The ledger as rows for `table`: every claim C1 … C20, judged or not.
 *
 * @param shippedFile where the shipped verdicts are, outFile where this machine's are
 * @throws RangeError that names the file, if one of them is damaged
 */
export function ledger(
  shippedFile: string = shippedVerdicts,
  outFile: string = join(outFolder(), fileName),
): LedgerRow[] {
  const [shipped, own] = [shippedFile, outFile].map((file) => verdictsIn("ledger", file));
  return allClaims.map(({ claim, words, where, notebook }) => {
    const judged = own[claim] ?? shipped[claim];
    return {
      claim,
      "the paper says": words,
      where,
      measured: judged?.statistic ?? "–",
      verdict: judged?.verdict ?? "not judged yet",
      notebook,
      from: own[claim] ? "this machine" : shipped[claim] ? "shipped" : "–",
    };
  });
}

/**
 * The verdicts of a file; none if it is missing.
 *
 * @throws RangeError that names the file, what is wrong with it and what to do; Error if it cannot be read
 */
export function readVerdicts(file: string): Verdicts {
  return verdictsIn("readVerdicts", file);
}

function verdictsIn(where: string, file: string): Verdicts {
  if (!existsSync(file)) return {};
  const advice = "it is left as it is: move it away, or restore it, and run the notebooks again";
  const found = readJsonRecord(where, file, { kind: "a file of verdicts", advice });
  for (const [claim, verdict] of Object.entries(found)) {
    const fault = (verdict as ClaimVerdict | null)?.claim === claim ? verdictFault(verdict) : "it is another claim's";
    if (fault !== undefined)
      refuseFile(where, file, `is damaged: ${JSON.stringify(claim)} holds no verdict, ${fault}`, advice);
  }
  return found as Verdicts;
}
