import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import * as figures from "rnn-dynamics/dist/figures/index";
import { toneTask } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";

describe("figures/tones", () => {
  it("toneRun draws the input above and the output over its target", () => {
    const { input, target } = toneTask({ rng: createRng(1), steps: 50 });
    const { data, layout } = figures.toneRun({ input, target, output: target }, "A claim");
    assert.deepEqual(
      data.map(({ name, yaxis }) => [name, yaxis]),
      [
        ["input u", "y2"],
        ["target f", "y"],
        ["output z", "y"],
      ],
    );
    assert.deepEqual(data[1].y, target.to1DArray());
    assert.ok((layout.yaxis2 as { range: number[] }).range[1] > input.max());
    assert.equal(figures.toneRun({ input, target }, "A claim").data.length, 2);
    assert.throws(
      () => figures.toneRun({ input, target: new Matrix(3, 1) }, "A claim"),
      /^RangeError: toneRun: "target f" has 3 values, expected 50$/,
    );
  });

  it("orbits draws each run as a line and its fixed points as marks, in the same coordinates", () => {
    const circle = (height: number) =>
      new Matrix(Array.from({ length: 40 }, (_, i) => [Math.cos(i), 2 * Math.sin(i), 0.3 * height, 0]));
    const runs = [-1, 1].map((height) => ({ name: `u = ${height}`, states: circle(height) }));
    const inside = [-1, 1].map((height) => ({
      state: Float64Array.of(0, 0, 0.3 * height, 0),
      kind: "saddle" as const,
      label: "m = 2",
    }));
    const { data } = figures.orbits(runs, inside, "A claim");
    assert.deepEqual(
      data.map(({ name }) => name),
      ["u = -1", "u = 1", "saddle inside"],
    );
    const [first, second, marks] = data;
    assert.equal((first.x as number[]).length, 40);
    assert.deepEqual((first.text as string[]).filter(Boolean), ["u = -1"]); // once, beside its line
    const height = (trace: typeof first, i: number) => (trace.z as number[])[i]; // the third component has the least spread
    assert.ok(
      Math.abs(height(marks, 0) - height(first, 7)) < 0.1 && Math.abs(height(marks, 1) - height(second, 7)) < 0.1,
    );
    assert.throws(
      () => figures.orbits([], [], "A claim"),
      /orbits: the first argument has length 0, expected at least 1/,
    );
    assert.throws(
      () => figures.orbits([{ name: "flat", states: new Matrix(5, 2) }], [], "A claim"),
      /has 2 columns, expected at least 3/,
    );
  });

  it("frequencies compares found with wanted, per 1000 steps, beside the diagonal", () => {
    const { data } = figures.frequencies(
      [{ name: "network", wanted: [0.01, 0.02], found: [0.011, Number.NaN] }],
      "A claim",
    );
    assert.deepEqual(data[0].x, data[0].y);
    assert.deepEqual(
      [data[1].x, data[1].y],
      [
        [10, 20],
        [11, Number.NaN],
      ],
    );
    assert.throws(
      () => figures.frequencies([{ name: "n", wanted: [1], found: [] }], "A claim"),
      /^RangeError: frequencies: "n" has 0 values, expected 1$/,
    );
  });
});
