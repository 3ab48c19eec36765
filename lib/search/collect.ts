import type { Stability } from "../flow/stability";
import { distance, norm } from "../wasm/vector";
import type { Minimum } from "./minimize";
import {
  aloneWithin,
  connectedComponents,
  type FixedPoint,
  type FixedPointSet,
  isSamePoint,
  type Located,
  linked,
} from "./points";
import { mirrorOf, type Start } from "./starts";
import { roundingOfSpeed } from "./surface";
import type { Judgement, SearchWork } from "./work";

/** A start and where it ended. */
export interface End {
  readonly start: Start;
  readonly minimum: Minimum;
}

/** The ends of a search, how they become points (see `FindOptions`), and what is known of them. */
export interface Collection {
  readonly ends: readonly End[];
  readonly work: SearchWork;
  readonly slowSlope: number;
  readonly mergeTolerance: number;
  readonly slowMergeTolerance: number;
  /** F(−x) = −F(x): mirror images then share one spectrum. */
  readonly isOdd: boolean;
  /** Size of the states of this search, in activation, see `sizeOfStates`. */
  readonly size: number;
  /** Searches from one more state, whose end is no end of the set. */
  readonly probe: (x: Float64Array) => Promise<Minimum>;
  readonly known: Known;
}

/** What has been worked out about minima already, so that a search that goes on does not do it again. */
export interface Known {
  readonly judgements: Map<Minimum, Judgement>;
  readonly spectra: Map<Minimum, Stability>;
  readonly between: Between;
}

/** Above this speed, in parts of the size of the states, a minimum is not even tried as a fixed point. */
const candidateSpeed = 1e-6;

/** Slow enough to be tried as a fixed point, where states have that size. */
export function isCandidate({ status, speed, x }: Pick<Minimum, "status" | "speed" | "x">, size: number): boolean {
  const length = norm(x);
  return status !== "diverged" && Number.isFinite(length) && speed <= candidateSpeed * Math.max(size, length);
}

/** Median of ‖x‖ over the starts that are not 0: the unit in which this flow's states are small or large. */
export function sizeOfStates(starts: readonly Start[]): number {
  const sizes = starts.map(({ x }) => norm(x)).filter((size) => size > 0 && Number.isFinite(size));
  return sizes.sort((a, b) => a - b)[sizes.length >> 1] ?? 0;
}

/** A minimum, with q > 0 noticeably. A search that ran out of iterations or was given up on a slope has found none. */
function isSlow(minimum: Minimum, slowSlope: number, size: number): boolean {
  const isMinimum = minimum.status === "converged" || (minimum.status === "stalled" && minimum.slope <= slowSlope);
  return isMinimum && !isCandidate(minimum, size);
}

/** A component of ends that are one point: its members, the best of them, and what its Jacobian says. */
interface Place {
  readonly members: readonly number[];
  readonly best: End;
  readonly judgement: Judgement;
}

/**
 * Merges, judges and orders the ends of all starts.
 *
 * @param all what is known of them is not worked out again; what is new is added
 * @param withSpectra whether fixed points get their eigenvalues
 */
