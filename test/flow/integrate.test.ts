import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { type IntegrationMethod, integrate } from "rnn-dynamics/dist/flow/integrate";
import { saddleNodeFamily, twoWells } from "rnn-dynamics/dist/flow/plane";
import { assertClose, assertRejects } from "../helpers/assertions";
import { doubleWell3 } from "../oracles/solved-flows";

/** ẋ = −x, with x(t) = x(0) e^{−t}. */
const decay: Flow = {
  dimension: 1,
  velocity: (x) => x.map((value) => -value),
  jacobian: () => new Matrix([[-1]]),
};

/** Error at t = 1 of the end of a trajectory. */
function errorAtOne(method: IntegrationMethod, steps: number): number {
  const { states } = integrate(decay, Float64Array.of(1), { method, steps, dt: 1 / steps });
  return Math.abs(states.get(steps, 0) - Math.exp(-1));
}

describe("integrate", () => {
  it("halves the error of Euler when dt is halved (order 1) [J15 eq. 1]", () => {
    for (const steps of [50, 100, 200])
      assertClose(errorAtOne("euler", steps) / errorAtOne("euler", 2 * steps), 2, 0.02);
  });

  it("divides the error of RK4 by 16 when dt is halved (order 4) [J15 eq. 1]", () => {
    for (const steps of [5, 10, 20]) assertClose(errorAtOne("rk4", steps) / errorAtOne("rk4", 2 * steps), 16, 0.1);
  });

  it("takes exactly the step of the paper's code, x + dt F", () => {
    const { states } = integrate(decay, Float64Array.of(1), { steps: 2, dt: 0.5 });
    assert.deepEqual(states.to2DArray(), [[1], [0.5], [0.25]]);
  });

  it("rests at a fixed point", () => {
    for (const x of twoWells.fixedPoints) {
      for (const method of ["euler", "rk4"] as const) {
        const { states } = integrate(twoWells, x, { steps: 5, method });
        for (let t = 0; t <= 5; t++) assert.deepEqual(states.getRow(t), [...x]);
      }
    }
  });

  it("keeps every record-th state, and always the first and the last one, each with its time", () => {
    const full = integrate(twoWells, Float64Array.of(0.2, 0.3), { steps: 10 });
    const sparse = integrate(twoWells, Float64Array.of(0.2, 0.3), { steps: 10, record: 4 });
    assertClose(sparse.times, [0, 0.4, 0.8, 1], 1e-15);
    assert.deepEqual(
      sparse.states.to2DArray(),
      [0, 4, 8, 10].map((t) => full.states.getRow(t)),
    );
  });

  it("returns a diverging trajectory short, all finite, with its status", () => {
    // the flow itself comes to rest at x = 1; Euler with a step of 5 τ overshoots further each time
    const { states, times, status } = integrate(doubleWell3, Float64Array.of(3, 0, 0), { steps: 1000, dt: 5 });
    assert.equal(status, "diverged");
    assert.equal(states.rows, times.length);
    assert.ok(states.rows < 30);
    assert.ok(states.to1DArray().every(Number.isFinite));
  });

  it("with no steps returns x0 and does not share it", () => {
    const x0 = Float64Array.of(0.2, 0.3);
    const { states, status } = integrate(twoWells, x0, { steps: 0 });
    x0[0] = 9;
    assert.equal(status, "completed");
    assert.deepEqual(states.to2DArray(), [[0.2, 0.3]]);
  });

  it("passes a ghost in about π/√μ, not in 1/speed", () => {
    const mu = 1e-3;
    const { states, times } = integrate(saddleNodeFamily(mu), Float64Array.of(-0.9, 0), {
      steps: 3000,
      dt: 0.05,
      method: "rk4",
    });
    const end = states.getColumn(0).findIndex((x) => x > 0.9);
    // π/√μ = 99.3 counts from −∞ to ∞; the ends that are cut off here cost about 1/0.9 each
    assertClose(times[end], Math.PI / Math.sqrt(mu), 0.05);
  });

  it("never returns a number that is not finite, whatever the start and the step", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const step = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(number, number, step, fc.constantFrom("euler" as const, "rk4" as const), (x, y, dt, method) => {
        const { states, times } = integrate(twoWells, Float64Array.of(x, y), { steps: 7, dt, method, record: 3 });
        assert.ok(states.to1DArray().every(Number.isFinite));
        assert.equal(states.rows, times.length);
      }),
    );
  });

  it("says what is wrong with its arguments", () => {
    const x0 = Float64Array.of(0, 0);
    assertRejects(() => integrate(twoWells, Float64Array.of(0)), "integrate: x0 has length 1, expected 2");
    assertRejects(() => integrate(twoWells, x0, { dt: 0 }), "integrate: dt is 0, expected a finite number, positive");
    assertRejects(() => integrate(twoWells, x0, { steps: 1.5 }), "integrate: steps is 1.5, expected an integer ≥ 0");
    assertRejects(
      () => integrate(twoWells, x0, { method: "midpoint" as IntegrationMethod }),
      'integrate: method is "midpoint", expected "euler" or "rk4"',
    );
    assertRejects(
      () => integrate(twoWells, x0, { step: 3 } as object),
      'integrate: option "step" is unknown, expected steps, dt, method, record',
    );
  });
});
