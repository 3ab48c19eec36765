import { blockEigenvalues } from "../wasm/eigen";
import { checkNumber, checkVector, withDefaults } from "../wasm/validate";
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
