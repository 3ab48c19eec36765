import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { passageTime } from "rnn-dynamics/dist/flow/integrate";
import { ghostPassageTime, saddleNodeFamily } from "rnn-dynamics/dist/flow/plane";
import { assertClose, assertRejects } from "../helpers/assertions";

/** ẋ = μ + a x², the normal form of a saddle-node bifurcation. */
const normalForm = (mu: number, a: number) => ({
  dimension: 1,
  velocity: (x: Float64Array) => Float64Array.of(mu + a * x[0] * x[0]),
  jacobian: (x: Float64Array) => new Matrix([[2 * a * x[0]]]),
});

describe("passageTime", () => {
  it("agrees with the integral of dx/(μ + a x²) in closed form", () => {
    for (const [mu, a] of [
      [0.04, 1],
      [0.01, 1],
      [0.01, 4],
    ]) {
      const exact = (2 / Math.sqrt(a * mu)) * Math.atan(Math.sqrt(a / mu));
      // RK4 is far better; interpolation within the last step of 0.01 leaves about 1e-5
      assertClose(passageTime(normalForm(mu, a), Float64Array.of(-1)), exact, 1e-5);
    }
  });

  it("tends to π/√(aμ) as μ goes to zero, not to one over the speed", () => {
    const ratio = (mu: number) =>
      passageTime(saddleNodeFamily(mu), Float64Array.of(-1, -0.5), { until: 0.5 }) / ghostPassageTime(mu);
    assertClose(ghostPassageTime(0.01), 31.4159265, 1e-8);
    const [far, near, nearer] = [ratio(0.01), ratio(0.0025), ratio(0.000625)];
    assert.ok(far < near && near < nearer && nearer < 1);
    assert.ok(nearer > 0.97);
  });

  it("is infinite where something rests on the way", () => {
    assert.equal(
      passageTime(saddleNodeFamily(-0.01), Float64Array.of(-1, -0.5), { longest: 100 }),
      Number.POSITIVE_INFINITY,
    );
  });

  it("rejects a start that is already through, and a unit that is not there", () => {
    const flow = normalForm(1, 1);
    assertRejects(
      () => passageTime(flow, Float64Array.of(2)),
      "passageTime: x0 at component 0 is 2, expected less than until = 1",
    );
    assertRejects(
      () => passageTime(flow, Float64Array.of(0), { unit: 1 }),
      "passageTime: unit is 1, expected an integer from 0 to 0",
    );
  });
});
