/** What happens where the linearisation of a family of flows becomes singular, and where exactly. */

import type { ComplexArray } from "../flow/stability";
import { type Eigentriple, eigentripleNear } from "../search/saddles";
import { eigenvaluesOf } from "../wasm/eigen";
import { type Factorization, factorize } from "../wasm/lu";
import { dot, norm } from "../wasm/vector";
import { type CurveWindow, type Foot, type Stance, standBetween } from "./curve";

/**
 * - "saddle-node": two fixed points meet and vanish (a fold of the curve).
 * - "pitchfork": one becomes three, or three one.
 * - "transcritical": two cross and exchange their stability.
 * - "Hopf": a complex pair crosses the imaginary axis; the fixed point stays, a limit cycle comes or goes.
 * - "multiple": several eigenvalues cross at once, as far as the tolerance tells them apart; which fixed points meet is
 *   not worked out.
 * - "unresolved": the curve was lost, or what lies around the singular point fits none of these.
 */
export type BifurcationKind = "saddle-node" | "pitchfork" | "transcritical" | "Hopf" | "multiple" | "unresolved";

/** What growing parameter does: fixed points come or go, exchange stability, or one loses or gains it. */
export type BifurcationChange = "birth" | "death" | "exchange" | "loss" | "gain" | "unknown";

/** A bifurcation that was found and located. */
export interface Bifurcation {
  readonly kind: BifurcationKind;
  readonly change: BifurcationChange;
  readonly parameter: number;
  /** Width of the bracket in which the parameter lies. */
  readonly width: number;
  /** The fixed point there, (N). */
  readonly x: Float64Array;
  /** Those that cross, in 1/τ: their real parts are zero but for the width. */
  readonly eigenvalues: ComplexArray;
  /** Number of modes that grow there, besides those that cross; undefined where no eigenvalues were looked at. */
  readonly growing?: number;
  /** Unit null vector v of J, (N), along which the new fixed points lie; only for one real eigenvalue. */
  readonly direction?: Float64Array;
}

/** Where on a stretch of the curve something happens: a foot at each end of the bracket. */
export interface Bracket {
  readonly before: Foot;
  readonly after: Foot;
}

/** Eigenvalues at a point of a branch, and how many are unstable. */
export interface Spectrum extends ComplexArray {
  readonly unstableCount: number;
}

/** Eigenvalues of a Jacobian, (N·N), and how many of them have a positive real part. */
export function spectrumOf(J: Float64Array, size: number): Spectrum {
  const { re, im } = eigenvaluesOf(J, size);
  const zero = 1e-12 * norm(J);
  return { re, im, unstableCount: re.filter((value) => value > zero).length };
}

/** A located event and the fixed points around it that are not on the curve it was found on. */
export interface Unfolding {
  readonly event: Bifurcation;
  readonly others: readonly { readonly foot: Foot; readonly heading: 1 | -1 }[];
}

/** The middle of a bracket. */
export function middleOf({ before, after }: Bracket): Foot {
  return {
    parameter: before.parameter + (after.parameter - before.parameter) / 2,
    x: before.x.map((v, i) => v + (after.x[i] - v) / 2),
  };
}

/** Width of a bracket in the parameter. */
export function widthOf({ before, after }: Bracket): number {
  return Math.abs(after.parameter - before.parameter);
}

/** Narrows the bracket in which the tangent turns back in the parameter. */
export function locateTurn(window: CurveWindow, a: Stance, b: Stance): Bracket {
  const value = (stance: Stance) => stance.tangent[window.size];
  return locateZero(window, { before: a, after: b }, [value(a), value(b)], value, 1e-8);
}

/** Bisects the bracket in which the orientation changes, down to a width in the parameter. */
export function locateCrossing(window: CurveWindow, a: Stance, b: Stance, width: number): Bracket {
  let [before, after]: Stance[] = [a, b];
  for (let k = 0; k < 60 && Math.abs(after.parameter - before.parameter) > width; k++) {
    const middle = standBetween(window, before, after, 0.5) ?? standBetween(window, before, after, 0.4);
    if (!middle) break;
    if (middle.orientation === 0) return { before: middle, after: middle };
    if (middle.orientation === a.orientation) before = middle;
    else after = middle;
  }
  return { before, after };
}

