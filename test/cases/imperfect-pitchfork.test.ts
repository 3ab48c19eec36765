import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { type Continuation, continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import type { Flow } from "rnn-dynamics/dist/flow/flow";

const grid = (from: number, to: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

/** ẋ = e + p x − x³, from the point near e at p = −1 and the one at −1 where p = 1. */
function follow(e: number, knots: number): Promise<Continuation> {
  const flowAt = (p: number): Flow => ({
    dimension: 1,
    velocity: ([x]) => Float64Array.of(e + p * x - x ** 3),
    jacobian: ([x]) => new Matrix([[p - 3 * x * x]]),
  });
  return continueFixedPoints(
    { parameters: grid(-1, 1, knots), flowAt },
    { points: [{ xStar: Float64Array.of(e) }] },
    { eigenvaluesEvery: 1, starts: (p) => (p === 1 ? [Float64Array.of(-1)] : []) },
  );
}

describe("an imperfect pitchfork ẋ = e + p x − x³", () => {
  for (const e of [1e-2, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 1e-7]) {
    it(`with e = ${e} has a saddle-node at 3(e/2)^⅔ and no other event, whatever the parameters`, async () => {
      const root = -Math.cbrt(e / 2); // the double root of x³ − p x − e
      for (const knots of [2, 3, 4, 6, 8, 21]) {
        const { events, branches } = await follow(e, knots);
        assert.deepEqual(
          events.map(({ kind, change }) => `${kind} ${change}`),
          ["saddle-node birth"],
        );
        assert.ok(Math.abs(events[0].parameter - 3 * root * root) < 1e-9, `${events[0].parameter}`);
        assert.ok(Math.abs(events[0].x[0] - root) < 1e-3 * Math.abs(root), `${events[0].x[0]}`);
        assert.equal(branches.length, 3);
      }
    });
  }

  it("is taken for a perfect one where e moves the fixed point by less than 1e-9 of the unit of the state", async () => {
    for (const knots of [2, 4, 8]) {
      const { events, branches } = await follow(1e-11, knots);
      assert.deepEqual([events.map(({ kind }) => kind), branches.length], [["pitchfork"], 3]);
    }
  });
});
