import { floatsFrom, textOf } from "../files/sealed";
import { checkFlowArgument, type Flow, kineticEnergy, velocityInto } from "../flow/flow";
import { memoryTable } from "../memory/memories";
import { echoStateFlow } from "../network/echo-state";
import { shippedRecipes } from "../network/shipped";
import { trainedNetwork } from "../network/trained";
import type { FullSearch, SearchEnd, SearchRound } from "../search/find-all";
import type { FixedPoint, Outcome } from "../search/points";
import { completeness } from "../search/report";
import { mirrorOf, type StartKind } from "../search/starts";
import { searchWork } from "../search/work";
import { checkRecord, checkShape, reject } from "../wasm/validate";
import { distance, norm } from "../wasm/vector";
import { wholeSearch } from "./runs-search";
import type { Study, StudyContext } from "./study";
import { loadStudyResult, resultsFolder } from "./study-results";

/** A fixed point of a search that is kept. What can be worked out from the place alone, its certificate, is not. */
export interface SkeletonPlace {
  /** x*, (N), as base64 of little-endian doubles; of two mirror images only the first has it. */
  readonly at?: string;
  /** The point of which this one is the mirror image. */
  readonly mirrorOf?: number;
  /** Number of unstable modes. */
  readonly modes: number;
  /** The leading eigenvalue of J, real and imaginary part, per τ. */
  readonly leading: readonly [number, number];
  /** Number of starts that ended here. */
  readonly hits: number;
}

/** A whole search in a file: all that figures, tables and claims take from it. */
export interface ThreeBitSkeleton {
  readonly points: readonly SkeletonPlace[];
  /** q at the slow points. */
  readonly slow: readonly number[];
  readonly rounds: readonly SearchRound[];
  readonly ended: SearchEnd;
  readonly totalIterations: number;
  /** For each kind of start the points at which they ended, −1 for none, as a text. */
  readonly ends: Readonly<Partial<Record<StartKind, string>>>;
}

/** A search that was kept, opened: its points certified anew. Slow points are known by their q only. */
export interface OpenedSearch extends Omit<FullSearch, "memories" | "undecided"> {
  readonly slow: readonly number[];
}

const short = (value: number): number => Number(value.toPrecision(12));

/** A search in the form in which it is kept. */
export function skeletonOf(search: FullSearch, flow: Flow): ThreeBitSkeleton {
  const { points, slowPoints, outcomes, rounds, ended, totalIterations } = search;
  const kinds = [...new Set(outcomes.map(({ kind }) => kind))];
  return {
    points: points.map(({ xStar, unstableCount, eigenvalues, hits }, i) => {
      if (eigenvalues === undefined) reject("skeletonOf", `points[${i}].eigenvalues`, undefined, "a spectrum");
      const image = flow.odd ? points.slice(0, i).findIndex((other) => isImage(other.xStar, xStar)) : -1;
      return {
        ...(image < 0 ? { at: textOf(xStar) } : { mirrorOf: image }),
        modes: unstableCount,
        leading: [short(eigenvalues.re[0]), short(eigenvalues.im[0])],
        hits,
      };
    }),
    slow: slowPoints.map(({ qStar }) => qStar),
    rounds,
    ended,
    totalIterations,
    ends: Object.fromEntries(
      kinds.map((kind) => {
        const own = outcomes.filter((outcome) => outcome.kind === kind);
        return [kind, own.map(({ point }) => point).join(" ")];
      }),
    ),
  };
}

/** Neighbours are 1e-2 apart, and images agree to what rounding leaves of Newton's step. */
function isImage(x: Float64Array, y: Float64Array): boolean {
  return norm(x) > 0 && distance(x, mirrorOf(y)) <= 1e-6 * Math.max(1, norm(x));
}

/**
 * The points of a kept search, each certified again from its place, with rounds and ends as the search left them. Certificates
 * take a factorisation each, a tenth of what the search took.
 *
 * Of an eigenvalue spectrum only the leading one is there. Starts are not kept: an outcome has the place where it ended.
 *
 * @param kept as from `shippedResult(threeBitSkeletonsStudy)`
 * @param flow of the network that was searched
 * @param context with a pool, its workers share the certificates
 * @throws RangeError if a place is not of this flow: of another size, or no fixed point of it
 */
