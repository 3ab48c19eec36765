import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { lyapunovExponent, stability } from "rnn-dynamics/dist/flow/stability";
import { rateFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertRejects } from "../helpers/assertions";
import { checkFlow } from "../helpers/check-flow";

/** A flow from its velocity and its Jacobian, row by row. */
function flowOf(
  dimension: number,
  velocity: (x: Float64Array) => number[],
  rows: (x: Float64Array) => number[][],
): Flow {
  return {
    dimension,
    velocity: (x) => Float64Array.from(velocity(x)),
    jacobian: (x) => new Matrix(rows(x)),
  };
}

/** ẋ = A x. */
const linear = (A: number[][]): Flow =>
  flowOf(
    A.length,
    (x) => A.map((row) => row.reduce((sum, a, j) => sum + a * x[j], 0)),
    () => A,
  );

/** Lorenz 1963, σ = 10, ρ = 28, β = 8/3. */
const lorenz: Flow = {
  ...flowOf(
    3,
    ([x, y, z]) => [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z],
    ([x, y, z]) => [
      [-10, 10, 0],
      [28 - z, -1, -x],
      [y, x, -8 / 3],
    ],
  ),
  velocityInto([x, y, z], out) {
    out[0] = 10 * (y - x);
    out[1] = x * (28 - z) - y;
    out[2] = x * y - (8 / 3) * z;
  },
  jacobianTimesInto([x, y, z], v, out) {
    const [a, b, c] = v;
    out[0] = 10 * (b - a);
    out[1] = (28 - z) * a - b - x * c;
    out[2] = y * a + x * b - (8 / 3) * c;
  },
};

