import assert from "node:assert/strict";
import * as figures from "rnn-dynamics/dist/figures/index";
import type { NoiseRecord } from "rnn-dynamics/dist/noise/curves";
import { assertClose } from "../helpers/assertions";

/** Two levels, three trials. */
const record = (name: string, error: number[][]): NoiseRecord => ({
  ...{ name, error, memories: ["+", "−"] },
  bitErrors: [
    [0.1, 0.2, 0.3],
    [0.5, 0.5, 0.5],
  ],
  held: [
    ["11", "11", "10"],
    ["00", "00", "00"],
  ],
});

const study = {
  ...{ levels: [0.01, 1], weightDeviation: 0.05 },
  networks: [
    record("tanh", [
      [1, 2, 3],
      [30, 30, 30],
    ]),
    record("logistic", [
      [2, 2, 2],
      [40, 41, 42],
    ]),
  ],
};

describe("figures of the noise study", () => {
  it("show Fig. 9 as printed: mean squared error against η, both axes linear, with the error of all bits wrong", () => {
    const { data, layout } = figures.noiseError(study);
    assert.deepEqual(
      data.map(({ name, x, y }) => [name, x, y]),
      [
        ["tanh", study.levels, [2, 30]],
        ["logistic", study.levels, [2, 41]],
      ],
    );
    assert.notEqual(layout.xaxis?.type, "log");
    assert.deepEqual(
      (layout.shapes as { y0: number; y1: number }[]).map(({ y0, y1 }) => [y0, y1]),
      [[4, 4]],
    );
  });

  it("draw any measure against η/(g/√N) on a logarithmic axis, with a band of 95 %", () => {
    const { data, layout } = figures.noiseCurves(study, "bit errors", "a claim");
    assert.equal(layout.xaxis?.type, "log");
    const [band, , line] = data;
    assert.deepEqual(line.x, [0.01 / 0.05, 1 / 0.05]);
    assertClose((line.y as number[])[0], 0.2, 1e-15);
    const half = (4.303 * 0.1) / Math.sqrt(3); // Student's t of three trials
    // up along the upper edge, back along the lower one, which a share does not cross 0 with
    assertClose((band.y as number[])[0], 0.2 + half, 1e-12);
    assert.equal((band.y as number[])[3], 0);
    const held = figures.noiseCurves(study, "memories held", "a claim").data;
    assertClose((held[2].y as number[])[0], 5 / 6, 1e-15);
    assert.deepEqual((figures.noiseCurves(study, "error", "a claim").data[3].y as number[])[1], 41);
  });

  it("tell networks apart by shape, dash and colour", () => {
    const { data } = figures.noiseError(study);
    for (const of of ["color", "dash"]) assert.notEqual(data[0].line?.[of], data[1].line?.[of]);
    assert.notEqual(data[0].marker?.symbol, data[1].marker?.symbol);
  });

  it("draw the exact conjugate as marks without a band, since it lies on the line of the logistic network", () => {
    const twins = { ...study, networks: [...study.networks, { ...study.networks[1], name: "conjugate" }] };
    const { data } = figures.noiseCurves(twins, "error", "a claim");
    assert.deepEqual(
      data.map(({ name, mode, fill }) => [name, fill === "toself" ? "band" : mode]),
      [
        ["tanh", "band"],
        ["logistic", "band"],
        ["tanh", "lines+markers"],
        ["logistic", "lines+markers"],
        ["conjugate", "markers"],
      ],
    );
    const levels = data[0].y as number[];
    assert.ok(
      levels.every((v) => v > 0),
      "a logarithmic axis has no place for a band below zero",
    );
  });

  it("refuse a study with levels that do not match", () => {
    assert.throws(
      () => figures.noiseError({ ...study, levels: [1] }),
      /^RangeError: noiseError: "tanh" has 2 values, expected 1$/,
    );
    assert.throws(() => figures.noiseCurves(study, "loudness" as "error", "a claim"), /measure is "loudness"/);
  });
});