export async function collect(all: Collection, withSpectra: boolean): Promise<FixedPointSet> {
  const { ends, work, slowSlope, mergeTolerance, slowMergeTolerance, size } = all;
  const candidates = ends.flatMap(({ minimum }, i) => (isCandidate(minimum, size) ? [i] : []));
  const slow = ends.flatMap(({ minimum }, i) => (isSlow(minimum, slowSlope, size) ? [i] : []));
  const fixed: Place[] = [];
  const together = (members: readonly number[], tolerance: number): number[][] => {
    const states = members.map((i) => ends[i].minimum.x);
    return connectedComponents(states, tolerance, size).map((component) => component.map((k) => members[k]));
  };
  for (const place of await pointsAmong(all, together(candidates, mergeTolerance))) {
    if (isFixed(place)) fixed.push(place);
    else slow.push(...place.members);
  }
  slow.sort((i, j) => i - j);
  const valleys = together(slow, slowMergeTolerance);
  const lingering = await work.each(valleys, (members) => judged(all, members));
  const pointOf = owners(fixed, ends.length);
  const slowPointOf = owners(lingering, ends.length);
  const outcomes = ends.map(({ start, minimum }, i) => ({
    start: start.x.slice(),
    kind: start.kind,
    status: minimum.status,
    ...(minimum.status === "diverged" ? {} : { x: minimum.x }),
    q: minimum.q,
    iterations: minimum.iterations,
    point: pointOf[i],
    slowPoint: slowPointOf[i],
  }));
  const spectra = withSpectra ? await spectraOf(all, fixed) : undefined;
  const points = fixed.map((place, i) => ({ ...pointAt(place), ...spectra?.[i] }));
  const slowPoints = lingering.map((place) => slowPointAt(place, size));
  const open = lingering.flatMap((place, i) => (isUndecided(place, size) ? [i] : []));
  const minima = open.map((i) => lingering[i].best.minimum);
  const continuum = (await continuumAmong(all, minima)).map((k) => open[k]);
  return { points, slowPoints, outcomes, ...(continuum.length > 0 ? { continuum } : {}) };
}

type Spectrum = Pick<FixedPoint, "eigenvalues" | "unstableCount">;

/** The spectrum of each place. In an odd flow J(−x) = J(x), so of two mirror images only the first is worked out. */
async function spectraOf(
  { work, isOdd, known: { spectra } }: Collection,
  fixed: readonly Place[],
): Promise<Spectrum[]> {
  const places = fixed.map(located);
  const twins = fixed.map(({ best }, i) => {
    const image = { ...places[i], xStar: mirrorOf(places[i].xStar) };
    const first = isOdd ? places.slice(0, i).findIndex((place) => isSamePoint(place, image)) : -1;
    return fixed[first]?.best.minimum ?? best.minimum;
  });
  const missing = [...new Set(twins)].filter((minimum) => !spectra.has(minimum));
  const found = await work.each(missing, (minimum) => work.spectrum(minimum.x));
  for (const [i, minimum] of missing.entries()) spectra.set(minimum, found[i]);
  return twins.map((minimum) => {
    const { eigenvalues, unstableCount } = spectra.get(minimum) as Stability;
    return { eigenvalues: { re: eigenvalues.re.slice(), im: eigenvalues.im.slice() }, unstableCount };
  });
}

/** Some of the ends as one place, judged where the residual is lowest. */
async function judged({ ends, work, known }: Collection, members: readonly number[]): Promise<Place> {
  let best = members[0];
  for (const i of members) if (isLower(ends[i].minimum, ends[best].minimum)) best = i;
  const { minimum } = ends[best];
  const judgement = known.judgements.get(minimum) ?? (await work.judge(minimum.x));
  known.judgements.set(minimum, judgement);
  return { members, best: ends[best], judgement };
}

/** By residual; of equal ones by place, so that the order of the starts decides nothing. */
function isLower(a: Minimum, b: Minimum): boolean {
  if (a.q !== b.q) return a.q < b.q;
  const i = a.x.findIndex((value, k) => value !== b.x[k]);
  return i >= 0 && a.x[i] < b.x[i];
}

/**
 * Candidates as points: two ends are one point exactly when a ball says so in which a fixed point is alone.
 *
 * Heaps of neighbours are only where it begins. Of each the best is judged; what is so near to it that Newton's method leads
 * there for sure is that point, the rest of the heap is looked at again. Then heaps that are one point are put together.
 */
