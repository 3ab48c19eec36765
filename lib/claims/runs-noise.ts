/**
 * The runs behind claims C17 and C18: the four-bit networks of one seed, disturbed by the same noise.
 */
import { Matrix } from "ml-matrix";
import { memoryTable } from "../memory/memories";
import { memoryMargins } from "../memory/memory-margins";
import { tanhConjugate } from "../network/conjugate";
import { type EchoState, withReadout } from "../network/echo-state";
import { trainForce } from "../network/force";
import { type FlipFlopRecipe, type PreparedFlipFlop, prepareFlipFlop } from "../network/recipe";
import { trainedNetwork } from "../network/trained";
import { noiseTrial, noiseTrialDefaults } from "../noise/noise";
import { type NoiseRecord, weightDeviation } from "../noise/noise-curves";
import { noiseShelf } from "../noise/noise-shelf";
import type { NoiseSubject } from "../noise/noise-subject";
import { noiseTrials, trialRng } from "../noise/noise-trials";
import { checkCount } from "../wasm/validate";
import { norm } from "../wasm/vector";
import type { StudyContext } from "./study";

/** The networks of Fig. 9, besides the seed.  [J15 §8] */
const noiseRecipes: Readonly<Record<"tanh" | "logistic" | "transferred", Partial<FlipFlopRecipe>>> = Object.freeze({
  tanh: Object.freeze({ bits: 4 }),
  logistic: Object.freeze({ bits: 4, activation: "logistic" as const }),
  transferred: Object.freeze({ bits: 4, pretrainedBits: 3 }),
});

/** A network of the study: how it fared, and what is known of it without noise. */
export interface NoiseResult extends NoiseRecord {
  /** Error and share of wrong bits on the test without noise. */
  readonly undisturbed: { readonly error: number; readonly bitErrors: number };
  /** ‖Wo‖ of each row. */
  readonly readoutNorm: readonly number[];
  /** Distance of each memory to the nearest saddle, in activation; null if none was found, no list if not asked for. */
  readonly margins?: readonly (number | null)[];
}

/** A whole study of one seed, as plain JSON. */
export interface NoiseResults {
  readonly seed: number;
  readonly trials: number;
  readonly levels: readonly number[];
  /** g/√N, the standard deviation of a recurrent weight before the noise. */
  readonly weightDeviation: number;
  readonly networks: readonly NoiseResult[];
}

/** Trials that the exact conjugate takes part in: it repeats the logistic network digit by digit, so few are enough. */
const conjugateTrials = 2;
/** Steps to let a memory settle before noise: 100 τ. */
const settle = 1000;

/**
 * The noise study of one seed.  [J15 §8, Fig. 9]
 *
 * Four networks get the same noisy matrices: "tanh", "logistic" and "transferred", as in the paper, and "quarter gain": the
 * reservoir of the logistic network's conjugate without its bias, trained anew (tanh, Wr/4, Wfb/2, B/2; its noise is a
 * quarter too). A fifth, "conjugate", is the logistic network itself in the words of tanh.
 *
 * @param seed of networks and noise
 * @param trials number of noise matrices
 * @param context pool, signal, onProgress; finished trials are kept in data/cache/noise
 */
export async function runNoise(seed: number, trials: number, context: StudyContext): Promise<NoiseResults> {
  checkCount("runNoise", "trials", trials);
  const { pool, signal } = context;
  const { levels, hold, margin } = noiseTrialDefaults;
  const report = stages(context, [
    ["networks and their memories", preparation],
    ["noise levels", levels.length * trials],
    ["noise levels of the conjugate", levels.length * Math.min(trials, conjugateTrials)],
    ["saddles", preparation],
  ]);
  const subjects = await noiseSubjects(seed, { pool, signal, onProgress: report(0) });
  const shelf = (some: readonly NoiseSubject[]) => noiseShelf(some, seed, { levels, hold, margin });
  const main = subjects.filter(({ name }) => name !== "conjugate");
  const twin = subjects.filter(({ name }) => name === "conjugate");
  const common = { pool, signal };
  const few = Math.min(trials, conjugateTrials);
  const records = [
    ...(await noiseTrials(main, seed, { ...common, trials, shelf: shelf(main), onProgress: report(1) })),
    ...(await noiseTrials(twin, seed, { ...common, trials: few, shelf: shelf(twin), onProgress: report(2) })),
  ];
  const [alone] = noiseTrial([...main, ...twin], trialRng(seed, 1), { levels: [0], hold });
  const networks: NoiseResult[] = [];
  for (const [i, { name, network, memories }] of [...main, ...twin].entries()) {
    report(3)(i, subjects.length, name);
    const margins = memories && (await memoryMargins(network, memories, common));
    networks.push({
      ...shortened(records[i]),
      undisturbed: { error: short(alone[i].meanSquaredError), bitErrors: short(alone[i].bitErrorRate) },
      readoutNorm: network.Wo.to2DArray().map((row) => short(norm(Float64Array.from(row)))),
      ...(margins ? { margins: margins.map(({ distance }) => (distance === undefined ? null : short(distance))) } : {}),
    });
  }
  report(3)(1, 1);
  return { seed, trials, levels, weightDeviation: weightDeviation(subjects[0].network), networks };
}

