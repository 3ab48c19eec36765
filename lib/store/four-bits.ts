/**
 * The skeletons of the shipped four-bit networks: minutes of search, kept in data/results/four-bits.json.
 *
 *     node lib/dist/cli/four-bits.js
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { FourBitSkeleton } from "../claims/skeleton-four-bits";
import { checkRecord } from "../numerics/validate";
import { digestOf } from "./floats";
import { libraryVersion } from "./version";
import { reason, writeAside } from "./write-aside";

const format = "rnn-dynamics four-bit skeletons";

/** Skeletons by the name of the shipped network. */
export type FourBitSkeletons = Readonly<Record<string, FourBitSkeleton>>;

/** data/results/four-bits.json, beside lib. */
export const fourBitsFile: string = resolve(__dirname, "..", "..", "..", "data", "results", "four-bits.json");

/**
 * Keeps skeletons, written aside and renamed.
 *
 * @throws Error if the file cannot be written
 */
export function saveFourBits(skeletons: FourBitSkeletons, file: string = fourBitsFile): void {
  checkRecord("saveFourBits", "skeletons", skeletons);
  const contents = { format, library: libraryVersion(), command: "node lib/dist/cli/four-bits.js", skeletons };
  const checksum = digestOf(JSON.stringify(contents));
  // a line for each point
  const text = JSON.stringify({ ...contents, checksum }).replaceAll('{"modes"', '\n{"modes"');
  writeAside("saveFourBits", file, `${text}\n`);
}

/**
 * The shipped skeletons.
 *
 * @throws Error that names the file, what is wrong with it and what to do
 */
export function loadFourBits(file: string = fourBitsFile): FourBitSkeletons {
  const advice = "restore it (git checkout -- data/results), or make it again: node lib/dist/cli/four-bits.js";
  const fail = (what: string): never => {
    throw new RangeError(`loadFourBits: ${file} ${what}; ${advice}`);
  };
  if (typeof file !== "string" || !existsSync(file)) return fail("is missing");
  let found: { format?: string; checksum?: string; skeletons?: FourBitSkeletons };
  try {
    found = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return fail(
      error instanceof SyntaxError ? "is truncated or damaged: not JSON" : `cannot be read, ${reason(error)}`,
    );
  }
  const { checksum, ...contents } = found ?? {};
  if (contents.format !== format || contents.skeletons === undefined) return fail("holds no four-bit skeletons");
  if (digestOf(JSON.stringify(contents)) !== checksum) return fail("is damaged: it does not match its checksum");
  return contents.skeletons;
}
