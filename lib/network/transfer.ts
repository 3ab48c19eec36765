import { Matrix } from "ml-matrix";
import { checkRng, type Rng } from "../numbers/random";
import { checkEchoState, type EchoState } from "./echo-state";

/**
 * The same network with one more input and one more output, for transfer learning.  [J15 §7.1]
 *
 *     Wfb ← (Wfb, b₁)      B ← (B, b₂)      b₁, b₂ ~ U(−1, 1), (N)
 *     Wo  ← (Wo; 0)        the new output says nothing yet
 *
 * All that the network does on its old channels stays as it is, to the last bit: the new output is 0, so nothing is fed
 * back through b₁, and a silent new input adds nothing. Training goes on from the old readout with P = I/α again (what
 * `trainForce` always begins with), so that FORCE penalises the *change* of the readout, not its size.
 *
 * @param net network, not changed; trained or not
 * @param rng each column is drawn from it, split by its own name; give each new channel its own `rng.split(name)`
 * @returns a new network with inputs + 1 and outputs + 1
 * @throws RangeError if the network is not whole
 */
export function addChannel(net: EchoState, rng: Rng): EchoState {
  checkEchoState("addChannel", net);
  checkRng("addChannel", rng);
  const { units, inputs, outputs } = net;
  const Wo = Matrix.zeros(outputs + 1, units);
  Wo.setSubMatrix(net.Wo, 0, 0);
  return {
    ...net,
    inputs: inputs + 1,
    outputs: outputs + 1,
    Wfb: withColumn(net.Wfb, rng.split("Wfb")),
    Wo,
    B: withColumn(net.B, rng.split("B")),
  };
}

/** A copy with one more column, uniform in (−1, 1). */
function withColumn(A: Matrix, rng: Rng): Matrix {
  const wider = new Matrix(A.rows, A.columns + 1);
  wider.setSubMatrix(A, 0, 0);
  for (let i = 0; i < A.rows; i++) wider.set(i, A.columns, rng.uniform(-1, 1));
  return wider;
}
