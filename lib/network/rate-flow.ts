import type { Matrix } from "ml-matrix";
import type { Flow, FlowSpec } from "../flow/flow";
import { checkRng, type Rng } from "../numbers/random";
import { angleInDegrees } from "../numbers/statistics";
import {
  checkChoice,
  checkCount,
  checkMatrix,
  checkNumber,
  checkRecord,
  checkVector,
  mostUnits,
  reject,
} from "../wasm/check";
import { logisticInto, tanhInto } from "../wasm/elementary";
import { largestSingularValue } from "../wasm/lu";
import { isResident, loadWasm, releaseWasmArray, wasmArray } from "../wasm/memory";
import { multiplyInto, multiplyTransposedInto, norm, toMatrix, toRowMajor } from "../wasm/vector";

/** The two nonlinearities of the paper. */
export type ActivationName = "tanh" | "logistic";

/** A nonlinearity r(x) from activation to firing rate, with what an analysis needs to know of it. */
export interface Activation {
  readonly name: ActivationName;
  /** Writes the rates r(xᵢ) into `r`. */
  readonly rateInto: (x: Float64Array, r: Float64Array) => void;
  /** r′(x), computed from the rate r(x). */
  readonly slope: (rate: number) => number;
  /** r″(x), computed from the rate r(x). */
  readonly curvature: (rate: number) => number;
  /** max r′: what the gain is multiplied by. A random network is quiet when gain · maxSlope < 1. */
  readonly maxSlope: number;
  /** max |r″|: how fast a Jacobian can change, as certificates need it. */
  readonly maxCurvature: number;
  /** Whether r(−x) = −r(x). */
  readonly isOdd: boolean;
}

const tanh: Activation = Object.freeze({
  name: "tanh",
  rateInto: tanhInto,
  // (1 − r)(1 + r) keeps its digits where 1 − r² would lose them, near saturation
  slope: (r: number) => (1 - r) * (1 + r),
  curvature: (r: number) => -2 * r * (1 - r) * (1 + r),
  maxSlope: 1,
  maxCurvature: 4 / (3 * Math.sqrt(3)),
  isOdd: true,
} as const);

const logistic: Activation = Object.freeze({
  name: "logistic",
  rateInto: logisticInto,
  slope: (r: number) => r * (1 - r),
  curvature: (r: number) => r * (1 - r) * (1 - 2 * r),
  maxSlope: 0.25,
  maxCurvature: 1 / (6 * Math.sqrt(3)),
  isOdd: false,
} as const);

/**
 * The nonlinearity r(x) by name.  [J15 eq. 19, §8]
 *
 *     tanh       r = tanh x              r′ = 1 − r²       |r″| ≤ 4/(3√3)
 *     logistic   r = 1 / (1 + e⁻ˣ)       r′ = r (1 − r)    |r″| ≤ 1/(6√3)
 *
 * The slopes differ by a factor of four: a logistic network at gain g behaves as a tanh network at gain g/4 with a
 * constant input, so comparing the two at one gain compares two gains.
 *
 * @throws RangeError for any other name
 */
export function activation(name: ActivationName): Activation {
  checkChoice("activation", "name", name, ["tanh", "logistic"]);
  return name === "tanh" ? tanh : logistic;
}

/** What a flow of rates is made of; plain data, so that a worker can make the same flow again. */
export interface RateFlowParameters extends Readonly<Record<string, unknown>> {
  readonly size: number;
  readonly activation: ActivationName;
  /** W, row by row, (N·N). */
  readonly weights: Float64Array;
  /** Constant drive B u, (N). */
  readonly drive: Float64Array;
  /** K of the certificate, if it is known already. */
  readonly lipschitz?: number;
}

/**
 * K with ‖J(x) − J(y)‖₂ ≤ K ‖x − y‖₂ for J = −I + W diag r′(x):  K = ‖W‖₂ max|r″|.
 *
 * Lanczos iteration comes to ‖W‖₂ from below, to about ten digits where its start has a part along the direction sought;
 * five percent are added for the rest. The Frobenius norm is a bound without an if, and taken where it is less.
 *
 * @param weights W, row by row, (N·N)
 * @param maxCurvature max|r″| of the activation function
 */
