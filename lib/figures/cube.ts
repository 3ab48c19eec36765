/**
 * Fig. 6: fixed points, test trajectory and chosen starts in the space of the first three principal components.
 */

import type { AbstractMatrix, Matrix } from "ml-matrix";
import { checkChoice, checkList, checkMatrix, checkNumbers, checkRecord, checkShape, reject } from "../wasm/validate";
import { norm } from "../wasm/vector";
import { type Figure, type Frame, type Layout, type Trace, withFrames } from "./figure";
import { colors, markerOf, type PointKind, signs, titled } from "./theme";

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
  return [
    ...set.points.map((p) => ({
      state: p.xStar,
      kind: kindOf(p),
      label: `m = ${p.unstableCount}`,
      modes: p.unstableCount,
    })),
    ...(set.slowPoints ?? []).map((p) => ({
      state: p.xStar,
      kind: "slow point" as const,
      label: `q = ${p.qStar.toExponential(1)}`,
    })),
  ];
}

const point3 = (trace: Partial<Trace>): Trace => ({ type: "scatter3d", hoverinfo: "text", ...trace });

/** Coordinates of states (rows) as x, y, z; several pieces are joined with gaps. */
function coordinates(pieces: readonly Matrix[]): Pick<Trace, "x" | "y" | "z"> {
  const [x, y, z]: number[][] = [[], [], []];
  for (const piece of pieces) {
    if (piece.columns < 3) reject("phaseSpace", "projection", `has ${piece.columns} axes`, "at least 3");
    for (let i = 0; i < piece.rows; i++) {
      x.push(piece.get(i, 0));
      y.push(piece.get(i, 1));
      z.push(piece.get(i, 2));
    }
    for (const axis of [x, y, z]) axis.push(Number.NaN);
  }
  return { x, y, z };
}

/** Pairs of corners that differ in one bit: the edges of the cube. */
export function cubeEdges<T extends { readonly bits: readonly number[] }>(corners: readonly T[]): [T, T][] {
  checkList("cubeEdges", "corners", corners, 0, ["bits"]);
  return corners.flatMap((a, i) =>
    corners
      .slice(0, i)
      .filter((b) => a.bits.filter((bit, k) => bit !== b.bits[k]).length === 1)
      .map((b): [T, T] => [b, a]),
  );
}

/** A memory in writing: "+−+". */
export function bitLabel(bits: readonly number[]): string {
  checkNumbers("bitLabel", "bits", bits);
  return bits.map((bit) => (bit > 0 ? "+" : bit < 0 ? "−" : "0")).join("");
}

