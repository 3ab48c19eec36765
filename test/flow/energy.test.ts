import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import {
  exactHessian,
  gaussNewtonHessian,
  kineticEnergyGradient,
  numericalJacobian,
} from "rnn-dynamics/dist/flow/energy";
import { type Flow, kineticEnergy } from "rnn-dynamics/dist/flow/flow";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { randomRecurrentWeights, simpleRnnFlow, simpleRnnHessian } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose, assertRejects } from "../helpers/assertions";

const q = (flow: Flow, x: Float64Array) => kineticEnergy(flow.velocity(x));

/** ∇q by central differences of q itself: it knows nothing of J. */
function numericalGradient(flow: Flow, x: Float64Array): Float64Array {
  const h = 1e-6;
  return x.map((_, i) => {
    const at = (shift: number) =>
      q(
        flow,
        x.map((value, j) => value + (i === j ? shift : 0)),
      );
    return (at(h) - at(-h)) / (2 * h);
  });
}

// points where no component of F or J vanishes, so that no error can hide behind a zero
const points = [
  [0.3, 0.7],
  [-1.2, 0.4],
  [0.9, -0.8],
].map((p) => Float64Array.from(p));

const rng = createRng("energy tests");
const W = randomRecurrentWeights(7, 1.5, rng.split("W"));
const rnn = simpleRnnFlow(W);
const state = Float64Array.from({ length: 7 }, () => rng.normal());

describe("energy", () => {
  it("its gradient matches finite differences of q away from any fixed point [J15 eq. 9]", () => {
    for (const x of points) {
      // central differences with h = 1e-6 are good to about 1e-9 here; 1e-6 leaves room
      assertClose(kineticEnergyGradient(twoWells, x), numericalGradient(twoWells, x), 1e-6);
    }
    assertClose(kineticEnergyGradient(rnn, state), numericalGradient(rnn, state), 1e-6);
  });

  it("its gradient is not J F, the slip of the original code, anywhere here [J15 eq. 9]", () => {
    for (const x of points) {
      const slip = twoWells
        .jacobian(x)
        .mmul(Matrix.columnVector(twoWells.velocity(x)))
        .to1DArray();
      const gradient = kineticEnergyGradient(twoWells, x);
      assert.ok(Math.abs(slip[0] - gradient[0]) > 0.1 || Math.abs(slip[1] - gradient[1]) > 0.1);
    }
  });

  it("its gradient is the chain rule written out, Σ_k F_k ∂F_k/∂x_i [J15 eq. 5, eq. 6, eq. 7, eq. 8]", () => {
    for (const x of points) {
      const F = twoWells.velocity(x);
      const J = twoWells.jacobian(x);
      const sum = [0, 1].map((i) => F[0] * J.get(0, i) + F[1] * J.get(1, i));
      assertClose(kineticEnergyGradient(twoWells, x), sum, 1e-15); // the same sum in the same order
    }
  });

  it("its gradient vanishes at ±(0.6356, 0.2345), saddles of q with q = 0.01324 and no fixed points", () => {
    for (const sign of [1, -1]) {
      const x = Float64Array.of(0.6356 * sign, 0.2345 * sign);
      assertClose(q(twoWells, x), 0.01324, 1e-3); // four digits are printed
      assertClose(kineticEnergyGradient(twoWells, x), [0, 0], 0, 2e-4); // the point itself is rounded to 5e-5
      const H = exactHessian(twoWells, x);
      assert.ok(
        H.get(0, 0) * H.get(1, 1) - H.get(0, 1) * H.get(1, 0) < -1e-3,
        "q falls in one direction, rises in one",
      );
    }
  });

  it("Gauss–Newton equals the exact Hessian where F = 0 [J15 eq. 12, eq. 13]", () => {
    for (const x of twoWells.fixedPoints) {
      assertClose(gaussNewtonHessian(twoWells, x), exactHessian(twoWells, x), 1e-8);
    }
  });

  it("Gauss–Newton is off in proportion to the distance from a fixed point [J15 eq. 11, eq. 12]", () => {
    const off = (distance: number) => {
      const x = Float64Array.of(1 + distance, 0.5 - distance);
      return gaussNewtonHessian(twoWells, x).sub(exactHessian(twoWells, x)).norm();
    };
    assertClose(off(1e-2) / off(1e-3), 10, 0.05); // the dropped terms are linear in F, F is linear here
    assert.ok(off(1) > 1, "and far away it is useless");
  });

  it("the exact Hessian is the second difference of q [J15 eq. 10, eq. 11]", () => {
    const h = 1e-4;
    for (const x of points) {
      const H = exactHessian(twoWells, x);
      const at = (dx: number, dy: number) => q(twoWells, Float64Array.of(x[0] + dx, x[1] + dy));
      // second differences: rounding 1e-16/h² = 1e-8, formula h² = 1e-8; 1e-5 leaves room for fourth derivatives
      assertClose(H.get(0, 0), (at(h, 0) - 2 * at(0, 0) + at(-h, 0)) / (h * h), 1e-5);
      assertClose(H.get(0, 1), (at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h), 1e-5);
      assert.equal(H.get(0, 1), H.get(1, 0));
    }
  });

  it("the closed form for the simple RNN equals the numerical Hessian [J15 eq. 11]", () => {
    // differences of the gradient are good to 1e-9 here
    assertClose(simpleRnnHessian(W, state), exactHessian(rnn, state), 1e-7);
    const gap = gaussNewtonHessian(rnn, state).sub(simpleRnnHessian(W, state)).norm();
    assert.ok(gap > 0.1, "the point is far enough from any fixed point to tell the two apart");
  });

  it("the numerical Jacobian is good to 1e-9 on a polynomial [J15 eq. 3, eq. 17]", () => {
    for (const x of points) assertClose(numericalJacobian(twoWells, x), twoWells.jacobian(x), 1e-9);
  });

  it("leaves its arguments alone", () => {
    const x = Float64Array.of(0.3, 0.7);
    kineticEnergyGradient(twoWells, x);
    exactHessian(twoWells, x);
    numericalJacobian(twoWells, x);
    assert.deepEqual([...x], [0.3, 0.7]);
  });

  it("says what is wrong with its arguments", () => {
    for (const f of [kineticEnergyGradient, gaussNewtonHessian, exactHessian, numericalJacobian]) {
      assertRejects(() => f(twoWells, new Float64Array(3)), `${f.name}: x has length 3, expected 2`);
      assertRejects(
        () => f(twoWells, Float64Array.of(1, Number.NaN)),
        `${f.name}: x has NaN at component 1, expected finite numbers`,
      );
      assertRejects(
        () => f(undefined as unknown as Flow, new Float64Array(2)),
        `${f.name}: flow is undefined, expected a Flow { dimension, velocity, jacobian }`,
      );
    }
  });
});
