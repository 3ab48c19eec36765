/**
 * Studies: measurements that are repeated over seeds, and their results.
 *
 * Results on disk: one JSON file for each study and seed, small enough for git.
 *
 *     format     "rnn-dynamics study result"     study, version, seed    what was run
 *     library    the version that ran it         seconds                 how long it took, on whichever machine
 *     result     what the study returned
 *     checksum   sha-256 of all of the above, written as JSON without white space
 */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readJsonRecord, refuseFile, shown } from "rnn-dynamics/dist/files/json-file";
import { isWhole, libraryVersion, writeSealed } from "rnn-dynamics/dist/files/sealed";
import { progress } from "rnn-dynamics/dist/page/progress";
import { projectFolder } from "rnn-dynamics/dist/places";
import { type JobPool, sharedPool } from "rnn-dynamics/dist/pool";
import { checkCount, checkNumber, checkRecord, checkShape, reject } from "rnn-dynamics/dist/wasm/check";
import { type ClaimVerdict, verdictOverSeeds } from "./claim";

/** What a study is handed by whoever runs it. */
export interface StudyContext {
  /** Workers to share the work; without one the study runs alone, with the same result. */
  readonly pool?: JobPool;
  /** Stops the study: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then with what is being done, and how much of it. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/** A result of a study, with its seed. */
export interface SeededResult<R> {
  readonly seed: number;
  readonly result: R;
}

/**
 * A measurement that is repeated over seeds, because a claim hangs on it and one seed proves little.
 *
 * The result is a small plain JSON record, the same for the same seed (times aside); `npm run replicate` keeps it in
 * data/results/replicates.
 */
export interface Study<R> {
  /** Its name on the command line and in the file of its results, in kebab case. */
  readonly name: string;
  /** Raised when results of older runs are no longer comparable. */
  readonly version: number;
  /** One of many minutes, of which seed 1 is shipped in data/results: `npm run replicate -- --seeds 1 --study NAME`. */
  readonly isLong?: boolean;
  run(seed: number, context: StudyContext): Promise<R>;
  /** Its verdicts from the results of all seeds, one at least, if claims hang on it. */
  judge?(runs: readonly SeededResult<R>[]): ClaimVerdict[];
}

/** Says what comes next, and stops there if that is wanted. */
export function begin({ signal, onProgress }: StudyContext, what: string, done = 0, total = 1): void {
  signal?.throwIfAborted();
  onProgress?.(done, total, what);
}

/** The same context, whose progress says in which part of a study it is. */
export function within(context: StudyContext, part: string): StudyContext {
  return { ...context, onProgress: (done, total, what) => context.onProgress?.(done, total, `${part}, ${what}`) };
}

// ---------------------------------------------------------------- results

const format = "rnn-dynamics study result";

/** One result, and what it is of. */
export interface StudyResult<R = unknown> extends SeededResult<R> {
  readonly study: string;
  readonly version: number;
  /** Version of the library that ran the study. */
  readonly library: string;
  /** Seconds it took, an upper bound where the machine had other work. */
  readonly seconds: number;
}

/** Where the results that come with the project are: of long studies in data/results, of others in its replicates. */
export function resultsFolder({ isLong = false }: Pick<Study<unknown>, "isLong">): string {
  return join(projectFolder, "data", "results", isLong ? "" : "replicates");
}

/** Path of a result: NAME-seedK.json in the folder. */
function fileOf(folder: string, study: string, seed: number): string {
  const where = "studyResultFile";
  if (typeof folder !== "string") reject(where, "folder", folder, "a path");
  if (typeof study !== "string" || !/^[a-z0-9][a-z0-9.-]*$/.test(study)) {
    reject(where, "study", typeof study === "string" ? `is "${study}"` : study, "a name in kebab case");
  }
  checkCount(where, "seed", seed, 0);
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
  const file = fileOf(folder, study, seed);
  checkCount(where, "version", version);
  checkNumber(where, "seconds", seconds, "not negative");
  checkPlain(where, "result", result);
  loadStudyResult(folder, study, seed); // a damaged or foreign file in its place is named, and not replaced
  const contents = { format, study, version, seed, library: libraryVersion(), seconds, result };
  writeSealed(where, file, contents, 1);
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
  const file = fileOf(folder, study, seed);
  if (!existsSync(file)) return undefined;
  const advice = "restore it from a copy (a shipped one: git checkout), or delete it and run the study again";
  const fail = (what: string): never => refuseFile(where, file, what, advice);
  const found = readJsonRecord(where, file, { kind: "a study's result", advice });
  if (found.format !== format) return fail("is not a study's result of this library");
  if (!isWhole(found)) return fail("is damaged: it does not match its checksum");
  if (found.study !== study || found.seed !== seed)
    return fail(`holds ${shown(found.study)}, seed ${shown(found.seed)}`);
  const { version, library, seconds, result } = found as unknown as StudyResult<R>;
  if (!Number.isSafeInteger(version) || typeof library !== "string" || typeof seconds !== "number" || result == null)
    return fail("is damaged: version, library, seconds or result are not there");
  return { study, version, seed, library, seconds, result };
}

/** What is kept of a study and a seed at its present version, if anything. */
export function keptResult<R>(
  study: Study<R>,
  seed: number,
  folder = resultsFolder(study),
): StudyResult<R> | undefined {
  const kept = loadStudyResult<R>(folder, study.name, seed);
  return kept?.version === study.version ? kept : undefined;
}

/**
 * The result of a long study that comes with the project, ready to use.
 *
 * @param study one of `studies` that is long
 * @param seed the shipped one is 1
 * @throws RangeError that says how to make it, where there is none, or none of this version
 */
export function shippedResult<R>(study: Study<R>, seed = 1): R {
  checkRecord("shippedResult", "study", study, ["name", "version"]);
  const folder = resultsFolder({ isLong: true });
  const kept = loadStudyResult<R>(folder, study.name, seed);
  if (kept?.version === study.version) return kept.result;
  const what = kept ? `is of version ${kept.version}, not ${study.version}` : "is not there";
  throw new RangeError(
    `shippedResult: ${fileOf(folder, study.name, seed)} ${what}; ` +
      `node lib/dist/cli/replicate.js --study ${study.name} --seeds ${seed} makes it`,
  );
}

/**
 * Measures the result of a study again, with a bar in a notebook that begins anew with each of its parts.
 *
 * @param study one of `studies`
 * @param seed the shipped results are of seed 1
 */
export async function measured<R>(study: Study<R>, seed = 1): Promise<R> {
  checkRecord("measured", "study", study, ["name", "run"]);
  const bar = progress(study.name, 100);
  const onProgress = (done: number, total: number): void => bar.update(Math.floor((99 * done) / total));
  try {
    return await study.run(seed, { pool: sharedPool(), onProgress });
  } finally {
    bar.done();
  }
}

/**
 * The results of all seeds that were run of a study, at its present version.
 *
 * @param study such as `studies.noise`
 * @param folder of the results; those that come with the project by default
 * @returns results with their seeds, ascending; none if no seed was run
 * @throws RangeError if it is no study; Error if a file is damaged
 */
export function replicatedRuns<R>(study: Study<R>, folder: string = resultsFolder(study ?? {})): SeededResult<R>[] {
  checkRecord("replicatedRuns", "study", study, ["name", "version"]);
  fileOf(folder, study.name, 1); // refuses what cannot be a name
  const seeds = (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) => {
    const [, name, seed] = /^(.+)-seed(\d+)\.json$/.exec(file) ?? [];
    return name === study.name ? [Number(seed)] : [];
  });
  return seeds
    .sort((a, b) => a - b)
    .flatMap((seed) => {
      const kept = keptResult(study, seed, folder);
      return kept ? [{ seed, result: kept.result }] : [];
    });
}

/**
 * Verdicts over all seeds that were run of a study: the study's own, or, where each result holds the verdicts of its seed, one
 * for each claim.
 *
 * @param study such as `studies.threeBits`
 * @param folder of the results; those that come with the project by default
 * @returns one verdict per claim, in the order of the first seed; none if no seed was run at this version
 * @throws RangeError if it is no study, or has no verdicts; Error if a file is damaged
 */
export function overSeeds<R>(study: Study<R>, folder?: string): ClaimVerdict[] {
  const runs = replicatedRuns(study, folder);
  if (study.judge && runs.length > 0) return study.judge(runs);
  const verdicts = runs.flatMap(({ result }) => {
    checkShape("overSeeds", `a result of ${study.name}`, result, { verdicts: "list" });
    return (result as { readonly verdicts: readonly ClaimVerdict[] }).verdicts;
  });
  const claims = [...new Set(verdicts.map(({ claim }) => claim))];
  return claims.map((claim) => verdictOverSeeds(verdicts.filter((verdict) => verdict.claim === claim)));
}
