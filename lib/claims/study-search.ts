import { cpus } from "node:os";
import type { FlipFlopRecipe } from "../network/recipe";
import type { SearchEnd, SearchRound } from "../search/find-all";
import type { FixedPoint } from "../search/points";
import { modeCounts } from "../search/report";
import { searchSubject, type TimedSearch, timedSearch } from "./runs-search";
import type { Study } from "./study";

/** What a full search of one network came to. */
export interface SearchStudyResult {
  /** Memories the network holds, of 8, and how many of them rest at a fixed point; those points are all in. */
  readonly held: number;
  readonly memoriesAtRest: number;
  /** Fixed points found, and by number of unstable modes: an ideal flip-flop has 8, 12, 6, 1. */
  readonly points: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Unstable modes of those that have more than five, ascending: a middle that is crowded has dozens of them. */
  readonly middle: readonly number[];
  readonly indexSum: number;
  readonly ended: SearchEnd;
  /** Whether the rule for stopping holds: it ended because nothing speaks against completeness. */
  readonly ruleHolds: boolean;
  readonly rounds: readonly SearchRound[];
  readonly starts: number;
  readonly iterations: number;
  /** Starts that led to no fixed point. */
  readonly lostStarts: number;
  readonly coverage?: number;
  readonly chao1?: number;
  readonly certificates: CertificateCounts;
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly machine: { readonly processor: string; readonly threads: number };
}

/** Certificates of a set: of its points, and of what is no fixed point. */
export interface CertificateCounts {
  readonly certified: number;
  /** The largest h and radius among the certified points, and the largest q. */
  readonly largestH: number;
  readonly largestRadius: number;
  readonly largestQ: number;
  readonly slowPoints: number;
  /** Slow points that hold a certificate after all: none, unless something is wrong. */
  readonly slowCertified: number;
  /** Slow points as slow as a fixed point: neither certified nor seen to move. */
  readonly undecided: number;
  /** The smallest q of a slow point, if there is one. */
  readonly smallestSlowQ?: number;
}

/** Three digits are enough for what no verdict hangs on. */
const short = (value: number): number => Number(value.toPrecision(3));

function certificateCounts({ search }: TimedSearch): CertificateCounts {
  const { points, slowPoints, undecided } = search;
  const isCertified = ({ certificate }: FixedPoint): boolean => certificate?.isCertified === true;
  const certified = points.filter(isCertified);
  const most = (of: (point: FixedPoint) => number): number => short(Math.max(0, ...certified.map(of)));
  return {
    certified: certified.length,
    largestH: most(({ certificate }) => certificate?.h ?? 0),
    largestRadius: most(({ certificate }) => certificate?.radius ?? 0),
    largestQ: most(({ qStar }) => qStar),
    slowPoints: slowPoints.length,
    slowCertified: slowPoints.filter(isCertified).length,
    undecided: undecided.length,
    ...(slowPoints.length > 0 ? { smallestSlowQ: short(Math.min(...slowPoints.map(({ qStar }) => qStar))) } : {}),
  };
}

/** A study of the search: one network a seed, trained by the paper's protocol but for what `recipe` says. */
function searchStudy(name: string, recipe: Partial<FlipFlopRecipe>): Study<SearchStudyResult> {
  return {
    name,
    version: 4, // 4: edges are tracked beside known attractors, and followed on beside a crowded middle
    async run(seed, context) {
      const subject = await searchSubject({ ...recipe, seed }, context);
      const timed = await timedSearch(subject, seed, "search", context);
      const { search, seconds, processorSeconds } = timed;
      const { points, outcomes, completeness, ended, rounds, totalIterations, memories } = search;
      const { indexSum, coverage, chao1 } = completeness;
      return {
        held: memories.length,
        memoriesAtRest: memories.filter((point) => point >= 0).length,
        points: points.length,
        counts: modeCounts(points),
        middle: points
          .map(({ unstableCount }) => unstableCount)
          .filter((count) => count > 5)
          .sort((a, b) => a - b),
        indexSum,
        ended,
        ruleHolds: ended === "no gap found",
        rounds,
        starts: outcomes.length,
        iterations: totalIterations,
        lostStarts: outcomes.filter(({ point }) => point < 0).length,
        ...(coverage === undefined ? {} : { coverage: short(coverage) }),
        ...(chao1 === undefined ? {} : { chao1: short(chao1) }),
        certificates: certificateCounts(timed),
        seconds,
        processorSeconds,
        machine: {
          processor: cpus()[0]?.model.trim() ?? "unknown",
          threads: context.pool?.threads ?? 1,
        },
      };
    },
  };
}

/** The recipes that the search is judged on, besides the seed. */
export const searchRecipes = Object.freeze({
  /** Effective gain 0.375: no chaos, and no symmetry. */
  logistic: Object.freeze({ activation: "logistic" }),
  /** Effective gain 0.8: below the onset of chaos. */
  "tanh-0.8": Object.freeze({ gain: 0.8 }),
  /** The paper's: above it. */
  "tanh-1.5": Object.freeze({}),
} as const satisfies Record<string, Partial<FlipFlopRecipe>>);

/** Whole searches of the logistic network. */
export const searchLogisticStudy: Study<SearchStudyResult> = searchStudy("search-logistic", searchRecipes.logistic);
/** Whole searches of the tanh network at g = 0.8. */
export const searchTanhStudy: Study<SearchStudyResult> = searchStudy("search-tanh-0.8", searchRecipes["tanh-0.8"]);
/** Whole searches of the paper's network, g = 1.5. */
export const searchPaperStudy: Study<SearchStudyResult> = searchStudy("search-tanh-1.5", searchRecipes["tanh-1.5"]);
