import { factorize } from "../wasm/lu";
import { releaseWasmArray, wasmArray } from "../wasm/memory";
import { MinimalResiduals, type PreconditionedSystem, SingleFactors } from "../wasm/single";
import { dot, norm } from "../wasm/vector";
import type { EnergySurface } from "./surface";

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
  /** Called when q has all but ceased to fall: true if the rule has a more thorough way of stepping left. */
  refine(): boolean;
  release(): void;
}

/** A model of q around x that proposes the step of least modelled energy within a radius. */
interface Model {
  prepare(): void;
  /** Writes the step; returns the q that the linear model ½‖F + J s‖² promises after it. */
  propose(radius: number): number;
  newtonLength(): number;
  refine(): boolean;
  release(): void;
}

/** A step is taken if q falls by at least this part of what the model promised, or, in a line search, the slope (Armijo). */
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
    refine: () => model.refine(),
    release: () => model.release(),
  };
}

/** Steps of the first leg of a dogleg: at first, and once the search has all but ceased to fall. */
const firstLeg = { short: 2, long: 40 };

/**
 * A dogleg with a bent first leg. It follows conjugate gradients from x, which settle the stiff directions of ½‖F + J s‖²
 * first, then turns straight towards the Newton point −J⁻¹F, as far as the radius reaches.
 *
 * With one CG step (as for N = 2) this is Powell's dogleg, whose corner is the Cauchy point. That is not enough for a
 * trained network: feedback gives J a few singular values near 80 while the rest are of order 1, the gradient sees only
 * those, and a search that Newton's direction does not help zigzags at q near 1. So there are two CG steps while all
 * goes well, and `refine` raises them to forty for the searches that would otherwise be given up. Newton's step is
 * computed only where the first leg ends inside the radius, and first of all where the last step was Newton's.
 */
export function dogleg(surface: EnergySurface, radius: number): StepRule {
  const { size, F, step } = surface;
  const newton = wasmArray(size);
  const newtonStep = new NewtonStep(surface);
  const leg = conjugatePath(surface);
  let legSteps = Math.max(1, Math.min(size - 1, firstLeg.short));
  let wasNewton = false;
  let newtonState: "unknown" | "known" | "missing" = "unknown";
  const model: Model = {
    prepare() {
      newtonState = "unknown";
    },
    propose(trusted) {
      // where the last step was Newton's the next one mostly is: then the first leg need not be walked to know it
      if (wasNewton && newtonState === "unknown") newtonState = newtonStep.find(newton) ? "known" : "missing";
      wasNewton = newtonState === "known" && norm(newton) <= trusted;
      if (wasNewton) {
        step.set(newton);
        return 0; // F + J p = 0
      }
      const isInside = leg.walk(trusted, legSteps, 0);
      if (isInside && newtonState === "unknown") newtonState = newtonStep.find(newton) ? "known" : "missing";
      if (isInside && newtonState === "known") {
        wasNewton = norm(newton) <= trusted;
        const part = partOfLeg(step, newton, trusted);
        for (let i = 0; i < size; i++) {
          leg.image[i] += part * (-F[i] - leg.image[i]); // J p = −F at the Newton point
          step[i] += part * (newton[i] - step[i]);
        }
      }
      return leg.promise();
    },
    refine() {
      const before = legSteps;
      legSteps = Math.max(1, Math.min(size - 1, firstLeg.long));
      return legSteps > before;
    },
    newtonLength: () => (newtonState === "known" ? norm(newton) : Number.POSITIVE_INFINITY),
    release() {
      leg.release();
      newtonStep.release();
      releaseWasmArray(newton);
    },
  };
  return trustRegion(surface, model, radius);
}

