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
}

export const branchDefaults: Readonly<BranchOptions> = Object.freeze({
  distance: 1e-3,
  /** 600 τ: a saddle of rate 0.05 is left by a factor of a thousand in 140 τ, and the rest is the way down. */
  steps: 6000,
  /** The step of the paper's map. */
  dt: 0.1,
  /** Hundred times above what rounding leaves at N = 1000. */
  restSpeed: 1e-9,
});

/** One branch of an unstable manifold: the end, and whether it rests there. */
export interface Branch {
  readonly end: Float64Array;
  readonly isAtRest: boolean;
  readonly steps: number;
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
 *     (J − σI) w = v,   v ← w/‖w‖,   σ just above the largest real eigenvalue.
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
  let direction: Float64Array = Float64Array.from({ length: size }, (_, i) => 1 + (i % 7) / 7);
  for (let sweep = 0; sweep < 4; sweep++) {
    const solved = factors.solve(direction);
    const length = norm(solved);
    direction = solved.map((v) => v / length);
  }
  factors.release();
  const isDown = direction.reduce((sum, v) => sum + v, 0) < 0;
  return { direction: isDown ? direction.map((v) => -v) : direction, rate };
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
  const { distance, steps, dt, restSpeed } = withDefaults("unstableManifold", options, branchDefaults);
  checkNumber("unstableManifold", "distance", distance);
  checkNumber("unstableManifold", "dt", dt);
  checkCount("unstableManifold", "steps", steps);
  const out = unstableDirection(flow, saddle, known);
  if (out === undefined) return [];
  const first = distance * Math.max(1, Math.sqrt(dot(saddle, saddle)));
  return [-first, first].map((by) => {
    const start = saddle.map((v, i) => v + by * out.direction[i]);
    return follow(flow, start, steps, dt, restSpeed);
  });
}

/** Steps between two looks at the speed: 20 τ. */
const stretch = 200;

function follow(flow: Flow, start: Float64Array, steps: number, dt: number, restSpeed: number): Branch {
  const F = new Float64Array(flow.dimension);
  let end = start;
  let isAtRest = false;
  let done = 0;
  while (done < steps && !isAtRest) {
    const many = Math.min(stretch, steps - done);
    const { states, status } = integrate(flow, end, { steps: many, dt, record: many });
    end = Float64Array.from(states.getRow(states.rows - 1));
    done += many;
    if (status === "diverged") break;
    velocityInto(flow, end, F);
    isAtRest = speed(F) < restSpeed;
  }
  return { end, isAtRest, steps: done };
}

/** An edge of the transition graph: a saddle, and what lies at the end of its two branches. */
export interface Transition<Name> {
  readonly saddle: Float64Array;
  readonly from: Name;
  readonly to: Name;
}

/**
 * The transition graph of a flow: nodes are what `read` makes of the ends, edges are index-1 saddles.
 *
 * @param flow a vector field
 * @param points fixed points with their number of unstable modes; all but those with exactly one are passed over
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
  checkFlowArgument("transitionGraph", flow);
  checkList("transitionGraph", "points", points, 0, ["xStar"]);
  if (typeof read !== "function") reject("transitionGraph", "read", read, "a function that names a state");
  checkRecord("transitionGraph", "options", options);
  const { onProgress, ...branch } = options;
  const saddles = points.filter((p) => p.unstableCount === 1);
  const result: Transition<Name>[] = [];
  for (const [i, point] of saddles.entries()) {
    const { xStar } = point;
    const ends = unstableManifold(flow, xStar, branch, point);
    if (ends.length === 2) result.push({ saddle: xStar, from: read(ends[0].end), to: read(ends[1].end) });
    onProgress?.(i + 1, saddles.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return result;
}
