import assert from "node:assert/strict";
import fc from "fast-check";
import {
  areaUnder,
  confidenceBand,
  firstTrials,
  halfLevel,
  heldShares,
  weightDeviation,
} from "rnn-dynamics/dist/noise/curves";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose } from "../helpers/assertions";

describe("curves of a noise study", () => {
  it("have bands of Student's t: of 1, 2, 3 the mean is 2 ± 4.303/√3", () => {
    const { mean, halfWidth } = confidenceBand([1, 2, 3]);
    assert.equal(mean, 2);
    assertClose(halfWidth, 4.303 / Math.sqrt(3), 1e-12);
    assert.deepEqual(confidenceBand([7]), { mean: 7, halfWidth: 0 });
  });

  it("have bands of Student's t for any number of trials: tables say 2.131, 2.086, 1.984 for 16, 21, 101", () => {
    for (const [n, t] of [
      [15, 2.145],
      [16, 2.131],
      [21, 2.086],
      [101, 1.984],
    ]) {
      // alternating 0 and 2 around the mean: the deviation follows from the numbers alone
      const values = Array.from({ length: n }, (_, k) => (k % 2) * 2);
      const mean = values.reduce((sum, v) => sum + v, 0) / n;
      const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1));
      assertClose(confidenceBand(values).halfWidth, (t * deviation) / Math.sqrt(n), 5e-4); // tables have four digits
    }
  });

  it("have bands that hold the truth in 95 of 100 studies of three trials, as of sixteen", () => {
    const rng = createRng("bands");
    for (const trials of [3, 16]) {
      const studies = 4000;
      let hits = 0;
      for (let s = 0; s < studies; s++) {
        const { mean, halfWidth } = confidenceBand(Array.from({ length: trials }, () => rng.normal(5, 2)));
        if (Math.abs(mean - 5) <= halfWidth) hits++;
      }
      // 4000 studies tell a share of 0.95 to ±0.0034; four of those
      assert.ok(Math.abs(hits / studies - 0.95) < 0.014, `${hits} of ${studies}`);
    }
  });

  it("have the area of a straight line exactly, wherever the levels are", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.double({ min: 0.01, max: 9, noNaN: true }), { minLength: 2 }), (values) => {
        const levels = values.sort((a, b) => a - b);
        const [low, high] = [levels[0], levels[levels.length - 1]];
        const area = areaUnder(
          levels,
          levels.map((x) => 3 * x + 1),
        );
        assertClose(area, 1.5 * (high * high - low * low) + high - low, 1e-12);
      }),
    );
  });

  it("come down to one half between two levels, on a logarithmic axis", () => {
    assertClose(halfLevel([1, 100], [1, 0]), 10, 1e-14);
    assertClose(halfLevel([1, 10, 1000], [1, 0.75, 0.25]), 100, 1e-14);
    assert.equal(halfLevel([1, 10], [0.25, 0]), 1, "gone at the first level");
    assert.equal(halfLevel([1, 10], [1, 1]), 10, "never gone");
    assert.throws(() => halfLevel([1, 1], [1, 0]), /^RangeError: halfLevel: levels\[1\] is 1, expected ascending/);
  });

  it("count memories digit by digit", () => {
    const record = {
      ...{ name: "two memories", memories: ["+", "−"], error: [], bitErrors: [] },
      held: [
        ["11", "11"],
        ["10", "11"],
        ["00", "00"],
      ],
    };
    assert.deepEqual(heldShares(record), [
      [1, 1],
      [0.5, 1],
      [0, 0],
    ]);
    assert.deepEqual(heldShares({ held: [["", ""]] }), [[0, 0]]);
  });

  it("are of the first trials only where another has no more, whatever else a record holds", () => {
    const record = {
      ...{ name: "tanh", memories: ["+"], error: [[1, 2, 3]], bitErrors: [[0.1, 0.2, 0.3]], held: [["1", "0", "1"]] },
      margins: [5],
    };
    const two = firstTrials(record, 2);
    assert.deepEqual(two, { ...record, error: [[1, 2]], bitErrors: [[0.1, 0.2]], held: [["1", "0"]] });
    assert.equal(record.error[0].length, 3);
    assert.throws(
      () => firstTrials(record, 4),
      /^RangeError: firstTrials: error\[0\] has length 3, expected at least 4$/,
    );
  });

  it("are drawn against g/√N, which is 0.047 for the paper's network [J15 Table 1]", () => {
    assertClose(weightDeviation({ gain: 1.5, units: 1000 }), 1.5 / Math.sqrt(1000), 1e-15);
  });
});
