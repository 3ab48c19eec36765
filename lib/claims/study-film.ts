import { Matrix } from "ml-matrix";
import { findAllFixedPoints } from "../dynamics/complete-search";
import { continueFixedPoints } from "../dynamics/continuation";
import { modeCounts } from "../dynamics/mode-counts";
import { stability } from "../dynamics/stability";
import { type EchoState, echoStateFlow } from "../networks/echo-state";
import { memoryTable } from "../networks/memories";
import { originCrossings } from "../networks/origin-crossings";
import { outputOf } from "../networks/passages";
import { readoutFamily } from "../networks/readout-family";
import type { FlipFlopRecipe } from "../networks/recipe";
import { simulate } from "../networks/simulate";
import { memorySkeleton } from "../networks/skeleton";
import { exp, log } from "../numerics/elementary";
import { principalComponents } from "../numerics/pca";
import { createRng } from "../numerics/random";
import { checkCount, checkList, checkRecord } from "../numerics/validate";
import { type BranchRecord, recordOf } from "./branch-record";
import {
  type HeldMemories,
  memoriesAt,
  networkAt,
  type TestRun,
  type TrainingFilm,
  testRunAt,
  trainingFilm,
} from "./runs-evolution";
import type { Study, StudyContext } from "./study";

/** Steps of training at which the film has a picture: every 50 up to 2000, then evenly on a logarithmic scale. */
export function filmSteps(total = 30000): number[] {
  checkCount("filmSteps", "total", total);
  const [dense, spacing, sparse] = [2000, 50, 20];
  const early = Array.from({ length: dense / spacing + 1 }, (_, k) => spacing * k).filter((step) => step < total);
  if (total <= dense) return [...early, total];
  const ratio = log(total / dense) / sparse;
  const late = Array.from({ length: sparse }, (_, k) => Math.round((dense * exp(ratio * (k + 1))) / 10) * 10);
  return [...new Set([...early, ...late.filter((step) => step > dense && step < total), total])];
}

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
  readonly crossings: readonly { readonly step: number; readonly change: string; readonly pair: string }[];
  readonly tests: readonly TestRun[];
  readonly memories: readonly HeldMemories[];
}

/** Both trainings, the paper's and the gentle one, and the fixed points of the gentle one from its beginning to its end. */
export interface FilmResult {
  readonly stories: readonly TrainingStory[];
  readonly branches: BranchRecord;
  /** Fixed points at the end, by number of unstable modes, and whether anything speaks against their being all. */
  readonly final: {
    readonly counts: Readonly<Record<string, number>>;
    readonly indexSum: number;
    readonly ended: string;
  };
}

/** Memories take most of the time; early in training they are asked for at every hundredth step. */
const hasMemories = (step: number): boolean => step > 2000 || step % 100 === 0;
/** 150 τ, as in the study over seeds. */
const settle = 1500;

/** Eigenvalues kept of each spectrum: more than three outputs can make, and the edge of the disc. */
const eigenvaluesKept = 8;
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/**
 * A training at several gains, snapshot by snapshot: spectrum of the origin and test error at each, memories at most; and for the
 * last of the gains all fixed points continued through training.  [J15 §6.1, Fig. 7]
 *
 * @param recipes one for each gain; the last should have g < 1, so that the origin is the only fixed point at first
 * @param steps at which there are snapshots, ascending from 0 to the end of training
 */
export async function filmOf(
  recipes: readonly Partial<FlipFlopRecipe>[],
  steps: readonly number[],
  context: StudyContext,
): Promise<FilmResult> {
  checkList("filmOf", "recipes", recipes, 1);
  checkList("filmOf", "steps", steps, 2);
  checkRecord("filmOf", "context", context);
  const films = recipes.map((recipe) => {
    context.signal?.throwIfAborted();
    return trainingFilm(recipe, steps, (done, total) => context.onProgress?.(done, total, "training"));
  });
  const { branches, final } = await fixedPointsOf(films[films.length - 1], context);
  const stories = films.map((film) => storyOf(film, context));
  return { stories, branches, final };
}

