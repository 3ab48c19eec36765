import { checkEchoState } from "../network/echo-state";
import { ensembleWeights } from "../network/ensemble";
import type { PreparedFlipFlop } from "../network/recipe";
import { ensembleStrips } from "../network/strips";
import { bitAccuracy, flipFlop, meanSquaredError } from "../network/tasks";
import { createRng } from "../numbers/random";
import { checkCount, checkRecord, withDefaults } from "../wasm/check";
import { toMatrix, toRowMajor } from "../wasm/vector";
import { groupsOf, runGroup } from "./trial";

/** What a network makes of several inputs that it has never seen, one number for each. */
export interface UnseenTests {
  /** Mean squared errors. */
  readonly errors: readonly number[];
  /** Shares of the bits that are right. */
  readonly accuracies: readonly number[];
}

export const unseenDefaults = Object.freeze({
  /** The error of one input strays by a third at g = 1.5; the mean of twenty by a thirteenth. */
  inputs: 20 as number,
});

/**
 * A trained network on fresh inputs of its task, all of the length of its test.  [J15 §6, Fig. 5 b]
 *
 * One test is one draw: at g = 1.5 the errors of single inputs lie between 0.15 and 0.7. The inputs are drawn from the recipe's
 * seed, each from a stream of its own, and the recipe's own test is not among them. They run side by side, so that the
 * recurrent weights are read once for all; that product is in single precision (lib/network/ensemble.ts), which leaves three
 * digits of an error unless a trajectory passes so near a separatrix that rounding decides on which side it falls.
 *
 * @param prepared network with its readout, x0 and recipe, as from `loadShipped`
 * @param options inputs: how many
 * @returns one error and one accuracy for each input
 * @throws RangeError if the network is not whole
 */
export function unseenTests(
  prepared: Pick<PreparedFlipFlop, "network" | "x0" | "recipe">,
  options?: Partial<typeof unseenDefaults>,
): UnseenTests {
  const where = "unseenTests";
  checkRecord(where, "prepared", prepared, ["network", "x0", "recipe"]);
  const { network, x0, recipe } = prepared;
  checkEchoState(where, network);
  const { inputs } = withDefaults(where, options, unseenDefaults);
  checkCount(where, "inputs", inputs);
  const { bits, testSteps: steps, pulseRate, pulseLength } = recipe;
  const root = createRng(recipe.seed).split("unseen inputs");
  const tasks = Array.from({ length: inputs }, (_, k) =>
    flipFlop({ bits, steps, pulseRate, pulseLength, rng: root.split(`input ${k + 1}`) }),
  );
  const [group] = groupsOf([{ name: "unseen", network, x0, testing: tasks[0] }]);
  const states = tasks.map(({ input }) => ({ network: 0, x: x0, input: toRowMajor(input) }));
  const weights = ensembleWeights(group.units);
  try {
    weights.strips.set(ensembleStrips(group.Wr, group.units));
    const outputs = runGroup(group, weights.strips, states, steps).map(({ output }) => toMatrix(output, steps, bits));
    return {
      errors: outputs.map((z, k) => meanSquaredError(z, tasks[k].target)),
      accuracies: outputs.map((z, k) => bitAccuracy(z, tasks[k].target)),
    };
  } finally {
    weights.release();
  }
}
