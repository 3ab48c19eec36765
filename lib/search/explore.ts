import { checkFlowArgument, type Flow, velocityInto } from "../flow/flow";
import { checkCount, checkList, checkNumber, checkVector, mostSteps, reject, withDefaults } from "../wasm/check";
import { distance, dot, norm } from "../wasm/vector";
import { NewtonStep } from "./steps";
import { EnergySurface } from "./surface";

export interface EdgeOptions {
  /** Halvings of the segment. */
  bisections: number;
  /** Most steps of a trajectory. */
  steps: number;
  /** Length of a step in τ. */
  dt: number;
  /**
   * Nearer to an attractor than this, in parts of the distance of the two, no state is looked at; a trajectory that comes
   * nearer for a while there has arrived: less than the way to the boundary.
   */
  near: number;
  /** Attractors that are known, a and b or others: a trajectory that arrives at another one is not coming back to a. */
  attractors: readonly Float64Array[];
  /**
   * A state slower than this is near enough to a saddle, in parts of ‖x‖ per τ, or of 1 or the distance of the two where all
   * three are small; else the boundary is followed on.
   */
  calm: number;
  /** Most times that the two trajectories are brought together again, once they have parted. */
  stretches: number;
  /** They have parted when they are this far from each other, in parts of the distance of the two. */
  parted: number;
}

export const edgeDefaults: Readonly<EdgeOptions> = Object.freeze({
  bisections: 36, // the boundary to 1e-11: a saddle of rate 0.3 per τ is then followed for 80 τ
  steps: 3000,
  dt: 0.1, // the step of the paper's map
  near: 0.2,
  attractors: Object.freeze([]) as readonly Float64Array[],
  calm: 1e-3, // a state of speed 0.5 led to another saddle, and one of 0.04 to the one in the boundary (N = 1000, g = 1.5)
  stretches: 0, // a dozen doubles the time of a search (N = 1000, g = 1.5)
  parted: 1e-3, // small enough to be straight
});

/** A state on the boundary between two basins. */
export interface EdgeState {
  readonly x: Float64Array;
  /** ‖F(x)‖, in activation per τ. */
  readonly speed: number;
}

/** The slowest state met on the boundary, and the slowest of each other stretch, where it had to be followed on. */
export interface TrackedEdge extends EdgeState {
  readonly passed: readonly EdgeState[];
}

/**
 * Edge tracking: a state near the saddle that separates an attractor from its neighbour.
 *
 * The segment from a to b leaves the basin of a somewhere. Bisection finds where, and the trajectory that starts there
 * runs along the boundary of the basin for a while, towards the saddles that lie in it, before it falls to one side. Its
 * slowest state on the way is a good start for a search: a saddle with one unstable mode attracts within the boundary.
 * Only trajectories that return to a are looked at: one that leaves its basin may rest at a third attractor, between the
 * two or beside them, and would be slowest there. From b the segment may meet another boundary: try both directions.
 *
 * Where motion on the boundary is slow to settle, a trajectory falls off it long before it comes near a saddle. It is then
 * followed between two that part: from where they have parted, bisection between them finds a state on the boundary again.
 * Such motion may never settle; it then passes by one saddle after the other, so that each stretch has a state to offer.
 * (The method is known from the transition to turbulence: Skufca, Yorke & Eckhardt, PRL 2006.)
 *
 * @param flow a vector field
 * @param a an attractor, (N)
 * @param b another, (N)
 * @returns the slowest state of the trajectories that returned to a, or were about to; undefined if no later one did, in time
 * @throws RangeError if an argument is out of place
 */
export function trackEdge(
  flow: Flow,
  a: Float64Array,
  b: Float64Array,
  options?: Partial<EdgeOptions>,
): TrackedEdge | undefined {
  const where = "trackEdge";
  checkFlowArgument(where, flow);
  checkVector(where, "a", a, flow.dimension);
  checkVector(where, "b", b, flow.dimension);
  const settings = withDefaults(where, options, edgeDefaults);
  checkCount(where, "bisections", settings.bisections);
  checkCount(where, "steps", settings.steps, 1, mostSteps);
  checkNumber(where, "dt", settings.dt);
  checkNumber(where, "near", settings.near);
  checkList(where, "attractors", settings.attractors);
  for (const [i, x] of settings.attractors.entries()) checkVector(where, `attractors[${i}]`, x, flow.dimension);
  checkNumber(where, "calm", settings.calm, "not negative");
  checkCount(where, "stretches", settings.stretches, 0);
  checkNumber(where, "parted", settings.parted);
  const apart = distance(a, b);
  if (apart === 0) reject(where, "b", "is a", "another attractor");
  const radius = settings.near * apart;
  const places = [a, b, ...settings.attractors.filter((x) => Math.min(distance(x, a), distance(x, b)) > radius)];
  const course = { ...settings, apart };
  const isReturning = (x: Float64Array): Flight => fly(flow, x, places, radius, course);
  const crossing = bisect([a, b], settings.bisections, isReturning);
  const first = crossing.slowest;
  if (first === undefined) return undefined;
  const further = isCalm(first, course) ? [] : followBoundary(flow, crossing.pair, isReturning, course);
  const [slowest, ...passed] = [first, ...further].sort((p, q) => p.speed - q.speed);
  return { ...slowest, passed };
}

