import type { Matrix } from "ml-matrix";
import { checkCount, checkMatrix, checkRecord, checkVector, reject, withDefaults } from "./check";
import { log } from "./elementary";
import { isResident, loadWasm, releaseWasmArray, wasmArray } from "./memory";
import { dot, multiplyInto, multiplyTransposedInto, norm, toRowMajor } from "./vector";

/**
 * Linear systems by LU factorisation with partial pivoting, P A = L U.
 *
 * Every entry receives its updates aᵢⱼ ← aᵢⱼ − lᵢₖ uₖⱼ one by one with k ascending, whatever the blocking, so the bits do
 * not depend on the block size. The triangular solves keep two partial sums per row, by parity of the column.
 */

/** P A = L U of one square matrix; holds memory until released or collected. */
export interface Factorization {
  /** Number of rows N. */
  readonly size: number;
  /** Whether a pivot is exactly zero; then nothing can be solved. */
  readonly isSingular: boolean;
  /** Sign of det A: −1, 0 or 1. */
  readonly determinantSign: -1 | 0 | 1;
  /** log |det A|; −∞ if A is singular. */
  readonly logDeterminant: number;
  /** The x with A x = b, (N) → (N). Not finite where it leaves the range of doubles, as near a singular matrix. */
  solve(b: Float64Array): Float64Array;
  /** The x with Aᵀ x = b, (N) → (N). Not finite where it leaves the range of doubles, as near a singular matrix. */
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
  const { inPlace = false } = withDefaults<FactorizeOptions>("factorize", options, { inPlace: false });
  return new KernelFactorization(A, size, inPlace);
}

/** Owns the factors, in wasm memory, padded with zeros to a multiple of four rows and columns. */
class KernelFactorization implements Factorization {
  readonly determinantSign: -1 | 0 | 1;
  private readonly padded: number;
  private readonly factors: Float64Array;
  private readonly pivots: Float64Array; // memory for one 32-bit integer per row
  private readonly x: Float64Array;
  private readonly owned: Float64Array[];

  constructor(
    A: Float64Array,
    readonly size: number,
    inPlace: boolean,
  ) {
    this.padded = (size + 3) & ~3;
    const isUsable = inPlace && this.padded === size && isResident(A);
    this.factors = isUsable ? A : wasmArray(this.padded * this.padded);
    this.pivots = wasmArray((size + 1) >> 1);
    this.x = wasmArray(this.padded);
    this.owned = isUsable ? [this.pivots, this.x] : [this.factors, this.pivots, this.x];
    if (!isUsable) copyPadded(A, size, this.factors, this.padded);
    const work = wasmArray(3 * BLOCK * this.padded);
    const { factors, pivots, padded } = this;
    this.determinantSign = loadWasm().factorize(factors.byteOffset, size, padded, pivots.byteOffset, work.byteOffset) as
      | -1
      | 0
      | 1;
    releaseWasmArray(work);
  }

  get isSingular(): boolean {
    return this.determinantSign === 0;
  }

  get logDeterminant(): number {
    if (this.isSingular) return Number.NEGATIVE_INFINITY;
    if (this.owned.length === 0) reject("logDeterminant", "factorization", "is released", "one in use");
    const { factors, padded, size } = this;
    let sum = 0;
    for (let i = 0; i < size; i++) sum += log(Math.abs(factors[i * (padded + 1)]));
    return sum;
  }

  solve(b: Float64Array): Float64Array {
    this.load("solve", b);
    const { factors, size, padded, pivots, x } = this;
    loadWasm().solve(factors.byteOffset, size, padded, pivots.byteOffset, x.byteOffset);
    return x.slice(0, size);
  }

  solveTransposed(b: Float64Array): Float64Array {
    this.load("solveTransposed", b);
    const { factors, size, padded, pivots, x } = this;
    loadWasm().solveTransposed(factors.byteOffset, size, padded, pivots.byteOffset, x.byteOffset);
    return x.slice(0, size);
  }

