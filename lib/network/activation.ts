import { logisticInto, tanhInto } from "../wasm/elementary";
import { checkChoice } from "../wasm/validate";

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
