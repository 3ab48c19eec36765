/**
 * The ledger: the twenty claims of the paper, each with the verdict of the notebook that measured it last.
 *
 * A notebook records its verdicts in data/out/verdicts.json. Before anything has run on this machine, the shipped ones
 * of data/results/verdicts.json stand in, and the ledger says which of the two it shows.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { statements } from "../claims/statements";
import type { ClaimVerdict } from "../claims/verdict";
import { writeAside } from "../store/write-aside";
import { outFolder, projectFolder } from "./places";

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
 * @param verdicts as the functions `claimC1` … return them
 * @param file where they are kept
 * @throws Error if the file cannot be written
 */
export function recordVerdicts(verdicts: readonly ClaimVerdict[], file: string = join(outFolder(), fileName)): void {
  const kept = { ...readVerdicts(file) };
  for (const verdict of verdicts) kept[verdict.claim] = verdict;
  mkdirSync(dirname(file), { recursive: true });
  writeAside("recordVerdicts", file, `${JSON.stringify(kept, null, 1)}\n`);
}

/**
 * The ledger as rows for `table`: every claim C1 … C20, judged or not.
 *
 * @param shippedFile where the shipped verdicts are, outFile where this machine's are
 */
export function ledger(
  shippedFile: string = shippedVerdicts,
  outFile: string = join(outFolder(), fileName),
): LedgerRow[] {
  const [shipped, own] = [readVerdicts(shippedFile), readVerdicts(outFile)];
  return statements.map(({ claim, words, where, notebook }) => {
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

/** The verdicts of a file; none if it is missing or cannot be read, for they can always be measured again. */
export function readVerdicts(file: string): Verdicts {
  if (!existsSync(file)) return {};
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof parsed === "object" && parsed !== null ? (parsed as Verdicts) : {};
  } catch {
    return {};
  }
}
