import { type Flow, type FlowSpec, jacobianInto } from "../flow/flow";
import { type Stability, stability } from "../flow/stability";
import { type JobPool, libJob, poolFor } from "../pool";
import { releaseWasmArray, wasmArray } from "../wasm/memory";
import { norm } from "../wasm/vector";
import {
  type Certificate,
  certifyWith,
  factorsOf,
  heldBounds,
  type JacobianFactors,
  newtonBounds,
  type Polished,
  polishFixedPoint,
  type Residual,
  residual,
  type UndecidedReason,
} from "./certify";
import { deflatedNewton, trackEdge } from "./explore";
import { minimizeSpeed } from "./minimize";
import { isSamePlace } from "./points";

/** A recipe with a name that no other flow, or family, of this process has: a worker keeps what it made for the next job. */
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
  /**
   * A fixed point lies within this of the place, in activation: the radius of the certificate, or 2η for a flow without
   * one where J hardly changes so far along the Newton step; Infinity if undecided.
   */
  readonly within: number;
  /** Why it is undecided; only where it is. */
  readonly reason?: UndecidedReason;
  /** sign det(−J), 0 where J is singular to rounding. */
  readonly index: -1 | 0 | 1;
}

/** What one thread does as a whole, each a function of one subject (a flow, a course of curves) and plain data. */
type Pieces = Readonly<Record<string, (subject: never, ...rest: never[]) => unknown>>;

/**
 * Does one piece of work for each item: one after the other here, all at once with a pool.
 *
 * @returns results in the order of the items, whoever was ready first
 */
type Each = <Item, Result>(
  items: readonly Item[],
  work: (item: Item, i: number) => Promise<Result>,
) => Promise<Result[]>;

