import type { AbstractMatrix } from "ml-matrix";
import { checkFlowArgument, type Flow } from "../flow/flow";
import { checkRng, type Rng } from "../numbers/random";
import { checkCount, checkList, checkMatrix, checkRecord, checkVector, withDefaults } from "../wasm/check";
import { distance } from "../wasm/vector";
import { deflationDefaults } from "./explore";
import { beginSearch, checkedFindOptions, type FindOptions, findDefaults, missingMirrors, type Search } from "./find";
import { type FixedPoint, type FixedPointSet, isSamePlace } from "./points";
import { type Completeness, completeness, crowdedFrom, isOpen } from "./report";
import { blends, mixedStarts, type Start, type StartKind } from "./starts";
import type { SearchWork } from "./work";

/** Where a search for all fixed points may begin. */
export interface SearchSources {
  /** A trajectory, (time×N): independent starts are drawn from it, round after round. */
  readonly states: AbstractMatrix;
  readonly rng: Rng;
  /** States of the memories that are held, (N) each. */
  readonly memories?: readonly Float64Array[];
  /** Guesses, (N) each, as from `memorySkeleton`: tried once. */
  readonly guesses?: readonly Float64Array[];
}

/** Options of a search that follows mirrors and takes spectra by itself. */
export interface FindAllOptions extends Omit<FindOptions, "followMirrors" | "withStability"> {
  /** Independent starts in each round; a round of them that finds nothing new is needed to stop. */
  batch: number;
  /** Most starts in all; a round that has begun is finished. */
  maxStarts: number;
  /** Most iterations in all, in the same way. */
  maxTotalIterations: number;
  /** A point with more unstable modes than this belongs to a crowded middle, which no search can complete. */
  crowdedFrom: number;
  /**
   * Beside a crowded middle motion on the boundary between two basins may not settle: it is then followed on for so many
   * stretches, see `trackEdge`. A dozen doubles the time of a search at g = 1.5, and finds saddles with one unstable mode
   * that are missed without.
   */
  stretches: number;
  /** Called after each round. */
  onRound: (round: SearchRound) => void;
}

const { followMirrors: _mirrors, withStability: _spectra, ...searchDefaults } = findDefaults;

export const findAllDefaults: Readonly<FindAllOptions> = Object.freeze({
  ...searchDefaults,
  batch: 16,
  maxStarts: 400,
  maxTotalIterations: 20_000, // 400 starts of 50
  stretches: 12, // 10 of 10 saddles with one unstable mode in two seeds at g = 1.5, 8 of 10 without
  crowdedFrom, // as in `completeness`
  onRound: () => {},
});

/**
 * Why the search ended. "nothing new": fresh starts found nothing new, but no index sum is known for the flow, so that nobody can
 * tell whether anything is missing. "continuum suspected": places at rest lie between others, without end.
 */
export type SearchEnd =
  | "no gap found"
  | "nothing new"
  | "continuum suspected"
  | "crowded middle"
  | "starts spent"
  | "iterations spent";

/** What one round did. */
export interface SearchRound {
  readonly starts: number;
  /** Points found for the first time, by the kind of the start that found each. */
  readonly found: Readonly<Partial<Record<StartKind, number>>>;
  readonly points: number;
  readonly indexSum: number;
}

/** A set, the judgement of it, and how it came about. */
export interface FullSearch extends FixedPointSet {
  readonly completeness: Completeness;
  /** "no gap found" is the only end at which nothing speaks against completeness. */
  readonly ended: SearchEnd;
  readonly rounds: readonly SearchRound[];
  readonly totalIterations: number;
  /** For each memory handed in, the point it rests at, as an index into `points`; −1 if it rests at none: it moves. */
  readonly memories: readonly number[];
  /** Slow points as slow as a fixed point, which no certificate tells from one: `completeness.undecided`. */
  readonly undecided: readonly number[];
}

/**
 * Searches until nothing speaks against having found all fixed points, or the budget is spent; it says which.
 *
 * The first round starts from the memories, the guesses, the origin, and states of the trajectory with and without noise.
 * Each further round adds
 *
 * - a batch of independent starts: half states of the trajectory, half random blends of the memories;
 * - edge tracking between neighbouring attractors that no saddle joins yet, followed on beside a crowded middle;
 * - deflation, from the guesses that led nowhere and from further blends (more of them while there is a gap);
 * - mirror images, where the flow is odd.
 *
 * It ends with "no gap found" when a round has found nothing new, the index sum is what it must be, no point is
 * degenerate or undecided, mirror images are paired, and half of the independent starts or more end at a point that another
 * has found; with "nothing new" when no sum is known for the flow, and the rest holds. Every memory that is a fixed point is then among the points,
 * since each is a start: what a search from rest ends at is that point, or undecided. All this is necessary for a
 * complete set and no proof of one. A flow whose middle is crowded (points with more than `crowdedFrom` unstable modes:
 * above g = 1 their number grows exponentially with N [Wainrib & Touboul, PRL 2013]) is given up, whatever its index
 * sum, when a round has found no new attractor and no new saddle with one unstable mode; and so is one on whose fixed points
 * a continuum is suspected.
 *
 * Budgets are counted in starts and iterations, never in seconds, so that the result is the same on every machine. The
 * work of edge tracking and deflation is not in them; it is bounded by the number of pairs and by the batch.
 *
 * @param flow a vector field on N activations
 * @param sources trajectory, rng, memories and guesses
 * @param options those of `findFixedPoints`, and the budget
 * @throws RangeError if an argument is out of place
 */