/**
 * Narrows a bracket around the zero of a function of the stances in it, by false position (Illinois) and then by a look
 * just beyond the zero.
 *
 * @param bracket feet of one interval with the zero between them
 * @param ends values there, of opposite signs
 * @param tolerance width to reach, in parts of the bracket
 */
export function locateZero(
  window: CurveWindow,
  bracket: Bracket,
  ends: readonly [number, number],
  value: (stance: Stance) => number,
  tolerance: number,
): Bracket {
  const { before: a, after: b } = bracket;
  let [before, after]: Foot[] = [a, b];
  let [low, high] = [0, 1];
  let [fLow, fHigh] = ends;
  for (let k = 0; k < 60 && high - low > tolerance; k++) {
    const secant = low + ((high - low) * fLow) / (fLow - fHigh);
    // a look just beyond the zero, from the nearer end: if the sign changes, the bracket collapses
    const beyond = Math.max(tolerance / 2, 0.1 * Math.min(secant - low, high - secant));
    const wanted = secant - low < high - secant ? secant + beyond : secant - beyond;
    const t = k % 3 === 2 ? (low + high) / 2 : Math.min(high - tolerance / 4, Math.max(low + tolerance / 4, wanted));
    const stance = standBetween(window, a, b, t);
    if (!stance) break;
    const f = value(stance);
    if (f === 0) return { before: stance, after: stance };
    if (f * fLow > 0) [low, fLow, before] = [t, f, stance];
    else [high, fHigh, after] = [t, f, stance];
  }
  return { before, after };
}

/** Eigenvalues of J closer to zero than this part of a typical one are taken to cross together. */
const together = 1e-5;

/** The fold at a bracket. `heading` is the way the parameter went before it. */
export function foldAt(window: CurveWindow, bracket: Bracket, heading: 1 | -1): Bifurcation {
  const foot = middleOf(bracket);
  const { crossing, growing, triple } = crossingAt(window, foot);
  return {
    kind: crossing.re.length > 1 ? "multiple" : "saddle-node",
    change: heading > 0 ? "death" : "birth",
    parameter: foot.parameter,
    width: widthOf(bracket),
    x: foot.x,
    eigenvalues: crossing,
    growing,
    ...(triple ? { direction: triple.right } : {}),
  };
}

/** Eigenvalues that are zero at a foot as far as can be seen, and the null vectors if it is a single real one. */
function crossingAt(
  window: CurveWindow,
  foot: Foot,
): { crossing: ComplexArray; growing: number; triple?: Eigentriple } {
  const { size } = window;
  const J = window.jacobian(foot);
  const scale = window.rate || 1;
  const { re, im } = eigenvaluesOf(J, size);
  const modulus = (k: number) => Math.sqrt(re[k] * re[k] + im[k] * im[k]);
  const order = Array.from(re.keys()).sort((j, k) => modulus(j) - modulus(k));
  const near = order.filter((k, rank) => rank === 0 || modulus(k) <= together * scale);
  const crossing = { re: Float64Array.from(near, (k) => re[k]), im: Float64Array.from(near, (k) => im[k]) };
  const growing = order.slice(near.length).filter((k) => re[k] > 0).length;
  if (near.length > 1) return { crossing, growing };
  const triple = eigentripleNear(J, size, re[near[0]] + 1e-9 * scale);
  return { crossing, growing, ...(triple ? { triple } : {}) };
}

/** Distances from the parameter of a branch point, in parts of the interval, at which its neighbourhood is looked at. */
const offsets = [1e-2, 1e-3, 1e-4, 1e-5];
/** How far from the branch point along the null vector, in parts of the unit of the state. */
const reaches = [0.5, 0.1, 0.02];
const looks = offsets.flatMap((offset) => reaches.map((reach) => [offset, reach] as const));

/** Feet on the curve on either side of a branch point, or on one only; on the same side if the curve turns there. */
export interface CurveEnds {
  readonly a: Foot;
  readonly b?: Foot;
  readonly isTurn: boolean;
}

/**
 * The branch point at a bracket: the fixed points nearby are counted on either side of it.
 *
 *     1 | 3  pitchfork        2 | 2  transcritical        anything else: unresolved
 *
 * They must differ by the one mode that crosses, and stand as these kinds demand: else another bifurcation lies between, and
 * one must look from nearer.
 *
 * @param window the interval
 * @param bracket where it lies
 * @param ends feet on the curve it was found on, which is not among the others
 */
