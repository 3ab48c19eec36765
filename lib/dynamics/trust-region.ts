import { factorize } from "../numerics/linear-solve";
import { dot, norm } from "../numerics/vector";
import { kernelArray, releaseKernelArray } from "../numerics/wasm";
import type { EnergySurface } from "./energy-surface";

/** A way to move downhill on q, one iteration at a time. */
export interface StepRule {
  /** Called once at every new point, after J and ∇q are known. */
  prepare(): void;
  /** One iteration: tries a step, moves if it is good enough. */
  advance(): "moved" | "rejected";
  /** Scale below which the rule cannot step any more, in activation: the trust radius or the last line-search step. */
  reach(): number;
  /** Length of the full Newton step at this point, if the rule computes one. */
  newtonLength(): number;
  release(): void;
}

/** A model of q around x that proposes the step of least modelled energy within a radius. */
interface Model {
  prepare(): void;
  /** Writes the step; returns the q that the linear model ½‖F + J s‖² promises after it. */
  propose(radius: number): number;
  newtonLength(): number;
  release(): void;
}

/** A step is taken if q falls by at least this part of what the model promised. */
const leastGain = 1e-4;

/**
 * Wraps a model in a trust region: the radius within which the model is believed grows by 2.5 where the model was
 * right (gain above ¾, at the border) and shrinks to a quarter of the step where it was wrong (gain below ¼).
 */
function trustRegion(surface: EnergySurface, model: Model, firstRadius: number): StepRule {
  let radius = firstRadius;
  return {
    prepare: () => model.prepare(),
    advance: () => {
      const promised = surface.q - model.propose(radius);
      const length = norm(surface.step);
      const q = surface.tryStep();
      const gain = promised > 0 ? (surface.q - q) / promised : -1;
      if (!(gain >= 0.25)) radius = 0.25 * length;
      else if (gain > 0.75 && length > 0.9 * radius) radius *= 2.5;
      if (!(gain > leastGain)) return "rejected";
      surface.accept(q);
      return "moved";
    },
    reach: () => radius,
    newtonLength: () => model.newtonLength(),
    release: () => model.release(),
  };
}

/**
 * Powell's dogleg: from x along the steepest descent to the least ½‖F + J s‖² on that line (the Cauchy point), then
 * straight towards the Newton point −J⁻¹F, as far as the radius reaches.
 *
 * One J, one LU (in place), one product with J and one with Jᵀ per new point; a rejected step costs one F. J s needs no
 * product: on the first leg it is a multiple of J ∇q, on the second a mix of that and −F.
 */
export function dogleg(surface: EnergySurface, radius: number): StepRule {
  const { size, F, gradient, step } = surface;
  const newton = kernelArray(size);
  const slope = kernelArray(size); // J ∇q
  const afterStep = kernelArray(size); // F + J s
  let hasNewton = false;
  let cauchy = 0; // the Cauchy point is −cauchy ∇q
  const model: Model = {
    prepare() {
      surface.apply(gradient, slope);
      cauchy = dot(gradient, gradient) / dot(slope, slope);
      if (!Number.isFinite(cauchy)) cauchy = 0;
      const lu = factorize(surface.J, size, { inPlace: true });
      hasNewton = !lu.isSingular;
      if (hasNewton) {
        const solution = lu.solve(F);
        for (let i = 0; i < size; i++) newton[i] = -solution[i];
        hasNewton = Number.isFinite(norm(newton));
      }
      lu.release();
    },
    propose(trusted) {
      const descent = cauchy * norm(gradient);
      let towardsNewton = 0; // part of the second leg that is walked
      let onDescent = cauchy;
      if (descent >= trusted) onDescent = trusted / norm(gradient);
      else if (hasNewton) towardsNewton = secondLeg(gradient, newton, cauchy, trusted);
      for (let i = 0; i < size; i++) {
        const corner = -onDescent * gradient[i];
        const cornerSlope = -onDescent * slope[i];
        step[i] = corner + towardsNewton * (newton[i] - corner);
        afterStep[i] = F[i] + cornerSlope + towardsNewton * (-F[i] - cornerSlope);
      }
      return 0.5 * dot(afterStep, afterStep);
    },
    newtonLength: () => (hasNewton ? norm(newton) : Number.POSITIVE_INFINITY),
    release() {
      for (const buffer of [newton, slope, afterStep]) releaseKernelArray(buffer);
    },
  };
  return trustRegion(surface, model, radius);
}

