/** Where a saddle leads: its unstable direction, both branches, and the graph of passages between attractors. */
import { factorize } from "../numerics/linear-solve";
import {
  checkCount,
  checkList,
  checkNumber,
  checkRecord,
  checkVector,
  reject,
  withDefaults,
} from "../numerics/validate";
import { dot, norm } from "../numerics/vector";
import { checkFlowArgument, type Flow, jacobianInto, speed, velocityInto } from "./flow";
import { integrate } from "./integrate";
import { type ComplexArray, stability } from "./stability";

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
  /** First step along ±v, as a share of max(1, ‖x*‖): small enough to be linear, large enough to leave soon. */
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
 * @returns undefined unless exactly one eigenvalue has a positive real part
 * @throws RangeError if the point has another length than the flow
 */
export function unstableDirection(
  flow: Flow,
  saddle: Float64Array,
  known: KnownSpectrum = {},
): UnstableDirection | undefined {
  checkFlowArgument("unstableDirection", flow);
  checkVector("unstableDirection", "saddle", saddle, flow.dimension);
  const { eigenvalues, unstableCount } = known.eigenvalues ? known : stability(flow, saddle);
  if (eigenvalues === undefined || unstableCount !== 1) return undefined;
  const rate = eigenvalues.re[0];
  const size = flow.dimension;
  const shifted = new Float64Array(size * size);
  jacobianInto(flow, saddle, shifted);
  // exactly at λ the matrix is singular; a shift of 1e-7 still shrinks everything else a million times per solve
  for (let i = 0; i < size; i++) shifted[i * (size + 1)] -= rate + 1e-7 * Math.max(1, rate);
  const factors = factorize(shifted, size, { inPlace: true });
  const direction = iterated(size, (v) => factors.solve(v));
  const left = iterated(size, (v) => factors.solveTransposed(v));
  factors.release();
  const up = direction.reduce((sum, v) => sum + v, 0) < 0 ? direction.map((v) => -v) : direction;
  return { direction: up, rate, left: dot(left, up) < 0 ? left.map((v) => -v) : left };
}

