import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { balance, type Eigenvalues, eigenvaluesOf, normalize } from "rnn-dynamics/dist/wasm/eigen";
import { factorize, smallestSingularValue } from "rnn-dynamics/dist/wasm/lu";
import { norm } from "rnn-dynamics/dist/wasm/vector";
import { complex, minus, modulus } from "../helpers/double-double";
import { refineEigenvalue } from "../helpers/hyman";

const EPSILON = 2 ** -52;
const rng = createRng("hard eigenvalues");

function build(n: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => entry(Math.floor(k / n), k % n));
}

/** Largest distance when each of a is matched with the nearest of b that is left. */
function distance(a: Eigenvalues, b: readonly (readonly [number, number])[]): number {
  const left = b.slice();
  let most = 0;
  for (let i = 0; i < a.re.length; i++) {
    const gap = ([re, im]: readonly [number, number]): number => Math.hypot(a.re[i] - re, a.im[i] - im);
    const best = left.reduce((found, pair, k) => (gap(pair) < gap(left[found]) ? k : found), 0);
    most = Math.max(most, gap(left[best]));
    left.splice(best, 1);
  }
  return most;
}

/** Q A Q for reflections Q = I − 2 v vᵀ: the same eigenvalues, in a full matrix, up to rounding errors. */
function hide(A: Float64Array, n: number, reflections = 3): Float64Array {
  const B = A.slice();
  for (let k = 0; k < reflections; k++) {
    const v = Float64Array.from({ length: n }, () => rng.normal());
    const factor = 2 / norm(v) ** 2;
    for (let i = 0; i < n; i++) {
      let s = 0;
      for (let j = 0; j < n; j++) s += B[i * n + j] * v[j];
      for (let j = 0; j < n; j++) B[i * n + j] -= factor * s * v[j];
    }
    for (let j = 0; j < n; j++) {
      let s = 0;
      for (let i = 0; i < n; i++) s += B[i * n + j] * v[i];
      for (let i = 0; i < n; i++) B[i * n + j] -= factor * s * v[i];
    }
  }
  return B;
}

/** σ_min(A − λ I), for complex λ = a + i b as that of the real matrix [A − a, b; −b, A − a]. */
function residual(A: Float64Array, n: number, re: number, im: number): number {
  const size = im === 0 ? n : 2 * n;
  const shifted = new Float64Array(size * size);
  for (let i = 0; i < n; i++) {
    for (let half = 0; half < size; half += n) {
      shifted.set(A.subarray(i * n, (i + 1) * n), (half + i) * size + half);
      shifted[(half + i) * size + half + i] -= re;
    }
    if (im !== 0) {
      shifted[i * size + n + i] = im;
      shifted[(n + i) * size + i] = -im;
    }
  }
  const factors = factorize(shifted, size);
  const smallest = smallestSingularValue(factors);
  factors.release();
  return smallest;
}

/** |λ − reference| / (condition · ‖A‖ ε): how many times the unavoidable error, for an unreduced Hessenberg matrix. */
function timesUnavoidable(H: Float64Array, n: number): number {
  const { re, im } = eigenvaluesOf(H, n);
  const found: number[] = [];
  const references = Array.from(re.keys(), (i) => refineEigenvalue(H, n, re[i], im[i]));
  for (const [i, { value, condition }] of references.entries()) {
    found.push(modulus(minus(complex(re[i], im[i]), value)) / (condition * norm(H) * EPSILON));
    for (const other of references.slice(0, i)) {
      assert.ok(modulus(minus(value, other.value)) > 1e-13 * modulus(value), "two of them are the same eigenvalue");
    }
  }
  return Math.max(...found);
}

const grcar = (n: number): Float64Array => build(n, (i, j) => (j === i - 1 ? -1 : j >= i && j <= i + 3 ? 1 : 0));
const frank = (n: number): Float64Array => build(n, (i, j) => (j < i - 1 ? 0 : n - Math.max(i, j)));

/** Companion matrix of a monic polynomial with the given roots, coefficients exact for small integers. */
function companion(roots: number[]): Float64Array {
  let coefficients = [1];
  for (const root of roots) {
    coefficients = [...coefficients, 0].map((c, k) => c - root * (k > 0 ? coefficients[k - 1] : 0));
  }
  const n = roots.length;
  return build(n, (i, j) => (i === 0 ? -coefficients[j + 1] : i === j + 1 ? 1 : 0));
}

