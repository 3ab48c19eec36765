/**
 * The curve of fixed points F(x, p) = 0 in the space of activations and parameter, followed by its arc length.
 *
 * Where the curve turns back in p (a fold) J(x) is singular but the bordered matrix is not, so nothing breaks down:
 *
 *     M = ( J   F_p )        τ = M⁻¹ e  is the tangent,  c any vector with c·τ > 0     [Keller 1977; Seydel; Kuznetsov]
 *         (   cᵀ    )        sign det M = sign det J · sign τ_p   changes exactly where another curve crosses
 *
 * Lengths are taken in scaled coordinates y = (x/X, p/P), so that one interval of the parameter and the unit of the state
 * both count as 1. What is believed does not hang on these units: a step must be explained component by component, in parts
 * of its own way, and so must both its halves, with the point in the middle found on the curve.
 */

import { type FlowFamily, jacobianInto, velocityInto } from "../flow/flow";
import { roundingOfSpeed } from "../search/surface";
import { exp, log } from "../wasm/elementary";
import { type Factorization, factorize } from "../wasm/lu";
import { releaseWasmArray, wasmArray } from "../wasm/memory";
import { dot, norm } from "../wasm/vector";

/** A point of the curve: a fixed point and the parameter it belongs to. */
export interface Foot {
  readonly parameter: number;
  readonly x: Float64Array;
}

/** A point of the curve with what is needed to go on from there. */
export interface Stance extends Foot {
  /** (x/X, p/P), (N+1). */
  readonly y: Float64Array;
  /** Unit tangent in these coordinates, (N+1); its last component tells whether the parameter grows. */
  readonly tangent: Float64Array;
  /** sign det M: changes where another curve crosses. */
  readonly orientation: number;
  /** log |det M| with the tangent as c: smooth along the curve, and −∞ exactly where another curve crosses. */
  readonly logDeterminant: number;
}

/** A parameter this near to a border of its interval, in parts of it, is on the border. */
const slack = 1e-12;
/** Steps of Newton's method that a corrector may take. */
const mostCorrections = 10;
/** Longest step to a given parameter, as an arc: where the curve is steep only the last bit is done at once. */
const longestStep = 50;
/** Deuflhard's bound on ‖second step‖/‖first step‖ with which a corrector is believed to stay on its curve. */
const wantedContraction = 0.25;
/** The same with an LU that was made elsewhere: when steps shrink by less, a new one is cheaper. */
const contractionOfOld = 0.1;

/** The stretch of the curve over one interval of the parameter; owns wasm memory until released. */
export class CurveWindow {
  readonly size: number;
  readonly P: number;
  private readonly J: Float64Array;
  private readonly M: Float64Array;
  /** Size of a typical eigenvalue, ‖J‖/√N in the Frobenius norm: the largest that was met on the curve. */
  rate = 0;
  /** The LU made last, and its c: near by it serves again. */
  private last: { readonly factors: Factorization; readonly c: Float64Array } | undefined;

  /**
   * @param family the flows
   * @param low smallest parameter of the interval
   * @param high largest parameter of the interval
   * @param X unit of length for activations, as from `unitOfState`
   * @param reach smallest and largest parameter there is: a corrector may look beyond the interval, but not beyond these
   */
  constructor(
    readonly family: FlowFamily,
    readonly low: number,
    readonly high: number,
    readonly X: number,
    private readonly reach: readonly [number, number] = [low, high],
  ) {
    this.size = family.flowAt(low).dimension;
    this.P = high - low;
    this.J = wasmArray(this.size * this.size);
    this.M = wasmArray((this.size + 1) * (this.size + 1));
  }

  /** Scaled coordinates of a foot. */
  scaled({ x, parameter }: Foot): Float64Array {
    const y = new Float64Array(this.size + 1);
    for (let i = 0; i < this.size; i++) y[i] = x[i] / this.X;
    y[this.size] = parameter / this.P;
    return y;
  }

  /** The foot at scaled coordinates; at the border of the interval the parameter is exact. */
  foot(y: Float64Array): Foot {
    let parameter = y[this.size] * this.P;
    for (const border of [this.low, this.high]) {
      if (Math.abs(parameter - border) <= slack * this.P) parameter = border;
    }
    return { parameter, x: y.subarray(0, this.size).map((v) => v * this.X) };
  }

  /** A vector along the parameter axis, pointing the way of `heading`. */
  axis(heading: number): Float64Array {
    const c = new Float64Array(this.size + 1);
    c[this.size] = heading;
    return c;
  }

