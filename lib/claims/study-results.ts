/**
 * Results of studies on disk: one JSON file for each study and seed, small enough for git.
 *
 *     format     "rnn-dynamics study result"     study, version, seed    what was run
 *     library    the version that ran it         seconds                 how long it took, on whichever machine
 *     result     what the study returned
 *     checksum   sha-256 of all of the above, written as JSON without white space
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { readJsonRecord, refuseFile, shown } from "../files/json-file";
import { digestOf, libraryVersion } from "../files/sealed";
import { writeAside } from "../files/write-aside";
import { projectFolder } from "../places";
import { checkCount, checkNumber, checkRecord, reject } from "../wasm/validate";
import type { Study } from "./study";

const format = "rnn-dynamics study result";

/** One result, and what it is of. */
export interface StudyResult<R = unknown> {
  readonly study: string;
  readonly version: number;
  readonly seed: number;
  /** Version of the library that ran the study. */
  readonly library: string;
  /** Seconds it took, an upper bound where the machine had other work. */
  readonly seconds: number;
  readonly result: R;
}

/** Folder of the results that come with the project: data/results/replicates, beside lib. */
export const replicatesFolder: string = join(projectFolder, "data", "results", "replicates");

/** Folder of the results of long studies, seed 1 of each: data/results, beside lib. */
export const resultsFolder: string = resolve(replicatesFolder, "..");

/** Path of a result: NAME-seedK.json in the folder. */
export function studyResultFile(folder: string, study: string, seed: number): string {
  if (typeof folder !== "string") reject("studyResultFile", "folder", folder, "a path");
  if (typeof study !== "string" || !/^[a-z0-9][a-z0-9.-]*$/.test(study)) {
    reject("studyResultFile", "study", typeof study === "string" ? `is "${study}"` : study, "a name in kebab case");
  }
  checkCount("studyResultFile", "seed", seed, 0);
  return join(folder, `${study}-seed${seed}.json`);
}

/**
 * Saves a result: written aside and renamed, so that an interrupt leaves the old file or none. An earlier result of the
 * same study and seed is replaced; a file that is none is named and left alone.
 *
 * @throws RangeError if the result holds what JSON cannot (NaN, infinity, a typed array); Error if it cannot be written
 */
export function saveStudyResult(folder: string, outcome: Omit<StudyResult, "library">): void {
  const where = "saveStudyResult";
  checkRecord(where, "outcome", outcome, ["study", "version", "seconds"]);
  const { study, version, seed, seconds, result } = outcome;
  const file = studyResultFile(folder, study, seed);
  checkCount(where, "version", version);
  checkNumber(where, "seconds", seconds, "not negative");
  checkPlain(where, "result", result);
  loadStudyResult(folder, study, seed); // a damaged or foreign file in its place is named, and not replaced
  const contents = { format, study, version, seed, library: libraryVersion(), seconds, result };
  const whole = { ...contents, checksum: digestOf(JSON.stringify(contents)) };
  writeAside(where, file, `${JSON.stringify(whole, null, 1)}\n`);
}

/** Throws unless JSON keeps the value as it is: what is lost on the way to the disk is lost for the verdict. */
function checkPlain(where: string, thing: string, value: unknown): void {
  if (typeof value === "number") checkNumber(where, thing, value, "any");
  else if (Array.isArray(value)) for (const [i, member] of value.entries()) checkPlain(where, `${thing}[${i}]`, member);
  else if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [name, member] of Object.entries(value)) {
      if (member !== undefined) checkPlain(where, `${thing}.${name}`, member); // JSON leaves it out, as it should
    }
  } else if (!["string", "boolean"].includes(typeof value) && value !== null) {
    reject(where, thing, value, "numbers, texts, lists and records");
  }
}

/**
 * Reads the result of a study and a seed.
 *
 * @returns the result, or undefined if there is none yet
 * @throws Error that names the file, what is wrong with it and what to do: unreadable, not JSON, damaged, of another study
 */
export function loadStudyResult<R = unknown>(folder: string, study: string, seed: number): StudyResult<R> | undefined {
  const where = "loadStudyResult";
  const file = studyResultFile(folder, study, seed);
  if (!existsSync(file)) return undefined;
  const advice = "restore it from a copy (a shipped one: git checkout), or delete it and run the study again";
  const fail = (what: string): never => refuseFile(where, file, what, advice);
  const { checksum, ...found } = readJsonRecord(where, file, { kind: "a study's result", advice });
  if (found.format !== format) return fail("is not a study's result of this library");
  if (digestOf(JSON.stringify(found)) !== checksum) return fail("is damaged: it does not match its checksum");
  if (found.study !== study || found.seed !== seed)
    return fail(`holds ${shown(found.study)}, seed ${shown(found.seed)}`);
  const { version, library, seconds, result } = found as unknown as StudyResult<R>;
  if (!Number.isSafeInteger(version) || typeof library !== "string" || typeof seconds !== "number" || result == null)
    return fail("is damaged: version, library, seconds or result are not there");
  return { study, version, seed, library, seconds, result };
}

/**
 * The result of a long study that comes with the project, ready to use.
 *
 * @param study one of `longStudies`
 * @param seed the shipped one is 1
 * @throws Error that says how to make it, where there is none, or none of this version
 */
export function shippedResult<R>(study: Study<R>, seed = 1): R {
  checkRecord("shippedResult", "study", study, ["name", "version"]);
  const kept = loadStudyResult<R>(resultsFolder, study.name, seed);
  if (kept?.version === study.version) return kept.result;
  const file = studyResultFile(resultsFolder, study.name, seed);
  const what = kept ? `is of version ${kept.version}, not ${study.version}` : "is not there";
  throw new RangeError(
    `shippedResult: ${file} ${what}; node lib/dist/cli/long-studies.js --study ${study.name} --seeds ${seed} makes it`,
  );
}
