/** An ensemble of simulations in plain TypeScript, the oracle of its wasm: same operations, same order, same bits. */

import type { EnsembleNetwork, EnsembleState } from "rnn-dynamics/dist/network/ensemble";
import { logistic, tanh } from "rnn-dynamics/dist/wasm/elementary";
import { dot } from "rnn-dynamics/dist/wasm/vector";

/**
 * Simulates each member by itself.  [J15 eq. 22] [J15 eq. 23]
 *
 *     r = (act(x) + shift) · scale       z = Wo r       x ← x + (Wr r + Wfb z + B u − x)/τ
 *
 * @param units N
 * @param Wr recurrent weights, row by row, (N·N)
 * @returns final activation (N) and z (steps·O, row = time) of each state
 */
export function referenceEnsemble(
  units: number,
  Wr: Float64Array,
  networks: readonly EnsembleNetwork[],
  states: readonly EnsembleState[],
  steps: number,
): { x: Float64Array; output: Float64Array }[] {
  return states.map(({ network, x: start, input }) => {
    const net = networks[network];
    const x = start.slice();
    const output = new Float64Array(steps * net.outputs);
    for (let t = 0; t < steps; t++) {
      step(units, Wr, net, x, input?.subarray(t * net.inputs), output.subarray(t * net.outputs));
    }
    return { x, output };
  });
}

/** One Euler step of x, in place; z is written to the front of `output`. */
function step(
  units: number,
  Wr: Float64Array,
  { activation, inputs, outputs, Wfb, B, Wo, tau, rateShift, rateScale }: EnsembleNetwork,
  x: Float64Array,
  u: Float64Array | undefined,
  z: Float64Array,
): void {
  const act = activation === "tanh" ? tanh : logistic;
  const isPlain = rateShift === 0 && rateScale === 1; // −0 + 0 would be +0
  const r = x.map((v) => (isPlain ? act(v) : (act(v) + rateShift) * rateScale));
  for (let o = 0; o < outputs; o++) z[o] = dot(Wo.subarray(o * units, (o + 1) * units), r);
  const rates = Float32Array.from(r);
  for (let i = 0; i < units; i++) {
    let drive = singleDot(Wr.subarray(i * units, (i + 1) * units), rates);
    for (let o = 0; o < outputs; o++) drive += Wfb[i * outputs + o] * z[o];
    if (u) for (let m = 0; m < inputs; m++) drive += B[i * inputs + m] * u[m];
    x[i] += (drive - x[i]) / tau;
  }
}

/** One sum from the first product to the last, each operation rounded to single precision. */
function singleDot(weights: Float64Array, rates: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < rates.length; j++) sum = Math.fround(sum + Math.fround(Math.fround(weights[j]) * rates[j]));
  return sum;
}
