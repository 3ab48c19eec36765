import assert from "node:assert/strict";
import { lossLevels, marginPairs } from "rnn-dynamics";
import { assertClose } from "../helpers/assertions";

describe("the loss of memories", () => {
  it("is, for each memory, at the level where half of the trials have lost it", () => {
    const record = {
      ...{ name: "two memories", memories: ["+", "−"], error: [], bitErrors: [] },
      held: [
        ["11", "11"],
        ["10", "11"],
        ["00", "00"],
      ],
    };
    const [first, second] = lossLevels([1, 10, 100], record);
    assertClose(first, 10 * Math.sqrt(10), 1e-12); // from all to none
    assertClose(second, 10, 1e-12); // in half of the trials, right there
  });

  it("is set beside the distance to a saddle where that is known", () => {
    const known = { name: "tanh", margins: [3, null, 5], lossLevels: [0.1, 0.2, 0.3] };
    assert.deepEqual(marginPairs(known), [
      { distance: 3, loss: 0.1 },
      { distance: 5, loss: 0.3 },
    ]);
    assert.deepEqual(marginPairs({ name: "conjugate", lossLevels: [] }), []);
    assert.deepEqual(marginPairs({ ...known, margins: [] }), []);
    assert.throws(
      () => marginPairs({ ...known, margins: [3] }),
      /^RangeError: marginPairs: margins has length 1, expected 3, as lossLevels$/,
    );
  });
});
