/**
 * The tesseract of four bits: turned in four dimensions, beside the perfect one (Fig. 8), its views seed by seed, and the
 * distances between its corners.
 */
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { type TesseractView, tesseractViews, viewOf } from "../memory/solid";
import { checkChoice, reject } from "../wasm/check";
import { bitLabel, cubeEdges } from "./cube";
import type { Trace } from "./figure";
import { axis, drawing, type Fields, figure, lines, mark, note, onPaper, points, type Space, solid } from "./marks";
import { colors, pathStyle } from "./theme";

/** The four kinds of direction, from cell to vertex, and the solid that is seen along each. */
const stations: readonly string[] = Object.entries(tesseractViews).map(([view, solid]) => `${view}-first: a ${solid}`);

/** All sixteen patterns, from (−1, −1, −1, −1) to (+1, +1, +1, +1). */
const patterns: readonly (readonly number[])[] = Array.from({ length: 16 }, (_, p) =>
  [3, 2, 1, 0].map((k) => ((p >> k) & 1 ? 1 : -1)),
);

/** One orthonormal frame for every direction from cell to vertex: rows 0 to 2 are drawn, row 3 is the line of sight. */
type Frame = readonly (readonly number[])[];

/** Turns the line of sight towards row k by an angle; the picture turns with it, so that nothing jumps. */
function turned(frame: Frame, k: number, angle: number): Frame {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [row, sight] = [frame[k], frame[3]];
  return frame.map((old, i) => {
    if (i === k) return row.map((v, j) => c * v - s * sight[j]);
    return i === 3 ? sight.map((v, j) => c * v + s * row[j]) : old;
  });
}

/** Steps from one of the four kinds to the next. */
const stepsPerLeg = 8;
/** cell → face → edge → vertex: 45°, 35.3° and 30°. */
const legs = [1, 2, 3].map((k) => Math.acos(Math.sqrt(k / (k + 1))));

/** Frames from cell-first to vertex-first, 25 of them. */
export function tesseractFrames(): number[][][] {
  const [e1, e2, e3, e4] = [0, 1, 2, 3].map((k) => [0, 1, 2, 3].map((i) => (i === k ? 1 : 0)));
  const frames: Frame[] = [[e2, e3, e4, e1]];
  legs.forEach((angle, leg) => {
    const from = frames[frames.length - 1];
    for (let step = 1; step <= stepsPerLeg; step++) frames.push(turned(from, leg, (angle * step) / stepsPerLeg));
  });
  return frames.map((frame) => frame.map((row) => [...row]));
}

/** The pure direction nearest to one given, with its signs and order, and three rows that span what is seen along it. */
function nearestIdeal(direction: Float64Array): { name: string; rows: number[][] } {
  const order = [0, 1, 2, 3].sort((a, b) => Math.abs(direction[b]) - Math.abs(direction[a]));
  const kind = Object.keys(tesseractViews).indexOf(viewOf(direction).nearest);
  const frame = tesseractFrames()[kind * stepsPerLeg];
  // column `place` of the frame belongs to bit order[place], with the sign that the direction has there
  const rows = frame.slice(0, 3).map((row) => {
    const placed = [0, 0, 0, 0];
    order.forEach((bit, place) => {
      placed[bit] = direction[bit] < 0 ? -row[place] : row[place];
    });
    return placed;
  });
  return { name: stations[kind], rows };
}

/** A corner of a tesseract: its pattern, and where it is drawn, in three or four dimensions. */
export interface TesseractCorner {
  /** ±1 each, (4). */
  readonly bits: readonly number[];
  readonly at: ArrayLike<number>;
}

/** Sum of the products of entries, over the length of the first. */
const dotOf = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);

/** The largest distance of a corner from the middle. */
const reach = (corners: readonly TesseractCorner[]): number =>
  Math.max(...corners.map(({ at }) => Math.sqrt(dotOf(at, at))));

/** x, y, z of corners in the order given, to a hundredth; NaN makes a gap. */
function positions(corners: readonly Pick<TesseractCorner, "at">[]): Space {
  const [x, y, z] = [0, 1, 2].map((k) => corners.map(({ at }) => Math.round(at[k] * 100) / 100 + 0)); // + 0: no −0
  return { x, y, z };
}

const gap = { at: [Number.NaN, Number.NaN, Number.NaN] };

/** Lines between corners one flip apart, with gaps. */
const edgeLines = (corners: readonly TesseractCorner[]): Space =>
  positions(cubeEdges(corners).flatMap(([a, b]) => [a, b, gap]));

