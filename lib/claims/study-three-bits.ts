import { stability } from "../flow/stability";
import { type Memory, memoryTable } from "../memory/memories";
import { memoryPassages, outputOf, patternOf } from "../memory/passages";
import { type EchoState, echoStateFlow } from "../network/echo-state";
import { trainForce } from "../network/force";
import { prepareFlipFlop } from "../network/recipe";
import type { SearchEnd } from "../search/find-all";
import type { FixedPointSet } from "../search/points";
import { modeCounts } from "../search/report";
import { checkShape } from "../wasm/validate";
import { claimC4, claimC6, claimC7, claimC8, claimC9, type MemoryCorner } from "./c04-c09";
import { wholeSearch } from "./runs-search";
import { keptSearch } from "./skeleton-three-bits";
import type { Study } from "./study";
import type { ClaimVerdict } from "./verdict";

/** What one seed says on C4 and C6 to C9. */
export interface ThreeBitsResult {
  readonly verdicts: readonly ClaimVerdict[];
  /** Memories held, of 8. */
  readonly held: number;
  /** Fixed points of the whole search, by number of unstable modes; their index sum; and how it ended. */
  readonly counts: Readonly<Record<string, number>>;
  readonly indexSum: number;
  readonly ended: SearchEnd;
}

/**
 * The paper's three-bit network of one seed, judged as notebook 04 judges that of seed 1: training (C4), memories (C7), the
 * origin (C8), and by one whole search its fixed points (C6) and where its saddles lead (C9). Where that search is kept, as for
 * seed 1, it is not made again. What the network does on inputs it has not seen (C5) is a study of its own,
 * `unseenInputsStudy`.  [J15 §6]
 */
export const threeBitsStudy: Study<ThreeBitsResult> = {
  name: "three-bits",
  version: 4, // 4: one whole search for all claims, memories held only, one threshold of a pattern
  async run(seed, context) {
    const seeds = [seed];
    const prepared = prepareFlipFlop({ seed });
    context.onProgress?.(0, 1, "training");
    const { training, x0, recipe } = prepared;
    const { alpha, trainEvery } = recipe;
    const run = trainForce(prepared.network, training, { x0, alpha, trainEvery });
    context.signal?.throwIfAborted();
    const { network } = run;
    context.onProgress?.(0, 1, "memories");
    const memories = memoryTable(network);
    context.signal?.throwIfAborted();
    const flow = echoStateFlow(network);
    const whole =
      (await keptSearch(seed, flow, context)) ?? (await wholeSearch({ ...prepared, network }, memories, context));
    context.onProgress?.(0, 1, "branches of saddles");
    const passages = await memoryPassages(network, whole.points);
    const slow = "slow" in whole ? whole.slow : whole.slowPoints.map(({ qStar }) => qStar);
    const residuals = [...whole.points.map(({ qStar }) => qStar), ...slow];
    const { unstableCount } = stability(flow, new Float64Array(flow.dimension));
    return {
      verdicts: [
        claimC4({ squaredError: run.squaredError, readoutNorm: run.readoutNorm, seeds }),
        claimC6({ residuals, seeds }),
        claimC7({ memories: memoryCorners(network, memories, whole), seeds }),
        claimC8({ unstableCount, dimension: flow.dimension, seeds }),
        claimC9({ passages, seeds }),
      ],
      held: memories.filter(({ isHeld }) => isHeld).length,
      counts: modeCounts(whole.points),
      indexSum: whole.completeness.indexSum,
      ended: whole.ended,
    };
  },
};

/**
 * The memories of a network with the answer whether an attracting fixed point stands for them: one whose output has their
 * signs, each component farther from 0 than `clearOutput`.
 *
 * @param memories as from `memoryTable`
 * @param set fixed points, with their number of unstable modes
 * @throws RangeError if an argument is out of place
 */
export function memoryCorners(
  network: EchoState,
  memories: readonly Pick<Memory, "bits" | "state" | "isHeld">[],
  set: { readonly points: readonly Pick<FixedPointSet["points"][number], "xStar" | "unstableCount">[] },
): MemoryCorner[] {
  const where = "memoryCorners";
  checkShape(where, "memories", memories, [{ bits: "numbers", state: "vector" }]);
  checkShape(where, "set", set, { points: [{ xStar: "vector", unstableCount: "number" }] });
  const attracting = set.points
    .filter(({ unstableCount }) => unstableCount === 0)
    .map(({ xStar }) => String(patternOf(outputOf(network, xStar))));
  return memories.map(({ bits, state, isHeld }) => ({
    bits,
    state,
    isHeld,
    isAttractor: attracting.includes(String(bits)),
  }));
}