export function branchPointAt(window: CurveWindow, bracket: Bracket, ends: CurveEnds): Unfolding {
  const foot = middleOf(bracket);
  const { crossing, growing, triple } = crossingAt(window, foot);
  const located = {
    parameter: foot.parameter,
    width: widthOf(bracket),
    x: foot.x,
    eigenvalues: crossing,
    growing,
    ...(triple ? { direction: triple.right } : {}),
  };
  const vague = (kind: BifurcationKind): Unfolding => ({ event: { kind, change: "unknown", ...located }, others: [] });
  if (crossing.re.length > 1) return vague("multiple");
  if (!triple) return vague("unresolved");
  const field = new ReducedField(window, foot, triple);
  try {
    for (const mostMarginal of [0, 1]) {
      for (const [offset, reach] of looks) {
        const sides = [-1, 1].map((side) => foot.parameter + side * offset * window.P);
        if (!sides.every((parameter) => window.hasFlowAt(parameter))) continue; // beside an end of the family
        const found = sides.map((parameter) => field.zeros(parameter, reach * window.X));
        const kind = kindOf(found[0].length, found[1].length);
        if (!kind || !isAlone(window, found, growing, mostMarginal)) continue;
        const x = ends.isTurn && kind.kind === "pitchfork" ? handleOf(found) : located.x;
        return { event: { ...kind, ...located, x }, others: otherPoints(found, foot, ends) };
      }
    }
    return vague("unresolved");
  } finally {
    field.release();
  }
}

function kindOf(before: number, after: number): Pick<Bifurcation, "kind" | "change"> | undefined {
  if (before === 2 && after === 2) return { kind: "transcritical", change: "exchange" };
  if (before === 1 && after === 3) return { kind: "pitchfork", change: "birth" };
  if (before === 3 && after === 1) return { kind: "pitchfork", change: "death" };
  return undefined;
}

/**
 * Whether the fixed points on both sides of a branch point differ by the mode that crosses and by no other: along the null
 * vector neighbours do, and far out on it the flow is the same on both sides. No other may be crossing just there: an
 * eigenvalue that is zero as far as can be seen must be the one that crosses.
 */
function isAlone(window: CurveWindow, found: readonly NearbyPoint[][], growing: number, mostMarginal: number): boolean {
  const spectra = found.map((points) => points.map((point) => spectrumOf(window.jacobian(point), window.size)));
  const isMarginal = (re: number) => Math.abs(re) <= together * window.rate;
  const most = Math.max(...spectra.flat().map(({ re }) => re.filter(isMarginal).length));
  if (most > mostMarginal) return false;
  const [before, after] = spectra.map((side) => side.map(({ unstableCount }) => unstableCount - growing));
  const isAlternating = (counts: readonly number[]) =>
    counts.every((count, i) => (count === 0 || count === 1) && (i === 0 || count !== counts[i - 1]));
  return isAlternating(before) && isAlternating(after) && before[0] === after[0];
}

/** Where the branch that goes through a pitchfork crosses it: nearer than the arms tell, on which x runs with √p. */
function handleOf(found: readonly NearbyPoint[][]): Float64Array {
  const [before, after] = found.map((points) => points[points.length >> 1].x);
  return before.map((v, i) => v + (after[i] - v) / 2);
}

/** The nearby fixed points that do not lie on the curve through a and b. */
function otherPoints(found: readonly NearbyPoint[][], foot: Foot, { a, b, isTurn }: CurveEnds): Unfolding["others"] {
  return found.flatMap((points, side) => {
    const heading: 1 | -1 = side === 0 ? -1 : 1;
    const isOnSideOfA = (a.parameter - foot.parameter) * heading > 0;
    const end = isOnSideOfA ? a : b;
    // the two arms of a curve that turns embrace the rest
    const arms = isOnSideOfA ? [points[0], points[points.length - 1]] : [];
    const own = isTurn ? arms : end ? [nearestTo(points, end, foot)] : [];
    return points.filter((point) => !own.includes(point)).map((point) => ({ foot: point, heading }));
  });
}

/** The point nearest to the straight line from the branch point to a foot of the curve. */
function nearestTo(points: readonly NearbyPoint[], end: Foot, centre: Foot): NearbyPoint {
  const distance = (point: NearbyPoint) => {
    const share = (point.parameter - centre.parameter) / (end.parameter - centre.parameter);
    return norm(point.x.map((v, i) => v - centre.x[i] - share * (end.x[i] - centre.x[i])));
  };
  return points.reduce((best, point) => (distance(point) < distance(best) ? point : best));
}

