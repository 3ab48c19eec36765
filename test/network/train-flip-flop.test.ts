import assert from "node:assert/strict";
import { addChannel } from "rnn-dynamics/dist/network/echo-state";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { prepareFlipFlop, trainFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { createRng } from "rnn-dynamics/dist/numbers/random";

const small = { units: 20, steps: 300, testSteps: 50, bits: 2, seed: 5 };

describe("network/train-flip-flop", () => {
  it("is trainForce on what the recipe prepares", () => {
    const { network, training, x0 } = prepareFlipFlop({ ...small, alpha: 3, trainEvery: 4 });
    const byHand = trainForce(network, training, { x0, alpha: 3, trainEvery: 4, snapshotAt: [100], record: 50 });
    const run = trainFlipFlop({ ...small, alpha: 3, trainEvery: 4 }, { snapshotAt: [100], record: 50 });
    assert.deepEqual(run.network.Wo.to1DArray(), byHand.network.Wo.to1DArray());
    assert.deepEqual(run.snapshots[0].Wo.to1DArray(), byHand.snapshots[0].Wo.to1DArray());
    assert.equal(run.states?.rows, 6);
  });

  it("trains a transferred network twice: the smaller one, a channel added, then P = I/α again [J15 §7.1]", () => {
    const base = trainFlipFlop(small).network;
    const widened = addChannel(base, createRng(5).split("channel 3"));
    const recipe = { ...small, bits: 3, pretrainedBits: 2 };
    const { training, x0 } = prepareFlipFlop(recipe);
    const byHand = trainForce(widened, training, { x0 });
    const calls: number[] = [];
    const run = trainFlipFlop(recipe, { onProgress: (done, total) => calls.push(done, total) });
    assert.deepEqual(run.network.Wo.to1DArray(), byHand.network.Wo.to1DArray());
    assert.deepEqual(run.network.B.to1DArray(), widened.B.to1DArray());
    assert.deepEqual(calls.slice(-2), [600, 600]);
    assert.ok(calls.every((n, i) => (i % 2 === 1 ? n === 600 : i === 0 || n > calls[i - 2])));
    // and it is another network than one from scratch
    assert.notDeepEqual(run.network.Wo.to1DArray(), trainFlipFlop({ ...small, bits: 3 }).network.Wo.to1DArray());
  });

  it("names what is wrong", () => {
    assert.throws(() => trainFlipFlop({ bits: 0 }), { message: "flipFlopRecipe: bits is 0, expected an integer ≥ 1" });
    assert.throws(() => trainFlipFlop(small, { x0: 1 } as never), {
      name: "RangeError",
      message: /option "x0" is unknown/,
    });
  });
});