  release(): void {
    for (const array of this.owned) releaseWasmArray(array);
    this.owned.length = 0;
  }

  private load(where: string, b: Float64Array): void {
    checkVector(where, "b", b, this.size);
    if (this.owned.length === 0) reject(where, "factorization", "is released", "one in use");
    if (this.isSingular) reject(where, "matrix", "is singular", "an invertible one (see isSingular)");
    this.x.set(b);
  }
}

/** Columns of a panel, as in lib/wasm/assembly/linear-solve.ts. */
const BLOCK = 32;

function copyPadded(A: Float64Array, size: number, padded: Float64Array, stride: number): void {
  if (stride === size) padded.set(A);
  else for (let i = 0; i < size; i++) padded.set(A.subarray(i * size, (i + 1) * size), i * stride);
}

/**
 * Solves A x = b.
 *
 * @param A matrix, (N×N)
 * @param b right-hand side, (N)
 * @returns x, (N)
 * @throws RangeError if A is not square, shapes differ, something is not finite, A is exactly singular, or x leaves the
 *   range of doubles
 */
export function solve(A: Matrix, b: Float64Array): Float64Array {
  checkMatrix("solve", "A", A);
  if (A.rows !== A.columns) reject("solve", "A", `is ${A.rows}×${A.columns}`, "a square matrix");
  const factors = factorize(toRowMajor(A), A.rows);
  try {
    const x = factors.solve(b);
    if (!x.every(Number.isFinite))
      reject("solve", "solution", "leaves the range of doubles", "A and b of moderate size");
    return x;
  } finally {
    factors.release();
  }
}

/**
 * Largest singular value of a square matrix, σ_max(A) = ‖A‖₂, by Lanczos iteration on AᵀA.
 *
 * @param A matrix, row-major, (size·size)
 * @param size number of rows N
 * @returns σ_max, from below, to about ten digits
 * @throws RangeError if A has another length or holds a NaN or infinity
 */
export function largestSingularValue(A: Float64Array, size: number): number {
  checkCount("largestSingularValue", "size", size);
  checkVector("largestSingularValue", "A", A, size * size);
  const scale = largestEntry(A); // so that squares neither overflow nor vanish
  if (scale === 0) return 0;
  const scaled = wasmArray(size * size);
  try {
    for (let i = 0; i < A.length; i++) scaled[i] = A[i] / scale;
    const between = new Float64Array(size);
    const square = largestEigenvalue(size, (v) => {
      const out = new Float64Array(size);
      multiplyInto(scaled, v, between);
      multiplyTransposedInto(scaled, between, out);
      return out;
    });
    return scale * Math.sqrt(square);
  } finally {
    releaseWasmArray(scaled);
  }
}

function largestEntry(A: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < A.length; i++) largest = Math.max(largest, Math.abs(A[i]));
  return largest;
}

/**
 * Smallest singular value of a factorised matrix, σ_min(A) = 1 / ‖A⁻¹‖₂, by Lanczos iteration on (AᵀA)⁻¹.
 *
 * @param f factorisation of A
 * @returns σ_min, from above, to about ten digits; 0 if A is singular or 1/σ_min² leaves the range of doubles
 */
export function smallestSingularValue(f: Factorization): number {
  checkRecord("smallestSingularValue", "f", f, ["size", "solve", "solveTransposed"]);
  if (f.isSingular) return 0;
  const square = largestEigenvalue(f.size, (v) => {
    const between = f.solveTransposed(v);
    return between.every(Number.isFinite) ? f.solve(between) : between;
  });
  // rounding can leave a square that is no positive number when the entries span the whole range of doubles
  return Number.isFinite(square) && square > 0 ? 1 / Math.sqrt(square) : 0;
}

/** A Lanczos iteration that ends before it has seen so many directions began in a special one, and begins once more. */
const fewestDirections = 8;