/** Two states on either side of the boundary: the first returns to a, the other does not. */
type Pair = readonly [Float64Array, Float64Array];

/** Halves the segment between two states again and again; the slowest state is that of the later half of the flights. */
function bisect(
  [a, b]: Pair,
  times: number,
  fly: (x: Float64Array) => Flight,
): { readonly pair: Pair; readonly slowest?: EdgeState } {
  const at = (part: number): Float64Array => a.map((v, i) => v + part * (b[i] - v));
  let inside = 0;
  let outside = 1;
  let slowest: EdgeState | undefined;
  for (let k = 0; k < times; k++) {
    const middle = (inside + outside) / 2;
    const flight = fly(at(middle));
    if (!flight.isHome) {
      outside = middle;
      continue;
    }
    inside = middle;
    const isLate = k >= times / 2;
    if (isLate && (slowest === undefined || flight.slowest.speed < slowest.speed)) slowest = flight.slowest;
  }
  return { pair: [at(inside), at(outside)], slowest };
}

/** Options, and the distance of the two attractors. */
type Course = EdgeOptions & { readonly apart: number };

function isCalm({ x, speed }: EdgeState, course: Course): boolean {
  return speed <= course.calm * sizeAt(x, course);
}

/** What a speed is large or small against: ‖x‖, but near 0 the unit 1, or less where the two are less apart. */
function sizeAt(x: Float64Array, { apart }: Course): number {
  return Math.max(Math.min(1, apart), norm(x));
}

/** Halvings that bring two states together again, a hundred thousand times nearer: as many flights, for 12/λ on the boundary. */
const halvings = 17;

/**
 * Follows the boundary from a pair on either side of it, until a state is calm or the stretches are used up.
 *
 * @returns the slowest state of each stretch
 */
function followBoundary(
  flow: Flow,
  pair: Pair,
  isReturning: (x: Float64Array) => Flight,
  settings: Course,
): EdgeState[] {
  const [inside, outside] = [pair[0].slice(), pair[1].slice()];
  const found: EdgeState[] = [];
  while (found.length < settings.stretches && !found.some((state) => isCalm(state, settings))) {
    const passed = part(flow, [inside, outside], settings);
    // two that do not part, or part to the same side, are on no boundary: one was taken to arrive where it only passed
    if (!passed || !isReturning(inside).isHome || isReturning(outside).isHome) break;
    found.push(passed);
    const { pair: next } = bisect([inside, outside], halvings, isReturning);
    inside.set(next[0]);
    outside.set(next[1]);
  }
  return found;
}

/** Moves two states until they have parted; the slowest state of the first, or undefined if they do not part in time. */
function part(flow: Flow, pair: Pair, { dt, steps, parted, apart }: Course): EdgeState | undefined {
  const F = new Float64Array(flow.dimension);
  const x = pair[0].slice();
  let least = Number.POSITIVE_INFINITY;
  for (let t = 0; t < steps; t++) {
    if (!(distance(pair[0], pair[1]) < parted * apart)) return { x, speed: least };
    for (const [side, state] of pair.entries()) {
      velocityInto(flow, state, F);
      const speed = norm(F);
      if (side === 0 && speed < least) {
        least = speed;
        x.set(state);
      }
      for (let i = 0; i < F.length; i++) state[i] += dt * F[i];
    }
  }
  return undefined;
}

interface Flight {
  /** It came near a. */
  readonly isHome: boolean;
  /** Its slowest state outside the neighbourhoods of the places it may arrive at. */
  readonly slowest: EdgeState;
}

/** Slower than this, in the same parts as `calm`, a trajectory rests: by bisection it comes so near to a saddle only by symmetry. */
const restSpeed = 1e-11;

/** Looks in a row, each nearer than the last, after which a trajectory has arrived; it is looked for every eighth step. */
const arrivals = 3;

