/**
 * The curve of fixed points F(x, p) = 0 in the space of activations and parameter, followed by its arc length.
 *
 * Where the curve turns back in p (a fold) J(x) is singular but the bordered matrix is not, so nothing breaks down:
 *
 *     M = ( J   F_p )        τ = M⁻¹ e  is the tangent,  c any vector with c·τ > 0     [Keller 1977; Seydel; Kuznetsov]
 *         (   cᵀ    )        sign det M = sign det J · sign τ_p   changes exactly where another curve crosses
 *
 * Lengths are taken in scaled coordinates y = (x/X, p/P), so that one interval of the parameter and the size of x both
 * count as 1.
 */
import { type Factorization, factorize } from "../numerics/linear-solve";
import { dot, norm } from "../numerics/vector";
import { kernelArray, releaseKernelArray } from "../numerics/wasm";
import { roundingOfSpeed } from "./energy-surface";
import { jacobianInto, velocityInto } from "./flow";
import type { FlowFamily } from "./flow-family";

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
}

/** A parameter this near to a border of its interval, in parts of it, is on the border. */
const slack = 1e-12;
/** Steps of Newton's method that a corrector may take. */
const mostCorrections = 10;
/** Longest step to a given parameter, as an arc: where the curve is steep only the last bit is done at once. */
const longestStep = 50;
/** Deuflhard's bound on ‖second step‖/‖first step‖ with which a corrector is believed to stay on its curve. */
const wantedContraction = 0.25;

/** The stretch of the curve over one interval of the parameter; owns memory of the kernels until released. */
export class CurveWindow {
  readonly size: number;
  readonly P: number;
  private readonly J: Float64Array;
  private readonly M: Float64Array;

  /**
   * @param family the flows
   * @param low smallest parameter of the interval
   * @param high largest parameter of the interval
   * @param X unit of length for activations
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
    this.J = kernelArray(this.size * this.size);
    this.M = kernelArray((this.size + 1) * (this.size + 1));
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

  /** F_p · P, by a one-sided difference that stays inside the interval. */
  private slopeInParameter(foot: Foot): Float64Array {
    const by = (foot.parameter + 1e-4 * this.P <= this.high ? 1e-4 : -1e-4) * this.P;
    const F = this.velocity(foot);
    const beside = this.velocity({ x: foot.x, parameter: foot.parameter + by });
    return beside.map((v, i) => ((v - F[i]) / by) * this.P);
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
    const orientation = factors.determinantSign;
    const tangent = orientation === 0 ? c.slice() : factors.solve(this.axis(1));
    factors.release();
    const length = norm(tangent);
    if (!(length > 0) || !Number.isFinite(length)) return undefined;
    return { ...foot, y, tangent: tangent.map((v) => v / length), orientation };
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
    const { size } = this;
    let y: Float64Array = guess.slice();
    let factors: Factorization | undefined;
    let before = 0;
    try {
      for (let k = 0; k < mostCorrections; k++) {
        const p = y[size] * this.P;
        if (p < this.reach[0] - slack * this.P || p > this.reach[1] + slack * this.P) return undefined;
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
    for (const array of [this.J, this.M]) releaseKernelArray(array);
  }
}

function residual(F: Float64Array, y: Float64Array, guess: Float64Array, c: Float64Array): Float64Array {
  const full = new Float64Array(F.length + 1);
  full.set(F);
  for (let i = 0; i < y.length; i++) full[F.length] += c[i] * (y[i] - guess[i]);
  return full;
}

/**
 * A step along the tangent, corrected across it; undefined if the curve bends by more than 30° on the way, or if the two
 * tangents do not explain the chord, as they do on an arc of a circle: then the step has cut across a fold and back.
 */
export function arcStep(window: CurveWindow, from: Stance, length: number): Stance | undefined {
  const guess = from.y.map((v, i) => v + length * from.tangent[i]);
  const next = window.standNear(guess, from.tangent);
  if (!next || dot(next.tangent, from.tangent) < leastCosine.ofBend) return undefined;
  const chord = next.y.map((v, i) => v - from.y[i]);
  const mean = next.tangent.map((v, i) => v + from.tangent[i]);
  return dot(chord, mean) >= leastCosine.ofChord * norm(chord) * norm(mean) ? next : undefined;
}

/** Cosines of the largest angles between the tangents at both ends (30°), and between their mean and the chord (10°). */
const leastCosine = { ofBend: 0.866, ofChord: 0.985 };

/** In parts of the size of x. Beside a fold the slope is steep: a jump to another curve would be a fifth of what it predicts. */
const little = 0.01;

/**
 * A step to a given parameter, corrected at that parameter. Believed only if the slopes dx/dp at both ends explain the way
 * between them (the trapezoidal rule, to a fifth of that way) and differ by no more than on an arc: else the corrector may
 * have changed to another curve. A very short way may be off by a fifth of what either slope predicts, if that is little.
 */
export function parameterStep(window: CurveWindow, from: Stance, parameter: number): Stance | undefined {
  const { size } = window;
  const rate = from.tangent[size];
  const by = parameter / window.P - from.y[size];
  if (rate * by <= 0 || Math.abs(by) > longestStep * Math.abs(rate)) return undefined;
  const guess = from.y.map((v, i) => v + (by / rate) * from.tangent[i]);
  guess[size] = parameter / window.P;
  const c = window.axis(Math.sign(by));
  const next = window.standNear(guess, c);
  if (!next || dot(next.tangent, from.tangent) < leastCosine.ofBend) return undefined;
  let moved = 0;
  let off = 0;
  let expected = 0;
  for (let i = 0; i < size; i++) {
    const way = next.y[i] - from.y[i];
    const before = (by * from.tangent[i]) / rate;
    const after = (by * next.tangent[i]) / next.tangent[size];
    moved += way * way;
    expected += Math.max(before * before, after * after);
    off += (way - (before + after) / 2) * (way - (before + after) / 2);
  }
  const isExplained = off <= 0.04 * moved || (off <= 0.04 * expected && off <= little * little);
  return isExplained || off <= 1e-16 ? next : undefined;
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
