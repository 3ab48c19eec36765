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
import { memorySkeleton } from "../networks/skeleton";
import { createRng } from "../numerics/random";
import { claimC4, claimC5, claimC6, claimC7, claimC8, claimC9 } from "./c04-c09";
import type { Study, StudyContext } from "./study";
import type { ClaimVerdict } from "./verdict";

/** What one seed says on C4 to C9. */
export interface ThreeBitsResult {
  readonly verdicts: readonly ClaimVerdict[];
  /** Memories held, of 8. */
  readonly held: number;
  /** Fixed points by number of unstable modes. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Starts taken from the test run, as in the paper; the others are the middles of edges, faces and cube. */
const startsFromTest = 20;

/**
 * The paper's three-bit network of one seed, judged as notebook 04 judges that of seed 1: training (C4), test (C5),
 * fixed points from mixed starts (C6), memories (C7), the origin (C8), and where saddles lead (C9).  [J15 §6]
 */
export const threeBitsStudy: Study<ThreeBitsResult> = {
  name: "three-bits",
  version: 1,
  async run(seed, context) {
    const seeds = [seed];
    const { network: untrained, training, testing, x0, recipe } = prepareFlipFlop({ seed });
    context.onProgress?.(0, 1, "training");
    const { alpha, trainEvery } = recipe;
    const run = trainForce(untrained, training, { x0, alpha, trainEvery });
    context.signal?.throwIfAborted();
    const { network } = run;
    const test = simulate(network, testing.input, { x0, record: 5 });
    context.onProgress?.(0, 1, "memories");
    const memories = memoryTable(network);
    context.signal?.throwIfAborted();
    if (test.states === undefined) throw new Error("threeBitsStudy: a simulation that was to be recorded was not");
    const set = await search(network, memories, test.states, seed, context);
    context.onProgress?.(0, 1, "branches of saddles");
    const passages = await memoryPassages(network, set.points);
    const flow = echoStateFlow(network);
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
    };
  },
};

function search(
  network: EchoState,
  memories: readonly Memory[],
  states: NonNullable<ReturnType<typeof simulate>["states"]>,
  seed: number,
  { pool, signal, onProgress }: StudyContext,
): Promise<FixedPointSet> {
  const held = memories.filter(({ isHeld }) => isHeld);
  const lattice = held.length === 0 ? [] : memorySkeleton(held, { half: true }).map(({ state }) => state);
  const starts = mixedStarts(states, { count: startsFromTest, lattice, rng: createRng(seed).split("search") });
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
