import { Matrix } from "ml-matrix";
import { continueFixedPoints } from "../continuation/continue";
import { type BranchRecord, recordOf } from "../continuation/record";
import { memoryTable } from "../memory/memories";
import { outputOf } from "../memory/passages";
import { type EchoState, echoStateFlow } from "../network/echo-state";
import type { FlipFlopRecipe } from "../network/recipe";
import { simulate } from "../network/simulate";
import { principalComponents } from "../numbers/pca";
import { createRng } from "../numbers/random";
import { type FullSearch, findAllFixedPoints, type SearchEnd } from "../search/find-all";
import { modeCounts } from "../search/report";
import { filmSteps, networkAt, type TrainingFilm, trainingFilm } from "../training/film";
import { readoutFamily } from "../training/readout-family";
import { checkList, checkRecord } from "../wasm/validate";
import { recordEvery, sourcesOf } from "./runs-search";
import type { Study, StudyContext } from "./study";

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
const budget = { maxStarts: 96, maxTotalIterations: 3000 };
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

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
  checkList("branchesOf", "steps", steps, 2);
  checkList("branchesOf", "searchAt", searchAt, 1);
  checkRecord("branchesOf", "context", context);
  const { pool, signal, onProgress } = context;
  const film = trainingFilm(recipe, steps, { onProgress: (done, total) => onProgress?.(done, total, "training") });
  const searches = new Map<number, FullSearch>();
  for (const step of searchAt) searches.set(step, await searchOf(film, step, context));
  const origin = { xStar: new Float64Array(film.network.units) };
  const continuation = await continueFixedPoints(
    readoutFamily(film.network, film.snapshots),
    { points: [origin] },
    {
      eigenvaluesEvery: 4,
      pool,
      starts: (step) => searches.get(step)?.points.map(({ xStar }) => xStar) ?? [],
      onProgress: (done, total) => {
        signal?.throwIfAborted();
        onProgress?.(done, total, "branch");
      },
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
    searches: [...searches].map(([step, { points, completeness, ended }]) => ({
      step,
      points: points.length,
      counts: modeCounts(points),
      indexSum: completeness.indexSum,
      ended,
    })),
  };
}

/** All fixed points of one snapshot, as far as a search finds them. */
async function searchOf(
  film: TrainingFilm,
  step: number,
  { pool, signal, onProgress }: StudyContext,
): Promise<FullSearch> {
  signal?.throwIfAborted();
  const net = networkAt(film, step);
  const test = simulate(net, film.testing.input, { x0: film.x0, record: recordEvery });
  const flow = echoStateFlow(net);
  const rng = createRng(film.recipe.seed).split(`search at ${step}`);
  const sources = { ...sourcesOf(test, memoryTable(net), flow.odd === true), rng };
  return findAllFixedPoints(flow, sources, {
    ...budget,
    pool,
    signal,
    onProgress: (done, total) => onProgress?.(done, total, `fixed points after ${step} steps, start`),
  });
}

/** The network with the readout on the straight line between its snapshots, as `readoutFamily` has it. */
function networkBetween(film: TrainingFilm, step: number): EchoState {
  const after = Math.max(
    1,
    film.snapshots.findIndex((snapshot) => snapshot.step >= step),
  );
  const [a, b] = [film.snapshots[after - 1], film.snapshots[after]];
  const share = (step - a.step) / (b.step - a.step);
  return { ...film.network, Wo: Matrix.add(a.Wo, Matrix.sub(b.Wo, a.Wo).mul(share)) };
}

/** Often while much happens, then ever more rarely. */
const searchedAt = [150, 350, 500, 700, 1000, 1500, 2000, 2620, 3940, 5910, 10160, 17450, 30000];

/**
 * The gentle network of one seed, g = 0.8. Takes a quarter of an hour on two processors: seed 1 is shipped as data/results/training-branches-seed1.json.
 */
export const branchesStudy: Study<BranchesResult> = Object.freeze({
  name: "training-branches",
  version: 4, // 4: no step across a fold, whatever the size of the state
  run: (seed: number, context: StudyContext) => branchesOf({ seed, gain: 0.8 }, filmSteps(), searchedAt, context),
});
