import type { AbstractMatrix, Matrix } from "ml-matrix";
import { checkThreads, threadsFor } from "../wasm/second-thread";
import { checkCount, checkMatrix, checkVector, type LongCall, longCallDefaults, withDefaults } from "../wasm/validate";
import { toMatrix, toRowMajor } from "../wasm/vector";
import { checkEchoState, type EchoState } from "./echo-state";
import { advanceSimulation } from "./force-loop";
import { createSimulationRun, type SimulationRun } from "./kernel-run";
import { checkRecordedAs, nextStop, type RecordedAs, StateRecord, setupOf } from "./stops";

export interface SimulateOptions extends Partial<LongCall> {
  /** Activations to start from, (N). */
  readonly x0: Float64Array;
  /** Keep every k-th state; 0 keeps none. */
  readonly record?: number;
  /** How kept states are stored: "float32" takes half of the memory. */
  readonly recordAs?: RecordedAs;
  /** Threads within a step; the bits are the same. Two start at the second try: the second needs a moment to be ready. */
  readonly threads?: 1 | 2;
}

export const simulateDefaults = Object.freeze({
  /** States take 8 N bytes each, or 4 N as float32: kept on request only. */
  record: 0 as number,
  recordAs: "float64" as RecordedAs,
  /** Two from 500 units on, where there are two processors; one in a worker. */
  threads: undefined as 1 | 2 | undefined,
  ...longCallDefaults,
});

/** Rows of all records belong to the same instants: z[t] is read from x[t], before the input u[t] has acted. */
export interface Simulation {
  /** z, steps×O. */
  readonly output: Matrix;
  /** Every `record`-th state, the first one x0; only if asked for. */
  readonly states?: AbstractMatrix;
  /** The state after the last step, (N). */
  readonly finalState: Float64Array;
  /** Steps taken: fewer than asked for if the state left the finite numbers. */
  readonly steps: number;
  readonly status: "completed" | "diverged";
}

/** Steps between two calls of `onProgress`: about a tenth of a second at N = 1000. */
const chunk = 200;

/**
 * Runs a network on an input.  [J15 eq. 22] [J15 eq. 23], stepped by Euler's method with dt = 1 step = 1/τ
 *
 *     r[t] = act(x[t])
 *     z[t] = Wo r[t]
 *     x[t+1] = x[t] + (−x[t] + Wr r[t] + Wfb z[t] + B u[t]) / τ
 *
 * z[t] comes from the state *before* u[t], as in the original code: an answer to a pulse is at least one step late.
 *
 * @param input u, one row per step, T×I
 * @param options `x0`, and `record` (every k-th state, 0 for none) and `recordAs`
 * @returns outputs T×O; a simulation that diverges is returned short, with its status
 * @throws RangeError if a shape does not fit, or a weight, an input or `x0` is not finite
 */
export function simulate(net: EchoState, input: Matrix, options: SimulateOptions): Simulation {
  const where = "simulate";
  checkEchoState(where, net);
  checkMatrix(where, "input", input, undefined, net.inputs);
  const required = { x0: undefined as unknown as Float64Array };
  const { x0, record, recordAs, threads, onProgress } = withDefaults<SimulateOptions & typeof simulateDefaults>(
    where,
    options,
    {
      ...required,
      ...simulateDefaults,
    },
  );
  checkVector(where, "x0", x0, net.units);
  checkCount(where, "record", record, 0);
  checkRecordedAs(where, recordAs);
  if (threads !== undefined) checkThreads(where, threads);

  const run = openNetwork(net, x0, threads);
  try {
    return simulateRun(run, x0, input, { record, recordAs, onProgress });
  } finally {
    run.release();
  }
}

/** A network in the kernels' memory, for one simulation or many; to be released. */
export function openNetwork(net: EchoState, x0: Float64Array, threads?: 1 | 2): SimulationRun {
  return createSimulationRun(setupOf(net, x0), threads ?? threadsFor(net.units));
}

/** `simulate` with the network opened and the arguments checked; the run is left where the simulation has ended. */
export function simulateRun(
  run: SimulationRun,
  x0: Float64Array,
  input: Matrix,
  {
    record = 0,
    recordAs = simulateDefaults.recordAs,
    onProgress = simulateDefaults.onProgress,
  }: Pick<SimulateOptions, "record" | "recordAs" | "onProgress"> = {},
): Simulation {
  const { inputs, outputs } = run;
  const total = input.rows;
  const u = toRowMajor(input);
  const z = new Float64Array(total * outputs);
  const states = new StateRecord(record, recordAs);
  run.x.set(x0);
  let t = 0;
  let isWhole = true;
  while (t < total && isWhole) {
    states.keep(t, run.x);
    const steps = nextStop(t, total, [chunk, record]) - t;
    const [from, to] = [u.subarray(t * inputs, (t + steps) * inputs), z.subarray(t * outputs, (t + steps) * outputs)];
    const done = advanceSimulation(run, from, steps, to);
    isWhole = done === steps;
    t += done;
    onProgress(t, total);
  }
  return {
    output: toMatrix(z.slice(0, t * outputs), t, outputs),
    ...states.result(),
    finalState: run.x.slice(),
    steps: t,
    status: isWhole ? "completed" : "diverged",
  };
}
