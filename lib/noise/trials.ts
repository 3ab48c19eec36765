import { existsSync } from "node:fs";
import { join } from "node:path";
import { keepDamaged, readJsonRecord, refuseFile } from "../files/json-file";
import { bytesOf, digestOf, libraryVersion } from "../files/sealed";
import { makeFolder, writeAside } from "../files/write-aside";
import type { EchoState } from "../network/echo-state";
import { createRng, type Rng } from "../numbers/random";
import { projectFolder } from "../places";
import { type JobPool, libJob } from "../pool";
import { checkCount, type LongCall, longCallDefaults, reject, withDefaults } from "../wasm/check";
import { toMatrix, toRowMajor } from "../wasm/vector";
import type { NoiseRecord } from "./curves";
import {
  checkedNoiseOptions,
  checkSubjects,
  type NoiseOutcome,
  type NoiseSubject,
  type NoiseTrialOptions,
  noiseTrial,
  noiseTrialDefaults,
} from "./trial";

/** Where finished trials are kept, so that a study that was stopped goes on where it was. */
export interface TrialShelf {
  /** The outcomes of a trial, if they are there. */
  get(trial: number): NoiseOutcome[][] | undefined;
  keep(trial: number, outcomes: NoiseOutcome[][]): void;
}

export interface NoiseTrialsOptions extends Omit<NoiseTrialOptions, "onLevel">, LongCall {
  readonly trials: number;
  /** Workers, one trial each; without them this thread runs one trial after the other, with the same result. */
  readonly pool: JobPool | undefined;
  readonly signal: AbortSignal | undefined;
  readonly shelf: TrialShelf | undefined;
}

const { levels, hold, margin } = noiseTrialDefaults;

export const noiseTrialsDefaults: NoiseTrialsOptions = Object.freeze({
  levels,
  hold,
  margin,
  /** The paper's number. */
  trials: 10,
  pool: undefined,
  signal: undefined,
  shelf: undefined,
  ...longCallDefaults,
});

/** A trial as a worker is told of it: plain data. */
export interface NoiseTask {
  readonly seed: number;
  readonly trial: number;
  readonly subjects: readonly PlainSubject[];
  readonly levels: readonly number[];
  readonly hold: number;
  readonly margin: number;
  /** Counts finished levels, for all threads to see. */
  readonly counter: Int32Array;
}

type Flat = { readonly rows: number; readonly columns: number; readonly data: Float64Array };
type PlainNetwork = Omit<EchoState, "Wr" | "Wfb" | "Wo" | "B"> & Record<"Wr" | "Wfb" | "Wo" | "B", Flat>;
type PlainSubject = Omit<NoiseSubject, "network" | "testing"> & {
  readonly network: PlainNetwork;
  readonly testing: { readonly input: Flat; readonly target: Flat };
};

/**
 * The noise study: the same noisy matrices for every network, trial by trial and level by level.  [J15 §8, Fig. 9]
 *
 * The Z of a trial is drawn where the trial runs, from a stream of its own, `createRng(seed)` split by "noise" and by
 * the trial's number: no more depends on the number of workers than the time.
 *
 * @param subjects networks, of one size and one test length
 * @param seed of the noise
 * @param options see `noiseTrialsDefaults`
 * @returns a record for each subject, in order
 * @throws RangeError if a subject or an option is out of place; rejects with the signal's reason when it is stopped
 */
export async function noiseTrials(
  subjects: readonly NoiseSubject[],
  seed: number,
  options?: Partial<NoiseTrialsOptions>,
): Promise<NoiseRecord[]> {
  const where = "noiseTrials";
  checkSubjects(where, subjects);
  if (!Number.isSafeInteger(seed)) reject(where, "seed", seed, "an integer");
  const settings = checkedNoiseOptions(where, withDefaults(where, options, noiseTrialsDefaults));
  checkCount(where, "trials", settings.trials);
  if (settings.trials > 1e4) reject(where, "trials", settings.trials, "at most 10000");
  const trials = await allTrials(subjects, seed, settings);
  const table = <Value>(m: number, of: (outcome: NoiseOutcome) => Value): Value[][] =>
    settings.levels.map((_, l) => trials.map((trial) => of(trial[l][m])));
  return subjects.map(({ name, memories = [] }, m) => ({
    name,
    memories: memories.map(({ bits }) => bits.map((bit) => (bit > 0 ? "+" : "−")).join("")),
    error: table(m, ({ meanSquaredError }) => meanSquaredError),
    bitErrors: table(m, ({ bitErrorRate }) => bitErrorRate),
    held: table(m, ({ held }) => held),
  }));
}

