import { createRng } from "../numbers/random";
import { checkChoice, checkCount, checkNumber, checkVector, reject, withDefaults } from "../wasm/check";
import { blockEigenvalues } from "../wasm/eigen";
import { log } from "../wasm/elementary";
import { norm } from "../wasm/vector";
import { checkFlowArgument, type Flow, jacobianInto, jacobianTimes, velocityInto } from "./flow";
import type { IntegrationMethod } from "./integrate";

/** Complex numbers as two arrays of equal length. */
export interface ComplexArray {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export type StabilityKind = "attractor" | "saddle" | "repeller" | "degenerate";

/** How a trajectory approaches or leaves along the leading eigenvalue: straight, turning, or neither. */
export type StabilityShape = "node" | "focus" | "degenerate node" | "centre";

export interface Stability {
  /** Of J(x), in 1/τ, sorted by falling real part. */
  readonly eigenvalues: ComplexArray;
  /** max Re λ: below zero the flow is stable. */
  readonly spectralAbscissa: number;
  /** Number of eigenvalues with Re λ > 0, beyond rounding. */
  readonly unstableCount: number;
  /** Number of eigenvalues with Re λ = 0, as far as rounding lets one see. */
  readonly neutralCount: number;
  readonly kind: StabilityKind;
  readonly shape: StabilityShape;
  /** 1/|Re λ| of each eigenvalue, in τ; Infinity where Re λ = 0. */
  readonly timeConstants: Float64Array;
  /** Multipliers 1 + dt λ of the Euler map x ← x + dt F(x), in the order of the eigenvalues. */
  readonly multipliers: ComplexArray;
  /** max |1 + dt λ|: below one the Euler map is stable, which is what a simulation shows. */
  readonly spectralRadius: number;
}

export interface StabilityOptions {
  /** Length of the Euler step that the map multipliers are for, in τ. */
  dt: number;
  /** |Re λ| up to this part of ‖J‖ (Frobenius; of the irreducible block of J that λ is of) counts as zero. */
  neutralTolerance: number;
}

export const stabilityDefaults: Readonly<StabilityOptions> = Object.freeze({
  dt: 0.1, // the paper: dt = 1 step, τ = 10 steps
  neutralTolerance: 1e-12, // QR finds a simple eigenvalue to about 1e-15 ‖J‖ times its condition, below 1e3 here
});

/**
 * Linear stability of a flow at x, usually a fixed point: the eigenvalues of its Jacobian and what follows from them.
 *
 * Near x* a small displacement evolves as δ(t) = Σ cᵢ vᵢ e^{λᵢ t}: it dies out if every Re λ < 0 (attractor), grows in
 * `unstableCount` directions otherwise (saddle; repeller if in all). With Re λ = 0 the linear terms do not decide: degenerate.
 * The Euler map has multipliers 1 + dt λ instead and can disagree: λ = −0.1 + 1.5i is stable, yet |1 + λ/10| > 1.
 * (The original code prints entries of eigenvectors under the name λ.)
 *
 * @param flow a vector field on N activations
 * @param x activation, (N)
 * @throws RangeError if x or an option is out of place
 */
export function stability(flow: Flow, x: Float64Array, options?: Partial<StabilityOptions>): Stability {
  checkFlowArgument("stability", flow);
  checkVector("stability", "x", x, flow.dimension);
  const settings = withDefaults("stability", options, stabilityDefaults);
  checkNumber("stability", "dt", settings.dt);
  checkNumber("stability", "neutralTolerance", settings.neutralTolerance, "not negative");
  const J = new Float64Array(x.length * x.length);
  jacobianInto(flow, x, J);
  checkVector("stability", "Jacobian", J);
  return stabilityOf(J, x.length, settings);
}

/** The same for a Jacobian at hand, row-major, (N·N). */
function stabilityOf(J: Float64Array, size: number, settings: StabilityOptions): Stability {
  const { re, im, scale } = blockEigenvalues(J, size);
  const zero = scale.map((length) => settings.neutralTolerance * length);
  const unstableCount = re.filter((value, i) => value > zero[i]).length;
  const neutralCount = re.filter((value, i) => Math.abs(value) <= zero[i]).length;
  const multipliers = { re: re.map((a) => 1 + settings.dt * a), im: im.map((b) => settings.dt * b) };
  let spectralRadius = 0;
  for (let i = 0; i < size; i++) {
    const { re: a, im: b } = multipliers;
    spectralRadius = Math.max(spectralRadius, Math.sqrt(a[i] * a[i] + b[i] * b[i]));
  }
  return {
    eigenvalues: { re, im },
    spectralAbscissa: re[0],
    unstableCount,
    neutralCount,
    kind: kindOf(size, unstableCount, neutralCount),
    shape: shapeOf(re, im, scale[0], zero[0]),
    timeConstants: re.map((value) => 1 / Math.abs(value)),
    multipliers,
    spectralRadius,
  };
}

function kindOf(size: number, unstableCount: number, neutralCount: number): StabilityKind {
  if (neutralCount > 0) return "degenerate";
  if (unstableCount === 0) return "attractor";
  return unstableCount === size ? "repeller" : "saddle";
}

/** By the leading eigenvalue. A double one is found to √u only, hence the wider tolerance for a degenerate node. */
function shapeOf(re: Float64Array, im: Float64Array, scale: number, zero: number): StabilityShape {
  const nearlyEqual = 1e-7 * scale;
  if (re.length > 1 && re[0] - re[1] <= nearlyEqual && Math.abs(im[0]) <= nearlyEqual) return "degenerate node";
  if (im[0] === 0) return "node";
  return Math.abs(re[0]) <= zero ? "centre" : "focus";
}

export interface LyapunovOptions {
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

/** 0.1 τ is the paper's step; 50 of them are five time constants: long enough to tell a stretch from a wiggle. */
export const lyapunovDefaults: Readonly<LyapunovOptions> = Object.freeze({
  steps: 10_000,
  settle: 1000,
  dt: 0.1,
  method: "rk4",
  window: 50,
});

/** The largest Lyapunov exponent of a trajectory, and how it came about. */
export interface LyapunovExponent {
  /** λ, per τ: a small difference grows as exp(λ t). Above zero: chaos, where motion is bounded. */
  readonly exponent: number;
  /** Of the mean over the windows, from the spread of batches of them; NaN for fewer than four windows. */
  readonly standardError: number;
  /** Share of the windows in which the difference grew. */
  readonly expandingShare: number;
  /** Growth in each window, per τ, (windows). */
  readonly windows: Float64Array;
  /** "diverged": the state or the difference left the finite numbers; windows end before that. */
  readonly status: "completed" | "diverged";
}

/**
 * Largest Lyapunov exponent of a flow along a trajectory, by Benettin's method (Benettin, Galgani, Giorgilli & Strelcyn 1980).
 *
 *     λ = lim  1/t  ln ‖δ(t)‖ / ‖δ(0)‖,      dδ/dt = J(x(t)) δ
 *
 * x and a difference δ are stepped together, δ by the derivative of x's own step, so that it stays infinitely small however
 * long it grows; after each step its growth is noted, and it is set back to length 1. The first δ is arbitrary, but always
 * the same: after `settle` steps it has turned to where growth is largest. Exact for a linear flow up to the method's error:
 * a real λ appears as ln(1 + λ dt)/dt by Euler's method.
 *
 * At a fixed point λ is the spectral abscissa, on a limit cycle 0, in chaos positive.
 *
 * @param flow a vector field
 * @param x0 activation to start from, (N)
 * @param options anything of `lyapunovDefaults` to be changed
 * @throws RangeError if x0 or an option is out of place
 */
export function lyapunovExponent(flow: Flow, x0: Float64Array, options?: Partial<LyapunovOptions>): LyapunovExponent {
  const where = "lyapunovExponent";
  checkFlowArgument(where, flow);
  checkVector(where, "x0", x0, flow.dimension);
  const { steps, settle, dt, method, window } = withDefaults(where, options, lyapunovDefaults);
  checkCount(where, "steps", steps);
  checkCount(where, "settle", settle, 0);
  checkNumber(where, "dt", dt);
  checkChoice(where, "method", method, ["euler", "rk4"]);
  checkCount(where, "window", window);
  if (steps < window) reject(where, "steps", steps, `at least the ${window} of a window`);
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

/** A small difference on its way: what it has grown by, window for window. */
export class Growth {
  /** δ, (N), of length 1 between steps. */
  readonly difference: Float64Array;
  isGoing = true;
  private isFinite = true;
  private done = 0;
  private sum = 0;
  private readonly rates: number[] = [];

  constructor(
    size: number,
    private readonly plan: { readonly settle: number; readonly window: number; readonly dt: number },
  ) {
    const rng = createRng("a small difference");
    this.difference = Float64Array.from({ length: size }, () => rng.normal());
    this.shorten();
  }

  /** To be called after each step; tells of a state that is no longer finite. */
  note(isSound: boolean): void {
    const length = this.shorten();
    this.isFinite = isSound && Number.isFinite(length);
    this.isGoing = this.isFinite && length > 0;
    if (!this.isFinite) return;
    const { settle, window, dt } = this.plan;
    if (++this.done <= settle && length > 0) return;
    this.sum += log(length);
    if ((this.done - settle) % window !== 0 && length > 0) return;
    this.rates.push(this.sum / (window * dt));
    this.sum = 0;
  }

  result(): LyapunovExponent {
    const { rates } = this;
    return {
      exponent: mean(rates),
      standardError: errorOfMean(rates),
      expandingShare: rates.filter((rate) => rate > 0).length / rates.length,
      windows: Float64Array.from(rates),
      status: this.isFinite ? "completed" : "diverged",
    };
  }

  /** Sets δ back to length 1; returns the length it had: 0 if the step has wiped it out, and then λ is −∞. */
  private shorten(): number {
    const length = norm(this.difference);
    for (let i = 0; i < this.difference.length; i++) this.difference[i] /= length;
    return length;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Neighbouring windows are alike, long batches of them less so: about √n batches of √n windows. */
function errorOfMean(rates: readonly number[]): number {
  const batches = Math.floor(Math.sqrt(rates.length));
  if (batches < 2) return Number.NaN;
  const size = Math.floor(rates.length / batches);
  const first = rates.length - batches * size;
  const means = Array.from({ length: batches }, (_, b) => mean(rates.slice(first + b * size, first + (b + 1) * size)));
  const centre = mean(means);
  const squares = means.reduce((sum, value) => sum + (value - centre) * (value - centre), 0);
  return Math.sqrt(squares / (batches - 1) / batches);
}
