import { type AbstractMatrix, Matrix, WrapperMatrix2D } from "ml-matrix";
import { jacobianTimes } from "../flow/flow";
import { Growth, type LyapunovExponent, lyapunovDefaults } from "../flow/stability";
import { checkRng, type Rng } from "../numbers/random";
import {
  checkCount,
  checkList,
  checkMatrix,
  checkNumber,
  checkVector,
  type LongCall,
  longCallDefaults,
  mostRows,
  reject,
  withDefaults,
} from "../wasm/check";
import { checkThreads, threadsFor } from "../wasm/second-thread";
import { toMatrix, toRowMajor } from "../wasm/vector";
import { checkEchoState, type EchoState, echoStateFlow } from "./echo-state";
import { createSimulationRun, type SimulationRun, type SimulationSetup } from "./run";
import { advanceSimulation } from "./time-loop";

/** A network as the time loops want it: row by row, with the state to start from. */
export function setupOf(net: EchoState, x0: Float64Array): SimulationSetup {
  const { units, inputs, outputs, tau, activation } = net;
  const [Wr, Wfb, B, Wo] = [net.Wr, net.Wfb, net.B, net.Wo].map(toRowMajor);
  return { Wr, Wfb, B, Wo, x: x0, units, inputs, outputs, tau, activation };
}

/**
 * Where a run over time has to stop next: to keep a state, to copy a readout, to report, or at the end.
 *
 * @param t steps done
 * @param total steps in all
 * @param every multiples at which to stop; 0 for never
 * @param marks single steps at which to stop, in ascending order
 */
export function nextStop(t: number, total: number, every: readonly number[], marks: readonly number[] = []): number {
  let stop = total;
  for (const step of every) {
    if (step > 0) stop = Math.min(stop, (Math.floor(t / step) + 1) * step);
  }
  const mark = marks.find((m) => m > t);
  return mark === undefined ? stop : Math.min(stop, mark);
}

/** Numbers of a record: 8 bytes each, or 4 and then good to 6·10⁻⁸. */
export type RecordedAs = "float64" | "float32";

/**
 * Every `every`-th state of a run, the first one included, as rows of one matrix; kept while the run goes, so that a long
 * record is in memory once.
 */
export class StateRecord {
  private readonly rows: (Float64Array | Float32Array)[] = [];

  constructor(
    private readonly every: number,
    private readonly as: RecordedAs,
  ) {}

  /** Keeps x(t) if its turn has come. */
  keep(t: number, x: Float64Array): void {
    if (this.every > 0 && t % this.every === 0)
      this.rows.push(this.as === "float32" ? Float32Array.from(x) : x.slice());
  }

  /** What has been kept: `{ states }`, or nothing if nothing was asked for. */
  result(): { states?: AbstractMatrix } {
    return this.every === 0 ? {} : { states: new WrapperMatrix2D(this.rows) };
  }
}

/** @throws RangeError unless it is "float64" or "float32" */
export function checkRecordedAs(where: string, value: unknown): void {
  if (value !== "float64" && value !== "float32") reject(where, "recordAs", value, '"float64" or "float32"');
}

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

/** A network in wasm memory, for one simulation or many; to be released. */
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
const statesAtOnce = 500;

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
  for (let t = 0; t < total && growth.isGoing; t += statesAtOnce) {
    const rows = Math.min(statesAtOnce, total - t);
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

export interface StartCloudOptions {
  readonly count?: number;
  /** Largest s. */
  readonly reach?: number;
}

/** The original's: a hundred states, the farthest of them as far out as five times the largest output would drive. */
export const startCloudDefaults = Object.freeze({ count: 100 as number, reach: 5 as number });

/**
 * The starts of Fig. 7: x = s Wfb z with every output z uniform in (−1, 1) and the length s uniform in (0, 5).  [J15 §6.1]
 *
 * They lie in the three directions in which the feedback can push, and are the same at every step of training.
 *
 * @param net for its feedback weights
 * @param rng source of z and s
 * @returns starts, (N) each
 */
export function startCloud(net: EchoState, rng: Rng, options?: StartCloudOptions): Float64Array[] {
  const where = "startCloud";
  checkEchoState(where, net);
  checkRng(where, rng);
  const { count, reach } = withDefaults<Required<StartCloudOptions>>(where, options, startCloudDefaults);
  checkCount(where, "count", count);
  checkNumber(where, "reach", reach);
  const rows = net.Wfb.to2DArray();
  return Array.from({ length: count }, () => {
    const z = Array.from({ length: net.outputs }, () => rng.uniform(-1, 1));
    const s = rng.uniform(0, reach);
    return Float64Array.from(rows, (row) => s * row.reduce((sum, weight, j) => sum + weight * z[j], 0));
  });
}

/** What a portrait is made from. */
export interface PortraitSources {
  /** States of the runs without input, (N) each. */
  readonly cloud: readonly Float64Array[];
  /** The test: where it starts, (N), and its input, T×I. */
  readonly x0: Float64Array;
  readonly input: Matrix;
  /** To coordinates, as from `principalComponents`. */
  readonly projection: { project(x: Float64Array | AbstractMatrix): Matrix };
}

export interface PortraitOptions {
  /** Steps of each run without input. */
  readonly steps?: number;
  /** Every so-manieth state of these runs, and of the test run, is kept. */
  readonly record?: number;
}

/** The original runs its cloud for ten τ; a state every half τ draws a smooth line. */
export const portraitDefaults = Object.freeze({ steps: 100 as number, record: 5 as number });

/** Phase space as Fig. 7 shows it: coordinates of runs, (T×k) each. */
export interface Portrait {
  readonly test: Matrix;
  readonly runs: readonly Matrix[];
}

/**
 * How a network moves, in the coordinates of a projection: a test run, and runs without input from a cloud of starts.
 *
 * The runs are simulated; nothing is minimised. (The paper says of Fig. 7 that q was minimised; its program, and its
 * picture, show simulations.)  [J15 §6.1, Fig. 7]
 *
 * @throws RangeError if a shape does not fit or an option is out of place
 */
export function portraitOf(net: EchoState, sources: PortraitSources, options?: PortraitOptions): Portrait {
  const where = "portraitOf";
  checkEchoState(where, net);
  const { steps, record } = withDefaults<Required<PortraitOptions>>(where, options, portraitDefaults);
  checkCount(where, "steps", steps, 1, mostRows);
  checkCount(where, "record", record);
  if (typeof sources !== "object" || sources === null) reject(where, "sources", sources, "a record with a cloud");
  const { cloud, x0, input, projection } = sources;
  checkList(where, "cloud", cloud);
  for (const [i, x] of cloud.entries()) checkVector(where, `cloud[${i}]`, x, net.units);
  checkMatrix(where, "input", input, undefined, net.inputs);
  checkVector(where, "x0", x0, net.units);
  if (typeof projection?.project !== "function") reject(where, "projection", projection, "one with a method project");
  // the state after the last step is a row of its own only if there is one step more
  const silence = Matrix.zeros(steps + 1, net.inputs);
  const run = (x: Float64Array, u: Matrix): Matrix => {
    const { states } = simulate(net, u, { x0: x, record });
    return states === undefined ? reject(where, "input", "has no steps", "at least one") : projection.project(states);
  };
  return { test: run(x0, input), runs: cloud.map((x) => run(x, silence)) };
}