/** How far the straight leg from `corner` to `end` stays inside the radius: 0 … 1. */
function partOfLeg(corner: Float64Array, end: Float64Array, radius: number): number {
  if (norm(end) <= radius) return 1;
  let along = 0;
  let across = 0;
  for (let i = 0; i < end.length; i++) {
    const leg = end[i] - corner[i];
    along += leg * leg;
    across += corner[i] * leg;
  }
  return Math.min(1, borderCrossing(along, across, dot(corner, corner) - radius * radius));
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
  const leg = conjugatePath(surface);
  const mostSteps = Math.max(20, 4 * surface.size);
  const model: Model = {
    prepare() {},
    propose(trusted) {
      const slope = norm(surface.gradient);
      leg.walk(trusted, mostSteps, Math.min(0.1, Math.sqrt(slope)) * slope); // superlinear: Nocedal & Wright, § 7.1
      return leg.promise();
    },
    newtonLength: () => Number.POSITIVE_INFINITY,
    refine: () => false,
    release: () => leg.release(),
  };
  return trustRegion(surface, model, radius);
}

interface ConjugatePath {
  /** Writes surface.step: CG from 0 until the radius, `most` steps, or ‖Jᵀ(F + J s)‖ ≤ enough. True if it ends inside. */
  walk(radius: number, most: number, enough: number): boolean;
  /** J s of the step written. */
  readonly image: Float64Array;
  /** ½‖F + J s‖², the q that the linear model promises after the step. */
  promise(): number;
  release(): void;
}

/** The path that conjugate gradients take on ½‖F + J s‖² from s = 0; its length only grows on the way. */
function conjugatePath(surface: EnergySurface): ConjugatePath {
  const { size, F, gradient, step } = surface;
  const buffers = [0, 1, 2, 3, 4].map(() => wasmArray(size));
  const [residual, direction, directionImage, image, back] = buffers;
  const walk = (radius: number, most: number, enough: number): boolean => {
    step.fill(0);
    image.fill(0);
    for (let i = 0; i < size; i++) {
      residual[i] = gradient[i];
      direction[i] = -gradient[i];
    }
    let rr = dot(residual, residual);
    for (let k = 0; k < most && Math.sqrt(rr) > enough; k++) {
      surface.apply(direction, directionImage);
      const alpha = rr / dot(directionImage, directionImage);
      const outside = dot(step, step) - radius * radius;
      const toBorder = borderCrossing(dot(direction, direction), dot(step, direction), outside);
      const isOutside = !(alpha < toBorder); // also where the curvature is zero or not a number
      addMultiple(step, isOutside ? toBorder : alpha, direction);
      addMultiple(image, isOutside ? toBorder : alpha, directionImage);
      if (isOutside) return false;
      surface.applyTransposed(directionImage, back);
      addMultiple(residual, alpha, back);
      const next = dot(residual, residual);
      for (let i = 0; i < size; i++) direction[i] = (next / rr) * direction[i] - residual[i];
      rr = next;
    }
    return true;
  };
  return {
    walk,
    image,
    promise() {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += (F[i] + image[i]) * (F[i] + image[i]);
      return 0.5 * sum;
    },
    release() {
      for (const buffer of buffers) releaseWasmArray(buffer);
    },
  };
}

/** a += factor · b, in place. */
function addMultiple(a: Float64Array, factor: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] += factor * b[i];
}

/** Halvings in one line search before the rule gives up on the direction: 2⁻⁶⁰ of the first try. */
const mostHalvings = 60;

/**
 * Steepest descent with a backtracking line search: x ← x − t ∇q, t halved until q falls by at least t ‖∇q‖²/10⁴
 * (Armijo). Each search starts at twice the step that worked before; the very first one at the Cauchy step
 * ‖∇q‖²/‖J ∇q‖², the best one for a linear F.
 *
 * It needs no Hessian and no linear system, and pays with a zigzag: near a fixed point the error falls by a factor
 * near 1 − 2/κ² per step at best, κ being the condition number of J.
 */