export async function findAllFixedPoints(
  flow: Flow,
  sources: SearchSources,
  options?: Partial<FindAllOptions>,
): Promise<FullSearch> {
  const where = "findAllFixedPoints";
  checkFlowArgument(where, flow);
  checkSources(where, flow, sources);
  const settings = checkedFindOptions(where, withDefaults(where, options, findAllDefaults));
  checkCount(where, "batch", settings.batch);
  checkCount(where, "maxStarts", settings.maxStarts);
  checkCount(where, "maxTotalIterations", settings.maxTotalIterations);
  checkCount(where, "crowdedFrom", settings.crowdedFrom, 0);
  checkCount(where, "stretches", settings.stretches, 0);
  const search = beginSearch(flow, settings);
  const rounds: SearchRound[] = [];
  const tried = new Set<string>();
  let set = await search.collect(true);
  let done = 0;
  let starts = firstStarts(flow, sources, settings.batch);
  for (;;) {
    const before = set;
    await search.run(starts, settings.onProgress);
    await mirror(flow, search, settings);
    set = await search.collect(true);
    const judged = completeness(set, flow, settings.crowdedFrom);
    const { undecided } = judged;
    const fresh = newPoints(before, set);
    rounds.push(roundOf(fresh, set, set.outcomes.length - done, judged.indexSum));
    done = set.outcomes.length;
    settings.onRound(rounds[rounds.length - 1]);
    const ended = endOf(fresh, set, judged, rounds.length, settings);
    if (ended) {
      const memories = restingPlaces(set, sources.memories ?? []);
      const totalIterations = iterationsOf(set);
      return { ...set, completeness: judged, ended, rounds, totalIterations, memories, undecided };
    }
    const { batch } = settings;
    const stretches = isCrowded(set, settings) ? settings.stretches : 0;
    const { size } = search;
    const stage = { set, size, tried, round: rounds.length, batch, hasGap: isOpen(judged), stretches };
    starts = await nextStarts(flow, sources, search.work, stage);
  }
}

function checkSources(where: string, flow: Flow, sources: SearchSources): void {
  checkRecord(where, "sources", sources, ["states", "rng"]);
  checkMatrix(where, "sources.states", sources.states, undefined, flow.dimension);
  checkRng(where, sources.rng);
  for (const name of ["memories", "guesses"] as const) {
    const list = sources[name] === undefined ? [] : sources[name];
    checkList(where, `sources.${name}`, list);
    for (const [i, x] of list.entries()) checkVector(where, `sources.${name}[${i}]`, x, flow.dimension);
  }
}

function firstStarts(flow: Flow, { states, rng, memories = [], guesses = [] }: SearchSources, batch: number): Start[] {
  const mixed = mixedStarts(states, {
    rng: rng.split("first round"),
    count: batch,
    lattice: guesses,
    corners: guesses.length > 0 ? [] : memories, // guesses are better centroids
    origin: flow.odd === true,
  });
  return [...memories.map((x): Start => ({ x: x.slice(), kind: "given" })), ...mixed];
}

async function mirror(flow: Flow, search: Search, settings: FindAllOptions): Promise<void> {
  if (!flow.odd) return;
  const { points } = await search.collect(false);
  await search.run(missingMirrors(flow, points), settings.onProgress);
}

/** Points of `after` at which no start of `before` had found one. */
function newPoints(before: FixedPointSet, after: FixedPointSet): FixedPoint[] {
  const known = new Set(after.outcomes.flatMap(({ point }, i) => (before.outcomes[i]?.point >= 0 ? [point] : [])));
  return after.points.filter((_, k) => !known.has(k));
}

function roundOf(fresh: readonly FixedPoint[], set: FixedPointSet, starts: number, indexSum: number): SearchRound {
  const found: Partial<Record<StartKind, number>> = {};
  for (const point of fresh) {
    const at = set.points.indexOf(point);
    const { kind } = set.outcomes[set.outcomes.findIndex((outcome) => outcome.point === at)];
    found[kind] = (found[kind] ?? 0) + 1;
  }
  return { starts, found, points: set.points.length, indexSum };
}

function iterationsOf({ outcomes }: FixedPointSet): number {
  return outcomes.reduce((sum, { iterations }) => sum + iterations, 0);
}

/**
 * A memory rests at a point when the search from it ends there, and no farther away than this, in parts of ‖x‖:
 * ten times the longest path that counts as rest in `memoryTable`. A memory that circles is a diameter away.
 */
const restingDistance = 1e-2;

