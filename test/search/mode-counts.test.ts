import { strict as assert } from "node:assert";
import { modeCounts } from "rnn-dynamics/dist/search/report";
import { assertRejects } from "../helpers/assertions";

describe("fixed points counted by unstable modes", () => {
  it("are 8, 12, 6 and 1 in an ideal three-bit flip-flop, and a crowd stands apart", () => {
    const modes = [...Array(8).fill(0), ...Array(12).fill(1), ...Array(6).fill(2), 3, 115];
    const counts = modeCounts(
      modes.map((unstableCount) => ({ unstableCount })),
      3,
    );
    assert.deepEqual(counts, { "m = 0": 8, "m = 1": 12, "m = 2": 6, "m = 3": 1, "m > 3": 1 });
  });

  it("must have been counted", () => {
    assertRejects(
      () => modeCounts([{ unstableCount: -1 }]),
      "modeCounts: points[0].unstableCount is -1, expected an integer ≥ 0",
    );
  });
});
