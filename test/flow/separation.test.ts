import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { separationFrom } from "rnn-dynamics/dist/flow/integrate";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { assertClose, assertRejects } from "../helpers/assertions";

/** ẋ = a x: distances are multiplied by 1 + a dt in every Euler step. */
const linear = (a: number): Flow => ({
  dimension: 2,
  velocity: (x) => x.map((v) => a * v),
  jacobian: () => Matrix.eye(2).mul(a),
});

describe("the distance of two trajectories", () => {
  it("grows or falls exactly as the multiplier of a linear map says", () => {
    for (const a of [0.5, -0.5]) {
      const { times, distance } = separationFrom(linear(a), Float64Array.of(1, 2), { steps: 40, record: 20 });
      // an offset of 1e-6 between numbers near 1 is known to 1e-10
      assertClose(times, [0, 2, 4], 1e-12);
      assertClose(
        distance.map((d) => d / 1e-6),
        [1, (1 + 0.1 * a) ** 20, (1 + 0.1 * a) ** 40],
        1e-8,
      );
    }
  });

  it("falls on the way to an attractor of the 2-D system", () => {
    const { distance } = separationFrom(twoWells, Float64Array.of(0.5, 0.5), { steps: 200 });
    assert.ok((distance.at(-1) as number) < distance[0] / 100);
  });

  it("refuses an offset that is none", () => {
    assertRejects(
      () => separationFrom(twoWells, Float64Array.of(0, 0), { offset: 0 }),
      "separationFrom: offset is 0, expected a finite number, positive",
    );
  });
});
