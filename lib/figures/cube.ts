/**
 * Phase space of a network in three components: Fig. 6 (fixed points, test trajectory, chosen starts, the cube of memories)
 * and Fig. 7 (the same while the network is trained, as pictures and as a film).
 */
import type { AbstractMatrix, Matrix } from "ml-matrix";
import { checkChoice, checkShape, reject } from "../wasm/check";
import { norm } from "../wasm/vector";
import { type Frame, type Layout, type Trace, withFrames } from "./figure";
import { componentScene, drawing, type Fields, figure, note, onPaper, present, type Space, solid } from "./marks";
import { colors, markerOf, type PointKind, signs } from "./theme";

/** Anything that maps states to coordinates: `principalComponents` returns one. */
export interface Projection {
  project(x: Float64Array | AbstractMatrix): Matrix;
}

/** A point to be drawn: where it is, what it is, and what to say when the pointer rests on it. */
export interface PhasePoint {
  readonly state: Float64Array;
  readonly kind: PointKind;
  readonly label: string;
  /** Number of unstable modes of a saddle: one, two and more are told apart. */
  readonly modes?: number;
}

/** A corner of the cube: a memory and where the network keeps it. */
export interface PhaseCorner {
  readonly bits: readonly number[];
  readonly state: Float64Array;
}

/** What Fig. 6 can show; everything but the projection may be left out. */
export interface PhaseSpace {
  readonly projection: Projection;
  readonly points?: readonly PhasePoint[];
  /** The test run, (T×N). */
  readonly trajectory?: AbstractMatrix;
  /** Short runs from chosen starts, (T×N) each; the start is marked. */
  readonly flights?: readonly AbstractMatrix[];
  readonly corners?: readonly PhaseCorner[];
}

/** What `phasePoints` needs to know of a point found; a FixedPointSet has it. */
export interface FoundPoint {
  readonly xStar: Float64Array;
  readonly qStar: number;
  readonly unstableCount: number;
}

/**
 * The points of a search as `phaseSpace` draws them: kind by the number of unstable modes.
 *
 * @param set fixed points and slow points, as from `findFixedPoints`
 * @returns fixed points first, slow points after them
 */
export function phasePoints(set: {
  readonly points: readonly FoundPoint[];
  readonly slowPoints?: readonly FoundPoint[];
}): PhasePoint[] {
  checkShape("phasePoints", "set", set, {
    points: [{ xStar: "numbers" }],
    "slowPoints?": [{ xStar: "numbers", qStar: "number" }],
  });
  const kindOf = ({ unstableCount, xStar }: FoundPoint): PointKind =>
    unstableCount === 0 ? "attractor" : unstableCount === xStar.length ? "repeller" : "saddle";
  const fixed = set.points.map((point): PhasePoint => {
    const { xStar, unstableCount } = point;
    return { state: xStar, kind: kindOf(point), label: `m = ${unstableCount}`, modes: unstableCount };
  });
  const slow = (set.slowPoints ?? []).map(
    ({ xStar, qStar }): PhasePoint => ({ state: xStar, kind: "slow point", label: `q = ${qStar.toExponential(1)}` }),
  );
  return [...fixed, ...slow];
}

/** A memory in writing: "+−+". */
export function bitLabel(bits: readonly number[]): string {
  checkShape("bitLabel", "bits", bits, "numbers");
  return Array.from(bits, (bit) => (bit > 0 ? "+" : bit < 0 ? "−" : "0")).join("");
}

/** Pairs of corners that differ in one bit: the edges of the cube. */
export function cubeEdges<T extends { readonly bits: readonly number[] }>(corners: readonly T[]): [T, T][] {
  const flips = (a: T, b: T) => a.bits.filter((bit, k) => bit !== b.bits[k]).length;
  return corners.flatMap((a, i) =>
    corners
      .slice(0, i)
      .filter((b) => flips(a, b) === 1)
      .map((b): [T, T] => [b, a]),
  );
}

/** Coordinates of states (rows) in space, with a gap after each piece. */
function coordinates(pieces: readonly Matrix[]): Space {
  for (const { columns } of pieces) {
    if (columns < 3) reject("figures", "projection", `has ${columns} axes`, "at least 3");
  }
  const [x, y, z] = [0, 1, 2].map((k) => pieces.flatMap((piece) => [...piece.getColumn(k), Number.NaN]));
  return { x, y, z };
}

const quiet = { hoverinfo: "skip" };

/** The edges of the cube, and the names of its corners. */
function cube(places: readonly Matrix[], corners: readonly PhaseCorner[]): Trace[] {
  const at = corners.map(({ bits }, i) => ({ bits, place: places[i] }));
  const edges = cubeEdges(at).map(([a, b]) => a.place.clone().addRow(b.place.getRow(0)));
  const names = besideThem(places.reduce((all, row) => all.addRow(row.getRow(0)), places[0].clone().removeRow(0)));
  const text = corners.map(({ bits }) => bitLabel(bits));
  const look = { textfont: { size: 15 }, textposition: "middle center", showlegend: false, hoverinfo: "text" };
  const line = { color: colors.grey, width: 3 };
  return [
    solid("lines", "edges: one flip", coordinates(edges), { line, ...quiet }),
    solid("text", undefined, coordinates([names]), { text, ...look }),
  ];
}

