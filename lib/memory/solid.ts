/** What is measured on a four-bit network for claims C13 to C16; notebook 06 and the study call the same functions. */
import { Matrix } from "ml-matrix";
import { type EchoState, echoStateFlow } from "../network/echo-state";
import { type PrincipalComponents, principalAngles, principalComponents } from "../numbers/principal-components";
import { angleInDegrees } from "../numbers/statistics";
import { type FindOptions, findFixedPoints } from "../search/find";
import { checkList, checkMatrix, checkPattern, checkRecord, checkShape, checkVector, reject } from "../wasm/check";
import { distance, dot, norm } from "../wasm/vector";
import { type BitAxes, bitAxes, distanceInequality, type FlipDistance, flipDistances, leastInequality } from "./box";
import { outputOf, patternOf } from "./gates";
import type { Memory } from "./table";

/** The memories of a network as a solid in the space of activations. */
export interface MemorySolid {
  /** Distances between the memories held, by number of flips. */
  readonly distances: readonly FlipDistance[];
  /** The box that fits them; undefined if they do not span one. */
  readonly box: BitAxes | undefined;
  /** Principal components of the memories held, as many as there are bits. */
  readonly components: PrincipalComponents;
  /** Part of the variance in as many dimensions as there are bits. */
  readonly inDimensions: number;
  /** Spread of the squared distances, and the least that geometry allows in that many dimensions. */
  readonly inequality: number;
  readonly least: number;
}

/**
 * The solid that the memories of a network form: lengths, axes, principal components.  [J15 §7]
 *
 * @param memories as from `memoryTable`; those that are not held are left out
 * @returns undefined if fewer than two are held
 */
export function memorySolid(memories: readonly Pick<Memory, "bits" | "state" | "isHeld">[]): MemorySolid | undefined {
  checkList("memorySolid", "memories", memories, 1, ["bits", "state"]);
  checkShape("memorySolid", "memories", memories, [{ bits: "numbers", state: "numbers" }]);
  const held = memories.filter(({ isHeld }) => isHeld);
  if (held.length < 2) return undefined;
  const bits = held[0].bits.length;
  const states = held.map(({ state }) => state);
  const components = principalComponents(new Matrix(states.map((x) => Array.from(x))), bits);
  return {
    distances: flipDistances(held),
    box: bitAxes(held),
    components,
    inDimensions: components.explained.reduce((sum, part) => sum + part, 0),
    inequality: distanceInequality(states),
    least: leastInequality(states.length, bits),
  };
}

/** The view of a tesseract that a picture shows, with the direction it drops in coordinates of the bits. */
export interface SeenView extends ViewJudgement {
  readonly direction: Float64Array;
}

/**
 * From which side the first three principal components show the tesseract of four bit axes.  [J15 Fig. 8]
 *
 * @param box its axes, (N×4)
 * @param components columns, (N×3 or more), of which the first three are shown
 * @returns undefined if there is no box, or the picture is flat
 */
export function seenView(box: BitAxes | undefined, components: Matrix): SeenView | undefined {
  if (box === undefined) return undefined;
  checkRecord("seenView", "box", box, ["axes"]);
  checkMatrix("seenView", "components", components);
  const shown = components.subMatrix(0, components.rows - 1, 0, Math.min(components.columns, 3) - 1);
  const direction = droppedDirection(box.axes, shown);
  return direction && { direction, ...viewOf(direction) };
}

/**
 * How often each view comes out when one memory after the other is left out: a picture worth a name would not mind.
 *
 * @param memories as from `memoryTable`; those that are not held are left out
 * @returns counts by view
 */
export function viewsWithoutOne(
  memories: readonly Pick<Memory, "bits" | "state" | "isHeld">[],
): Record<string, number> {
  checkList("viewsWithoutOne", "memories", memories, 0, ["bits", "state"]);
  const held = memories.filter(({ isHeld }) => isHeld);
  const counts: Record<string, number> = {};
  held.forEach((_, left) => {
    const solid = memorySolid(held.filter((_memory, i) => i !== left));
    const view = solid && seenView(solid.box, solid.components.axes);
    if (view) counts[view.nearest] = (counts[view.nearest] ?? 0) + 1;
  });
  return counts;
}

/**
 * Angle between the direction a picture drops and the diagonals of the patterns that are not held, in degrees.
 *
 * A missing pair of opposite corners takes variance from its own diagonal, and principal components drop the direction of
 * least variance: so the angle is small where missing memories, and nothing else, decide the picture.
 *
 * @param direction in coordinates of the bits, (b)
 * @param memories as from `memoryTable`
 * @returns 0 … 90; undefined if no memory is missing
 * @throws RangeError if the shapes do not fit
 */
