import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { type Flow, kineticEnergy } from "rnn-dynamics/dist/flow/flow";
import { ghostOfSaddleNode, saddleNodeFamily, twoWells } from "rnn-dynamics/dist/flow/plane";
import { randomRecurrentWeights, simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { type MinimizeMethod, minimizeSpeed } from "rnn-dynamics/dist/search/minimize";
import { assertClose, assertRejects } from "../helpers/assertions";
import { decoupledFlipFlop, doubleWell3 } from "../oracles/solved-flows";

const methods: readonly MinimizeMethod[] = ["dogleg", "cg", "gradient"];

/** A grid over [−2, 2]², off the symmetry axes by an odd fraction. */
const grid = Array.from({ length: 13 * 13 }, (_, k) =>
  Float64Array.of(-2 + (k % 13) / 3 + 0.013, -2 + Math.floor(k / 13) / 3 + 0.007),
);

const distance = (a: Float64Array, b: Float64Array) => Math.sqrt(a.reduce((s, v, i) => s + (v - b[i]) * (v - b[i]), 0));

describe("minimizeSpeed", () => {
  it("reaches one of the three fixed points from every start of a grid [J15 §3.1]", () => {
    for (const method of ["dogleg", "cg"] as const) {
      for (const start of grid) {
        const { x, q, status } = minimizeSpeed(twoWells, start, { method });
        assert.equal(status, "converged");
        assert.ok(q <= 1e-30);
        // |error| ≤ ‖J⁻¹‖ ‖F‖, about 3e-15 here; 1e-12 leaves room
        assert.ok(
          Math.min(...twoWells.fixedPoints.map((p) => distance(p, x))) < 1e-12,
          `${method} from ${start}: ${x}`,
        );
      }
    }
  });

  it("by gradient descent ends there too, with many times the iterations [J15 §3]", () => {
    let slow = 0;
    for (const start of grid) {
      const { x, iterations } = minimizeSpeed(twoWells, start, {
        method: "gradient",
        maxIterations: 5000,
        stagnationDecrease: 0,
      });
      assert.ok(Math.min(...twoWells.fixedPoints.map((p) => distance(p, x))) < 1e-6);
      if (iterations > 10 * minimizeSpeed(twoWells, start, { method: "cg" }).iterations) slow++;
    }
    assert.ok(slow > grid.length / 2, `${slow} of ${grid.length} took ten times longer`);
  });

  it("counts what it asks the flow for, exactly", () => {
    for (const method of methods) {
      const calls = { velocity: 0, jacobian: 0 };
      const counted: Flow = {
        dimension: 3,
        velocity: (x) => {
          calls.velocity++;
          return doubleWell3.velocity(x);
        },
        jacobian: (x) => {
          calls.jacobian++;
          return doubleWell3.jacobian(x);
        },
      };
      const { evaluations } = minimizeSpeed(counted, Float64Array.of(0.4, -1.7, 0.9), { method });
      assert.deepEqual({ velocity: evaluations.velocity, jacobian: evaluations.jacobian }, calls);
    }
  });

  it("never goes uphill, and its path leads from x0 to x", () => {
    for (const method of methods) {
      const start = Float64Array.of(-1.7, 1.9);
      const { x, q, path, qPath } = minimizeSpeed(twoWells, start, { method, recordPath: true });
      assert.ok(path && qPath);
      assert.deepEqual(path.getRow(0), [...start]);
      assert.deepEqual(path.getRow(path.rows - 1), [...x]);
      assert.equal(path.rows, qPath.length);
      assert.equal(qPath[qPath.length - 1], q);
      for (let k = 1; k < qPath.length; k++) assert.ok(qPath[k] < qPath[k - 1]);
      for (let k = 0; k < qPath.length; k++) {
        assert.equal(qPath[k], kineticEnergy(twoWells.velocity(Float64Array.from(path.getRow(k)))));
      }
    }
  });

  it("records no path unless asked", () => {
    const minimum = minimizeSpeed(twoWells, Float64Array.of(0.3, 0.4));
    assert.ok(!("path" in minimum) && !("qPath" in minimum));
  });

  it("squares the error near a fixed point (dogleg takes Newton's step) [J15 eq. 13]", () => {
    const start = Float64Array.of(1.05, 0.93, -0.95);
    const { path } = minimizeSpeed(doubleWell3, start, { recordPath: true });
    assert.ok(path);
    const root = Float64Array.of(1, 1, -1);
    const errors = [0, 1, 2, 3, 4].map((k) => distance(Float64Array.from(path.getRow(k)), root));
    const last = errors.filter((e) => e > 1e-9 && e < 0.1);
    assert.ok(last.length >= 2);
    for (let k = 1; k < last.length; k++) assert.ok(last[k] < 5 * last[k - 1] * last[k - 1]);
  });

  it("solves a linear flow in one Newton step and in n conjugate gradients", () => {
    const A = new Matrix([
      [-2, 1, 0],
      [0.5, -1, 0.3],
      [0, 0.2, -3],
    ]);
    const linear: Flow = {
      dimension: 3,
      velocity: (x) => Float64Array.from(A.mmul(Matrix.columnVector(x)).to1DArray()),
      jacobian: () => A.clone(),
    };
    const start = Float64Array.of(1, 2, 3);
    const newton = minimizeSpeed(linear, start, { firstRadius: 100 });
    assert.ok(newton.iterations <= 2 && newton.q <= 1e-30); // a second one may be needed for the rounding of the first
    const conjugate = minimizeSpeed(linear, start, { method: "cg", firstRadius: 100 });
    assert.equal(conjugate.status, "converged");
    assert.ok(conjugate.iterations <= 8); // inexact inner solves, each a tenth of the residual or better
  });

  it("finds the ghost just past the bifurcation, as a minimum with q > 0, and soon", () => {
    for (const mu of [0.1, 1e-2, 1e-4]) {
      const ghost = ghostOfSaddleNode(mu);
      for (const method of ["dogleg", "cg"] as const) {
        const { x, q, iterations } = minimizeSpeed(saddleNodeFamily(mu), Float64Array.of(-0.8, 0.1), { method });
        assertClose(x, ghost, 0, 0.05 * Math.sqrt(mu)); // q is flat within √μ of the ghost
        assertClose(q, kineticEnergy(saddleNodeFamily(mu).velocity(ghost)), 0.02);
        assert.ok(iterations < 60, `${iterations} iterations`);
      }
    }
  });

  it("gives up soon when q has all but ceased to fall, and says on what slope", () => {
    // a valley 100 times as long as wide: steepest descent zigzags, q falls by about 4 κ⁻² = 0.04 % a step
    const valley: Flow = {
      dimension: 2,
      velocity: (x) => Float64Array.of(-x[0], -100 * x[1]),
      jacobian: () => Matrix.diag([-1, -100]),
    };
    const start = Float64Array.of(100, 0.01); // ∇q = (100, 100): the worst mixture
    const limits = { method: "gradient" as const, maxIterations: 400 };
    const given = minimizeSpeed(valley, start, limits);
    assert.equal(given.status, "stalled");
    assert.ok(given.iterations < 40, `${given.iterations} iterations`);
    assert.ok(given.slope > 1e-3, "this is no minimum of q");
    const patient = minimizeSpeed(valley, start, { ...limits, stagnationDecrease: 0 });
    assert.deepEqual([patient.status, patient.iterations], ["iteration limit", 400]);
    assert.ok(patient.q < given.q);
    const longer = minimizeSpeed(valley, start, { ...limits, stagnationSteps: 30 });
    assert.ok(longer.iterations >= 30 && longer.iterations > given.iterations);
  });

  it("measures the slope ‖Jᵀ F‖/(‖J‖ ‖F‖) where it ends", () => {
    const start = Float64Array.of(0.3, 0.7);
    const { slope } = minimizeSpeed(twoWells, start, { maxIterations: 0 });
    const F = twoWells.velocity(start);
    const J = twoWells.jacobian(start);
    const gradient = J.transpose().mmul(Matrix.columnVector(F));
    assertClose(slope, gradient.norm() / (J.norm() * Math.sqrt(F[0] * F[0] + F[1] * F[1])), 1e-14);
    assert.equal(minimizeSpeed(twoWells, twoWells.fixedPoints[0]).slope, 0);
    const flat: Flow = { ...twoWells, velocity: () => Float64Array.of(1, 0), jacobian: () => Matrix.zeros(2, 2) };
    const { velocityInto: _v, jacobianInto: _j, ...constant } = flat;
    assert.deepEqual((({ status, slope: flatSlope, q }) => [status, flatSlope, q])(minimizeSpeed(constant, start)), [
      "converged",
      0,
      0.5,
    ]);
  });

  it("when thorough goes on from a stagnation with a longer first leg, never ending higher", () => {
    const rng = createRng("thorough");
    const flow = simpleRnnFlow(randomRecurrentWeights(60, 2.5, rng.split("W")));
    let better = 0;
    for (let k = 0; k < 12; k++) {
      const start = Float64Array.from({ length: 60 }, () => 2 * rng.normal());
      const quick = minimizeSpeed(flow, start);
      const thorough = minimizeSpeed(flow, start, { thorough: true });
      if (quick.status === "converged")
        assert.deepEqual(thorough.x, quick.x, "nothing changes for a search that arrives");
      else assert.ok(thorough.q <= quick.q);
      if (thorough.q < 0.1 * quick.q && quick.q > 1e-10) better++;
    }
    assert.ok(better > 0, "and now and then by far");
  });

  it("tells a search that ran out of iterations from one that ended", () => {
    const { status, iterations } = minimizeSpeed(twoWells, Float64Array.of(-1.7, 1.9), {
      method: "gradient",
      maxIterations: 3,
    });
    assert.deepEqual([status, iterations], ["iteration limit", 3]);
    assert.equal(minimizeSpeed(twoWells, Float64Array.of(0.3, 1), { maxIterations: 0 }).status, "iteration limit");
    assert.equal(minimizeSpeed(twoWells, Float64Array.of(1, 0.5), { maxIterations: 0 }).status, "converged");
  });

  it("returns at once from a fixed point, exactly there", () => {
    for (const method of methods) {
      const { x, q, iterations, status } = minimizeSpeed(twoWells, Float64Array.of(-1, -0.5), { method });
      assert.deepEqual([...x, q, iterations, status], [-1, -0.5, 0, 0, "converged"]);
    }
  });

  it("takes the way out of a singular Jacobian by steepest descent", () => {
    const start = Float64Array.of(Math.sqrt(1 / 3), 0.2, 0.7); // ∂F₁/∂x₁ = 0 there
    const { status, q } = minimizeSpeed(doubleWell3, start);
    assert.ok(status === "converged" || status === "stalled");
    assert.ok(Number.isFinite(q));
  });

  it("says diverged where F overflows, and never returns NaN", () => {
    const { status, q } = minimizeSpeed(doubleWell3, Float64Array.of(1e200, 0, 0));
    assert.equal(status, "diverged");
    assert.equal(q, Number.POSITIVE_INFINITY);
    const poisoned: Flow = { ...doubleWell3, velocity: () => Float64Array.of(Number.NaN, 0, 0) };
    assert.equal(minimizeSpeed(poisoned, Float64Array.of(1, 1, 1)).status, "diverged");
    const poisonedSlope: Flow = { ...doubleWell3, jacobian: () => Matrix.zeros(3, 3).add(Number.NaN) };
    assert.equal(minimizeSpeed(poisonedSlope, Float64Array.of(1, 2, 1)).status, "stalled");
  });

  it("ends with finite numbers from any start, by any method", () => {
    const flows: Flow[] = [twoWells, saddleNodeFamily(0.01), saddleNodeFamily(0)];
    const anything = fc.double({ noNaN: true, noDefaultInfinity: true });
    const usual = fc.double({ min: -5, max: 5, noNaN: true });
    const number = fc.oneof(usual, anything, fc.constantFrom(0, -0, 1, 5e-324, 1e-160, 1e154));
    fc.assert(
      fc.property(number, number, fc.constantFrom(...flows), fc.constantFrom(...methods), (x, y, flow, method) => {
        const minimum = minimizeSpeed(flow, Float64Array.of(x, y), { method, maxIterations: 50 });
        assert.ok(minimum.x.every(Number.isFinite));
        assert.ok(minimum.q >= 0 && minimum.iterations <= 50);
        assert.equal(minimum.status === "diverged", minimum.q === Number.POSITIVE_INFINITY);
      }),
      { numRuns: 300 },
    );
  });

  it("does not depend on the permutation of the units beyond rounding", () => {
    const rng = createRng("minimize tests");
    const flow = decoupledFlipFlop(2, 2, { units: 6, rng });
    const start = Float64Array.from({ length: 6 }, () => rng.normal());
    const order = rng.permutation(6);
    const shuffle = (x: Float64Array) => Float64Array.from(order, (i) => x[i]);
    const unshuffle = (x: Float64Array) => {
      const out = new Float64Array(6);
      order.forEach((i, k) => {
        out[i] = x[k];
      });
      return out;
    };
    const shuffled: Flow = {
      dimension: 6,
      velocity: (x) => shuffle(flow.velocity(unshuffle(x))),
      jacobian: (x) => {
        const J = flow.jacobian(unshuffle(x));
        return new Matrix([...order].map((i) => [...order].map((j) => J.get(i, j))));
      },
    };
    const plain = minimizeSpeed(flow, start);
    const other = minimizeSpeed(shuffled, shuffle(start));
    assertClose(other.x, shuffle(plain.x), 1e-10); // sums in another order
  });

  it("leaves the start alone and returns an array of its own", () => {
    const start = Float64Array.of(0.3, 0.4);
    const { x } = minimizeSpeed(twoWells, start, { maxIterations: 0 });
    assert.deepEqual([...start], [0.3, 0.4]);
    assert.notEqual(x, start);
  });

  it("says what is wrong with its arguments", () => {
    const x0 = Float64Array.of(0, 1);
    assertRejects(
      () => minimizeSpeed(twoWells, x0, { method: "newton" as MinimizeMethod }),
      'minimizeSpeed: method is "newton", expected "dogleg" or "cg" or "gradient"',
    );
    assertRejects(
      () => minimizeSpeed(twoWells, Float64Array.of(1, Number.NaN)),
      "minimizeSpeed: x0 has NaN at component 1, expected finite numbers",
    );
    assertRejects(
      () => minimizeSpeed(twoWells, x0, { qTolerance: Number.NaN }),
      "minimizeSpeed: qTolerance is NaN, expected a finite number, not negative",
    );
    assertRejects(
      () => minimizeSpeed(twoWells, x0, { tolerance: 1 } as object),
      /^minimizeSpeed: option "tolerance" is unknown/,
    );
  });
});
