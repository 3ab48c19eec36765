/** The exponent of a flow, beside that of a driven network: what `Growth` makes of motions whose exponents are known. */
import { type Flow, jacobianTimes, velocityInto } from "rnn-dynamics/dist/flow/flow";
import type { IntegrationMethod } from "rnn-dynamics/dist/flow/integrate";
import { Growth, type LyapunovExponent } from "rnn-dynamics/dist/flow/stability";

interface LyapunovOptions {
  /** Steps that count. */
  steps: number;
  /** Steps before them, until the state is typical and the difference points where it grows most. */
  settle: number;
  /** Length of a step, in τ. */
  dt: number;
  /** "rk4", or "euler" for the map x ← x + dt F(x), as networks are simulated. */
  method: IntegrationMethod;
  /** Steps of a window, of which the growth is told. */
  window: number;
}

const defaults: LyapunovOptions = { steps: 10_000, settle: 1000, dt: 0.1, method: "rk4", window: 50 };

/**
 * Largest Lyapunov exponent of a flow along a trajectory, by `Growth`: at a fixed point the spectral abscissa (a real λ appears
 * as ln(1 + λ dt)/dt by Euler's method), on a limit cycle 0, in chaos positive.
 */
export function lyapunovExponent(flow: Flow, x0: Float64Array, options?: Partial<LyapunovOptions>): LyapunovExponent {
  const { steps, settle, dt, method, window } = { ...defaults, ...options };
  const growth = new Growth(flow.dimension, { settle, window, dt });
  const step = method === "euler" ? eulerStep(flow, dt) : rungeKuttaStep(flow, dt);
  const x = x0.slice();
  for (let t = 0; t < settle + steps && growth.isGoing; t++) {
    step(x, growth.difference);
    growth.note(x.every(Number.isFinite));
  }
  return growth.result();
}

type Step = (x: Float64Array, v: Float64Array) => void;

/** One Euler step of a state and a difference, in place. */
function eulerStep(flow: Flow, dt: number): Step {
  const [F, Jv] = [new Float64Array(flow.dimension), new Float64Array(flow.dimension)];
  const times = jacobianTimes(flow);
  return (x, v) => {
    velocityInto(flow, x, F);
    times(x, v, Jv);
    for (let i = 0; i < x.length; i++) {
      x[i] += dt * F[i];
      v[i] += dt * Jv[i];
    }
  };
}

/** One classical Runge–Kutta step of a state and a difference, in place: the second is the derivative of the first. */
function rungeKuttaStep(flow: Flow, dt: number): Step {
  const size = flow.dimension;
  const times = jacobianTimes(flow);
  const make = () => Array.from({ length: 4 }, () => new Float64Array(size));
  const [k, l] = [make(), make()];
  const [at, along] = [new Float64Array(size), new Float64Array(size)];
  const parts = [0, 0.5, 0.5, 1];
  return (x, v) => {
    for (let s = 0; s < 4; s++) {
      for (let i = 0; i < size; i++) {
        at[i] = s === 0 ? x[i] : x[i] + parts[s] * dt * k[s - 1][i];
        along[i] = s === 0 ? v[i] : v[i] + parts[s] * dt * l[s - 1][i];
      }
      velocityInto(flow, at, k[s]);
      times(at, along, l[s]);
    }
    for (let i = 0; i < size; i++) {
      x[i] += (dt / 6) * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
      v[i] += (dt / 6) * (l[0][i] + 2 * l[1][i] + 2 * l[2][i] + l[3][i]);
    }
  };
}
