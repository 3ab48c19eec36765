import assert from "node:assert/strict";
import * as figures from "rnn-dynamics/dist/figures/index";
import { assertClose } from "../helpers/assertions";

describe("figures of what noise does", () => {
  it("set the noise that takes a memory against its margin, where that is known", () => {
    const points = [{ name: "tanh", margins: [3, null, 5], lossLevels: [0.1, 0.2, 0.3] }];
    const [{ x, y }] = figures.marginsAndLosses(points, 0.05, "a claim").data;
    assert.deepEqual(x, [3, 5]);
    assertClose((y as number[])[1], 6, 1e-12);
  });

  it("show scores by seed, one line a network", () => {
    const scores = [1, 2].flatMap((seed) => ["tanh", "logistic"].map((name) => ({ name, seed, value: seed * 10 })));
    const { data } = figures.scoresBySeed(scores, "area", "a claim");
    assert.deepEqual(
      data.map(({ name, x, y }) => [name, x, y]),
      [
        ["tanh", [1, 2], [10, 20]],
        ["logistic", [1, 2], [10, 20]],
      ],
    );
  });

  it("give each noise level a lane of its own for an output and its target", () => {
    const lanes = ["η = 1", "η = 0.1"].map((name) => ({ name, output: [0, 5], target: [1, 1] }));
    const { data, layout } = figures.disturbedOutputs(lanes, "a claim");
    assert.deepEqual(
      data.map(({ yaxis }) => yaxis),
      ["y", "y", "y2", "y2"],
    );
    const domains = [layout.yaxis, layout.yaxis2 as Record<string, unknown>].map((axis) => axis?.domain as number[]);
    assert.ok(domains[0][1] < domains[1][0]);
  });

  it("refuse lists that do not match, in words", () => {
    assert.throws(
      () => figures.marginsAndLosses([{ name: "tanh", margins: [1], lossLevels: [1, 2] }], 0.05, "a claim"),
      /^RangeError: marginPairs: margins has length 1, expected 2, as lossLevels$/,
    );
    assert.throws(
      () => figures.disturbedOutputs([{ name: "z", output: [1, 2], target: [1] }], "a claim"),
      /^RangeError: disturbedOutputs: "target f" has 1 values, expected 2$/,
    );
    assert.throws(
      () => figures.scoresBySeed([], "area", "a claim"),
      /^RangeError: scoresBySeed: the first argument has length 0/,
    );
  });
});
