import assert from "node:assert/strict";
import fc from "fast-check";
import type { Matrix } from "ml-matrix";
import { distanceInequality, leastInequality } from "rnn-dynamics/dist/memory/box";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose } from "../helpers/assertions";
import { cornersOf, randomFrame } from "../helpers/hypercube";

const statesOf = (axes: Matrix) => cornersOf(axes).map(({ state }) => state);

describe("memory/equidistance", () => {
  it("is 0 for a simplex: n points are equidistant in n − 1 dimensions, and need them", () => {
    const simplex = [0, 1, 2, 3].map((k) => Float64Array.from({ length: 4 }, (_, i) => (i === k ? 1 : 0)));
    assert.equal(distanceInequality(simplex), 0);
    assert.equal(leastInequality(4, 3), 0);
    assert.ok(leastInequality(4, 2) > 0.3);
    assert.equal(leastInequality(16, 15), 0);
    assert.ok(leastInequality(16, 14) > 0);
  });

  it("of a tesseract is √(11/64), the least that 16 points in four dimensions can have [J15 §7.1]", () => {
    assertClose(distanceInequality(statesOf(randomFrame(20, 4, 1).mul(52))), Math.sqrt(11 / 64), 1e-12);
    assertClose(leastInequality(16, 4), Math.sqrt(11 / 64), 1e-14);
    // the square and the cube attain theirs, too
    assertClose(distanceInequality(statesOf(randomFrame(5, 2, 1))), leastInequality(4, 2), 1e-12);
    assertClose(distanceInequality(statesOf(randomFrame(9, 3, 1))), leastInequality(8, 3), 1e-12);
  });

  it("is never below the bound, whatever the points [property]", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 20 }), fc.integer({ min: 1, max: 6 }), (seed, n, d) => {
        const rng = createRng(seed);
        const points = Array.from({ length: n }, () => Float64Array.from({ length: d }, () => rng.normal()));
        assert.ok(distanceInequality(points) >= leastInequality(n, d) - 1e-12);
      }),
      { numRuns: 200 },
    );
  });

  it("names what is wrong", () => {
    assert.throws(() => distanceInequality([Float64Array.of(1)]), {
      message: "distanceInequality: points has length 1, expected at least 2",
    });
    assert.throws(() => leastInequality(1, 4), { message: "leastInequality: points is 1, expected an integer ≥ 2" });
  });
});