/** A zero of the reduced field: a fixed point near the singular one. */
interface NearbyPoint extends Foot {
  /** Coordinate along the null vector, in activation. */
  readonly along: number;
}

/** Steps of the chord method for one value of the reduced field. */
const mostSteps = 30;
/** Places on either side of the null vector, each this much nearer than the last, where the reduced field is looked at. */
const places = 20;
const nearer = 0.6;

/**
 * The flow near a singular point, reduced to one dimension (Lyapunov–Schmidt): with J v = 0 and wᵀ J = 0 at x*,
 *
 *     F(x, p) = β w,   vᵀ (x − x*) = s        has one solution x(s, p), and β(s, p) = 0 exactly at fixed points.
 *
 * The bordered matrix (J −w; vᵀ 0) is regular although J is not [Govaerts], so its LU at x* serves for all s and p nearby.
 * Owns that LU until released.
 */
class ReducedField {
  private readonly factors: Factorization;

  constructor(
    readonly window: CurveWindow,
    readonly centre: Foot,
    readonly triple: Eigentriple,
  ) {
    const { size } = window;
    const J = window.jacobian(centre);
    const width = size + 1;
    const bordered = new Float64Array(width * width);
    for (let i = 0; i < size; i++) {
      bordered.set(J.subarray(i * size, (i + 1) * size), i * width);
      bordered[i * width + size] = -triple.left[i];
    }
    bordered.set(triple.right, size * width);
    this.factors = factorize(bordered, width);
  }

  /** β(s, p) and x(s, p) by the chord method; undefined where it does not converge. */
  at(s: number, parameter: number): { beta: number; x: Float64Array } | undefined {
    if (this.factors.isSingular) return undefined;
    const { centre, triple, window } = this;
    const { size } = window;
    const rest = new Float64Array(size + 1);
    const x = centre.x.map((v, i) => v + s * triple.right[i]);
    let beta = 0;
    let before = Number.POSITIVE_INFINITY;
    for (let k = 0; k < mostSteps; k++) {
      const F = window.velocity({ x, parameter });
      for (let i = 0; i < size; i++) rest[i] = F[i] - beta * triple.left[i];
      rest[size] = dot(triple.right, x) - dot(triple.right, centre.x) - s;
      if (!Number.isFinite(norm(rest))) return undefined;
      const step = this.factors.solve(rest);
      const length = norm(step);
      if (!Number.isFinite(length)) return undefined;
      for (let i = 0; i < size; i++) x[i] -= step[i];
      beta -= step[size];
      if (length <= 1e-12 * Math.max(window.X, norm(x))) return { beta, x };
      if (k > 0 && length > 0.7 * before) return length <= 1e-9 * window.X ? { beta, x } : undefined;
      before = length;
    }
    return { beta, x };
  }

  /** All zeros of β(·, p) that the grid of places tells apart, within the given distance of x*. */
  zeros(parameter: number, reach: number): NearbyPoint[] {
    const grid = Array.from({ length: places }, (_, j) => reach * nearer ** j);
    const values = [...grid.map((s) => -s), ...grid.reverse()]
      .map((s) => ({ s, beta: this.at(s, parameter)?.beta }))
      .filter((value): value is { s: number; beta: number } => value.beta !== undefined);
    const found: NearbyPoint[] = [];
    for (let j = 1; j < values.length; j++) {
      const [a, b] = [values[j - 1], values[j]];
      if (a.beta === 0 || a.beta * b.beta < 0) found.push(...this.zeroBetween(a, b, parameter));
    }
    return found;
  }

  private zeroBetween(
    a: { s: number; beta: number },
    b: { s: number; beta: number },
    parameter: number,
  ): NearbyPoint[] {
    let [low, high] = [a, b];
    for (let k = 0; k < 24 && low.beta !== 0; k++) {
      const s = (low.s + high.s) / 2;
      const middle = this.at(s, parameter);
      if (!middle || s === low.s || s === high.s) break;
      if (middle.beta === 0) low = { s, beta: 0 };
      else if (middle.beta * low.beta > 0) low = { s, beta: middle.beta };
      else high = { s, beta: middle.beta };
    }
    const point = this.at(low.s, parameter);
    return point ? [{ parameter, x: point.x, along: low.s }] : [];
  }

  release(): void {
    this.factors.release();
  }
}
