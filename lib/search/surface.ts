import { type Flow, jacobianInto, velocityInto } from "../flow/flow";
import { loadWasm, releaseWasmArray, wasmArray } from "../wasm/memory";
import { dot, multiplyInto, multiplyTransposedInto, norm } from "../wasm/vector";

/** Unit roundoff of a float64, 2⁻⁵³. */
export const unitRoundoff = 2 ** -53;

/** How often a search asked the flow for something. */
export interface Evaluations {
  /** Calls of F. */
  readonly velocity: number;
  /** Calls of J. */
  readonly jacobian: number;
  /** Products J v and Jᵀ v, each about as much work as one F of a dense network. */
  readonly products: number;
}

/**
 * Rounding error to be expected in ‖F(x)‖ for a field that adds up N terms of the size of x: u √N ‖x‖, u = 2⁻⁵³.
 *
 * An estimate, not a bound; on trained networks (N = 1000) it predicts the observed floor of q, a few 1e-27, within a
 * factor of ten. At the origin it is zero: there F(0) = 0 is exact or not at all.
 */
export function roundingOfSpeed(x: Float64Array): number {
  return unitRoundoff * Math.sqrt(x.length) * norm(x);
}

/**
 * The surface q(x) = ½‖F(x)‖² as a search sees it: where it stands, the slope there, and a trial step at a time.
 *
 * Owns its memory in shared wasm memory, so that one iteration allocates nothing; `release` gives it back.
 */
export class EnergySurface {
  readonly size: number;
  readonly F: Float64Array;
  readonly gradient: Float64Array;
  /** J(x), row-major; a method may overwrite it (LU in place) and must then not ask for products again. */
  readonly J: Float64Array;
  readonly step: Float64Array;
  x: Float64Array;
  q = Number.POSITIVE_INFINITY;
  /** ‖Jᵀ F‖/(‖J‖ ‖F‖), Frobenius norm: the cosine between F and what J can do; Infinity where J is not finite. */
  slope = Number.POSITIVE_INFINITY;
  readonly count = { velocity: 0, jacobian: 0, products: 0 };
  #trial: Float64Array;
  readonly #trialF: Float64Array;

  constructor(readonly flow: Flow) {
    this.size = flow.dimension;
    this.x = wasmArray(this.size);
    this.F = wasmArray(this.size);
    this.gradient = wasmArray(this.size);
    this.step = wasmArray(this.size);
    this.#trial = wasmArray(this.size);
    this.#trialF = wasmArray(this.size);
    this.J = wasmArray(this.size * this.size);
  }

  /** Stands at x0. */
  begin(x0: Float64Array): void {
    this.x.set(x0);
    velocityInto(this.flow, this.x, this.F);
    this.count.velocity++;
    this.q = energyOrInfinity(this.F);
  }

  get speed(): number {
    return Math.sqrt(2 * this.q);
  }

  /** Fills J, ∇q = Jᵀ F and the slope at x.  [J15 eq. 9] */
  linearise(): void {
    jacobianInto(this.flow, this.x, this.J);
    this.count.jacobian++;
    this.applyTransposed(this.F, this.gradient);
    const steepness = norm(this.gradient);
    const slope = steepness === 0 ? 0 : steepness / (lengthOf(this.J) * this.speed);
    this.slope = Number.isFinite(slope) ? slope : Number.POSITIVE_INFINITY;
  }

  /** out = J v. */
  apply(v: Float64Array, out: Float64Array): void {
    multiplyInto(this.J, v, out);
    this.count.products++;
  }

  /** out = Jᵀ v. */
  applyTransposed(v: Float64Array, out: Float64Array): void {
    multiplyTransposedInto(this.J, v, out);
    this.count.products++;
  }

  /** q at x + step, Infinity where F is not finite. */
  tryStep(): number {
    for (let i = 0; i < this.size; i++) this.#trial[i] = this.x[i] + this.step[i];
    velocityInto(this.flow, this.#trial, this.#trialF);
    this.count.velocity++;
    return energyOrInfinity(this.#trialF);
  }

  /** Moves to the point of the last trial, whose energy was q. */
  accept(q: number): void {
    [this.x, this.#trial] = [this.#trial, this.x];
    this.F.set(this.#trialF);
    this.q = q;
  }

  release(): void {
    for (const buffer of [this.x, this.F, this.gradient, this.step, this.#trial, this.#trialF, this.J]) {
      releaseWasmArray(buffer);
    }
  }
}

/** ½ F·F; a velocity that overflows or is NaN has infinite energy, so that no comparison can ever prefer it. */
function energyOrInfinity(F: Float64Array): number {
  const q = 0.5 * dot(F, F);
  return Number.isFinite(q) ? q : Number.POSITIVE_INFINITY;
}

/** ‖a‖ of an array in wasm memory, with the bits of `norm`. */
function lengthOf(a: Float64Array): number {
  return Math.sqrt(loadWasm().dot(a.byteOffset, a.byteOffset, a.length));
}