/** Four inverse iterations from a vector that no symmetry of a network favours. */
function iterated(size: number, solve: (v: Float64Array) => Float64Array): Float64Array {
  let v: Float64Array = Float64Array.from({ length: size }, (_, i) => 1 + (i % 7) / 7);
  for (let sweep = 0; sweep < 4; sweep++) {
    const solved = solve(v);
    const length = norm(solved);
    v = solved.map((entry) => entry / length);
  }
  return v;
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

function checkedBranch(where: string, flow: Flow, options: Partial<BranchOptions> | undefined): BranchOptions {
  checkFlowArgument(where, flow);
  const settings = withDefaults(where, options, branchDefaults);
  checkNumber(where, "distance", settings.distance);
  checkNumber(where, "dt", settings.dt);
  checkCount(where, "steps", settings.steps);
  checkNumber(where, "restSpeed", settings.restSpeed, "not negative");
  checkList(where, "attractors", settings.attractors);
  for (const [i, x] of settings.attractors.entries()) checkVector(where, `attractors[${i}]`, x, flow.dimension);
  return settings;
}

function branchesAlong(flow: Flow, saddle: Float64Array, direction: Float64Array, settings: BranchOptions): Branch[] {
  const first = settings.distance * Math.max(1, Math.sqrt(dot(saddle, saddle)));
  return [-first, first].map((by) =>
    follow(
      flow,
      saddle.map((v, i) => v + by * direction[i]),
      settings,
    ),
  );
}

/** Steps between two looks: 20 τ for the speed alone, 2 τ where attractors are known. */
const stretch = { rest: 200, attractors: 20 };

/** "Near" an attractor, in parts of max(1, ‖x*‖): a fifteenth of the way between neighbours in a trained network. */
const near = 0.05;

function follow(flow: Flow, start: Float64Array, { steps, dt, restSpeed, attractors }: BranchOptions): Branch {
  const F = new Float64Array(flow.dimension);
  let end = start;
  let before = { index: -1, distance: Number.POSITIVE_INFINITY };
  for (let done = 0; done < steps; ) {
    const many = Math.min(attractors.length > 0 ? stretch.attractors : stretch.rest, steps - done);
    const { states, status } = integrate(flow, end, { steps: many, dt, record: many });
    end = Float64Array.from(states.getRow(states.rows - 1));
    done += many;
    if (status === "diverged") return { end, isAtRest: false, steps: done, attractor: -1 };
    const here = nearest(end, attractors);
    // nearer at two looks in turn: what only passes by, as at a saddle close to an attractor, moves away in between
    const isCaught = here.index >= 0 && here.index === before.index && here.distance <= 0.9 * before.distance;
    if (isCaught) return { end: attractors[here.index].slice(), isAtRest: true, steps: done, attractor: here.index };
    velocityInto(flow, end, F);
    if (speed(F) < restSpeed) return { end, isAtRest: true, steps: done, attractor: here.index };
    before = here;
  }
  return { end, isAtRest: false, steps, attractor: -1 };
}

/** The attractor that is near, and how far it is. */
function nearest(x: Float64Array, attractors: readonly Float64Array[]): { index: number; distance: number } {
  const none = { index: -1, distance: Number.POSITIVE_INFINITY };
  return attractors.reduce((best, xStar, index) => {
    const distance = norm(x.map((v, i) => v - xStar[i]));
    return distance <= near * Math.max(1, norm(xStar)) && distance < best.distance ? { index, distance } : best;
  }, none);
}

/** An edge of the transition graph: a saddle, and what lies at the end of its two branches. */
export interface Transition<Name> {
  readonly saddle: Float64Array;
  /** End of the branch along −v. */
  readonly from: Name;
  /** End of the branch along +v. */
  readonly to: Name;
  /** Both branches came to rest within the steps allowed; if not, `from` or `to` names a state on the way. */
  readonly isAtRest: boolean;
  /** Steps of the two branches. */
  readonly steps: readonly [number, number];
  /** v, λ and the left eigenvector w. */
  readonly unstable: UnstableDirection;
}

/**
 * The transition graph of a flow: nodes are what `read` makes of the ends, edges are index-1 saddles.
 *
 * Attractors among the points end the branches that come near them. In an odd flow the mirror image of a saddle that has been
 * followed is not followed again.
 *
 * @param flow a vector field
 * @param points fixed points with their number of unstable modes; edges are those with exactly one
 * @param read names a state at the end of a branch (the memory it stands for)
 * @param options those of `unstableManifold`, and onProgress(done, total)
 * @returns one transition per index-1 saddle, in the order given
 */
export async function transitionGraph<Name>(
  flow: Flow,
  points: readonly (KnownSpectrum & { readonly xStar: Float64Array })[],
  read: (end: Float64Array) => Name,
  options: Partial<BranchOptions> & { onProgress?: (done: number, total: number) => void } = {},
): Promise<Transition<Name>[]> {
  const where = "transitionGraph";
  checkFlowArgument(where, flow);
  checkList(where, "points", points, 0, ["xStar"]);
  if (typeof read !== "function") reject(where, "read", read, "a function that names a state");
  checkRecord(where, "options", options);
  const { onProgress, ...branch } = options;
  const attractors = points.filter((p) => p.unstableCount === 0).map((p) => p.xStar);
  const settings = checkedBranch(where, flow, { attractors, ...branch });
  const saddles = points.filter((p) => p.unstableCount === 1);
  const followed: Followed[] = [];
  for (const [i, point] of saddles.entries()) {
    checkVector(where, `saddle ${i}`, point.xStar, flow.dimension);
    const image = flow.odd ? followed.find(({ saddle }) => isMirror(saddle, point.xStar)) : undefined;
    const made = image ? mirrored(image, point.xStar) : followSaddle(flow, point, settings);
    if (made) followed.push(made);
    onProgress?.(i + 1, saddles.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return followed.map(({ saddle, unstable, branches: [from, to] }) => ({
    saddle,
    from: read(from.end),
    to: read(to.end),
    isAtRest: from.isAtRest && to.isAtRest,
    steps: [from.steps, to.steps],
    unstable,
  }));
}

interface Followed {
  readonly saddle: Float64Array;
  readonly unstable: UnstableDirection;
  readonly branches: readonly Branch[];
}

function followSaddle(
  flow: Flow,
  point: KnownSpectrum & { readonly xStar: Float64Array },
  settings: BranchOptions,
): Followed | undefined {
  const unstable = unstableDirection(flow, point.xStar, point);
  if (!unstable) return undefined;
  const branches = branchesAlong(flow, point.xStar, unstable.direction, settings);
  return { saddle: point.xStar, unstable, branches };
}

/** Distance, in parts of max(1, ‖x‖), at which two points are each other's mirror image; as in `completeness`. */
const samePlace = 1e-6;

function isMirror(x: Float64Array, y: Float64Array): boolean {
  return norm(x.map((v, i) => v + y[i])) <= samePlace * Math.max(1, norm(x));
}

/** What −x* does: v and w are the same, and each branch is the mirror image of the other one's. */
function mirrored({ unstable, branches: [from, to] }: Followed, saddle: Float64Array): Followed {
  const image = (branch: Branch): Branch => ({ ...branch, end: branch.end.map((v) => 0 - v), attractor: -1 });
  return { saddle, unstable, branches: [image(to), image(from)] };
}
