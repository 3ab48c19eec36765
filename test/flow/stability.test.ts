import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { integrate } from "rnn-dynamics/dist/flow/integrate";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { assertClose, assertRejects } from "../helpers/assertions";
import { doubleWell3 } from "../oracles/solved-flows";

/** ẋ = A x: its Jacobian is A everywhere. */
function linear(...rows: number[][]): Flow {
  const A = new Matrix(rows);
  return {
    dimension: A.rows,
    velocity: (x) => Float64Array.from(A.mmul(Matrix.columnVector(x)).to1DArray()),
    jacobian: () => A.clone(),
  };
}
const at = (flow: Flow) => stability(flow, new Float64Array(flow.dimension));

describe("stability", () => {
  it("names attractor, saddle, repeller by the number of unstable modes", () => {
    const [corner, edge, origin] = [Float64Array.of(1, 1, 1), Float64Array.of(0, 1, 1), new Float64Array(3)];
    assert.deepEqual(
      [corner, edge, origin].map((x) => [stability(doubleWell3, x).kind, stability(doubleWell3, x).unstableCount]),
      [
        ["attractor", 0],
        ["saddle", 1],
        ["repeller", 3],
      ],
    );
  });

  it("calls it degenerate when the linear terms do not decide", () => {
    const { kind, neutralCount, unstableCount } = at(linear([0, 0], [0, -1]));
    assert.deepEqual([kind, neutralCount, unstableCount], ["degenerate", 1, 0]);
    assert.equal(at(linear([0, 1], [-1, 0])).shape, "centre");
  });

  it("tells node, focus and degenerate node apart by the leading eigenvalue", () => {
    assert.equal(at(linear([-1, 0], [0, -2])).shape, "node");
    assert.equal(at(linear([-1, 3], [-3, -1])).shape, "focus");
    assert.equal(at(linear([-1, 0], [0.5, -1])).shape, "degenerate node");
  });

  it("sorts eigenvalues by falling real part, complex ones in pairs; the first is the spectral abscissa", () => {
    const { eigenvalues, spectralAbscissa } = at(linear([-2, 0, 0], [0, -1, 3], [0, -3, -1]));
    assertClose(eigenvalues.re, [-1, -1, -2], 1e-14);
    assertClose(eigenvalues.im, [3, -3, 0], 1e-14);
    assertClose(spectralAbscissa, -1, 1e-14);
  });

  it("gives time constants 1/|Re λ| in τ, as a trajectory shows them", () => {
    const { timeConstants } = stability(twoWells, Float64Array.of(0, 0));
    assertClose(timeConstants, [2 / (Math.sqrt(3) - 1), 2 / (Math.sqrt(3) + 1)], 1e-13);
    const slow = linear([-0.5]);
    const { states } = integrate(slow, Float64Array.of(1), { steps: 200, dt: 0.01, method: "rk4" });
    assertClose(states.get(200, 0), Math.exp(-2 / at(slow).timeConstants[0]), 1e-8);
  });

  it("knows that the Euler map can be unstable where the flow is stable: λ = −0.1 ± 1.5i", () => {
    const flow = linear([-0.1, 1.5], [-1.5, -0.1]);
    const { kind, shape, spectralRadius, multipliers } = at(flow);
    assert.deepEqual([kind, shape], ["attractor", "focus"]);
    assertClose(multipliers.re, [0.99, 0.99], 1e-14);
    assertClose(multipliers.im, [0.15, -0.15], 1e-14);
    assert.ok(spectralRadius > 1);
    const { states } = integrate(flow, Float64Array.of(1, 0), { steps: 1000 });
    assert.ok(Math.abs(states.get(1000, 0)) > 1, "Euler runs away");
    assert.ok(stability(flow, new Float64Array(2), { dt: 0.01 }).spectralRadius < 1, "and does not with a finer step");
  });

  it("satisfies trace = Σ λ and det = Π λ for random matrices", () => {
    const entry = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 4, maxLength: 4 }), ([a, b, c, d]) => {
        const { eigenvalues } = at(linear([a, b], [c, d]));
        const { re, im } = eigenvalues;
        assertClose(re[0] + re[1], a + d, 1e-13, 1e-13);
        assertClose(re[0] * re[1] - im[0] * im[1], a * d - b * c, 1e-12, 1e-12);
        assertClose(im[0] + im[1], 0, 1e-15);
      }),
    );
  });

  it("says what is wrong with its arguments", () => {
    assertRejects(() => stability(twoWells, new Float64Array(3)), "stability: x has length 3, expected 2");
    assertRejects(
      () => stability(twoWells, new Float64Array(2), { dt: -1 }),
      "stability: dt is -1, expected a finite number, positive",
    );
    assertRejects(
      () => stability(doubleWell3, Float64Array.of(1e200, 0, 0)),
      /^stability: Jacobian has -Infinity at component 0, expected finite numbers/,
    );
  });
});
