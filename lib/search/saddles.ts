/** Where a saddle leads: its unstable direction and both branches of its unstable manifold. */

import { type AbstractMatrix, Matrix } from "ml-matrix";
import { checkFlowArgument, type Flow, jacobianInto, speed, velocityInto } from "../flow/flow";
import { arrivalWatch, integrate, smallest } from "../flow/integrate";
import { type ComplexArray, stability } from "../flow/stability";
import {
  checkCount,
  checkList,
  checkMatrix,
  checkNumber,
  checkRecord,
  checkVector,
  mostSteps,
  withDefaults,
} from "../wasm/check";
import { type Factorization, factorize } from "../wasm/lu";
import { distance, dot, norm } from "../wasm/vector";

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
    const vectors = inverseIterated(factors, sweeps.beside);
    return vectors && { direction: vectors.right, rate, left: vectors.left };
  } finally {
    factors.release();
  }
}

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

export interface ProfileOptions {
  /** First step along ±v, as a share of max(1, ‖x*‖). */
  distance: number;
  /** Most steps on either side. */
  steps: number;
  /** Length of a step in τ. */
  dt: number;
  /** Keep every `record`-th state. */
  record: number;
  /** A side ends where the speed has fallen below this, in activation per τ. */
  restSpeed: number;
}

export const profileDefaults: Readonly<ProfileOptions> = Object.freeze({
  distance: 1e-3, // as in branchDefaults
  steps: 2000, // 200 τ: a figure of a passage, not a judgement of where it ends
  dt: 0.1,
  record: 1,
  restSpeed: 1e-3, // a thousandth of the speed half-way; what follows adds nothing to see
});

/** How fast a state moves on the way from one attractor through a saddle to another. */
export interface SpeedProfile {
  /** Length of the way from the saddle, in activation; negative on the side of −v. */
  readonly arcLength: Float64Array;
  /** ‖F‖ at each place, in activation per τ. */
  readonly speed: Float64Array;
  /** Time since the saddle was left, in τ; negative on the side of −v. */
  readonly time: Float64Array;
  /** The states, one per row, (places×N). */
  readonly states: Matrix;
  /** Row of the saddle. */
  readonly saddleRow: number;
}

/**
 * The speed ‖F‖ along a passage: attractor ← saddle → attractor, along the two branches of the saddle's unstable manifold.
 *
 * A flip comes in near the saddle's stable manifold and leaves along one of these branches. At the saddle itself the speed is
 * zero, so the passage slows down there: the nearer it comes, the longer it takes, like −ln(distance)/λ.
 *
 * @param flow a vector field
 * @param saddle a fixed point with exactly one unstable mode, (N)
 * @param options see `profileDefaults`
 * @param known the saddle's spectrum; computed if left out
 * @returns undefined if the point has not exactly one unstable mode
 * @throws RangeError if the saddle or an option is out of place
 */
export function speedThroughSaddle(
  flow: Flow,
  saddle: Float64Array,
  options?: Partial<ProfileOptions>,
  known: KnownSpectrum = {},
): SpeedProfile | undefined {
  const where = "speedThroughSaddle";
  checkFlowArgument(where, flow);
  checkVector(where, "saddle", saddle, flow.dimension);
  const settings = withDefaults(where, options, profileDefaults);
  checkNumber(where, "distance", settings.distance);
  checkNumber(where, "dt", settings.dt);
  checkNumber(where, "restSpeed", settings.restSpeed, "not negative");
  checkCount(where, "steps", settings.steps, 1, mostSteps);
  checkCount(where, "record", settings.record);
  const out = unstableDirection(flow, saddle, known);
  if (!out) return undefined;
  const by = settings.distance * Math.max(1, norm(saddle));
  const [back, on] = [-by, by].map((step) => side(flow, saddle, out.direction, step, settings));
  const times = [...back.times.map((t) => -t).reverse(), 0, ...on.times];
  const rows = [...back.rows.reverse(), saddle, ...on.rows];
  const states = new Matrix(rows.map((row) => Array.from(row)));
  const saddleRow = back.rows.length;
  const { arcLength, speed: speeds } = speedAlong(flow, states);
  const origin = arcLength[saddleRow];
  return {
    arcLength: arcLength.map((s) => s - origin),
    speed: speeds,
    time: Float64Array.from(times),
    states,
    saddleRow,
  };
}

