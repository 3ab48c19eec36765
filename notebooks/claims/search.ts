/**
 * The whole search of a trained network, told of all that is known of it, and the studies of how far that search goes: on three
 * kinds of networks, against a search with ten times the starts, and the goals set for it.
 */
import { cpus } from "node:os";
import { memorySkeleton } from "rnn-dynamics/dist/memory/box";
import { type Memory, memoryTable } from "rnn-dynamics/dist/memory/table";
import { echoStateFlow } from "rnn-dynamics/dist/network/echo-state";
import { trainedNetwork } from "rnn-dynamics/dist/network/files";
import type { FlipFlopRecipe, PreparedFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { type Simulation, simulate } from "rnn-dynamics/dist/network/simulate";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { median } from "rnn-dynamics/dist/numbers/statistics";
import { findDefaults } from "rnn-dynamics/dist/search/find";
import {
  type FindAllOptions,
  type FullSearch,
  findAllFixedPoints,
  type SearchEnd,
  type SearchRound,
  type SearchSources,
} from "rnn-dynamics/dist/search/find-all";
import { type FixedPoint, type FixedPointSet, isSamePlace } from "rnn-dynamics/dist/search/points";
import { modeCounts } from "rnn-dynamics/dist/search/report";
import type { StartKind } from "rnn-dynamics/dist/search/starts";
import { begin, type SeededResult, type Study, type StudyContext } from "./study";

/** How a trained network is searched. */
export interface SearchPlan {
  /** Name of the stream of draws: two searches with other names are independent. */
  readonly stream: string;
  /** As from `memoryTable`, with its usual times; asked of the network where they are left out. */
  readonly memories?: readonly Memory[];
  /** Places to try once; where they are left out, the middles of edges, faces and cube of the memories held. */
  readonly guesses?: readonly Float64Array[];
  /** What is not as usual. */
  readonly budget?: Partial<FindAllOptions>;
}

/** A search, what it was told, and what it took. */
export interface NetworkSearch {
  readonly search: FullSearch;
  readonly memories: readonly Memory[];
  readonly test: Simulation;
  /** Seconds on the clock, an upper bound where the machine had other work. */
  readonly seconds: number;
  /** Seconds of processors, all threads together. */
  readonly processorSeconds: number;
}

/** Every so many-th state of the test run is kept: the paper's 5000 steps then give a thousand. */
const recordEvery = 5;

/**
 * The whole search of a trained network without input: from states of its test run, from the memories it holds, and from the
 * middles between them. Notebooks, figures and ledger take their fixed points from it.
 *
 * @param prepared network with its readout, x0, test task and recipe, whose seed is that of the draws
 */
export async function searchOf(
  prepared: PreparedFlipFlop,
  { stream, memories = memoryTable(prepared.network), guesses, budget }: SearchPlan,
  context: StudyContext = {},
): Promise<NetworkSearch> {
  const { network, testing, x0, recipe } = prepared;
  const test = simulate(network, testing.input, { x0, record: recordEvery });
  const flow = echoStateFlow(network);
  const told = sourcesOf(test, memories, flow.odd === true);
  const rng = createRng(recipe.seed).split(stream);
  let round = 1;
  begin(context, "round 1");
  const began = performance.now();
  const before = process.cpuUsage();
  const search = await findAllFixedPoints(
    flow,
    { ...told, ...(guesses ? { guesses } : {}), rng },
    {
      pool: context.pool,
      signal: context.signal,
      onRound: () => round++,
      onProgress: (done, total) => context.onProgress?.(done, total, `round ${round}: start`),
      ...budget,
    },
  );
  const { user, system } = process.cpuUsage(before);
  const tenths = (seconds: number): number => Math.round(10 * seconds) / 10;
  const [seconds, processorSeconds] = [tenths((performance.now() - began) / 1000), tenths((user + system) / 1e6)];
  return { search, memories, test, seconds, processorSeconds };
}

/**
 * What a search may be told: states of a test run, the memories held, and the middles of their edges, faces and cube.
 *
 * @param test a simulation whose states were recorded
 * @param isOdd whether F is odd: of two mirror images one middle is enough
 */
export function sourcesOf(
  { states }: Simulation,
  memories: readonly Memory[],
  isOdd: boolean,
): Omit<SearchSources, "rng"> {
  if (states === undefined) throw new Error("sourcesOf: the states of the test run were not recorded");
  const held = memories.filter(({ isHeld }) => isHeld);
  const guesses = held.length === 0 ? [] : memorySkeleton(held, { half: isOdd }).map(({ state }) => state);
  return { states, memories: held.map(({ state }) => state), guesses };
}

/** Trains the network of a recipe, or takes it from the cache. */
export async function trained(recipe: Partial<FlipFlopRecipe>, context: StudyContext): Promise<PreparedFlipFlop> {
  begin(context, "training");
  const { pool, signal } = context;
  const prepared = await trainedNetwork(recipe, { pool, signal });
  begin(context, "memories");
  return prepared;
}

// ---------------------------------------------------------------- one search a seed

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

function certificateCounts({ points, slowPoints, undecided }: FullSearch): CertificateCounts {
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

/** What two searches of a network are compared by, and what every study of the search keeps. */
function inShort({ search }: NetworkSearch) {
  const { points, outcomes, totalIterations, completeness, ended } = search;
  return {
    points: points.length,
    counts: modeCounts(points),
    starts: outcomes.length,
    iterations: totalIterations,
    indexSum: completeness.indexSum,
    ended,
  };
}

/** A study of the search: one network a seed, trained by the paper's protocol but for what `recipe` says. */
export function searchStudy(name: string, recipe: Partial<FlipFlopRecipe>): Study<SearchStudyResult> {
  return {
    name,
    version: 4, // 4: edges are tracked beside known attractors, and followed on beside a crowded middle
    async run(seed, context) {
      const found = await searchOf(await trained({ ...recipe, seed }, context), { stream: "search" }, context);
      const { search, seconds, processorSeconds } = found;
      const { coverage, chao1 } = search.completeness;
      const { points, counts, indexSum, ended, starts, iterations } = inShort(found);
      const modes = search.points.map(({ unstableCount }) => unstableCount);
      return {
        held: search.memories.length,
        memoriesAtRest: search.memories.filter((point) => point >= 0).length,
        ...{ points, counts, middle: modes.filter((count) => count > 5).sort((a, b) => a - b), indexSum, ended },
        ruleHolds: ended === "no gap found",
        ...{ rounds: search.rounds, starts, iterations },
        lostStarts: search.outcomes.filter(({ point }) => point < 0).length,
        ...(coverage === undefined ? {} : { coverage: short(coverage) }),
        ...(chao1 === undefined ? {} : { chao1: short(chao1) }),
        certificates: certificateCounts(search),
        ...{ seconds, processorSeconds },
        machine: { processor: cpus()[0]?.model.trim() ?? "unknown", threads: context.pool?.threads ?? 1 },
      };
    },
  };
}

/** The recipes that the search is judged on, besides the seed. */
const recipes = {
  /** Effective gain 0.375: no chaos, and no symmetry. */
  logistic: { activation: "logistic" },
  /** Effective gain 0.8: below the onset of chaos. */
  "tanh-0.8": { gain: 0.8 },
  /** The paper's: above it. */
  "tanh-1.5": {},
} as const satisfies Record<string, Partial<FlipFlopRecipe>>;

export const searchLogistic: Study<SearchStudyResult> = searchStudy("search-logistic", recipes.logistic);
export const searchTanh: Study<SearchStudyResult> = searchStudy("search-tanh-0.8", recipes["tanh-0.8"]);

// ---------------------------------------------------------------- recall

/** One of two searches that are compared. */
export interface ComparedSearch
  extends Pick<SearchStudyResult, "points" | "counts" | "starts" | "iterations" | "indexSum" | "ended"> {
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

/** Both searches of one network; the larger one draws starts of its own. */
async function recallOf(name: keyof typeof recipes, seed: number, context: StudyContext): Promise<Recall> {
  const prepared = await trained({ ...recipes[name], seed }, context);
  const usual = await searchOf(prepared, { stream: "search" }, context);
  const starts = usual.search.outcomes.length;
  // two rounds at least, each with half of the starts: every later start of a search is drawn in the same way
  const budget = {
    batch: Math.ceil((times / 2) * starts),
    maxStarts: times * starts,
    maxTotalIterations: Number.MAX_SAFE_INTEGER,
  };
  const larger = await searchOf(prepared, { stream: "larger search", memories: usual.memories, budget }, context);
  const missing = pointsMissing(larger.search, usual.search);
  const all = larger.search.points;
  const compared = (found: NetworkSearch): ComparedSearch => {
    const { seconds, processorSeconds } = found;
    return { ...inShort(found), seconds, processorSeconds };
  };
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

/** The usual search against one with ten times the starts, on a logistic network and on a tanh network at g = 0.8. */
export const searchRecall: Study<Readonly<Record<"logistic" | "tanh-0.8", Recall>>> = {
  name: "search-recall",
  version: 3, // 3: edges are tracked beside known attractors
  async run(seed, context) {
    const logistic = await recallOf("logistic", seed, context);
    return { logistic, "tanh-0.8": await recallOf("tanh-0.8", seed, context) };
  },
};

/**
 * The same for the paper's network, where nobody finds all: what counts are the memories and the saddles with one unstable mode.
 * Takes eight minutes a seed on two processors.
 */
export const searchPaperRecall: Study<Readonly<Record<"tanh-1.5", Recall>>> = {
  name: "search-recall-1.5",
  version: 2, // 2: boundaries are followed on
  async run(seed, context) {
    return { "tanh-1.5": await recallOf("tanh-1.5", seed, context) };
  },
};
// ---------------------------------------------------------------- goals

/**
 * What a search of a three-bit network with N = 1000 should reach on two processors, by study: how it ends, in which share of the
 * seeds at least, and the seconds a seed may take, of processors divided by their number, and on the clock of a machine at leisure.
 *
 * Goals and statistics were committed before the runs that decide, seeds 11–20; seeds 1–4 and 21–24 are for development.
 */
export const searchGoals = Object.freeze({
  /** Nothing stands in the way: no chaos, and the edges of the cube are short. */
  "search-logistic": { ended: "no gap found", share: 0.9, seconds: 60 },
  /** Near the onset of chaos the middle has more points than the ideal 27. */
  "search-tanh-0.8": { ended: "no gap found", share: 0.8, seconds: 180 },
  /** Above it nobody can find all: the search should see that, and say so in time. */
  "search-tanh-1.5": { ended: "crowded middle", share: 0.8, seconds: 180 },
} as const);

type Goal = (typeof searchGoals)[keyof typeof searchGoals];
type Seeded = SearchStudyResult & { readonly seed: number };

/** A result of a study, as it is kept. */
export interface KeptSearch extends SeededResult<unknown> {
  readonly study: string;
}

/** What became of a goal: shown to be reached or missed; or neither, where the clock ran on a machine with other work. */
export type GoalOutcome = "reached" | "missed" | "too slow on the clock only";

/**
 * One row for each study of the search that has results, all in text: medians, from least to most, of memories that rest
 * ("m = 0"), edges, faces, centre, and of what is beyond an ideal flip-flop ("more").
 *
 * @param kept results of studies; others than those with a goal are passed over
 */
export function searchGoalTable(
  kept: readonly KeptSearch[],
): ({ readonly study: string; readonly seeds: string; readonly goal: GoalOutcome } & Record<string, string>)[] {
  return Object.entries(searchGoals).flatMap(([study, goal]) => {
    const runs = kept
      .filter((one) => one.study === study)
      .map(({ seed, result }): Seeded => ({ ...(result as SearchStudyResult), seed }));
    return runs.length === 0 ? [] : [goalRow(study, goal, runs)];
  });
}

function goalRow(study: string, goal: Goal, runs: readonly Seeded[]) {
  const asHoped = runs.filter(({ ended }) => ended === goal.ended).length;
  const over = (of: (run: Seeded) => number): string => spread(runs.map(of));
  const beyond = ({ points, counts }: Seeded): number =>
    points - [0, 1, 2, 3].reduce((sum, m) => sum + (counts[`m = ${m}`] ?? 0), 0);
  const sum = (of: (run: Seeded) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    study,
    seeds: runs.map(({ seed }) => seed).join(" "),
    "ended as hoped": `${asHoped} of ${runs.length}`,
    ...Object.fromEntries([0, 1, 2, 3].map((m) => [`m = ${m}`, over(({ counts }) => counts[`m = ${m}`])])),
    more: over(beyond),
    certified: `${sum(({ certificates }) => certificates.certified)} of ${sum(({ points }) => points)}`,
    starts: over(({ starts }) => starts),
    iterations: over(({ iterations }) => iterations),
    "processor s": over(({ processorSeconds }) => processorSeconds),
    "clock s": over(({ seconds }) => seconds),
    goal: outcomeOf(goal, asHoped / runs.length, runs),
  };
}

/** Time on the clock is an upper bound, of processors divided by their number a lower one. */
function outcomeOf(goal: Goal, share: number, runs: readonly Seeded[]): GoalOutcome {
  const isTooLong = runs.some(({ processorSeconds, machine }) => processorSeconds / machine.threads > goal.seconds);
  if (share < goal.share || isTooLong) return "missed";
  return runs.every(({ seconds }) => seconds <= goal.seconds) ? "reached" : "too slow on the clock only";
}

/** Median, and from least to most where they differ. */
function spread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? `${least}` : `${Number(median(values).toFixed(1))} (${least}–${most})`;
}

/**
 * The goals in lines of text for a terminal: a block for each study, and what a larger search found beyond the usual one.
 *
 * @param kept results of studies
 */
export function searchGoalLines(kept: readonly KeptSearch[]): string[] {
  const rows = searchGoalTable(kept).flatMap(({ study, seeds, goal, ...cells }) => [
    `${study}, seeds ${seeds}: goal ${goal}`,
    ...Object.entries(cells).map(([name, text]) => `  ${name.padEnd(15)} ${text}${ideal[name] ?? ""}`),
  ]);
  return [...rows, ...kept.filter(({ study }) => study.startsWith("search-recall")).flatMap(recallLines)];
}

/** What an ideal three-bit flip-flop has. */
const ideal: Readonly<Record<string, string>> = { "m = 0": ", ideal 8", "m = 1": ", ideal 12", "m = 2": ", ideal 6", "m = 3": ", ideal 1" }; // biome-ignore format: a table

function recallLines({ seed, result }: KeptSearch): string[] {
  return Object.entries(result as Record<string, Recall>).map(([network, recall]) => {
    const { usual, larger, common, onlyUsual } = recall;
    const found = `${common} of the ${larger.points} points that ${larger.starts} starts find, with ${usual.starts}`;
    const own = onlyUsual > 0 ? `; ${onlyUsual} more of its own` : "";
    return `recall, ${network}, seed ${seed}: ${found}${own}; ${[0, 1].map((m) => recallAt(m, recall)).join(", ")}`;
  });
}

/** How many of the points with m unstable modes the usual search had. */
function recallAt(m: number, { larger, missed }: Recall): string {
  const all = larger.counts[`m = ${m}`];
  return `m = ${m}: ${all - missed.filter(({ unstableCount }) => unstableCount === m).length} of ${all}`;
}
