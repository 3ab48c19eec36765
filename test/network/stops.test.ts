import assert from "node:assert/strict";
import { nextStop, StateRecord } from "rnn-dynamics/dist/network/simulate";

describe("stops", () => {
  it("stops at every multiple, every mark and the end, once each", () => {
    const stops: number[] = [];
    for (let t = 0; t < 25; t = stops[stops.length - 1]) stops.push(nextStop(t, 25, [10, 4], [0, 3, 4, 25]));
    assert.deepEqual(stops, [3, 4, 8, 10, 12, 16, 20, 24, 25]);
  });

  it("goes straight to the end when nothing is asked for", () => {
    assert.equal(nextStop(0, 7, [0], []), 7);
  });

  it("keeps every k-th state, and no more rows than were reached", () => {
    const whole = new StateRecord(3, "float64");
    for (let t = 0; t < 7; t++) whole.keep(t, Float64Array.of(t, -t));
    assert.deepEqual(whole.result().states?.to2DArray(), [
      [0, -0],
      [3, -3],
      [6, -6],
    ]);
    const short = new StateRecord(3, "float64");
    for (let t = 0; t < 4; t++) short.keep(t, Float64Array.of(t));
    assert.deepEqual(short.result().states?.to2DArray(), [[0], [3]]);
    const none = new StateRecord(0, "float64");
    none.keep(0, Float64Array.of(1));
    assert.deepEqual(none.result(), {});
  });
});
