import assert from "node:assert/strict";
import fc from "fast-check";
import { angleInDegrees } from "rnn-dynamics/dist/numbers/statistics";
import { assertClose } from "../helpers/assertions";

describe("numbers/angles", () => {
  it("knows the angles of school triangles", () => {
    assert.equal(angleInDegrees(0, 2), 0);
    assert.equal(angleInDegrees(3, 0), 90);
    assertClose(angleInDegrees(1, 1), 45, 1e-14);
    assertClose(angleInDegrees(1, Math.sqrt(3)), 30, 1e-14);
    assertClose(angleInDegrees(Math.sqrt(3), 1), 60, 1e-14);
  });

  it("agrees with the engine's atan2 to a few roundings, at any size of the legs [property]", () => {
    const leg = fc.double({ min: 0, max: 1e100, noNaN: true });
    fc.assert(
      fc.property(leg, leg, (a, b) => {
        fc.pre(a + b > 0);
        assertClose(angleInDegrees(a, b), (Math.atan2(a, b) * 180) / Math.PI, 4e-15);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps small angles", () => assertClose(angleInDegrees(1e-12, 1), (1e-12 * 180) / Math.PI, 1e-14));

  it("names what is wrong", () => {
    assert.throws(() => angleInDegrees(-1, 1), {
      message: "angleInDegrees: across is -1, expected a finite number, not negative",
    });
    assert.throws(() => angleInDegrees(0, 0), {
      message: "angleInDegrees: across and along are both 0, expected one of them above 0",
    });
  });
});
