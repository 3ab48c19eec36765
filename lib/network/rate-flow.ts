import type { Flow, FlowSpec } from "../flow/flow";
import { largestSingularValue } from "../wasm/lu";
import { checkChoice, checkCount, checkNumber, checkRecord, checkVector, reject } from "../wasm/validate";
import { multiplyInto, norm, toMatrix } from "../wasm/vector";
import { isResident, kernelArray, loadKernels } from "../wasm/wasm";
import { type ActivationName, activation } from "./activation";
import { extendedVelocityInto } from "./extended-velocity";

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
 * The weights are kept in the kernels' memory, which threads share: a worker is given the address, not a copy. It is given
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
  const weights = kernelArray(size * size);
  weights.set(parameters.weights);
  const drive = parameters.drive.slice();
  const isDriven = drive.some((entry) => entry !== 0);
  const rates = kernelArray(size);
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
      loadKernels().fillJacobian(weights.byteOffset, rates.byteOffset, out.byteOffset, size);
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
