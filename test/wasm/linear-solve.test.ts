import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix, SVD } from "ml-matrix";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { factorize, largestSingularValue, smallestSingularValue, solve } from "rnn-dynamics/dist/wasm/lu";
import { releaseWasmArray, wasmArray, wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { norm, toMatrix } from "rnn-dynamics/dist/wasm/vector";
import { plainFactorize, plainSolve, plainSolveTransposed } from "../helpers/plain-algebra";

const rng = createRng("linear-solve tests");
const random = (length: number): Float64Array => Float64Array.from({ length }, () => rng.normal());

/** ‖A x − b‖ / (‖A‖ ‖x‖ + ‖b‖), with Aᵀ on request. */
function residual(A: Float64Array, n: number, x: Float64Array, b: Float64Array, isTransposed = false): number {
  const r = Float64Array.from(b, (entry, i) => {
    let s = -entry;
    for (let j = 0; j < n; j++) s += (isTransposed ? A[j * n + i] : A[i * n + j]) * x[j];
    return s;
  });
  return norm(r) / (norm(A) * norm(x) + norm(b));
}

describe("linear-solve", () => {
  it("has the bits of the textbook loops, for sizes around every block", () => {
    for (const n of [1, 2, 3, 4, 5, 7, 31, 32, 33, 35, 63, 64, 65, 97, 129, 200]) {
      const A = random(n * n);
      const b = random(n);
      const lu = A.slice();
      const pivots = new Int32Array(n);
      const sign = plainFactorize(lu, n, pivots);
      const f = factorize(A, n);
      assert.equal(f.determinantSign, sign, `n = ${n}`);
      const x = b.slice();
      plainSolve(lu, n, pivots, x);
      assert.deepEqual(f.solve(b), x, `solve, n = ${n}`);
      const y = b.slice();
      plainSolveTransposed(lu, n, pivots, y);
      assert.deepEqual(f.solveTransposed(b), y, `solveTransposed, n = ${n}`);
      f.release();
    }
  });

  it("solves random systems to rounding, A and Aᵀ", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.integer(), (n, seed) => {
        const draws = createRng(seed);
        const A = Float64Array.from({ length: n * n }, () => draws.normal());
        const b = Float64Array.from({ length: n }, () => draws.normal());
        const f = factorize(A, n);
        // backward stable: n u with a small factor; 80 · 1.1e-16 = 9e-15
        assert.ok(residual(A, n, f.solve(b), b) < 1e-14);
        assert.ok(residual(A, n, f.solveTransposed(b), b, true) < 1e-14);
        f.release();
      }),
      { numRuns: 60 },
    );
  });

  it("leaves A alone unless told otherwise, and gets the same result in place", () => {
    const n = 36;
    const A = random(n * n);
    const copy = A.slice();
    const b = random(n);
    const x = factorize(A, n).solve(b);
    assert.deepEqual(A, copy);
    const resident = wasmArray(n * n);
    resident.set(A);
    const before = wasmBytesInUse();
    const f = factorize(resident, n, { inPlace: true });
    assert.ok(wasmBytesInUse() - before < n * n * 8, "a copy was made");
    assert.notDeepEqual(resident.slice(), copy);
    assert.deepEqual(f.solve(b), x);
    f.release();
    releaseWasmArray(resident);
    assert.deepEqual(factorize(A, n, { inPlace: true }).solve(b), x);
  });

  it("solves by hand: 1×1, a permutation, and a matrix that needs pivoting", () => {
    assert.deepEqual(solve(new Matrix([[4]]), Float64Array.of(2)), Float64Array.of(0.5));
    const cyclic = new Matrix([
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ]);
    assert.deepEqual(solve(cyclic, Float64Array.of(1, 2, 3)), Float64Array.of(3, 1, 2));
    // without pivoting 1e-20 would swallow everything
    const x = solve(
      new Matrix([
        [1e-20, 1],
        [1, 1],
      ]),
      Float64Array.of(1, 2),
    );
    assert.deepEqual(x, Float64Array.of(1, 1));
  });

  it("determinantSign and logDeterminant are those of the determinant", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 9, maxLength: 9 }), (m) => {
        const [a, b, c, d, e, f, g, h, i] = m;
        const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        const found = factorize(Float64Array.from(m), 3);
        // thirds are not exact, so a determinant of 0 may come out as a tiny number
        if (det !== 0) {
          assert.equal(found.determinantSign, Math.sign(det));
          assert.ok(Math.abs(found.logDeterminant - Math.log(Math.abs(det))) < 1e-13);
        } else assert.ok(found.logDeterminant < -30);
        assert.equal(found.isSingular, found.determinantSign === 0);
        found.release();
      }),
    );
  });

  it("reports a singular matrix, of any size, and refuses to solve with it", () => {
    for (const n of [1, 2, 5, 64, 70]) {
      const A = random(n * n);
      for (let i = 0; i < n; i++) A[i * n + n - 1] = 0;
      const f = factorize(A, n);
      assert.ok(f.isSingular && f.determinantSign === 0, `n = ${n}`);
      assert.equal(smallestSingularValue(f), 0);
      assert.throws(() => f.solve(new Float64Array(n)), {
        name: "RangeError",
        message: "solve: matrix is singular, expected an invertible one (see isSingular)",
      });
      f.release();
    }
    assert.throws(() => solve(Matrix.zeros(2, 2), new Float64Array(2)), /solve: matrix is singular/);
  });

  it("finds the singular values that ml-matrix finds", () => {
    for (const n of [1, 2, 3, 10, 57]) {
      const A = random(n * n);
      const expected = new SVD(toMatrix(A, n, n)).diagonal;
      const f = factorize(A, n);
      // Lanczos stops at 1e-9 of the eigenvalue, which is half as much of the singular value
      const [largest, smallest] = [largestSingularValue(A, n), smallestSingularValue(f)];
      assert.ok(Math.abs(largest / expected[0] - 1) < 1e-9, `n = ${n}`);
      assert.ok(Math.abs(smallest / expected[n - 1] - 1) < 1e-9, `n = ${n}: ${smallest}, expected ${expected[n - 1]}`);
      f.release();
    }
  });

  it("finds singular values of diagonal matrices, near the ends of the range of doubles too", () => {
    for (const scale of [1, 1e-200, 1e200]) {
      const A = Float64Array.of(3 * scale, 0, 0, 0, -7 * scale, 0, 0, 0, 2 * scale);
      assert.ok(Math.abs(largestSingularValue(A, 3) / (7 * scale) - 1) < 1e-12);
      const f = factorize(A, 3);
      if (scale === 1) assert.ok(Math.abs(smallestSingularValue(f) / (2 * scale) - 1) < 1e-12);
    }
    assert.equal(largestSingularValue(new Float64Array(9), 3), 0);
    const identity = Float64Array.of(1, 0, 0, 1);
    assert.equal(smallestSingularValue(factorize(identity, 2)), 1);
  });

  it("bounds every row and column: the largest singular value is no less than any of them [property]", () => {
    const entry = fc.constantFrom(0, 1, -1, 2, 0.5);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }).chain((n) => fc.array(entry, { minLength: n * n, maxLength: n * n })),
        (entries) => {
          const n = Math.sqrt(entries.length);
          const A = Float64Array.from(entries);
          const longest = Math.max(...Array.from({ length: n }, (_, i) => norm(A.subarray(i * n, (i + 1) * n))));
          assert.ok(largestSingularValue(A, n) >= longest * (1 - 1e-9));
        },
      ),
    );
  });

  it("never answers with a NaN: nasty entries give finite numbers or a refusal in words", () => {
    const nasty = fc.constantFrom(0, -0, 1, -1, 2, 5e-324, 1e-300, -1e-160, 1e160, 1e308, -1e308, 0.1);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }).chain((n) => fc.array(nasty, { minLength: n * n + n, maxLength: n * n + n })),
        (entries) => {
          const n = Math.floor(Math.sqrt(entries.length));
          const A = Float64Array.from(entries.slice(0, n * n));
          try {
            const x = solve(toMatrix(A, n, n), Float64Array.from(entries.slice(n * n)));
            assert.ok(x.every(Number.isFinite));
          } catch (error) {
            assert.match(String(error), /^RangeError: solve: (matrix is singular|solution leaves the range)/);
          }
          const f = factorize(A, n);
          assert.ok(smallestSingularValue(f) >= 0);
          assert.ok(largestSingularValue(A, n) >= 0);
          f.release();
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("gives its memory back, once, and is of no use afterwards", () => {
    const before = wasmBytesInUse();
    const f = factorize(random(100), 10);
    assert.ok(wasmBytesInUse() > before);
    f.release();
    f.release();
    assert.equal(wasmBytesInUse(), before);
    assert.throws(() => f.solve(new Float64Array(10)), {
      message: "solve: factorization is released, expected one in use",
    });
  });

  it("rejects wrong shapes, NaN and infinity at once", () => {
    const bad = new Float64Array(4).fill(1);
    bad[2] = NaN;
    const table: [() => unknown, string][] = [
      [() => factorize(bad, 2), "factorize: A has NaN at component 2, expected finite numbers"],
      [() => factorize(new Float64Array(5), 2), "factorize: A has length 5, expected 4"],
      [() => factorize(new Float64Array(4), 0), "factorize: size is 0, expected an integer ≥ 1"],
      [() => largestSingularValue(bad, 2), "largestSingularValue: A has NaN at component 2, expected finite numbers"],
      [() => solve(new Matrix(2, 3), new Float64Array(2)), "solve: A is 2×3, expected a square matrix"],
      [() => solve(Matrix.eye(2), new Float64Array(3)), "solve: b has length 3, expected 2"],
      [
        () => solve(Matrix.eye(2), Float64Array.of(1, Infinity)),
        "solve: b has Infinity at component 1, expected finite numbers",
      ],
      [
        () => factorize(new Float64Array(4), 2, { inplace: true } as object),
        'factorize: option "inplace" is unknown, expected inPlace',
      ],
    ];
    for (const [run, message] of table) assert.throws(run, { name: "RangeError", message });
  });
});
