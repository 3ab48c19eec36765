import { factorize } from "../numerics/linear-solve";
import { checkNumber, checkVector, reject, withDefaults } from "../numerics/validate";
import { norm } from "../numerics/vector";
import { kernelArray, releaseKernelArray } from "../numerics/wasm";
import { type Certificate, certifyWith } from "./certify";
import { roundingOfSpeed } from "./energy-surface";
import { checkFlowArgument, type Flow, jacobianInto, velocityInto } from "./flow";
import { connectedComponents } from "./merge";
import { type MinimizeMethod, type Minimum, type MinimumStatus, minimizeDefaults, minimizeSpeed } from "./minimize";
import { type ComplexArray, stability } from "./stability";
import { mirrorOf, type Start, type StartKind } from "./starts";

/** A fixed point, or among `slowPoints` a slow point: a minimum of q whose q is not zero. */
export interface FixedPoint {
  readonly xStar: Float64Array;
  /** The start that led to the lowest residual. */
  readonly xInit: Float64Array;
  /** q at xStar, ½‖F‖². */
  readonly qStar: number;
  readonly speed: number;
  /** Iterations from xInit to xStar. */
  readonly iterations: number;
  readonly status: MinimumStatus;
  /** Number of eigenvalues with Re λ > 0; −1 if not asked for, and for slow points. */
  readonly unstableCount: number;
  /** sign det(−J) = (−1)^unstableCount, the point's share of the index sum; 0 if J is singular. */
  readonly index: -1 | 0 | 1;
  /** Of J(xStar), in 1/τ, by falling real part. */
  readonly eigenvalues?: ComplexArray;
  /** Only for flows that know `lipschitzOfJacobian`. */
  readonly certificate?: Certificate;
  /** Number of starts that ended here. */
  readonly hits: number;
}

/** What became of one start. */
export interface Outcome {
  readonly start: Float64Array;
  readonly kind: StartKind;
  readonly status: MinimumStatus;
  /** Where it ended; missing if it diverged. */
  readonly x?: Float64Array;
  readonly q: number;
  readonly iterations: number;
  /** Index into `points`, or −1. */
  readonly point: number;
  /** Index into `slowPoints`, or −1. */
  readonly slowPoint: number;
}

export interface FixedPointSet {
  /** In the order of the first start that found each. */
  readonly points: FixedPoint[];
  /** Minima of q with q > 0, in the same order: no fixed points, but trajectories linger there. */
  readonly slowPoints: FixedPoint[];
  /** One per start, in the order of the starts. */
  readonly outcomes: Outcome[];
}

export interface FindOptions {
  method: MinimizeMethod;
  maxIterations: number;
  qTolerance: number;
  gradientTolerance: number;
  stagnationDecrease: number;
  stagnationSteps: number;
  thorough: boolean;
  /** Stalled searches count as slow points when their slope ‖JᵀF‖/(‖J‖‖F‖) is at most this; the rest are outcomes only. */
  slowSlope: number;
  /** Fixed points closer than this, in parts of max(1, ‖x‖), are one. */
  mergeTolerance: number;
  /** The same for slow points, which lie in flat valleys and are found less exactly. */
  slowMergeTolerance: number;
  /** Compute the eigenvalues of every fixed point (about half a second each at N = 1000). */
  withStability: boolean;
  /** Start also from the mirror image of every point found, if the flow is odd: one or two iterations each. */
  followMirrors: boolean;
  /** Called after each start. */
  onProgress: (done: number, total: number) => void;
}

export const findDefaults: Readonly<FindOptions> = Object.freeze({
  method: minimizeDefaults.method,
  maxIterations: minimizeDefaults.maxIterations,
  qTolerance: minimizeDefaults.qTolerance,
  gradientTolerance: minimizeDefaults.gradientTolerance,
  stagnationDecrease: minimizeDefaults.stagnationDecrease,
  stagnationSteps: minimizeDefaults.stagnationSteps,
  thorough: minimizeDefaults.thorough,
  slowSlope: 1e-3, // given up on a slope it is 1e-2 and more (N = 1000); at a ghost found to √μ/50 it is below 1e-3
  mergeTolerance: 1e-6, // Newton's error at the float64 floor is about κ(J) · 1e-13 ‖x‖ ≈ 3e-9; neighbours are 1e-2 apart
  slowMergeTolerance: 1e-2,
  withStability: true,
  followMirrors: false,
  onProgress: () => {},
});