export function angleToMissing(
  direction: Float64Array,
  memories: readonly Pick<Memory, "bits" | "isHeld">[],
): number | undefined {
  const where = "angleToMissing";
  checkVector(where, "direction", direction);
  checkList(where, "memories", memories, 0, ["bits"]);
  const basis: Float64Array[] = [];
  const outside = (v: Float64Array): Float64Array =>
    basis.reduce((rest, b) => {
      const overlap = dot(b, rest);
      return rest.map((value, i) => value - overlap * b[i]);
    }, v);
  for (const [i, { bits, isHeld }] of memories.entries()) {
    checkPattern(where, `memories[${i}].bits`, bits, direction.length);
    const rest = outside(Float64Array.from(bits));
    const size = norm(rest);
    if (!isHeld && size > 1e-9) basis.push(rest.map((v) => v / size));
  }
  if (basis.length === 0) return undefined;
  const across = outside(direction);
  return angleInDegrees(norm(across), norm(direction.map((v, i) => v - across[i])));
}

/**
 * Which memories held are attracting fixed points of the flow: searched from the state of each, certified, with no unstable
 * mode, and an output that `patternOf` reads as the memory.
 *
 * @param net a network
 * @param memories as from `memoryTable`; those that are not held are left out
 * @returns their patterns, ±1 each
 */
export async function attractingPatterns(
  net: EchoState,
  memories: readonly Pick<Memory, "bits" | "state" | "isHeld">[],
  context: Partial<Pick<FindOptions, "pool" | "signal">> & {
    readonly onProgress?: (done: number, total: number, what: string) => void;
  } = {},
): Promise<number[][]> {
  checkList("attractingPatterns", "memories", memories, 1, ["bits", "state"]);
  checkShape("attractingPatterns", "memories", memories, [{ bits: "numbers" }]);
  checkShape("attractingPatterns", "context", context, { "onProgress?": "function" });
  const { pool, signal, onProgress } = context;
  const flow = echoStateFlow(net);
  // of two mirror images one is enough
  const held = memories.filter(({ isHeld }) => isHeld);
  const half = flow.odd ? held.filter(({ bits }) => bits[0] > 0) : held;
  const { points } = await findFixedPoints(
    flow,
    half.map(({ state }) => state),
    { pool, signal, onProgress: (done, total) => onProgress?.(done, total, "memory") },
  );
  const found = points.filter(({ unstableCount }) => unstableCount === 0).map(({ xStar }) => outputOf(net, xStar));
  const patterns = found.flatMap((z) => [patternOf(z), ...(flow.odd ? [patternOf(z.map((v) => -v))] : [])]);
  const texts = new Set(patterns.flatMap((pattern) => (pattern ? [pattern.join()] : [])));
  return held.map(({ bits }) => [...bits]).filter((bits) => texts.has(bits.join()));
}

/** How the cube of the three-bit network lies to the first three bit axes of a four-bit one. */
export interface CubeComparison {
  /** Principal angles in degrees, ascending. */
  readonly angles: readonly number[];
  /** From an old corner to the middle of the two new ones that share its bits: the mean, in parts of the old edge. */
  readonly moved: number;
}

/**
 * How a cube lies to the cube of the first three bits of a tesseract: principal angles between their axes, and how far
 * corners have moved.  [J15 §7.1]
 *
 * @param before memories with three bits; those not held are left out
 * @param after memories with four bits, likewise
 * @returns undefined if either set does not span its axes
 */
export function compareCubes(
  before: readonly Pick<Memory, "bits" | "state" | "isHeld">[],
  after: readonly Pick<Memory, "bits" | "state" | "isHeld">[],
): CubeComparison | undefined {
  checkList("compareCubes", "before", before, 1, ["bits", "state"]);
  checkList("compareCubes", "after", after, 1, ["bits", "state"]);
  for (const [name, list] of Object.entries({ before, after }))
    checkShape("compareCubes", name, list, [{ bits: "numbers", state: "numbers" }]);
  const old = before.filter(({ isHeld }) => isHeld);
  const [cube, tesseract] = [memorySolid(before)?.box, memorySolid(after)?.box];
  if (cube === undefined || tesseract === undefined) return undefined;
  const rows = cube.axes.rows - 1;
  const bits = cube.axes.columns - 1;
  const moves = old.flatMap(({ bits: pattern, state }) => {
    const pair = after.filter((m) => m.isHeld && pattern.every((bit, k) => bit === m.bits[k]));
    if (pair.length < 2) return [];
    return [
      distance(
        state,
        state.map((_, i) => (pair[0].state[i] + pair[1].state[i]) / 2),
      ),
    ];
  });
  const edge = cube.lengths.reduce((sum, length) => sum + length, 0) / cube.lengths.length;
  return {
    angles: Array.from(principalAngles(cube.axes, tesseract.axes.subMatrix(0, rows, 0, bits)), (a) =>
      Number(a.toPrecision(6)),
    ),
    moved: moves.reduce((sum, d) => sum + d, 0) / (moves.length || 1) / edge,
  };
}