/** The same pieces, to be done by whichever thread. */
export type Work<All extends Pieces> = {
  [Name in keyof All]: All[Name] extends (subject: never, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Promise<Result>
    : never;
} & { readonly each: Each };

/** A piece of work as a worker is told of it. */
export interface PieceJob<Subject> {
  readonly subject: Subject;
  readonly piece: string;
  readonly rest: readonly unknown[];
}

/** Does the piece of work that a job names, on a subject made from what the job tells of it. */
export function pieceOf(all: Pieces, { piece, rest }: PieceJob<unknown>, subject: unknown): unknown {
  return all[piece](subject as never, ...(rest as never[]));
}

/** The pieces done by the workers of a pool, which have a job of that name for them. */
export function pooledWork<All extends Pieces>(
  all: All,
  job: string,
  subject: unknown,
  pool: JobPool,
  signal?: AbortSignal,
): Work<All> {
  const ask = (piece: string, rest: unknown[]) => pool.run(libJob(job), { subject, piece, rest }, signal);
  return workBy(all, ask, (items, work) => Promise.all(items.map(work)));
}

/** The pieces done by this thread, one after the other; in between the event loop gets a turn, for bars and interrupts. */
export function ownWork<All extends Pieces>(all: All, subject: unknown, signal?: AbortSignal): Work<All> {
  const ask = async (piece: string, rest: unknown[]) => {
    signal?.throwIfAborted();
    const result = pieceOf(all, { subject, piece, rest }, subject);
    await new Promise<void>((resolve) => setImmediate(resolve));
    return result;
  };
  return workBy(all, ask, oneByOne);
}

function workBy<All extends Pieces>(
  all: All,
  ask: (piece: string, rest: unknown[]) => Promise<unknown>,
  each: Each,
): Work<All> {
  const asked = Object.keys(all).map((piece) => [piece, (...rest: unknown[]) => ask(piece, rest)]);
  return { ...Object.fromEntries(asked), each } as Work<All>;
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

/** The pieces that a search consists of. */
export const searchPieces = {
  minimize: minimizeSpeed,
  judge: judgeCandidate,
  holdsOne: holdsOnePoint,
  spectrum: (flow: Flow, x: Float64Array): Stability => stability(flow, x),
  trackEdge,
  deflate: deflatedNewton,
};

export type SearchWork = Work<typeof searchPieces>;

/**
 * The work of a search on one flow. A flow with a `spec` is searched by workers, of the pool handed in or, if it is large, of
 * the one that is shared. One without is searched by this thread, which is said once, as a warning of the process.
 */
export function searchWork(flow: Flow, given: JobPool | undefined, signal?: AbortSignal): SearchWork {
  const { spec } = flow;
  const pool = given ?? (spec && poolFor(flow.dimension));
  if (pool && spec) return pooledWork(searchPieces, "search", { key: nameOf(flow), spec }, pool, signal);
  if (pool) warnWithoutSpec("flow");
  return ownWork(searchPieces, flow, signal);
}

const warned = new Set<string>();

/** Says once that a pool is of no use. */
export function warnWithoutSpec(what: "flow" | "family"): void {
  if (warned.has(what)) return;
  warned.add(what);
  process.emitWarning(`This ${what} has no spec, so no worker can be told of it: one thread does all the work.`);
}

const names = new WeakMap<object, string>();
let named = 0;

/** A name that no other object of this process gets. */
export function nameOf(owner: object): string {
  const name = names.get(owner) ?? `flow ${++named}`;
  names.set(owner, name);
  return name;
}

/**
 * Certificate and index of a candidate, from one LU factorisation of J.
 *
 * @param flow a vector field on N activations
 * @param x activation, (N), finite
 */
export function judgeCandidate(flow: Flow, x: Float64Array): Judgement {
  const size = flow.dimension;
  const J = wasmArray(size * size);
  let factors: JacobianFactors | undefined;
  try {
    jacobianInto(flow, x, J);
    factors = factorsOf(J, size);
    const polished = polishedNear(flow, x, factors);
    const at = polished?.x ?? x;
    const F = residual(flow, at, polished?.xLow ?? new Float64Array(size), factors?.length);
    const certificate = flow.lipschitzOfJacobian && certifyWith(flow, at, F, factors);
    const decided = certificate ?? estimated(flow, at, F, factors);
    return {
      ...(certificate ? { certificate } : {}),
      ...(polished ? { polished } : {}),
      within: decided.radius,
      ...(decided.reason ? { reason: decided.reason } : {}),
      index: decided.reason === "J is singular to rounding" ? 0 : indexOf(factors, size),
    };
  } finally {
    factors?.lu.release();
    releaseWasmArray(J);
  }
}

/**
 * J may change by this part of σ_min and is still the same for our purpose. At a zero of order k ≥ 2 it changes by 0.86 to 1
 * over twice the Newton step (1 − (1 − 2/k)^(k−1)), so that no double zero passes for a simple one.
 */
const mostChange = 0.5;

/** What takes the certificate's place for a flow without a bound on how J changes: it is looked at where 2η leads. */
function estimated(
  flow: Flow,
  x: Float64Array,
  F: Residual,
  factors: JacobianFactors | undefined,
): Pick<Certificate, "radius" | "reason"> {
  const bounds = heldBounds(flow, x, F, factors, (_, beta) => mostChange / beta);
  if (typeof bounds === "string") return { radius: Number.POSITIVE_INFINITY, reason: bounds };
  const { step, beta, eta } = bounds;
  const length = norm(step);
  const away = (by: number) =>
    x.map((value, i) => value - by * (length > 0 ? step[i] / length : 1 / Math.sqrt(x.length)));
  // half way, too: J of a double zero with a kink, x |x|, is at the far end what it is here
  const isEven = [2 * eta, eta].every((by) => beta * changeOfJacobian(flow, x, away(by)) <= mostChange);
  if (isEven) return { radius: 2 * eta };
  return { radius: Number.POSITIVE_INFINITY, reason: "J changes too much over a Newton step" };
}

/** ‖J(a) − J(b)‖ (Frobenius); NaN where one is not finite. */
function changeOfJacobian(flow: Flow, a: Float64Array, b: Float64Array): number {
  const [Ja, Jb] = [a, b].map(() => new Float64Array(a.length * a.length));
  jacobianInto(flow, a, Ja);
  jacobianInto(flow, b, Jb);
  return norm(Ja.map((value, k) => value - Jb[k]));
}

/**
 * Whether J changes by less than σ_min(J(a)) from a to b and back half way: then F takes no value twice in between, so that
 * a and b cannot be near two fixed points. An estimate, for flows that have no bound.
 */
export function holdsOnePoint(flow: Flow, a: Float64Array, b: Float64Array): boolean {
  const J = wasmArray(a.length * a.length);
  let factors: JacobianFactors | undefined;
  try {
    jacobianInto(flow, a, J);
    factors = factorsOf(J, a.length);
    const bounds = newtonBounds({ F: new Float64Array(a.length), rounding: 0 }, factors);
    if (typeof bounds === "string") return false;
    const middle = a.map((value, i) => value + (b[i] - value) / 2);
    return [middle, b].every((x) => bounds.beta * changeOfJacobian(flow, a, x) <= mostChange);
  } finally {
    factors?.lu.release();
    releaseWasmArray(J);
  }
}

/** Polishing moves a fixed point by rounding only: what goes farther was none. */
const farthestPolish = 1e-6;

function polishedNear(flow: Flow, x: Float64Array, factors: JacobianFactors | undefined): Polished | undefined {
  if (!flow.velocityExtended || factors === undefined || factors.lu.isSingular) return undefined;
  const polished = polishFixedPoint(flow, x, factors.lu);
  return polished.status === "converged" && isSamePlace(polished.x, x, farthestPolish) ? polished : undefined;
}

/** sign det(−J), with det(−J) = (−1)^N det J. */
function indexOf(factors: JacobianFactors | undefined, size: number): -1 | 0 | 1 {
  const sign = factors?.lu.determinantSign ?? 0;
  return size % 2 === 0 || sign === 0 ? sign : sign === 1 ? -1 : 1;
}