  /** Whether the family has a flow at a parameter. */
  hasFlowAt(parameter: number): boolean {
    return parameter >= this.reach[0] && parameter <= this.reach[1];
  }

  /** F at a foot. */
  velocity({ x, parameter }: Foot): Float64Array {
    const F = new Float64Array(this.size);
    velocityInto(this.family.flowAt(parameter), x, F);
    return F;
  }

  /** J at a foot, row-major; overwritten by the next call of a method. */
  jacobian({ x, parameter }: Foot): Float64Array {
    jacobianInto(this.family.flowAt(parameter), x, this.J);
    return this.J;
  }

  /** F_p · P to second order, by differences that stay inside the interval: central, or (−3 F₀ + 4 F₁ − F₂)/2h at its ends. */
  private slopeInParameter({ x, parameter }: Foot): Float64Array {
    const h = 1e-4 * this.P;
    const at = (times: number) => this.velocity({ x, parameter: parameter + times * h });
    if (parameter - h >= this.low && parameter + h <= this.high) {
      const before = at(-1);
      return at(1).map((v, i) => (v - before[i]) / 2e-4);
    }
    const way = parameter + 2 * h <= this.high ? 1 : -1;
    const [here, near, far] = [at(0), at(way), at(2 * way)];
    return here.map((v, i) => (way * (4 * near[i] - far[i] - 3 * v)) / 2e-4);
  }

  /** LU of M at a foot, the last row being c. */
  private factorizeBordered(foot: Foot, c: Float64Array): Factorization {
    const { size, M, X } = this;
    const J = this.jacobian(foot);
    const slope = this.slopeInParameter(foot);
    const width = size + 1;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) M[i * width + j] = J[i * size + j] * X;
      M[i * width + size] = slope[i];
    }
    M.set(c, size * width);
    return factorize(M, width);
  }

  /** Tangent and orientation at a point of the curve; the tangent has c·τ > 0. */
  stand(y: Float64Array, c: Float64Array): Stance | undefined {
    const foot = this.foot(y);
    const factors = this.factorizeBordered(foot, c);
    this.rate = Math.max(this.rate, norm(this.J) / Math.sqrt(this.size));
    const orientation = factors.determinantSign;
    const tangent = orientation === 0 ? c.slice() : factors.solve(this.axis(1));
    const length = norm(tangent);
    // det M is linear in its last row: c·τ = 1/length for the unit tangent
    const logDeterminant = factors.logDeterminant + log(length);
    this.keep(factors, c);
    if (!(length > 0) || !Number.isFinite(length)) return undefined;
    return { ...foot, y, tangent: tangent.map((v) => v / length), orientation, logDeterminant };
  }

  private keep(factors: Factorization, c: Float64Array): void {
    this.last?.factors.release();
    this.last = factors.isSingular ? undefined : { factors, c };
    if (factors.isSingular) factors.release();
  }

  /**
   * Newton's method for F = 0 on the plane through `guess` at right angles to c.
   *
   * @returns the point, or undefined if the steps do not shrink as they must, or end outside of the interval
   */
  correct(guess: Float64Array, c: Float64Array): Float64Array | undefined {
    const y = this.newton(guess, c);
    const p = y ? y[this.size] * this.P : Number.NaN;
    return p >= this.low - slack * this.P && p <= this.high + slack * this.P ? y : undefined;
  }

  private newton(guess: Float64Array, c: Float64Array): Float64Array | undefined {
    const { last } = this;
    const isNear = last?.c.every((v, i) => v === c[i]);
    return (isNear && this.newtonWithOld(guess, c, last?.factors as Factorization)) || this.newtonAnew(guess, c);
  }

  /** Newton's method with the LU of a point near by: undefined if that does not serve. */
  private newtonWithOld(guess: Float64Array, c: Float64Array, factors: Factorization): Float64Array | undefined {
    let y: Float64Array = guess.slice();
    let before = Number.POSITIVE_INFINITY;
    for (let k = 0; k < mostCorrections && this.isWithinReach(y); k++) {
      const foot = this.foot(y);
      const F = this.velocity(foot);
      const speed = norm(F);
      if (!Number.isFinite(speed)) return undefined;
      if (speed <= roundingOfSpeed(foot.x)) return y;
      const step = factors.solve(residual(F, y, guess, c));
      const length = norm(step);
      if (!(length <= contractionOfOld * before)) return undefined;
      y = y.map((v, i) => v - step[i]);
      if (length <= 1e-11) return y;
      before = length;
    }
    return undefined;
  }

  /** Whether the family has the parameter. */
  private isWithinReach(y: Float64Array): boolean {
    const p = y[this.size] * this.P;
    return p >= this.reach[0] - slack * this.P && p <= this.reach[1] + slack * this.P;
  }

  private newtonAnew(guess: Float64Array, c: Float64Array): Float64Array | undefined {
    let y: Float64Array = guess.slice();
    let factors: Factorization | undefined;
    let before = 0;
    try {
      for (let k = 0; k < mostCorrections; k++) {
        if (!this.isWithinReach(y)) return undefined;
        const foot = this.foot(y);
        const F = this.velocity(foot);
        const speed = norm(F);
        if (!Number.isFinite(speed)) return undefined;
        if (speed <= roundingOfSpeed(foot.x)) return y;
        factors ??= this.factorizeBordered(foot, c);
        if (factors.isSingular) return undefined;
        const step = factors.solve(residual(F, y, guess, c));
        const length = norm(step);
        const contraction = k === 0 ? 0 : length / before;
        if (!Number.isFinite(length)) return undefined;
        if (contraction > wantedContraction) return length <= 1e-8 ? y : undefined; // tiny: rounding, not disagreement
        y = y.map((v, i) => v - step[i]);
        if (length <= 1e-11) return y;
        before = length;
        if (k === 0 ? length > 1e-3 : contraction > 0.02) {
          // too far, or too slow, to keep the old matrix
          factors.release();
          factors = undefined;
        }
      }
      return undefined;
    } finally {
      factors?.release();
    }
  }

  /** Corrects and stands: the point of the curve in the plane through `guess` at right angles to c. */
  standNear(guess: Float64Array, c: Float64Array): Stance | undefined {
    const y = this.correct(guess, c);
    return y && this.stand(y, c);
  }

  release(): void {
    this.last?.factors.release();
    this.last = undefined;
    for (const array of [this.J, this.M]) releaseWasmArray(array);
  }
}

