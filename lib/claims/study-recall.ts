import type { FlipFlopRecipe } from "../network/recipe";
import { findDefaults } from "../search/find";
import { type FixedPoint, type FixedPointSet, isSamePlace } from "../search/points";
import { modeCounts } from "../search/report";
import type { StartKind } from "../search/starts";
import { searchSubject, type TimedSearch, timedSearch } from "./runs-search";
import type { Study, StudyContext } from "./study";
import { searchRecipes } from "./study-search";

/** One of two searches that are compared. */
export interface ComparedSearch {
  readonly points: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly starts: number;
  readonly iterations: number;
  readonly indexSum: number;
  readonly ended: string;
  readonly seconds: number;
  readonly processorSeconds: number;
}

/** What a search with default options found of what one with ten times the starts found. */
export interface Recall {
  readonly usual: ComparedSearch;
  readonly larger: ComparedSearch;
  /** Points that both found. */
  readonly common: number;
  /** Points of the larger search that the usual one had, as a share of all that the larger one found. */
  readonly recall: number;
  /** Those it had not: unstable modes, the kind of the start that led there first, and how many starts did. */
  readonly missed: readonly { readonly unstableCount: number; readonly kind: StartKind; readonly hits: number }[];
  /** Points of the usual search that the larger one has not. */
  readonly onlyUsual: number;
}

/** How many times the starts of the usual search the larger one is given. */
const times = 10;

/** The points of one set that another set has not. */
function pointsMissing(of: FixedPointSet, from: FixedPointSet): FixedPoint[] {
  const { mergeTolerance } = findDefaults;
  return of.points.filter(({ xStar }) => !from.points.some((other) => isSamePlace(other.xStar, xStar, mergeTolerance)));
}

function compared({ search, seconds, processorSeconds }: TimedSearch): ComparedSearch {
  return {
    points: search.points.length,
    counts: modeCounts(search.points),
    starts: search.outcomes.length,
    iterations: search.totalIterations,
    indexSum: search.completeness.indexSum,
    ended: search.ended,
    seconds,
    processorSeconds,
  };
}

/** Both searches of one network; the larger one draws starts of its own. */
async function recallOf(recipe: Partial<FlipFlopRecipe>, seed: number, context: StudyContext): Promise<Recall> {
  const subject = await searchSubject({ ...recipe, seed }, context);
  const usual = await timedSearch(subject, seed, "search", context);
  const starts = usual.search.outcomes.length;
  // two rounds at least, each with half of the starts: every later start of a search is drawn in the same way
  const larger = await timedSearch(subject, seed, "larger search", context, {
    batch: Math.ceil((times / 2) * starts),
    maxStarts: times * starts,
    maxTotalIterations: Number.MAX_SAFE_INTEGER,
  });
  const missing = pointsMissing(larger.search, usual.search);
  const all = larger.search.points;
  return {
    usual: compared(usual),
    larger: compared(larger),
    common: all.length - missing.length,
    recall: (all.length - missing.length) / all.length,
    missed: missing.map((point) => ({
      unstableCount: point.unstableCount,
      kind: larger.search.outcomes.find((outcome) => all[outcome.point] === point)?.kind ?? "given",
      hits: point.hits,
    })),
    onlyUsual: pointsMissing(usual.search, larger.search).length,
  };
}

/** Recall of the two networks whose fixed points a search can hope to find all. */
export interface RecallStudyResult {
  readonly logistic: Recall;
  readonly "tanh-0.8": Recall;
}

/** The usual search against one with ten times the starts, on a logistic network and on a tanh network at g = 0.8. */
export const searchRecallStudy: Study<RecallStudyResult> = {
  name: "search-recall",
  version: 3, // 3: edges are tracked beside known attractors
  async run(seed, context) {
    const logistic = await recallOf(searchRecipes.logistic, seed, context);
    return { logistic, "tanh-0.8": await recallOf(searchRecipes["tanh-0.8"], seed, context) };
  },
};

/** Recall at g = 1.5, where nobody finds all: what counts are the memories and the saddles with one unstable mode. */
export interface PaperRecallStudyResult {
  readonly "tanh-1.5": Recall;
}

/** The same for the paper's network. Takes eight minutes a seed on two processors. */
export const searchPaperRecallStudy: Study<PaperRecallStudyResult> = {
  name: "search-recall-1.5",
  version: 2, // 2: boundaries are followed on
  async run(seed, context) {
    return { "tanh-1.5": await recallOf(searchRecipes["tanh-1.5"], seed, context) };
  },
};