async function pointsAmong(all: Collection, heaps: readonly number[][]): Promise<Place[]> {
  const { ends, work } = all;
  const found: Place[] = [];
  let open = heaps;
  while (open.length > 0) {
    const heads = await work.each(open, (heap) => judged(all, heap));
    const rests: number[][] = [];
    for (const head of heads) {
      const isHere = await work.each(head.members, (i) => isSurelyAt(head, ends[i].minimum.x, work));
      found.push({ ...head, members: head.members.filter((_, k) => isHere[k]) });
      const rest = head.members.filter((_, k) => !isHere[k]);
      if (rest.length > 0) rests.push(rest);
    }
    open = rests;
  }
  found.sort((a, b) => a.members[0] - b.members[0]);
  const sure = found.filter(isDecided);
  const links = new Set<string>();
  for (const [i, a] of sure.entries()) {
    for (const [j, b] of sure.slice(0, i).entries()) if (await areOne(all, a, b)) links.add(`${i} ${j}`);
  }
  const groups = linked(sure.length, (i, j) => links.has(`${i} ${j}`)).map((group) => group.map((k) => sure[k]));
  // what is undecided belongs to the nearest of them, and joins no two that are points of their own
  const apart: Place[] = [];
  for (const place of found.filter((one) => !isDecided(one))) {
    const owner = await ownerOf(all, place, sure);
    (groups.find((group) => owner && group.includes(owner)) ?? apart).push(place);
  }
  return [...groups.map(united), ...apart].sort((a, b) => a.members[0] - b.members[0]);
}

/**
 * Nearer to a certified point than 1/(4βK), an eighth of the radius in which it is alone, the theorem holds anew with
 * h ≤ ½: β′ ≤ (4/3) β and η′ ≤ (3/2) t at a distance t. So what a search ends at there is that point. A flow without
 * certificates is asked whether J hardly changes on the way.
 */
async function isSurelyAt(place: Place, x: Float64Array, work: SearchWork): Promise<boolean> {
  const at = located(place);
  if (x === place.best.minimum.x || distance(at.xStar, x) <= aloneWithin(at) / 8) return true;
  return isDecided(place) && at.certificate === undefined && work.holdsOne(at.xStar, x);
}

/** Whether two places, each near a point, are near the same. */
async function areOne(all: Collection, a: Place, b: Place): Promise<boolean> {
  const [one, other] = [located(a), located(b)];
  if (a.judgement.certificate !== undefined) return isSamePoint(one, other);
  return isNear(one, other, all) && all.work.holdsOne(one.xStar, other.xStar);
}

/** The nearest point that is alone in a ball with a place that is none by itself. */
async function ownerOf(all: Collection, place: Place, sure: readonly Place[]): Promise<Place | undefined> {
  const { xStar } = located(place);
  const away = (one: Place): number => distance(located(one).xStar, xStar);
  for (const one of [...sure].sort((a, b) => away(a) - away(b))) {
    const at = located(one);
    if (away(one) <= Math.max(aloneWithin(at), at.within ?? 0)) return one;
    const isEstimated = at.certificate === undefined && isNear(at, located(place), all);
    if (isEstimated && (await all.work.holdsOne(at.xStar, xStar))) return one;
  }
  return undefined;
}

/** Near enough to ask how J changes in between: as slow points that are one, or as far as a point may be from its place. */
function isNear(a: Located, b: Located, { size, slowMergeTolerance }: Collection): boolean {
  const reach = [a, b].map(({ within = 0 }) => (Number.isFinite(within) ? within : 0));
  const apart = distance(a.xStar, b.xStar);
  return apart <= Math.max(slowMergeTolerance * Math.max(size, norm(a.xStar), norm(b.xStar)), reach[0] + reach[1]);
}

/** Places that are one point, judged where the best of those that are decided is. */
function united(places: readonly Place[]): Place {
  let best = places[0];
  for (const place of places.slice(1)) {
    const isBetter = isLower(place.best.minimum, best.best.minimum);
    if (isDecided(place) === isDecided(best) ? isBetter : isDecided(place)) best = place;
  }
  return { ...best, members: places.flatMap(({ members }) => members).sort((i, j) => i - j) };
}

function isDecided({ judgement }: Place): boolean {
  return judgement.reason === undefined;
}

/** At the polished place, where there is one. */
function located({ best: { minimum }, judgement: { polished, certificate, within } }: Place): Located {
  const isPolished = polished !== undefined && certificate?.isCertified === true;
  return { xStar: isPolished ? polished.x : minimum.x, within, ...(certificate ? { certificate } : {}) };
}

/** Certified, or for a flow that cannot be, near a point as far as one sees; or at rest to the last bit. */
function isFixed(place: Place): boolean {
  return isDecided(place) || isAtRest(place);
}