function residual(F: Float64Array, y: Float64Array, guess: Float64Array, c: Float64Array): Float64Array {
  const full = new Float64Array(F.length + 1);
  full.set(F);
  for (let i = 0; i < y.length; i++) full[F.length] += c[i] * (y[i] - guess[i]);
  return full;
}

/** Cosine of the largest angle between the tangents at both ends of a step, 30°. */
const leastCosine = 0.866;
/**
 * How well the tangents at both ends must explain the way between them, by the trapezoidal rule: to a fifth of the way, or,
 * where it goes to and fro, to a quarter of that in what the tangents predict. This is asked of all components together and
 * of each for itself, give or take a quarter of a typical one: a leap of one unit among many, across a fold, is small beside
 * the length of the whole and large beside its own way. Of half a step twice as much is asked; on a smooth curve it is four
 * times as good.
 */
const unexplained = { step: 0.2, half: 0.1 };
/**
 * In units of the state: what Newton's method and the difference quotient F_p may leave. An imperfection that moves the fixed
 * point by less, here where it is followed, is not told from a perfect branch point.
 */
const noise = 1e-9;
/** Shorter arcs may hide two branch points: these are then told apart by their eigenvalues, or called multiple. */
const pairArc = 1e-3;

/** Whether the ways that the rates at both ends predict explain the way from a to b, to a share of it. */
function isExplained(a: Stance, b: Stance, wayOfA: Float64Array, wayOfB: Float64Array, share: number): boolean {
  const size = a.x.length;
  let [off, way, predicted] = [0, 0, 0];
  const wayOf = (i: number) => b.y[i] - a.y[i];
  const offOf = (i: number) => wayOf(i) - (wayOfA[i] + wayOfB[i]) / 2;
  const predictedOf = (i: number) => Math.max(Math.abs(wayOfA[i]), Math.abs(wayOfB[i]));
  for (let i = 0; i < size; i++) {
    off += offOf(i) ** 2;
    way += wayOf(i) ** 2;
    predicted += predictedOf(i) ** 2;
  }
  const allowed = (length: number, rates: number) => share * Math.max(length, rates / 4) + noise;
  if (!(Math.sqrt(off) <= allowed(Math.sqrt(way), Math.sqrt(predicted)))) return false;
  const typical = (share / 4) * Math.sqrt(predicted / size);
  for (let i = 0; i <= size; i++) {
    const most = allowed(Math.abs(wayOf(i)), predictedOf(i)) + (i < size ? typical : 0);
    if (Math.abs(offOf(i)) > most) return false;
  }
  return true;
}

