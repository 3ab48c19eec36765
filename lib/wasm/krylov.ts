import { multiplyInto, multiplyTransposedInto, norm } from "./vector";
import { kernelArray, releaseKernelArray } from "./wasm";

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
