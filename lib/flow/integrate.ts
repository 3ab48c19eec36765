import { Matrix } from "ml-matrix";
import { checkRng, type Rng } from "../numbers/random";
import {
  checkChoice,
  checkCount,
  checkNumber,
  checkVector,
  mostRows,
  mostSteps,
  reject,
  withDefaults,
} from "../wasm/check";
import { distance, norm } from "../wasm/vector";
import { checkFlowArgument, type Flow, velocityInto } from "./flow";
import { stability } from "./stability";

export type IntegrationMethod = "euler" | "rk4";

export interface IntegrateOptions {
  /** Number of steps. */
  steps: number;
  /** Length of a step, in τ. */
  dt: number;
  /** "euler" as the paper's code does, or "rk4", the classical Runge–Kutta method of order 4. */
  method: IntegrationMethod;
  /** Keep every `record`-th state; the first and the last one are always kept. */
  record: number;
}

export interface Trajectory {
  /** Row = time; row 0 is x0. */
  readonly states: Matrix;
  /** Time of each row, in τ. */
  readonly times: Float64Array;
  /** "diverged": a state was no longer finite; the trajectory ends with the last finite one. */
  readonly status: "completed" | "diverged";
}

/** 0.1 τ is the paper's step (dt = 1, τ = 10), Euler its method; 100 steps are ten time constants. */
export const integrateDefaults: Readonly<IntegrateOptions> = Object.freeze({
  steps: 100,
  dt: 0.1,
  method: "euler",
  record: 1,
});

/**
 * Follows a trajectory of ẋ = F(x) from x0 by steps of equal length.  [J15 eq. 1]
 *
 *     Euler   x ← x + dt F(x)                                    error ∝ dt
 *     RK4     x ← x + dt (k₁ + 2k₂ + 2k₃ + k₄)/6                 error ∝ dt⁴
 *
 * Euler at dt = 0.1 is the map the paper's networks are trained on: it can oscillate where the flow rests.
 *
 * @param flow a vector field on N activations
 * @param x0 activation at time 0, (N)
 * @param options steps, dt in τ, method, record
 * @returns states (time×N), times in τ, and whether the trajectory stayed finite
 * @throws RangeError if x0 or an option is out of place
 */
export function integrate(flow: Flow, x0: Float64Array, options?: Partial<IntegrateOptions>): Trajectory {
  checkFlowArgument("integrate", flow);
  checkVector("integrate", "x0", x0, flow.dimension);
  const { steps, dt, method, record } = withDefaults("integrate", options, integrateDefaults);
  checkCount("integrate", "steps", steps, 0, mostSteps);
  checkNumber("integrate", "dt", dt);
  checkChoice("integrate", "method", method, ["euler", "rk4"]);
  checkCount("integrate", "record", record);
  const size = flow.dimension;
  const rows = 1 + Math.ceil(steps / record);
  if (rows > mostRows.count)
    reject("integrate", "trajectory", `has ${rows} rows`, `at most ${mostRows.count}: raise record`);
  if (rows * size > 2 ** 28) reject("integrate", "trajectory", `${rows}×${size}`, "at most 2^28 numbers: raise record");

  const step = method === "euler" ? eulerStep(flow, dt) : rungeKuttaStep(flow, dt);
  const x = x0.slice();
  const kept: Float64Array[] = [x0.slice()];
  const times: number[] = [0];
  let done = 0;
  let isStillFinite = true;
  while (done < steps) {
    const before = x.slice();
    step(x);
    isStillFinite = x.every(Number.isFinite);
    if (!isStillFinite) {
      if (times[times.length - 1] !== done * dt) {
        kept.push(before);
        times.push(done * dt);
      }
      break;
    }
    done++;
    if (done % record === 0 || done === steps) {
      kept.push(x.slice());
      times.push(done * dt);
    }
  }
  return {
    states: new Matrix(kept),
    times: Float64Array.from(times),
    status: isStillFinite ? "completed" : "diverged",
  };
}

/** One Euler step, in place. */
function eulerStep(flow: Flow, dt: number): (x: Float64Array) => void {
  const F = new Float64Array(flow.dimension);
  return (x) => {
    velocityInto(flow, x, F);
    for (let i = 0; i < x.length; i++) x[i] += dt * F[i];
  };
}

