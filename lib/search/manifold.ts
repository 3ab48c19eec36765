/** Where a saddle leads: its unstable direction and both branches of its unstable manifold. */

import { arrivalWatch, smallest } from "../flow/arrival";
import { checkFlowArgument, type Flow, jacobianInto, speed, velocityInto } from "../flow/flow";
import { integrate } from "../flow/integrate";
import { type ComplexArray, stability } from "../flow/stability";
import { factorize } from "../wasm/linear-solve";
import {
  checkCount,
  checkList,
  checkNumber,
  checkRecord,
  checkVector,
  mostSteps,
  withDefaults,
} from "../wasm/validate";
import { dot } from "../wasm/vector";
import { inverseIterated } from "./null-vectors";

/** A direction in which a saddle is left, and how fast: J v = λ v. */
export interface UnstableDirection {
  /** Unit vector v, (N); its sign is fixed by a sum ≥ 0. */
  readonly direction: Float64Array;
  /** λ > 0, per τ. */
  readonly rate: number;
  /**
   * Unit left eigenvector w, Jᵀ w = λ w, (N), with wᵀ v > 0: a small push b moves the state towards +v if wᵀ b > 0, whatever
   * else it does to it.
   */
  readonly left: Float64Array;
}

export interface BranchOptions {
  /**
   * First step along ±v, as a share of max(1, ‖x*‖): small enough to be linear, large enough to leave soon. Where the saddle
   * and all attractors that are known are smaller than 1, the largest of them takes its place, here and for `restSpeed`.
   */
  distance: number;
  /** Most steps of a branch. */
  steps: number;
  /** Length of a step in τ. */
  dt: number;
  /** A branch has arrived when its speed falls below this, in activation per τ. */
  restSpeed: number;
  /**
   * Attractors that are known, (N) each: a branch that has come near one and is still coming nearer has arrived. It saves the
   * long way down to `restSpeed`, two thirds of all steps.
   */
  attractors: readonly Float64Array[];
}

export const branchDefaults: Readonly<BranchOptions> = Object.freeze({
  distance: 1e-3,
  /** 600 τ: a saddle of rate 0.05 is left by a factor of a thousand in 140 τ, and the rest is the way down. */
  steps: 6000,
  /** The step of the paper's map. */
  dt: 0.1,
  /** Hundred times above what rounding leaves at N = 1000. */
  restSpeed: 1e-9,
  attractors: Object.freeze([]) as readonly Float64Array[],
});

/** One branch of an unstable manifold: the end, and whether it rests there. */
export interface Branch {
  /** The last state, or the attractor that it was about to reach. */
  readonly end: Float64Array;
  readonly isAtRest: boolean;
  readonly steps: number;
  /** Index into `options.attractors`; −1 if none was reached. */
  readonly attractor: number;
}

/** The spectrum of a point, where it is known already; a point of a FixedPointSet carries it. */
export interface KnownSpectrum {
  readonly unstableCount?: number;
  /** Of J, in 1/τ, by falling real part. */
  readonly eigenvalues?: ComplexArray;
}

/**
 * The unstable direction of a saddle with one real unstable eigenvalue, by inverse iteration:
 *
 *     v ← (J − σI)⁻¹ v,   w ← (J − σI)⁻ᵀ w,   both brought to length 1,   σ just above the largest real eigenvalue.
 *
 * @param flow a vector field
 * @param saddle a fixed point with exactly one unstable mode, (N)
 * @param known its spectrum; computed if left out
 * @returns undefined unless exactly one eigenvalue has a positive real part, and its vectors can be told
 * @throws RangeError if the point has another length than the flow
 */
