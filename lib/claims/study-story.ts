import { stability } from "../flow/stability";
import { type EchoState, echoStateFlow } from "../network/echo-state";
import type { Snapshot } from "../network/force";
import { type FlipFlopRecipe, type PreparedFlipFlop, prepareFlipFlop } from "../network/recipe";
import { oneByOne } from "../search/work";
import {
  filmSteps,
  type HeldMemories,
  memoriesAt,
  networkAt,
  type TestRun,
  testRunAt,
  trainingFilm,
} from "../training/film";
import { originCrossings } from "../training/origin-crossings";
import { checkList, checkRecord } from "../wasm/validate";
import { toMatrix, toRowMajor } from "../wasm/vector";
import type { Study, StudyContext } from "./study";

/** The spectrum of the origin at one step: its eigenvalues of largest real part. */
export interface OriginSpectrum {
  readonly step: number;
  readonly unstableCount: number;
  /** max Re λ, in 1/τ. */
  readonly spectralAbscissa: number;
  readonly re: readonly number[];
  readonly im: readonly number[];
}

/** What is known of one training at each of its steps. */
export interface TrainingStory {
  readonly gain: number;
  readonly origin: readonly OriginSpectrum[];
  /** Dates of the path, not of the training: on the straight lines between the snapshots (`originCrossings`). */
  readonly crossings: readonly { readonly step: number; readonly change: string; readonly pair: string }[];
  readonly tests: readonly TestRun[];
  readonly memories: readonly HeldMemories[];
}

/** Memories take most of the time; early in training they are asked for at every hundredth step. */
const hasMemories = (step: number): boolean => step > 2000 || step % 100 === 0;
/** 150 τ, as in the study over seeds. */
const settle = 1500;

/** Eigenvalues kept of each spectrum: more than three outputs can make, and the edge of the disc. */
const eigenvaluesKept = 8;
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** What is asked of one snapshot, for whoever looks: a worker prepares the network anew from its recipe. */
export interface SnapshotTask {
  readonly recipe: FlipFlopRecipe;
  readonly step: number;
  /** The readout at that step, row by row. */
  readonly Wo: Float64Array;
}

/** What is known of one snapshot. */
export interface SnapshotLook {
  readonly origin: OriginSpectrum;
  readonly test: TestRun;
  readonly memories?: HeldMemories;
}

let prepared: PreparedFlipFlop | undefined;

/** Looks at one snapshot. The network is prepared once for all snapshots of a training. */
export function lookAtSnapshot({ recipe, step, Wo }: SnapshotTask): SnapshotLook {
  if (JSON.stringify(prepared?.recipe) !== JSON.stringify(recipe)) prepared = prepareFlipFlop(recipe);
  const film = {
    ...(prepared as PreparedFlipFlop),
    snapshots: [{ step, Wo: toMatrix(Wo, recipe.bits, recipe.units) }],
  };
  return {
    origin: spectrumAt(networkAt(film, step), step),
    test: testRunAt(film, step),
    ...(hasMemories(step) ? { memories: memoriesAt(film, step, { settle }) } : {}),
  };
}

/**
 * A training, snapshot by snapshot: spectrum of the origin and test error at each, memories at most.  [J15 §6.1]
 *
 * @param recipe what is left out is the paper's
 * @param steps at which there are snapshots, ascending from 0 to the end of training
 * @param context with a pool, its workers share the snapshots
 */
export async function storyOf(
  recipe: Partial<FlipFlopRecipe>,
  steps: readonly number[],
  context: StudyContext = {},
): Promise<TrainingStory> {
  checkList("storyOf", "steps", steps, 2);
  checkRecord("storyOf", "context", context);
  const { pool, signal, onProgress } = context;
  const film = trainingFilm(recipe, steps, { onProgress: (done, total) => onProgress?.(done, total, "training") });
  const { gain } = film.recipe;
  let done = 0;
  const look = async ({ step, Wo }: Snapshot): Promise<SnapshotLook> => {
    signal?.throwIfAborted();
    const task: SnapshotTask = { recipe: film.recipe, step, Wo: toRowMajor(Wo) };
    const seen = pool ? await pool.run<SnapshotLook>("snapshot", task, signal) : lookAtSnapshot(task);
    onProgress?.(++done, film.snapshots.length, `g = ${gain}, snapshots`);
    return seen;
  };
  const looks = pool ? await Promise.all(film.snapshots.map(look)) : await oneByOne(film.snapshots, look);
  return {
    gain,
    origin: looks.map(({ origin }) => origin),
    crossings: originCrossings(film.network, film.snapshots).map(({ parameter, change, pair }) => ({
      step: rounded(parameter, 2),
      change,
      pair,
    })),
    tests: looks.map(({ test }) => test),
    memories: looks.flatMap(({ memories }) => memories ?? []),
  };
}

function spectrumAt(net: EchoState, step: number): OriginSpectrum {
  const { eigenvalues, spectralAbscissa, unstableCount } = stability(echoStateFlow(net), new Float64Array(net.units));
  const short = (values: Float64Array) => Array.from(values.subarray(0, eigenvaluesKept), (v) => rounded(v, 4));
  return {
    step,
    unstableCount,
    spectralAbscissa: rounded(spectralAbscissa, 6),
    re: short(eigenvalues.re),
    im: short(eigenvalues.im),
  };
}

/**
 * The trainings of one seed at g = 1.5 and 0.8, at the 61 snapshots of `filmSteps`. Takes long: seed 1 is shipped
 * as data/results/training-story-seed1.json.
 */
export const storyStudy: Study<readonly TrainingStory[]> = Object.freeze({
  name: "training-story",
  version: 1,
  run: (seed: number, context: StudyContext) =>
    oneByOne([1.5, 0.8], (gain) => storyOf({ seed, gain }, filmSteps(), context)),
});
