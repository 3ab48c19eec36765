import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { bytesOf, digestOf } from "rnn-dynamics/dist/files/sealed";
import {
  loadShipped,
  retrainShipped,
  shippedNames,
  shippedNetwork,
  shippedRecipes,
} from "rnn-dynamics/dist/network/files";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { bitAccuracy } from "rnn-dynamics/dist/network/tasks";

describe("network/shipped", () => {
  it("ships seed 1 of each kind, the paper's parameters but for one thing each [J15 Table 1]", () => {
    assert.deepEqual(shippedRecipes, {
      "tanh-g1.5-seed1": { seed: 1 },
      "tanh-g0.8-seed1": { seed: 1, gain: 0.8 },
      "logistic-g1.5-seed1": { seed: 1, activation: "logistic" },
      "tanh-g1.5-4bit-seed1": { seed: 1, bits: 4 },
      "transfer-4bit-seed1": { seed: 1, bits: 4, pretrainedBits: 3 },
      "logistic-4bit-seed1": { seed: 1, bits: 4, activation: "logistic" },
    });
    assert.deepEqual(shippedNames(), Object.keys(shippedRecipes));
  });

  for (const name of shippedNames()) {
    it(`${name}: loads, is trained, and says how it was made`, () => {
      assert.ok(existsSync(shippedNetwork(name)));
      const { network, recipe, provenance } = loadShipped(name);
      assert.deepEqual(recipe, prepareFlipFlop(shippedRecipes[name]).recipe);
      assert.equal(provenance.command, `node lib/dist/cli/train-network.js ${name}`);
      for (let j = 0; j < recipe.bits; j++) {
        // [J15 Fig. 5d]: the rows of Wo grow to about 7; logistic rates vary half as much as tanh, and need up to twice the weight
        const norm = network.Wo.getRowVector(j).norm() / (recipe.activation === "logistic" ? 2 : 1);
        assert.ok(norm > 5 && norm < 10, `row ${j} has norm ${norm}`);
      }
    });
  }

  it("tanh-g0.8-seed1 holds its bits on input it has not seen, for the first 1000 steps", () => {
    const { network, x0, testing } = loadShipped("tanh-g0.8-seed1");
    const { output } = simulate(network, testing.input.subMatrix(0, 999, 0, 2), { x0 });
    // guessing gives half; a bit that lags 20 steps behind each of its 7 pulses or so loses a twentieth
    assert.ok(bitAccuracy(output, testing.target.subMatrix(0, 999, 0, 2)) > 0.9);
  });

  it("keeps the bits of its first 200 training steps: a golden record at full size", () => {
    const { network, training, x0 } = prepareFlipFlop({ ...shippedRecipes["tanh-g1.5-seed1"], steps: 200 });
    const { Wo } = trainForce(network, training, { x0 }).network;
    // made by: node node_modules/mocha/bin/mocha.js data/cache/build/test/network/shipped.test.js -g golden
    // all 30 000 steps are compared by: node lib/dist/cli/train-network.js tanh-g1.5-seed1 --check
    assert.equal(digestOf(bytesOf(Wo)), "sha256:e8e7bd756c463ef598732e57b6ec03748662d7059d7d79a9aee07318a830b73c");
  });

  it("names what is wrong", () => {
    assert.throws(() => shippedNetwork("tanh"), {
      name: "RangeError",
      message: `shippedNetwork: name is "tanh", expected ${shippedNames().join(" or ")}`,
    });
    assert.throws(() => loadShipped("../../package"), RangeError);
    assert.throws(() => loadShipped(undefined as unknown as string), {
      message: `shippedNetwork: name is undefined, expected ${shippedNames().join(" or ")}`,
    });
    assert.throws(() => retrainShipped("toString"), RangeError);
  });
});
