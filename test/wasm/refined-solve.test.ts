import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { factorize, smallestSingularValue } from "rnn-dynamics/dist/wasm/lu";
import { factorizeSingle } from "rnn-dynamics/dist/wasm/single";
import { norm } from "rnn-dynamics/dist/wasm/vector";
import { kernelArray, kernelBytesInUse, releaseKernelArray } from "rnn-dynamics/dist/wasm/wasm";

const rng = createRng("refined-solve tests");
const random = (length: number): Float64Array => Float64Array.from({ length }, () => rng.normal());

/** ‖A x − b‖ / (‖A‖ ‖x‖ + ‖b‖), with Aᵀ on request. */
function residual(A: Float64Array, n: number, x: Float64Array, b: Float64Array, isTransposed = false): number {
  const r = Float64Array.from(b, (entry, i) => {
    let s = -entry;
    for (let j = 0; j < n; j++) s += (isTransposed ? A[j * n + i] : A[i * n + j]) * x[j];
    return s;
  });
  return norm(r) === 0 ? 0 : norm(r) / (norm(A) * norm(x) + norm(b));
}

/** Hilbert's matrix: κ grows as 33ⁿ. */
const hilbert = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, k) => 1 / (1 + (k % n) + Math.floor(k / n)));

describe("factorizeSingle", () => {
  it("leaves a residual as small as the float64 LU does, A and Aᵀ", () => {
    let single = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.integer(), (n, seed) => {
        const draws = createRng(seed);
        const A = Float64Array.from({ length: n * n }, () => draws.normal());
        const b = Float64Array.from({ length: n }, () => draws.normal());
        const f = factorizeSingle(A, n);
        // what it ends at by its own rule, 2.2e-16, plus the rounding of this test's own product
        assert.ok(residual(A, n, f.solve(b), b) < 5e-16);
        assert.ok(residual(A, n, f.solveTransposed(b), b, true) < 5e-16);
        if (f.precision === "single") single++;
        f.release();
      }),
      { numRuns: 60 },
    );
    assert.ok(single >= 55, `${single} of 60 in float32`);
  });

  it("solves to the last digits that the condition allows, like the float64 LU", () => {
    for (const n of [2, 3, 4, 5, 6]) {
      const A = hilbert(n);
      const exact = new Float64Array(n).fill(1);
      const b = Float64Array.from(exact, (_, i) => A.subarray(i * n, i * n + n).reduce((sum, a) => sum + a, 0));
      const f = factorizeSingle(A, n);
      const condition = 33 ** n; // κ(H₆) = 1.5e7, beyond plain refinement in float32
      const error = norm(f.solve(b).map((value) => value - 1)) / norm(exact);
      assert.ok(error < 1e-16 * condition + 1e-15, `n = ${n}: ${error}`);
      assert.equal(f.precision, "single");
      f.release();
    }
  });

  it("takes the float64 LU, with its very bits, where float32 is not enough", () => {
    const tooIll = hilbert(40); // singular as far as doubles go
    const tooSmall = Float64Array.of(1e-60, 2e-60, 3e-60, 5e-60); // zero in float32
    const tooLarge = Float64Array.of(1e60, 2e60, 3e60, 5e60);
    const mixed = Float64Array.of(1e30, 1, 1, 1e-30);
    for (const A of [tooIll, tooSmall, tooLarge, mixed]) {
      const n = Math.sqrt(A.length);
      const b = random(n);
      const [f, double] = [factorizeSingle(A, n), factorize(A, n)];
      assert.deepEqual(f.solve(b), double.solve(b));
      assert.deepEqual(f.solveTransposed(b), double.solveTransposed(b));
      assert.equal(f.precision, "double");
      f.release();
      double.release();
    }
  });

  it("finds a singular matrix: at once, or when the refinement does not end", () => {
    const plainly = factorizeSingle(Float64Array.of(1, 2, 2, 4), 2);
    assert.ok(plainly.isSingular && plainly.determinantSign === 0);
    assert.throws(() => plainly.solve(new Float64Array(2)), {
      name: "RangeError",
      message: "solve: matrix is singular, expected an invertible one (see isSingular)",
    });
    // rank one; thirds are rounded in float32 so that the last pivot is not zero, in float64 it is
    const A = Float64Array.of(1, 1 / 3, 3, 1);
    const hidden = factorizeSingle(A, 2);
    assert.equal(factorize(A, 2).isSingular, true);
    if (!hidden.isSingular) assert.ok(hidden.solve(Float64Array.of(1, 1)).every(Number.isNaN));
    assert.ok(hidden.isSingular && hidden.determinantSign === 0);
  });

  it("has the determinant's sign of the float64 LU", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer(), (n, seed) => {
        const draws = createRng(seed);
        const A = Float64Array.from({ length: n * n }, () => draws.normal());
        const [f, double] = [factorizeSingle(A, n), factorize(A, n)];
        assert.equal(f.determinantSign, double.determinantSign);
        const b = new Float64Array(n).fill(1);
        assert.deepEqual(f.solve(b), double.solve(b), "from then on that LU serves");
        f.release();
        double.release();
      }),
    );
  });

  it("gives the same bits each time, and serves for σ_min", () => {
    const n = 60;
    const [A, b] = [random(n * n), random(n)];
    const [f, again] = [factorizeSingle(A, n), factorizeSingle(A, n)];
    assert.deepEqual(f.solve(b), again.solve(b));
    assert.deepEqual(f.solve(b), again.solve(b), "solving leaves no trace");
    const double = factorize(A, n);
    // Lanczos stops at 1e-9 of the eigenvalue
    assert.ok(Math.abs(smallestSingularValue(f) / smallestSingularValue(double) - 1) < 1e-8);
    for (const each of [f, again, double]) each.release();
  });

  it("takes right-hand sides of any size: zero, tiny, huge", () => {
    const f = factorizeSingle(Float64Array.of(2, 1, 1, 3), 2);
    assert.deepEqual(f.solve(new Float64Array(2)), new Float64Array(2));
    for (const size of [1e-310, 1e-200, 1e-20, 1e20, 1e200, 1e307]) {
      const x = f.solve(Float64Array.of(3 * size, 4 * size));
      // exact solution (1, 1)·size; 1e-310 has 40 bits
      for (const value of x) assert.ok(Math.abs(value / size - 1) < 1e-12, `${size}: ${value}`);
    }
    f.release();
  });

  it("never answers with a NaN but for a singular matrix, whatever the entries", () => {
    const nasty = fc.constantFrom(0, -0, 1, -1, 2, 5e-324, 1e-300, -1e-160, 1e-30, 1e30, 1e160, 1e308, -1e308, 0.1);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }).chain((n) => fc.array(nasty, { minLength: n * n + n, maxLength: n * n + n })),
        (entries) => {
          const n = Math.floor(Math.sqrt(entries.length));
          const A = Float64Array.from(entries.slice(0, n * n));
          const b = Float64Array.from(entries.slice(n * n));
          const [f, double] = [factorizeSingle(A, n), factorize(A, n)];
          if (!f.isSingular) {
            const x = f.solve(b);
            if (f.precision === "double" && !double.isSingular) assert.deepEqual(x, double.solve(b));
            else if (!f.isSingular) assert.ok(residual(A, n, x, b) < 1e-15);
          }
          f.release();
          double.release();
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("leaves A alone unless told otherwise, and gives its memory back", () => {
    const n = 40;
    const [A, b] = [random(n * n), random(n)];
    const copy = A.slice();
    const before = kernelBytesInUse();
    const f = factorizeSingle(A, n);
    const x = f.solve(b);
    assert.deepEqual(A, copy);
    const resident = kernelArray(n * n);
    resident.set(A);
    const kept = factorizeSingle(resident, n, { inPlace: true });
    assert.deepEqual(kept.solve(b), x);
    assert.ok(kept.determinantSign !== 0, "and the float64 LU may overwrite it");
    for (const each of [f, kept, f]) each.release();
    releaseKernelArray(resident);
    assert.equal(kernelBytesInUse(), before);
    for (const run of [() => f.solve(b), () => f.determinantSign]) assert.throws(run, /factorization is released/);
  });

  it("rejects wrong shapes, NaN and infinity at once, and keeps no memory then", () => {
    const bad = new Float64Array(4).fill(1);
    bad[2] = Number.NaN;
    const before = kernelBytesInUse();
    const table: [() => unknown, string][] = [
      [() => factorizeSingle(bad, 2), "factorizeSingle: A has NaN at component 2, expected finite numbers"],
      [() => factorizeSingle(new Float64Array(5), 2), "factorizeSingle: A has length 5, expected 4"],
      [() => factorizeSingle(new Float64Array(4), 0), "factorizeSingle: size is 0, expected an integer ≥ 1"],
      [
        () => factorizeSingle(new Float64Array(4), 2, { inplace: true } as object),
        'factorizeSingle: option "inplace" is unknown, expected inPlace',
      ],
    ];
    for (const [run, message] of table) assert.throws(run, { name: "RangeError", message });
    assert.equal(kernelBytesInUse(), before);
  });
});
