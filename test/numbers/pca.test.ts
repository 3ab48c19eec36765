import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix, SVD } from "ml-matrix";
import { principalComponents } from "rnn-dynamics/dist/numbers/principal-components";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose, assertRejects } from "../helpers/assertions";

const rng = createRng("pca tests");

/** Rows whose spread along the coordinates falls like 1, ½, ⅓, …, then mixed. */
function rows(count: number, size: number, name: string): Matrix {
  const draws = rng.split(name);
  return new Matrix(
    Array.from({ length: count }, () => {
      const z = Array.from({ length: size }, (_, j) => draws.normal() / (1 + j));
      return z.map((value, j) => 3 + value + 0.5 * z[(j + 1) % size]);
    }),
  );
}

function centred(X: Matrix): Matrix {
  return X.clone().subRowVector(X.mean("column"));
}

describe("principalComponents", () => {
  const shapes = [
    [6, 3, "few"],
    [20, 300, "wide"],
    [400, 12, "tall"],
    [300, 250, "both large"],
  ] as const;

  for (const [count, size, name] of shapes) {
    it(`agrees with the singular value decomposition of the centred rows (${name})`, () => {
      const X = rows(count, size, name);
      const k = Math.min(3, size);
      const { axes, variances, mean } = principalComponents(X, k);
      const svd = new SVD(centred(X), { autoTranspose: true });
      assertClose(mean, X.mean("column"), 1e-13);
      for (let a = 0; a < k; a++) {
        assertClose(variances[a], (svd.diagonal[a] * svd.diagonal[a]) / (count - 1), 1e-10);
        const v = svd.rightSingularVectors.getColumn(a);
        const overlap = axes.getColumn(a).reduce((sum, value, i) => sum + value * v[i], 0);
        assertClose(Math.abs(overlap), 1, 1e-9); // the gap between neighbouring variances is not small here
      }
    });

    it(`has orthonormal axes of fixed sign, falling variances (${name})`, () => {
      const k = Math.min(3, size);
      const { axes, variances, explained } = principalComponents(rows(count, size, name), k);
      assertClose(axes.transpose().mmul(axes), Matrix.eye(k, k), 0, 1e-13);
      for (let a = 0; a < k; a++) {
        assert.ok(axes.getColumn(a).reduce((sum, value) => sum + value, 0) >= 0);
        if (a > 0) assert.ok(variances[a] <= variances[a - 1]);
      }
      assert.ok(explained.every((part) => part >= 0 && part <= 1));
    });
  }

  it("goes on where variances are nearly equal and the iteration is slow: white data of 170 columns", () => {
    const draws = createRng(5); // a sweep here gains so little that it was once taken for the end
    const X = new Matrix(Array.from({ length: 400 }, () => Array.from({ length: 170 }, () => draws.normal())));
    const { axes, variances } = principalComponents(X, 5);
    const C = centred(X).transpose().mmul(centred(X)).div(399);
    for (let k = 0; k < 5; k++) {
      const a = axes.getColumnVector(k);
      assert.ok(Matrix.sub(C.mmul(a), Matrix.mul(a, variances[k])).norm() < 1e-9 * variances[0]);
    }
  });

  it("keeps N axes with variances that sum to the total", () => {
    const { explained } = principalComponents(rows(40, 5, "all"), 5);
    assertClose(
      explained.reduce((sum, part) => sum + part, 0),
      1,
      1e-12,
    );
  });

  it("projects onto coordinates with the variances it names, uncorrelated, the mean to 0", () => {
    const X = rows(60, 8, "project");
    const { project, variances, mean } = principalComponents(X, 3);
    const Z = project(X);
    assert.deepEqual([Z.rows, Z.columns], [60, 3]);
    assertClose(Z.transpose().mmul(Z).div(59), Matrix.diag([...variances]), 0, 1e-12);
    assertClose(project(mean), [0, 0, 0], 0, 1e-13);
    assertClose(project(Float64Array.from(X.getRow(7))), Z.getRow(7), 1e-13);
  });

  it("finds the axes of a cube's corners in 50 dimensions, where three variances are equal", () => {
    const draws = rng.split("cube");
    const axes = [0, 1, 2].map((k) => Array.from({ length: 50 }, (_, i) => (i % 3 === k ? 1 : 0)));
    const corners = [1, -1].flatMap((a) => [1, -1].flatMap((b) => [1, -1].map((c) => [a, b, c])));
    const X = new Matrix(corners.map((s) => axes[0].map((_, i) => s.reduce((x, sign, k) => x + sign * axes[k][i], 0))));
    const found = principalComponents(X, 3);
    assertClose(
      found.explained.reduce((sum, part) => sum + part, 0),
      1,
      1e-12,
    );
    const inside = Float64Array.from(axes[0].map((_, i) => axes[0][i] * 0.3 + axes[1][i] * draws.uniform(0.2, 0.3)));
    assert.ok(found.project(inside).to1DArray().every(Number.isFinite));
  });

  it("still gives orthonormal axes where nothing varies", () => {
    for (const X of [Matrix.ones(1, 4), Matrix.ones(5, 4), Matrix.ones(200, 180)]) {
      const { axes, variances, explained } = principalComponents(X, 3);
      assertClose(axes.transpose().mmul(axes), Matrix.eye(3, 3), 0, 1e-13);
      assert.deepEqual([...variances, ...explained], [0, 0, 0, 0, 0, 0]);
    }
  });

  it("keeps its own copy: changing the rows later changes nothing", () => {
    const X = rows(6, 3, "copy");
    const { project } = principalComponents(X, 2);
    const x = Float64Array.from(X.getRow(0));
    const before = project(x).to1DArray();
    X.mul(0);
    assert.deepEqual(project(x).to1DArray(), before);
  });

  it("has orthonormal axes and finite numbers for nasty values", () => {
    const entry = fc.oneof(
      fc.double({ min: -1e100, max: 1e100, noNaN: true }),
      fc.constantFrom(0, 1, -1, 5e-324, 1e-160, 1e100),
    );
    const matrix = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
      .chain(([r, c]) => fc.array(fc.array(entry, { minLength: c, maxLength: c }), { minLength: r, maxLength: r }));
    fc.assert(
      fc.property(matrix, (values) => {
        const X = new Matrix(values);
        const k = Math.min(2, X.columns);
        const { axes, variances, explained } = principalComponents(X, k);
        assertClose(axes.transpose().mmul(axes), Matrix.eye(k, k), 0, 1e-10);
        assert.ok([...variances, ...explained].every(Number.isFinite));
      }),
      { numRuns: 200 },
    );
  });

  it("says what is wrong with its arguments", () => {
    assertRejects(
      () => principalComponents(Matrix.ones(3, 2), 3),
      "principalComponents: count is 3, expected at most 2, the number of columns",
    );
    assertRejects(
      () => principalComponents(new Matrix([[Number.NaN]]), 1),
      "principalComponents: rows has NaN at row 0, column 0, expected finite numbers",
    );
    const { project } = principalComponents(Matrix.eye(3, 3), 2);
    assertRejects(() => project(new Float64Array(2)), "project: points has length 2, expected 3");
    assertRejects(() => project(Matrix.ones(2, 2)), "project: points is 2×2, expected any×3");
  });
});
