import { Matrix } from "ml-matrix";
import { reject } from "../wasm/validate";
import { checkEchoState, type EchoState } from "./echo-state";

/** A logistic network in the words of tanh. */
export interface TanhConjugate {
  /** tanh, with a quarter of the gain; by itself it is the logistic network *without* its bias. */
  readonly network: EchoState;
  /** b = ¼ Wᶜ 1, what has to be added to F, (N). */
  readonly bias: Float64Array;
  /** c = ½ Wo 1, what has to be added to z, (O). */
  readonly offset: Float64Array;
}

/**
 * The tanh network that a logistic network is.  [J15 §8]
 *
 *     logistic(2 y) = (1 + tanh y)/2, so with x = 2 y
 *
 *     τ dy/dt = −y + (Wr/4)(1 + tanh y) + (Wfb/2) z + (B/2) u        z = (Wo/2)(1 + tanh y)
 *             = −y + (Wᶜ/4) tanh y + b + (B/2) u                     z = (Wo/2) tanh y + c
 *
 * Nothing is approximated: every trajectory of the one is a trajectory of the other. Halves and quarters are exact in
 * binary, so the weights are too; only the two functions round differently.
 *
 * @param net a logistic network, not changed
 * @returns the tanh network, and the two constants that make it equal: bias and offset
 * @throws RangeError if the network is not logistic, or not whole
 */
export function tanhConjugate(net: EchoState): TanhConjugate {
  const where = "tanhConjugate";
  checkEchoState(where, net);
  if (net.activation !== "logistic") reject(where, "network.activation", `is "${net.activation}"`, '"logistic"');
  const network: EchoState = {
    ...net,
    activation: "tanh",
    gain: net.gain / 4,
    Wr: Matrix.mul(net.Wr, 1 / 4),
    Wfb: Matrix.mul(net.Wfb, 1 / 2),
    Wo: Matrix.mul(net.Wo, 1 / 2),
    B: Matrix.mul(net.B, 1 / 2),
  };
  const offset = rowSums(network.Wo);
  const bias = rowSums(network.Wr);
  for (let i = 0; i < net.units; i++) {
    for (let o = 0; o < net.outputs; o++) bias[i] += network.Wfb.get(i, o) * offset[o];
  }
  return { network, bias, offset };
}

/** A · 1, summed from left to right. */
function rowSums(A: Matrix): Float64Array {
  const sums = new Float64Array(A.rows);
  for (let i = 0; i < A.rows; i++) for (let j = 0; j < A.columns; j++) sums[i] += A.get(i, j);
  return sums;
}
