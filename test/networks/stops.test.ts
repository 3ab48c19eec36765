import assert from "node:assert/strict";
import { nextStop, stackRows } from "rnn-dynamics/dist/networks/stops";

describe("stops", () => {
  it("stops at every multiple, every mark and the end, once each", () => {
    const stops: number[] = [];
    for (let t = 0; t < 25; t = stops[stops.length - 1]) stops.push(nextStop(t, 25, [10, 4], [0, 3, 4, 25]));
    assert.deepEqual(stops, [3, 4, 8, 10, 12, 16, 20, 24, 25]);
  });

  it("goes straight to the end when nothing is asked for", () => {
    assert.equal(nextStop(0, 7, [0], []), 7);
  });

  it("stacks vectors as rows", () => {
    const stacked = stackRows([Float64Array.of(1, 2), Float64Array.of(3, 4)], 2);
    assert.deepEqual(stacked.to2DArray(), [
      [1, 2],
      [3, 4],
    ]);
    assert.equal(stackRows([], 2).rows, 0);
  });
});
