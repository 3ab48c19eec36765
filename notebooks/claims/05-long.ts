/** The long studies of notebook 05: the story of a training, its fixed points from birth to end, and a scan of gains. */
import { Matrix } from "ml-matrix";
import { continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { outputOf } from "rnn-dynamics/dist/memory/gates";
import { type EchoState, echoStateFlow } from "rnn-dynamics/dist/network/echo-state";
import type { Snapshot } from "rnn-dynamics/dist/network/force";
import { type FlipFlopRecipe, type PreparedFlipFlop, prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { bitAccuracy, meanSquaredError } from "rnn-dynamics/dist/network/tasks";
import { principalComponents } from "rnn-dynamics/dist/numbers/principal-components";
import type { FullSearch, SearchEnd } from "rnn-dynamics/dist/search/find-all";
import { modeCounts } from "rnn-dynamics/dist/search/report";
import { oneByOne } from "rnn-dynamics/dist/search/work";
import { type BranchRecord, recordOf } from "rnn-dynamics/dist/training/branches";
import { originCrossings } from "rnn-dynamics/dist/training/crossings";
import { readoutFamily } from "rnn-dynamics/dist/training/family";
import {
  filmSteps,
  type HeldMemories,
  memoriesAt,
  networkAt,
  type OriginAt,
  originOf,
  type TestRun,
  type TrainingFilm,
  testRunAt,
  trainingFilm,
} from "rnn-dynamics/dist/training/film";
import { toMatrix, toRowMajor } from "rnn-dynamics/dist/wasm/vector";
import { settle } from "./05";
import { searchOf, trained } from "./search";
import { begin, type Study, type StudyContext, within } from "./study";

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

// ---------------------------------------------------------------- story

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

/** Eigenvalues kept of each spectrum: more than three outputs can make, and the edge of the disc. */
const eigenvaluesKept = 8;

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

const lookJob = { file: __filename, name: "lookAtSnapshot" };
let prepared: PreparedFlipFlop | undefined;

/** Looks at one snapshot. The network is prepared once for all snapshots of a training. A job for a worker. */
export function lookAtSnapshot({ recipe, step, Wo }: SnapshotTask): SnapshotLook {
  if (JSON.stringify(prepared?.recipe) !== JSON.stringify(recipe)) prepared = prepareFlipFlop(recipe);
  const snapshots = [{ step, Wo: toMatrix(Wo, recipe.bits, recipe.units) }];
  const film = { ...(prepared as PreparedFlipFlop), snapshots };
  return {
    origin: spectrumAt(networkAt(film, step), step),
    test: testRunAt(film, step),
    ...(hasMemories(step) ? { memories: memoriesAt(film, step, { settle }) } : {}),
  };
}

function spectrumAt(net: EchoState, step: number): OriginSpectrum {
  const { eigenvalues, spectralAbscissa, unstableCount } = stability(echoStateFlow(net), new Float64Array(net.units));
  const short = (values: Float64Array) => Array.from(values.subarray(0, eigenvaluesKept), (v) => rounded(v, 4));
  const [re, im] = [short(eigenvalues.re), short(eigenvalues.im)];
  return { step, unstableCount, spectralAbscissa: rounded(spectralAbscissa, 6), re, im };
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
  const { pool, signal, onProgress } = context;
  const film = trainingFilm(recipe, steps, { onProgress: (done, total) => onProgress?.(done, total, "training") });
  const { gain } = film.recipe;
  let done = 0;
  const look = async ({ step, Wo }: Snapshot): Promise<SnapshotLook> => {
    signal?.throwIfAborted();
    const task: SnapshotTask = { recipe: film.recipe, step, Wo: toRowMajor(Wo) };
    const seen = pool ? await pool.run<SnapshotLook>(lookJob, task, signal) : lookAtSnapshot(task);
    onProgress?.(++done, film.snapshots.length, `g = ${gain}, snapshots`);
    return seen;
  };
  const looks = pool ? await Promise.all(film.snapshots.map(look)) : await oneByOne(film.snapshots, look);
  const crossings = originCrossings(film.network, film.snapshots);
  return {
    gain,
    origin: looks.map(({ origin }) => origin),
    crossings: crossings.map(({ parameter, change, pair }) => ({ step: rounded(parameter, 2), change, pair })),
    tests: looks.map(({ test }) => test),
    memories: looks.flatMap(({ memories }) => memories ?? []),
  };
}

/**
 * The trainings of one seed at g = 1.5 and 0.8, at the 61 snapshots of `filmSteps`. Takes long: seed 1 is shipped
 * as data/results/training-story-seed1.json.
 */
export const story: Study<readonly TrainingStory[]> = {
  name: "training-story",
  version: 1,
  isLong: true,
  run: (seed, context) => oneByOne([1.5, 0.8], (gain) => storyOf({ seed, gain }, filmSteps(), context)),
};

// ---------------------------------------------------------------- branches

/** A search of the whole space at one snapshot, in short. */
export interface SearchedAt {
  readonly step: number;
  readonly points: number;
  /** By number of unstable modes. */
  readonly counts: Readonly<Record<string, number>>;
  readonly indexSum: number;
  readonly ended: SearchEnd;
}

/** Fixed points of a training, followed to where they are born and where they end, and the searches they were found by. */
export interface BranchesResult {
  readonly branches: BranchRecord;
  readonly searches: readonly SearchedAt[];
}

/** Enough for a network below g = 1, which is done after two or three rounds. */
const filmBudget = { maxStarts: 96, maxTotalIterations: 3000 };

/**
 * The fixed points of a network in training: searched for at some snapshots, and each followed from there in both
 * directions, to its birth and its end.  [J15 §6.1]
 *
 * What is born and vanishes between two searches, on no curve that was followed, is not in the result: an index sum of 1 at
 * every snapshot would not tell. The principal components are those of the points at the last search.
 *
 * @param recipe with g < 1, where a search can hope for all points
 * @param steps at which there are snapshots, ascending from 0 to the end of training
 * @param searchAt those of them at which to search
 */
export async function branchesOf(
  recipe: Partial<FlipFlopRecipe>,
  steps: readonly number[],
  searchAt: readonly number[],
  context: StudyContext = {},
): Promise<BranchesResult> {
  const film = trainingFilm(recipe, steps, {
    onProgress: (done, total) => context.onProgress?.(done, total, "training"),
  });
  const searches = new Map<number, FullSearch>();
  for (const step of searchAt) {
    const plan = { stream: `search at ${step}`, budget: filmBudget };
    const { search } = await searchOf({ ...film, network: networkAt(film, step) }, plan, context);
    searches.set(step, search);
  }
  const origin = { xStar: new Float64Array(film.network.units) };
  const continuation = await continueFixedPoints(
    readoutFamily(film.network, film.snapshots),
    { points: [origin] },
    {
      eigenvaluesEvery: 4,
      pool: context.pool,
      starts: (step) => searches.get(step)?.points.map(({ xStar }) => xStar) ?? [],
      onProgress: (done, total) => begin(context, "branch", done, total),
    },
  );
  const last = searches.get(searchAt[searchAt.length - 1]) as FullSearch;
  const { project } = principalComponents(new Matrix(last.points.map(({ xStar }) => xStar)), 3);
  const short = (x: Float64Array, step: number): number[] => [
    ...Array.from(outputOf(networkBetween(film, step), x), (v) => rounded(v, 3)),
    ...Array.from(project(x).getRow(0), (v) => rounded(v, 2)),
  ];
  return {
    branches: recordOf(continuation, short),
    searches: [...searches].map(([step, search]) => ({ step, ...inShort(search) })),
  };
}

/** The fixed points of a search, in short. */
function inShort({ points, completeness, ended }: FullSearch): Omit<SearchedAt, "step"> {
  return { points: points.length, counts: modeCounts(points), indexSum: completeness.indexSum, ended };
}

/** The network with the readout on the straight line between its snapshots, as `readoutFamily` has it. */
function networkBetween({ network, snapshots }: TrainingFilm, step: number): EchoState {
  const reached = snapshots.findIndex((snapshot) => snapshot.step >= step);
  const [a, b] = snapshots.slice(Math.max(1, reached) - 1);
  const share = (step - a.step) / (b.step - a.step);
  return { ...network, Wo: Matrix.add(a.Wo, Matrix.sub(b.Wo, a.Wo).mul(share)) };
}

/** Often while much happens, then ever more rarely. */
const searchedAt = [150, 350, 500, 700, 1000, 1500, 2000, 2620, 3940, 5910, 10160, 17450, 30000];

/**
 * The gentle network of one seed, g = 0.8. Takes a quarter of an hour on two processors: seed 1 is shipped as data/results/training-branches-seed1.json.
 */
export const branches: Study<BranchesResult> = {
  name: "training-branches",
  version: 4, // 4: no step across a fold, whatever the size of the state
  isLong: true,
  run: (seed, context) => branchesOf({ seed, gain: 0.8 }, filmSteps(), searchedAt, context),
};

// ---------------------------------------------------------------- gains

/** One network of the scan. */
export interface GainRow extends Omit<SearchedAt, "step"> {
  readonly gain: number;
  /** The origin before and after training. */
  readonly before: OriginAt;
  readonly after: OriginAt;
  readonly meanSquaredError: number;
  readonly bitAccuracy: number;
  /** Memories held, of 8, and how many of them rest at a fixed point. */
  readonly held: number;
  readonly resting: number;
}

/** From a reservoir that falls silent at once to one that is far beyond the onset of chaos. */
const scannedGains: readonly number[] = [0.4, 0.6, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.65, 1.8];

/** The same for every gain: several times what a network below g = 1 needs, and of the others nobody expects all. */
const scanBudget = { maxStarts: 120, maxTotalIterations: 4000 };

/**
 * One seed at eleven gains, all else the paper's: the origin before and after training, the test, the memories, and the
 * fixed points that a search of the same budget finds.
 *
 * Takes ten minutes on two processors: seed 1 is shipped as data/results/gain-scan-seed1.json.
 */
export const gainScan: Study<readonly GainRow[]> = {
  name: "gain-scan",
  version: 3, // 3: boundaries are followed on beside a crowded middle
  isLong: true,
  run: (seed, context) => oneByOne(scannedGains, (gain) => gainRow({ seed, gain }, within(context, `g = ${gain}`))),
};

/** One row of the scan: a network trained by its recipe, and all that the scan asks of it. */
export async function gainRow(recipe: Partial<FlipFlopRecipe>, context: StudyContext): Promise<GainRow> {
  const prepared = await trained(recipe, context);
  const { network, testing, recipe: whole } = prepared;
  const before = originOf(prepareFlipFlop(whole).network, 0);
  const after = originOf(network, whole.steps);
  const { search, memories, test } = await searchOf(prepared, { stream: "search", budget: scanBudget }, context);
  const held = memories.filter(({ isHeld }) => isHeld);
  return {
    ...{ gain: whole.gain, before, after },
    meanSquaredError: Number(meanSquaredError(test.output, testing.target).toPrecision(4)),
    bitAccuracy: Number(bitAccuracy(test.output, testing.target).toFixed(4)),
    held: held.length,
    resting: held.filter(({ motion }) => motion === "fixed").length,
    ...inShort(search),
  };
}