describe("largest Lyapunov exponent", () => {
  const close = (found: number, wanted: number, by: number) =>
    assert.ok(Math.abs(found - wanted) <= by, `${found}, expected ${wanted} within ${by}`);

  it("of Lorenz' system is 0.906 ± 0.01, and says its own error", () => {
    checkFlow(lorenz, [Float64Array.of(1, 2, 20)]);
    const { exponent, standardError, expandingShare, windows, status } = lyapunovExponent(
      lorenz,
      Float64Array.of(1, 1, 1),
      {
        dt: 0.01,
        steps: 500_000,
      },
    );
    close(exponent, 0.906, 0.01); // Sprott 2003: 0.9056
    assert.ok(standardError > 5e-4 && standardError < 6e-3, `${standardError}`);
    close(exponent, 0.9056, 3 * standardError);
    assert.ok(expandingShare > 0.4 && expandingShare < 0.7); // half a unit of time: it folds as it stretches
    assert.deepEqual([windows.length, status], [10_000, "completed"]);
  });

  it("of a linear flow is the largest real part, exactly up to the method's error", () => {
    const [fast, slow] = [0.3, -0.7];
    const flow = linear([[slow, 5], [0, fast]]); // biome-ignore format: a matrix
    for (const dt of [0.1, 0.2]) {
      const z = fast * dt;
      const euler = Math.log(1 + z) / dt;
      const rk4 = Math.log(1 + z + z ** 2 / 2 + z ** 3 / 6 + z ** 4 / 24) / dt;
      for (const [method, wanted] of [
        ["euler", euler],
        ["rk4", rk4],
      ] as const) {
        // biome-ignore format: pairs
        const found = lyapunovExponent(flow, Float64Array.of(1e-30, 1e-30), { dt, method, steps: 1000 });
        close(found.exponent, wanted, 1e-13);
        close(found.standardError, 0, 1e-13);
        assert.equal(found.expandingShare, 1);
        assert.ok(found.windows.every((rate) => Math.abs(rate - wanted) < 1e-12));
      }
      close(rk4, fast, 1e-3 * dt ** 4);
    }
    // a focus turns: single windows differ, their mean does not
    const focus = lyapunovExponent(linear([[-0.2, 1], [-4, -0.2]]), Float64Array.of(1, 0), { steps: 100_000, dt: 0.05 }); // biome-ignore format: a matrix
    close(focus.exponent, -0.2, 1e-4);
    assert.ok(Math.max(...focus.windows) > -0.1);
  });

  it("of the map x → 4 x (1 − x) is ln 2 a step: Euler's method with dt = 1", () => {
    const map = flowOf(
      1,
      ([x]) => [4 * x * (1 - x) - x],
      ([x]) => [[4 - 8 * x - 1]],
    );
    const { exponent, standardError } = lyapunovExponent(map, Float64Array.of(0.1234), {
      dt: 1,
      method: "euler",
      steps: 50_000,
    });
    close(exponent, Math.LN2, Math.max(1e-3, 4 * standardError));
  });

  it("is 0 on a limit cycle, and the spectral abscissa at a fixed point", () => {
    const cycle = flowOf(
      2,
      ([x, y]) => [x - y - x * (x * x + y * y), x + y - y * (x * x + y * y)],
      ([x, y]) => [
        [1 - 3 * x * x - y * y, -1 - 2 * x * y],
        [1 - 2 * x * y, 1 - x * x - 3 * y * y],
      ],
    );
    close(lyapunovExponent(cycle, Float64Array.of(0.5, 0)).exponent, 0, 1e-6); // the error of RK4 at dt = 0.1
    const n = 20;
    const rng = createRng("lyapunov");
    const weights = Float64Array.from({ length: n * n }, () => rng.normal(0, 0.6 / Math.sqrt(n)));
    const flow = rateFlow({ size: n, activation: "tanh", weights, drive: new Float64Array(n) });
    const { spectralAbscissa, spectralRadius } = stability(flow, new Float64Array(n));
    const at = (method: "euler" | "rk4") => lyapunovExponent(flow, new Float64Array(n), { method, steps: 20_000 });
    // turning of a complex pair leaves a rest that falls as 1/steps
    close(at("rk4").exponent, spectralAbscissa, 1e-3);
    close(at("euler").exponent, Math.log(spectralRadius) / 0.1, 1e-3); // of the map: max |1 + dt λ|
  });

  it("finds growth across a symmetry, too: the first difference favours no direction", () => {
    // the symmetric direction shrinks, the antisymmetric one grows
    const { exponent } = lyapunovExponent(linear([[0, -1], [-1, 0]]), Float64Array.of(1, 1), { steps: 500 }); // biome-ignore format: a matrix
    close(exponent, 1, 1e-6);
  });

  it("tells of a trajectory that diverges, and of a difference that one step wipes out", () => {
    const blowUp = flowOf(
      1,
      ([x]) => [x * x],
      ([x]) => [[2 * x]],
    );
    const lost = lyapunovExponent(blowUp, Float64Array.of(1), { settle: 0, steps: 1000, window: 5 });
    assert.equal(lost.status, "diverged");
    assert.ok(lost.windows.length > 0 && lost.windows.every(Number.isFinite));
    const none = lyapunovExponent(blowUp, Float64Array.of(1), { settle: 500 });
    assert.deepEqual([none.status, none.exponent, none.windows.length], ["diverged", Number.NaN, 0]);
    const wiped = lyapunovExponent(linear([[-10]]), Float64Array.of(1), { method: "euler", dt: 0.1 });
    assert.deepEqual([wiped.exponent, wiped.status], [Number.NEGATIVE_INFINITY, "completed"]);
  });

  it("names what is wrong", () => {
    const flow = linear([[-1]]);
    const x0 = Float64Array.of(1);
    assertRejects(() => lyapunovExponent(flow, Float64Array.of(1, 2)), "lyapunovExponent: x0 has length 2, expected 1");
    assertRejects(
      () => lyapunovExponent(flow, x0, { steps: 0 }),
      "lyapunovExponent: steps is 0, expected an integer ≥ 1",
    );
    assertRejects(
      () => lyapunovExponent(flow, x0, { steps: 20 }),
      "lyapunovExponent: steps is 20, expected at least the 50 of a window",
    );
  });
});
