import { Matrix } from "ml-matrix";
import { checkFlowArgument, type Flow } from "../flow/flow";
import { checkChoice, checkCount, checkNumber, checkVector, reject, withDefaults } from "../wasm/check";
import { norm } from "../wasm/vector";
import { conjugateGradients, dogleg, type StepRule, steepestDescent } from "./steps";
import { EnergySurface, type Evaluations, roundingOfSpeed } from "./surface";

export type MinimizeMethod = "dogleg" | "cg" | "gradient";

export type MinimumStatus = "converged" | "stalled" | "iteration limit" | "diverged";

export interface MinimizeOptions {
  /** "dogleg" (default), "cg" (the paper's trust-region conjugate gradients) or "gradient" (steepest descent). */
  method: MinimizeMethod;
  /** Most iterations, rejected ones included. */
  maxIterations: number;
  /** Converged when q is at most this. */
  qTolerance: number;
  /** Converged when ‖Jᵀ F‖ ≤ this · ‖J‖ ‖F‖: F is then at right angles to all that J can do, a minimum with q > 0. */
  gradientTolerance: number;
  /** Stalled when q has fallen by less than this part … */
  stagnationDecrease: number;
  /** … in the course of this many steps taken. */
  stagnationSteps: number;
  /**
   * "dogleg" only: on stagnation go on with a longer first leg before giving up. Twice the time in all; of ten starts that
   * stalled near q = 1 (N = 1000) it brought three to a fixed point and the others down to q between 1e-3 and 1e-6.
   */
  thorough: boolean;
  /** First trust radius, in activation; 0 = one third of ‖x0‖, at least 1. */
  firstRadius: number;
  /** Keep every point on the way. */
  recordPath: boolean;
}

export interface Minimum {
  readonly x: Float64Array;
  /** q at x, ½‖F‖²; Infinity if F is not finite even at x0. */
  readonly q: number;
  /** ‖F(x)‖ = √(2q). */
  readonly speed: number;
  /** ‖Jᵀ F‖/(‖J‖ ‖F‖), 0 … 1: how far x is from being a minimum of q; 0 where q is zero as far as rounding goes. */
  readonly slope: number;
  readonly iterations: number;
  readonly evaluations: Evaluations;
  readonly status: MinimumStatus;
  /** Row = point: x0 and every step taken; with `recordPath` only. */
  readonly path?: Matrix;
  /** q along the path. */
  readonly qPath?: Float64Array;
}

export const minimizeDefaults: Readonly<MinimizeOptions> = Object.freeze({
  method: "dogleg", // squares the error per step near a fixed point, and its LU serves the certificate as well
  maxIterations: 300, // a dogleg that arrives needs 5–60; the others are told to stop, not waited for
  qTolerance: 1e-30, // the paper's; at N = 1000 rounding ends the search first, near 3e-27
  gradientTolerance: 1e-9, // at a regular zero the ratio stays above 1/κ(J), about 4e-5 on trained networks
  stagnationDecrease: 0.1, // a search that arrives loses nearly all of q in as many steps
  stagnationSteps: 8, // a curved valley costs a few slow steps; of 34 searches that arrived (N = 1000), eight lost one
  thorough: false, // more starts find more points in the same time
  firstRadius: 0,
  recordPath: false,
});

/**
 * Searches a minimum of the kinetic energy q = ½‖F‖² downhill from x0.  [J15 eq. 4] [J15 eq. 9] [J15 eq. 13]
 *
 * Where it ends is a fixed point if q is zero as far as rounding lets one see, otherwise a slow point; `certify` decides.
 * A status tells how the search ended, never what it found:
 *
 *     "converged"         q ≤ qTolerance, or F is down to its rounding error, or ∇q vanishes against ‖J‖‖F‖
 *     "stalled"           q no longer falls noticeably, or no step is small enough to lower it: a local minimum, mostly
 *     "iteration limit"   still falling when maxIterations were used up
 *     "diverged"          F is not finite at x0
 *
 * @param flow a vector field on N activations
 * @param x0 activation to start from, (N)
 * @param options method, limits and tolerances, see `minimizeDefaults`
 * @throws RangeError if x0 or an option is out of place
 */
export function minimizeSpeed(flow: Flow, x0: Float64Array, options?: Partial<MinimizeOptions>): Minimum {
  checkFlowArgument("minimizeSpeed", flow);
  checkVector("minimizeSpeed", "x0", x0, flow.dimension);
  const settings = checkedMinimizeOptions("minimizeSpeed", options);
  const surface = new EnergySurface(flow);
  let rule: StepRule | undefined;
  try {
    surface.begin(x0);
    rule = chooseRule(surface, settings);
    return descend(surface, rule, settings);
  } finally {
    rule?.release();
    surface.release();
  }
}

