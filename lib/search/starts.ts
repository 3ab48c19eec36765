import type { AbstractMatrix } from "ml-matrix";
import { checkRng, type Rng } from "../numbers/random";
import { checkCount, checkMatrix, checkNumber, checkVector, reject, withDefaults } from "../wasm/check";
import { distance } from "../wasm/vector";

export type StartKind =
  | "trajectory"
  | "noise"
  | "centroid"
  | "lattice"
  | "origin"
  | "mirror"
  | "blend"
  | "edge"
  | "deflation"
  | "given";

/** Where a search begins, and how that place was chosen. */
export interface Start {
  readonly x: Float64Array;
  readonly kind: StartKind;
}

export interface MixedStartsOptions {
  /** Starts from the trajectory and from noise around it, together; the other kinds come on top. */
  count: number;
  /** Part of `count` that is moved by noise. */
  noisyPart: number;
  /** Standard deviations of that noise, in parts of the spread of the states; taken in turn. */
  noise: readonly number[];
  /** Points of a lattice in output space, already carried to activations, (N) each. */
  lattice: readonly Float64Array[];
  /** Corners found so far, (N) each: the centroids of their subsets are where edges, faces and the centre sit. */
  corners: readonly Float64Array[];
  /** Most centroids, drawn at random when there are more subsets. */
  centroids: number;
  /** Add the origin. */
  origin: boolean;
  /** Add the mirror image −x of every other start, for an odd flow. */
  mirror: boolean;
}

export const mixedStartsDefaults: Readonly<MixedStartsOptions> = Object.freeze({
  count: 20, // the paper's number of starts
  noisyPart: 0.5, // trajectory states alone find mostly attractors: 8 of 27
  noise: Object.freeze([0.1, 0.3, 1]),
  lattice: Object.freeze([]),
  corners: Object.freeze([]),
  centroids: 64,
  origin: true,
  mirror: false,
});

/**
 * Starts of several kinds for a search of fixed points.
 *
 * Trajectories visit attractors and linger there, so states alone find mostly those. Saddles sit between: noise of
 * several sizes around the states, centroids of pairs, fours and all of the known corners, a lattice in output space and the
 * origin reach them. Kinds are kept apart, because only an unbiased one ("trajectory") allows estimates of coverage.
 *
 * @param states trajectory, (time×N), rows drawn without repetition as long as there are enough
 * @param options rng, source of all draws, of which each kind has its own stream; and how many of which kind
 * @returns starts in the order trajectory, noise, centroid, lattice, origin, mirror
 * @throws RangeError if states are empty or not finite, or an option is out of place
 */
export function mixedStarts(states: AbstractMatrix, options: Partial<MixedStartsOptions> & { rng: Rng }): Start[] {
  checkMatrix("mixedStarts", "states", states);
  if (!options || typeof options !== "object") reject("mixedStarts", "options", options, "{ rng, … }");
  const { rng, ...chosen } = options;
  checkRng("mixedStarts", rng);
  const settings = withDefaults("mixedStarts", chosen, mixedStartsDefaults);
  checkOptions(settings, states.columns);
  const noisy = Math.floor(settings.count * settings.noisyPart);
  const starts: Start[] = [
    ...pickRows(states, settings.count - noisy, rng.split("trajectory")).map((x) => start(x, "trajectory")),
    ...noisyRows(states, noisy, settings.noise, rng.split("noise")).map((x) => start(x, "noise")),
    ...centroids(settings.corners, settings.centroids, rng.split("centroid")).map((x) => start(x, "centroid")),
    ...settings.lattice.map((x) => start(x.slice(), "lattice")),
  ];
  if (settings.origin) starts.push(start(new Float64Array(states.columns), "origin"));
  if (!settings.mirror) return starts;
  const mirrored = starts.filter((s) => s.kind !== "origin").map((s) => start(mirrorOf(s.x), "mirror"));
  return [...starts, ...mirrored];
}

/** −x, with 0 for −0. */
export function mirrorOf(x: Float64Array): Float64Array {
  return x.map((value) => 0 - value);
}

function start(x: Float64Array, kind: StartKind): Start {
  return { x, kind };
}

function checkOptions(settings: MixedStartsOptions, size: number): void {
  const where = "mixedStarts";
  checkCount(where, "count", settings.count, 0);
  checkCount(where, "centroids", settings.centroids, 0);
  checkNumber(where, "noisyPart", settings.noisyPart, "not negative");
  if (settings.noisyPart > 1) reject(where, "noisyPart", settings.noisyPart, "at most 1");
  for (const name of ["noise", "lattice", "corners"] as const) {
    if (!Array.isArray(settings[name])) reject(where, name, settings[name], "an array");
  }
  for (const [i, level] of settings.noise.entries()) checkNumber(where, `noise[${i}]`, level, "not negative");
  if (settings.noise.length === 0 && settings.noisyPart > 0) {
    reject(where, "noise", "has length 0", "at least one level, or noisyPart 0");
  }
  for (const [i, x] of settings.lattice.entries()) checkVector(where, `lattice[${i}]`, x, size);
  for (const [i, x] of settings.corners.entries()) checkVector(where, `corners[${i}]`, x, size);
}