/** Places for the names of corners (rows): away from the middle of all, so that a name covers neither mark nor edge. */
function besideThem(corners: Matrix): Matrix {
  const middle = corners.mean("column");
  const offsets = corners.clone().subRowVector(middle);
  const lengths = offsets.to2DArray().map((row) => norm(Float64Array.from(row)));
  const away = 0.14 * Math.max(...lengths);
  const stretch = lengths.map((length) => (length > 0 ? 1 + away / length : 1));
  return offsets.mulColumnVector(stretch).addRowVector(middle);
}

/** Saddles are all diamonds; the fewer ways out, the more colour. Dark, middle and pale survive grey print. */
const saddleClasses: readonly { name: string; has: (modes: number) => boolean; color: string; size: number }[] = [
  { name: "saddle, m = 1", has: (m) => m === 1, color: colors.vermilion, size: 6 },
  { name: "saddle, m = 2", has: (m) => m === 2, color: "#F2B48C", size: 6 },
  { name: "saddle, m ≥ 3", has: (m) => m > 2, color: "#5E2900", size: 5 },
];

/** Points kind by kind, saddles by the number of their unstable modes where it is known. */
function foundPoints(projection: Projection, points: readonly PhasePoint[]): Trace[] {
  const kinds = Object.keys(signs) as PointKind[];
  for (const { kind } of points) checkChoice("phaseSpace", "kind", kind, kinds);
  const isCrowded = points.length > 32; // a cube has 27, and a few more where its centre has split
  const isCounted = ({ kind, modes }: PhasePoint) => kind === "saddle" && modes !== undefined;
  const signsOf = (name: string, those: readonly PhasePoint[], marker: Fields): Trace => {
    const text = those.flatMap(({ label }) => [label, ""]); // a gap follows each point
    const at = coordinates(those.map(({ state }) => projection.project(state)));
    return solid("markers", name, at, { text, marker, hoverinfo: "text" });
  };
  const marks = kinds.flatMap((kind) => {
    const those = points.filter((point) => point.kind === kind);
    const rest = those.filter((point) => !isCounted(point));
    const classes = saddleClasses.map(({ name, has, color, size }) => {
      const marker = markerOf(kind, isCrowded ? size - 2 : size);
      const own = those.filter((point) => isCounted(point) && has(point.modes as number));
      return signsOf(name, own, { ...marker, color, line: { color: "#333333", width: 1 } });
    });
    return [signsOf(kind, rest, markerOf(kind, kind === "attractor" ? 8 : 6)), ...classes];
  });
  return present(marks);
}

/** Runs from chosen starts: dotted, so that grey print tells them from the rest, with a square at each start. */
function flights(paths: readonly Matrix[]): Trace[] {
  const marker = { symbol: "square", color: colors.orange, size: 4 };
  const line = { color: colors.orange, width: 5, dash: "dot" };
  const starts = coordinates(paths.map((path) => path.subMatrix(0, 0, 0, 2)));
  return [
    solid("lines", "runs from chosen starts", coordinates(paths), { line, ...quiet }),
    solid("markers", "their starts", starts, { marker, hoverinfo: "text" }),
  ];
}

/**
 * Fig. 6 in three dimensions.
 *
 * @param space projection, and what to draw in it
 * @param claim the title
 * @throws RangeError if the projection has fewer than three axes or a kind is unknown
 */
export const phaseSpace = drawing("phaseSpace", (space: PhaseSpace, claim: string) => {
  const { projection, trajectory, corners = [], points = [] } = space;
  const data: Trace[] = [];
  if (trajectory) {
    const path = coordinates([projection.project(trajectory)]);
    data.push(solid("lines", "test trajectory", path, { line: { color: colors.skyBlue, width: 1.2 }, ...quiet }));
  }
  if (corners.length > 0) {
    const places = corners.map(({ state }) => projection.project(state));
    data.push(...cube(places, corners));
  }
  if (space.flights?.length) data.push(...flights(space.flights.map((flight) => projection.project(flight))));
  data.push(...foundPoints(projection, points));
  return figure(claim, data, { ...componentScene("data"), height: 640 });
});

/** Phase space at one step of training, in three coordinates, (T×3) each. */
export interface PortraitAt {
  readonly step: number;
  readonly test: Matrix;
  readonly runs: readonly Matrix[];
}

