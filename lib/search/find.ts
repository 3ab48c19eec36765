import { checkFlowArgument, type Flow } from "../flow/flow";
import type { JobPool } from "../pool";
import { checkNumber, checkVector, type LongCall, longCallDefaults, reject, withDefaults } from "../wasm/check";
import { norm } from "../wasm/vector";
import { collect, type End, isCandidate, type Known, sizeOfStates } from "./collect";
import { checkedMinimizeOptions, type MinimizeOptions, type Minimum, minimizeDefaults } from "./minimize";
import { type FixedPoint, type FixedPointSet, isSamePoint } from "./points";
import { mirrorOf, type Start } from "./starts";
import { type SearchWork, searchWork } from "./work";

export interface FindOptions extends LongCall {
  /** How each start goes downhill, see `minimizeDefaults`. */
  minimize: Partial<MinimizeOptions>;
  /** Stalled searches count as slow points when their slope ‖JᵀF‖/(‖J‖‖F‖) is at most this; the rest are outcomes only. */
  slowSlope: number;
  /**
   * Ends closer than this, in parts of the size of the states, are looked at together. Whether they are one point is for
   * the balls to say in which a fixed point is alone.
   */
  mergeTolerance: number;
  /** Slow points closer than this, in the same parts, are one: they lie in flat valleys and are found less exactly. */
  slowMergeTolerance: number;
  /** Compute the eigenvalues of every fixed point (about half a second each at N = 1000). */
  withStability: boolean;
  /** Start also from the mirror image of every point found, if the flow is odd: one or two iterations each. */
  followMirrors: boolean;
  /** Workers to share the starts, from `createPool`; without one a large network has those of the shared pool. */
  pool: JobPool | undefined;
  /** Stops the search, also what is running in a pool: it rejects with the signal's reason. */
  signal: AbortSignal | undefined;
}

export const findDefaults: Readonly<FindOptions> = Object.freeze({
  minimize: minimizeDefaults,
  slowSlope: 1e-3, // given up on a slope it is 1e-2 and more (N = 1000); at a ghost found to √μ/50 it is below 1e-3
  mergeTolerance: 1e-6, // Newton's error at the float64 floor is about κ(J) · 1e-13 ‖x‖ ≈ 3e-9; neighbours are 1e-2 apart
  slowMergeTolerance: 1e-2,
  withStability: true,
  followMirrors: false,
  pool: undefined,
  signal: undefined,
  ...longCallDefaults,
});

/**
 * Finds fixed and slow points of a flow by minimising q from many starts.  [J15 §3] [SB13]
 *
 * Each start runs downhill on q; those that end in one ball of uniqueness are one point, kept where the residual is lowest,
 * whatever the order of the starts. Nothing is dropped: every start has an outcome. A point counts as *fixed* when it is
 * certified, or, for a flow without `lipschitzOfJacobian`, when J is regular and hardly changes over twice the Newton step;
 * all other minima are *slow*. Of these, what is as slow as a fixed point is *undecided*, and says why. Where undecided
 * places have more of their kind between them, a line or a circle of fixed points, a *continuum* is suspected.
 *
 * Speeds and distances are measured in parts of the size of the states, the median ‖x‖ of the starts, so that the unit in
 * which activations are given does not matter.
 *
 * The result is the same to the last bit with and without a pool, whatever the number of its threads.
 *
 * @param flow a vector field on N activations
 * @param starts activations to start from, (N) each, or starts with their kind, as from `mixedStarts`
 * @param options see `findDefaults`
 * @throws RangeError if a start has the wrong length or holds a NaN, or an option is out of place
 */
export async function findFixedPoints(
  flow: Flow,
  starts: readonly (Float64Array | Start)[],
  options?: Partial<FindOptions>,
): Promise<FixedPointSet> {
  checkFlowArgument("findFixedPoints", flow);
  const settings = checkedFindOptions("findFixedPoints", withDefaults("findFixedPoints", options, findDefaults));
  const search = beginSearch(flow, settings);
  await search.run(checkStarts("findFixedPoints", flow, starts), settings.onProgress);
  if (settings.followMirrors) {
    const { points } = await search.collect(false);
    await search.run(missingMirrors(flow, points), settings.onProgress);
  }
  return search.collect(settings.withStability);
}

/** Options of a search, complete and in place. */
export function checkedFindOptions<Options extends Omit<FindOptions, "followMirrors" | "withStability">>(
  where: string,
  options: Options,
): Options & SearchSettings {
  for (const name of ["mergeTolerance", "slowSlope", "slowMergeTolerance"] as const) {
    checkNumber(where, name, options[name], "not negative");
  }
  return { ...options, minimize: checkedMinimizeOptions(where, options.minimize) };
}

