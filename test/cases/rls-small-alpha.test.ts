import assert from "node:assert/strict";
import { Matrix, solve } from "ml-matrix";
import { createEchoState } from "rnn-dynamics/dist/network/echo-state";
import { readoutByRecursion, readoutByRidge, trainForce } from "rnn-dynamics/dist/network/force";
import { createRng } from "rnn-dynamics/dist/numbers/random";

const alphas = Array.from({ length: 23 }, (_, i) => 10 ** (6 - i)); // 1e6 … 1e-16

/** ‖A − B‖ / ‖B‖. */
function off(A: Matrix, B: Matrix): number {
  return Matrix.sub(A, B).norm() / B.norm();
}

describe("recursive least squares with a small α", () => {
  const rng = createRng(3);
  const normal = (rows: number, columns: number, scale = 1): Matrix =>
    new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => scale * rng.normal())));

  it("arrives at ridge regression to 1e-6, for any α, unit of the rates and number of samples", () => {
    // in any unit of the rates; with fewer samples than units the ridge readout is that of the rows, R (RRᵀ + α)⁻¹ f
    for (const [rows, columns, scale] of [
      [200, 30, 1],
      [200, 30, 1e-3],
      [200, 30, 1e3],
      [60, 20, 1],
      [10, 25, 1],
    ]) {
      const R = normal(rows, columns, scale);
      const f = normal(rows, 2);
      for (const alpha of alphas) {
        const wanted = rows > columns ? readoutByRidge(R, f, alpha) : dualRidge(R, f, alpha);
        const found = off(readoutByRecursion(R, f, alpha), wanted);
        assert.ok(found < 1e-6, `${rows}×${columns}, scale ${scale}, α ${alpha}: off by ${found}`);
      }
    }
  });

  it("gives weights for the smallest α there is, rows of zeros among the rates", () => {
    const R = normal(40, 5);
    R.setRow(0, [0, 0, 0, 0, 0]);
    const f = normal(40, 1);
    assert.ok(off(readoutByRecursion(R, f, 5e-324), readoutByRidge(R, f, 1e-30)) < 1e-12);
  });

  /** A training of well-conditioned rates, and its ridge readout. */
  function trained(units: number, steps: number, alpha: number, threads: 1 | 2) {
    const own = createRng(`small α, ${units}`);
    const draw = (columns: number, scale: number): Matrix =>
      new Matrix(Array.from({ length: steps }, () => Array.from({ length: columns }, () => scale * own.normal())));
    const net = createEchoState({ units, inputs: units, outputs: 1, gain: 0.5, rng: own.split("network") });
    const task = { input: draw(units, 8), target: draw(1, 1) };
    const training = trainForce(net, task, {
      x0: Float64Array.from(draw(1, 1).to1DArray().slice(0, units)),
      alpha,
      record: 1,
      threads,
    });
    const at = Array.from({ length: steps >> 1 }, (_, i) => 2 * i + 1);
    const rates = new Matrix(at.map((t) => (training.states as Matrix).getRow(t).map(Math.tanh)));
    const targets = new Matrix(at.map((t) => task.target.getRow(t)));
    return { training, ridge: readoutByRidge(rates, targets, alpha), rates, targets };
  }

  it("is right in FORCE, too, or says that P lost its digits, and since when; on one thread and on two", () => {
    for (const [units, steps] of [
      [20, 200],
      [60, 600],
    ]) {
      for (const alpha of alphas) {
        const { training, ridge, rates } = trained(units, steps, alpha, 1);
        const found = off(training.network.Wo, ridge);
        if (training.status === "completed") assert.ok(found < 1e-6, `N ${units}, α ${alpha}: off by ${found}`);
        else assert.equal(training.status, "P lost its digits", `α ${alpha}`);
        assert.equal(training.output.rows, steps);
        // the judgement is not the easy one: what is fine is not blamed, and what is hopeless is
        if (alpha >= 1e-6) assert.equal(training.status, "completed", `N ${units}, α ${alpha}`);
        // as long as each sample brings a new direction nothing is lost; the first that must be a sum of the others shows it
        if (found > 1e-6) assert.equal(training.digitsLostAt, 2 * (units + 1));
        if (alpha <= 1e-14) assert.ok(found > 1e-3, `N ${units}, α ${alpha}: ${found}, so what is told is true`);
        assert.equal(rates.rows, steps / 2);
        if (units > 20 || ![1e-6, 1e-9, 1e-12].includes(alpha)) continue;
        const { training: other } = trained(units, steps, alpha, 2);
        assert.deepEqual(
          [other.status, other.digitsLostAt, other.network.Wo.to1DArray()],
          [training.status, training.digitsLostAt, training.network.Wo.to1DArray()],
        );
      }
    }
  });
});

/** Woᵀ = Rᵀ (R Rᵀ + αI)⁻¹ f: the ridge readout by its samples, well conditioned where they are fewer than the units. */
function dualRidge(R: Matrix, f: Matrix, alpha: number): Matrix {
  const gram = R.mmul(R.transpose()).add(Matrix.eye(R.rows).mul(alpha));
  return R.transpose().mmul(solve(gram, f)).transpose();
}