export function unstableDirection(
  flow: Flow,
  saddle: Float64Array,
  known: KnownSpectrum = {},
): UnstableDirection | undefined {
  checkFlowArgument("unstableDirection", flow);
  checkVector("unstableDirection", "saddle", saddle, flow.dimension);
  checkRecord("unstableDirection", "known", known);
  const isKnown = known.eigenvalues !== undefined && known.unstableCount !== undefined;
  const { eigenvalues, unstableCount } = isKnown ? known : stability(flow, saddle);
  if (eigenvalues === undefined || unstableCount !== 1) return undefined;
  const rate = eigenvalues.re[0];
  const size = flow.dimension;
  const shifted = new Float64Array(size * size);
  jacobianInto(flow, saddle, shifted);
  // exactly at λ the matrix is singular; a shift of 1e-7 still shrinks everything else a million times per solve
  for (let i = 0; i < size; i++) shifted[i * (size + 1)] -= rate + 1e-7 * Math.max(1, rate);
  const factors = factorize(shifted, size, { inPlace: true });
  try {
    if (factors.isSingular) return undefined;
    const direction = inverseIterated(size, (v) => factors.solve(v), sweeps);
    const left = inverseIterated(size, (v) => factors.solveTransposed(v), sweeps);
    if (!direction || !left) return undefined;
    return { direction, rate, left: dot(left, direction) < 0 ? left.map((v) => -v) : left };
  } finally {
    factors.release();
  }
}

/** Inverse iterations with a shift as near as that. */
const sweeps = 4;

/**
 * Both branches of the unstable manifold of an index-1 saddle, followed until they rest or the steps are used up.
 *
 * @param flow a vector field
 * @param saddle a fixed point with exactly one unstable mode, (N)
 * @param options distance, steps, dt, restSpeed
 * @param known the saddle's spectrum; computed if left out
 * @returns two branches, along −v and +v; none if the point has not exactly one unstable mode
 */
export function unstableManifold(
  flow: Flow,
  saddle: Float64Array,
  options?: Partial<BranchOptions>,
  known: KnownSpectrum = {},
): Branch[] {
  const settings = checkedBranch("unstableManifold", flow, options);
  const out = unstableDirection(flow, saddle, known);
  return out === undefined ? [] : branchesAlong(flow, saddle, out.direction, settings);
}

/** The options of a branch, checked. */
export function checkedBranch(where: string, flow: Flow, options: Partial<BranchOptions> | undefined): BranchOptions {
  checkFlowArgument(where, flow);
  const settings = withDefaults(where, options, branchDefaults);
  checkNumber(where, "distance", settings.distance);
  checkNumber(where, "dt", settings.dt);
  checkCount(where, "steps", settings.steps, 1, mostSteps);
  checkNumber(where, "restSpeed", settings.restSpeed, "not negative");
  checkList(where, "attractors", settings.attractors);
  for (const [i, x] of settings.attractors.entries()) checkVector(where, `attractors[${i}]`, x, flow.dimension);
  return settings;
}

/** Both branches, along −v and +v. */
export function branchesAlong(
  flow: Flow,
  saddle: Float64Array,
  direction: Float64Array,
  settings: BranchOptions,
): Branch[] {
  const { attractors } = settings;
  const least = attractors.length > 0 ? smallest([saddle, ...attractors]) : 1;
  const first = settings.distance * Math.max(least, Math.sqrt(dot(saddle, saddle)));
  return [-first, first].map((by) =>
    follow(
      flow,
      saddle.map((v, i) => v + by * direction[i]),
      { ...settings, restSpeed: settings.restSpeed * least },
      least,
    ),
  );
}

/** Steps between two looks: 20 τ for the speed alone, 2 τ where attractors are known. */
const stretch = { rest: 200, attractors: 20 };

function follow(
  flow: Flow,
  start: Float64Array,
  { steps, dt, restSpeed, attractors }: BranchOptions,
  least: number,
): Branch {
  const F = new Float64Array(flow.dimension);
  let end = start;
  const arrival = arrivalWatch(attractors, least);
  for (let done = 0; done < steps; ) {
    const many = Math.min(attractors.length > 0 ? stretch.attractors : stretch.rest, steps - done);
    const { states, status } = integrate(flow, end, { steps: many, dt, record: many });
    end = Float64Array.from(states.getRow(states.rows - 1));
    done += many;
    if (status === "diverged") return { end, isAtRest: false, steps: done, attractor: -1 };
    const { index, isCaught } = arrival(end);
    if (isCaught) return { end: attractors[index].slice(), isAtRest: true, steps: done, attractor: index };
    velocityInto(flow, end, F);
    if (speed(F) < restSpeed) return { end, isAtRest: true, steps: done, attractor: index };
  }
  return { end, isAtRest: false, steps, attractor: -1 };
}