/** One side: states from the first step to rest, and the times since. */
function side(
  flow: Flow,
  saddle: Float64Array,
  direction: Float64Array,
  by: number,
  { steps, dt, record, restSpeed }: ProfileOptions,
): { rows: Float64Array[]; times: number[] } {
  const F = new Float64Array(flow.dimension);
  const rows: Float64Array[] = [];
  const times: number[] = [];
  let fastest = 0;
  let from: Float64Array = saddle.map((v, i) => v + by * direction[i]);
  for (let done = 0; done <= steps; done += record) {
    velocityInto(flow, from, F);
    const now = speed(F);
    rows.push(from);
    times.push(done * dt);
    fastest = Math.max(fastest, now);
    if (now < restSpeed && now < fastest / 10) break; // slow again, not still
    const { states, status } = integrate(flow, from, { steps: record, dt, record });
    if (status === "diverged") break;
    from = Float64Array.from(states.getRow(1));
  }
  return { rows, times };
}

/**
 * Speed and length of the way along any trajectory, as of a flip that was simulated.
 *
 * @param flow a vector field
 * @param states a trajectory, (time×N)
 * @returns arc length from its start and ‖F‖, one per row
 * @throws RangeError if the states do not fit the flow
 */
export function speedAlong(flow: Flow, states: AbstractMatrix): { arcLength: Float64Array; speed: Float64Array } {
  checkFlowArgument("speedAlong", flow);
  checkMatrix("speedAlong", "states", states, undefined, flow.dimension);
  const arcLength = new Float64Array(states.rows);
  const speeds = new Float64Array(states.rows);
  const F = new Float64Array(flow.dimension);
  let before: Float64Array | undefined;
  for (let t = 0; t < states.rows; t++) {
    const row = Float64Array.from({ length: flow.dimension }, (_, i) => states.get(t, i));
    velocityInto(flow, row, F);
    speeds[t] = speed(F);
    const last = before;
    if (last) arcLength[t] = arcLength[t - 1] + distance(row, last);
    before = row;
  }
  return { arcLength, speed: speeds };
}

/** The real eigenvalue of a matrix nearest to a shift, with its right and left eigenvector. */
export interface Eigentriple {
  readonly value: number;
  /** A v = λ v, unit length, sum ≥ 0. */
  readonly right: Float64Array;
  /** Aᵀ w = λ w, unit length, w·v ≥ 0. */
  readonly left: Float64Array;
}

/** Inverse iterations, with a shift beside an eigenvalue, or near it: each shrinks all but the nearest by the ratio of distances. */
const sweeps = { beside: 4, near: 6 };

/**
 * Right and left eigenvector of the real eigenvalue nearest to a shift, by inverse iteration:
 *
 *     (A − σI) v ← v,   (A − σI)ᵀ w ← w,   λ = wᵀ A v / wᵀ v
 *
 * @param A matrix, row-major, (size·size); not changed
 * @param size number of rows N
 * @param shift σ, near the eigenvalue wanted and not exactly on it
 * @returns undefined if the iteration does not settle, as when the nearest eigenvalues are a complex pair
 */
export function eigentripleNear(A: Float64Array, size: number, shift: number): Eigentriple | undefined {
  const shifted = Float64Array.from(A);
  for (let i = 0; i < size; i++) shifted[i * (size + 1)] -= shift;
  const factors = factorize(shifted, size);
  try {
    const vectors = inverseIterated(factors, sweeps.near);
    if (vectors === undefined) return undefined;
    const { right, left } = vectors;
    const overlap = dot(left, right);
    if (overlap < 1e-14) return undefined; // defective: the vectors are at right angles
    // A v − σ v = v/μ for the eigenvalue μ of the inverse, so λ needs no product with A
    return { value: shift + overlap / dot(left, factors.solve(right)), right, left };
  } finally {
    factors.release();
  }
}

/** Right and left eigenvector nearest to a shift, w·v ≥ 0, from the factors of A − σI; none if these are singular. */
function inverseIterated(
  factors: Factorization,
  times: number,
): { readonly right: Float64Array; readonly left: Float64Array } | undefined {
  if (factors.isSingular) return undefined;
  const right = iterated(factors.size, (v) => factors.solve(v), times);
  const left = iterated(factors.size, (v) => factors.solveTransposed(v), times);
  return right && left && { right, left: dot(left, right) < 0 ? left.map((v) => -v) : left };
}

/** From a vector that no symmetry of a network favours to a unit vector with sum ≥ 0; undefined if one is not finite. */
function iterated(size: number, solve: (v: Float64Array) => Float64Array, times: number): Float64Array | undefined {
  let v: Float64Array = Float64Array.from({ length: size }, (_, i) => 1 + (i % 7) / 7);
  for (let sweep = 0; sweep < times; sweep++) {
    const solved = solve(v);
    const length = norm(solved);
    if (!(length > 0) || !Number.isFinite(length)) return undefined;
    v = solved.map((entry) => entry / length);
  }
  const sum = v.reduce((total, entry) => total + entry, 0);
  return sum < 0 ? v.map((entry) => -entry) : v;
}
