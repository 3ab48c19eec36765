/**
 * The runs behind the goals of the search: all fixed points of a trained three-bit network, without help.
 */

import type { Flow } from "../flow/flow";
import { type Memory, memoryTable } from "../memory/memories";
import { memorySkeleton } from "../memory/skeleton";
import { echoStateFlow } from "../network/echo-state";
import type { FlipFlopRecipe, PreparedFlipFlop } from "../network/recipe";
import { type Simulation, simulate } from "../network/simulate";
import { trainedNetwork } from "../network/trained";
import { createRng } from "../numbers/random";
import { type FindAllOptions, type FullSearch, findAllFixedPoints, type SearchSources } from "../search/find-all";
import type { StudyContext } from "./study";

/** A trained network without input, and all that a search of it is told. */
export interface SearchSubject {
  readonly flow: Flow;
  readonly sources: Omit<SearchSources, "rng">;
}

/** Every so many-th state of the test run is kept: the paper's 5000 steps then give a thousand. */
export const recordEvery = 5;

/**
 * Trains the network of a recipe, or takes it from the cache, and finds what a search may be told: states of its test
 * run, the memories it holds, and the middles of their edges, faces and cube.
 */
export async function searchSubject(
  recipe: Partial<FlipFlopRecipe>,
  { pool, signal, onProgress }: StudyContext,
): Promise<SearchSubject> {
  onProgress?.(0, 1, "training");
  const { network, testing, x0 } = await trainedNetwork(recipe, { pool, signal });
  onProgress?.(0, 1, "memories");
  const test = simulate(network, testing.input, { x0, record: recordEvery });
  const memories = memoryTable(network);
  signal?.throwIfAborted();
  const flow = echoStateFlow(network);
  return { flow, sources: sourcesOf(test, memories, flow.odd === true) };
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
): SearchSubject["sources"] {
  if (states === undefined) throw new Error("sourcesOf: the states of the test run were not recorded");
  const held = memories.filter(({ isHeld }) => isHeld);
  const guesses = held.length === 0 ? [] : memorySkeleton(held, { half: isOdd }).map(({ state }) => state);
  return { states, memories: held.map(({ state }) => state), guesses };
}

/**
 * The whole search of a trained network: the one from which notebooks, figures and ledger take its fixed points. States of its
 * test run, memories held and the middles between them; one stream of draws; the usual budget.
 *
 * @param prepared network with its readout, x0, test task and recipe, as from `loadShipped`
 * @param memories as from `memoryTable`, with its usual times
 */
export async function wholeSearch(
  { network, testing, x0, recipe }: PreparedFlipFlop,
  memories: readonly Memory[],
  context: StudyContext = {},
): Promise<FullSearch> {
  const test = simulate(network, testing.input, { x0, record: recordEvery });
  const flow = echoStateFlow(network);
  const sources = sourcesOf(test, memories, flow.odd === true);
  const { search } = await timedSearch({ flow, sources }, recipe.seed, "whole search", context);
  return search;
}

/** A search and what it took. */
export interface TimedSearch {
  readonly search: FullSearch;
  /** Seconds on the clock, an upper bound where the machine had other work. */
  readonly seconds: number;
  /** Seconds of processors, all threads together. */
  readonly processorSeconds: number;
}

/**
 * One full search, timed.
 *
 * @param seed of the draws
 * @param stream name of the stream of draws: two searches with other names are independent
 */
export async function timedSearch(
  { flow, sources }: SearchSubject,
  seed: number | string,
  stream: string,
  { pool, signal, onProgress }: StudyContext,
  options?: Partial<FindAllOptions>,
): Promise<TimedSearch> {
  const begun = performance.now();
  const before = process.cpuUsage();
  const rng = createRng(seed).split(stream);
  let round = 1;
  const search = await findAllFixedPoints(
    flow,
    { ...sources, rng },
    {
      pool,
      signal,
      onRound: () => round++,
      onProgress: (done, total) => onProgress?.(done, total, `round ${round}: start`),
      ...options,
    },
  );
  const { user, system } = process.cpuUsage(before);
  return {
    search,
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    processorSeconds: Math.round((user + system) / 1e5) / 10,
  };
}
