import { strict as assert } from "node:assert";
import { continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import type { FlowFamily } from "rnn-dynamics/dist/flow/flow";
import { rateFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";

const grid = (from: number, to: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

/** One unit that excites itself with weight w under a drive p, beside others that rest at the same activation each. */
function oneAmong(n: number, w: number, others: number, knots: number): { family: FlowFamily; begin: Float64Array } {
  const weights = new Float64Array(n * n);
  weights[0] = w;
  let lower = -3 - w;
  for (let k = 0; k < 300; k++) lower = -3 + w * Math.tanh(lower);
  const driven = (first: number) => new Float64Array(n).fill(others).fill(first, 0, 1);
  return {
    family: {
      parameters: grid(-3, 3, knots),
      flowAt: (p) => rateFlow({ size: n, activation: "tanh", weights, drive: driven(p) }),
    },
    begin: driven(lower),
  };
}

describe("a fold of one unit among others", () => {
  for (const [n, w, others, knots] of [
    [1, 1.5, 0, 7],
    [2, 1.5, 10, 7],
    [2, 1.5, 10, 3],
    [2, 1.5, 10, 40],
    [2, 1.5, 10, 100],
    [2, 1.1, 100, 7], // here the tangents at p = 0 and 1 explained a leap by chance
    [10, 1.5, 2, 2],
    [50, 1.5, 6, 7],
    [101, 1.5, 10, 3], // ‖x‖ = 100
    [101, 3, 10, 25],
  ]) {
    it(`w = ${w}, ${n} units, the others at ${others}, ${knots} parameters: both folds at ±(w t − atanh t), t = √(1 − 1/w)`, async () => {
      const { family, begin } = oneAmong(n, w, others, knots);
      const { events, branches } = await continueFixedPoints(
        family,
        { points: [{ xStar: begin }] },
        { eigenvaluesEvery: n > 10 ? 0 : 1 },
      );
      const t = Math.sqrt(1 - 1 / w);
      const fold = w * t - Math.atanh(t);
      assert.deepEqual(
        events.map(({ kind, change }) => [kind, change]),
        [
          ["saddle-node", "birth"],
          ["saddle-node", "death"],
        ],
      );
      // the turn is located to 1e-8 of an arc, where p is stationary
      events.forEach(({ parameter }, i) => {
        assert.ok(Math.abs(parameter - (i === 0 ? -fold : fold)) < 1e-6, `${parameter}`);
      });
      assert.equal(branches.length, 3);
    });
  }

  it("has as many branches through p = 0 as a search finds points there, in a random reservoir", async () => {
    for (const [n, g, sd, seed] of [
      [30, 0.5, 4, 1],
      [60, 0.8, 2, 3],
    ]) {
      const rng = createRng(seed);
      const weights = new Float64Array(n * n).map(() => (g / Math.sqrt(n)) * rng.normal());
      weights[0] = 1.8;
      for (let j = 1; j < n; j++) {
        weights[j] *= 0.2;
        weights[j * n] *= 0.2;
      }
      const base = Float64Array.from({ length: n }, () => sd * rng.normal());
      const from = (first: number) => base.map((v, i) => (i === 0 ? first : v));
      const flowAt = (p: number) => rateFlow({ size: n, activation: "tanh", weights, drive: from(p) });
      const start = await findFixedPoints(flowAt(-4), [from(-4)], { withStability: false });
      const guesses = [-3, -1.5, 0, 1.5, 3].map(from);
      const middle = await findFixedPoints(flowAt(0), guesses, { withStability: false });
      const { branches } = await continueFixedPoints({ parameters: grid(-4, 4, 9), flowAt }, start, {
        eigenvaluesEvery: 0,
      });
      const through = branches.filter(({ parameters }) => parameters.includes(0));
      assert.equal(middle.points.length, 3);
      assert.equal(through.length, 3);
    }
  });
});
