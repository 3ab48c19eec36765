import { EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import { orthonormalColumns } from "../numbers/subspaces";
import { checkList, checkMatrix, checkPattern, checkRecord, checkVector, reject, withDefaults } from "../wasm/validate";
import { dot, norm } from "../wasm/vector";
import { type SkeletonOptions, type SkeletonPoint, skeletonDefaults } from "./skeleton";

/** A pattern and the state that stands for it. */
export interface MemoryState {
  /** ±1 each, (b). */
  readonly bits: readonly number[];
  /** Activations, (N). */
  readonly state: Float64Array;
}

/** The box that fits the memories best: a centre, and one axis per bit. */
export interface BitAxes {
  /** (N). */
  readonly centre: Float64Array;
  /** Columns: the way from bit k at −1 to bit k at +1, (N×b). */
  readonly axes: Matrix;
  /** Lengths of the axes, the edges of the box, in activation, (b). */
  readonly lengths: readonly number[];
  /** Cosines of the angles between the axes, (b×b). */
  readonly cosines: Matrix;
  /** Part of the variance of the states that no box explains, 0 … 1. */
  readonly unexplained: number;
}

/**
 * The bit axes of a set of memories, by least squares.  [J15 §7]
 *
 *     state ≈ centre + ½ Σₖ bitₖ · axisₖ
 *
 * If all 2ᵇ memories are there, axis k is the mean of all 2ᵇ⁻¹ edges along which bit k flips; where some are missing the
 * fit does not lean towards the rest. In a perfect tesseract the axes are equal in length and at right angles, and
 * nothing is left unexplained.
 *
 * @param memories bits (each ±1) and state (N)
 * @returns the box, or undefined if these memories do not tell the axes apart (a bit that never changes, or two that
 *   always change together)
 * @throws RangeError if there is no memory, or they differ in length
 */
export function bitAxes(memories: readonly MemoryState[]): BitAxes | undefined {
  const where = "bitAxes";
  checkList(where, "memories", memories, 1, ["bits", "state"]);
  const bits = memories[0].bits?.length;
  memories.forEach((m, i) => {
    checkPattern(where, `memories[${i}].bits`, m.bits, bits);
    checkVector(where, `memories[${i}].state`, m.state, memories[0].state?.length);
  });
  const design = new Matrix(memories.map((m) => [1, ...m.bits.map((bit) => bit / 2)]));
  const gram = design.transpose().mmul(design);
  if (!isInvertible(gram)) return undefined;
  const states = new Matrix(memories.map(({ state }) => Array.from(state)));
  const fit = inverse(gram).mmul(design.transpose()).mmul(states);
  const rest = Matrix.sub(states, design.mmul(fit));
  const spread = states.clone().center("column");
  const rows = fit.to2DArray().map((row) => Float64Array.from(row));
  const columns = rows.slice(1);
  const lengths = columns.map(norm);
  return {
    centre: rows[0],
    axes: new Matrix(columns).transpose(),
    lengths,
    cosines: new Matrix(columns.map((a, i) => columns.map((b, k) => dot(a, b) / (lengths[i] * lengths[k] || 1)))),
    unexplained: squares(spread) > 0 ? squares(rest) / squares(spread) : 0,
  };
}

/**
 * The 3ᵇ places where a flip-flop with this box would have its fixed points: centre + ½ Σ patternₖ axisₖ.
 *
 * Unlike `memorySkeleton`, which takes means of the memories that are held, it knows where missing ones would be: beside
 * them saddles are left that no mean of others comes near.
 *
 * @param box as from `bitAxes`
 * @param options half: only one of each mirror pair, and the centre: enough where F(−x) = −F(x)
 * @returns one guess per pattern of −1, 0 and +1, in order of the patterns
 * @throws RangeError if there is no box
 */
export function boxSkeleton(box: BitAxes, options?: Partial<SkeletonOptions>): SkeletonPoint[] {
  checkRecord("boxSkeleton", "box", box, ["centre", "axes"]);
  const { half } = withDefaults("boxSkeleton", options, skeletonDefaults);
  const { centre, axes } = box;
  checkVector("boxSkeleton", "box.centre", centre);
  checkMatrix("boxSkeleton", "box.axes", axes, centre.length);
  if (axes.columns > 8) reject("boxSkeleton", "box.axes", `has ${axes.columns} columns`, "at most 8, for 3⁸ patterns");
  const patterns = Array.from({ length: 3 ** axes.columns }, (_, p) =>
    Array.from({ length: axes.columns }, (_b, k) => (Math.floor(p / 3 ** (axes.columns - 1 - k)) % 3) - 1),
  );
  return patterns
    .filter((pattern) => !half || (pattern.find((want) => want !== 0) ?? 1) > 0)
    .map((pattern) => ({
      pattern,
      state: centre.map((c, i) => pattern.reduce((sum, want, k) => sum + (want / 2) * axes.get(i, k), c)),
    }));
}

const squares = (A: Matrix): number => A.to1DArray().reduce((sum, v) => sum + v * v, 0);

/** Entries are sums of ±½ and ±¼, exact in float64, so a pivot of a singular matrix is zero but for a few roundings. */
function isInvertible(gram: Matrix): boolean {
  const A = gram.to2DArray();
  for (let k = 0; k < A.length; k++) {
    if (!(A[k][k] > 1e-9)) return false; // positive semidefinite: no exchange of rows is needed
    for (let i = k + 1; i < A.length; i++) {
      const factor = A[i][k] / A[k][k];
      for (let j = k; j < A.length; j++) A[i][j] -= factor * A[k][j];
    }
  }
  return true;
}

/** Coordinates along the bits: a rigid frame, so that lengths and angles stay as they are. */
export interface BitFrame {
  /** Orthonormal columns, (N×b), as near to the bit axes as orthonormal columns can be. */
  readonly frame: Matrix;
  /** Coordinates of a state from the centre, in activation, (b). */
  coordinates(state: Float64Array): Float64Array;
}

/**
 * The rigid frame nearest to bit axes, Q = A (Aᵀ A)^(−1/2), the orthogonal factor of the polar decomposition.
 *
 * @param fit as from `bitAxes`
 * @throws RangeError if the axes are linearly dependent
 */
export function bitFrame(fit: BitAxes): BitFrame {
  if (typeof fit !== "object" || fit === null) reject("bitFrame", "fit", fit, "bit axes, as from bitAxes");
  orthonormalColumns(fit.axes); // throws if they are dependent, or no matrix
  checkVector("bitFrame", "fit.centre", fit.centre, fit.axes.rows);
  const { axes, centre } = fit;
  const gram = axes.transpose().mmul(axes);
  const { realEigenvalues, eigenvectorMatrix: V } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const inverseRoot = V.mmul(Matrix.diag(realEigenvalues.map((v) => 1 / Math.sqrt(v)))).mmul(V.transpose());
  const frame = axes.mmul(inverseRoot);
  return {
    frame,
    coordinates(state) {
      checkVector("coordinates", "state", state, centre.length);
      const from = Matrix.rowVector(Array.from(state, (v, i) => v - centre[i]));
      return Float64Array.from(from.mmul(frame).getRow(0));
    },
  };
}
