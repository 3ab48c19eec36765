import { createRng } from "../numbers/random";
import { blockEigenvalues } from "../wasm/eigen";
import { log } from "../wasm/elementary";
import { checkNumber, checkVector, withDefaults } from "../wasm/validate";
import { norm } from "../wasm/vector";
import { checkFlowArgument, type Flow, jacobianInto } from "./flow";

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
 * A small difference on its way: what it has grown by, window for window (Benettin, Galgani, Giorgilli & Strelcyn 1980).
 *
 *     λ = lim  1/t  ln ‖δ(t)‖ / ‖δ(0)‖,      dδ/dt = J(x(t)) δ
 *
 * δ is stepped by the derivative of x's own step, so that it stays infinitely small however long it grows; after each step
 * its growth is noted, and it is set back to length 1. The first δ is arbitrary, but always the same.
 */
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
