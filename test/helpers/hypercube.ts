import { Matrix } from "ml-matrix";
import { orthonormalColumns } from "rnn-dynamics/dist/numbers/principal-components";
import { createRng } from "rnn-dynamics/dist/numbers/random";

/** A memory for tests: the corner of a box in N dimensions. */
export interface Corner {
  bits: number[];
  state: Float64Array;
  isHeld: boolean;
}

/** All 2ᵇ patterns, from (−1, −1, …) to (+1, +1, …). */
export function patterns(bits: number): number[][] {
  return Array.from({ length: 2 ** bits }, (_, p) =>
    Array.from({ length: bits }, (_b, k) => ((p >> (bits - 1 - k)) & 1 ? 1 : -1)),
  );
}

/** Random orthonormal columns, (N×b). */
export function randomFrame(size: number, bits: number, seed: number): Matrix {
  const rng = createRng(seed);
  return orthonormalColumns(
    new Matrix(Array.from({ length: size }, () => Array.from({ length: bits }, () => rng.normal()))),
  );
}

/** Corners centre + ½ Σ bitₖ axisₖ, axes as columns. */
export function cornersOf(axes: Matrix, centre: ArrayLike<number> = new Float64Array(axes.rows)): Corner[] {
  return patterns(axes.columns).map((bits) => ({
    bits,
    state: Float64Array.from({ length: axes.rows }, (_, i) =>
      bits.reduce((sum, bit, k) => sum + (bit / 2) * axes.get(i, k), centre[i]),
    ),
    isHeld: true,
  }));
}
