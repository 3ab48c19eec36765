import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { certify } from "rnn-dynamics/dist/search/certify";

describe("the ball in which ẋ = x − x³ is alone", () => {
  // β = 1, K(r) = 6 (|x| + r): the largest r with r ≤ (1 + √(1 − 2h))/(βK(r)) and h = βK(r)η ≈ 0 is √⅓
  const flow = (unit: number): Flow => ({
    dimension: 1,
    velocity: (x) => Float64Array.of(x[0] - x[0] ** 3 / unit ** 2),
    jacobian: (x) => new Matrix([[1 - (3 * x[0] ** 2) / unit ** 2]]),
    lipschitzOfJacobian: (c, r = 0) => (c ? (6 * (Math.abs(c[0]) + r)) / unit ** 2 : Number.POSITIVE_INFINITY),
  });

  it("has the radius √⅓ at 0 and next to it, where K of the smallest ball vanishes, in any unit", () => {
    for (const unit of [1e-9, 1e-3, 1, 1e3]) {
      for (const x of [0, 1e-10, 1e-15, 1e-18, 1e-20, 1e-25, 1e-60, 1e-150]) {
        const { isCertified, uniqueRadius } = certify(flow(unit), Float64Array.of(x * unit));
        assert.ok(isCertified, `x = ${x}`);
        // η = x, so that 1e-10 shortens the radius by as much
        assert.ok(
          Math.abs(uniqueRadius / unit - Math.sqrt(1 / 3)) < 1e-8,
          `${uniqueRadius} in units of ${unit}, x = ${x}`,
        );
      }
    }
  });
});
