import { boxSkeleton } from "../memory/bit-axes";
import { type Memory, memoryTable } from "../memory/memories";
import { outputOf } from "../memory/passages";
import { memorySkeleton } from "../memory/skeleton";
import { memorySolid } from "../memory/solid";
import { type EchoState, echoStateFlow } from "../network/echo-state";
import type { FlipFlopRecipe, PreparedFlipFlop } from "../network/recipe";
import { simulate } from "../network/simulate";
import { trainedNetwork } from "../network/trained";
import type { PrincipalComponents } from "../numbers/pca";
import { createRng } from "../numbers/random";
import { findAllFixedPoints, type SearchEnd } from "../search/find-all";
import { checkRecord, checkShape, checkVector, reject } from "../wasm/validate";
import { distance } from "../wasm/vector";
import type { Study, StudyContext } from "./study";

/** A fixed point in a few numbers. */
export interface SkeletonRecordPoint {
  /** Number of unstable modes. */
  readonly modes: number;
  /** Radius of the certificate; −1 without one. */
  readonly radius: number;
  /** z, (4). */
  readonly output: readonly number[];
  /** Coordinates along the four principal components of the memories held, from their mean. */
  readonly at: readonly number[];
  /** Distance from the space of those four. */
  readonly aside: number;
}

/** What a search for all fixed points of a four-bit network came to. */
export interface FourBitSkeleton {
  readonly points: readonly SkeletonRecordPoint[];
  readonly indexSum: number;
  readonly ended: SearchEnd;
  readonly starts: number;
  readonly iterations: number;
}

const round = (value: number, digits: number): number => Number(value.toPrecision(digits));

/**
 * Searches all fixed points of a trained four-bit network, in minutes, and keeps of each what figures and counts need.
 *
 * @param prepared network with its readout, x0 and test task, as from `loadShipped`
 * @param memories as from `memoryTable`
 * @throws RangeError if fewer than two memories are held
 */
export async function fourBitSkeleton(
  prepared: PreparedFlipFlop,
  memories: readonly Memory[],
  context: StudyContext = {},
): Promise<FourBitSkeleton> {
  const where = "fourBitSkeleton";
  checkShape(where, "context", context, { "onProgress?": "function" });
  const { pool, signal, onProgress } = context;
  checkRecord(where, "prepared", prepared, ["network", "testing", "x0", "recipe"]);
  const { network, testing, x0, recipe } = prepared;
  const solid = memorySolid(memories);
  if (solid === undefined) reject(where, "memories", "has fewer than two that are held", "at least two");
  const { components, box } = solid;
  const held = memories.filter(({ isHeld }) => isHeld);
  const { states } = simulate(network, testing.input, { x0, record: 5 });
  if (states === undefined) throw new Error(`${where}: a simulation that was to be recorded was not`);
  const flow = echoStateFlow(network);
  const half = flow.odd === true;
  const guesses = (box ? boxSkeleton(box, { half }) : memorySkeleton(held, { half })).map(({ state }) => state);
  const sources = {
    states,
    rng: createRng(recipe.seed).split("four-bit skeleton"),
    memories: held.map(({ state }) => state),
    guesses,
  };
  let round = 1;
  const search = await findAllFixedPoints(flow, sources, {
    pool,
    signal,
    onProgress: (done, total) => onProgress?.(done, total, `round ${round}`),
    onRound: () => round++,
  });
  return {
    points: search.points.map((point) => recordOf(network, components, point)),
    indexSum: search.completeness.indexSum,
    ended: search.ended,
    starts: search.outcomes.length,
    iterations: search.totalIterations,
  };
}

function recordOf(
  network: EchoState,
  components: PrincipalComponents,
  {
    xStar,
    unstableCount,
    certificate,
  }: {
    readonly xStar: Float64Array;
    readonly unstableCount: number;
    readonly certificate?: { readonly isCertified: boolean; readonly radius: number };
  },
): SkeletonRecordPoint {
  const at = components.project(xStar).getRow(0);
  return {
    modes: unstableCount,
    radius: certificate?.isCertified ? round(certificate.radius, 3) : -1,
    output: Array.from(outputOf(network, xStar), (z) => round(z, 4)),
    at: at.map((v) => round(v, 6)),
    aside: round(distance(xStar, stateAt(components, at)), 4),
  };
}

/**
 * The state with given coordinates along principal components: mean + Σ atₖ axisₖ.
 *
 * @param components as from `principalComponents`
 * @param at coordinates along the first of its axes
 * @returns (N)
 * @throws RangeError if there are more coordinates than axes
 */
export function stateAt(components: PrincipalComponents, at: ArrayLike<number>): Float64Array {
  checkShape("stateAt", "components", components, { mean: "numbers", axes: "matrix" });
  checkVector("stateAt", "at", Float64Array.from(at ?? []));
  const { mean, axes } = components;
  if (at.length > axes.columns) reject("stateAt", "at", `has length ${at.length}`, `at most ${axes.columns}`);
  return mean.map((m, i) => Array.from(at).reduce((sum, v, k) => sum + v * axes.get(i, k), m));
}

/**
 * Counts by number of unstable modes, 0 to 4, and what has more.
 *
 * @param skeleton as from `fourBitSkeleton`
 * @returns six counts
 */
export function countsByModes(skeleton: Pick<FourBitSkeleton, "points">): number[] {
  checkRecord("countsByModes", "skeleton", skeleton, ["points"]);
  checkShape("countsByModes", "skeleton.points", skeleton.points, [{ modes: "number" }]);
  const counts = [0, 0, 0, 0, 0, 0];
  for (const { modes } of skeleton.points) if (modes >= 0) counts[Math.min(modes, 5)]++;
  return counts;
}

/** The networks of four bits that ship, by what they show. */
const recipes = {
  scratch: { bits: 4 },
  transfer: { bits: 4, pretrainedBits: 3 },
  logistic: { bits: 4, activation: "logistic" },
} as const satisfies Record<string, Partial<FlipFlopRecipe>>;

/** Skeletons of the three four-bit networks of a seed. */
export type FourBitSkeletons = Readonly<Record<keyof typeof recipes, FourBitSkeleton>>;

/** The three networks of one seed, some minutes in all: seed 1 is shipped as data/results/four-bit-skeletons-seed1.json. */
export const fourBitSkeletonsStudy: Study<FourBitSkeletons> = Object.freeze({
  name: "four-bit-skeletons",
  version: 3, // 3: boundaries are followed on beside a crowded middle
  async run(seed: number, context: StudyContext) {
    const search = async (name: keyof typeof recipes): Promise<FourBitSkeleton> => {
      const onProgress = (done: number, total: number, what: string) =>
        context.onProgress?.(done, total, `${name}, ${what}`);
      const { pool, signal } = context;
      signal?.throwIfAborted();
      const prepared = await trainedNetwork({ ...recipes[name], seed }, { pool, signal });
      return fourBitSkeleton(prepared, memoryTable(prepared.network), { ...context, onProgress });
    };
    return {
      scratch: await search("scratch"),
      transfer: await search("transfer"),
      logistic: await search("logistic"),
    };
  },
});
