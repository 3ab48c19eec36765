import assert from "node:assert/strict";
import fc from "fast-check";
import { EVD, Matrix } from "ml-matrix";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { type Eigenvalues, eigenvalues, eigenvaluesOf } from "rnn-dynamics/dist/wasm/eigen";
import { wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { assertClose } from "../helpers/assertions";
import { plainFactorize } from "../helpers/plain-algebra";

const rng = createRng("eigen tests");
const random = (length: number): Float64Array => Float64Array.from({ length }, () => rng.normal());

/** Q A Qᵀ with Q a product of three random reflections: the same eigenvalues in a full matrix. */
function hide(A: Matrix, draw: () => number): Matrix {
  let hidden = A;
  for (let k = 0; k < 3; k++) {
    const v = Matrix.columnVector(Array.from({ length: A.rows }, draw));
    const Q = Matrix.eye(A.rows).sub(v.mmul(v.transpose()).mul(2 / v.dot(v)));
    hidden = Q.mmul(hidden).mmul(Q);
  }
  return hidden;
}

/** Matches two sets of eigenvalues greedily; returns the largest distance. */
function distance(a: Eigenvalues, b: Eigenvalues): number {
  const left = Array.from(b.re.keys());
  let most = 0;
  for (const i of a.re.keys()) {
    const gap = (j: number): number => Math.hypot(a.re[i] - b.re[j], a.im[i] - b.im[j]);
    const best = left.reduce((found, j, k) => (gap(j) < gap(left[found]) ? k : found), 0);
    most = Math.max(most, gap(left[best]));
    left.splice(best, 1);
  }
  return most;
}

function of(...pairs: [number, number][]): Eigenvalues {
  return { re: Float64Array.from(pairs, ([re]) => re), im: Float64Array.from(pairs, ([, im]) => im) };
}

function isSorted({ re, im }: Eigenvalues): boolean {
  return re.every((x, i) => i === 0 || re[i - 1] > x || (re[i - 1] === x && im[i - 1] >= im[i]));
}

describe("eigenvalues", () => {
  it("of 1×1, of a rotation, and of a saddle are those on paper", () => {
    assert.deepEqual(eigenvalues(new Matrix([[-3]])), of([-3, 0]));
    const rotation = new Matrix([
      [0.6, -0.8],
      [0.8, 0.6],
    ]);
    assert.ok(distance(eigenvalues(rotation), of([0.6, 0.8], [0.6, -0.8])) < 1e-15);
    const saddle = new Matrix([
      [0, 1],
      [0.5, -1],
    ]);
    const root = Math.sqrt(3) / 2;
    assert.ok(distance(eigenvalues(saddle), of([-0.5 + root, 0], [-0.5 - root, 0])) < 1e-15);
  });

  it("of a companion matrix are the roots of its polynomial", () => {
    // (λ − 1)(λ − 2)(λ + 3)(λ² + 4) = λ⁵ − 3 λ³ + 6 λ² − 28 λ + 24
    const companion = new Matrix([
      [0, 3, -6, 28, -24],
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, 0, 1, 0],
    ]);
    const found = eigenvalues(companion);
    // well separated roots: rounding only, magnified a hundredfold
    assert.ok(distance(found, of([2, 0], [1, 0], [0, 2], [0, -2], [-3, 0])) < 1e-13);
    assert.ok(isSorted(found));
  });

  it("of triangular matrices and Jordan blocks are their diagonals, exactly", () => {
    for (const n of [1, 2, 3, 6, 7]) {
      const jordan = Matrix.eye(n).mul(2);
      for (let i = 0; i + 1 < n; i++) jordan.set(i, i + 1, 1);
      const { re, im } = eigenvalues(jordan);
      assert.ok(re.every((x) => x === 2) && im.every((x) => x === 0));
    }
    const lower = new Matrix([
      [1, 0, 0],
      [5, 3, 0],
      [-2, 7, 2],
    ]);
    assert.ok(distance(eigenvalues(lower), of([3, 0], [2, 0], [1, 0])) < 1e-14);
    assert.deepEqual(eigenvalues(Matrix.zeros(4, 4)).re, new Float64Array(4));
  });

  it("of a hidden Jordan block lie within the nth root of the rounding error, as theory says", () => {
    const jordan = Matrix.eye(3).mul(-1);
    jordan.set(0, 1, 1);
    jordan.set(1, 2, 1);
    // (1e-15)^(1/3) = 1e-5; a nilpotent perturbation can do no more
    assert.ok(distance(eigenvalues(hide(jordan, () => rng.normal())), of([-1, 0], [-1, 0], [-1, 0])) < 1e-4);
  });

  it("of a cyclic permutation are the roots of unity, where QR without exceptional shifts would never end", () => {
    for (const n of [2, 3, 4, 5, 8, 17, 50, 150]) {
      const cyclic = Matrix.zeros(n, n);
      for (let i = 0; i < n; i++) cyclic.set(i, (i + 1) % n, 1);
      const roots = Array.from({ length: n }, (_, k): [number, number] => [
        Math.cos((2 * Math.PI * k) / n),
        Math.sin((2 * Math.PI * k) / n),
      ]);
      assert.ok(distance(eigenvalues(cyclic), of(...roots)) < 1e-13, `n = ${n}`);
    }
  });

  it("of the Grcar matrix, which is far from normal, keep Σλ = tr A and Σλ² = tr A²", () => {
    const n = 60;
    const grcar = Matrix.zeros(n, n);
    for (let i = 0; i < n; i++) {
      if (i > 0) grcar.set(i, i - 1, -1);
      for (let j = i; j < Math.min(n, i + 4); j++) grcar.set(i, j, 1);
    }
    const { re, im } = eigenvalues(grcar);
    const sum = (f: (i: number) => number): number => Array.from(re.keys()).reduce((s, i) => s + f(i), 0);
    // traces are well conditioned even where single eigenvalues are not: n rounding errors
    assertClose(
      sum((i) => re[i]),
      grcar.trace(),
      1e-12,
    );
    assertClose(
      sum((i) => im[i]),
      0,
      0,
      1e-12,
    );
    assertClose(
      sum((i) => re[i] ** 2 - im[i] ** 2),
      grcar.mmul(grcar).trace(),
      1e-11,
    );
  });

  it("of random matrices keep trace and determinant, come in conjugate pairs, and are sorted", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(97, 130)), fc.integer(), (n, seed) => {
        const draws = createRng(seed);
        const A = Float64Array.from({ length: n * n }, () => draws.normal());
        const copy = A.slice();
        const found = eigenvaluesOf(A, n);
        assert.deepEqual(A, copy);
        assert.ok(isSorted(found));
        let trace = 0;
        let size = 0;
        let imaginary = 0;
        for (let i = 0; i < n; i++) {
          trace += found.re[i] - A[i * n + i];
          size += Math.log(Math.hypot(found.re[i], found.im[i]));
          imaginary += found.im[i];
          if (found.im[i] > 0) assert.ok(found.re[i + 1] === found.re[i] && found.im[i + 1] === -found.im[i]);
        }
        assert.ok(Math.abs(trace) < 1e-12 * n);
        assert.equal(imaginary, 0);
        const pivots = new Int32Array(n);
        plainFactorize(A, n, pivots);
        for (let i = 0; i < n; i++) size -= Math.log(Math.abs(A[i * n + i]));
        // log |det|; the smallest eigenvalue may be ill conditioned, which 1e-7 leaves room for
        assert.ok(Math.abs(size) < 1e-7, `${size}`);
      }),
      { numRuns: 40 },
    );
  });

  it("are those of ml-matrix at N = 60, and those planted in a hidden block-diagonal matrix", () => {
    const A = Matrix.from1DArray(60, 60, random(3600));
    const { realEigenvalues, imaginaryEigenvalues } = new EVD(A);
    const expected = { re: Float64Array.from(realEigenvalues), im: Float64Array.from(imaginaryEigenvalues) };
    // random matrices have condition numbers of eigenvalues around N
    assert.ok(distance(eigenvalues(A), expected) < 1e-11);
    for (const n of [6, 33, 58, 151]) {
      const planted = Matrix.zeros(n, n);
      const pairs: [number, number][] = [];
      for (let i = 0; i + 1 < n; i += 2) {
        const [a, b] = [rng.normal(), rng.normal()];
        planted.set(i, i, a);
        planted.set(i + 1, i + 1, a);
        planted.set(i, i + 1, b);
        planted.set(i + 1, i, -b);
        pairs.push([a, b], [a, -b]);
      }
      if (n % 2) {
        planted.set(n - 1, n - 1, 5);
        pairs.push([5, 0]);
      }
      // a normal matrix: condition 1
      assert.ok(distance(eigenvalues(hide(planted, () => rng.normal())), of(...pairs)) < 1e-12, `n = ${n}`);
    }
  });

  it("of symmetric matrices are real", () => {
    const A = Matrix.from1DArray(31, 31, random(961));
    const { re, im } = eigenvalues(Matrix.add(A, A.transpose()));
    const expected = new EVD(Matrix.add(A, A.transpose())).realEigenvalues.sort((a, b) => b - a);
    assert.ok(im.every((y) => y === 0));
    assertClose(re, expected, 1e-12);
  });

  it("do not suffer from bad scaling: D⁻¹ A D has those of A to the last digits", () => {
    const n = 20;
    const A = random(n * n);
    const scaled = A.map((a, k) => a * 2 ** (8 * ((k % n) - Math.floor(k / n))));
    assert.ok(distance(eigenvaluesOf(scaled, n), eigenvaluesOf(A, n)) < 1e-11);
  });

  it("scale with the matrix near both ends of the range of doubles", () => {
    const A = Float64Array.of(1, 2, 0, -2, 1, 3, 0.5, 0, -4);
    const plain = eigenvaluesOf(A, 3);
    for (const power of [-1000, -500, 500, 1000]) {
      const { re, im } = eigenvaluesOf(
        A.map((a) => a * 2 ** power),
        3,
      );
      assertClose(
        re.map((x) => x / 2 ** power),
        plain.re,
        1e-14,
      );
      assertClose(
        im.map((x) => x / 2 ** power),
        plain.im,
        1e-14,
      );
    }
  });

  it("end for any finite entries, without a NaN", () => {
    const nasty = fc.constantFrom(0, -0, 1, -1, 2, 1e-8, 5e-324, 1e-300, -1e-160, 1e160, 1e308, -1e308, 3, 0.1);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }).chain((n) => fc.array(nasty, { minLength: n * n, maxLength: n * n })),
        (entries) => {
          const n = Math.sqrt(entries.length);
          const { re, im } = eigenvaluesOf(Float64Array.from(entries), n);
          assert.ok(re.length === n && im.length === n);
          assert.ok(![...re, ...im].some(Number.isNaN));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("reject what is not a square matrix of finite numbers, and leave no memory behind", () => {
    const before = wasmBytesInUse();
    const table: [() => unknown, string][] = [
      [() => eigenvalues(new Matrix(2, 3)), "eigenvalues: A is 2×3, expected a square matrix"],
      [() => eigenvalues(new Matrix([[NaN]])), "eigenvalues: A has NaN at row 0, column 0, expected finite numbers"],
      [
        () => eigenvaluesOf(Float64Array.of(1, 2, Infinity, 4), 2),
        "eigenvaluesOf: data has Infinity at component 2, expected finite numbers",
      ],
      [() => eigenvaluesOf(new Float64Array(5), 2), "eigenvaluesOf: data has length 5, expected 4"],
      [() => eigenvaluesOf(new Float64Array(0), 0), "eigenvaluesOf: size is 0, expected an integer ≥ 1"],
    ];
    for (const [run, message] of table) assert.throws(run, { name: "RangeError", message });
    eigenvaluesOf(random(100), 10);
    assert.equal(wasmBytesInUse(), before);
  });
});