/** Above this speed, in parts of max(1, ‖x‖), a minimum is not even tried as a fixed point. */
const candidateSpeed = 1e-6;

/**
 * Finds fixed and slow points of a flow by minimising q from many starts.  [J15 §3] [SB13]
 *
 * Each start runs downhill on q; those that end together (connected components under `mergeTolerance`, so that the
 * answer does not depend on the order of the starts) are one point, kept where the residual is lowest. Nothing is
 * dropped: every start has an outcome. A point counts as *fixed* when it is certified, or, for a flow without
 * `lipschitzOfJacobian`, when a Newton step from it is no longer than `mergeTolerance`; all other minima are *slow*.
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
  const where = "findFixedPoints";
  checkFlowArgument(where, flow);
  const settings = withDefaults(where, options, findDefaults);
  checkNumber(where, "mergeTolerance", settings.mergeTolerance, "not negative");
  checkNumber(where, "slowSlope", settings.slowSlope, "not negative");
  checkNumber(where, "slowMergeTolerance", settings.slowMergeTolerance, "not negative");
  if (typeof settings.onProgress !== "function") reject(where, "onProgress", settings.onProgress, "a function");
  const checked = checkStarts(where, flow, starts);
  const ends = await searchAll(flow, checked, settings);
  let set = collect(flow, ends, settings);
  if (flow.odd && settings.followMirrors) {
    const images = missingMirrors(set.points, settings.mergeTolerance);
    ends.push(...(await searchAll(flow, images, settings)));
    set = collect(flow, ends, settings);
  }
  return settings.withStability ? { ...set, points: await withStabilityOf(flow, set.points) } : set;
}

/** A start and where it ended. */
interface End {
  readonly start: Start;
  readonly minimum: Minimum;
}

function checkStarts(where: string, flow: Flow, starts: readonly (Float64Array | Start)[]): Start[] {
  if (!Array.isArray(starts)) reject(where, "starts", starts, "an array of Float64Array or Start");
  return starts.map((given, i) => {
    const start: Start = given instanceof Float64Array ? { x: given, kind: "given" } : given;
    checkVector(where, `starts[${i}]`, start?.x, flow.dimension);
    return { x: start.x.slice(), kind: start.kind ?? "given" };
  });
}