export async function openSkeleton(
  kept: ThreeBitSkeleton,
  flow: Flow,
  context: StudyContext = {},
): Promise<OpenedSearch> {
  const where = "openSkeleton";
  checkShape(where, "kept", kept, { points: [{ modes: "number", leading: "numbers" }], rounds: "list" });
  checkRecord(where, "kept.ends", kept.ends);
  checkFlowArgument(where, flow);
  checkShape(where, "context", context, { "onProgress?": "function" });
  const { pool, signal, onProgress } = context;
  const work = searchWork(flow, pool, signal);
  let done = 0;
  const own = kept.points.filter(({ at }) => at !== undefined);
  const found = await work.each(own, async (place): Promise<FixedPoint> => {
    const x = floatsFrom(String(place.at));
    if (x.length !== flow.dimension)
      reject(where, "a place", `has length ${x.length}`, `${flow.dimension}, as the flow`);
    const { certificate, polished, index, within } = await work.judge(x);
    const parity = place.modes % 2 === 0 ? 1 : -1;
    if (!certificate?.isCertified || index !== parity) {
      reject(where, "a place", "is no such fixed point", "one of this network's: search again");
    }
    onProgress?.(++done, own.length, "certificates");
    const at = polished
      ? { xStar: polished.x, xLow: polished.xLow, qStar: polished.q }
      : { xStar: x, qStar: q(flow, x) };
    return pointOf(place, { ...at, certificate, index, within });
  });
  const at = new Map(own.map((place, i) => [place, found[i]]));
  const points = kept.points.map((place) => {
    const twin = kept.points[place.mirrorOf ?? -1];
    if (twin === undefined) return at.get(place) as FixedPoint;
    const { xStar, xLow, ...rest } = at.get(twin) as FixedPoint;
    const image = mirrorOf(xStar);
    return { ...rest, xStar: image, xInit: image, xLow: xLow && mirrorOf(xLow), hits: place.hits };
  });
  const outcomes = outcomesOf(kept, points);
  const set = { points, slowPoints: [], outcomes };
  const { rounds, ended, totalIterations, slow } = kept;
  return { ...set, completeness: completeness(set, flow), rounds, ended, totalIterations, slow };
}

/** The whole search of the paper's network of a seed, if it is kept: opened for the flow of that network. */
export async function keptSearch(seed: number, flow: Flow, context: StudyContext): Promise<OpenedSearch | undefined> {
  const kept = loadStudyResult<ThreeBitSkeletons>(resultsFolder, threeBitSkeletonsStudy.name, seed);
  return kept?.version === threeBitSkeletonsStudy.version ? openSkeleton(kept.result.strong, flow, context) : undefined;
}

function q(flow: Flow, x: Float64Array): number {
  const F = new Float64Array(x.length);
  velocityInto(flow, x, F);
  return kineticEnergy(F);
}

function pointOf(
  { modes, leading: [re, im], hits }: SkeletonPlace,
  judged: Pick<FixedPoint, "xStar" | "xLow" | "qStar" | "certificate" | "index" | "within">,
): FixedPoint {
  return {
    ...judged,
    xInit: judged.xStar,
    speed: Math.sqrt(2 * judged.qStar),
    iterations: 0,
    status: "converged",
    unstableCount: modes,
    eigenvalues: { re: Float64Array.of(re), im: Float64Array.of(im) },
    hits,
  };
}

function outcomesOf({ ends }: ThreeBitSkeleton, points: readonly FixedPoint[]): Outcome[] {
  const none = new Float64Array(0);
  return Object.entries(ends).flatMap(([kind, text]) =>
    text.split(" ").map((number): Outcome => {
      const point = Number(number);
      const at = points[point];
      const x = at?.xStar ?? none;
      const q = at?.qStar ?? Number.NaN;
      const how = { status: at ? "converged" : "stalled", iterations: 0, point, slowPoint: -1 } as const;
      return { start: x, kind: kind as StartKind, ...(at ? { x } : {}), q, ...how };
    }),
  );
}

/** The three-bit networks of notebook 04: the paper's and the gentle one. */
const names = { strong: "tanh-g1.5-seed1", gentle: "tanh-g0.8-seed1" } as const;

/** Whole searches of the two networks of a seed. */
export type ThreeBitSkeletons = Readonly<Record<keyof typeof names, ThreeBitSkeleton>>;

/**
 * The whole searches behind notebook 04, some minutes: seed 1 is shipped as data/results/three-bit-skeletons-seed1.json. The
 * search of the paper's network is the one that `threeBitsStudy` judges.
 */
export const threeBitSkeletonsStudy: Study<ThreeBitSkeletons> = Object.freeze({
  name: "three-bit-skeletons",
  version: 1,
  async run(seed: number, context: StudyContext) {
    const search = async (name: keyof typeof names): Promise<ThreeBitSkeleton> => {
      const onProgress = (done: number, total: number, what: string) =>
        context.onProgress?.(done, total, `${name}, ${what}`);
      const { pool, signal } = context;
      signal?.throwIfAborted();
      const prepared = await trainedNetwork({ ...shippedRecipes[names[name]], seed }, { pool, signal });
      const memories = memoryTable(prepared.network);
      const whole = await wholeSearch(prepared, memories, { ...context, onProgress });
      return skeletonOf(whole, echoStateFlow(prepared.network));
    };
    return { strong: await search("strong"), gentle: await search("gentle") };
  },
});