export function jacobianBound(weights: Float64Array, size: number, maxCurvature: number): number {
  return Math.min(1.05 * largestSingularValue(weights, size), norm(weights)) * maxCurvature;
}

/** The kind under which `flowFromSpec` knows these flows. */
export const rateFlowKind = "rate flow";

/**
 * Units that push each other by their rates: what the simple RNN and the echo-state network have in common.
 *
 *     F(x) = −x + W r(x) + d                [J15 eq. 18] with d = 0, [J15 eq. 26] with W = Wᶜ and d = B u
 *     J(x) = −I + W diag r′(x)              [J15 eq. 21]
 *
 * The weights are kept in wasm memory, which threads share: a worker is given the address, not a copy. It is given
 * back when nobody holds the flow any more and the event loop has had a turn: let a loop over many flows await something.
 *
 * @param parameters size N, activation, weights (N·N) and drive (N), both copied
 * @throws RangeError if a shape does not fit or an entry is not finite
 */
export function rateFlow(parameters: RateFlowParameters): Flow {
  checkRecord("rateFlow", "parameters", parameters, ["size", "activation", "weights", "drive"]);
  const where = "rateFlow";
  const { size } = parameters;
  checkCount(where, "size", size);
  checkVector(where, "weights", parameters.weights, size * size);
  checkVector(where, "drive", parameters.drive, size);
  const { name, rateInto, slope, isOdd, maxCurvature } = activation(parameters.activation);
  const weights = wasmArray(size * size);
  weights.set(parameters.weights);
  const drive = parameters.drive.slice();
  const isDriven = drive.some((entry) => entry !== 0);
  const rates = wasmArray(size);
  let lipschitz = parameters.lipschitz;
  if (lipschitz !== undefined) checkNumber(where, "lipschitz", lipschitz, "not negative");

  const velocityInto = (x: Float64Array, out: Float64Array): void => {
    rateInto(x, rates);
    multiplyInto(weights, rates, out);
    for (let i = 0; i < size; i++) out[i] = out[i] - x[i] + drive[i];
  };
  const jacobianInto = (x: Float64Array, out: Float64Array): void => {
    rateInto(x, rates);
    for (let j = 0; j < size; j++) rates[j] = slope(rates[j]);
    if (isResident(out)) {
      loadWasm().fillJacobian(weights.byteOffset, rates.byteOffset, out.byteOffset, size);
      return;
    }
    for (let i = 0; i < size; i++) {
      const row = i * size;
      for (let j = 0; j < size; j++) out[row + j] = weights[row + j] * rates[j];
      out[row + i] -= 1;
    }
  };
  const jacobianTimesInto = (x: Float64Array, v: Float64Array, out: Float64Array): void => {
    rateInto(x, rates);
    for (let j = 0; j < size; j++) rates[j] = slope(rates[j]) * v[j];
    multiplyInto(weights, rates, out);
    for (let i = 0; i < size; i++) out[i] -= v[i];
  };
  const lipschitzOfJacobian = (): number => {
    lipschitz ??= jacobianBound(weights, size, maxCurvature);
    return lipschitz;
  };
  return {
    dimension: size,
    velocity(x) {
      checkVector(where, "x", x, size);
      const out = new Float64Array(size);
      velocityInto(x, out);
      return out;
    },
    jacobian(x) {
      checkVector(where, "x", x, size);
      const out = new Float64Array(size * size);
      jacobianInto(x, out);
      return toMatrix(out, size, size);
    },
    velocityInto,
    jacobianInto,
    jacobianTimesInto,
    velocityExtended: (x, xLow, out, outLow) =>
      extendedVelocityInto({ activation: name, weights, drive }, x, xLow, out, outLow),
    odd: isOdd && !isDriven,
    boundedRates: true,
    lipschitzOfJacobian,
    get spec(): FlowSpec {
      const shared: RateFlowParameters = { size, activation: name, weights, drive, lipschitz: lipschitzOfJacobian() };
      return { kind: rateFlowKind, parameters: shared };
    },
  };
}