/** What comes towards the viewer first when a tesseract is seen in three dimensions. */
export type TesseractView = "cell" | "face" | "edge" | "vertex";

/** The four views, and the solid that each shows: (1000), (1100)/√2, (1110)/√3, (1111)/2 up to order and signs. */
export const tesseractViews: Readonly<Record<TesseractView, string>> = Object.freeze({
  cell: "cube",
  face: "cuboid",
  edge: "hexagonal prism",
  vertex: "rhombic dodecahedron",
});

/** From which side a tesseract is seen. */
export interface ViewJudgement {
  /** The nearest of the four. */
  readonly nearest: TesseractView;
  /** How far off it is, in degrees. */
  readonly angle: number;
  /** The same for all four, in degrees. */
  readonly angles: Readonly<Record<TesseractView, number>>;
}

/**
 * The direction that a projection drops, in coordinates of the bits.
 *
 *     picture(bits) = Sᵀ A bits/2  (+ a constant)        S (N×(b−1)) shown axes,  A (N×b) bit axes
 *     n with Sᵀ A n = 0:  patterns that differ along n fall on one point of the picture
 *
 * So the picture is, up to a linear map of the picture itself, the perfect hypercube seen along n. The entries of n are
 * the subdeterminants of Sᵀ A, with alternating signs.
 *
 * @param axes bit axes as columns, (N×b), b = 2 … 4
 * @param shown axes of the picture as columns, (N×(b−1)), such as the first principal components
 * @returns n of length 1 with Σ entries ≥ 0, (b); undefined if the picture is flat, so that it drops more than one direction
 * @throws RangeError if a shape does not fit
 */
export function droppedDirection(axes: Matrix, shown: Matrix): Float64Array | undefined {
  const where = "droppedDirection";
  checkMatrix(where, "axes", axes);
  const bits = axes.columns;
  if (bits < 2 || bits > 4) reject(where, "axes", `has ${bits} columns`, "2, 3 or 4");
  checkMatrix(where, "shown", shown, axes.rows, bits - 1);
  const M = shown.transpose().mmul(axes).to2DArray();
  const n = Float64Array.from({ length: bits }, (_, k) => {
    const minor = determinant(M.map((row) => row.filter((_entry, j) => j !== k)));
    return k % 2 === 0 ? minor : 0 - minor;
  });
  const size = Math.sqrt(n.reduce((sum, v) => sum + v * v, 0));
  // a determinant of b − 1 rows is at most the product of their lengths
  const most = M.reduce((product, row) => product * Math.sqrt(row.reduce((sum, v) => sum + v * v, 0)), 1);
  if (!(size > 1e-9 * most)) return undefined;
  const sign = n.reduce((sum, v) => sum + v, 0) < 0 ? -1 : 1;
  return n.map((v) => (sign * v) / size || 0);
}

/** By the first row; at most 3×3. */
function determinant(A: readonly (readonly number[])[]): number {
  if (A.length === 1) return A[0][0];
  return A[0].reduce((sum, entry, k) => {
    const minor = determinant(A.slice(1).map((row) => row.filter((_v, j) => j !== k)));
    return k % 2 === 0 ? sum + entry * minor : sum - entry * minor;
  }, 0);
}

/**
 * Which of the four views of a tesseract is nearest to a direction of sight.  [J15 Fig. 8]
 *
 * With the entries sorted by size, the nearest direction with k equal entries is along the k largest, and
 * cos(angle) = (sum of the k largest)/√k for a direction of length 1. A direction at random is nearest to cell, face,
 * edge and vertex in 16, 32, 35 and 16 of 100 cases, at 18° on average: no one should read a meaning into one picture.
 *
 * @param direction in coordinates of the four bits, (4), any length but 0
 * @throws RangeError if it has another length, or is 0
 */
export function viewOf(direction: Float64Array): ViewJudgement {
  checkVector("viewOf", "direction", direction, 4);
  const sizes = [...direction].map(Math.abs).sort((a, b) => b - a);
  if (!(sizes[0] > 0)) reject("viewOf", "direction", "is 0", "a direction");
  const scaled = sizes.map((v) => v / sizes[0]);
  const angleTo = (k: number): number => {
    const along = scaled.slice(0, k).reduce((sum, v) => sum + v, 0) / k;
    // what is left of the direction beside (along, … , along, 0, …)
    const across = Math.sqrt(scaled.reduce((sum, v, i) => sum + (i < k ? (v - along) * (v - along) : v * v), 0));
    return angleInDegrees(across, along * Math.sqrt(k));
  };
  const names = Object.keys(tesseractViews) as TesseractView[];
  const angles = Object.fromEntries(names.map((name, k) => [name, angleTo(k + 1)])) as Record<TesseractView, number>;
  const nearest = names.reduce((best, name) => (angles[name] < angles[best] ? name : best));
  return { nearest, angle: angles[nearest], angles };
}
