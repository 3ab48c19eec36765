/** How a tesseract is drawn in space: its edges and corners, without axes, from where no corner hides another. */
import { checkList, checkNumbers, checkPattern } from "../wasm/validate";
import type { Trace } from "./figure";
import { bitLabel, cubeEdges } from "./figures-phase-space";
import { colors } from "./theme";

/** A corner of a tesseract: its pattern, and where it is drawn, in three or four dimensions. */
export interface TesseractCorner {
  /** ±1 each, (4). */
  readonly bits: readonly number[];
  readonly at: ArrayLike<number>;
}

/** Sum of the products of entries, over the length of the first. */
export const dotOf = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);

const short = (v: number): number => Math.round(v * 100) / 100 || 0;

/** x, y, z of corners in the order given, to a hundredth. */
export function positions(corners: readonly TesseractCorner[]): Pick<Trace, "x" | "y" | "z"> {
  const [x, y, z] = [0, 1, 2].map((k) => corners.map(({ at }) => short(at[k])));
  return { x, y, z };
}

/** Lines between corners one flip apart, with gaps. */
export function edgeLines(corners: readonly TesseractCorner[]): Pick<Trace, "x" | "y" | "z"> {
  const [x, y, z] = [0, 1, 2].map((k) =>
    cubeEdges(corners).flatMap(([a, b]) => [short(a.at[k]), short(b.at[k]), Number.NaN]),
  );
  return { x, y, z };
}

const solid = (trace: Partial<Trace>): Trace => ({ type: "scatter3d", ...trace });

/** Two traces for a tesseract: its edges, and its corners with the patterns on them. */
export function drawn(corners: readonly TesseractCorner[], name: string, isMeasured: boolean, scene: string): Trace[] {
  const color = isMeasured ? colors.blue : colors.grey;
  const line = { color, width: isMeasured ? 5 : 3 };
  const marker = { symbol: isMeasured ? "circle" : "circle-open", color, size: isMeasured ? 6 : 7 };
  const text = corners.map(({ bits }) => bitLabel(bits));
  const labels = { mode: "markers+text", text, textposition: "top center", textfont: { size: 12 }, hoverinfo: "text" };
  return [
    solid({ mode: "lines", name, ...edgeLines(corners), line, hoverinfo: "skip", scene }),
    solid({ ...labels, ...positions(corners), marker, showlegend: false, scene }),
  ];
}

/** Without axes: what counts is the shape. */
export function shapeScene(half: number, x: [number, number], points: readonly TesseractCorner[]) {
  const axis = { range: [-half, half], visible: false };
  const [ex, ey, ez] = clearestEye(points);
  return {
    xaxis: { ...axis },
    yaxis: { ...axis },
    zaxis: { ...axis },
    aspectmode: "manual",
    aspectratio: { x: 1.6, y: 1.6, z: 1.6 },
    camera: {
      eye: { x: 2 * ex, y: 2 * ey, z: 2 * ez },
      center: { x: 0, y: 0, z: 0 },
      projection: { type: "orthographic" },
    },
    domain: { x, y: [0, 1] },
  };
}

/** A direction to look along, of length 1, from which no two corners hide each other, if there is one. */
function clearestEye(points: readonly TesseractCorner[]): [number, number, number] {
  const eyes = Array.from({ length: 300 }, (_, i): [number, number, number] => {
    const height = 0.15 + (0.6 * i) / 300; // from somewhat above: the eye expects it
    const turn = 2.399963 * i; // the golden angle
    const across = Math.sqrt(1 - height * height);
    return [across * Math.cos(turn), across * Math.sin(turn), height];
  });
  const clearance = (eye: readonly number[]): number => {
    let least = Number.POSITIVE_INFINITY;
    for (const [i, a] of points.entries()) {
      for (const b of points.slice(0, i)) {
        const d = [0, 1, 2].map((k) => a.at[k] - b.at[k]);
        const apart = dotOf(d, d);
        if (apart > 1e-12) least = Math.min(least, apart - dotOf(d, eye) ** 2);
      }
    }
    return least;
  };
  return eyes.reduce((best, eye) => (clearance(eye) > clearance(best) + 1e-12 ? eye : best));
}

/** Throws unless there are corners of four bits, with coordinates enough. */
export function checkCorners(where: string, corners: readonly TesseractCorner[], dimensions: number): void {
  checkList(where, "corners", corners, 1, ["bits", "at"]);
  for (const [i, { bits, at }] of corners.entries()) {
    checkPattern(where, `corners[${i}].bits`, bits, 4);
    checkNumbers(where, `corners[${i}].at`, at, dimensions);
  }
}

/** The largest distance of a corner from the middle. */
export const reach = (corners: readonly TesseractCorner[]): number =>
  Math.max(...corners.map(({ at }) => Math.sqrt(dotOf(at, at))));
