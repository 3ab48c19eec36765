import assert from "node:assert/strict";
import fc from "fast-check";
import { sineOfTurns } from "rnn-dynamics/dist/numbers/statistics";

describe("numbers/sine", () => {
  it("is exact at the quarters, and a half at a twelfth", () => {
    for (const [turns, value] of [
      [0, 0],
      [0.25, 1],
      [0.5, 0],
      [0.75, -1],
      [1, 0],
      [-0.25, -1],
      [1e15, 0],
      [1e15 + 0.25, 1],
    ]) {
      assert.ok(Math.abs(sineOfTurns(turns) - value) === 0, `${turns}: ${sineOfTurns(turns)}`);
    }
    assert.ok(Math.abs(sineOfTurns(1 / 12) - 0.5) < 2e-16);
  });

  it("agrees with the engine's sine to a few units of the last place [property]", () => {
    // beyond a quarter turn the engine's argument 2πφ is rounded too coarsely to be an oracle
    fc.assert(
      fc.property(fc.double({ min: -0.25, max: 0.25, noNaN: true }), (turns) => {
        assert.ok(Math.abs(sineOfTurns(turns) - Math.sin(2 * Math.PI * turns)) <= 4e-16);
      }),
    );
  });

  it("is odd, has period 1 and stays in [−1, 1] [property]", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 0, max: 4095 }), (whole, k) => {
        const part = k / 4096; // so that whole + part is exact
        assert.ok(sineOfTurns(whole + part) - sineOfTurns(part) === 0);
        assert.ok(sineOfTurns(-part) + sineOfTurns(part) === 0);
        assert.ok(sineOfTurns(0.5 - part) - sineOfTurns(part) === 0);
        assert.ok(Math.abs(sineOfTurns(part)) <= 1);
      }),
    );
  });

  it("refuses what is no finite number", () => {
    assert.throws(() => sineOfTurns(Number.NaN), /^RangeError: sineOfTurns: turns is NaN, expected a finite number$/);
  });
});
