import { factorize } from "../wasm/linear-solve";
import { dot, norm } from "../wasm/vector";

/** The real eigenvalue of a matrix nearest to a shift, with its right and left eigenvector. */
export interface Eigentriple {
  readonly value: number;
  /** A v = λ v, unit length, sum ≥ 0. */
  readonly right: Float64Array;
  /** Aᵀ w = λ w, unit length, w·v ≥ 0. */
  readonly left: Float64Array;
}

/** Inverse iterations: each shrinks everything but the nearest eigenvector by the ratio of distances to the shift. */
const sweeps = 6;

/**
 * Right and left eigenvector of the real eigenvalue nearest to a shift, by inverse iteration:
 *
 *     (A − σI) v ← v,   (A − σI)ᵀ w ← w,   λ = wᵀ A v / wᵀ v
 *
 * @param A matrix, row-major, (size·size); not changed
 * @param size number of rows N
 * @param shift σ, near the eigenvalue wanted and not exactly on it
 * @returns undefined if the iteration does not settle, as when the nearest eigenvalues are a complex pair
 */
export function eigentripleNear(A: Float64Array, size: number, shift: number): Eigentriple | undefined {
  const shifted = Float64Array.from(A);
  for (let i = 0; i < size; i++) shifted[i * (size + 1)] -= shift;
  const factors = factorize(shifted, size);
  try {
    if (factors.isSingular) return undefined;
    const right = inverseIterated(size, (v) => factors.solve(v), sweeps);
    const left = inverseIterated(size, (v) => factors.solveTransposed(v), sweeps);
    if (!right || !left) return undefined;
    const overlap = dot(left, right);
    if (Math.abs(overlap) < 1e-14) return undefined; // defective: the vectors are at right angles
    // A v − σ v = v/μ for the eigenvalue μ of the inverse, so λ needs no product with A
    const value = shift + dot(left, right) / dot(left, factors.solve(right));
    return { value, right, left: overlap < 0 ? left.map((v) => -v) : left };
  } finally {
    factors.release();
  }
}

/**
 * Inverse iteration from a vector that no symmetry of a network favours: a unit vector with sum ≥ 0, or undefined if one
 * of them is not finite.
 *
 * @param solve v ↦ (A − σI)⁻¹ v
 */
export function inverseIterated(
  size: number,
  solve: (v: Float64Array) => Float64Array,
  times: number,
): Float64Array | undefined {
  let v: Float64Array = Float64Array.from({ length: size }, (_, i) => 1 + (i % 7) / 7);
  for (let sweep = 0; sweep < times; sweep++) {
    const solved = solve(v);
    const length = norm(solved);
    if (!(length > 0) || !Number.isFinite(length)) return undefined;
    v = solved.map((entry) => entry / length);
  }
  const sum = v.reduce((total, entry) => total + entry, 0);
  return sum < 0 ? v.map((entry) => -entry) : v;
}