function checkStarts(where: string, flow: Flow, starts: readonly (Float64Array | Start)[]): Start[] {
  if (!Array.isArray(starts)) reject(where, "starts", starts, "an array of Float64Array or Start");
  return starts.map((given, i) => {
    const isStart = given !== null && typeof given === "object" && "x" in given;
    const start: Start = isStart ? given : { x: given as Float64Array, kind: "given" };
    checkVector(where, `starts[${i}]`, start.x, flow.dimension);
    return { x: start.x.slice(), kind: start.kind ?? "given" };
  });
}

/** What a search needs to know, however its starts come about. */
export type SearchSettings = Omit<FindOptions, "followMirrors" | "withStability" | "minimize"> & {
  readonly minimize: MinimizeOptions;
};

/** A search under way: starts are added, and what they found so far can be looked at in between. */
export interface Search {
  readonly work: SearchWork;
  /** Searches from more starts. */
  run(starts: readonly Start[], onProgress: FindOptions["onProgress"]): Promise<void>;
  /** Size of the states, in activation: that of the first starts; 0 before them. */
  readonly size: number;
  /** All starts so far as a set. */
  collect(withSpectra: boolean): Promise<FixedPointSet>;
}

export function beginSearch(flow: Flow, settings: SearchSettings): Search {
  const work = searchWork(flow, settings.pool, settings.signal);
  const ends: End[] = [];
  const known: Known = { judgements: new Map(), spectra: new Map(), between: new Map() };
  let size = 0;
  return {
    work,
    get size() {
      return size;
    },
    async run(starts, onProgress) {
      size ||= sizeOfStates(starts);
      let done = 0;
      const found = await work.each(starts, async (start) => {
        const minimum = await work.minimize(start.x, limitsOf(settings, size, start.x));
        const isUnpolished = settings.minimize.method !== "dogleg" && isCandidate(minimum, size);
        const end = { start, minimum: isUnpolished ? await polished(work, minimum, settings, size) : minimum };
        onProgress(++done, starts.length);
        return end;
      });
      ends.push(...found);
    },
    async collect(withSpectra) {
      const probe = (x: Float64Array) => work.minimize(x, limitsOf(settings, size, x));
      const set = await collect({ ...settings, ends, work, isOdd: flow.odd === true, size, probe, known }, withSpectra);
      return flow.inputs ? underInput(set, flow.inputs) : set;
    },
  };
}

/** The set with the input written on it and on each point, which may be carried away from it. */
function underInput(set: FixedPointSet, inputs: Float64Array): FixedPointSet {
  const marked = (point: FixedPoint): FixedPoint => ({ ...point, inputs: inputs.slice() });
  const { points, slowPoints } = set;
  return { ...set, points: points.map(marked), slowPoints: slowPoints.map(marked), inputs: inputs.slice() };
}

/** From this size down states are small in the unit they are given in, in activation: a bit of a network is of size 1. */
const smallStates = 1e-2;

/** Where states are small, so are speeds that count as rest and first steps; elsewhere they are those that are given. */
function limitsOf({ minimize }: SearchSettings, size: number, x: Float64Array): MinimizeOptions {
  if (size === 0 || size > smallStates) return minimize;
  const firstRadius = Math.min(Math.max(size, norm(x) / 3), Number.MAX_VALUE); // a norm may overflow
  return { ...minimize, qTolerance: minimize.qTolerance * size * size, firstRadius };
}

/** A few Newton steps, for methods that arrive slowly: so that duplicates can be told apart from neighbours. */
async function polished(work: SearchWork, minimum: Minimum, settings: SearchSettings, size: number): Promise<Minimum> {
  const limits = limitsOf(settings, size, minimum.x);
  const better = await work.minimize(minimum.x, { ...limits, method: "dogleg", maxIterations: 8 });
  if (!(better.q <= minimum.q)) return minimum;
  return { ...minimum, x: better.x, q: better.q, speed: better.speed };
}

/** Mirror images, of the points that have none yet, as starts; none for a flow that is not odd. */
export function missingMirrors(flow: Flow, points: readonly FixedPoint[]): Start[] {
  if (!flow.odd) return [];
  const images = points.map((point) => ({ ...point, xStar: mirrorOf(point.xStar) }));
  return images
    .filter((image) => !points.some((point) => isSamePoint(point, image)))
    .map(({ xStar }) => ({ x: xStar, kind: "mirror" }));
}
