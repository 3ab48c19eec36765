import { EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import { orthonormalColumns } from "../numbers/principal-components";
import {
  checkCount,
  checkList,
  checkMatrix,
  checkPattern,
  checkRecord,
  checkVector,
  reject,
  withDefaults,
} from "../wasm/check";
import { distance, dot, norm } from "../wasm/vector";
import type { Memory } from "./table";

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

export interface SkeletonOptions {
  /** Only one of each mirror pair (its first bit that is not 0 is +1), and the centre: enough where F(−x) = −F(x). */
  half: boolean;
}

export const skeletonDefaults: Readonly<SkeletonOptions> = Object.freeze({ half: false });

/** 3ᵇ guesses of N numbers each: 59 049 for ten bits. */
const mostBits = 10;

/** A guess of where a fixed point may be: the mean of all memories that agree with a pattern of −1, 0 (either), +1. */
export interface SkeletonPoint {
  /** −1, 0 or +1 for each bit; the number of zeros is the number of unstable modes in an ideal flip-flop. */
  readonly pattern: readonly number[];
  readonly state: Float64Array;
}

/**
 * The 3ᵇ places where an ideal flip-flop of b bits has its fixed points: for three bits the 8 corners, the middles of
 * 12 edges and 6 faces, and the centre of the cube that its memories span.
 *
 * A pattern for which no memory is given is left out.
 *
 * @param memories bits (each ±1) and state (N) of each memory the network holds
 * @param options half: leave out mirror images
 * @returns one guess per pattern, in order of the patterns, from (−1, −1, …) to (+1, +1, …)
 * @throws RangeError if there is no memory, states or patterns differ in length, or there are more than ten bits
 */
export function memorySkeleton(
  memories: readonly { readonly bits: readonly number[]; readonly state: Float64Array }[],
  options?: Partial<SkeletonOptions>,
): SkeletonPoint[] {
  const where = "memorySkeleton";
  checkList(where, "memories", memories, 1, ["bits", "state"]);
  const { half } = withDefaults(where, options, skeletonDefaults);
  const [{ bits, state }] = memories;
  memories.forEach((m, i) => {
    checkPattern(where, `memories[${i}].bits`, m.bits, bits.length);
    checkVector(where, `memories[${i}].state`, m.state, state.length);
  });
  if (bits.length > mostBits) reject(where, "memories[0].bits", `has length ${bits.length}`, `at most ${mostBits}`);
  const patterns = Array.from({ length: 3 ** bits.length }, (_, p) =>
    bits.map((_bit, k) => (Math.floor(p / 3 ** (bits.length - 1 - k)) % 3) - 1),
  );
  return patterns.flatMap((pattern) => {
    if (half && (pattern.find((want) => want !== 0) ?? 1) < 0) return [];
    const those = memories.filter((m) => pattern.every((want, k) => want === 0 || want === m.bits[k]));
    if (those.length === 0) return [];
    return [{ pattern, state: state.map((_, i) => those.reduce((sum, m) => sum + m.state[i], 0) / those.length) }];
  });
}

/**
 * How unequal the squared distances between points are: standard deviation over mean, over all pairs.
 *
 * 0 for points that are all equally far from each other. Squares, because for them there is a bound: `leastInequality`.
 *
 * @param points two or more, (N) each
 * @throws RangeError if there are fewer, or they differ in length
 */
export function distanceInequality(points: readonly Float64Array[]): number {
  checkList("distanceInequality", "points", points, 2);
  points.forEach((x, i) => {
    checkVector("distanceInequality", `points[${i}]`, x, i > 0 ? points[0].length : undefined);
  });
  const squared = points.flatMap((a, i) => points.slice(0, i).map((b) => distance(a, b))).map((d) => d * d);
  const mean = squared.reduce((sum, d) => sum + d, 0) / squared.length;
  const variance = squared.reduce((sum, d) => sum + (d - mean) * (d - mean), 0) / squared.length;
  return mean > 0 ? Math.sqrt(variance) / mean : 0;
}

/**
 * How equal the distances between n points in d dimensions can be at best: no set has a smaller `distanceInequality`.
 *
 *     inequality² ≥ (n − 1)(d + 1)/(n d) − 1
 *
 * Equal distances need d = n − 1: a triangle in the plane, a tetrahedron in space, and fifteen dimensions for 16 points.
 * (With G the Gram matrix of the centred points, Σ D²ᵢⱼ = 2n Σ G²ᵢᵢ + 2 (tr G)² + 4‖G‖², where Σ G²ᵢᵢ ≥ (tr G)²/n and, for
 * rank d, ‖G‖² ≥ (tr G)²/d.) A tesseract attains the bound in four dimensions: √(11/64) = 0.415. So it is as
 * equidistant as 16 points can be there, and far from equidistant.
 *
 * @param points n, their number
 * @param dimensions d, of the space they lie in
 * @throws RangeError if n is below 2 or d below 1
 */
export function leastInequality(points: number, dimensions: number): number {
  checkCount("leastInequality", "points", points, 2);
  checkCount("leastInequality", "dimensions", dimensions);
  if (dimensions >= points - 1) return 0;
  return Math.sqrt(((points - 1) * (dimensions + 1)) / (points * dimensions) - 1);
}

/** Mean and relative spread (standard deviation / mean) of the distances between memories a given number of flips apart. */
export interface FlipDistance {
  readonly flips: number;
  readonly pairs: number;
  readonly mean: number;
  readonly spread: number;
}

/**
 * Distances between memories, grouped by the number of bits in which they differ: 12, 12 and 4 pairs on a cube.
 *
 * @param corners the memories, states all of the same length
 * @returns one row per number of flips, ascending; distances in activation
 * @throws RangeError if the states differ in length or hold a NaN
 */
export function flipDistances(corners: readonly Pick<Memory, "bits" | "state">[]): FlipDistance[] {
  checkList("flipDistances", "corners", corners, 0, ["bits", "state"]);
  const groups = new Map<number, number[]>();
  corners.forEach((a, i) => {
    checkPattern("flipDistances", `corners[${i}].bits`, a.bits, corners[0].bits.length);
    checkVector("flipDistances", `corners[${i}].state`, a.state, corners[0].state.length);
    for (const b of corners.slice(0, i)) {
      const flips = a.bits.filter((bit, k) => bit !== b.bits[k]).length;
      const squared = a.state.reduce((sum, v, k) => sum + (v - b.state[k]) ** 2, 0);
      groups.set(flips, [...(groups.get(flips) ?? []), Math.sqrt(squared)]);
    }
  });
  return [...groups.entries()]
    .sort(([a], [b]) => a - b)
    .map(([flips, lengths]) => {
      const mean = lengths.reduce((s, d) => s + d, 0) / lengths.length;
      const variance = lengths.reduce((s, d) => s + (d - mean) ** 2, 0) / lengths.length;
      return { flips, pairs: lengths.length, mean, spread: Math.sqrt(variance) / mean };
    });
}
