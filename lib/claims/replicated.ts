import { existsSync, readdirSync } from "node:fs";
import { checkRecord, reject } from "../wasm/validate";
import { verdictOverSeeds } from "./over-seeds";
import type { Study } from "./study";
import { loadStudyResult, replicatesFolder, studyResultFile } from "./study-results";
import type { ClaimVerdict } from "./verdict";

/** A result of a study, with its seed. */
export interface SeededResult<R> {
  readonly seed: number;
  readonly result: R;
}

/**
 * The results of all seeds that `npm run replicate` has run of a study, at its present version.
 *
 * @param study such as `noiseStudy`
 * @param folder of the results; those that come with the project by default
 * @returns results with their seeds, ascending; none if no seed was run
 * @throws RangeError if it is no study; Error if a file is damaged
 */
export function replicatedRuns<R>(study: Study<R>, folder: string = replicatesFolder): SeededResult<R>[] {
  checkRecord("replicatedRuns", "study", study, ["name", "version"]);
  studyResultFile(folder, study.name, 1); // refuses what cannot be a name
  return seedsOf(study.name, folder).flatMap((seed) => {
    const kept = loadStudyResult<R>(folder, study.name, seed);
    return kept?.version === study.version ? [{ seed, result: kept.result }] : [];
  });
}

/** The results alone, as from `replicatedRuns`. */
export function replicatedResults<R>(study: Study<R>, folder: string = replicatesFolder): R[] {
  return replicatedRuns(study, folder).map(({ result }) => result);
}

/**
 * Verdicts over all seeds that `npm run replicate` has run of a study whose results hold the verdicts of their seed.
 *
 * @param study such as `threeBitsStudy`
 * @param folder of the results; those that come with the project by default
 * @returns one verdict per claim, in the order of the first seed; none if no seed was run at this version
 * @throws RangeError if it is no study; Error if a file is damaged
 */
export function replicatedVerdicts(
  study: Study<{ readonly verdicts: readonly ClaimVerdict[] }>,
  folder: string = replicatesFolder,
): ClaimVerdict[] {
  checkRecord("replicatedVerdicts", "study", study, ["name", "version"]);
  const verdicts = replicatedResults(study, folder).flatMap((result) => {
    if (!Array.isArray(result?.verdicts)) {
      reject("replicatedVerdicts", `a result of ${study.name}`, "has no verdicts", "one per claim and seed");
    }
    return result.verdicts;
  });
  const claims = [...new Set(verdicts.map(({ claim }) => claim))];
  return claims.map((claim) => verdictOverSeeds(verdicts.filter((verdict) => verdict.claim === claim)));
}

/** Seeds with a result, ascending. */
function seedsOf(study: string, folder: string): number[] {
  if (!existsSync(folder)) return [];
  const seeds = readdirSync(folder).flatMap((file) => {
    const [, name, seed] = /^(.+)-seed(\d+)\.json$/.exec(file) ?? [];
    return name === study ? [Number(seed)] : [];
  });
  return seeds.sort((a, b) => a - b);
}