/** Two traces for a tesseract: its edges, and its corners with the patterns on them. */
function drawn(corners: readonly TesseractCorner[], name: string, isMeasured: boolean, scene: string): Trace[] {
  const color = isMeasured ? colors.blue : colors.grey;
  const line = { color, width: isMeasured ? 5 : 3 };
  const marker = { symbol: isMeasured ? "circle" : "circle-open", color, size: isMeasured ? 6 : 7 };
  const text = corners.map(({ bits }) => bitLabel(bits));
  const labels = { text, textposition: "top center", textfont: { size: 12 }, hoverinfo: "text", showlegend: false };
  return [
    solid("lines", name, edgeLines(corners), { line, hoverinfo: "skip", scene }),
    solid("markers+text", undefined, positions(corners), { ...labels, marker, scene }),
  ];
}

/** Without axes: what counts is the shape. */
function shapeScene(half: number, x: readonly number[], corners: readonly TesseractCorner[]): Fields {
  const [xaxis, yaxis, zaxis] = [0, 1, 2].map(() => ({ range: [-half, half], visible: false }));
  const [ex, ey, ez] = clearestEye(corners).map((v) => 2 * v);
  const center = { x: 0, y: 0, z: 0 };
  return {
    ...{ xaxis, yaxis, zaxis, aspectmode: "manual", aspectratio: { x: 1.6, y: 1.6, z: 1.6 } },
    camera: { eye: { x: ex, y: ey, z: ez }, center, projection: { type: "orthographic" } },
    domain: { x, y: [0, 1] },
  };
}

/** A direction to look along, of length 1, from which no two corners hide each other, if there is one. */
function clearestEye(corners: readonly TesseractCorner[]): [number, number, number] {
  const eyes = Array.from({ length: 300 }, (_, i): [number, number, number] => {
    const height = 0.15 + (0.6 * i) / 300; // from somewhat above: the eye expects it
    const turn = 2.399963 * i; // the golden angle
    const across = Math.sqrt(1 - height * height);
    return [across * Math.cos(turn), across * Math.sin(turn), height];
  });
  const clearance = (eye: readonly number[]): number => {
    let least = Number.POSITIVE_INFINITY;
    for (const [i, a] of corners.entries()) {
      for (const b of corners.slice(0, i)) {
        const d = [0, 1, 2].map((k) => a.at[k] - b.at[k]);
        const apart = dotOf(d, d);
        if (apart > 1e-12) least = Math.min(least, apart - dotOf(d, eye) ** 2);
      }
    }
    return least;
  };
  return eyes.reduce((best, eye) => (clearance(eye) > clearance(best) + 1e-12 ? eye : best));
}

/** Throws where corners have too few coordinates: those of a picture are three, those along the bits four. */
function checkCorners(where: string, corners: readonly TesseractCorner[], dimensions: number): void {
  const flat = corners.findIndex(({ at }) => at.length < dimensions);
  if (flat >= 0)
    reject(where, `corners[${flat}].at`, `has length ${corners[flat].at.length}`, `at least ${dimensions}`);
}

/** Its labels tell the current step and are too long to stand below every tick. */
const slider = {
  ...{ x: 0.08, len: 0.84, y: 0, pad: { t: 10, l: 0, r: 0 }, font: { color: "rgba(0,0,0,0)" } },
  currentvalue: { prefix: "seen ", font: { color: colors.black, size: 15 } },
};

/**
 * The measured tesseract, and the perfect one with the same edge, turned in four dimensions by a slider: from cell-first
 * by face-first and edge-first to vertex-first.
 *
 * @param corners the memories held, with coordinates along the four bits, (4), in activation, as from `bitFrame`
 * @param claim the title
 * @throws RangeError if there are none, or a shape does not fit
 */
