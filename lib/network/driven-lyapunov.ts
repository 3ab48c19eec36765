import type { AbstractMatrix, Matrix } from "ml-matrix";
import { jacobianTimes } from "../flow/flow";
import { Growth, type LyapunovExponent, lyapunovDefaults } from "../flow/stability";
import {
  checkCount,
  checkMatrix,
  checkVector,
  type LongCall,
  longCallDefaults,
  reject,
  withDefaults,
} from "../wasm/validate";
import { checkEchoState, type EchoState, echoStateFlow } from "./echo-state";
import { simulate } from "./simulate";

export interface DrivenLyapunovOptions extends Partial<LongCall> {
  /** Activations to start from, (N). */
  readonly x0: Float64Array;
  /** Steps at the beginning that do not count. */
  readonly settle?: number;
  /** Steps of a window, of which the growth is told. */
  readonly window?: number;
}

export const drivenLyapunovDefaults = Object.freeze({
  settle: lyapunovDefaults.settle,
  window: lyapunovDefaults.window,
  ...longCallDefaults,
});

/** Steps whose states are kept at a time: 4 MB at N = 1000. */
const chunk = 500;

/**
 * Largest Lyapunov exponent of a network on an input, of the map that `simulate` steps, by Benettin's method.
 *
 *     x[t+1] = x[t] + F(x[t], u[t]) / τ            δ[t+1] = δ[t] + J(x[t]) δ[t] / τ          [J15 eq. 22]
 *
 * Two copies that hear the same input from different states: with λ < 0 they end in the same state, and what the network does
 * is an echo of its input (the echo-state property, in one number); with λ > 0 they never agree, and it does as it likes.
 * An input of zeros gives the exponent of the network left to itself.
 *
 * @param net network
 * @param input u, one row per step, (T×I)
 * @param options `x0`, and anything of `drivenLyapunovDefaults`
 * @returns λ per τ, its error, and the windows
 * @throws RangeError if a shape does not fit, a number is not finite, or the input ends before a window does
 */
export function drivenLyapunovExponent(
  net: EchoState,
  input: Matrix,
  options: DrivenLyapunovOptions,
): LyapunovExponent {
  const where = "drivenLyapunovExponent";
  checkEchoState(where, net);
  checkMatrix(where, "input", input, undefined, net.inputs);
  const required = { x0: undefined as unknown as Float64Array };
  const { x0, settle, window, onProgress } = withDefaults<DrivenLyapunovOptions & typeof drivenLyapunovDefaults>(
    where,
    options,
    { ...required, ...drivenLyapunovDefaults },
  );
  checkVector(where, "x0", x0, net.units);
  checkCount(where, "settle", settle, 0);
  checkCount(where, "window", window);
  const total = input.rows;
  if (total < settle + window)
    reject(where, "input", `has ${total} rows`, `at least settle + window = ${settle + window}`);
  const times = jacobianTimes(echoStateFlow(net)); // J does not depend on the input
  const growth = new Growth(net.units, { settle, window, dt: 1 / net.tau });
  const Jv = new Float64Array(net.units);
  let x = x0;
  for (let t = 0; t < total && growth.isGoing; t += chunk) {
    const rows = Math.min(chunk, total - t);
    const run = simulate(net, input.subMatrix(t, t + rows - 1, 0, net.inputs - 1), { x0: x, record: 1 });
    for (let s = 0; s < run.steps && growth.isGoing; s++) {
      times(Float64Array.from((run.states as AbstractMatrix).getRow(s)), growth.difference, Jv);
      for (let i = 0; i < Jv.length; i++) growth.difference[i] += Jv[i] / net.tau;
      growth.note(true);
    }
    x = run.finalState;
    if (run.status === "diverged") return { ...growth.result(), status: "diverged" };
    onProgress(t + rows, total);
  }
  return growth.result();
}
