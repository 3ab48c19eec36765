import { checkCount, checkNumber, checkVector, withDefaults } from "../numerics/validate";
import { distance, norm } from "../numerics/vector";
import { checkFlowArgument, type Flow, velocityInto } from "./flow";

export interface EdgeOptions {
  /** Halvings of the segment. */
  bisections: number;
  /** Most steps of a trajectory. */
  steps: number;
  /** Length of a step in τ. */
  dt: number;
  /** Nearer than this, in parts of the distance of the two, a trajectory has arrived: less than the way to the boundary. */
  near: number;
}

export const edgeDefaults: Readonly<EdgeOptions> = Object.freeze({
  bisections: 36, // the boundary to 1e-11: a saddle of rate 0.3 per τ is then followed for 80 τ
  steps: 3000,
  dt: 0.1, // the step of the paper's map
  near: 0.2,
});

/** The slowest state met on the boundary between two basins. */
export interface EdgeState {
  readonly x: Float64Array;
  /** ‖F(x)‖, in activation per τ. */
  readonly speed: number;
}

/**
 * Edge tracking: a state near the saddle that separates an attractor from its neighbour.
 *
 * The segment from a to b leaves the basin of a somewhere. Bisection finds where, and the trajectory that starts there
 * runs along the boundary of the basin for a while, towards the saddles that lie in it, before it falls to one side. Its
 * slowest state on the way is a good start for a search: a saddle with one unstable mode attracts within the boundary.
 * Only trajectories that return to a are looked at: one that leaves its basin may rest at a third attractor, between the
 * two or beside them, and would be slowest there. From b the segment may meet another boundary: try both directions.
 * (The method is known from the transition to turbulence: Skufca, Yorke & Eckhardt, PRL 2006.)
 *
 * @param flow a vector field
 * @param a an attractor, (N)
 * @param b another, (N)
 * @returns the slowest state of the trajectories that returned to a; undefined if no later one did, in time
 * @throws RangeError if an argument is out of place
 */
export function trackEdge(
  flow: Flow,
  a: Float64Array,
  b: Float64Array,
  options?: Partial<EdgeOptions>,
): EdgeState | undefined {
  const where = "trackEdge";
  checkFlowArgument(where, flow);
  checkVector(where, "a", a, flow.dimension);
  checkVector(where, "b", b, flow.dimension);
  const settings = withDefaults(where, options, edgeDefaults);
  checkCount(where, "bisections", settings.bisections);
  checkCount(where, "steps", settings.steps);
  checkNumber(where, "dt", settings.dt);
  checkNumber(where, "near", settings.near);
  const from = (part: number): Flight => fly(flow, a.map((v, i) => v + part * (b[i] - v)), a, b, settings); // biome-ignore format: one line
  let inside = 0;
  let outside = 1;
  let slowest: EdgeState | undefined;
  for (let k = 0; k < settings.bisections; k++) {
    const middle = (inside + outside) / 2;
    const flight = from(middle);
    if (!flight.isHome) {
      outside = middle;
      continue;
    }
    inside = middle;
    const isLate = k >= settings.bisections / 2;
    if (isLate && (slowest === undefined || flight.slowest.speed < slowest.speed)) slowest = flight.slowest;
  }
  return slowest;
}

interface Flight {
  /** It came near a. */
  readonly isHome: boolean;
  /** Its slowest state outside the neighbourhoods of a and b. */
  readonly slowest: EdgeState;
}

/** Slower than this, in parts of max(1, ‖x‖), a trajectory rests: by bisection it comes so near to a saddle only by symmetry. */
const restSpeed = 1e-11;

/** A trajectory until it is near a or b, rests elsewhere, or the steps are used up. */
function fly(flow: Flow, x: Float64Array, a: Float64Array, b: Float64Array, { steps, dt, near }: EdgeOptions): Flight {
  const F = new Float64Array(x.length);
  const radius = near * distance(a, b);
  const best = x.slice();
  let least = Number.POSITIVE_INFINITY;
  for (let t = 0; t < steps; t++) {
    velocityInto(flow, x, F);
    const speed = norm(F);
    if (!Number.isFinite(speed) || speed < restSpeed * Math.max(1, norm(x))) break;
    if (speed < least) {
      least = speed;
      best.set(x);
    }
    for (let i = 0; i < x.length; i++) x[i] += dt * F[i];
    if (t % 8 !== 0) continue; // looking where it is costs a tenth of a step
    if (distance(x, a) < radius) return { isHome: true, slowest: { x: best, speed: least } };
    if (distance(x, b) < radius) break;
  }
  return { isHome: false, slowest: { x: best, speed: least } };
}