/**
 * A flow from its recipe, as in a worker.
 *
 * @throws RangeError if the kind is unknown or the parameters do not fit
 */
export function flowFromSpec(spec: FlowSpec): Flow {
  checkChoice("flowFromSpec", "spec.kind", spec?.kind, [rateFlowKind]);
  if (typeof spec.parameters !== "object") reject("flowFromSpec", "spec.parameters", spec.parameters, "an object");
  return rateFlow(spec.parameters as RateFlowParameters);
}

/** Unit roundoff of a float64. */
const u = 2 ** -53;
/** Relative error of the rates in double-double: 2⁻¹⁰⁰, sixteen times the largest seen in 25 000 arguments. */
const rateError = 2 ** -100;

/** What wasm works on: weights in wasm memory, (N·N), and drive, (N). */
export interface ExtendedVelocityParameters {
  readonly activation: ActivationName;
  readonly weights: Float64Array;
  readonly drive: Float64Array;
}

/**
 * The residual of a flow of rates in double-double, F = −x̂ + W r(x̂) + d at x̂ = x + xLow.  [J15 eq. 18] [J15 eq. 26]
 *
 * Products and running sums of the high parts are exact; what they leave behind is summed in a double of its own. With
 * two lanes of N/2 terms each, u = 2⁻⁵³ and Σⱼ |Wᵢⱼ||rⱼ| ≤ ‖Wᵢ‖ ‖r‖, the error e of the result obeys
 *
 *     ‖e‖ ≤ ((N/2 + 2)² u² + 12 u² + 2⁻¹⁰⁰) ‖W‖_F ‖r‖ + 12 u² (‖x‖ + ‖d‖)
 *
 * of which only 2⁻¹⁰⁰, the error of tanh and logistic function, is measured and not proved; one percent is added for terms
 * of higher order. At N = 1000 the bound is near 1e-23; what is seen is near 1e-29.
 *
 * @param parameters weights W, drive d and activation
 * @param x high parts, (N)
 * @param xLow low parts, (N)
 * @param out receives the high parts of F, (N), in activation per τ
 * @param outLow receives the low parts, (N)
 * @returns the bound on ‖e‖, in activation per τ; not finite where F is not
 * @throws RangeError if a length is wrong or an entry of x not finite
 */
export function extendedVelocityInto(
  parameters: ExtendedVelocityParameters,
  x: Float64Array,
  xLow: Float64Array,
  out: Float64Array,
  outLow: Float64Array,
): number {
  const { activation, weights, drive } = parameters;
  const n = drive.length;
  const where = "velocityExtended";
  checkVector(where, "x", x, n);
  checkVector(where, "xLow", xLow, n);
  const room = wasmArray(9 * n);
  const part = (k: number): Float64Array => room.subarray(k * n, (k + 1) * n);
  const [high, low, d, F, FLow, r] = [0, 1, 2, 3, 4, 5].map(part);
  high.set(x);
  low.set(xLow);
  d.set(drive);
  const at = [high, low, d, F, FLow].map((array) => array.byteOffset);
  const wasm = loadWasm();
  wasm.extendedRates(at[0], at[1], r.byteOffset, n, activation === "logistic" ? 1 : 0);
  wasm.extendedVelocity(weights.byteOffset, r.byteOffset, at[0], at[1], at[2], at[3], at[4], n);
  out.set(F);
  outLow.set(FLow);
  const lengthOfW = Math.sqrt(wasm.dot(weights.byteOffset, weights.byteOffset, n * n));
  const perProduct = ((n / 2 + 2) * (n / 2 + 2) + 12) * u * u + rateError;
  const bound = perProduct * lengthOfW * norm(r) + 12 * u * u * (norm(x) + norm(drive));
  releaseWasmArray(room);
  return 1.01 * bound;
}