export const tesseractRotation = drawing("tesseractRotation", (corners: readonly TesseractCorner[], claim: string) => {
  checkCorners("tesseractRotation", corners, 4);
  const half = meanHalfEdge(corners);
  const ideal = patterns.map((bits) => ({ bits, at: bits.map((bit) => half * bit) }));
  const frames = tesseractFrames();
  const seen = (list: readonly TesseractCorner[], frame: Frame): TesseractCorner[] =>
    list.map(({ bits, at }) => ({ bits, at: frame.slice(0, 3).map((row) => dotOf(row, at)) }));
  const first = 2 * stepsPerLeg;
  const [idealEdges, idealCorners] = drawn(seen(ideal, frames[first]), "perfect tesseract", false, "scene");
  const measured = drawn(seen(corners, frames[first]), "measured memories", true, "scene");
  const steps = frames.map((frame, i) => {
    const pieces = [ideal, corners].flatMap((list) => [edgeLines(seen(list, frame)), positions(seen(list, frame))]);
    const args = Object.fromEntries((["x", "y", "z"] as const).map((along) => [along, pieces.map((p) => p[along])]));
    const label = i % stepsPerLeg === 0 ? stations[i / stepsPerLeg] : directionText(frame[3]);
    return { method: "restyle", label, args: [args, [0, 1, 2, 3]] };
  });
  const range = 1.1 * Math.max(reach(ideal), reach(corners));
  // one label for each corner is enough
  return figure(claim, [idealEdges, { ...idealCorners, mode: "markers" }, ...measured], {
    width: 760,
    height: 680,
    scene: shapeScene(range, [0, 1], seen(ideal, frames[1])),
    margin: { l: 0, r: 0, b: 110, autoexpand: false },
    legend: { x: 0.01, y: 1, xanchor: "left" },
    sliders: [{ ...slider, active: first, steps }],
    annotations: stations.map((name, k) => {
      const x = slider.x + (slider.len * k) / (stations.length - 1);
      return note(name.split("-")[0], x, 0, { ...onPaper, yshift: -84 });
    }),
  });
});

const directionText = (n: readonly number[]): string => `along (${n.map((v) => v.toFixed(2)).join(", ")})`;

/** Half the mean distance between corners one flip apart. */
function meanHalfEdge(corners: readonly TesseractCorner[]): number {
  const lengths = cubeEdges(corners).map(([a, b]) =>
    Math.sqrt([0, 1, 2, 3].reduce((sum, k) => sum + (a.at[k] - b.at[k]) ** 2, 0)),
  );
  return lengths.length > 0 ? lengths.reduce((sum, v) => sum + v, 0) / lengths.length / 2 : 1;
}

/** Corners with their coordinates in a picture, (3), from its middle; and what the picture drops, along the bits, (4). */
export interface TesseractPicture {
  readonly corners: readonly TesseractCorner[];
  readonly direction: Float64Array;
}

/**
 * The perfect tesseract seen along the nearest of the four directions, turned until it fits the measured picture, and the
 * measured picture beside it.  [J15 Fig. 8]
 *
 * @param picture corners, and the direction that it drops
 * @param claim the title
 * @throws RangeError if a shape does not fit
 */
export const idealBesideMeasured = drawing(
  "idealBesideMeasured",
  ({ corners, direction }: TesseractPicture, claim: string) => {
    checkCorners("idealBesideMeasured", corners, 3);
    const { name, rows } = nearestIdeal(direction);
    const flat = patterns.map((bits) => ({ bits, at: rows.map((row) => dotOf(row, bits)) }));
    const ideal = fitted(flat, corners);
    const half = 1.15 * Math.max(reach(ideal), reach(corners));
    const [left, right] = [
      drawn(ideal, `perfect, ${name}`, false, "scene"),
      drawn(corners, "measured, PC 1 to 3", true, "scene2"),
    ];
    return figure(claim, [...left, ...right], {
      width: 900,
      height: 500,
      scene: shapeScene(half, [0, 0.5], ideal),
      scene2: shapeScene(half, [0.5, 1], ideal),
      margin: { l: 0, r: 0, b: 40, autoexpand: false },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: -0.02, yanchor: "top" },
    });
  },
);

/** Corners turned (or mirrored) and scaled as a whole, so that they lie as near as can be to the same corners of a target. */
function fitted(corners: readonly TesseractCorner[], target: readonly TesseractCorner[]): TesseractCorner[] {
  const partner = target.map(({ bits }) => corners.find((c) => String(c.bits) === String(bits)) ?? corners[0]);
  const middle = (list: readonly TesseractCorner[]): number[] =>
    [0, 1, 2].map((k) => list.reduce((sum, { at }) => sum + at[k] / list.length, 0));
  const [from, to] = [middle(partner), middle(target)];
  const covariance = Matrix.zeros(3, 3);
  let size = 0;
  partner.forEach(({ at }, i) => {
    for (let a = 0; a < 3; a++) {
      size += (at[a] - from[a]) ** 2;
      for (let b = 0; b < 3; b++) {
        covariance.set(a, b, covariance.get(a, b) + (at[a] - from[a]) * (target[i].at[b] - to[b]));
      }
    }
  });
  const svd = new SingularValueDecomposition(covariance);
  const turn = svd.leftSingularVectors.mmul(svd.rightSingularVectors.transpose());
  const scale = size > 0 ? svd.diagonal.reduce((sum, v) => sum + v, 0) / size : 1;
  return corners.map(({ bits, at }) => ({
    bits,
    at: [0, 1, 2].map((b) => to[b] + scale * [0, 1, 2].reduce((sum, a) => sum + (at[a] - from[a]) * turn.get(a, b), 0)),
  }));
}

