import { kernelArray, loadKernels, releaseKernelArray } from "./wasm";

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