/**
 * The paper's simple recurrent network as a flow.
 *
 *     F_i(x) = −x_i + Σ_k W_ik r_k                                [J15 eq. 18]
 *     r(x)   = tanh x                                             [J15 eq. 19]
 *     J_ij   = −δ_ij + W_ij r′(x_j),   r′ = 1 − r²                [J15 eq. 20]
 *     J      = W ∘ (1 r′ᵀ) − I                                    [J15 eq. 21]
 *
 * ∘ is the entry-by-entry (Hadamard) product: column j of W is scaled by r′(x_j). δ_ij is 1 if i = j, else 0.
 *
 * @param W recurrent weights, (N×N), W_ik from unit k to unit i
 * @returns an odd flow with bounded rates on N activations, time in τ
 * @throws RangeError if W is not square or holds a NaN or an infinity
 */
export function simpleRnnFlow(W: Matrix): Flow {
  checkSquare("simpleRnnFlow", W);
  const drive = new Float64Array(W.rows);
  return rateFlow({ size: W.rows, activation: "tanh", weights: toRowMajor(W), drive });
}

/**
 * The exact Hessian of q for the simple RNN, in closed form.  [J15 eq. 11]
 *
 *     ∂²q/∂x_i∂x_j = (JᵀJ)_ij + δ_ij r″(x_i) (Wᵀ F)_i,     r″ = −2 r (1 − r²)
 *
 * Because each rate depends on one activation only, the second sum of eq. 11 is diagonal, and Wᵀ F is known from the
 * gradient already: exactness costs O(N) more than Gauss–Newton.
 *
 * @param W recurrent weights, (N×N)
 * @param x activation, (N)
 * @returns the Hessian of q, (N×N), per τ²
 * @throws RangeError if W is not square, x has another length, or either holds a NaN or an infinity
 */
export function simpleRnnHessian(W: Matrix, x: Float64Array): Matrix {
  const flow = simpleRnnFlow(W);
  checkVector("simpleRnnHessian", "x", x, flow.dimension);
  const J = flow.jacobian(x);
  const H = J.transpose().mmul(J);
  const r = new Float64Array(x.length);
  const pull = new Float64Array(x.length); // Wᵀ F
  tanh.rateInto(x, r);
  multiplyTransposedInto(toRowMajor(W), flow.velocity(x), pull);
  for (let i = 0; i < x.length; i++) H.set(i, i, H.get(i, i) + tanh.curvature(r[i]) * pull[i]);
  return H;
}

/**
 * Random recurrent weights, W_ij ~ N(0, g²/N): their eigenvalues fill the disc of radius g (circular law).
 *
 * @param units N ≥ 1
 * @param gain g > 0; with tanh the origin is unstable, and the network chaotic, for g > 1
 * @param rng source of the normals, in row order
 * @returns W, (N×N)
 * @throws RangeError if units or gain is out of place
 */
export function randomRecurrentWeights(units: number, gain: number, rng: Rng): Matrix {
  checkCount("randomRecurrentWeights", "units", units, 1, mostUnits);
  checkNumber("randomRecurrentWeights", "gain", gain);
  checkRng("randomRecurrentWeights", rng);
  const spread = gain / Math.sqrt(units);
  const data = new Float64Array(units * units);
  for (let i = 0; i < data.length; i++) data[i] = rng.normal(0, spread);
  return toMatrix(data, units, units);
}

/**
 * Share of the eigenvalues of large random weights that make the origin unstable, those with Re λ > 1: the circular law
 * fills the disc of radius g evenly, so it is the share of the disc beyond the line Re λ = 1,
 *
 *     (arccos(1/g) − √(1 − 1/g²)/g) / π    for g > 1, and 0 else.
 *
 * @param gain g > 0, standard deviation of a weight times √N
 * @returns 0 ≤ share < ½; 0.1096 at g = 1.5
 * @throws RangeError if the gain is not positive
 */
export function circularLawShare(gain: number): number {
  checkNumber("circularLawShare", "gain", gain);
  if (gain <= 1) return 0;
  const across = Math.sqrt(1 - 1 / (gain * gain));
  return angleInDegrees(across, 1 / gain) / 180 - across / (gain * Math.PI);
}

function checkSquare(where: string, W: Matrix): void {
  checkMatrix(where, "W", W);
  if (W.rows !== W.columns) reject(where, "W", `is ${W.rows}×${W.columns}`, "a square matrix");
}
