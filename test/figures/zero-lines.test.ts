import assert from "node:assert/strict";
import { zeroLines } from "rnn-dynamics/dist/figures/plane";

const axis = Float64Array.from({ length: 40 }, (_, i) => -1.5 + (3 * i) / 39);
const sampled = (f: (x: number, y: number) => number) =>
  Array.from(axis, (y) => Float64Array.from(axis, (x) => f(x, y)));

describe("zeroLines", () => {
  it("follows a straight line from border to border", () => {
    const [line, ...others] = zeroLines(
      axis,
      axis,
      sampled((x, y) => x / 2 - y),
    );
    assert.equal(others.length, 0);
    // linear interpolation of a linear function is exact up to rounding
    for (let i = 0; i < line.x.length; i++) assert.ok(Math.abs(line.x[i] / 2 - line.y[i]) < 1e-12);
    assert.ok(Math.max(...line.x) > 1.4 && Math.min(...line.x) < -1.4);
  });

  it("closes a circle on itself", () => {
    const [circle, ...others] = zeroLines(
      axis,
      axis,
      sampled((x, y) => x * x + y * y - 1),
    );
    assert.equal(others.length, 0);
    assert.equal(circle.x[0], circle.x[circle.x.length - 1]);
    // chords of cells of 0.08 stay within 0.08²/8 of the circle
    for (let i = 0; i < circle.x.length; i++) assert.ok(Math.abs(Math.hypot(circle.x[i], circle.y[i]) - 1) < 1e-3);
  });

  it("lets two lines cross instead of turning away from each other [J15 eq. 14]", () => {
    const lines = zeroLines(
      axis,
      axis,
      sampled((x, y) => (1 - x * x) * y),
    );
    assert.equal(lines.length, 3); // x = −1, x = 1, y = 0
    for (const line of lines) {
      const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
      assert.ok(Math.min(spread(line.x), spread(line.y)) < 1e-2);
      assert.ok(Math.max(spread(line.x), spread(line.y)) > 2.9);
    }
  });

  it("finds nothing where the sign does not change", () => {
    assert.deepEqual(
      zeroLines(
        axis,
        axis,
        sampled(() => 1),
      ),
      [],
    );
  });
});
