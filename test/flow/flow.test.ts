import { strict as assert } from "node:assert";
import fc from "fast-check";
import { jacobianInto, kineticEnergy, speed, velocityInto } from "rnn-dynamics/dist/flow/flow";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { assertClose, assertRejects } from "../helpers/assertions";
import { doubleWell3 } from "../oracles/solved-flows";

describe("flow", () => {
  describe("kineticEnergy", () => {
    it("is half the squared length of the velocity [J15 eq. 4]", () => {
      assert.equal(kineticEnergy(Float64Array.of(3, 4)), 12.5);
      assert.equal(speed(Float64Array.of(3, 4)), 5);
    });

    it("is zero at every fixed point, not at one only [J15 eq. 2, eq. 4]", () => {
      for (const x of twoWells.fixedPoints) assert.equal(kineticEnergy(twoWells.velocity(x)), 0);
    });

    it("is ½ at the point (1, −½) that the paper prints as fixed: F = (0, 1) there", () => {
      const F = twoWells.velocity(Float64Array.of(1, -0.5));
      assert.ok(F[0] === 0 && F[1] === 1); // F[0] is −0
      assert.equal(kineticEnergy(F), 0.5);
    });

    it("is never negative, and speed = √(2q), for any finite velocity", () => {
      const entry = fc.double({ noNaN: true, min: -1e100, max: 1e100 });
      fc.assert(
        fc.property(fc.array(entry, { minLength: 1, maxLength: 9 }), (values) => {
          const F = Float64Array.from(values);
          const q = kineticEnergy(F);
          assert.ok(q >= 0);
          assertClose(speed(F), Math.sqrt(2 * q), 1e-15); // two roundings
        }),
      );
    });

    it("says what is wrong with its argument", () => {
      assertRejects(() => kineticEnergy(new Float64Array(0)), "kineticEnergy: F has length 0, expected at least 1");
      assertRejects(
        () => speed(Float64Array.of(0, Number.NaN)),
        "speed: F has NaN at component 1, expected finite numbers",
      );
    });
  });

  describe("fast paths", () => {
    it("fall back to the plain ones for a flow without them", () => {
      const x = Float64Array.of(0.3, -1.2, 2);
      const F = new Float64Array(3);
      const J = new Float64Array(9);
      velocityInto(doubleWell3, x, F);
      jacobianInto(doubleWell3, x, J);
      assert.deepEqual(F, doubleWell3.velocity(x));
      assert.deepEqual([...J], doubleWell3.jacobian(x).to1DArray());
    });

    it("reject a flow whose velocity or Jacobian has another shape than it promises", () => {
      const crooked = { ...doubleWell3, dimension: 2 };
      const x = Float64Array.of(1, 2, 3);
      assertRejects(
        () => velocityInto(crooked, x, new Float64Array(2)),
        "velocityInto: velocity has length 3, expected 2",
      );
      assertRejects(() => jacobianInto(crooked, x, new Float64Array(4)), "jacobianInto: Jacobian is 3×3, expected 2×2");
    });
  });
});
