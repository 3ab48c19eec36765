import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix, pseudoInverse } from "ml-matrix";
import { stability } from "rnn-dynamics/dist/flow/stability";
import {
  circularLawShare,
  flowFromSpec,
  randomRecurrentWeights,
  simpleRnnFlow,
  simpleRnnHessian,
} from "rnn-dynamics/dist/network/rate-flow";
import { createRng, type Rng } from "rnn-dynamics/dist/numbers/random";
import { assertClose, assertRejects } from "../helpers/assertions";
import { checkFlow } from "../helpers/check-flow";

const rng = createRng("simple rnn tests");
const normals = (size: number) => Float64Array.from({ length: size }, () => rng.normal());

describe("simple RNN", () => {
  it("is a flow, whatever the number of units", () => {
    for (const units of [1, 2, 3, 8, 33]) {
      const flow = simpleRnnFlow(randomRecurrentWeights(units, 1.5, rng.split(`${units}`)));
      checkFlow(flow, [normals(units), normals(units)]);
    }
  });

  it("is F_i = −x_i + Σ_k W_ik tanh x_k [J15 eq. 18, eq. 19]", () => {
    const W = randomRecurrentWeights(5, 1.2, rng.split("formula"));
    const x = normals(5);
    const wanted = x.map((value, i) => -value + x.reduce((sum, xk, k) => sum + W.get(i, k) * Math.tanh(xk), 0));
    assertClose(simpleRnnFlow(W).velocity(x), wanted, 1e-14);
  });

  it("scales column j of W by r′(x_j), not row i [J15 eq. 20, eq. 21]", () => {
    const W = randomRecurrentWeights(4, 1.2, rng.split("Jacobian"));
    const x = normals(4);
    const J = simpleRnnFlow(W).jacobian(x);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        const slope = 1 - Math.tanh(x[j]) * Math.tanh(x[j]);
        assertClose(J.get(i, j), W.get(i, j) * slope - (i === j ? 1 : 0), 1e-14);
      }
    }
  });

  it("rests where it was planted: W = X tanh(X)⁺ has the columns of X and their mirrors as fixed points", () => {
    const X = new Matrix(Array.from({ length: 9 }, () => [...normals(4)]));
    const W = X.mmul(
      pseudoInverse(
        Matrix.from1DArray(
          9,
          4,
          X.to1DArray().map((value) => Math.tanh(value)),
        ),
      ),
    );
    const flow = simpleRnnFlow(W);
    for (let k = 0; k < 4; k++) {
      const x = Float64Array.from(X.getColumn(k));
      for (const point of [x, x.map((value) => -value)]) {
        assertClose(flow.velocity(point), new Float64Array(9), 0, 1e-11); // the condition of tanh X costs some digits
      }
    }
  });

  it("knows K: ‖W‖₂ · 4/(3√3), with no more than the five percent of safety it adds", () => {
    const K = simpleRnnFlow(Matrix.diag([3, 1, 2])).lipschitzOfJacobian?.() as number;
    const exact = (3 * 4) / (3 * Math.sqrt(3));
    assert.ok(K >= exact && K <= 1.06 * exact);
  });

  it("keeps no reference to W", () => {
    const W = Matrix.eye(2, 2).mul(2);
    const flow = simpleRnnFlow(W);
    const before = flow.velocity(Float64Array.of(1, 1));
    W.set(0, 0, 99);
    assert.deepEqual(flow.velocity(Float64Array.of(1, 1)), before);
  });

  it("has a recipe from which it can be rebuilt", () => {
    const W = randomRecurrentWeights(3, 1, rng.split("spec"));
    const flow = simpleRnnFlow(W);
    const x = Float64Array.from({ length: W.rows }, (_, i) => Math.sin(i));
    assert.ok(flow.spec);
    assert.deepEqual(flowFromSpec(flow.spec).velocity(x), flow.velocity(x));
  });

  it("saturates instead of overflowing, for activations of any size", () => {
    const flow = simpleRnnFlow(randomRecurrentWeights(3, 1.5, rng.split("large")));
    const entry = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 3, maxLength: 3 }), (values) => {
        const x = Float64Array.from(values);
        assert.ok(flow.velocity(x).every(Number.isFinite));
        assert.ok(flow.jacobian(x).to1DArray().every(Number.isFinite));
      }),
    );
  });

  describe("randomRecurrentWeights", () => {
    it("has entries N(0, g²/N) and eigenvalues in the disc of radius g", () => {
      const units = 200;
      const W = randomRecurrentWeights(units, 1.5, rng.split("disc"));
      const entries = W.to1DArray();
      const variance = entries.reduce((sum, w) => sum + w * w, 0) / entries.length;
      assertClose(variance, (1.5 * 1.5) / units, 0.03); // relative deviation √(2/40000) = 0.7 %
      const { eigenvalues, unstableCount } = stability(simpleRnnFlow(W), new Float64Array(units));
      // at the origin J = W − I; the largest |λ| exceeds g by a few percent at this size
      const radii = eigenvalues.re.map((re, i) =>
        Math.sqrt((re + 1) * (re + 1) + eigenvalues.im[i] * eigenvalues.im[i]),
      );
      assert.ok(Math.max(...radii) < 1.15 * 1.5 && Math.max(...radii) > 0.9 * 1.5);
      assertClose(unstableCount / units, circularLawShare(1.5), 0, 0.03);
    });

    it("lies beyond Re λ = 1 with the share of the disc that does", () => {
      // the half of a disc without a line, g → ∞; a line that touches it; the segment of an angle of 60°, g = 2
      assertClose(circularLawShare(1e9), 0.5, 1e-8);
      assert.deepEqual([circularLawShare(1), circularLawShare(0.8)], [0, 0]);
      assertClose(circularLawShare(2), 1 / 3 - Math.sqrt(3) / (4 * Math.PI), 1e-14);
      // strips of the disc, added up: good to the third power of their width at the rim
      const strips = 1e5;
      const width = (1.5 - 1) / strips;
      let area = 0;
      for (let i = 0; i < strips; i++) area += 2 * width * Math.sqrt(2.25 - (1 + (i + 0.5) * width) ** 2);
      assertClose(circularLawShare(1.5), area / (2.25 * Math.PI), 1e-6);
    });

    it("gives the same weights for the same stream", () => {
      const draw = () => randomRecurrentWeights(4, 1, createRng(7).split("W")).to1DArray();
      assert.deepEqual(draw(), draw());
    });
  });

  it("says what is wrong with its arguments", () => {
    assertRejects(() => simpleRnnFlow(Matrix.ones(2, 3)), "simpleRnnFlow: W is 2×3, expected a square matrix");
    assertRejects(
      () => simpleRnnFlow(new Matrix([[Number.NaN]])),
      "simpleRnnFlow: W has NaN at row 0, column 0, expected finite numbers",
    );
    assertRejects(
      () => simpleRnnHessian(Matrix.eye(2, 2), new Float64Array(3)),
      "simpleRnnHessian: x has length 3, expected 2",
    );
    assertRejects(
      () => randomRecurrentWeights(0, 1, rng),
      "randomRecurrentWeights: units is 0, expected an integer ≥ 1",
    );
    assertRejects(() => randomRecurrentWeights(3, 1, undefined as unknown as Rng), /^randomRecurrentWeights: rng/);
  });
});
