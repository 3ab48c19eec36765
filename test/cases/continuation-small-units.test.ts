import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { type Continuation, continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";

const grid = (from: number, to: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
const logistic = (z: number): number => 1 / (1 + Math.exp(-z));

function assertFolds({ events, branches }: Continuation, [first, second]: readonly number[], label: string): void {
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["saddle-node", "saddle-node"],
    label,
  );
  assert.ok(Math.abs(events[0].parameter - first) < 1e-6, `${label}: ${events[0].parameter}`);
  assert.ok(Math.abs(events[1].parameter - second) < 1e-6, `${label}: ${events[1].parameter}`);
  assert.equal(branches.length, 3, label);
}

describe("the unit in which states are measured", () => {
  const units = [1e-9, 1e-6, 1e-3, 0.005, 0.1, 1, 1e3];

  it("does not matter to the folds of ẋ = −x + s S(10 x/s + p): 10 y (1 − y) = 1 with y = x/s", async () => {
    const folds = [1, -1].map((sign) => {
      const y = (1 + sign * Math.sqrt(0.6)) / 2;
      return Math.log(y / (1 - y)) - 10 * y;
    });
    let y = 0;
    for (let k = 0; k < 200; k++) y = logistic(10 * y - 8);
    for (const s of units) {
      const flowAt = (p: number): Flow => ({
        dimension: 1,
        velocity: ([x]) => Float64Array.of(-x + s * logistic((10 * x) / s + p)),
        jacobian: ([x]) => {
          const rate = logistic((10 * x) / s + p);
          return new Matrix([[-1 + 10 * rate * (1 - rate)]]);
        },
      });
      const family = { parameters: grid(-8, -2, 7), flowAt };
      const found = await continueFixedPoints(family, { points: [{ xStar: Float64Array.of(s * y) }] });
      assertFolds(found, folds, `top rate ${s}`);
    }
  });

  it("does not matter to the folds of ẋ = s (p + y − y³), y = x/s: ±2/(3√3)", async () => {
    for (const s of [...units, 1e-8]) {
      const flowAt = (p: number): Flow => ({
        dimension: 1,
        velocity: ([x]) => Float64Array.of(s * (p + x / s - (x / s) ** 3)),
        jacobian: ([x]) => new Matrix([[1 - 3 * (x / s) ** 2]]),
      });
      const family = { parameters: grid(-1, 1, 4), flowAt };
      const found = await continueFixedPoints(family, { points: [{ xStar: Float64Array.of(-1.324717957244746 * s) }] });
      const fold = 2 / Math.sqrt(27);
      assertFolds(found, [-fold, fold], `unit ${s}`);
    }
  });

  it("does not matter to a search: ẋ = x − x³/s² has the fixed points −s, 0 and s", async () => {
    for (const s of [1, 1e-6, 1e-7, 1e-9]) {
      const flow: Flow = {
        dimension: 1,
        velocity: ([x]) => Float64Array.of(x - x ** 3 / s ** 2),
        jacobian: ([x]) => new Matrix([[1 - (3 * x ** 2) / s ** 2]]),
        lipschitzOfJacobian: (c, r = 0) => (c ? (6 * (Math.abs(c[0]) + r)) / s ** 2 : Number.POSITIVE_INFINITY),
      };
      const starts = [-1.3, -0.4, -0.1, 0.2, 0.6, 1.4].map((v) => Float64Array.of(v * s));
      const { points } = await findFixedPoints(flow, starts);
      const places = points.map(({ xStar }) => xStar[0] / s).sort((a, b) => a - b);
      assert.equal(places.length, 3, `unit ${s}: ${places}`);
      [-1, 0, 1].forEach((place, i) => {
        assert.ok(Math.abs(places[i] - place) < 1e-9, `unit ${s}: ${places}`);
      });
    }
  });
});