/** One start after the other; the event loop gets a turn in between, for progress bars and interrupts. */
async function searchAll(flow: Flow, starts: readonly Start[], settings: FindOptions): Promise<End[]> {
  const { method, maxIterations, qTolerance, gradientTolerance, stagnationDecrease, stagnationSteps, thorough } =
    settings;
  const limits = { maxIterations, qTolerance, gradientTolerance, stagnationDecrease, stagnationSteps, thorough };
  const ends: End[] = [];
  for (const start of starts) {
    let minimum = minimizeSpeed(flow, start.x, { method, ...limits });
    if (method !== "dogleg" && isCandidate(minimum)) minimum = polished(flow, minimum);
    ends.push({ start, minimum });
    settings.onProgress(ends.length, starts.length);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return ends;
}

/** A few Newton steps, for methods that arrive slowly: so that duplicates can be told apart from neighbours. */
function polished(flow: Flow, minimum: Minimum): Minimum {
  const better = minimizeSpeed(flow, minimum.x, { maxIterations: 8 });
  if (!(better.q <= minimum.q)) return minimum;
  return { ...minimum, x: better.x, q: better.q, speed: better.speed };
}

function isCandidate({ status, speed, x }: Minimum): boolean {
  const size = norm(x);
  return status !== "diverged" && Number.isFinite(size) && speed <= candidateSpeed * Math.max(1, size);
}

/** Merges, judges and orders the ends of all starts. */
function collect(flow: Flow, ends: readonly End[], settings: FindOptions): FixedPointSet {
  const points: FixedPoint[] = [];
  const slowPoints: FixedPoint[] = [];
  const pointOf = new Int32Array(ends.length).fill(-1);
  const slowPointOf = new Int32Array(ends.length).fill(-1);

  const candidates = ends.flatMap((end, i) => (isCandidate(end.minimum) ? [i] : []));
  const slow = ends.flatMap((end, i) => (isSlow(end.minimum, settings.slowSlope) ? [i] : []));
  for (const component of components(ends, candidates, settings.mergeTolerance)) {
    const judged = judge(flow, ends, component, settings.mergeTolerance);
    if (judged.isFixed) {
      for (const i of component) pointOf[i] = points.length;
      points.push(judged.point);
    } else slow.push(...component);
  }
  slow.sort((i, j) => i - j);
  for (const component of components(ends, slow, settings.slowMergeTolerance)) {
    for (const i of component) slowPointOf[i] = slowPoints.length;
    slowPoints.push(judge(flow, ends, component, 0).point);
  }
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
  return { points, slowPoints, outcomes };
}

/** A minimum, with q > 0 noticeably. A search that ran out of iterations or was given up on a slope has found none. */
function isSlow(minimum: Minimum, slowSlope: number): boolean {
  const isMinimum = minimum.status === "converged" || (minimum.status === "stalled" && minimum.slope <= slowSlope);
  return isMinimum && !isCandidate(minimum);
}

/** Connected components among some of the ends, each in order of start, ordered by first start. */
function components(ends: readonly End[], members: readonly number[], tolerance: number): number[][] {
  const places = members.map((i) => ends[i].minimum.x);
  return connectedComponents(places, tolerance).map((component) => component.map((k) => members[k]));
}

/** The member of a component with the lowest residual, and whether it is a fixed point. */
function judge(
  flow: Flow,
  ends: readonly End[],
  component: readonly number[],
  tolerance: number,
): { point: FixedPoint; isFixed: boolean } {
  let best = component[0];
  for (const i of component) if (ends[i].minimum.q < ends[best].minimum.q) best = i;
  const { start, minimum } = ends[best];
  const size = flow.dimension;
  const J = kernelArray(size * size);
  const F = new Float64Array(size);
  velocityInto(flow, minimum.x, F);
  jacobianInto(flow, minimum.x, J);
  const lu = Number.isFinite(norm(J)) ? factorize(J, size, { inPlace: true }) : undefined;
  const certificate = flow.lipschitzOfJacobian ? certifyWith(flow, minimum.x, F, lu) : undefined;
  const newton = lu && !lu.isSingular ? norm(lu.solve(F)) : Number.POSITIVE_INFINITY;
  const isFixed = certificate ? certificate.isCertified : newton <= tolerance * Math.max(1, norm(minimum.x));
  const sign = lu?.determinantSign ?? 0;
  lu?.release();
  releaseKernelArray(J);
  const point: FixedPoint = {
    xStar: minimum.x.slice(),
    xInit: start.x.slice(),
    qStar: minimum.q,
    speed: minimum.speed,
    iterations: minimum.iterations,
    status: minimum.status,
    unstableCount: -1,
    index: size % 2 === 0 || sign === 0 ? sign : sign === 1 ? -1 : 1, // det(−J) = (−1)^N det J
    ...(certificate ? { certificate } : {}),
    hits: component.length,
  };
  return { point, isFixed: isFixed || (minimum.q === 0 && roundingOfSpeed(minimum.x) === 0) };
}

/** Mirror images, of the points that have none yet, as starts. */
function missingMirrors(points: readonly FixedPoint[], tolerance: number): Start[] {
  const images: Start[] = [];
  for (const { xStar } of points) {
    const image = mirrorOf(xStar);
    const isKnown = points.some((other) => connectedComponents([other.xStar, image], tolerance).length === 1);
    if (!isKnown) images.push({ x: image, kind: "mirror" });
  }
  return images;
}

async function withStabilityOf(flow: Flow, points: readonly FixedPoint[]): Promise<FixedPoint[]> {
  const judged: FixedPoint[] = [];
  for (const point of points) {
    const { eigenvalues, unstableCount } = stability(flow, point.xStar);
    judged.push({ ...point, unstableCount, eigenvalues });
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return judged;
}
