import { type Factorization, type FactorizeOptions, factorize } from "./lu";
import { checkCount, checkFloats, checkVector, reject, withDefaults } from "./validate";
import { multiplyInto, multiplyTransposedInto, norm } from "./vector";
import { isResident, kernelArray, loadKernels, releaseKernelArray } from "./wasm";

/** Columns of a panel, as in lib/wasm/assembly/single-precision.ts. */
const BLOCK = 32;

/**
 * P A = L U in float32: half the time and memory of the float64 factors, and an approximate inverse good to about
 * κ(A) · 6e-8. What is solved with it is a preconditioner, or the first guess of a refinement, never an answer.
 *
 * Owns memory of the kernels, which serves one matrix after the other; `release` gives it back.
 */
export class SingleFactors {
  readonly #padded: number;
  readonly #factors: Float64Array; // memory for the float32 matrix, as are the following
  readonly #pivots: Float64Array;
  readonly #work: Float64Array;
  readonly #room: Float64Array;
  readonly #x: Float32Array;

  constructor(readonly size: number) {
    const padded = (size + 7) & ~7;
    this.#padded = padded;
    this.#factors = kernelArray((padded * padded) / 2);
    this.#pivots = kernelArray(padded / 2);
    this.#work = kernelArray((3 * BLOCK * padded) / 2);
    this.#room = kernelArray(padded / 2);
    this.#x = new Float32Array(this.#room.buffer, this.#room.byteOffset, size);
  }

