import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { type Continuation, continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import type { Flow } from "rnn-dynamics/dist/flow/flow";

const grid = (from: number, to: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

/** ẋ = e + p x − x², from both points at the first and at the last parameter. */
function follow(e: number, parameters: Float64Array): Promise<Continuation> {
  const last = parameters[parameters.length - 1];
  const roots = (p: number) => [-1, 1].map((sign) => Float64Array.of((p + sign * Math.sqrt(p * p + 4 * e)) / 2));
  const flowAt = (p: number): Flow => ({
    dimension: 1,
    velocity: ([x]) => Float64Array.of(e + p * x - x * x),
    jacobian: ([x]) => new Matrix([[p - 2 * x]]),
  });
  return continueFixedPoints(
    { parameters, flowAt },
    { points: roots(parameters[0]).map((xStar) => ({ xStar })) },
    { eigenvaluesEvery: 1, starts: (p) => (p === last ? roots(p) : []) },
  );
}

describe("an imperfect transcritical bifurcation ẋ = e + p x − x²", () => {
  const families = [2, 3, 8, 21].flatMap((knots) => [grid(-1, 1, knots), grid(-0.81, 1.07, knots)]);

  for (const e of [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7]) {
    it(`with e = ${e} is no event: two curves pass each other, and none leaps to the other`, async () => {
      for (const parameters of families) {
        const { events, branches } = await follow(e, parameters);
        assert.deepEqual([events.map(({ kind }) => kind), branches.length], [[], 2], `${parameters}`);
        for (const { points } of branches) assert.ok(points.every(([x]) => x * points[0][0] > 0));
      }
    });

    it(`with e = ${-e} is a pair of saddle-nodes at ∓2√|e|`, async () => {
      const fold = 2 * Math.sqrt(e);
      for (const parameters of families) {
        const { events, branches } = await follow(-e, parameters);
        assert.deepEqual(
          events.map(({ kind, change }) => `${kind} ${change}`),
          ["saddle-node death", "saddle-node birth"],
        );
        for (const [i, p] of [-fold, fold].entries()) assert.ok(Math.abs(events[i].parameter - p) < 1e-9);
        assert.equal(branches.length, 4);
      }
    });
  }

  it("is a perfect one where e is 0", async () => {
    for (const parameters of families) {
      const { events, branches } = await follow(0, parameters);
      const last = parameters[parameters.length - 1];
      const ends = branches.filter((branch) => branch.parameters.includes(last));
      assert.deepEqual([events.map(({ kind }) => kind), ends.length], [["transcritical"], 2], `${parameters}`);
    }
  });
});