export function steepestDescent(surface: EnergySurface): StepRule {
  const { size, gradient, step } = surface;
  const slope = new Float64Array(size);
  let t = 0;
  return {
    prepare() {
      if (t > 0) return;
      surface.apply(gradient, slope);
      t = dot(gradient, gradient) / dot(slope, slope) / 2; // doubled below
      if (!(t > 0 && Number.isFinite(t))) t = 1;
    },
    advance() {
      const promised = dot(gradient, gradient);
      t *= 2;
      for (let halving = 0; halving < mostHalvings; halving++, t /= 2) {
        for (let i = 0; i < size; i++) step[i] = -t * gradient[i];
        const q = surface.tryStep();
        if (q <= surface.q - leastGain * t * promised && q < surface.q) {
          surface.accept(q);
          return "moved";
        }
      }
      return "rejected";
    },
    reach: () => t * Math.sqrt(dot(gradient, gradient)),
    newtonLength: () => Number.POSITIVE_INFINITY,
    refine: () => false,
    release() {},
  };
}

/** Steps of GMRES after which the factors count as too old; one costs about a thirtieth of a factorisation at N = 1000. */
const mostSteps = 20;
/** Factors that took more than this are made anew for the next point: a few fresh steps and the LU cost as much. */
const staleSteps = 10;
/**
 * ‖F + J p‖ ≤ t ‖F‖ with t = ‖F‖/‖x‖ between these. Far from a fixed point, where the radius cuts Newton's step anyway, two
 * digits do; near one t falls with F, so that errors are still squared, and the last steps gain eight digits each.
 */
const tolerances = { far: 1e-2, near: 1e-8 };

/**
 * Newton's step p = −J⁻¹ F at one point of a search after the other.
 *
 * J changes little from point to point, so the LU of an earlier point, in float32, is a good approximate inverse of the
 * next J: GMRES makes up for the difference with one product by J and one solve per step. New factors are made when that
 * takes too many steps; when float32 is not enough, the float64 LU takes their place for this point.
 */
export class NewtonStep {
  /** Factorisations so far, in float32 and float64. */
  readonly count = { single: 0, double: 0 };
  readonly #factors: SingleFactors;
  readonly #krylov: MinimalResiduals;
  readonly #system: PreconditionedSystem;
  readonly #right: Float64Array;
  #isUsable = false;

  constructor(readonly surface: EnergySurface) {
    const { size } = surface;
    this.#factors = new SingleFactors(size);
    this.#krylov = new MinimalResiduals(size, Math.min(size, mostSteps));
    this.#right = wasmArray(size);
    this.#system = {
      apply: (v, out) => surface.apply(v, out),
      precondition: (v, out) => this.#factors.solve(v, out),
    };
  }

  /** Writes p into `out`, (N); false if J is singular or p not finite. */
  find(out: Float64Array): boolean {
    const { F } = this.surface;
    for (let i = 0; i < F.length; i++) this.#right[i] = -F[i];
    if (this.#isUsable && this.#solve(out)) return true;
    this.count.single++;
    if (this.#factors.update(this.surface.J) && this.#solve(out)) return true;
    this.#isUsable = false;
    return this.#solveDouble(out);
  }

  release(): void {
    this.#factors.release();
    this.#krylov.release();
    releaseWasmArray(this.#right);
  }

  #solve(out: Float64Array): boolean {
    const { speed, x } = this.surface;
    const tolerance = Math.max(tolerances.near, Math.min(tolerances.far, speed / norm(x)));
    const { steps, residual } = this.#krylov.solve(this.#system, this.#right, out, tolerance);
    const isSolved = residual <= tolerance && Number.isFinite(norm(out));
    this.#isUsable = isSolved && steps <= staleSteps;
    return isSolved;
  }

  #solveDouble(out: Float64Array): boolean {
    const { size, J } = this.surface;
    const factors = wasmArray(size * size);
    factors.set(J);
    const lu = factorize(factors, size, { inPlace: true });
    this.count.double++;
    if (!lu.isSingular) out.set(lu.solve(this.#right));
    const isFound = !lu.isSingular && Number.isFinite(norm(out));
    lu.release();
    releaseWasmArray(factors);
    return isFound;
  }
}
