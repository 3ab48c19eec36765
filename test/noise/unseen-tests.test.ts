import assert from "node:assert/strict";
import { unseenInputs } from "rnn-claims/dist/04";
import { overSeeds, replicatedRuns } from "rnn-claims/dist/study";
import { loadShipped, shippedNames } from "rnn-dynamics/dist/network/files";
import { flipFlopRecipe, prepareFlipFlop, trainFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { bitAccuracy, flipFlop, meanSquaredError } from "rnn-dynamics/dist/network/tasks";
import { unseenTests } from "rnn-dynamics/dist/noise/unseen-tests";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { meanAndDeviation } from "rnn-dynamics/dist/numbers/statistics";
import { assertClose } from "../helpers/assertions";

describe("tests on unseen inputs [J15 Fig. 5 b]", () => {
  const recipe = flipFlopRecipe({ seed: 3, units: 60, gain: 0.8, steps: 2000, testSteps: 700 });
  const prepared = { ...prepareFlipFlop(recipe), network: trainFlipFlop(recipe).network };

  it("are what simulate gives, input by input, but for single precision", () => {
    const { errors, accuracies } = unseenTests(prepared, { inputs: 3 });
    assert.equal(errors.length, 3);
    const { network, x0, testing } = prepared;
    const root = createRng(3).split("unseen inputs");
    for (const k of [0, 1, 2]) {
      const task = flipFlop({ bits: 3, steps: 700, rng: root.split(`input ${k + 1}`) });
      const { output } = simulate(network, task.input, { x0 });
      assertClose(errors[k], meanSquaredError(output, task.target), 1e-3);
      assertClose(accuracies[k], bitAccuracy(output, task.target), 0, 2e-3);
      assert.notDeepEqual(task.input, testing.input);
    }
  });

  it("do not change when more are asked for", () => {
    assert.deepEqual(
      unseenTests(prepared, { inputs: 5 }).errors.slice(0, 2),
      unseenTests(prepared, { inputs: 2 }).errors,
    );
  });

  it("name what is wrong", () => {
    assert.throws(() => unseenTests(prepared, { inputs: 0 }), {
      name: "RangeError",
      message: "unseenTests: inputs is 0, expected an integer ≥ 1",
    });
    assert.throws(
      () => unseenTests({ ...prepared, network: undefined as never }),
      /^RangeError: unseenTests: prepared\.network/,
    );
  });

  it("mean and deviation are those of the textbook: 1, 2, 3 have 2 ± 1", () => {
    assert.deepEqual(meanAndDeviation([1, 2, 3]), { mean: 2, deviation: 1 });
    assert.throws(
      () => meanAndDeviation([1]),
      /^RangeError: meanAndDeviation: values has length 1, expected at least 2/,
    );
  });

  describe("that ship", () => {
    const runs = replicatedRuns(unseenInputs);

    it("are twenty to each kind of network, from seed 1 on, and decide C5", () => {
      assert.equal(runs[0].seed, 1);
      assert.deepEqual(
        Object.keys(runs[0].result),
        shippedNames().map((name) => name.replace("-seed1", "")),
      );
      for (const { result } of runs) for (const { errors } of Object.values(result)) assert.equal(errors.length, 20);
      assert.match(overSeeds(unseenInputs)[0].statistic, /test error 0\.\d{3} ± 0\.\d{3} .* over 20 inputs/);
    });

    it("are what the network makes of the first of them", () => {
      const { errors } = runs[0].result["tanh-g0.8"];
      assertClose(unseenTests(loadShipped("tanh-g0.8-seed1"), { inputs: 1 }).errors[0], errors[0], 1e-12);
    });
  });
});
