import assert from "node:assert/strict";
import { fillStrips, rightPart, triangleIndex, weightIndex } from "rnn-dynamics/dist/network/strips";

describe("strips", () => {
  it("hold every entry of a matrix once, where weightIndex says", () => {
    for (const units of [1, 2, 3, 4, 5, 8, 13]) {
      const padded = (units + 3) & ~3;
      const A = Float64Array.from({ length: units * units }, (_, i) => i + 1);
      const strips = new Float64Array(padded * (padded + 1));
      fillStrips(A, units, strips);
      for (let i = 0; i < units; i++) {
        for (let j = 0; j < units; j++) assert.equal(strips[weightIndex(units, i, j)], A[i * units + j]);
      }
      assert.equal(strips.filter((entry) => entry !== 0).length, units * units, "the rest is zero");
    }
  });

  it("give each entry of the lower triangle a place of its own, left of the border before right of it", () => {
    for (const border of [0, 8, 16, 40]) {
      const run = { padded: 40, border };
      const places = new Set<number>();
      for (let i = 0; i < 40; i++) {
        for (let j = 0; j <= i; j++) {
          const place = triangleIndex(run, i, j);
          assert.ok(place < rightPart(run) === j < border);
          places.add(place);
        }
      }
      assert.equal(places.size, (40 * 41) / 2);
      assert.ok(Math.max(...places) < 8 * 10 * 11, "fits the packed triangle with whole strips");
    }
  });
});