function isAtRest({ best: { minimum } }: Place): boolean {
  return minimum.q === 0 && roundingOfSpeed(minimum.x) === 0;
}

function isUndecided(place: Place, size: number): boolean {
  return !isDecided(place) && isCandidate(place.best.minimum, size);
}

function pointAt(place: Place): FixedPoint {
  const { start, minimum } = place.best;
  const { certificate, index, within, polished: pair } = place.judgement;
  const polished = certificate?.isCertified ? pair : undefined;
  return {
    xStar: (polished ?? minimum).x.slice(),
    ...(polished ? { xLow: polished.xLow } : {}),
    xInit: start.x.slice(),
    qStar: (polished ?? minimum).q,
    speed: polished ? Math.sqrt(2 * polished.q) : minimum.speed,
    iterations: minimum.iterations,
    status: minimum.status,
    unstableCount: -1,
    index,
    ...(certificate ? { certificate } : {}),
    within: isDecided(place) ? within : isAtRest(place) ? 0 : Number.POSITIVE_INFINITY,
    hits: place.members.length,
  };
}

function slowPointAt(place: Place, size: number): FixedPoint {
  const { reason } = place.judgement;
  return { ...pointAt(place), ...(reason && isUndecided(place, size) ? { undecided: reason } : {}) };
}

/** Which place each end belongs to, −1 for none. */
function owners(found: readonly Place[], count: number): Int32Array {
  const owner = new Int32Array(count).fill(-1);
  for (const [k, { members }] of found.entries()) for (const i of members) owner[i] = k;
  return owner;
}

/** Whether more places lie between two, as far as it has been looked at. */
type Between = Map<Minimum, Map<Minimum, boolean>>;

/** Most places from which a continuum is looked for. */
const mostProbed = 6;

/** Where between two places is looked. */
const parts = [0.382, 0.618] as const;

/** Places are apart when their distance is more than this part of the gap. */
const apart = 0.1;

/**
 * Places on a line, a circle or a sheet of fixed points, as far as one can see: of three or more that are undecided,
 * neighbours with two more between them.
 *
 * A search from two states on the way from a place to its nearest neighbour must end at rest on that way, at two further
 * places. One state half way could meet an isolated point by chance, two at odd parts do not meet two.
 *
 * @param all what was looked at before is not looked at again; what is new is added
 * @param places that are undecided, each as slow as a fixed point
 * @returns indices into the places, ascending
 */
async function continuumAmong(all: Collection, places: readonly Minimum[]): Promise<number[]> {
  if (places.length < 3) return [];
  const { between } = all.known;
  const found = new Set<number>();
  for (const [i, place] of places.slice(0, mostProbed).entries()) {
    const away = (k: number): number => (k === i ? Number.POSITIVE_INFINITY : distance(place.x, places[k].x));
    const next = places.reduce((nearest, _, k) => (away(k) < away(nearest) ? k : nearest), i === 0 ? 1 : 0);
    const seen = between.get(place) ?? new Map<Minimum, boolean>();
    between.set(place, seen);
    const isOn = seen.get(places[next]) ?? (await hasMoreBetween(all, place.x, places[next].x));
    seen.set(places[next], isOn);
    if (isOn) found.add(i).add(next);
  }
  return [...found].sort((i, j) => i - j);
}

async function hasMoreBetween({ probe, size, work }: Collection, a: Float64Array, b: Float64Array): Promise<boolean> {
  const gap = distance(a, b);
  const isApart = (x: Float64Array, y: Float64Array): boolean => distance(x, y) >= apart * gap;
  const ends: Float64Array[] = [];
  for (const part of parts) {
    const end = await probe(a.map((value, k) => value + part * (b[k] - value)));
    const isOnTheWay = [a, b].every((x) => isApart(x, end.x) && distance(x, end.x) <= gap);
    if (!isOnTheWay || !isCandidate(end, size) || (await work.judge(end.x)).reason === undefined) return false;
    ends.push(end.x);
  }
  return isApart(ends[0], ends[1]);
}
