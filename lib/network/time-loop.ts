/**
 * The time loops of training and simulation by wasm (lib/wasm/assembly/force.ts, two-threads.ts). What a step does is
 * best read in test/oracles/plain-loop.ts, which does the same.  [J15 eqs. 22–28]
 */

import { loadWasm, type WasmFunctions } from "../wasm/memory";
import { withSecondThread } from "../wasm/second-thread";
import { CHUNK, checkForce, checkSimulation, type ForceRun, type KernelRun, type SimulationRun } from "./run";

/**
 * Simulates some steps. Changes run in place.
 *
 * @param run from createSimulationRun (or createForceRun: its readout then rests)
 * @param input u(t), row = time, (steps·inputs)
 * @param steps number of steps
 * @param output receives z(t), row = time, (steps·outputs)
 * @returns number of completed steps; fewer than asked for means that the activation left the finite numbers, and run.x
 *   is the last finite one
 * @throws RangeError if a length is wrong or the run released
 */
export function advanceSimulation(
  run: SimulationRun,
  input: Float64Array,
  steps: number,
  output: Float64Array,
): number {
  const state = checkSimulation("advanceSimulation", run, input, steps, output);
  const { inputs, outputs } = state;
  const [u, , z] = state.chunks;
  for (let t = 0; t < steps; t += CHUNK) {
    const count = Math.min(CHUNK, steps - t);
    u.set(input.subarray(t * inputs, (t + count) * inputs));
    const where = [state.address, u.byteOffset, count, z.byteOffset] as const;
    const done = advance(
      state,
      count,
      ({ simulateTogether }) => simulateTogether(...where),
      ({ simulate }) => simulate(...where),
    );
    output.set(z.subarray(0, done * outputs), t * outputs);
    if (done < count) return t + done;
  }
  return steps;
}

/**
 * Trains for some steps. Changes run in place.
 *
 * @param run from createForceRun
 * @param input u(t), row = time, (steps·inputs)
 * @param target f(t), row = time, (steps·outputs)
 * @param firstStep number of the first of these steps in the whole run
 * @param steps number of steps
 * @param output receives z(t), from before the weight step, (steps·outputs)
 * @param readoutNorm receives the norms of the rows of Wo after the step, (steps·outputs)
 * @returns number of completed steps; fewer than asked for means that the activation (then run.x is the last finite one)
 *   or the readout left the finite numbers
 * @throws RangeError if a length is wrong or the run released
 */
export function advanceForce(
  run: ForceRun,
  input: Float64Array,
  target: Float64Array,
  firstStep: number,
  steps: number,
  output: Float64Array,
  readoutNorm: Float64Array,
): number {
  const state = checkForce("advanceForce", run, input, target, firstStep, steps, output, readoutNorm);
  const { inputs, outputs, trainEvery } = state;
  const [u, f, z, norms] = state.chunks;
  for (let t = 0; t < steps; t += CHUNK) {
    const count = Math.min(CHUNK, steps - t);
    u.set(input.subarray(t * inputs, (t + count) * inputs));
    f.set(target.subarray(t * outputs, (t + count) * outputs));
    const at = [state.address, u.byteOffset, f.byteOffset] as const;
    // only the remainder of the step matters, and it fits 32 bits
    const rest = [(firstStep + t) % trainEvery, count, z.byteOffset, norms.byteOffset] as const;
    const done = advance(
      state,
      count,
      ({ forceTogether }) => forceTogether(...at, ...rest),
      ({ force }) => force(...at, ...rest),
    );
    output.set(z.subarray(0, done * outputs), t * outputs);
    readoutNorm.set(norms.subarray(0, done * outputs), t * outputs);
    if (done < count) return t + done;
  }
  return steps;
}

/** Some steps with the second thread or without it, as the run asks for. */
function advance(
  run: KernelRun,
  steps: number,
  together: (wasm: WasmFunctions) => number,
  alone: (wasm: WasmFunctions) => number,
): number {
  const wasm = loadWasm();
  if (run.threads === 1) return alone(wasm);
  return withSecondThread(
    run,
    steps,
    () => together(wasm),
    () => alone(wasm),
  );
}
