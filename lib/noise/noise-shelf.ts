/**
 * Trials of a noise study on disk: each is kept as soon as it is done, so that an interrupt loses only what was running.
 *
 * The name of a file holds a digest of all that the trial depends on: networks, test, levels, seed and library. A file that
 * cannot be used, for whatever reason, is as good as none: it is kept beside as NAME.damaged, and the trial is run again.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { keepDamaged, readJsonRecord, refuseFile } from "../files/json-file";
import { bytesOf, digestOf, libraryVersion } from "../files/sealed";
import { makeFolder, writeAside } from "../files/write-aside";
import { projectFolder } from "../places";
import { reject } from "../wasm/validate";
import type { NoiseOutcome } from "./noise-outcome";
import type { NoiseSubject } from "./noise-subject";
import type { TrialShelf } from "./noise-trials";

/** Raised when the same networks and settings give other outcomes. */
const version = 2; // 2: products in single precision

/** data/cache/noise, beside lib; not in git, and free to be deleted. */
const noiseFolder: string = join(projectFolder, "data", "cache", "noise");

/**
 * A shelf for the trials of one study.
 *
 * @param subjects its networks
 * @param seed of its noise
 * @param settings levels, hold and margin
 * @param folder made if it is not there
 */
export function noiseShelf(
  subjects: readonly NoiseSubject[],
  seed: number,
  settings: { readonly levels: readonly number[]; readonly hold: number; readonly margin: number },
  folder: string = noiseFolder,
): TrialShelf {
  if (typeof folder !== "string" || folder === "") reject("noiseShelf", "folder", folder, "a path");
  const { levels, hold, margin } = settings;
  const words = JSON.stringify([version, libraryVersion(), seed, levels, hold, margin]);
  const key = digestOf(words, ...subjects.flatMap(partsOf)).slice("sha256:".length, "sha256:".length + 16);
  const fileOf = (trial: number): string => join(folder, `seed${seed}-${key}-trial${trial}.json`);
  return {
    get(trial) {
      return read(fileOf(trial), levels.length, subjects.length);
    },
    keep(trial, outcomes) {
      makeFolder("noiseShelf", folder);
      const text = JSON.stringify(outcomes);
      writeAside("noiseShelf", fileOf(trial), `${JSON.stringify({ checksum: digestOf(text), outcomes })}\n`);
    },
  };
}

/** All of a subject that its outcomes depend on, and its place by being in order. */
function partsOf(subject: NoiseSubject): (Buffer | string)[] {
  const { network, x0, testing, memories = [], noiseScale = 1, rateShift = 0 } = subject;
  const { activation, tau, units, inputs, outputs, Wr, Wfb, Wo, B } = network;
  const words = JSON.stringify([activation, tau, units, inputs, outputs, noiseScale, rateShift, testing.input.rows]);
  const matrices = [Wr, Wfb, Wo, B, testing.input, testing.target].map(bytesOf);
  const vectors = [x0, ...memories.map(({ state }) => state)].map((v) => Buffer.from(v.slice().buffer));
  return [words, JSON.stringify(memories.map(({ bits }) => bits)), ...matrices, ...vectors];
}

function read(file: string, levels: number, subjects: number): NoiseOutcome[][] | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const rules = { kind: "a kept trial", advice: "it is kept beside" };
    const { checksum, outcomes } = readJsonRecord("noiseShelf", file, rules);
    if (!Array.isArray(outcomes)) return refuseFile("noiseShelf", file, "has no outcomes", rules.advice);
    const isWhole =
      digestOf(JSON.stringify(outcomes)) === checksum &&
      outcomes.length === levels &&
      outcomes.every((row) => Array.isArray(row) && row.length === subjects && row.every(isOutcome));
    return isWhole ? outcomes : refuseFile("noiseShelf", file, "is damaged", rules.advice);
  } catch {
    keepDamaged(file);
    return undefined;
  }
}

function isOutcome(value: unknown): value is NoiseOutcome {
  const { meanSquaredError, bitErrorRate, held } = (value ?? {}) as Partial<NoiseOutcome>;
  return typeof meanSquaredError === "number" && typeof bitErrorRate === "number" && typeof held === "string";
}
