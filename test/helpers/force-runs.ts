/** Small networks in training, for tests of the time loops. */

import type { ForceRun, ForceSetup } from "rnn-dynamics/dist/network/run";
import type { advanceForce } from "rnn-dynamics/dist/network/time-loop";
import { createRng } from "rnn-dynamics/dist/numbers/random";

export function setUp(units: number, changes: Partial<ForceSetup> = {}): ForceSetup {
  const rng = createRng(`force-loop ${units}`);
  const { inputs = 2, outputs = 3 } = changes;
  const draw = (length: number, f: () => number): Float64Array => Float64Array.from({ length }, f);
  return {
    units,
    inputs,
    outputs,
    Wr: draw(units * units, () => rng.normal(0, 1.5 / Math.sqrt(units))),
    Wfb: draw(units * outputs, () => rng.uniform(-1, 1)),
    B: draw(units * inputs, () => rng.uniform(-1, 1)),
    Wo: new Float64Array(outputs * units),
    x: draw(units, () => rng.normal(0, 0.5)),
    tau: 10,
    activation: "tanh",
    trainEvery: 2,
    alpha: 1,
    ...changes,
  };
}

export interface Signals {
  readonly input: Float64Array;
  readonly target: Float64Array;
  readonly output: Float64Array;
  readonly readoutNorm: Float64Array;
}

export function signals(setup: ForceSetup, steps: number): Signals {
  const rng = createRng("signals");
  const { inputs, outputs } = setup;
  return {
    input: Float64Array.from({ length: steps * inputs }, () => rng.integer(3) - 1),
    target: Float64Array.from({ length: steps * outputs }, (_, i) => Math.sign(((i / outputs / 40) % 2) - 1) || 1),
    output: new Float64Array(steps * outputs),
    readoutNorm: new Float64Array(steps * outputs),
  };
}

export type Advance = typeof advanceForce;

export function train(advance: Advance, run: ForceRun, s: Signals, first = 0): number {
  const steps = s.input.length / run.inputs;
  return advance(run, s.input, s.target, first, steps, s.output, s.readoutNorm);
}