/** The film of one seed at g = 1.5 and 0.8. Takes ten minutes: seed 1 is shipped as data/results/evolution-film-seed1.json. */
export const filmStudy: Study<FilmResult> = {
  name: "evolution-film",
  version: 1,
  run: (seed, context) =>
    filmOf(
      [
        { seed, gain: 1.5 },
        { seed, gain: 0.8 },
      ],
      filmSteps(),
      context,
    ),
};

function storyOf(film: TrainingFilm, { signal, onProgress }: StudyContext): TrainingStory {
  const steps = film.snapshots.map(({ step }) => step);
  const { gain } = film.recipe;
  const each = <T>(what: string, of: (step: number) => T, at: readonly number[] = steps): T[] =>
    at.map((step, done) => {
      signal?.throwIfAborted();
      onProgress?.(done, at.length, `g = ${gain}, ${what}`);
      return of(step);
    });
  return {
    gain,
    origin: each("origin", (step) => spectrumAt(networkAt(film, step), step)),
    crossings: originCrossings(film.network, film.snapshots).map(({ parameter, change, pair }) => ({
      step: rounded(parameter, 2),
      change,
      pair,
    })),
    tests: each("test run", (step) => testRunAt(film, step)),
    memories: each("memories", (step) => memoriesAt(film, step, { settle }), steps.filter(hasMemories)),
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

/** Fixed points of the trained network, followed back to where each was born. */
async function fixedPointsOf(film: TrainingFilm, context: StudyContext) {
  const { pool, signal, onProgress } = context;
  const { trained, snapshots, testing, x0 } = film;
  const { states } = simulate(trained, testing.input, { x0, record: 5 });
  if (states === undefined) throw new Error("filmStudy: a simulation that was to be recorded was not");
  const held = memoryTable(trained).filter(({ isHeld }) => isHeld);
  const guesses = held.length === 0 ? [] : memorySkeleton(held, { half: true }).map(({ state }) => state);
  const sources = {
    states,
    memories: held.map(({ state }) => state),
    guesses,
    rng: createRng(film.recipe.seed).split("search"),
  };
  const search = await findAllFixedPoints(echoStateFlow(trained), sources, {
    pool,
    signal,
    onProgress: (done, total) => onProgress?.(done, total, "fixed points at the end, start"),
  });
  const last = snapshots[snapshots.length - 1].step;
  const continuation = await continueFixedPoints(
    readoutFamily(film.network, snapshots),
    { points: [{ xStar: new Float64Array(trained.units) }] },
    {
      eigenvaluesEvery: 4,
      starts: (step) => (step === last ? search.points.map(({ xStar }) => xStar) : []),
      onProgress: (done, total) => {
        signal?.throwIfAborted();
        onProgress?.(done, total, "branch");
      },
    },
  );
  const { project } = principalComponents(new Matrix(search.points.map(({ xStar }) => xStar)), 3);
  const short = (x: Float64Array, step: number): number[] => {
    const z = Array.from(outputOf(networkAtAnyStep(film, step), x), (v) => rounded(v, 3));
    return [
      ...z,
      ...project(x)
        .getRow(0)
        .map((v) => rounded(v, 2)),
    ];
  };
  return {
    branches: recordOf(continuation, short),
    final: {
      counts: modeCounts(search.points),
      indexSum: search.completeness.indexSum,
      ended: search.ended,
    },
  };
}

/** The network with the readout on the straight line between its snapshots, as `readoutFamily` has it. */
function networkAtAnyStep(film: TrainingFilm, step: number): EchoState {
  const after = Math.max(
    1,
    film.snapshots.findIndex((snapshot) => snapshot.step >= step),
  );
  const [a, b] = [film.snapshots[after - 1], film.snapshots[after]];
  const share = (step - a.step) / (b.step - a.step);
  return { ...film.network, Wo: Matrix.add(a.Wo, Matrix.sub(b.Wo, a.Wo).mul(share)) };
}
