/** The tesseract of four bits, turned in four dimensions. */
import type { Figure } from "./figure";
import { cubeEdges } from "./figures-phase-space";
import {
  checkCorners,
  dotOf,
  drawn,
  edgeLines,
  positions,
  reach,
  shapeScene,
  type TesseractCorner,
} from "./tesseract-drawing";
import { type Frame, patterns, stations, stepsPerLeg, tesseractFrames } from "./tesseract-frames";
import { colors, titled } from "./theme";

export type { TesseractCorner } from "./tesseract-drawing";
export { tesseractFrames } from "./tesseract-frames";

/**
 * The measured tesseract, and the perfect one with the same edge, turned in four dimensions by a slider: from cell-first
 * by face-first and edge-first to vertex-first.
 *
 * @param corners the memories held, with coordinates along the four bits, (4), in activation, as from `bitFrame`
 * @param claim the title
 * @throws RangeError if there are none, or a shape does not fit
 */
export function tesseractRotation(corners: readonly TesseractCorner[], claim: string): Figure {
  checkCorners("tesseractRotation", corners, 4);
  const half = meanHalfEdge(corners);
  const ideal = patterns.map((bits) => ({ bits, at: bits.map((bit) => half * bit) }));
  const frames = tesseractFrames();
  const seen = (list: readonly TesseractCorner[], frame: Frame): TesseractCorner[] =>
    list.map(({ bits, at }) => ({ bits, at: frame.slice(0, 3).map((row) => dotOf(row, at)) }));
  const first = 2 * stepsPerLeg;
  const traces = [
    ...drawn(seen(ideal, frames[first]), "perfect tesseract", false, "scene"),
    ...drawn(seen(corners, frames[first]), "measured memories", true, "scene"),
  ];
  traces[1] = { ...traces[1], mode: "markers" }; // one label for each corner is enough
  const steps = frames.map((frame, i) => {
    const pieces = [ideal, corners].flatMap((list) => {
      const there = seen(list, frame);
      return [edgeLines(there), positions(there)];
    });
    const args = Object.fromEntries((["x", "y", "z"] as const).map((axis) => [axis, pieces.map((p) => p[axis])]));
    const isStation = i % stepsPerLeg === 0;
    const label = isStation ? stations[i / stepsPerLeg] : directionText(frame[3]);
    return { method: "restyle", label, args: [args, [0, 1, 2, 3]] };
  });
  const range = 1.1 * Math.max(reach(ideal), reach(corners));
  return {
    data: traces,
    layout: titled(claim, {
      width: 760,
      height: 680,
      scene: shapeScene(range, [0, 1], seen(ideal, frames[1])),
      margin: { l: 0, r: 0, b: 110, autoexpand: false },
      legend: { x: 0.01, y: 1, xanchor: "left" },
      sliders: [{ ...slider, active: first, steps }],
      annotations: stations.map((name, k) => ({
        text: name.split("-")[0],
        x: slider.x + (slider.len * k) / (stations.length - 1),
        y: 0,
        yshift: -84,
        xref: "paper",
        yref: "paper",
        showarrow: false,
      })),
    }),
  };
}

/** Its labels tell the current step and are too long to stand below every tick. */
const slider = {
  x: 0.08,
  len: 0.84,
  y: 0,
  pad: { t: 10, l: 0, r: 0 },
  font: { color: "rgba(0,0,0,0)" },
  currentvalue: { prefix: "seen ", font: { color: colors.black, size: 15 } },
};

const directionText = (n: readonly number[]): string => `along (${n.map((v) => v.toFixed(2)).join(", ")})`;

/** Half the mean distance between corners one flip apart. */
function meanHalfEdge(corners: readonly TesseractCorner[]): number {
  const lengths = cubeEdges(corners).map(([a, b]) =>
    Math.sqrt([0, 1, 2, 3].reduce((sum, k) => sum + (a.at[k] - b.at[k]) ** 2, 0)),
  );
  return lengths.length > 0 ? lengths.reduce((sum, v) => sum + v, 0) / lengths.length / 2 : 1;
}
