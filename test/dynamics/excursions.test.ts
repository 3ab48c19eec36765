import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { createRng, excursionsFrom, type Flow, simpleRnnFlow, twoWells } from "rnn-dynamics";
import { assertRejects } from "../helpers/assertions";

/**
 * ẋ = y, ẏ = x − x³ − 2 E y with the energy E = ½y² − ½x² + ¼x⁴: the curve E = 0, on which two homoclinic orbits leave
 * the origin and return to it, attracts.
 */
const figureEight: Flow = {
  dimension: 2,
  velocity: ([x, y]) => Float64Array.of(y, x - x ** 3 - (y * y - x * x + x ** 4 / 2) * y),
  jacobian: ([x, y]) =>
    new Matrix([
      [0, 1],
      [1 - 3 * x * x - (2 * x ** 3 - 2 * x) * y, -(3 * y * y - x * x + x ** 4 / 2)],
    ]),
};
const origin = new Float64Array(2);
const rng = createRng(4);

describe("excursions from a fixed point", () => {
  it("come back where there is a homoclinic orbit", () => {
    const runs = excursionsFrom(figureEight, origin, { rng, steps: 400 });
    for (const { closestReturn, farthest } of runs) {
      assert.ok(Math.abs(farthest - Math.SQRT2) < 0.2, `${farthest}`);
      assert.ok(closestReturn < 0.2 * farthest, `${closestReturn}`); // Euler's steps keep the energy a little above 0
    }
  });

  it("do not come back where every run ends at an attractor", () => {
    for (const { closestReturn, farthest } of excursionsFrom(twoWells, origin, { rng })) {
      assert.ok(Math.abs(farthest - Math.sqrt(1.25)) < 0.01); // at ±(1, ½)
      assert.ok(closestReturn >= farthest / 2);
    }
  });

  it("are none from an attractor: the push is the farthest it ever gets", () => {
    const runs = excursionsFrom(simpleRnnFlow(Matrix.zeros(3, 3)), new Float64Array(3), { rng, distance: 0.01 });
    for (const { farthest } of runs) assert.ok(Math.abs(farthest - 0.01) < 1e-12);
  });

  it("say what is wrong", () => {
    assertRejects(
      () => excursionsFrom(twoWells, origin, { rng, count: 0 }),
      "excursionsFrom: count is 0, expected an integer ≥ 1",
    );
    assertRejects(
      () => excursionsFrom(twoWells, new Float64Array(3), { rng }),
      "excursionsFrom: point has length 3, expected 2",
    );
  });
});
