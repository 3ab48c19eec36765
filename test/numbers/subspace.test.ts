import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { orthonormalColumns, principalAngles } from "rnn-dynamics/dist/numbers/principal-components";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose } from "../helpers/assertions";

const random = (rows: number, columns: number, seed: number) => {
  const rng = createRng(seed);
  return new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal())));
};

describe("numbers/subspace", () => {
  it("makes columns orthonormal and keeps what the first k span [property]", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, p) => {
        const A = random(8, p, seed);
        const Q = orthonormalColumns(A);
        assert.ok(Matrix.sub(Q.transpose().mmul(Q), Matrix.eye(p)).norm() < 1e-14 * p * p);
        // R = Qᵀ A is upper triangular with a positive diagonal, and Q R = A
        const R = Q.transpose().mmul(A);
        for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) assert.ok(Math.abs(R.get(i, j)) < 1e-13);
        assert.ok(Matrix.sub(Q.mmul(R), A).norm() < 1e-13);
      }),
      { numRuns: 50 },
    );
  });

  it("finds the angles that two planes were built with", () => {
    // planes (e1, e2) and (cos a e1 + sin a e3, cos b e2 + sin b e4), turned together by a random rotation
    const [a, b] = [10, 70].map((d) => (d * Math.PI) / 180);
    const turn = orthonormalColumns(random(6, 6, 3));
    const plane = (columns: number[][]) => turn.mmul(new Matrix(columns).transpose());
    const A = plane([
      [1, 0, 0, 0, 0, 0],
      [0.3, 2, 0, 0, 0, 0],
    ]);
    const B = plane([
      [Math.cos(a), 0, Math.sin(a), 0, 0, 0],
      [0, 5 * Math.cos(b), 0, 5 * Math.sin(b), 0, 0],
    ]);
    const angles = principalAngles(A, B);
    assertClose(angles[0], 10, 1e-12);
    assertClose(angles[1], 70, 1e-12);
  });

  it("is 0 inside, 90 across, and takes small angles from their sines", () => {
    const e = (k: number) => Array.from({ length: 5 }, (_, i) => (i === k ? 1 : 0));
    const of = (...rows: number[][]) => new Matrix(rows).transpose();
    assert.deepEqual([...principalAngles(of(e(0), e(1)), of(e(1)))], [0]);
    assert.deepEqual([...principalAngles(of(e(0)), of(e(3), e(4)))], [90]);
    const [small] = principalAngles(of(e(0)), of([1, 1e-10, 0, 0, 0]));
    assertClose(small, (1e-10 * 180) / Math.PI, 1e-9);
  });

  it("does not depend on the order of the two, nor on the bases that span them [property]", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (seed, p, q) => {
        const [A, B] = [random(9, p, seed), random(9, q, seed + 1)];
        const angles = principalAngles(A, B);
        assert.equal(angles.length, Math.min(p, q));
        const mixed = A.mmul(random(p, p, seed + 2));
        for (const other of [principalAngles(B, A), principalAngles(mixed, B)]) {
          // a random p×p mixture has a condition number of a few hundred at most in nearly all cases
          other.forEach((angle, k) => {
            assert.ok(Math.abs(angle - angles[k]) < 1e-6, `${angle} and ${angles[k]}`);
          });
        }
        assert.ok(angles.every((angle, k) => angle >= 0 && angle <= 90 && (k === 0 || angle >= angles[k - 1] - 1e-9)));
      }),
      { numRuns: 50 },
    );
  });

  it("gives random subspaces of a thousand dimensions angles above 85°", () => {
    assert.ok(principalAngles(random(1000, 3, 1), random(1000, 3, 2)).every((angle) => angle > 85));
  });

  it("names what is wrong", () => {
    const A = new Matrix([
      [1, 2],
      [1, 2],
      [0, 0],
    ]);
    assert.throws(() => orthonormalColumns(A), {
      name: "RangeError",
      message: "orthonormalColumns: column 1 of A depends on the columns before it, expected linearly independent ones",
    });
    assert.throws(() => principalAngles(A, new Matrix([[1]])), {
      message: "principalAngles: B is 1×1, expected 3×any",
    });
  });
});
