import type { Eigentriple } from "../search/null-vectors";
import { type Factorization, factorize } from "../wasm/linear-solve";
import { dot, norm } from "../wasm/vector";
import type { CurveWindow, Foot } from "./solution-curve";

/** A zero of the reduced field: a fixed point near the singular one. */
export interface NearbyPoint extends Foot {
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
export class ReducedField {
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
