/**
 * Linear systems by LU factorisation with partial pivoting, P A = L U.
 *
 * Every entry receives its updates aᵢⱼ ← aᵢⱼ − lᵢₖ uₖⱼ one by one with k ascending, whatever the blocking, so the bits do
 * not depend on the block size. The triangular solves keep two partial sums per row, by parity of the column.
 */
import type { Matrix } from "ml-matrix";
import { checkCount, checkMatrix, checkVector, reject } from "./validate";
import { dot, multiplyInto, multiplyTransposedInto, norm, toRowMajor } from "./vector";

/** P A = L U of one square matrix; holds memory until released or collected. */
export interface Factorization {
  /** Number of rows N. */
  readonly size: number;
  /** Whether a pivot is exactly zero; then nothing can be solved. */
  readonly isSingular: boolean;
  /** Sign of det A: −1, 0 or 1. */
  readonly determinantSign: -1 | 0 | 1;
  /** The x with A x = b, (N) → (N). */
  solve(b: Float64Array): Float64Array;
  /** The x with Aᵀ x = b, (N) → (N). */
  solveTransposed(b: Float64Array): Float64Array;
  /** Gives the memory back at once; solving afterwards throws. */
  release(): void;
}

/** How to factorise. */
export interface FactorizeOptions {
  /** A may be overwritten, which saves a copy. */
  readonly inPlace?: boolean;
}

/**
 * LU factorisation with partial pivoting, P A = L U.
 *
 * @param A matrix, row-major, (size·size)
 * @param size number of rows N
 * @param options `inPlace`: A may be overwritten (default false)
 * @returns the factorisation; a singular matrix is a result, not an error
 * @throws RangeError if A has another length or holds a NaN or infinity
 */
export function factorize(A: Float64Array, size: number, options: FactorizeOptions = {}): Factorization {
  checkCount("factorize", "size", size);
  checkVector("factorize", "A", A, size * size);
  const lu = options.inPlace ? A : A.slice();
  const pivots = new Int32Array(size);
  const sign = eliminate(lu, size, pivots);
  let isReleased = false;
  const usable = (where: string, b: Float64Array): void => {
    checkVector(where, "b", b, size);
    if (isReleased) reject(where, "factorization", "is released", "one in use");
    if (sign === 0) reject(where, "matrix", "is singular", "an invertible one (see isSingular)");
  };
  return {
    size,
    isSingular: sign === 0,
    determinantSign: sign,
    solve(b) {
      usable("solve", b);
      const x = b.slice();
      solveInPlace(lu, size, pivots, x);
      return x;
    },
    solveTransposed(b) {
      usable("solveTransposed", b);
      const x = b.slice();
      solveTransposedInPlace(lu, size, pivots, x);
      return x;
    },
    release() {
      isReleased = true;
    },
  };
}

function eliminate(a: Float64Array, n: number, pivots: Int32Array): -1 | 0 | 1 {
  let sign: -1 | 0 | 1 = 1;
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[p * n + k])) p = i;
    pivots[k] = p;
    if (p !== k) {
      sign = sign === 1 ? -1 : 1;
      for (let j = 0; j < n; j++) {
        const t = a[k * n + j];
        a[k * n + j] = a[p * n + j];
        a[p * n + j] = t;
      }
    }
    const pivot = a[k * n + k];
    if (pivot === 0) return 0;
    if (pivot < 0) sign = sign === 1 ? -1 : 1;
    for (let i = k + 1; i < n; i++) {
      const l = a[i * n + k] / pivot;
      a[i * n + k] = l;
      for (let j = k + 1; j < n; j++) a[i * n + j] -= l * a[k * n + j];
    }
  }
  return sign;
}

function solveInPlace(lu: Float64Array, n: number, pivots: Int32Array, x: Float64Array): void {
  for (let k = 0; k < n; k++) {
    const t = x[k];
    x[k] = x[pivots[k]];
    x[pivots[k]] = t;
  }
  for (let i = 1; i < n; i++) {
    const s = [0, 0];
    for (let j = 0; j < i; j++) s[j & 1] += lu[i * n + j] * x[j];
    x[i] -= s[0] + s[1];
  }
  for (let i = n - 1; i >= 0; i--) {
    const s = [0, 0];
    for (let j = n - 1; j > i; j--) s[j & 1] += lu[i * n + j] * x[j];
    x[i] = (x[i] - (s[0] + s[1])) / lu[i * n + i];
  }
}

function solveTransposedInPlace(lu: Float64Array, n: number, pivots: Int32Array, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    x[i] /= lu[i * n + i];
    for (let j = i + 1; j < n; j++) x[j] -= x[i] * lu[i * n + j];
  }
  for (let i = n - 1; i > 0; i--) for (let j = 0; j < i; j++) x[j] -= x[i] * lu[i * n + j];
  for (let k = n - 1; k >= 0; k--) {
    const t = x[k];
    x[k] = x[pivots[k]];
    x[pivots[k]] = t;
  }
}

/**
 * Solves A x = b.
 *
 * @param A matrix, (N×N)
 * @param b right-hand side, (N)
 * @returns x, (N)
 * @throws RangeError if A is not square, shapes differ, something is not finite, or A is exactly singular
 */
export function solve(A: Matrix, b: Float64Array): Float64Array {
  checkMatrix("solve", "A", A);
  if (A.rows !== A.columns) reject("solve", "A", `is ${A.rows}×${A.columns}`, "a square matrix");
  const factors = factorize(toRowMajor(A), A.rows, { inPlace: true });
  const x = factors.solve(b);
  factors.release();
  return x;
}

/**
 * Largest singular value of a square matrix, σ_max(A) = ‖A‖₂.
 *
 * @param A matrix, row-major, (size·size)
 * @param size number of rows N
 * @returns σ_max
 * @throws RangeError if A has another length or holds a NaN or infinity
 */
export function largestSingularValue(A: Float64Array, size: number): number {
  checkCount("largestSingularValue", "size", size);
  checkVector("largestSingularValue", "A", A, size * size);
  const between = new Float64Array(size);
  return Math.sqrt(
    largestEigenvalue(size, (v, out) => {
      multiplyInto(A, v, between);
      multiplyTransposedInto(A, between, out);
    }),
  );
}

/**
 * Smallest singular value of a factorised matrix, σ_min(A) = 1 / ‖A⁻¹‖₂.
 *
 * @param f factorisation of A
 * @returns σ_min; 0 if A is singular
 */
export function smallestSingularValue(f: Factorization): number {
  if (f.isSingular) return 0;
  return 1 / Math.sqrt(largestEigenvalue(f.size, (v, out) => out.set(f.solve(f.solveTransposed(v)))));
}

function largestEigenvalue(size: number, apply: (v: Float64Array, out: Float64Array) => void): number {
  const v = new Float64Array(size);
  for (let i = 0; i < size; i++) v[i] = 0.5 + ((i * 7919 + 104729) % 65537) / 65537;
  const out = new Float64Array(size);
  let estimate = 0;
  for (let iteration = 0; iteration < 300; iteration++) {
    const length = norm(v);
    if (length === 0) return 0;
    for (let i = 0; i < size; i++) v[i] /= length;
    apply(v, out);
    const next = dot(v, out);
    v.set(out);
    if (Math.abs(next - estimate) <= 1e-12 * next) return next;
    estimate = next;
  }
  return estimate;
}
