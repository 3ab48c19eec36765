import { type AbstractMatrix, Matrix } from "ml-matrix";
import { checkRng, type Rng } from "../numbers/random";
import {
  checkCount,
  checkList,
  checkMatrix,
  checkNumber,
  checkVector,
  mostRows,
  reject,
  withDefaults,
} from "../wasm/validate";
import { checkEchoState, type EchoState } from "./echo-state";
import { simulate } from "./simulate";

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
