import assert from "node:assert/strict";
import { lossLevels, marginPairs } from "rnn-dynamics/dist/noise/curves";
import { assertClose, assertRejects } from "../helpers/assertions";

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
    assertRejects(
      () => marginPairs({ ...known, margins: [3, Number.NaN, 5] }),
      "marginPairs: margins[1] is NaN, expected a finite number, not negative",
    );
  });

  it("does not take a trial that says too little for one that has lost the memory", () => {
    const record = { name: "two", memories: ["+", "−"], error: [], bitErrors: [], held: [["11", "1"]] };
    assertRejects(() => lossLevels([1], record), 'lossLevels: record.held[0][1] is "1", expected 2 digits, 0 or 1');
    assertRejects(
      () => lossLevels([], { ...record, held: [] }),
      "lossLevels: levels has length 0, expected at least 1",
    );
  });
});