  /**
   * Factorises a matrix, which may lie anywhere in the kernels' memory and stays as it is.
   *
   * @returns whether all went well: no pivot is zero, and none left the range of float32
   */
  update(A: Float64Array): boolean {
    const kernels = loadKernels();
    const [factors, padded] = [this.#factors.byteOffset, this.#padded];
    kernels.demoteMatrix(A.byteOffset, this.size, factors, padded);
    const { byteOffset: pivots } = this.#pivots;
    return kernels.factorizeSingle(factors, this.size, padded, pivots, this.#work.byteOffset) === 1;
  }

  /** out ≈ A⁻¹ b, (N) → (N). Not finite where it leaves the range of float32. */
  solve(b: Float64Array, out: Float64Array): void {
    const scale = this.#load(b);
    const [factors, pivots, x] = [this.#factors.byteOffset, this.#pivots.byteOffset, this.#room.byteOffset];
    loadKernels().solveSingle(factors, this.size, this.#padded, pivots, x);
    this.#store(scale, out);
  }

  /** out ≈ A⁻ᵀ b, (N) → (N). Not finite where it leaves the range of float32. */
  solveTransposed(b: Float64Array, out: Float64Array): void {
    const scale = this.#load(b);
    const [factors, pivots, x] = [this.#factors.byteOffset, this.#pivots.byteOffset, this.#room.byteOffset];
    loadKernels().solveSingleTransposed(factors, this.size, this.#padded, pivots, x);
    this.#store(scale, out);
  }

  release(): void {
    for (const array of [this.#factors, this.#pivots, this.#work, this.#room]) releaseKernelArray(array);
  }

  /** Brings b to size 1, as residuals are far below the range of float32; returns what it was divided by. */
  #load(b: Float64Array): number {
    let largest = 0;
    for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(b[i]));
    const scale = largest > 0 ? largest : 1;
    for (let i = 0; i < b.length; i++) this.#x[i] = b[i] / scale;
    return scale;
  }

  #store(scale: number, out: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i] = this.#x[i] * scale;
  }
}

/** A x = b with an approximate inverse of A at hand; both write into `out`. */
export interface PreconditionedSystem {
  /** out = A v. */
  apply(v: Float64Array, out: Float64Array): void;
  /** out ≈ A⁻¹ v; need not be linear to the last bit. */
  precondition(v: Float64Array, out: Float64Array): void;
}

/**
 * Generalised minimal residuals, flexible form (Saad 1993): the x of least ‖b − A x‖ among combinations of zⱼ = M⁻¹ vⱼ.
 *
 *     A zⱼ = Σ hᵢⱼ vᵢ,  i = 0 … j+1     vᵢ orthonormal, v₀ = b/‖b‖
 *     x = Σ yⱼ zⱼ                        y minimises ‖ ‖b‖ e₀ − H y ‖, by Givens rotations as H grows
 *
 * As the zⱼ are kept, M⁻¹ may be rounded to float32 and the residual is still the true one, to float64. Where plain
 * refinement x ← x + M⁻¹(b − A x) needs ‖I − A M⁻¹‖ < 1, a few directions in which M is far off cost one step each
 * here: so the factors of one matrix serve its neighbours, too. Owns the memory of `most` steps.
 */
export class MinimalResiduals {
  readonly #v: Float64Array;
  readonly #z: Float64Array;
  readonly #back: Float64Array;

  constructor(
    readonly size: number,
    readonly most: number,
  ) {
    this.#v = kernelArray((most + 1) * size);
    this.#z = kernelArray(most * size);
    this.#back = kernelArray(size);
  }

  /**
   * Writes x into `out`, (N). Ends at ‖b − A x‖ ≤ tolerance · ‖b‖, after `most` steps, or where nothing finite follows.
   *
   * @returns the steps taken and ‖b − A x‖/‖b‖ as the rotations know it
   */
  solve(
    system: PreconditionedSystem,
    b: Float64Array,
    out: Float64Array,
    tolerance: number,
  ): { steps: number; residual: number } {
    const length = norm(b);
    out.fill(0);
    if (length === 0) return { steps: 0, residual: 0 };
    const first = this.#row(this.#v, 0);
    for (let i = 0; i < b.length; i++) first[i] = b[i] / length;
    const triangle = new GrowingTriangle(length);
    while (triangle.columns < this.most && triangle.residual > tolerance * length) {
      const column = this.#advance(system, triangle.columns);
      if (!triangle.add(column)) break;
    }
    const steps = triangle.columns;
    if (steps > 0) multiplyTransposedInto(this.#z.subarray(0, steps * this.size), triangle.solution(), out);
    return { steps, residual: triangle.residual / length };
  }

  release(): void {
    for (const array of [this.#v, this.#z, this.#back]) releaseKernelArray(array);
  }

  #row(rows: Float64Array, j: number): Float64Array {
    return rows.subarray(j * this.size, (j + 1) * this.size);
  }

  /** Makes z and the next v; returns the column of H, (j+2). Gram–Schmidt twice, which is enough for orthogonality. */
  #advance(system: PreconditionedSystem, j: number): Float64Array {
    const next = this.#row(this.#v, j + 1);
    const z = this.#row(this.#z, j);
    system.precondition(this.#row(this.#v, j), z);
    system.apply(z, next);
    const known = this.#v.subarray(0, (j + 1) * this.size);
    const column = new Float64Array(j + 2);
    const parts = new Float64Array(j + 1);
    for (let pass = 0; pass < 2; pass++) {
      multiplyInto(known, next, parts);
      multiplyTransposedInto(known, parts, this.#back);
      for (let i = 0; i < this.size; i++) next[i] -= this.#back[i];
      for (let i = 0; i <= j; i++) column[i] += parts[i];
    }
    const rest = norm(next);
    column[j + 1] = rest;
    if (rest > 0) for (let i = 0; i < this.size; i++) next[i] /= rest;
    return column;
  }
}

/** The least-squares problem of GMRES: H turned into a triangle by one Givens rotation per column. */
class GrowingTriangle {
  readonly #columns: Float64Array[] = [];
  readonly #cosines: number[] = [];
  readonly #sines: number[] = [];
  readonly #right: number[];

  constructor(length: number) {
    this.#right = [length];
  }

  get columns(): number {
    return this.#columns.length;
  }

  get residual(): number {
    return Math.abs(this.#right[this.columns]);
  }

  /** Takes in a column of H; false, and nothing is changed, if it brings nothing finite. */
  add(column: Float64Array): boolean {
    const j = this.columns;
    for (let i = 0; i < j; i++) {
      const [upper, lower, c, s] = [column[i], column[i + 1], this.#cosines[i], this.#sines[i]];
      column[i] = c * upper + s * lower;
      column[i + 1] = c * lower - s * upper;
    }
    const length = norm(column.subarray(j));
    if (!(length > 0 && length < Number.POSITIVE_INFINITY)) return false;
    const [c, s] = [column[j] / length, column[j + 1] / length];
    column[j] = length;
    this.#columns.push(column);
    this.#cosines.push(c);
    this.#sines.push(s);
    const right = this.#right[j];
    this.#right[j] = c * right;
    this.#right.push(-s * right);
    return true;
  }

  solution(): Float64Array {
    const y = Float64Array.from(this.#right.slice(0, this.columns));
    for (let i = y.length - 1; i >= 0; i--) {
      for (let j = i + 1; j < y.length; j++) y[i] -= this.#columns[j][i] * y[j];
      y[i] /= this.#columns[i][i];
    }
    return y;
  }
}

/**
 * Linear systems by a float32 LU factorisation, refined to the float64 answer: half the time of the float64 LU.
 *
 *     x ← x + d,   A d ≈ b − A x      until b − A x is rounding of A x
 *
 * Each correction d comes from the float32 factors and a few steps of GMRES (Carson & Higham 2017), which stands matrices
 * with κ up to about 1e8 where plain refinement ends at 1e6.
 */

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
