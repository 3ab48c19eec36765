/**
 * Linear systems by a float32 LU factorisation, refined to the float64 answer: half the time of the float64 LU.
 *
 *     x ← x + d,   A d ≈ b − A x      until b − A x is rounding of A x
 *
 * Each correction d comes from the float32 factors and a few steps of GMRES (Carson & Higham 2017), which stands matrices
 * with κ up to about 1e8 where plain refinement ends at 1e6.
 */
import { MinimalResiduals, type PreconditionedSystem } from "./krylov";
import { type Factorization, type FactorizeOptions, factorize } from "./linear-solve";
import { SingleFactors } from "./single-factors";
import { checkCount, checkFloats, checkVector, reject, withDefaults } from "./validate";
import { multiplyInto, multiplyTransposedInto, norm } from "./vector";
import { isResident, kernelArray, loadKernels, releaseKernelArray } from "./wasm";

/** A factorisation that begins in float32. */
export interface RefinedFactorization extends Factorization {
  /** "single" as long as the float32 factors serve, "double" once they did not. */
  readonly precision: "single" | "double";
}

/** Corrections of a refinement, and steps of GMRES to each: one or two of either on a matrix of moderate condition. */
const mostSweeps = 8;
const mostSteps = 12;
/** What is asked of each correction; the next one is of that size, in parts of this. */
const correctionTolerance = 1e-7;
/** Norms beyond this, or below its inverse, have squares outside the range of doubles. */
const largestNorm = 1e140;
/** ‖b − A x‖ ≤ this · (‖A‖ ‖x‖ + ‖b‖), Frobenius norm, ends the refinement: two units in the last place, 2 u. */
const roundingLevel = 2 ** -52;

/**
 * LU factorisation in float32 whose solves are refined to float64.
 *
 * `solve` and `solveTransposed` leave a residual as small as a float64 LU does. Where the refinement does not get there
 * (A nearly singular, or its entries outside the range of float32) the float64 LU takes over, for this and all later solves;
 * only then `isSingular` can become true, and if it does in the course of a solve, the solution is NaN. The sign of a
 * determinant cannot be trusted to float32: `determinantSign` makes the float64 LU if there is none yet.
 *
 * @param A matrix, row-major, (size·size)
 * @param size number of rows N
 * @param options `inPlace`: A is kept instead of a copy, and may be overwritten (default false)
 * @returns the factorisation; a singular matrix is a result, not an error
 * @throws RangeError if A has another length or holds a NaN or infinity
 */
export function factorizeSingle(A: Float64Array, size: number, options: FactorizeOptions = {}): RefinedFactorization {
  const where = "factorizeSingle";
  checkCount(where, "size", size);
  checkFloats(where, "A", A);
  if (A.length !== size * size) reject(where, "A", `has length ${A.length}`, `${size * size}`);
  const { inPlace } = withDefaults<FactorizeOptions>(where, options, { inPlace: false });
  const isKept = inPlace === true && isResident(A);
  const kept = isKept ? A : kernelArray(size * size);
  if (!isKept) kept.set(A);
  if (!loadKernels().areFinite(kept.byteOffset, kept.length)) {
    if (!isKept) releaseKernelArray(kept);
    checkVector(where, "A", A, size * size);
  }
  return new Refinement(kept, size, isKept);
}

class Refinement implements RefinedFactorization {
  readonly #A: Float64Array;
  readonly #isBorrowed: boolean;
  readonly #normA: number;
  #single: SingleFactors | undefined;
  #double: Factorization | undefined;
  #isReleased = false;

  constructor(
    A: Float64Array,
    readonly size: number,
    isBorrowed: boolean,
  ) {
    this.#A = A;
    this.#isBorrowed = isBorrowed;
    this.#normA = Math.sqrt(loadKernels().dot(A.byteOffset, A.byteOffset, A.length));
    this.#single = new SingleFactors(size);
    if (!(this.#normA < largestNorm && this.#single.update(A))) this.#goDouble();
  }

  get precision(): "single" | "double" {
    return this.#double ? "double" : "single";
  }

  get isSingular(): boolean {
    return this.#double?.isSingular ?? false;
  }

  get determinantSign(): -1 | 0 | 1 {
    if (this.#isReleased) reject("determinantSign", "factorization", "is released", "one in use");
    return this.#goDouble().determinantSign;
  }

  get logDeterminant(): number {
    if (this.#isReleased) reject("logDeterminant", "factorization", "is released", "one in use");
    return this.#goDouble().logDeterminant;
  }

  solve(b: Float64Array): Float64Array {
    return this.#solve("solve", b);
  }

  solveTransposed(b: Float64Array): Float64Array {
    return this.#solve("solveTransposed", b);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#single?.release();
    this.#double?.release();
    if (!this.#isBorrowed) releaseKernelArray(this.#A);
  }

  #solve(where: "solve" | "solveTransposed", b: Float64Array): Float64Array {
    checkVector(where, "b", b, this.size);
    if (this.#isReleased) reject(where, "factorization", "is released", "one in use");
    if (this.isSingular) reject(where, "matrix", "is singular", "an invertible one (see isSingular)");
    if (this.#double) return this.#double[where](b);
    const x = this.#refine(where, b);
    if (x !== undefined) return x;
    const double = this.#goDouble();
    return double.isSingular ? new Float64Array(this.size).fill(Number.NaN) : double[where](b);
  }

  /** The refined solution, or undefined if it does not come down to rounding. */
  #refine(where: "solve" | "solveTransposed", b: Float64Array): Float64Array | undefined {
    let left = norm(b);
    if (left === 0 && b.every((entry) => entry === 0)) return new Float64Array(this.size);
    if (!(left > 1 / largestNorm && left < largestNorm)) return undefined;
    const single = this.#single as SingleFactors;
    const multiply = where === "solve" ? multiplyInto : multiplyTransposedInto;
    const system: PreconditionedSystem = {
      apply: (v, out) => multiply(this.#A, v, out),
      precondition: (v, out) => single[where](v, out),
    };
    const krylov = new MinimalResiduals(this.size, Math.min(this.size, mostSteps));
    const room = kernelArray(3 * this.size);
    const [x, r, d] = [0, 1, 2].map((k) => room.subarray(k * this.size, (k + 1) * this.size));
    r.set(b);
    const size = left;
    let isDone = false;
    for (let sweep = 0; sweep < mostSweeps && !isDone; sweep++) {
      krylov.solve(system, r, d, correctionTolerance);
      for (let i = 0; i < this.size; i++) x[i] += d[i];
      multiply(this.#A, x, r);
      for (let i = 0; i < this.size; i++) r[i] = b[i] - r[i];
      const before = left;
      left = norm(r);
      isDone = left <= roundingLevel * (this.#normA * norm(x) + size);
      if (!(left < 0.25 * before)) break; // also where it is not a number
    }
    const solution = isDone ? x.slice() : undefined;
    krylov.release();
    releaseKernelArray(room);
    return solution;
  }

  #goDouble(): Factorization {
    this.#double ??= factorize(this.#A, this.size, { inPlace: true });
    this.#single?.release();
    this.#single = undefined;
    return this.#double;
  }
}