/** How far the leg from the Cauchy point c = −cauchy ∇q to the Newton point p stays inside the radius: 0 … 1. */
function secondLeg(gradient: Float64Array, newton: Float64Array, cauchy: number, radius: number): number {
  if (norm(newton) <= radius) return 1;
  let along = 0;
  let across = 0;
  let inside = 0;
  for (let i = 0; i < newton.length; i++) {
    const corner = -cauchy * gradient[i];
    const leg = newton[i] - corner;
    along += leg * leg;
    across += corner * leg;
    inside += corner * corner;
  }
  return borderCrossing(along, across, inside - radius * radius);
}

/** The root t ≥ 0 of along t² + 2 across t + outside = 0 with outside ≤ 0, in the form that does not cancel. */
function borderCrossing(along: number, across: number, outside: number): number {
  const root = Math.sqrt(Math.max(0, across * across - along * outside));
  const crossing = across > 0 ? -outside / (across + root) : (root - across) / along;
  return Number.isFinite(crossing) ? crossing : 0;
}

/**
 * The paper's method: conjugate gradients inside a trust region (Steihaug), on the Gauss–Newton Hessian JᵀJ.
 * [J15 eq. 13]
 *
 * CG minimises ½‖F + J s‖² over s by directions that are conjugate, pᵢᵀ (JᵀJ) pⱼ = 0 (the paper says orthogonal), and
 * stops at the radius or when the residual has fallen enough. It needs only products with J and Jᵀ, never JᵀJ itself.
 * The price is the condition number of JᵀJ, the square of J's: on trained networks it stalls at q near 1e-5 … 1e-8.
 */
export function conjugateGradients(surface: EnergySurface, radius: number): StepRule {
  const { size, F, gradient, step } = surface;
  const buffers = [0, 1, 2, 3, 4].map(() => kernelArray(size));
  const [residual, direction, image, stepImage, back] = buffers;
  const mostProducts = Math.max(20, 4 * size);
  const model: Model = {
    prepare() {},
    propose(trusted) {
      step.fill(0);
      stepImage.fill(0);
      for (let i = 0; i < size; i++) {
        residual[i] = gradient[i];
        direction[i] = -gradient[i];
      }
      let rr = dot(residual, residual);
      const enough = rr * Math.min(0.01, Math.sqrt(rr)); // superlinear, after Nocedal & Wright, algorithm 7.1
      for (let k = 0; k < mostProducts && rr > enough; k++) {
        surface.apply(direction, image);
        const curvature = dot(image, image);
        const alpha = rr / curvature;
        const toBorder = borderCrossing(
          dot(direction, direction),
          dot(step, direction),
          dot(step, step) - trusted * trusted,
        );
        const isOutside = !(alpha < toBorder);
        addMultiple(step, isOutside ? toBorder : alpha, direction);
        addMultiple(stepImage, isOutside ? toBorder : alpha, image);
        if (isOutside) break;
        surface.applyTransposed(image, back);
        addMultiple(residual, alpha, back);
        const next = dot(residual, residual);
        for (let i = 0; i < size; i++) direction[i] = -residual[i] + (next / rr) * direction[i];
        rr = next;
      }
      for (let i = 0; i < size; i++) stepImage[i] += F[i];
      return 0.5 * dot(stepImage, stepImage);
    },
    newtonLength: () => Number.POSITIVE_INFINITY,
    release() {
      for (const buffer of buffers) releaseKernelArray(buffer);
    },
  };
  return trustRegion(surface, model, radius);
}

/** a += factor · b, in place. */
function addMultiple(a: Float64Array, factor: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] += factor * b[i];
}
