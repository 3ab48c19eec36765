import { strict as assert } from "node:assert";
import { determinant, Matrix } from "ml-matrix";
import { continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { judge } from "rnn-dynamics/dist/page/exercise";
import { exercises } from "../../notebooks/solutions/05";
import { assertClose } from "../helpers/assertions";

describe("solutions of notebook 05", () => {
  it("5.1 looks at each snapshot; the slip, and one that forgets the leak, do not pass", () => {
    assert.match(
      judge(exercises["1"], (snapshots: number[], trained: number) => snapshots.map(() => trained - 1)),
      /^differs at component 0/,
    );
    assert.match(
      judge(exercises["1"], (snapshots: number[]) => snapshots),
      /^differs/,
    );
  });

  it("5.3 names what a continuation names, from the number of fixed points on both sides", async () => {
    const kindOf = exercises["3"].solution as (before: number, after: number) => string;
    const line = (f: (x: number, p: number) => number, slope: (x: number, p: number) => number) => ({
      parameters: Float64Array.of(-1, 1),
      flowAt: (p: number): Flow => ({
        dimension: 1,
        velocity: ([x]) => Float64Array.of(f(x, p)),
        jacobian: ([x]) => new Matrix([[slope(x, p)]]),
      }),
    });
    const cases = [
      {
        family: line(
          (x, p) => p * x - x ** 3,
          (x, p) => p - 3 * x * x,
        ),
        start: 0,
        counts: [1, 3],
      },
      {
        family: line(
          (x, p) => p * x - x * x,
          (x, p) => p - 2 * x,
        ),
        start: 0,
        counts: [2, 2],
      },
      {
        family: line(
          (x, p) => -p - x * x,
          (x) => -2 * x,
        ),
        start: 1,
        counts: [2, 0],
      },
    ] as const;
    for (const { family, start, counts } of cases) {
      const { events } = await continueFixedPoints(family, { points: [{ xStar: Float64Array.of(start) }] });
      assert.deepEqual(
        events.map(({ kind }) => kind),
        [kindOf(counts[0], counts[1])],
      );
    }
  });

  it("5.4 is det(I − v w), as det(I − Wfb Wo) for one output [matrix determinant lemma]", () => {
    const smallDeterminant = exercises["4"].solution as (w: number[], v: number[]) => number;
    const [w, v] = [
      [0.5, -1, 2],
      [1, 1, 0.25],
    ];
    const big = Matrix.eye(3).sub(Matrix.columnVector(v).mmul(Matrix.rowVector(w)));
    assertClose(smallDeterminant(w, v), determinant(big), 1e-12);
  });
});
