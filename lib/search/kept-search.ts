/** A whole search in a file: each point by its place alone, from which its certificate can be worked out again. */

import { floatsFrom, textOf } from "../files/sealed";
import { checkFlowArgument, type Flow, kineticEnergy, velocityInto } from "../flow/flow";
import { checkRecord, checkShape, type LongCall, longCallDefaults, reject, withDefaults } from "../wasm/check";
import { distance, norm } from "../wasm/vector";
import type { FindOptions } from "./find";
import type { FullSearch, SearchEnd, SearchRound } from "./find-all";
import type { FixedPoint, Outcome } from "./points";
import { completeness } from "./report";
import { mirrorOf, type StartKind } from "./starts";
import { type SearchWork, searchWork } from "./work";

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
export interface Skeleton {
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
export function skeletonOf(search: FullSearch, flow: Flow): Skeleton {
  const { points, slowPoints, outcomes, rounds, ended, totalIterations } = search;
  const ends: Partial<Record<StartKind, string>> = {};
  for (const { kind, point } of outcomes) ends[kind] = kind in ends ? `${ends[kind]} ${point}` : `${point}`;
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
    ...{ rounds, ended, totalIterations, ends },
  };
}

/** Neighbours are 1e-2 apart, and images agree to what rounding leaves of Newton's step. */
function isImage(x: Float64Array, y: Float64Array): boolean {
  return norm(x) > 0 && distance(x, mirrorOf(y)) <= 1e-6 * Math.max(1, norm(x));
}

/** Workers and a signal, as of `findFixedPoints`, and `label`. */
export type OpenSkeletonOptions = Partial<Pick<FindOptions, "pool" | "signal"> & LongCall>;

/**
 * The points of a kept search, each certified again from its place, with rounds and ends as the search left them. Certificates
 * take a factorisation each, a tenth of what the search took.
 *
 * Of an eigenvalue spectrum only the leading one is there. Starts are not kept: an outcome has the place where it ended.
 *
 * @param kept as from the study `threeBitSkeletons`
 * @param flow of the network that was searched
 * @throws RangeError if a place is not of this flow: of another size, or no fixed point of it
 */
export async function openSkeleton(
  kept: Skeleton,
  flow: Flow,
  options: OpenSkeletonOptions = {},
): Promise<OpenedSearch> {
  const where = "openSkeleton";
  checkShape(where, "kept", kept, { points: [{ modes: "number", leading: "numbers" }], rounds: "list" });
  checkRecord(where, "kept.ends", kept.ends);
  checkFlowArgument(where, flow);
  const given = { pool: undefined, signal: undefined, ...longCallDefaults };
  const { pool, signal, onProgress } = withDefaults<Pick<FindOptions, "pool" | "signal"> & LongCall>(
    where,
    options,
    given,
  );
  const work = searchWork(flow, pool, signal);
  const own = kept.points.filter(({ at }) => at !== undefined);
  let done = 0;
  const found = await work.each(own, async (place) => {
    const point = await certified(place, flow, work);
    onProgress(++done, own.length);
    return point;
  });
  const at = new Map(own.map((place, i) => [place, found[i]]));
  const points = kept.points.map((place) => {
    const twin = kept.points[place.mirrorOf ?? -1];
    if (twin === undefined) return at.get(place) as FixedPoint;
    const { xStar, xLow, ...rest } = at.get(twin) as FixedPoint;
    const image = mirrorOf(xStar);
    return { ...rest, xStar: image, xInit: image, xLow: xLow && mirrorOf(xLow), hits: place.hits };
  });
  const set = { points, slowPoints: [], outcomes: outcomesOf(kept, points) };
  const { rounds, ended, totalIterations, slow } = kept;
  return { ...set, completeness: completeness(set, flow), rounds, ended, totalIterations, slow };
}

/** The fixed point at a place, with the certificate that it has there. */
async function certified(place: SkeletonPlace, flow: Flow, work: SearchWork): Promise<FixedPoint> {
  const where = "openSkeleton";
  const x = floatsFrom(String(place.at));
  if (x.length !== flow.dimension) reject(where, "a place", `has length ${x.length}`, `${flow.dimension}, as the flow`);
  const { certificate, polished, index, within } = await work.judge(x);
  if (!certificate?.isCertified || index !== (place.modes % 2 === 0 ? 1 : -1)) {
    reject(where, "a place", "is no such fixed point", "one of this network's: search again");
  }
  const xStar = polished?.x ?? x;
  const qStar = polished?.q ?? energyAt(flow, x);
  const [re, im] = place.leading.map((value) => Float64Array.of(value));
  return {
    ...{ xStar, ...(polished && { xLow: polished.xLow }), qStar, certificate, index, within },
    ...{ xInit: xStar, speed: Math.sqrt(2 * qStar), iterations: 0, status: "converged" },
    ...{ unstableCount: place.modes, eigenvalues: { re, im }, hits: place.hits },
  };
}

function energyAt(flow: Flow, x: Float64Array): number {
  const F = new Float64Array(x.length);
  velocityInto(flow, x, F);
  return kineticEnergy(F);
}

function outcomesOf({ ends }: Skeleton, points: readonly FixedPoint[]): Outcome[] {
  const none = new Float64Array(0);
  return Object.entries(ends).flatMap(([kind, text]) =>
    text.split(" ").map((number): Outcome => {
      const point = Number(number);
      const at = points[point];
      const x = at?.xStar ?? none;
      const how = { status: at ? "converged" : "stalled", iterations: 0, point, slowPoint: -1 } as const;
      return { start: x, kind: kind as StartKind, ...(at ? { x } : {}), q: at?.qStar ?? Number.NaN, ...how };
    }),
  );
}