/** Rows at random, each once before any comes twice. */
function pickRows(states: AbstractMatrix, count: number, rng: Rng): Float64Array[] {
  const picked: Float64Array[] = [];
  while (picked.length < count) {
    for (const row of rng.permutation(states.rows)) {
      if (picked.length === count) break;
      picked.push(Float64Array.from(states.getRow(row)));
    }
  }
  return picked;
}

/** Rows at random plus normal noise, scaled by the root mean square deviation of the states from their mean. */
function noisyRows(states: AbstractMatrix, count: number, levels: readonly number[], rng: Rng): Float64Array[] {
  const rows = pickRows(states, count, rng);
  if (rows.length === 0) return rows;
  const spread = spreadOf(states);
  return rows.map((row, i) => row.map((value) => value + levels[i % levels.length] * spread * rng.normal()));
}

/** Root mean square of a component's deviation from its mean over time; 1 if nothing moves. */
function spreadOf(states: AbstractMatrix): number {
  let sum = 0;
  for (let j = 0; j < states.columns; j++) {
    let mean = 0;
    for (let t = 0; t < states.rows; t++) mean += states.get(t, j) / states.rows;
    for (let t = 0; t < states.rows; t++) sum += (states.get(t, j) - mean) * (states.get(t, j) - mean);
  }
  return Math.sqrt(sum / (states.rows * states.columns)) || 1;
}

/**
 * Points at random inside the body that corners span: Σ wₖ cₖ over a random subset, with random weights, plus noise.
 *
 * @param corners (N) each, at least one
 * @param count how many
 * @param noise length of the noise, in parts of the mean distance of the corners from their centre
 * @param rng drawn from
 */
export function blends(corners: readonly Float64Array[], count: number, noise: number, rng: Rng): Float64Array[] {
  if (corners.length === 0) return [];
  const centre = meanOf(corners);
  const size = centre.length;
  const spread = corners.reduce((sum, corner) => sum + distance(corner, centre), 0) / corners.length;
  const deviation = (noise * spread) / Math.sqrt(size);
  return Array.from({ length: count }, () => {
    const members = [...rng.permutation(corners.length)].slice(0, 2 + rng.integer(corners.length));
    const weights = members.map(() => rng.uniform());
    const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
    const x = new Float64Array(size);
    for (const [k, member] of members.entries()) {
      for (let i = 0; i < size; i++) x[i] += (weights[k] / total) * corners[member][i];
    }
    for (let i = 0; i < size; i++) x[i] += deviation * rng.normal();
    return x;
  });
}

/** The centre of all corners, then centres of pairs (edges) and of random fours (faces), in random order. */
function centroids(corners: readonly Float64Array[], most: number, rng: Rng): Float64Array[] {
  if (corners.length < 2 || most === 0) return [];
  const subsets: number[][] = [];
  for (let i = 0; i < corners.length; i++) {
    for (let j = i + 1; j < corners.length; j++) subsets.push([i, j]);
  }
  const pairs = subsets.length;
  if (corners.length > 4) {
    for (let k = 0; k < pairs; k++) subsets.push([...rng.permutation(corners.length)].slice(0, 4));
  }
  const chosen = [...rng.permutation(subsets.length)].slice(0, most - 1).map((k) => subsets[k]);
  return [corners.map((_, i) => i), ...chosen].map((subset) => meanOf(subset.map((i) => corners[i])));
}

function meanOf(points: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(points[0].length);
  for (const point of points) {
    for (let i = 0; i < mean.length; i++) mean[i] += point[i] / points.length;
  }
  return mean;
}

/**
 * Starts spread evenly over a box: every activation uniform in [−reach, reach].
 *
 * @param dimension N
 * @param count number of starts
 * @param rng source of the numbers
 * @param reach half the edge of the box, in activation; 1.5 is the window of the paper's Fig. 2
 * @returns starts, (N) each
 * @throws RangeError if a count or the reach is out of place
 */
export function startsInBox(dimension: number, count: number, rng: Rng, reach = 1.5): Float64Array[] {
  checkCount("startsInBox", "dimension", dimension);
  checkCount("startsInBox", "count", count);
  if (dimension * count > 1e8) reject("startsInBox", "count", count, `at most ${Math.floor(1e8 / dimension)} starts`);
  checkNumber("startsInBox", "reach", reach);
  checkRng("startsInBox", rng);
  return Array.from({ length: count }, () =>
    Float64Array.from({ length: dimension }, () => rng.uniform(-reach, reach)),
  );
}
