import { memoryTable } from "../memory/memories";
import { echoStateFlow } from "../network/echo-state";
import { bitAccuracy, meanSquaredError } from "../network/flip-flop";
import { type FlipFlopRecipe, prepareFlipFlop } from "../network/recipe";
import { simulate } from "../network/simulate";
import { trainedNetwork } from "../network/trained";
import { createRng } from "../numbers/random";
import { findAllFixedPoints, type SearchEnd } from "../search/find-all";
import { modeCounts } from "../search/report";
import { type OriginAt, originOf } from "../training/film";
import { checkRecord } from "../wasm/validate";
import { recordEvery, sourcesOf } from "./runs-search";
import type { Study, StudyContext } from "./study";

/** One network of the scan. */
export interface GainRow {
  readonly gain: number;
  /** The origin before and after training. */
  readonly before: OriginAt;
  readonly after: OriginAt;
  readonly meanSquaredError: number;
  readonly bitAccuracy: number;
  /** Memories held, of 8, and how many of them rest at a fixed point. */
  readonly held: number;
  readonly resting: number;
  readonly points: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly indexSum: number;
  readonly ended: SearchEnd;
}

/** From a reservoir that falls silent at once to one that is far beyond the onset of chaos. */
const scannedGains: readonly number[] = Object.freeze([0.4, 0.6, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.65, 1.8]);

/** The same for every gain: several times what a network below g = 1 needs, and of the others nobody expects all. */
const budget = { maxStarts: 120, maxTotalIterations: 4000 };

/**
 * One seed at eleven gains, all else the paper's: the origin before and after training, the test, the memories, and the
 * fixed points that a search of the same budget finds.
 *
 * Takes ten minutes on two processors: seed 1 is shipped as data/results/gain-scan-seed1.json.
 */
export const gainScanStudy: Study<readonly GainRow[]> = {
  name: "gain-scan",
  version: 3, // 3: boundaries are followed on beside a crowded middle
  async run(seed, context) {
    const rows: GainRow[] = [];
    for (const gain of scannedGains) {
      const name = `g = ${gain}`;
      const onProgress = (_done: number, _total: number, what: string) =>
        context.onProgress?.(rows.length, scannedGains.length, `${name}, ${what}`);
      rows.push(await gainRow({ seed, gain }, { ...context, onProgress }));
    }
    return rows;
  },
};

/** One row of the scan: a network trained by its recipe, and all that the scan asks of it. */
export async function gainRow(recipe: Partial<FlipFlopRecipe>, context: StudyContext): Promise<GainRow> {
  checkRecord("gainRow", "context", context);
  const { pool, signal, onProgress } = context;
  const say = (what: string) => {
    signal?.throwIfAborted();
    onProgress?.(0, 1, what);
  };
  say("training");
  const { network, testing, x0, recipe: whole } = await trainedNetwork(recipe, { pool, signal });
  say("origin and memories");
  const before = originOf(prepareFlipFlop(whole).network, 0);
  const after = originOf(network, whole.steps);
  const test = simulate(network, testing.input, { x0, record: recordEvery });
  const { output } = test;
  const memories = memoryTable(network);
  const held = memories.filter(({ isHeld }) => isHeld);
  const flow = echoStateFlow(network);
  const rng = createRng(whole.seed).split("search");
  const search = await findAllFixedPoints(
    flow,
    { ...sourcesOf(test, memories, flow.odd === true), rng },
    { ...budget, pool, signal, onProgress: (start, starts) => say(`start ${start} of ${starts}`) },
  );
  return {
    gain: whole.gain,
    before,
    after,
    meanSquaredError: Number(meanSquaredError(output, testing.target).toPrecision(4)),
    bitAccuracy: Number(bitAccuracy(output, testing.target).toFixed(4)),
    held: held.length,
    resting: held.filter(({ motion }) => motion === "fixed").length,
    points: search.points.length,
    counts: modeCounts(search.points),
    indexSum: search.completeness.indexSum,
    ended: search.ended,
  };
}
