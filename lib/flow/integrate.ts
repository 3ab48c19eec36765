import { Matrix } from "ml-matrix";
import {
  checkChoice,
  checkCount,
  checkNumber,
  checkVector,
  mostRows,
  mostSteps,
  reject,
  withDefaults,
} from "../wasm/validate";
import { checkFlowArgument, type Flow, velocityInto } from "./flow";

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
