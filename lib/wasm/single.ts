import { loadWasm, releaseWasmArray, wasmArray } from "./memory";
import { multiplyInto, multiplyTransposedInto, norm } from "./vector";

/** Columns of a panel, as in lib/wasm/assembly/single-precision.ts. */
const BLOCK = 32;

/**
 * P A = L U in float32: half the time and memory of the float64 factors, and an approximate inverse good to about
 * κ(A) · 6e-8. What is solved with it is a preconditioner, never an answer.
 *
 * Owns wasm memory, which serves one matrix after the other; `release` gives it back.
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
    this.#factors = wasmArray((padded * padded) / 2);
    this.#pivots = wasmArray(padded / 2);
    this.#work = wasmArray((3 * BLOCK * padded) / 2);
    this.#room = wasmArray(padded / 2);
    this.#x = new Float32Array(this.#room.buffer, this.#room.byteOffset, size);
  }

  /**
   * Factorises a matrix, which may lie anywhere in wasm memory and stays as it is.
   *
   * @returns whether all went well: no pivot is zero, and none left the range of float32
   */
  update(A: Float64Array): boolean {
    const wasm = loadWasm();
    const [factors, padded] = [this.#factors.byteOffset, this.#padded];
    wasm.demoteMatrix(A.byteOffset, this.size, factors, padded);
    const { byteOffset: pivots } = this.#pivots;
    return wasm.factorizeSingle(factors, this.size, padded, pivots, this.#work.byteOffset) === 1;
  }

  /** out ≈ A⁻¹ b, (N) → (N). Not finite where it leaves the range of float32. */
  solve(b: Float64Array, out: Float64Array): void {
    const scale = this.#load(b);
    const [factors, pivots, x] = [this.#factors.byteOffset, this.#pivots.byteOffset, this.#room.byteOffset];
    loadWasm().solveSingle(factors, this.size, this.#padded, pivots, x);
    this.#store(scale, out);
  }

  release(): void {
    for (const array of [this.#factors, this.#pivots, this.#work, this.#room]) releaseWasmArray(array);
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
    this.#v = wasmArray((most + 1) * size);
    this.#z = wasmArray(most * size);
    this.#back = wasmArray(size);
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
    for (const array of [this.#v, this.#z, this.#back]) releaseWasmArray(array);
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
