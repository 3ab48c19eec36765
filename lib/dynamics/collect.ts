import { norm } from "../numerics/vector";
import { roundingOfSpeed } from "./energy-surface";
import type { FixedPoint, FixedPointSet } from "./fixed-point-set";
import { connectedComponents, isSamePlace } from "./merge";
import type { Minimum } from "./minimize";
import type { Judgement, SearchWork } from "./search-work";
import type { Stability } from "./stability";
import { mirrorOf, type Start } from "./starts";

/** A start and where it ended. */
export interface End {
  readonly start: Start;
  readonly minimum: Minimum;
}

/** How ends become points, see `FindOptions`. */
export interface CollectOptions {
  readonly slowSlope: number;
  readonly mergeTolerance: number;
  readonly slowMergeTolerance: number;
  /** F(−x) = −F(x): mirror images then share one spectrum. */
  readonly isOdd: boolean;
}

/** What has been worked out about minima already, so that a search that goes on does not do it again. */
export interface Known {
  readonly judgements: Map<Minimum, Judgement>;
  readonly spectra: Map<Minimum, Stability>;
}

/** Above this speed, in parts of max(1, ‖x‖), a minimum is not even tried as a fixed point. */
const candidateSpeed = 1e-6;

/** Slow enough to be tried as a fixed point. */
export function isCandidate({ status, speed, x }: Pick<Minimum, "status" | "speed" | "x">): boolean {
  const size = norm(x);
  return status !== "diverged" && Number.isFinite(size) && speed <= candidateSpeed * Math.max(1, size);
}

/** A minimum, with q > 0 noticeably. A search that ran out of iterations or was given up on a slope has found none. */
function isSlow(minimum: Minimum, slowSlope: number): boolean {
  const isMinimum = minimum.status === "converged" || (minimum.status === "stalled" && minimum.slope <= slowSlope);
  return isMinimum && !isCandidate(minimum);
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
 * @param known judgements and spectra made before, which are not made again; new ones are added
 * @param withSpectra whether fixed points get their eigenvalues
 */
export async function collect(
  ends: readonly End[],
  work: SearchWork,
  options: CollectOptions,
  known: Known,
  withSpectra: boolean,
): Promise<FixedPointSet> {
  const { slowSlope, mergeTolerance, slowMergeTolerance } = options;
  const candidates = ends.flatMap((end, i) => (isCandidate(end.minimum) ? [i] : []));
  const slow = ends.flatMap((end, i) => (isSlow(end.minimum, slowSlope) ? [i] : []));
  const fixed: Place[] = [];
  for (const place of await places(ends, candidates, mergeTolerance, work, known)) {
    if (isFixed(place, mergeTolerance)) fixed.push(place);
    else slow.push(...place.members);
  }
  slow.sort((i, j) => i - j);
  const lingering = await places(ends, slow, slowMergeTolerance, work, known);
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
  const spectra = withSpectra ? await spectraOf(fixed, work, known, options) : undefined;
  const points = fixed.map((place, i) => ({ ...pointAt(place), ...spectra?.[i] }));
  return { points, slowPoints: lingering.map(pointAt), outcomes };
}

type Spectrum = Pick<FixedPoint, "eigenvalues" | "unstableCount">;

/** The spectrum of each place. In an odd flow J(−x) = J(x), so of two mirror images only the first is worked out. */
async function spectraOf(
  fixed: readonly Place[],
  work: SearchWork,
  { spectra }: Known,
  { isOdd, mergeTolerance }: CollectOptions,
): Promise<Spectrum[]> {
  const minima = fixed.map(({ best }) => best.minimum);
  const twins = minima.map((minimum, i) => {
    const image = isOdd ? mirrorOf(minimum.x) : undefined;
    const first = image ? minima.slice(0, i).find(({ x }) => isSamePlace(x, image, mergeTolerance)) : undefined;
    return first ?? minimum;
  });
  const missing = [...new Set(twins)].filter((minimum) => !spectra.has(minimum));
  const found = await work.each(missing, (minimum) => work.spectrum(minimum.x));
  for (const [i, minimum] of missing.entries()) spectra.set(minimum, found[i]);
  return twins.map((minimum) => {
    const { eigenvalues, unstableCount } = spectra.get(minimum) as Stability;
    return { eigenvalues: { re: eigenvalues.re.slice(), im: eigenvalues.im.slice() }, unstableCount };
  });
}

/** Connected components among some of the ends, ordered by first start, each judged where its residual is lowest. */
async function places(
  ends: readonly End[],
  members: readonly number[],
  tolerance: number,
  work: SearchWork,
  { judgements }: Known,
): Promise<Place[]> {
  const found = connectedComponents(
    members.map((i) => ends[i].minimum.x),
    tolerance,
  ).map((component) => component.map((k) => members[k]));
  return work.each(found, async (component) => {
    let best = component[0];
    for (const i of component) if (ends[i].minimum.q < ends[best].minimum.q) best = i;
    const { minimum } = ends[best];
    const judgement = judgements.get(minimum) ?? (await work.judge(minimum.x));
    judgements.set(minimum, judgement);
    return { members: component, best: ends[best], judgement };
  });
}

/** Certified, or for a flow that cannot be, a Newton step from a twin of itself; or at rest to the last bit. */
function isFixed({ best: { minimum }, judgement }: Place, tolerance: number): boolean {
  const { certificate, newtonLength } = judgement;
  if (minimum.q === 0 && roundingOfSpeed(minimum.x) === 0) return true;
  return certificate ? certificate.isCertified : newtonLength <= tolerance * Math.max(1, norm(minimum.x));
}

function pointAt({ members, best, judgement }: Place): FixedPoint {
  const { start, minimum } = best;
  const { certificate, index } = judgement;
  const polished = certificate?.isCertified ? judgement.polished : undefined;
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
    hits: members.length,
  };
}

/** Which place each end belongs to, −1 for none. */
function owners(found: readonly Place[], count: number): Int32Array {
  const owner = new Int32Array(count).fill(-1);
  for (const [k, { members }] of found.entries()) for (const i of members) owner[i] = k;
  return owner;
}
