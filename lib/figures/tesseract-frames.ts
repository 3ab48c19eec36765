/** Turning a tesseract in four dimensions: the frames from cell-first to vertex-first, and the pure view nearest to a direction. */

import { tesseractViews, viewOf } from "../memory/tesseract-view";

/** The four kinds of direction, from cell to vertex, and the solid that is seen along each. */
export const stations: readonly string[] = Object.entries(tesseractViews).map(
  ([view, solid]) => `${view}-first: a ${solid}`,
);

/** All sixteen patterns, from (−1, −1, −1, −1) to (+1, +1, +1, +1). */
export const patterns: readonly (readonly number[])[] = Array.from({ length: 16 }, (_, p) =>
  [3, 2, 1, 0].map((k) => ((p >> k) & 1 ? 1 : -1)),
);

/** One orthonormal frame for every direction from cell to vertex: rows 0 to 2 are drawn, row 3 is the line of sight. */
export type Frame = readonly (readonly number[])[];

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
export const stepsPerLeg = 8;
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
export function nearestIdeal(direction: Float64Array): { name: string; rows: number[][] } {
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