/** A trajectory until it has arrived at one of the places, the first being home, rests elsewhere, or the steps are used up. */
function fly(flow: Flow, start: Float64Array, places: readonly Float64Array[], radius: number, course: Course): Flight {
  const { steps, dt } = course;
  const F = new Float64Array(start.length);
  const x = start.slice();
  const best = x.slice();
  let least = Number.POSITIVE_INFINITY;
  let near = { place: -1, distance: 0, looks: 0 };
  for (let t = 0; t < steps; t++) {
    velocityInto(flow, x, F);
    const speed = norm(F);
    if (!Number.isFinite(speed) || speed < restSpeed * sizeAt(x, course)) break;
    if (speed < least && near.place < 0) {
      least = speed;
      best.set(x);
    }
    for (let i = 0; i < x.length; i++) x[i] += dt * F[i];
    if (t % 8 !== 0) continue; // looking where it is costs a tenth of a step
    const place = places.findIndex((other) => distance(x, other) < radius);
    const away = place < 0 ? 0 : distance(x, places[place]);
    const isNearer = place === near.place && away < near.distance;
    near = { place, distance: away, looks: isNearer ? near.looks + 1 : 0 };
    if (near.looks >= arrivals) return { isHome: place === 0, slowest: { x: best, speed: least } };
  }
  return { isHome: false, slowest: { x: best, speed: least } };
}

export interface DeflationOptions {
  /** Most Newton steps. */
  steps: number;
  /** Longest step, in parts of the largest norm of the known points; of ‖x0‖, or of 1, where these are all 0. */
  longest: number;
  /** Arrived when ‖F‖ is at most this. */
  speed: number;
}

export const deflationDefaults: Readonly<DeflationOptions> = Object.freeze({
  steps: 40,
  longest: 0.5, // further than half way across, the linear model says nothing
  speed: 1e-6, // near enough for a search to finish
});

/**
 * Newton's method on a field that has lost its known zeros: it runs into another one, or into none.
 *
 *     G(x) = m(x) F(x),   m(x) = Π (1 + s²/‖x − x*ₖ‖²),   w = ∇m/m
 *     p = −J⁻¹ F                      Newton's step
 *     p/(1 − wᵀ p)                    Newton's step for G  (Sherman–Morrison)
 *
 * so a step of the deflated method is Newton's own, rescaled, and backwards where it leads to a point known already.
 * [Farrell, Birkisson & Funke, SIAM J. Sci. Comput. 2015]. The length s is the distance to the nearest known point at
 * x0, at most the longest step.
 *
 * @param flow a vector field
 * @param x0 activation to start from, (N); one of the known points leads nowhere
 * @param known zeros to be kept away from, (N) each
 * @returns an approximate zero; undefined if it did not arrive at one
 */
export function deflatedNewton(
  flow: Flow,
  x0: Float64Array,
  known: readonly Float64Array[],
  options?: Partial<DeflationOptions>,
): Float64Array | undefined {
  const { steps, longest, speed } = { ...deflationDefaults, ...options };
  const most = longest * (Math.max(0, ...known.map(norm)) || norm(x0) || 1);
  const scale = Math.min(...known.map((point) => distance(x0, point)), most);
  if (scale === 0) return undefined;
  const surface = new EnergySurface(flow);
  const newton = new NewtonStep(surface);
  const p = new Float64Array(flow.dimension);
  const x = x0.slice();
  try {
    for (let k = 0; k < steps; k++) {
      surface.begin(x);
      if (surface.speed <= speed) return x;
      surface.linearise();
      if (!Number.isFinite(surface.slope) || !newton.find(p)) return undefined;
      const factor = 1 / (1 - dot(repulsion(x, known, scale), p));
      const length = Math.abs(factor) * norm(p);
      const cut = Number.isFinite(length) ? factor * Math.min(1, most / length) : most / norm(p);
      for (let i = 0; i < x.length; i++) x[i] += cut * p[i];
    }
    return undefined;
  } finally {
    newton.release();
    surface.release();
  }
}

/** w = ∇m/m = −Σ 2 s² dₖ / (‖dₖ‖² (‖dₖ‖² + s²)),  dₖ = x − x*ₖ. */
function repulsion(x: Float64Array, known: readonly Float64Array[], scale: number): Float64Array {
  const w = new Float64Array(x.length);
  for (const point of known) {
    let square = 0;
    for (let i = 0; i < x.length; i++) square += (x[i] - point[i]) * (x[i] - point[i]);
    const weight = (-2 * scale * scale) / (square * (square + scale * scale));
    if (!Number.isFinite(weight)) continue;
    for (let i = 0; i < x.length; i++) w[i] += weight * (x[i] - point[i]);
  }
  return w;
}