/** A picture: seed and kind of the network, the view nearest to it, and how many memories the network holds. */
export interface PictureView {
  readonly seed: number;
  readonly name: string;
  readonly nearest: TesseractView;
  /** How far off the view is, in degrees. */
  readonly angle: number;
  readonly held: number;
}

/**
 * The nearest of the four views for each seed and kind of network, with the number of memories held beside each mark and
 * the degrees it is off when pointed at.  [J15 Fig. 8]
 *
 * @param pictures in any order; kinds are drawn in the order of their first picture
 * @param claim the title
 * @throws RangeError if there is no picture, or a view is unknown
 */
export const viewsBySeed = drawing("viewsBySeed", (pictures: readonly PictureView[], claim: string) => {
  const views = Object.keys(tesseractViews) as TesseractView[];
  for (const { nearest } of pictures) checkChoice("viewsBySeed", "nearest", nearest, views);
  const kinds = [...new Set(pictures.map(({ name }) => name))];
  const data = kinds.map((name, k): Trace => {
    const own = pictures.filter((picture) => picture.name === name);
    const x = own.map(({ seed }) => seed + 0.3 * (k - (kinds.length - 1) / 2));
    const y = own.map(({ nearest }) => views.indexOf(nearest));
    const hovertext = own.map(
      ({ seed, nearest, angle }) => `${name}, seed ${seed}: ${nearest}-first, ${angle.toFixed(0)}° off`,
    );
    const label = { text: own.map(({ held }) => `${held}`), textposition: "top center", hovertext, hoverinfo: "text" };
    const { color, symbol } = pathStyle(k);
    return mark("markers+text", name, x, y, { ...label, marker: { color, symbol, size: 13 } });
  });
  const ticktext = views.map((view) => `${view}-first:<br>${tesseractViews[view]}`);
  const range = [-0.5, views.length - 0.3];
  const tickvals = pictures.map(({ seed }) => seed);
  return figure(claim, data, {
    height: 400,
    xaxis: axis("seed (number: memories held)", { tickvals, zeroline: false }),
    yaxis: { tickvals: [...views.keys()], ticktext, range, zeroline: false },
    legend: { orientation: "h", x: 1, xanchor: "right", y: 1.01, yanchor: "bottom" },
  });
});

/** A network in a comparison: its name, and each distance between two memories with their number of flips. */
export interface DistanceGroup {
  readonly name: string;
  readonly pairs: readonly { readonly flips: number; readonly distance: number }[];
}

/**
 * Distances between memories against the number of bits that differ, with the curve a√k of a tesseract.  [J15 §7.1]
 *
 * @param groups one per network
 * @param claim the title
 */
export const flipDistancePlot = drawing("flipDistancePlot", (groups: readonly DistanceGroup[], claim: string) => {
  const k = Array.from({ length: 41 }, (_, i) => (i * i) / 400); // closer together where the curve is steep
  const data = groups.flatMap(({ name, pairs }, g) => {
    const { color, symbol, dash } = pathStyle(g);
    const shift = 0.12 * (g - (groups.length - 1) / 2);
    const edges = pairs.filter(({ flips }) => flips === 1);
    const a = edges.reduce((sum, { distance }) => sum + distance, 0) / (edges.length || 1);
    const [flips, distances] = [pairs.map((pair) => pair.flips + shift), pairs.map(({ distance }) => distance)];
    const root = k.map((v) => a * Math.sqrt(v));
    return [
      points(name, flips, distances, { color, symbol: `${symbol}-open`, size: 8, opacity: 0.8 }),
      lines("lines: a√k", k, root, { color, dash }, { showlegend: g === groups.length - 1 }),
    ];
  });
  return figure(claim, data, {
    xaxis: axis("k, number of bits that differ", { tickvals: [1, 2, 3, 4], range: [0, 4.4] }),
    yaxis: axis("distance (activation)", { rangemode: "tozero" }),
    legend: { x: 0.02, y: 0.98 },
  });
});