/** One classical Runge–Kutta step, in place. */
function rungeKuttaStep(flow: Flow, dt: number): (x: Float64Array) => void {
  const size = flow.dimension;
  const [k1, k2, k3, k4, at] = [1, 2, 3, 4, 5].map(() => new Float64Array(size));
  const slopeAfter = (x: Float64Array, k: Float64Array, part: number, out: Float64Array) => {
    for (let i = 0; i < size; i++) at[i] = x[i] + part * dt * k[i];
    velocityInto(flow, at, out);
  };
  return (x) => {
    velocityInto(flow, x, k1);
    slopeAfter(x, k1, 0.5, k2);
    slopeAfter(x, k2, 0.5, k3);
    slopeAfter(x, k3, 1, k4);
    for (let i = 0; i < size; i++) x[i] += (dt / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  };
}

/** Where a trajectory is, seen from attractors that are known. */
export interface Arrival {
  /** Index of the attractor that is near; −1 if none is. */
  readonly index: number;
  /** It was near at the last look, too, and has come nearer since. */
  readonly isCaught: boolean;
}

/**
 * "Near" an attractor, in parts of ‖x*‖, or of the size below which it is as good as 0: a fifteenth of the way between
 * neighbours in a trained network.
 */
const near = 0.05;
/** What only passes by, as at a saddle close to an attractor, moves away between two looks. */
const nearer = 0.9;

/** Size below which a state is as good as 0: 1, or that of the largest of some states where all are smaller. */
export function smallest(states: readonly Float64Array[]): number {
  return Math.min(1, Math.max(0, ...states.map(norm)) || 1);
}

/**
 * Tells when a trajectory has as good as arrived at one of some attractors, long before it rests there. A numerical
 * check, not a proof.
 *
 * @param attractors (N) each
 * @param least size below which one of them is as good as 0
 * @returns to be asked at one state after the other, some time constants apart
 */
export function arrivalWatch(
  attractors: readonly Float64Array[],
  least: number = smallest(attractors),
): (x: Float64Array) => Arrival {
  const radius = attractors.map((xStar) => near * Math.max(least, norm(xStar)));
  let before = { index: -1, apart: Number.POSITIVE_INFINITY };
  return (x) => {
    let here = { index: -1, apart: Number.POSITIVE_INFINITY };
    for (const [index, xStar] of attractors.entries()) {
      const apart = distance(x, xStar);
      if (apart <= radius[index] && apart < here.apart) here = { index, apart };
    }
    const isCaught = here.index >= 0 && here.index === before.index && here.apart <= nearer * before.apart;
    before = here;
    return { index: here.index, isCaught };
  };
}

export interface PassageOptions {
  /** The activation that is watched. */
  unit: number;
  /** Its value at which the passage is over. */
  until: number;
  /** Step of the integration (RK4), in τ. */
  dt: number;
  /** Give up after this time, in τ. */
  longest: number;
}

export const passageDefaults: Readonly<PassageOptions> = Object.freeze({
  unit: 0,
  until: 1, // as far behind the ghost of a normal form as a start at −1 lies before it
  dt: 0.01, // RK4: the error of the time is far below the 1 % that a comparison with π/√(aμ) needs
  longest: 1e5,
});

/** Steps integrated at a time: long enough to be quick, short enough not to run far beyond the end. */
const chunk = 1000;

/**
 * Time that a trajectory takes from x0 until one of its activations rises through a given value.
 *
 * Near a vanished pair of fixed points the flow is ẋ = μ + a x², and passing from far below to far above takes
 * π/√(aμ), in τ: it grows without bound as μ → 0, although nothing ever rests there. That is a ghost.
 *
 * @param flow a vector field on N activations
 * @param x0 activation at time 0, (N), below `until` in the activation watched
 * @param options which activation, its final value, step, longest time
 * @returns time in τ, interpolated within the last step; Infinity if it does not arrive within `longest`
 * @throws RangeError if x0 or an option is out of place, or x0 is already beyond `until`
 */
export function passageTime(flow: Flow, x0: Float64Array, options?: Partial<PassageOptions>): number {
  checkFlowArgument("passageTime", flow);
  checkVector("passageTime", "x0", x0, flow.dimension);
  const { unit, until, dt, longest } = withDefaults("passageTime", options, passageDefaults);
  if (!Number.isSafeInteger(unit) || unit < 0 || unit >= flow.dimension)
    reject("passageTime", "unit", unit, `an integer from 0 to ${flow.dimension - 1}`);
  checkNumber("passageTime", "until", until, "any");
  checkNumber("passageTime", "dt", dt);
  checkNumber("passageTime", "longest", longest);
  if (x0[unit] >= until) reject("passageTime", `x0 at component ${unit}`, x0[unit], `less than until = ${until}`);
  let x = x0;
  for (let done = 0; done * dt < longest; done += chunk) {
    const { states, times, status } = integrate(flow, x, { steps: chunk, dt, method: "rk4" });
    for (let row = 1; row < states.rows; row++) {
      const [before, after] = [states.get(row - 1, unit), states.get(row, unit)];
      if (after >= until) {
        const time = done * dt + times[row - 1] + (dt * (until - before)) / (after - before);
        return time <= longest ? time : Number.POSITIVE_INFINITY;
      }
    }
    if (status === "diverged") return Number.POSITIVE_INFINITY;
    x = rowOf(states, states.rows - 1);
  }
  return Number.POSITIVE_INFINITY;
}

function rowOf(states: Matrix, row: number): Float64Array {
  return Float64Array.from(states.getRow(row));
}

export interface SeparationOptions {
  /** Distance of the two starts, in activation. */
  offset: number;
  /** Steps followed. */
  steps: number;
  /** Length of a step, in τ. */
  dt: number;
  /** Keep every `record`-th distance. */
  record: number;
}

export const separationDefaults: Readonly<SeparationOptions> = Object.freeze({
  /** Small enough to grow for a long time before it reaches the size of the states, large against rounding. */
  offset: 1e-6,
  steps: 1000,
  /** The step of the paper's map. */
  dt: 0.1,
  record: 10,
});

/** How far apart two trajectories are that started close together. */
export interface Separation {
  /** In τ. */
  readonly times: Float64Array;
  /** ‖x − x′‖, in activation; the first is the offset. */
  readonly distance: Float64Array;
}

/**
 * Follows two trajectories that start close together: their distance falls, stays, or grows exponentially (chaos).
 *
 * The second start differs by the same small amount in every activation, so that no direction is favoured by chance.
 *
 * @param flow a vector field
 * @param x0 the first start, (N)
 * @param options offset, steps, dt, record
 * @returns times and distances; shorter than asked for if one of the two diverges
 * @throws RangeError if x0 or an option is out of place
 */
export function separationFrom(flow: Flow, x0: Float64Array, options?: Partial<SeparationOptions>): Separation {
  checkFlowArgument("separationFrom", flow);
  checkVector("separationFrom", "x0", x0, flow.dimension);
  const { offset, ...path } = withDefaults("separationFrom", options, separationDefaults);
  checkNumber("separationFrom", "offset", offset);
  checkCount("separationFrom", "record", path.record);
  checkCount("separationFrom", "steps", path.steps, 0);
  checkNumber("separationFrom", "dt", path.dt);
  const first = integrate(flow, x0, path);
  const by = offset / Math.sqrt(x0.length);
  const second = integrate(
    flow,
    x0.map((v) => v + by),
    path,
  );
  const rows = Math.min(first.states.rows, second.states.rows);
  const apart = (t: number) => distance(rowOf(first.states, t), rowOf(second.states, t));
  return { times: first.times.slice(0, rows), distance: Float64Array.from({ length: rows }, (_, t) => apart(t)) };
}

export interface ExcursionOptions {
  /** Runs, each from a place of its own beside the fixed point. */
  readonly count?: number;
  /** Distance of the starts from the fixed point, in activation. */
  readonly distance?: number;
  /** Steps of 0.1 τ. */
  readonly steps?: number;
}

export const excursionDefaults = Object.freeze({
  count: 5 as number,
  /** Small beside a memory's ‖x‖ ≈ 20, and no eigenvalue needs more than 100 τ to carry it there at rate 0.1. */
  distance: 1e-2 as number,
  /** 300 τ, as long as a memory is given to settle. */
  steps: 3000 as number,
});

/** Where a run from beside a fixed point has been. */
export interface Excursion {
  /** Greatest distance from the fixed point, in activation. */
  readonly farthest: number;
  /**
   * How near it came again, as a share of the farthest that it had been until then: 0 on a homoclinic orbit, 1 for a run that
   * never turned round, never left, or diverged.
   */
  readonly closestReturn: number;
  /** "stayed": it never was ten times as far as its start; "diverged": a state was no longer finite, and nothing is said. */
  readonly status: "left" | "stayed" | "diverged";
}

/**
 * An excursion is ten times as far as its start, and a tenth as far as the run ever came: of a saddle that is far from normal
 * the linear flow alone swells a push, and lets it shrink, before it leaves.
 */
const leap = 10;

/**
 * Leaves a fixed point by small random pushes and looks whether the flow brings the state back: what a homoclinic orbit
 * does, which leaves a saddle and returns to it.
 *
 * The runs are of order 4 (RK4): Euler's steps of 0.1 τ add energy, and throw a run off a loop that is there. An attractor is
 * left by no orbit for good, so from one all runs "stayed". What is seen are loops of a saddle with one unstable mode, and
 * loops that attract; with more modes a single direction of a continuum follows the loop, and random pushes miss it. A run
 * that comes near is no proof either: a cycle that passes close by does so, and a loop broken by less.
 *
 * @param flow a vector field on N activations, its rates well below 10 per τ
 * @param point a fixed point, (N)
 * @param options see `excursionDefaults`, and the rng of the pushes
 * @throws RangeError if the point or an option is out of place
 */
export function excursionsFrom(
  flow: Flow,
  point: Float64Array,
  options: ExcursionOptions & { readonly rng: Rng },
): Excursion[] {
  const where = "excursionsFrom";
  checkFlowArgument(where, flow);
  checkVector(where, "point", point, flow.dimension);
  if (typeof options !== "object" || options === null) reject(where, "options", options, "a record with an rng");
  const { rng, ...given } = options;
  checkRng(where, rng);
  const settings = withDefaults<Required<ExcursionOptions>>(where, given, excursionDefaults);
  checkCount(where, "count", settings.count);
  checkNumber(where, "distance", settings.distance);
  checkCount(where, "steps", settings.steps, 1, mostSteps);
  const isAttractor = stability(flow, point).kind === "attractor";
  return Array.from({ length: settings.count }, (): Excursion => {
    const push = Float64Array.from(point, () => rng.normal());
    if (isAttractor) return { farthest: settings.distance, closestReturn: 1, status: "stayed" };
    const length = norm(push);
    const start = point.map((x, i) => x + (settings.distance * push[i]) / length);
    return judged(awayOver(flow, start, point, settings.steps), settings.distance);
  });
}

/** Steps that are kept at a time. */
const stretch = 100;

/** Distances from a point after each step of a run, and whether it stayed finite. */
function awayOver(flow: Flow, start: Float64Array, point: Float64Array, steps: number) {
  const away: number[] = [];
  let x = start;
  for (let done = 0; done < steps; done += stretch) {
    const { states, status } = integrate(flow, x, { steps: Math.min(stretch, steps - done), method: "rk4" });
    const rows = states.to2DArray().map((row) => Float64Array.from(row));
    away.push(...rows.map((row) => distance(row, point)));
    if (status === "diverged") return { away, isWhole: false };
    x = rows[rows.length - 1];
  }
  return { away, isWhole: away.every(Number.isFinite) };
}

function judged({ away, isWhole }: { away: number[]; isWhole: boolean }, from: number): Excursion {
  const farthest = away.reduce((most, d) => (d > most ? d : most), 0);
  if (!isWhole) return { farthest, closestReturn: 1, status: "diverged" };
  if (farthest < leap * from) return { farthest, closestReturn: 1, status: "stayed" };
  let [before, closestReturn] = [0, 1];
  for (const d of away) {
    before = Math.max(before, d);
    if (before >= leap * from && before >= farthest / leap) closestReturn = Math.min(closestReturn, d / before);
  }
  return { farthest, closestReturn, status: "left" };
}