async function allTrials(
  subjects: readonly NoiseSubject[],
  seed: number,
  { trials, pool, signal, shelf, onProgress, levels, hold, margin }: NoiseTrialsOptions,
): Promise<NoiseOutcome[][][]> {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const report = (): void => onProgress(Atomics.load(counter, 0), trials * levels.length);
  const plain = subjects.map(flattened);
  const one = async (trial: number): Promise<NoiseOutcome[][]> => {
    const kept = shelf?.get(trial);
    if (kept) {
      Atomics.add(counter, 0, levels.length);
      return kept;
    }
    const task: NoiseTask = { seed, trial, subjects: plain, levels, hold, margin, counter };
    const outcomes = pool
      ? await pool.run<NoiseOutcome[][]>(libJob("noise"), task, signal)
      : await alone(task, signal, report);
    shelf?.keep(trial, outcomes);
    return outcomes;
  };
  const numbers = Array.from({ length: trials }, (_, k) => k + 1);
  const timer = setInterval(report, 200);
  try {
    if (pool) return await Promise.all(numbers.map(one));
    const results: NoiseOutcome[][][] = [];
    for (const trial of numbers) results.push(await one(trial));
    return results;
  } finally {
    clearInterval(timer);
    report();
  }
}

/** A trial by this thread, with a turn of the event loop before it, for interrupts. */
async function alone(task: NoiseTask, signal: AbortSignal | undefined, report: () => void): Promise<NoiseOutcome[][]> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
  return runNoiseTask(task, report);
}

/** What a worker does with a trial. */
export function runNoiseTask(task: NoiseTask, report: () => void = () => {}): NoiseOutcome[][] {
  const { seed, trial, levels, hold, margin, counter } = task;
  const onLevel = (): void => {
    Atomics.add(counter, 0, 1);
    report();
  };
  return noiseTrial(task.subjects.map(unflattened), trialRng(seed, trial), { levels, hold, margin, onLevel });
}

/** The stream that the Z of a trial is drawn from; trials count from 1. */
export function trialRng(seed: number, trial: number): Rng {
  return createRng(seed).split("noise").split(`trial ${trial}`);
}

const flat = (m: EchoState["Wr"]): Flat => ({ rows: m.rows, columns: m.columns, data: toRowMajor(m) });
const full = ({ rows, columns, data }: Flat): EchoState["Wr"] => toMatrix(data, rows, columns);

function flattened(subject: NoiseSubject): PlainSubject {
  const { network, testing } = subject;
  const { Wr, Wfb, Wo, B } = network;
  return {
    ...subject,
    network: { ...network, Wr: flat(Wr), Wfb: flat(Wfb), Wo: flat(Wo), B: flat(B) },
    testing: { input: flat(testing.input), target: flat(testing.target) },
  };
}

function unflattened(subject: PlainSubject): NoiseSubject {
  const { network, testing } = subject;
  const { Wr, Wfb, Wo, B } = network;
  return {
    ...subject,
    network: { ...network, Wr: full(Wr), Wfb: full(Wfb), Wo: full(Wo), B: full(B) },
    testing: { input: full(testing.input), target: full(testing.target) },
  };
}

/**
 * Trials of a noise study on disk: each is kept as soon as it is done, so that an interrupt loses only what was running.
 *
 * The name of a file holds a digest of all that the trial depends on: networks, test, levels, seed and library. A file that
 * cannot be used, for whatever reason, is as good as none: it is kept beside as NAME.damaged, and the trial is run again.
 */

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