describe("eigenvalues of hard matrices", () => {
  it("of Grcar, Frank and companion matrices err by a few unavoidable errors, beside a double-double reference", () => {
    // a backward stable method errs by about condition · ‖A‖ ε, times a slow function of n; for Frank's 12 rows the
    // smallest eigenvalues have condition 1e7, for Wilkinson's polynomial of degree 10 about 1e8
    const matrices: [string, Float64Array, number][] = [
      ["Grcar 10", grcar(10), 10],
      ["Grcar 30", grcar(30), 30],
      ["Grcar 50", grcar(50), 50],
      ["Frank 5", frank(5), 5],
      ["Frank 9", frank(9), 9],
      ["Frank 12", frank(12), 12],
      ["companion of 1 … 6", companion([1, 2, 3, 4, 5, 6]), 6],
      ["companion of 1 … 10", companion([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 10],
      ["companion of ±1 … ±5", companion([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]), 10],
      ["companion of x¹⁰ − 1", build(10, (i, j) => Number(i === (j + 1) % 10)), 10],
    ];
    for (const [name, A, n] of matrices) {
      const factor = timesUnavoidable(A, n);
      assert.ok(factor < 10, `${name}: ${factor}`);
    }
  });

  it("of Frank matrices come in pairs λ, 1/λ, as its characteristic polynomial reads the same backwards", () => {
    const { re, im } = eigenvaluesOf(frank(8), 8);
    assert.ok(im.every((y) => y === 0));
    // the condition of the smaller ones is about 1e4
    for (let i = 0; i < 4; i++) assert.ok(Math.abs(re[i] * re[7 - i] - 1) < 1e-9, `${re[i] * re[7 - i]}`);
  });

  it("of Kahan's triangular matrix are its diagonal sⁱ exactly, and small residuals where it is hidden", () => {
    const n = 60;
    const [s, c] = [0.6, 0.8];
    const diagonal = Array.from({ length: n }, (_, i) => s ** i);
    const kahan = build(n, (i, j) => (j < i ? 0 : diagonal[i] * (i === j ? 1 : -c)));
    const { re, im } = eigenvaluesOf(kahan, n);
    assert.deepEqual(Array.from(re), diagonal);
    assert.ok(im.every((y) => y === 0));
    const hidden = hide(kahan, n);
    const found = eigenvaluesOf(hidden, n);
    // single eigenvalues have no correct digit here, but each is one of a matrix 1e-14 away
    for (const i of [0, 10, 30, 59])
      assert.ok(residual(hidden, n, found.re[i], found.im[i]) < n * EPSILON * norm(hidden));
  });

  it("of a hidden Jordan block of k rows lie within ε^(1/k): no method in doubles can do better", () => {
    for (const k of [2, 3, 4, 5, 8]) {
      const jordan = build(k, (i, j) => (i === j ? 2 : Number(j === i + 1)));
      const found = eigenvaluesOf(hide(jordan, k), k);
      const error = distance(
        found,
        Array.from({ length: k }, () => [2, 0] as const),
      );
      // a perturbation of size δ moves them by δ^(1/k); δ = 100 ε for three reflections and the iteration
      assert.ok(error < (100 * EPSILON) ** (1 / k), `k = ${k}: ${error}`);
      const mean = found.re.reduce((sum, x) => sum + x, 0) / k;
      assert.ok(Math.abs(mean - 2) < 100 * EPSILON); // while their mean is well conditioned
    }
  });

  it("of tridiagonal Toeplitz matrices are a + 2 √(bc) cos(πk/(n+1))", () => {
    for (const [n, b, c] of [
      [10, 1, 1],
      [11, 4, 1],
      [20, 0.25, 1],
      [200, 1, 1],
      [250, -1, 1],
      [300, 2, 2],
    ]) {
      const A = build(n, (i, j) => (i === j ? 0.5 : i === j + 1 ? b : j === i + 1 ? c : 0));
      const root = 2 * Math.sqrt(Math.abs(b * c));
      const exact = Array.from({ length: n }, (_, k): [number, number] => {
        const x = root * Math.cos((Math.PI * (k + 1)) / (n + 1));
        return b * c > 0 ? [0.5 + x, 0] : [0.5, x];
      });
      // the eigenvectors of the symmetric matrix, scaled by powers of √(b/c); balancing leaves equal norms as they are
      const condition = Math.max(Math.abs(b / c), Math.abs(c / b)) ** ((n - 1) / 2);
      const error = distance(eigenvaluesOf(A, n), exact);
      assert.ok(error < 50 * condition * EPSILON * (0.5 + root), `n = ${n}: ${error}`);
    }
  });

  it("of circulants are the Fourier transform of the first row", () => {
    for (const n of [3, 16, 75, 160, 301]) {
      const row = Float64Array.from({ length: n }, () => rng.normal());
      const exact = Array.from({ length: n }, (_, k): [number, number] => {
        let [re, im] = [0, 0];
        for (let j = 0; j < n; j++) {
          const angle = (2 * Math.PI * ((j * k) % n)) / n;
          re += row[j] * Math.cos(angle);
          im += row[j] * Math.sin(angle);
        }
        return [re, im];
      });
      const A = build(n, (i, j) => row[(j - i + n) % n]);
      assert.ok(distance(eigenvaluesOf(A, n), exact) < 10 * EPSILON * norm(A), `n = ${n}`); // normal: condition 1
    }
  });

  it("of hidden rotations lie on the unit circle where they were put, also in blocks with windows", () => {
    for (const n of [60, 200, 340]) {
      const angles = Array.from({ length: n / 2 }, () => Math.PI * rng.uniform());
      const A = build(n, (i, j) => {
        const angle = angles[i >> 1];
        if (i === j) return Math.cos(angle);
        return i >> 1 === j >> 1 ? (i < j ? -1 : 1) * Math.sin(angle) : 0;
      });
      const exact = angles.flatMap((a): [number, number][] => [
        [Math.cos(a), Math.sin(a)],
        [Math.cos(a), -Math.sin(a)],
      ]);
      assert.ok(distance(eigenvaluesOf(hide(A, n), n), exact) < 10 * EPSILON * Math.sqrt(n), `n = ${n}`);
    }
  });

  it("planted by an exact integer similarity, A = L Λ L⁻¹, are found within its condition", () => {
    const n = 40;
    // L = I + w e₀ᵀ with w₀ = 0, whose inverse is I − w e₀ᵀ
    const spectrum = Array.from({ length: n }, (_, i) => i - 20);
    const weights = Array.from({ length: n }, (_, i) => (i === 0 ? 0 : ((i * 7) % 5) - 2));
    const A = build(
      n,
      (i, j) => (i === j ? spectrum[i] : 0) + (j === 0 ? weights[i] * (spectrum[0] - spectrum[i]) : 0),
    );
    const condition = (1 + norm(Float64Array.from(weights))) ** 2;
    const exact = spectrum.map((x): [number, number] => [x, 0]);
    assert.ok(distance(eigenvaluesOf(hide(A, n), n), exact) < condition * EPSILON * norm(A));
  });

  it("scale exactly with powers of two, from 2⁻⁹⁰⁰ to 2⁹⁰⁰, in blocks with windows too", () => {
    for (const n of [30, 260]) {
      const A = build(n, () => rng.normal());
      const { re, im } = eigenvaluesOf(A, n);
      for (const power of [2 ** -900, 2 ** 900]) {
        const scaled = eigenvaluesOf(
          A.map((a) => a * power),
          n,
        );
        assert.deepEqual(
          scaled.re,
          re.map((x) => x * power),
        );
        assert.deepEqual(
          scaled.im,
          im.map((x) => x * power),
        );
      }
    }
  });

  it("of large triangular, zero, half-empty and cyclic matrices need no special care", () => {
    const n = 280;
    const upper = build(n, (i, j) => (j < i ? 0 : i === j ? i : rng.normal()));
    assert.deepEqual(
      Array.from(eigenvaluesOf(upper, n).re),
      Array.from({ length: n }, (_, i) => n - 1 - i),
    );
    assert.ok(eigenvaluesOf(new Float64Array(n * n), n).re.every((x) => x === 0));
    const jordan = build(n, (i, j) => (i === j ? 3 : Number(j === i + 1)));
    assert.ok(eigenvaluesOf(jordan, n).re.every((x) => x === 3));
    const empty = build(n, (i, j) => (i % 2 ? 0 : rng.normal() * Number(j >= 0)));
    const { re, im } = eigenvaluesOf(empty, n);
    // half of the rows are zero: at least n/2 eigenvalues are, and they are not defective
    assert.ok(Array.from(re.keys()).filter((i) => Math.hypot(re[i], im[i]) < 1e-12).length >= n / 2);
    const cyclic = build(n, (i, j) => Number(j === (i + 1) % n));
    const roots = Array.from({ length: n }, (_, k): [number, number] => [
      Math.cos((2 * Math.PI * k) / n),
      Math.sin((2 * Math.PI * k) / n),
    ]);
    assert.ok(distance(eigenvaluesOf(cyclic, n), roots) < 1e-13);
  });

  it("of random matrices up to N = 300 keep Σλ and Σλ², and each is one of a matrix a rounding error away", () => {
    for (const n of [40, 219, 220, 221, 300]) {
      const A = build(n, () => rng.normal());
      const { re, im } = eigenvaluesOf(A, n);
      let [trace, square] = [0, 0];
      for (let i = 0; i < n; i++) {
        trace += re[i] - A[i * n + i];
        square += re[i] * re[i] - im[i] * im[i];
        for (let j = 0; j < n; j++) square -= A[i * n + j] * A[j * n + i];
      }
      // of A + E with ‖E‖ of order ε‖A‖: |tr E| ≤ √n ‖E‖, and tr A² changes by at most 2 ‖A‖ ‖E‖
      assert.ok(Math.abs(trace) < 10 * EPSILON * Math.sqrt(n) * norm(A), `n = ${n}: ${trace}`);
      assert.ok(Math.abs(square) < 10 * EPSILON * norm(A) ** 2, `n = ${n}: ${square}`);
      for (const i of [0, n >> 1, n - 1]) {
        assert.ok(residual(A, n, re[i], im[i]) < 10 * EPSILON * norm(A), `n = ${n}, eigenvalue ${i}`);
      }
    }
  });

  it("of a Jacobian −I + g W D at N = 1000 keep the trace, and have residuals of rounding size", () => {
    const n = 1000;
    const slopes = Float64Array.from({ length: n }, () => rng.uniform());
    const A = build(n, (i, j) => (1.5 / Math.sqrt(n)) * rng.normal() * slopes[j] - Number(i === j));
    const { re, im } = eigenvaluesOf(A, n);
    let trace = 0;
    for (let i = 0; i < n; i++) trace += re[i] - A[i * n + i];
    assert.ok(Math.abs(trace) < 10 * EPSILON * Math.sqrt(n) * norm(A), `${trace}`); // |tr E| ≤ √n ‖E‖
    const real = Array.from(re.keys()).filter((i) => im[i] === 0);
    assert.ok(real.length > 10); // √(2N/π) of them are expected
    for (const i of [real[0], real[real.length >> 1], real[real.length - 1]]) {
      assert.ok(residual(A, n, re[i], 0) < 10 * EPSILON * norm(A), `eigenvalue ${re[i]}`);
    }
  });

  it("agree between A, Aᵀ and P A Pᵀ: each is an eigenvalue of the balanced A up to rounding, and Σλ is the trace", () => {
    const nasty = fc.constantFrom(0, 0, 0, 1, -1, 2, 0.5, -3, 1e-3, 1e4, -7, 0.1);
    const matrices = fc
      .integer({ min: 1, max: 60 })
      .chain((n) => fc.tuple(fc.constant(n), fc.array(nasty, { minLength: n * n, maxLength: n * n }), fc.integer()));
    fc.assert(
      fc.property(matrices, ([n, entries, seed]) => {
        const A = Float64Array.from(entries);
        const order = createRng(seed).permutation(n);
        const balanced = A.slice();
        normalize(balanced);
        const scale = Math.max(...A.map(Math.abs)) / Math.max(...balanced.map(Math.abs)) || 1;
        balance(balanced, n, n);
        const size = Math.max(norm(balanced), Number.MIN_VALUE);
        for (const B of [A, build(n, (i, j) => A[j * n + i]), build(n, (i, j) => A[order[i] * n + order[j]])]) {
          const { re, im } = eigenvaluesOf(B, n);
          const trace = re.reduce((sum, x) => sum + x, 0) / scale;
          const exact = re.reduce((sum, _, i) => sum + balanced[i * n + i], 0);
          assert.ok(Math.abs(trace - exact) <= 10 * n * EPSILON * size, `trace ${trace}, not ${exact}`);
          for (const i of [0, n >> 1, n - 1]) {
            const rest = residual(balanced, n, re[i] / scale, im[i] / scale);
            assert.ok(rest <= 10 * n * EPSILON * size, `${rest / (n * EPSILON * size)}`);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