/** Whether an arc from a to b explains the way: as long as it must be for its mean tangent to fit the chord. */
function isArc(a: Stance, b: Stance, share: number): boolean {
  if (dot(a.tangent, b.tangent) < leastCosine) return false;
  const chord = b.y.map((v, i) => v - a.y[i]);
  const mean = b.tangent.map((v, i) => (v + a.tangent[i]) / 2);
  const length = dot(chord, mean) / dot(mean, mean);
  if (length <= 0) return false;
  return isExplained(
    a,
    b,
    a.tangent.map((v) => length * v),
    b.tangent.map((v) => length * v),
    share,
  );
}

/** Whether the slopes dx/dp at both ends explain the way, over which the parameter grows or falls throughout. */
function isGraph(a: Stance, b: Stance, share: number): boolean {
  if (dot(a.tangent, b.tangent) < leastCosine) return false;
  const last = a.x.length;
  const by = b.y[last] - a.y[last];
  const wayOf = ({ tangent }: Stance) => tangent.map((v) => (by * v) / tangent[last]);
  return isExplained(a, b, wayOf(a), wayOf(b), share);
}

/**
 * A second look at the middle of a step: the point there must lie on the curve, both halves must be explained as the whole
 * is, and det M must not pass zero twice, as far as a parabola through its three values tells.
 */
function isWholeStep(
  window: CurveWindow,
  a: Stance,
  b: Stance,
  guess: Float64Array,
  c: Float64Array,
  isOn: (a: Stance, b: Stance, share: number) => boolean,
): boolean {
  const middle = window.standNear(guess, c);
  if (!middle || !isOn(a, middle, unexplained.half) || !isOn(middle, b, unexplained.half)) return false;
  const isShort = norm(b.y.map((v, i) => v - a.y[i])) <= pairArc;
  return isShort || a.orientation * b.orientation <= 0 || !hidesZeros([a, middle, b].map(determinantBeside(a)));
}

/** det M in parts of its size at another stance. */
function determinantBeside(reference: Stance): (stance: Stance) => number {
  return ({ orientation, logDeterminant }) =>
    orientation === 0 ? 0 : orientation * exp(Math.min(700, logDeterminant - reference.logDeterminant));
}

/**
 * Whether a function that has the same sign at both ends of a step, and is known in the middle, passes zero twice on the way:
 * by the parabola through the three values.
 */
export function hidesZeros([start, middle, end]: readonly number[]): boolean {
  if (middle * start <= 0) return true;
  const slope = -3 * start + 4 * middle - end;
  const bend = 2 * (start - 2 * middle + end); // start + slope t + bend t²
  const at = -slope / (2 * bend);
  return at > 0 && at < 1 && (start + (slope * at) / 2) * start <= 0;
}

/** A step along the tangent, corrected across it; undefined if it is not believed. */
export function arcStep(window: CurveWindow, from: Stance, length: number): Stance | undefined {
  const c = from.tangent;
  const next = window.standNear(
    from.y.map((v, i) => v + length * c[i]),
    c,
  );
  if (!next || !isArc(from, next, unexplained.step)) return undefined;
  const guess = from.y.map((v, i) => (v + next.y[i]) / 2 + (length / 8) * (c[i] - next.tangent[i]));
  return isWholeStep(window, from, next, guess, c, isArc) ? next : undefined;
}

/** A step to a given parameter, corrected at that parameter; undefined if it is not believed. */
export function parameterStep(window: CurveWindow, from: Stance, parameter: number): Stance | undefined {
  const { size } = window;
  const rate = from.tangent[size];
  const by = parameter / window.P - from.y[size];
  if (rate * by <= 0 || Math.abs(by) > longestStep * Math.abs(rate)) return undefined;
  const guess = from.y.map((v, i) => v + (by / rate) * from.tangent[i]);
  guess[size] = parameter / window.P;
  const c = window.axis(Math.sign(by));
  const next = window.standNear(guess, c);
  if (!next || !isGraph(from, next, unexplained.step)) return undefined;
  const bend = from.tangent.map((v, i) => v / rate - next.tangent[i] / next.tangent[size]);
  const middle = from.y.map((v, i) => (v + next.y[i]) / 2 + (by / 8) * bend[i]);
  return isWholeStep(window, from, next, middle, c, isGraph) ? next : undefined;
}

/** The point of the curve a share t of the way from a to b, on the plane at right angles to the chord. */
export function standBetween(window: CurveWindow, a: Foot, b: Foot, t: number): Stance | undefined {
  const [from, to] = [window.scaled(a), window.scaled(b)];
  const chord = to.map((v, i) => v - from[i]);
  const length = norm(chord);
  if (length === 0) return undefined;
  return window.standNear(
    from.map((v, i) => v + t * chord[i]),
    chord.map((v) => v / length),
  );
}
