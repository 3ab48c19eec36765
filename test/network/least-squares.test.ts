import assert from "node:assert/strict";
import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { readoutByRidge, updateReadout } from "rnn-dynamics/dist/network/force";
import { createRng } from "rnn-dynamics/dist/numbers/random";

const units = 7;
const outputs = 2;

/** Rates and targets of some training steps, as rows. */
function data(steps: number, seed: number): { rates: Matrix; targets: Matrix } {
  const rng = createRng(seed);
  const filled = (columns: number): Matrix =>
    new Matrix(Array.from({ length: steps }, () => Array.from({ length: columns }, () => rng.uniform(-1, 1))));
  return { rates: filled(units), targets: filled(outputs) };
}

/** P and Wo after recursive least squares over all rows. */
function recursive(rates: Matrix, targets: Matrix, alpha: number): { P: Matrix; Wo: Matrix } {
  const P = Matrix.eye(units).mul(1 / alpha);
  const Wo = Matrix.zeros(outputs, units);
  for (let t = 0; t < rates.rows; t++) {
    const r = Float64Array.from(rates.getRow(t));
    const z = Wo.mmul(Matrix.columnVector(Array.from(r))).to1DArray();
    const error = Float64Array.from(z, (v, j) => v - targets.get(t, j));
    updateReadout(P, Wo, r, error);
  }
  return { P, Wo };
}

describe("least-squares", () => {
  it("has a closed form for the first step from P = I/α, Wo = 0 [J15 eq. 27] [J15 eq. 28]", () => {
    // k = r/α, c = α/(α + rᵀr), so Wo = f rᵀ/(α + rᵀr) and P = (I − r rᵀ/(α + rᵀr))/α
    const P = Matrix.eye(2).mul(1 / 3);
    const Wo = Matrix.zeros(1, 2);
    const c = updateReadout(P, Wo, Float64Array.of(1, 2), Float64Array.of(-4));
    assert.equal(c, 3 / 8);
    const expected = [4 / 8, 8 / 8, 7 / 24, -2 / 24, -2 / 24, 4 / 24];
    [...Wo.to1DArray(), ...P.to1DArray()].forEach((v, i) => {
      assert.ok(Math.abs(v - expected[i]) < 1e-15);
    });
  });

  it("arrives at ridge regression with penalty alpha on the visited rates", () => {
    for (const alpha of [0.01, 1, 50]) {
      for (const steps of [3, 7, 60]) {
        const { rates, targets } = data(steps, 1);
        const { Wo } = recursive(rates, targets, alpha);
        const ridge = readoutByRidge(rates, targets, alpha);
        const size = Math.max(...ridge.to1DArray().map(Math.abs));
        // rounding of 60 updates, times the condition of RᵀR + αI (at most 3000 here)
        assert.ok(
          Matrix.sub(Wo, ridge)
            .to1DArray()
            .every((d) => Math.abs(d) < 1e-10 * size),
        );
      }
    }
  });

  it("does not arrive at the ridge regression of another penalty", () => {
    const { rates, targets } = data(60, 1);
    const gap = Matrix.sub(recursive(rates, targets, 1).Wo, readoutByRidge(rates, targets, 2)).norm();
    assert.ok(gap > 1e-3);
  });

  it("makes the gradient of the ridge problem vanish: Σ (Wo r − f) rᵀ + α Wo = 0", () => {
    const { rates, targets } = data(20, 2);
    const Wo = readoutByRidge(rates, targets, 0.7);
    const residual = Matrix.sub(rates.mmul(Wo.transpose()), targets);
    const gradient = residual.transpose().mmul(rates).add(Matrix.mul(Wo, 0.7));
    assert.ok(gradient.norm() < 1e-12);
  });

  it("keeps P the inverse of RᵀR + αI: symmetric to the last bit, positive definite, never growing", () => {
    const { rates, targets } = data(200, 3);
    const { P } = recursive(rates, targets, 0.5);
    assert.ok(P.isSymmetric());
    const { realEigenvalues } = new EigenvalueDecomposition(P, { assumeSymmetric: true });
    assert.ok(Math.min(...realEigenvalues) > 0 && Math.max(...realEigenvalues) < 2);
    const correlation = rates.transpose().mmul(rates).add(Matrix.eye(units).mul(0.5));
    assert.ok(Matrix.sub(P.mmul(correlation), Matrix.eye(units)).norm() < 1e-11);
  });

  it("shrinks the error on the same rates by c, as eq. 27 with the new P says", () => {
    const { rates, targets } = data(5, 4);
    const { P, Wo } = recursive(rates, targets, 1);
    const r = Float64Array.from({ length: units }, (_, i) => 0.3 - 0.1 * i);
    const column = Matrix.columnVector(Array.from(r));
    const before = Wo.mmul(column).to1DArray();
    const error = Float64Array.from(before, (z) => z - 1);
    const gain = P.mmul(column);
    const c = updateReadout(P, Wo, r, error);
    const after = Wo.mmul(column).to1DArray();
    after.forEach((z, j) => {
      assert.ok(Math.abs(z - 1 - c * error[j]) < 1e-14);
    });
    // P(t) r = c P(t − Δt) r
    assert.ok(Matrix.sub(P.mmul(column), Matrix.mul(gain, c)).norm() < 1e-14);
  });

  it("gives a step size in (0, 1] and finite weights, or throws a RangeError [property]", () => {
    const entry = fc.oneof(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
    );
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 2, maxLength: 4 }),
        fc.array(entry, { minLength: 1, maxLength: 2 }),
        (r, e) => {
          const P = Matrix.eye(3);
          const Wo = Matrix.zeros(2, 3);
          const run = (): number => updateReadout(P, Wo, Float64Array.from(r), Float64Array.from(e));
          if (r.length === 3 && e.length === 2 && [...r, ...e].every(Number.isFinite)) {
            const c = run();
            assert.ok(c > 0 && c <= 1);
            assert.ok(Wo.to1DArray().every(Number.isFinite));
          } else assert.throws(run, RangeError);
        },
      ),
    );
  });

  it("names what is wrong", () => {
    const r = Float64Array.of(1, 2, 3);
    assert.throws(() => updateReadout(Matrix.eye(4), Matrix.zeros(1, 4), r, Float64Array.of(1)), {
      name: "RangeError",
      message: "updateReadout: r has length 3, expected 4",
    });
    assert.throws(() => updateReadout(Matrix.eye(3, 4), Matrix.zeros(1, 3), r, Float64Array.of(1)), {
      message: "updateReadout: P is 3×4, expected 3×3",
    });
    assert.throws(() => readoutByRidge(Matrix.ones(4, 2), Matrix.ones(3, 1), 1), {
      message: "readoutByRidge: targets is 3×1, expected 4×any",
    });
    assert.throws(() => readoutByRidge(Matrix.ones(4, 2), Matrix.ones(4, 1), 0), {
      message: "readoutByRidge: alpha is 0, expected a finite number, positive",
    });
  });
});
