import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { continuationOf, recordOf, skeletonAt } from "rnn-dynamics/dist/training/branches";

/** ẋ = p x − x³ and ẏ = −y: one pitchfork at p = 0. */
const flowAt = (p: number): Flow => ({
  dimension: 2,
  odd: true,
  velocity: ([x, y]) => Float64Array.of(p * x - x ** 3, -y),
  jacobian: ([x]) =>
    new Matrix([
      [p - 3 * x * x, 0],
      [0, -1],
    ]),
});

describe("branches in short", () => {
  it("come back as they were, mirror images and all", async () => {
    const family = { parameters: Float64Array.of(-1, -0.5, 0.5, 1), flowAt };
    const all = await continueFixedPoints(
      family,
      { points: [{ xStar: new Float64Array(2) }] },
      { eigenvaluesEvery: 1 },
    );
    const record = recordOf(all, (x) => Array.from(x));
    assert.equal(record.branches.length, 2); // the origin, and one of the pair
    assert.ok(JSON.stringify(record).length < 3000);
    const back = continuationOf(JSON.parse(JSON.stringify(record)));
    assert.equal(back.branches.length, all.branches.length);
    const ends = (c: typeof back) =>
      c.branches.map(({ points }) => Array.from(points[points.length - 1], (v) => 0 + v)).sort();
    assert.deepEqual(ends(back), ends(all));
    assert.deepEqual(
      back.events.map(({ kind, change }) => [kind, change]),
      [["pitchfork", "birth"]],
    );
    assert.deepEqual([...skeletonAt(record, -1)], [[0, 1]]);
    assert.deepEqual(
      [...skeletonAt(record, 1)].sort((a, b) => a[0] - b[0]),
      [
        [0, 2],
        [1, 1],
      ],
    );
    const early = continuationOf(record, -0.5);
    assert.deepEqual(
      early.branches.map(({ parameters }) => Array.from(parameters)).filter((steps) => steps.length > 0),
      [[-1, -0.5]],
    );
  });
});