/** What it takes to train five networks and look for their memories, or for saddles, in noise levels. */
const preparation = 10;

/**
 * Progress of several stages as one bar, each stage as long as it says.
 *
 * @returns for each stage a function that takes its own progress
 */
function stages(
  { onProgress }: StudyContext,
  lengths: readonly (readonly [string, number])[],
): (stage: number) => (done: number, total: number, what?: string) => void {
  const whole = lengths.reduce((sum, [, length]) => sum + length, 0);
  return (stage) => {
    const before = lengths.slice(0, stage).reduce((sum, [, length]) => sum + length, 0);
    const [name, length] = lengths[stage];
    return (done, total, what = name) => onProgress?.(before + (length * done) / total, whole, what);
  };
}

/** Six digits: far more than two trials have in common. */
const short = (value: number): number => Number(value.toPrecision(6));
const shortened = (record: NoiseRecord): NoiseRecord => ({
  ...record,
  error: record.error.map((row) => row.map(short)),
  bitErrors: record.bitErrors.map((row) => row.map(short)),
});

/** The networks of a seed, trained or from the cache, with the memories they hold. */
async function noiseSubjects(seed: number, { pool, signal, onProgress }: StudyContext): Promise<NoiseSubject[]> {
  const subjects: NoiseSubject[] = [];
  const enter = (
    name: string,
    network: EchoState,
    x0: Float64Array,
    { testing }: PreparedFlipFlop,
    more = {},
  ): void => {
    signal?.throwIfAborted();
    onProgress?.(subjects.length, 5, `memories, ${name}`);
    const memories = memoryTable(network, { settle }).filter(({ isHeld }) => isHeld);
    subjects.push({
      name,
      network,
      x0,
      testing,
      memories: memories.map(({ bits, state }) => ({ bits, state })),
      ...more,
    });
  };
  onProgress?.(0, 5, "training");
  const train = (name: keyof typeof noiseRecipes) => trainedNetwork({ ...noiseRecipes[name], seed }, { pool, signal });
  // side by side on the workers; the transferred network is trained twice, so it is begun first
  const [transferred, tanh, logistic] = await Promise.all([train("transferred"), train("tanh"), train("logistic")]);
  for (const [name, prepared] of Object.entries({ tanh, logistic, transferred })) {
    enter(name, prepared.network, prepared.x0, prepared);
  }
  const prepared = prepareFlipFlop({ ...noiseRecipes.logistic, seed });
  const { network: conjugate } = tanhConjugate(subjects[1].network);
  const half = prepared.x0.map((x) => x / 2);
  onProgress?.(subjects.length, 5, "training, quarter gain");
  enter("quarter gain", quarterGain(conjugate, prepared, half), half, prepared, { noiseScale: 1 / 4 });
  const { testing } = prepared;
  return [...subjects, { name: "conjugate", network: conjugate, x0: half, testing, noiseScale: 1 / 4, rateShift: 1 }];
}

/** The conjugate's reservoir without bias, with a readout of its own. */
function quarterGain(conjugate: EchoState, { training, recipe }: PreparedFlipFlop, x0: Float64Array): EchoState {
  const untrained = withReadout(conjugate, Matrix.zeros(conjugate.outputs, conjugate.units));
  const { alpha, trainEvery } = recipe;
  return trainForce(untrained, training, { x0, alpha, trainEvery }).network;
}