/** The memories are the first starts of a search. */
function restingPlaces({ points, outcomes }: FixedPointSet, memories: readonly Float64Array[]): number[] {
  return memories.map((memory, i) => {
    const { point } = outcomes[i];
    return point >= 0 && isSamePlace(points[point].xStar, memory, restingDistance, 0) ? point : -1;
  });
}

function endOf(
  fresh: readonly FixedPoint[],
  set: FixedPointSet,
  judged: Completeness,
  round: number,
  settings: FindAllOptions,
): SearchEnd | undefined {
  const isIdle = round > 1 && !fresh.some(({ unstableCount }) => unstableCount <= 1);
  // asked first: an index sum that happens to be right says nothing of a crowded middle
  if (isIdle && isCrowded(set, settings)) return "crowded middle";
  if (round > 1 && set.continuum) return "continuum suspected";
  const isDone = fresh.length === 0 && !isOpen(judged) && !judged.reasons.includes("too few starts agree");
  if (isIdle && isDone) return judged.noGapFound ? "no gap found" : "nothing new";
  if (set.outcomes.length >= settings.maxStarts) return "starts spent";
  return iterationsOf(set) >= settings.maxTotalIterations ? "iterations spent" : undefined;
}

function isCrowded({ points }: FixedPointSet, { crowdedFrom }: Pick<FindAllOptions, "crowdedFrom">): boolean {
  return points.some(({ unstableCount }) => unstableCount > crowdedFrom);
}

/** Where a search stands between two rounds. */
interface Stage {
  readonly set: FixedPointSet;
  /** Pairs of attractors whose edge was tracked already; added to. */
  readonly tried: Set<string>;
  readonly round: number;
  readonly batch: number;
  readonly hasGap: boolean;
  /** Of edge tracking. */
  readonly stretches: number;
  /** Of the states, in activation. */
  readonly size: number;
}

type Pair = readonly [Float64Array, Float64Array];

/** The starts of a further round, see `findAllFixedPoints`. */
async function nextStarts(
  flow: Flow,
  { states, rng }: SearchSources,
  work: SearchWork,
  { set, tried, round, batch, hasGap, stretches, size }: Stage,
): Promise<Start[]> {
  const deflation = { speed: deflationDefaults.speed * Math.min(1, size || 1) };
  const own = rng.split(`round ${round}`);
  const half = Math.ceil(batch / 2);
  const attractors = set.points.filter(({ unstableCount }) => unstableCount === 0).map(({ xStar }) => xStar);
  const inside = blends(attractors, half, 0.1, own.split("blends"));
  const pairs = untriedPairs(flow, set, attractors, tried);
  const edges = await work.each(pairs, ([a, b]) => work.trackEdge(a, b, { attractors, stretches }));
  const lost = set.outcomes.filter(({ kind, point }) => kind === "lattice" && point < 0).map(({ start }) => start);
  const known = set.points.map(({ xStar }) => xStar);
  const more = hasGap ? batch : Math.ceil(batch / 4);
  const from = [...lost, ...blends(attractors, more, 0.1, own.split("deflation"))];
  const deflated = await work.each(from, (x) => work.deflate(x, known, deflation));
  return [
    ...mixedStarts(states, { rng: own, count: half, noisyPart: 0, origin: false }),
    ...inside.map((x): Start => ({ x, kind: "blend" })),
    ...edges.flatMap((edge) => (edge ? [edge, ...edge.passed] : [])).map(({ x }): Start => ({ x, kind: "edge" })),
    ...deflated.flatMap((x): Start[] => (x ? [{ x, kind: "deflation" }] : [])),
  ];
}

/** Attractors this much farther apart than nearest neighbours still count as neighbours: in a cube diagonals are √2 a. */
const neighbourhood = 1.25;

/**
 * Pairs of neighbouring attractors without a saddle (m = 1) about half way, in both directions; of mirror images one.
 */
function untriedPairs(flow: Flow, set: FixedPointSet, attractors: readonly Float64Array[], tried: Set<string>): Pair[] {
  const nearest = attractors.map((a) => Math.min(...attractors.filter((b) => b !== a).map((b) => distance(a, b))));
  const saddles = set.points.filter(({ unstableCount }) => unstableCount === 1).map(({ xStar }) => xStar);
  const pairs: Pair[] = [];
  for (const [i, a] of attractors.entries()) {
    for (const [j, b] of attractors.slice(0, i).entries()) {
      const apart = distance(a, b);
      const middle = a.map((v, k) => (v + b[k]) / 2);
      const isNeighbour = apart <= neighbourhood * Math.max(nearest[i], nearest[j]);
      const isJoined = saddles.some((saddle) => distance(saddle, middle) < 0.35 * apart);
      const isImage = flow.odd === true && middle.reduce((sum, v) => sum + v, 0) < 0;
      if (!isNeighbour || isJoined || isImage || tried.has(`${i} ${j}`)) continue;
      tried.add(`${i} ${j}`);
      pairs.push([a, b], [b, a]); // the boundaries of their basins differ where a third lies between them
    }
  }
  return pairs;
}
