import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type FlipFlopRecipe,
  flipFlopRecipe,
  flipFlopRecipeDefaults,
  prepareFlipFlop,
} from "rnn-dynamics/dist/network/recipe";

const small = { units: 6, steps: 200, testSteps: 100 };

describe("recipe", () => {
  it("is the paper's by default [J15 Table 1]", () => {
    assert.deepEqual(flipFlopRecipe(), {
      seed: 1,
      bits: 3,
      pretrainedBits: 0,
      units: 1000,
      gain: 1.5,
      tau: 10,
      activation: "tanh",
      steps: 30000,
      testSteps: 5000,
      alpha: 1,
      trainEvery: 2,
      pulseRate: 0.02,
      pulseLength: 11,
    });
    assert.ok(Object.isFrozen(flipFlopRecipeDefaults));
  });

  it("gives the same network, state and tasks from the same seed, and others from another", () => {
    const text = (seed: number | string): string => {
      const { network, x0, training, testing } = prepareFlipFlop({ ...small, seed });
      return JSON.stringify([network, Array.from(x0), training, testing]);
    };
    assert.equal(text(1), text(1));
    assert.notEqual(text(1), text(2));
    assert.notEqual(text(1), text("1"));
  });

  it("has four streams: a longer training changes nothing but the training task", () => {
    const one = prepareFlipFlop(small);
    const other = prepareFlipFlop({ ...small, steps: 300 });
    assert.deepEqual(other.network.Wr.to1DArray(), one.network.Wr.to1DArray());
    assert.deepEqual(other.x0, one.x0);
    assert.deepEqual(other.testing.input.to1DArray(), one.testing.input.to1DArray());
    assert.notDeepEqual(other.training.input.subMatrix(0, 199, 0, 2).to1DArray(), one.training.input.to1DArray());
  });

  it("tests on another task than it trains on", () => {
    const { training, testing } = prepareFlipFlop({ ...small, testSteps: 200 });
    assert.notDeepEqual(testing.input.to1DArray(), training.input.to1DArray());
  });

  it("of a transferred network has the reservoir of the smaller one, and the tasks of the larger one from scratch [J15 §7.1]", () => {
    const base = prepareFlipFlop(small);
    const scratch = prepareFlipFlop({ ...small, bits: 5 });
    const transfer = prepareFlipFlop({ ...small, bits: 5, pretrainedBits: 3 });
    assert.deepEqual(transfer.training, scratch.training);
    assert.deepEqual(transfer.testing, scratch.testing);
    assert.deepEqual(transfer.x0, scratch.x0);
    const { network } = transfer;
    assert.deepEqual([network.inputs, network.outputs, network.Wo.rows], [5, 5, 5]);
    assert.deepEqual(network.Wr.to1DArray(), base.network.Wr.to1DArray());
    assert.deepEqual(network.B.subMatrix(0, 5, 0, 2).to1DArray(), base.network.B.to1DArray());
    assert.deepEqual(network.Wfb.subMatrix(0, 5, 0, 2).to1DArray(), base.network.Wfb.to1DArray());
    // the two new columns differ from each other, and from those of the network from scratch
    const columns = [network.B.getColumn(3), network.B.getColumn(4), scratch.network.B.getColumn(3)].map(String);
    assert.equal(new Set(columns).size, 3);
  });

  it("is plain JSON", () => {
    const recipe = flipFlopRecipe({ ...small, seed: "a text" });
    assert.deepEqual(JSON.parse(JSON.stringify(recipe)), recipe);
  });

  it("is whole or rejected, whatever it is given [property]", () => {
    const names = Object.keys(flipFlopRecipeDefaults) as (keyof FlipFlopRecipe)[];
    const value = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.constantFrom(null, {}, [], Number.NaN, true));
    fc.assert(
      fc.property(fc.constantFrom(...names), value, (name, given) => {
        let recipe: FlipFlopRecipe;
        try {
          recipe = flipFlopRecipe({ [name]: given } as Partial<FlipFlopRecipe>);
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
          return;
        }
        assert.deepEqual(JSON.parse(JSON.stringify(recipe)), recipe);
        assert.deepEqual(recipe, { ...flipFlopRecipeDefaults, [name]: given === 0 ? 0 : given });
      }),
      { numRuns: 400, examples: [["seed", -0]] },
    );
  });

  it("names what is wrong", () => {
    assert.throws(() => flipFlopRecipe({ seed: 0.5 }), {
      name: "RangeError",
      message: "flipFlopRecipe: seed is 0.5, expected an integer or a text",
    });
    assert.throws(() => prepareFlipFlop({ bits: 0 }), {
      message: "flipFlopRecipe: bits is 0, expected an integer ≥ 1",
    });
    assert.throws(() => flipFlopRecipe({ pretrainedBits: 3 }), {
      message: "flipFlopRecipe: pretrainedBits is 3, expected fewer than the 3 bits of the recipe",
    });
    assert.throws(() => flipFlopRecipe({ unit: 5 } as Partial<FlipFlopRecipe>), {
      message: /flipFlopRecipe: option "unit" is unknown, expected .*units/,
    });
  });
});
