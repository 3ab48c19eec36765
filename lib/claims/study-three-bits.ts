import type { SearchEnd } from "../dynamics/complete-search";
import type { FixedPointSet } from "../dynamics/fixed-point-set";
import { findFixedPoints } from "../dynamics/fixed-points";
import { modeCounts } from "../dynamics/mode-counts";
import { stability } from "../dynamics/stability";
import { mixedStarts } from "../dynamics/starts";
import { type EchoState, echoStateFlow } from "../networks/echo-state";
import { bitAccuracy, meanSquaredError } from "../networks/flip-flop";
import { trainForce } from "../networks/force";
import { type Memory, memoryTable } from "../networks/memories";
import { memoryPassages, outputOf, patternOf } from "../networks/passages";
import { prepareFlipFlop } from "../networks/recipe";
import { simulate } from "../networks/simulate";
import { createRng } from "../numerics/random";
import { claimC4, claimC5, claimC6, claimC7, claimC8, claimC9 } from "./c04-c09";
import { recordEvery, type SearchSubject, sourcesOf, timedSearch } from "./runs-search";
import type { Study, StudyContext } from "./study";
import type { ClaimVerdict } from "./verdict";

/** What one seed says on C4 to C9. */
export interface ThreeBitsResult {
  readonly verdicts: readonly ClaimVerdict[];
  /** Memories held, of 8. */
  readonly held: number;
  /** Fixed points from mixed starts, by number of unstable modes. */
  readonly counts: Readonly<Record<string, number>>;
  /** The same of the whole search, which tracks edges; and how it ended. */
  readonly wholeCounts: Readonly<Record<string, number>>;
  readonly ended: SearchEnd;
}

/** Starts taken from the test run, as in the paper; the others are the middles of edges, faces and cube. */
const startsFromTest = 20;

/**
 * The paper's three-bit network of one seed, judged as notebook 04 judges that of seed 1: training (C4), test (C5),
 * fixed points from mixed starts (C6), memories (C7), the origin (C8), and where the saddles of a whole search lead (C9): a
 * saddle that was not found cannot speak for the claim, and mixed starts miss some.  [J15 §6]
 */
export const threeBitsStudy: Study<ThreeBitsResult> = {
  name: "three-bits",
  version: 3, // 3: boundaries are followed on beside a crowded middle
  async run(seed, context) {
    const seeds = [seed];
    const { network: untrained, training, testing, x0, recipe } = prepareFlipFlop({ seed });
    context.onProgress?.(0, 1, "training");
    const { alpha, trainEvery } = recipe;
    const run = trainForce(untrained, training, { x0, alpha, trainEvery });
    context.signal?.throwIfAborted();
    const { network } = run;
    const test = simulate(network, testing.input, { x0, record: recordEvery });
    context.onProgress?.(0, 1, "memories");
    const memories = memoryTable(network);
    context.signal?.throwIfAborted();
    const flow = echoStateFlow(network);
    const sources = sourcesOf(test, memories, flow.odd === true);
    const set = await search(network, sources, seed, context);
    const { search: whole } = await timedSearch({ flow, sources }, seed, "whole search", context);
    context.onProgress?.(0, 1, "branches of saddles");
    const passages = await memoryPassages(network, whole.points);
    const residuals = [...set.points, ...set.slowPoints].map(({ qStar }) => qStar);
    const { unstableCount } = stability(flow, new Float64Array(flow.dimension));
    return {
      verdicts: [
        claimC4({ squaredError: run.squaredError, readoutNorm: run.readoutNorm, seeds }),
        claimC5({
          meanSquaredError: meanSquaredError(test.output, testing.target),
          bitAccuracy: bitAccuracy(test.output, testing.target),
          seeds,
        }),
        claimC6({ residuals, seeds }),
        claimC7({ memories: corners(network, memories, set), seeds }),
        claimC8({ unstableCount, dimension: flow.dimension, seeds }),
        claimC9({ passages, seeds }),
      ],
      held: memories.filter(({ isHeld }) => isHeld).length,
      counts: modeCounts(set.points),
      wholeCounts: modeCounts(whole.points),
      ended: whole.ended,
    };
  },
};

function search(
  network: EchoState,
  { states, guesses }: SearchSubject["sources"],
  seed: number,
  { pool, signal, onProgress }: StudyContext,
): Promise<FixedPointSet> {
  const rng = createRng(seed).split("search");
  const starts = mixedStarts(states, { count: startsFromTest, lattice: guesses, rng });
  return findFixedPoints(echoStateFlow(network), starts, {
    followMirrors: true,
    pool,
    signal,
    onProgress: (done, total) => onProgress?.(done, total, "start"),
  });
}

/** The memories with the answer whether an attracting fixed point stands for them. */
function corners(network: EchoState, memories: readonly Memory[], { points }: FixedPointSet) {
  const attracting = points
    .filter(({ unstableCount }) => unstableCount === 0)
    .map(({ xStar }) => String(patternOf(outputOf(network, xStar))));
  return memories.map(({ bits, state }) => ({ bits, state, isAttractor: attracting.includes(String(bits)) }));
}
