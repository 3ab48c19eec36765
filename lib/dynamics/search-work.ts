import { type Factorization, factorize } from "../numerics/linear-solve";
import { norm } from "../numerics/vector";
import { kernelArray, releaseKernelArray } from "../numerics/wasm";
import { type Certificate, certifyWith, residual } from "./certify";
import { deflatedNewton } from "./deflation";
import { type EdgeOptions, type TrackedEdge, trackEdge } from "./edge-tracking";
import { type Flow, type FlowSpec, jacobianInto } from "./flow";
import { isSamePlace } from "./merge";
import { type MinimizeOptions, type Minimum, minimizeSpeed } from "./minimize";
import { type Polished, polishFixedPoint } from "./polish";
import { type Stability, stability } from "./stability";

/** What code that can use a pool of workers needs of one; `createPool` makes one. */
export interface TaskPool {
  readonly threads: number;
  /**
   * Runs a task in a worker.
   *
   * @param task name of a function of lib/workers/tasks.ts
   * @param payload its argument; arrays on shared memory are not copied
   * @returns its result; rejects with what it threw, or with an AbortError when the signal or an interrupt stops it
   */
  run<Result>(task: string, payload: unknown, signal?: AbortSignal): Promise<Result>;
}

/** A recipe with a name that no other flow, or family, of this process has: a worker keeps what it made for the next task. */
export interface NamedSpec {
  readonly key: string;
  readonly spec: FlowSpec;
}

/** What the Jacobian at a candidate says about it. */
export interface Judgement {
  /** Only for flows that know `lipschitzOfJacobian`; at the polished point, where there is one. */
  readonly certificate?: Certificate;
  /** The point beyond float64; only for flows that know `velocityExtended`, and only where Newton's corrections arrive. */
  readonly polished?: Polished;
  /** ‖J⁻¹F‖, in activation; Infinity where J is singular. */
  readonly newtonLength: number;
  /** sign det(−J), 0 where J is singular. */
  readonly index: -1 | 0 | 1;
}

/** The pieces a search consists of, each done as a whole by one thread: here, or in a worker. */
export interface SearchWork {
  minimize(x: Float64Array, options: Partial<MinimizeOptions>): Promise<Minimum>;
  judge(x: Float64Array): Promise<Judgement>;
  spectrum(x: Float64Array): Promise<Stability>;
  trackEdge(a: Float64Array, b: Float64Array, options: Partial<EdgeOptions>): Promise<TrackedEdge | undefined>;
  deflate(x: Float64Array, known: readonly Float64Array[]): Promise<Float64Array | undefined>;
  /**
   * Does one piece of work for each item: one after the other here, all at once with a pool.
   *
   * @returns results in the order of the items, whoever was ready first
   */
  each<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]>;
}

/**
 * The work of a search on one flow. A flow with a `spec` is searched by the pool's workers; one without is searched by
 * this thread, which is said once, as a warning of the process.
 */
export function searchWork(flow: Flow, pool: TaskPool | undefined, signal?: AbortSignal): SearchWork {
  const spec = pool && flow.spec;
  if (pool && spec) return pooledWork({ key: nameOf(flow), spec }, pool, signal);
  if (pool) warnWithoutSpec("flow");
  return ownWork(flow, signal);
}

const warned = new Set<string>();

/** Says once that a pool is of no use. */
export function warnWithoutSpec(what: "flow" | "family"): void {
  if (warned.has(what)) return;
  warned.add(what);
  process.emitWarning(`This ${what} has no spec, so no worker can be told of it: one thread does all the work.`);
}

/** Does some work; the event loop then gets a turn, for progress bars and interrupts. */
export async function inTurns<Result>(work: () => Result): Promise<Result> {
  const result = work();
  await new Promise<void>((resolve) => setImmediate(resolve));
  return result;
}

/** Does one piece of work for each item, one after the other. */
export async function oneByOne<Item, Result>(
  items: readonly Item[],
  work: (item: Item, i: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [i, item] of items.entries()) results.push(await work(item, i));
  return results;
}

/** The same, all at once; results are in the order of the items, whoever was ready first. */
export function allAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item, i: number) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(items.map(work));
}

const names = new WeakMap<object, string>();
let named = 0;

/** A name that no other object of this process gets. */
export function nameOf(owner: object): string {
  const name = names.get(owner) ?? `flow ${++named}`;
  names.set(owner, name);
  return name;
}

function pooledWork(flow: NamedSpec, pool: TaskPool, signal?: AbortSignal): SearchWork {
  return {
    minimize: (x, options) => pool.run("minimize", { flow, x, options }, signal),
    judge: (x) => pool.run("judge", { flow, x }, signal),
    spectrum: (x) => pool.run("spectrum", { flow, x }, signal),
    trackEdge: (a, b, options) => pool.run("edge", { flow, a, b, options }, signal),
    deflate: (x, known) => pool.run("deflate", { flow, x, known }, signal),
    each: allAtOnce,
  };
}

function ownWork(flow: Flow, signal?: AbortSignal): SearchWork {
  const turn = async <Result>(work: () => Result): Promise<Result> => {
    signal?.throwIfAborted();
    return inTurns(work);
  };
  return {
    minimize: (x, options) => turn(() => minimizeSpeed(flow, x, options)),
    judge: (x) => turn(() => judgeCandidate(flow, x)),
    spectrum: (x) => turn(() => stability(flow, x)),
    trackEdge: (a, b, options) => turn(() => trackEdge(flow, a, b, options)),
    deflate: (x, known) => turn(() => deflatedNewton(flow, x, known)),
    each: oneByOne,
  };
}

/**
 * Certificate, Newton step and index of a candidate, from one LU factorisation of J.
 *
 * @param flow a vector field on N activations
 * @param x activation, (N), finite
 */
export function judgeCandidate(flow: Flow, x: Float64Array): Judgement {
  const size = flow.dimension;
  const J = kernelArray(size * size);
  let lu: Factorization | undefined;
  try {
    jacobianInto(flow, x, J);
    lu = Number.isFinite(norm(J)) ? factorize(J, size, { inPlace: true }) : undefined;
    const polished = polishedNear(flow, x, lu);
    const at = polished?.x ?? x;
    const { F, rounding } = residual(flow, at, polished?.xLow ?? new Float64Array(size));
    const certificate = flow.lipschitzOfJacobian && certifyWith(flow, at, F, lu, rounding);
    const newtonLength = lu && !lu.isSingular ? norm(lu.solve(F)) : Number.POSITIVE_INFINITY;
    const judgement = { newtonLength, index: indexOf(lu, size) };
    return { ...(certificate ? { certificate } : {}), ...(polished ? { polished } : {}), ...judgement };
  } finally {
    lu?.release();
    releaseKernelArray(J);
  }
}

/** Polishing moves a fixed point by rounding only: what goes farther was none. */
const farthestPolish = 1e-6;

function polishedNear(flow: Flow, x: Float64Array, lu: Factorization | undefined): Polished | undefined {
  if (!flow.velocityExtended || lu === undefined || lu.isSingular) return undefined;
  const polished = polishFixedPoint(flow, x, lu);
  return polished.status === "converged" && isSamePlace(polished.x, x, farthestPolish) ? polished : undefined;
}

/** sign det(−J), with det(−J) = (−1)^N det J. */
function indexOf(lu: Factorization | undefined, size: number): -1 | 0 | 1 {
  const sign = lu?.determinantSign ?? 0;
  return size % 2 === 0 || sign === 0 ? sign : sign === 1 ? -1 : 1;
}