/** Coordinates of pieces, to a tenth: the picture is a hundred wide, and a film holds a hundred thousand of them. */
function inTenths(pieces: readonly Matrix[]): Space {
  const { x, y, z } = coordinates(pieces);
  const [a, b, c] = [x, y, z].map((axis) => (axis as number[]).slice(0, -1).map((v) => Math.round(10 * v) / 10));
  return { x: a, y: b, z: c };
}

/** The paper's blue and red, dark and broad against light and thin, so that grey print tells them apart as well. */
function portraitTraces({ test, runs }: PortraitAt, final: Matrix, scene: string, isFirst: boolean): Trace[] {
  const common = { scene, showlegend: isFirst, ...quiet };
  const marker = { symbol: "circle-open", color: colors.green, size: 5, line: { color: colors.green, width: 1.5 } };
  return [
    solid("lines", "runs from the cloud", inTenths(runs), { ...common, line: { color: "#E8765A", width: 1.5 } }),
    solid("lines", "test run", inTenths([test]), { ...common, line: { color: "#00558A", width: 4 } }),
    solid("markers", "fixed points at the end", inTenths([final]), { ...common, marker }),
  ];
}

/** The paper's view: from above a corner, with room for all test runs and all that is left in the end; far starts are cut off. */
function sceneOver(portraits: readonly PortraitAt[], final: Matrix, domain: Fields): Fields {
  const all = [final, ...portraits.map(({ test }) => test)];
  const reach = Math.ceil(Math.max(...all.map((m) => Math.max(m.max(), -m.min()))) / 5) * 5;
  const [xaxis, yaxis, zaxis] = [1, 2, 3].map((k) => ({
    ...{ title: { text: `PC ${k}`, font: { size: 11 } }, range: [-reach, reach] },
    ...{ nticks: 5, tickfont: { size: 10 } },
  }));
  const camera = { eye: { x: 1.55, y: 1.55, z: 0.87 }, center: { x: 0, y: 0, z: -0.13 } };
  return { domain, xaxis, yaxis, zaxis, aspectmode: "cube", camera };
}

/**
 * Fig. 7: phase space at a few steps of training, side by side in one view; final fixed points overlaid.  [J15 Fig. 7]
 *
 * @param portraits two to a row
 * @param final fixed points of the trained network, (points×3)
 * @param claim the title
 */
export const phaseEvolution = drawing(
  "phaseEvolution",
  (portraits: readonly PortraitAt[], final: Matrix, claim: string) => {
    const rows = Math.ceil(portraits.length / 2);
    const above = { ...onPaper, xanchor: "center", yanchor: "top", font: { size: 15 } };
    const panels = portraits.map((portrait, k) => {
      const name = k === 0 ? "scene" : `scene${k + 1}`;
      const [left, top] = [(k % 2) * 0.5, 1 - Math.floor(k / 2) / rows];
      const scene = sceneOver(portraits, final, { x: [left, left + 0.5], y: [top - 1 / rows, top - 0.02] });
      const words = `${String.fromCharCode(97 + k)}) after ${portrait.step} steps`;
      const traces = portraitTraces(portrait, final, name, k === 0);
      return { traces, scene: { [name]: scene }, words: note(words, left + 0.25, top, above) };
    });
    const layout: Layout = {
      width: 820,
      height: 400 * rows + 70,
      annotations: panels.map(({ words }) => words),
      margin: { l: 0, r: 0, b: 40, autoexpand: false },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: 0, yanchor: "top", itemsizing: "constant" },
    };
    const data = panels.flatMap(({ traces }) => traces);
    return figure(claim, data, Object.assign(layout, ...panels.map(({ scene }) => scene)));
  },
);

/**
 * Fig. 7 as a film: one scene, with buttons and a slider through the steps of training; the last one is shown first.  [J15 Fig. 7]
 *
 * @param portraits by ascending step
 * @param final fixed points of the trained network, (points×3)
 * @param claim the title
 */
export const phaseFilm = drawing("phaseFilm", (portraits: readonly PortraitAt[], final: Matrix, claim: string) => {
  const last = portraits[portraits.length - 1];
  const corner = { ...onPaper, xanchor: "right", yanchor: "top", font: { size: 17 } };
  const words = ({ step }: PortraitAt) => [note(`after ${step} steps`, 0.98, 0.99, corner)];
  const still = figure(claim, portraitTraces(last, final, "scene", true), {
    height: 600,
    scene: sceneOver(portraits, final, { x: [0, 1], y: [0, 1] }),
    margin: { l: 0, r: 0, b: 10, autoexpand: false },
    legend: { x: 0.01, y: 1, xanchor: "left", yanchor: "top", itemsizing: "constant" },
    annotations: words(last),
  });
  const frames = portraits.map((portrait): Frame => {
    const data = [portrait.runs, [portrait.test]].map(inTenths);
    return { name: String(portrait.step), data, traces: [0, 1], layout: { annotations: words(portrait) } };
  });
  return withFrames(still, frames, frames.length - 1);
});
