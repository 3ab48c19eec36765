import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import {
  envelope,
  outputAndTarget,
  readoutNorms,
  separation,
  singularValues,
  trainingError,
} from "rnn-dynamics/dist/figures/curves";

describe("figures of training", () => {
  it("an envelope keeps every extreme of a long record, in order of time", () => {
    const record = Float64Array.from({ length: 30000 }, (_, t) => (t === 12345 ? 9 : t === 777 ? -7 : (t % 7) / 10));
    const { steps, values } = envelope(record, 750);
    assert.ok(steps.length <= 1500 && steps.length > 1000);
    assert.equal(Math.max(...values), 9);
    assert.equal(Math.min(...values), -7);
    assert.equal(steps[values.indexOf(9)], 12345);
    assert.ok(steps.every((t, i) => i === 0 || t > steps[i - 1]));
    assert.deepEqual(
      values,
      steps.map((t) => record[t]),
    );
  });

  it("an envelope keeps a short record whole", () => {
    assert.deepEqual(envelope(Float64Array.of(3, 1, 2), 2).values, [3, 1, 2]);
  });

  it("Fig. 5 a and b: one lane a bit, the target under the output [J15 Fig. 5]", () => {
    const target = new Matrix([
      [0, 1, -1],
      [1, 1, -1],
    ]);
    const output = Matrix.mul(target, 0.5);
    const { data, layout } = outputAndTarget(output, target, "A claim");
    assert.deepEqual(
      data.map((trace) => trace.name),
      ["target f", "output z", "target f", "output z", "target f", "output z"],
    );
    assert.deepEqual(data[1].y, [0, 0.5]);
    assert.deepEqual(data[4].y, [5, 5]);
    assert.equal(data.filter((trace) => trace.showlegend).length, 2);
    assert.match(String(layout.title?.text), /A claim/);
  });

  it("output and target of different shapes are refused", () => {
    assert.throws(
      () => outputAndTarget(new Matrix(4, 3), new Matrix(4, 2), "A claim"),
      /outputAndTarget: target is 4×2, expected 4×3/,
    );
  });

  it("Fig. 5 c shows the error it was given", () => {
    assert.deepEqual(trainingError(Float64Array.of(0, 2, 1)).data[0].y, [0, 2, 1]);
  });

  it("Fig. 5 d has one line a bit, apart in colour and dash", () => {
    const { data } = readoutNorms(
      new Matrix([
        [0, 0, 0],
        [1, 2, 3],
      ]),
    );
    assert.deepEqual(data[2].y, [0, 3]);
    assert.equal(new Set(data.map((trace) => trace.line?.dash)).size, 3);
    assert.equal(new Set(data.map((trace) => trace.line?.color)).size, 3);
  });

  it("distances and singular values stand on logarithmic axes, zeros at the foot", () => {
    const pair = separation([{ name: "g = 1.5", distance: Float64Array.of(1e-6, 1e-3, 1) }], 5, "A claim");
    assert.deepEqual(pair.data[0].x, [0, 5, 10]);
    assert.equal(pair.layout.yaxis?.type, "log");
    const values = singularValues([3, 2, 0], "A claim");
    assert.ok((values.data[0].y as number[]).every((v) => v > 0));
    assert.equal(values.layout.yaxis?.type, "log");
  });
});
