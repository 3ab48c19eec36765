import { type AbstractMatrix, Matrix } from "ml-matrix";
import { checkFlowArgument, type Flow, speed, velocityInto } from "../flow/flow";
import { integrate } from "../flow/integrate";
import { checkCount, checkMatrix, checkNumber, checkVector, mostSteps, withDefaults } from "../wasm/validate";
import { distance, norm } from "../wasm/vector";
import { type KnownSpectrum, unstableDirection } from "./manifold";

export interface ProfileOptions {
  /** First step along ±v, as a share of max(1, ‖x*‖). */
  distance: number;
  /** Most steps on either side. */
  steps: number;
  /** Length of a step in τ. */
  dt: number;
  /** Keep every `record`-th state. */
  record: number;
  /** A side ends where the speed has fallen below this, in activation per τ. */
  restSpeed: number;
}

export const profileDefaults: Readonly<ProfileOptions> = Object.freeze({
  distance: 1e-3, // as in branchDefaults
  steps: 2000, // 200 τ: a figure of a passage, not a judgement of where it ends
  dt: 0.1,
  record: 1,
  restSpeed: 1e-3, // a thousandth of the speed half-way; what follows adds nothing to see
});

/** How fast a state moves on the way from one attractor through a saddle to another. */
export interface SpeedProfile {
  /** Length of the way from the saddle, in activation; negative on the side of −v. */
  readonly arcLength: Float64Array;
  /** ‖F‖ at each place, in activation per τ. */
  readonly speed: Float64Array;
  /** Time since the saddle was left, in τ; negative on the side of −v. */
  readonly time: Float64Array;
  /** The states, one per row, (places×N). */
  readonly states: Matrix;
  /** Row of the saddle. */
  readonly saddleRow: number;
}

/**
 * The speed ‖F‖ along a passage: attractor ← saddle → attractor, along the two branches of the saddle's unstable manifold.
 *
 * A flip comes in near the saddle's stable manifold and leaves along one of these branches. At the saddle itself the speed is
 * zero, so the passage slows down there: the nearer it comes, the longer it takes, like −ln(distance)/λ.
 *
 * @param flow a vector field
 * @param saddle a fixed point with exactly one unstable mode, (N)
 * @param options see `profileDefaults`
 * @param known the saddle's spectrum; computed if left out
 * @returns undefined if the point has not exactly one unstable mode
 * @throws RangeError if the saddle or an option is out of place
 */
export function speedThroughSaddle(
  flow: Flow,
  saddle: Float64Array,
  options?: Partial<ProfileOptions>,
  known: KnownSpectrum = {},
): SpeedProfile | undefined {
  const where = "speedThroughSaddle";
  checkFlowArgument(where, flow);
  checkVector(where, "saddle", saddle, flow.dimension);
  const settings = withDefaults(where, options, profileDefaults);
  checkNumber(where, "distance", settings.distance);
  checkNumber(where, "dt", settings.dt);
  checkNumber(where, "restSpeed", settings.restSpeed, "not negative");
  checkCount(where, "steps", settings.steps, 1, mostSteps);
  checkCount(where, "record", settings.record);
  const out = unstableDirection(flow, saddle, known);
  if (!out) return undefined;
  const by = settings.distance * Math.max(1, norm(saddle));
  const [back, on] = [-by, by].map((step) => side(flow, saddle, out.direction, step, settings));
  const times = [...back.times.map((t) => -t).reverse(), 0, ...on.times];
  const rows = [...back.rows.reverse(), saddle, ...on.rows];
  const states = new Matrix(rows.map((row) => Array.from(row)));
  const saddleRow = back.rows.length;
  const { arcLength, speed: speeds } = speedAlong(flow, states);
  const origin = arcLength[saddleRow];
  return {
    arcLength: arcLength.map((s) => s - origin),
    speed: speeds,
    time: Float64Array.from(times),
    states,
    saddleRow,
  };
}

/** One side: states from the first step to rest, and the times since. */
function side(
  flow: Flow,
  saddle: Float64Array,
  direction: Float64Array,
  by: number,
  { steps, dt, record, restSpeed }: ProfileOptions,
): { rows: Float64Array[]; times: number[] } {
  const F = new Float64Array(flow.dimension);
  const rows: Float64Array[] = [];
  const times: number[] = [];
  let fastest = 0;
  let from: Float64Array = saddle.map((v, i) => v + by * direction[i]);
  for (let done = 0; done <= steps; done += record) {
    velocityInto(flow, from, F);
    const now = speed(F);
    rows.push(from);
    times.push(done * dt);
    fastest = Math.max(fastest, now);
    if (now < restSpeed && now < fastest / 10) break; // slow again, not still
    const { states, status } = integrate(flow, from, { steps: record, dt, record });
    if (status === "diverged") break;
    from = Float64Array.from(states.getRow(1));
  }
  return { rows, times };
}

/**
 * Speed and length of the way along any trajectory, as of a flip that was simulated.
 *
 * @param flow a vector field
 * @param states a trajectory, (time×N)
 * @returns arc length from its start and ‖F‖, one per row
 * @throws RangeError if the states do not fit the flow
 */
export function speedAlong(flow: Flow, states: AbstractMatrix): { arcLength: Float64Array; speed: Float64Array } {
  checkFlowArgument("speedAlong", flow);
  checkMatrix("speedAlong", "states", states, undefined, flow.dimension);
  const arcLength = new Float64Array(states.rows);
  const speeds = new Float64Array(states.rows);
  const F = new Float64Array(flow.dimension);
  let before: Float64Array | undefined;
  for (let t = 0; t < states.rows; t++) {
    const row = Float64Array.from({ length: flow.dimension }, (_, i) => states.get(t, i));
    velocityInto(flow, row, F);
    speeds[t] = speed(F);
    const last = before;
    if (last) arcLength[t] = arcLength[t - 1] + distance(row, last);
    before = row;
  }
  return { arcLength, speed: speeds };
}
