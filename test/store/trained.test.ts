import assert from "node:assert/strict";
import { trainFlipFlop } from "rnn-dynamics";
import { trainedReadout } from "rnn-dynamics/dist/store/trained";

describe("store/trained", () => {
  it("trains what the recipe says, a transferred network too: on from the smaller one's readout [J15 §7.1]", () => {
    const scratch = { units: 12, steps: 200, testSteps: 10, bits: 3 };
    for (const recipe of [scratch, { ...scratch, pretrainedBits: 2 }]) {
      assert.deepEqual(Array.from(trainedReadout(recipe) ?? []), trainFlipFlop(recipe).network.Wo.to1DArray());
    }
  });
});
