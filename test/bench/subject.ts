/** The network that tasks B to E work on: a shipped one, or one trained for a moment. */
import { Matrix } from "ml-matrix";
import type { EchoState } from "rnn-dynamics/dist/network/echo-state";
import { loadShipped } from "rnn-dynamics/dist/network/files";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { toRowMajor } from "rnn-dynamics/dist/wasm/vector";

/** A trained network with what the numpy scripts need of it, row by row. */
export interface Subject {
  readonly name: string;
  readonly network: EchoState;
  readonly x0: Float64Array;
  /** u of the test task, (steps·inputs). */
  readonly input: Float64Array;
  readonly inputSteps: number;
}

const shipped = "tanh-g1.5-seed1";
let known: Subject | undefined;

/** The shipped network of the paper; where it cannot be loaded, the same one after 2000 steps of training. */
export function subject(): Subject {
  known ??= load() ?? train(2000);
  return known;
}

function load(): Subject | undefined {
  try {
    const { network, x0, testing } = loadShipped(shipped);
    return { name: shipped, network, x0, input: toRowMajor(testing.input), inputSteps: testing.input.rows };
  } catch {
    return undefined;
  }
}

function train(steps: number): Subject {
  const { network, x0, training, testing, recipe } = prepareFlipFlop({ seed: 1, steps });
  const { alpha, trainEvery } = recipe;
  const trained = trainForce(network, training, { x0, alpha, trainEvery });
  return {
    name: `seed 1 after ${steps} steps of training (${shipped} cannot be loaded)`,
    network: trained.network,
    x0,
    input: toRowMajor(testing.input),
    inputSteps: testing.input.rows,
  };
}

/** States of the test run, 250 steps apart. */
export function statesOf({ network, x0, input, inputSteps }: Subject, count: number): Float64Array[] {
  const steps = Math.min(inputSteps, 500 + 250 * count);
  const task = Matrix.from1DArray(inputSteps, network.inputs, input).subMatrix(0, steps - 1, 0, network.inputs - 1);
  const { states } = simulate(network, task, { x0, record: 250 });
  return (states?.to2DArray() ?? []).slice(2, 2 + count).map((row) => Float64Array.from(row));
}

/** The matrices of a network row by row, as time loops and files take them. */
export function rowMajor(net: EchoState): Record<"Wr" | "Wfb" | "B" | "Wo", Float64Array> {
  return { Wr: toRowMajor(net.Wr), Wfb: toRowMajor(net.Wfb), B: toRowMajor(net.B), Wo: toRowMajor(net.Wo) };
}