function cube(space: PhaseSpace, corners: readonly PhaseCorner[]): Trace[] {
  const at = (corner: PhaseCorner): Matrix => space.projection.project(corner.state);
  const segments = cubeEdges(corners).map(([a, b]) => at(a).addRow(at(b).getRow(0)));
  const names = corners.map((c) => bitLabel(c.bits));
  const { x, y, z } = coordinates([besideThem(corners.map(at).reduce((all, row) => all.addRow(row.getRow(0))))]);
  const line = { color: colors.grey, width: 3 };
  return [
    point3({ mode: "lines", name: "edges: one flip", ...coordinates(segments), line, hoverinfo: "skip" }),
    point3({
      mode: "text",
      x,
      y,
      z,
      text: names,
      textfont: { size: 15 },
      textposition: "middle center",
      showlegend: false,
    }),
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

function found(space: PhaseSpace, points: readonly PhasePoint[]): Trace[] {
  const kinds = Object.keys(signs) as PointKind[];
  for (const { kind } of points) checkChoice("phaseSpace", "kind", kind, kinds);
  const isCrowded = points.length > 32; // a cube has 27, and a few more where its centre has split
  return kinds.flatMap((kind) => {
    const those = points.filter((p) => p.kind === kind);
    const known = those.filter((p) => kind === "saddle" && p.modes !== undefined);
    const classes = saddleClasses.flatMap(({ name, has, color, size }) =>
      pointTrace(
        space,
        known.filter((p) => has(p.modes ?? 0)),
        name,
        { ...markerOf(kind, isCrowded ? size - 2 : size), color, line: { color: "#333333", width: 1 } },
      ),
    );
    const rest = those.filter((p) => !known.includes(p));
    return [...pointTrace(space, rest, kind, markerOf(kind, kind === "attractor" ? 8 : 6)), ...classes];
  });
}

/** One trace for points of one class, none for none. */
function pointTrace(
  space: PhaseSpace,
  points: readonly PhasePoint[],
  name: string,
  marker: Record<string, unknown>,
): Trace[] {
  if (points.length === 0) return [];
  const { x, y, z } = coordinates(points.map((p) => space.projection.project(p.state)));
  // each piece is one point followed by a gap; text keeps step with both
  const text = points.flatMap((p) => [p.label, ""]);
  return [point3({ mode: "markers", name, x, y, z, text, marker })];
}

function runs(space: PhaseSpace, flights: readonly AbstractMatrix[]): Trace[] {
  const paths = flights.map((flight) => space.projection.project(flight));
  const starts = coordinates(paths.map((path) => path.subMatrix(0, 0, 0, 2)));
  const line = { color: colors.orange, width: 5, dash: "dot" }; // dotted, so that grey print tells it from the rest
  return [
    point3({ mode: "lines", name: "runs from chosen starts", ...coordinates(paths), line, hoverinfo: "skip" }),
    point3({
      mode: "markers",
      name: "their starts",
      ...starts,
      marker: { symbol: "square", color: colors.orange, size: 4 },
    }),
  ];
}

/**
 * Fig. 6 in three dimensions.
 *
 * @param space projection, and what to draw in it
 * @param claim the title
 * @throws RangeError if the projection has fewer than three axes or a kind is unknown
 */
export function phaseSpace(space: PhaseSpace, claim: string): Figure {
  checkRecord("phaseSpace", "space", space, ["projection"]);
  checkShape("phaseSpace", "space.projection", space.projection, { project: "function" });
  const data: Trace[] = [];
  if (space.trajectory) {
    const path = space.projection.project(space.trajectory);
    const line = { color: colors.skyBlue, width: 1.2 };
    data.push(point3({ mode: "lines", name: "test trajectory", ...coordinates([path]), line, hoverinfo: "skip" }));
  }
  if (space.corners?.length) data.push(...cube(space, space.corners));
  if (space.flights?.length) data.push(...runs(space, space.flights));
  if (space.points?.length) data.push(...found(space, space.points));
  const title = (k: number) => ({ title: { text: `PC ${k} (activation)` } });
  return {
    data,
    layout: titled(claim, {
      width: 760,
      height: 640,
      // the legend stands beside the cube; without this plotly.js would push the scene out of its way, and clip it
      margin: { l: 0, r: 0, b: 0, autoexpand: false },
      scene: {
        xaxis: title(1),
        yaxis: title(2),
        zaxis: title(3),
        aspectmode: "data",
        camera: { eye: { x: 1.9, y: 1.3, z: 0.8 }, center: { x: 0, y: 0, z: -0.12 } },
        domain: { x: [0.14, 1], y: [0, 1] },
      },
      legend: { x: 0.01, y: 1, xanchor: "left", itemsizing: "constant" },
    }),
  };
}

/** Phase space at one step of training, in three coordinates, (T×3) each. */
export interface PortraitAt {
  readonly step: number;
  readonly test: Matrix;
  readonly runs: readonly Matrix[];
}

/** The paper's blue and red, dark and broad against light and thin, so that grey print tells them apart as well. */
const testLine = { color: "#00558A", width: 4 };
const runLine = { color: "#E8765A", width: 1.5 };
const finalMarker = { symbol: "circle-open", color: colors.green, size: 5, line: { color: colors.green, width: 1.5 } };

/** Coordinates of pieces, to a tenth: the picture is a hundred wide, and a film holds a hundred thousand of them. */
function portraitCoordinates(pieces: readonly Matrix[]): { x: number[]; y: number[]; z: number[] } {
  const axes: number[][] = [[], [], []];
  for (const [k, piece] of pieces.entries()) {
    checkMatrix("portraits", "coordinates", piece, undefined, 3);
    for (let i = 0; i < piece.rows; i++)
      for (let a = 0; a < 3; a++) axes[a].push(Math.round(10 * piece.get(i, a)) / 10);
    if (k < pieces.length - 1) for (const axis of axes) axis.push(Number.NaN);
  }
  return { x: axes[0], y: axes[1], z: axes[2] };
}

function portraitTraces({ test, runs }: PortraitAt, final: Matrix, scene: string, isFirst: boolean): Trace[] {
  const common = { type: "scatter3d", scene, showlegend: isFirst, hoverinfo: "skip" };
  return [
    { ...common, mode: "lines", name: "runs from the cloud", ...portraitCoordinates(runs), line: runLine },
    { ...common, mode: "lines", name: "test run", ...portraitCoordinates([test]), line: testLine },
    {
      ...common,
      mode: "markers",
      name: "fixed points at the end",
      ...portraitCoordinates([final]),
      marker: finalMarker,
    },
  ];
}

/** The paper's view: from above a corner, with room for all test runs and all that is left in the end; far starts are cut off. */
function sceneOver(portraits: readonly PortraitAt[], final: Matrix, domain: Record<string, number[]>) {
  const all = [final, ...portraits.map(({ test }) => test)];
  const reach = Math.ceil(Math.max(...all.map((m) => Math.max(m.max(), -m.min()))) / 5) * 5;
  const axis = (k: number) => ({
    title: { text: `PC ${k}`, font: { size: 11 } },
    range: [-reach, reach],
    nticks: 5,
    tickfont: { size: 10 },
  });
  const camera = { eye: { x: 1.55, y: 1.55, z: 0.87 }, center: { x: 0, y: 0, z: -0.13 } };
  return { domain, xaxis: axis(1), yaxis: axis(2), zaxis: axis(3), aspectmode: "cube", camera };
}

function checkPortraits(where: string, portraits: readonly PortraitAt[], final: Matrix): void {
  checkList(where, "portraits", portraits, 1, ["test", "runs"]);
  checkMatrix(where, "final", final, undefined, 3);
}

/**
 * Fig. 7: phase space at a few steps of training, side by side in one view; final fixed points overlaid.  [J15 Fig. 7]
 *
 * @param portraits two to a row
 * @param final fixed points of the trained network, (points×3)
 * @param claim the title
 */
export function phaseEvolution(portraits: readonly PortraitAt[], final: Matrix, claim: string): Figure {
  checkPortraits("phaseEvolution", portraits, final);
  const rows = Math.ceil(portraits.length / 2);
  const scenes: Record<string, unknown> = {};
  const annotations: Record<string, unknown>[] = [];
  const data = portraits.flatMap((portrait, k) => {
    const name = k === 0 ? "scene" : `scene${k + 1}`;
    const [left, top] = [(k % 2) * 0.5, 1 - Math.floor(k / 2) / rows];
    scenes[name] = sceneOver(portraits, final, { x: [left, left + 0.5], y: [top - 1 / rows, top - 0.02] });
    const text = `${String.fromCharCode(97 + k)}) after ${portrait.step} steps`;
    const place = { x: left + 0.25, y: top, xref: "paper", yref: "paper", xanchor: "center", yanchor: "top" };
    annotations.push({ text, ...place, showarrow: false, font: { size: 15 } });
    return portraitTraces(portrait, final, name, k === 0);
  });
  return {
    data,
    layout: titled(claim, {
      width: 820,
      height: 400 * rows + 70,
      ...scenes,
      annotations,
      margin: { l: 0, r: 0, b: 40, autoexpand: false },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: 0, yanchor: "top", itemsizing: "constant" },
    } as Layout),
  };
}

/**
 * Fig. 7 as a film: one scene, with buttons and a slider through the steps of training; the last one is shown first.  [J15 Fig. 7]
 *
 * @param portraits by ascending step
 * @param final fixed points of the trained network, (points×3)
 * @param claim the title
 */
export function phaseFilm(portraits: readonly PortraitAt[], final: Matrix, claim: string): Figure {
  checkPortraits("phaseFilm", portraits, final);
  const last = portraits[portraits.length - 1];
  const still: Figure = {
    data: portraitTraces(last, final, "scene", true),
    layout: titled(claim, {
      width: 720,
      height: 600,
      scene: sceneOver(portraits, final, { x: [0, 1], y: [0, 1] }),
      margin: { l: 0, r: 0, b: 10, autoexpand: false },
      legend: { x: 0.01, y: 1, xanchor: "left", yanchor: "top", itemsizing: "constant" },
    }),
  };
  const stepOf = ({ step }: PortraitAt) => ({
    text: `after ${step} steps`,
    ...{ x: 0.98, y: 0.99, xref: "paper", yref: "paper", xanchor: "right", yanchor: "top" },
    ...{ showarrow: false, font: { size: 17 } },
  });
  const frames = portraits.map((portrait): Frame => {
    const traces = portraitTraces(portrait, final, "scene", true).slice(0, 2);
    const data = traces.map(({ x, y, z }) => ({ x, y, z }));
    return { name: String(portrait.step), data, traces: [0, 1], layout: { annotations: [stepOf(portrait)] } };
  });
  const { data, layout } = still;
  return withFrames({ data, layout: { ...layout, annotations: [stepOf(last)] } }, frames, frames.length - 1);
}