/**
 * Largest eigenvalue of a symmetric positive matrix by Lanczos iteration with full orthogonalisation.
 *
 * In the basis of the vectors made so far the matrix is tridiagonal (α on the diagonal, β beside it); its largest
 * eigenvalue θ grows towards the one sought, and |β s| bounds its distance from *an* eigenvalue, s being the last component
 * of its eigenvector. From a start without a part along the one sought it would end at another: where it ends early it goes
 * on outside the basis. A small matrix is so explored whole.
 */
function largestEigenvalue(size: number, apply: (v: Float64Array) => Float64Array): number {
  let alpha: number[] = [];
  let beta: number[] = [];
  const basis: Float64Array[] = [startVector(size, 1)];
  let theta = 0;
  let before = 0; // θ of the starts that ended early
  for (let j = 0; j < size && j < 300; j++) {
    const next = apply(basis[j]);
    alpha.push(dot(basis[j], next));
    takeOut(basis, next);
    let rest = norm(next);
    if (!Number.isFinite(rest)) return Infinity;
    theta = largestOfTridiagonal(alpha, beta);
    // rest is 0 where nothing is left outside the basis, or its squares vanish: no direction to go on in
    const isDone = rest === 0 || rest * lastComponent(alpha, beta, theta) <= 1e-9 * theta;
    if (isDone) {
      if (basis.length >= Math.min(size, fewestDirections)) break;
      next.set(startVector(size, basis.length + 1));
      takeOut(basis, next);
      rest = norm(next);
      if (rest === 0) break;
      before = Math.max(before, theta);
      [alpha, beta] = [[], []];
    } else beta.push(rest);
    for (let i = 0; i < size; i++) next[i] /= rest;
    basis.push(next);
  }
  return Math.max(before, theta);
}

/** Takes away what lies along the vectors of an orthonormal basis, in place. Twice, which is enough for orthogonality. */
function takeOut(basis: readonly Float64Array[], next: Float64Array): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const v of basis) {
      const part = dot(v, next);
      for (let i = 0; i < next.length; i++) next[i] -= part * v[i];
    }
  }
}

/** A unit vector that depends on nothing but its length and a number, and lies in no special direction. */
function startVector(size: number, seed: number): Float64Array {
  const v = new Float64Array(size);
  let word = seed;
  for (let i = 0; i < size; i++) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    v[i] = word / 4294967296 - 0.5;
  }
  const length = norm(v);
  for (let i = 0; i < size; i++) v[i] /= length;
  return v;
}

/** Largest eigenvalue of a symmetric tridiagonal matrix by bisection: no pivot of T − x I is positive just above it. */
function largestOfTridiagonal(alpha: number[], beta: number[]): number {
  let high = 0;
  let low = Infinity;
  for (let i = 0; i < alpha.length; i++) {
    const around = (i > 0 ? beta[i - 1] : 0) + (i < alpha.length - 1 ? beta[i] : 0);
    high = Math.max(high, alpha[i] + around);
    low = Math.min(low, alpha[i] - around);
  }
  low = Math.max(low, ...alpha);
  for (let step = 0; step < 100; step++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (isAbove(alpha, beta, middle)) high = middle;
    else low = middle;
  }
  return high;
}

function isAbove(alpha: number[], beta: number[], x: number): boolean {
  let pivot = alpha[0] - x;
  for (let i = 1; i < alpha.length && pivot < 0; i++) pivot = alpha[i] - x - (beta[i - 1] * beta[i - 1]) / pivot;
  return pivot < 0;
}

/** |last component| of the unit eigenvector for the eigenvalue θ, from the recurrence upwards. */
function lastComponent(alpha: number[], beta: number[], theta: number): number {
  let above = 0;
  let here = 1;
  let squares = 1;
  for (let i = alpha.length - 1; i > 0; i--) {
    const next = ((theta - alpha[i]) * here - (i < alpha.length - 1 ? beta[i] * above : 0)) / beta[i - 1];
    above = here;
    here = next;
    squares += next * next;
  }
  return 1 / Math.sqrt(squares);
}