/** Downhill by one rule, from where the surface is looked at. */
function descend(surface: EnergySurface, rule: StepRule, settings: MinimizeOptions): Minimum {
  const path: Float64Array[] = [];
  const qPath: number[] = [];
  const watch = stagnationWatch(settings);
  const note = () => {
    if (!settings.recordPath) return;
    qPath.push(surface.q);
    path.push(surface.x.slice());
  };
  note();
  let iterations = 0;
  let status: MinimumStatus | undefined = Number.isFinite(surface.q) ? undefined : "diverged";
  let hasMoved = true;
  while (status === undefined) {
    if (hasMoved) {
      status = arrival(surface, settings);
      if (status) break;
      rule.prepare();
      if (watch.hasStagnated(surface.q)) {
        if (settings.thorough && rule.refine()) watch.restart();
        else status = "stalled";
      }
    }
    status ??= exhausted(surface, rule) ?? (iterations === settings.maxIterations ? "iteration limit" : undefined);
    if (status) break;
    hasMoved = rule.advance() === "moved";
    iterations++;
    if (hasMoved) note();
    else if (surface.speed <= 1000 * roundingOfSpeed(surface.x)) status = "converged"; // nothing left but noise
  }
  return {
    x: surface.x.slice(),
    q: surface.q,
    speed: surface.speed,
    slope: surface.slope,
    iterations,
    evaluations: { ...surface.count },
    status: status as MinimumStatus,
    ...(settings.recordPath ? { path: new Matrix(path), qPath: Float64Array.from(qPath) } : {}),
  };
}

/** Options of a minimisation, complete and in place; also those that a search hands on. */
export function checkedMinimizeOptions(where: string, options: Partial<MinimizeOptions> | undefined): MinimizeOptions {
  const settings = withDefaults(where, options, minimizeDefaults);
  checkChoice(where, "method", settings.method, ["dogleg", "cg", "gradient"]);
  checkCount(where, "maxIterations", settings.maxIterations, 0);
  checkCount(where, "stagnationSteps", settings.stagnationSteps);
  for (const name of ["qTolerance", "gradientTolerance", "stagnationDecrease", "firstRadius"] as const) {
    checkNumber(where, name, settings[name], "not negative");
  }
  if (typeof settings.thorough !== "boolean") reject(where, "thorough", settings.thorough, "true or false");
  return settings;
}

function chooseRule(surface: EnergySurface, settings: MinimizeOptions): StepRule {
  const radius = settings.firstRadius || Math.max(1, norm(surface.x) / 3);
  if (settings.method === "gradient") return steepestDescent(surface);
  return settings.method === "cg" ? conjugateGradients(surface, radius) : dogleg(surface, radius);
}

/** Looks at a new point: at rest, or on flat ground? Fills J and ∇q on the way if it is not yet at rest. */
function arrival(surface: EnergySurface, settings: MinimizeOptions): MinimumStatus | undefined {
  surface.slope = 0;
  if (surface.q <= settings.qTolerance || surface.speed <= roundingOfSpeed(surface.x)) return "converged";
  surface.linearise();
  if (!Number.isFinite(surface.slope)) return "stalled"; // F is finite here but J is not: no direction to take
  return surface.slope <= settings.gradientTolerance ? "converged" : undefined;
}

/** No longer worth a step: Newton's step, or the reach of the rule, is down to rounding. */
function exhausted(surface: EnergySurface, rule: StepRule): MinimumStatus | undefined {
  const size = norm(surface.x);
  if (rule.newtonLength() <= 2 ** -50 * size) return "converged";
  return rule.reach() <= 2 ** -50 * Math.max(size, 2 ** -50) ? "stalled" : undefined;
}

/** Watches q over a window of steps taken, and says when it has all but ceased to fall. */
function stagnationWatch({ stagnationSteps, stagnationDecrease }: MinimizeOptions): {
  hasStagnated(q: number): boolean;
  restart(): void;
} {
  let window: number[] = [];
  return {
    hasStagnated(q) {
      window.push(q);
      if (window.length <= stagnationSteps) return false;
      return q > (1 - stagnationDecrease) * (window.shift() as number);
    },
    restart: () => {
      window = [];
    },
  };
}
