/** An oscillator whose input selects its frequency: the task, the orbits with their fixed points, frequency against frequency. */
import type { AbstractMatrix, Matrix } from "ml-matrix";
import { principalComponents } from "../numbers/principal-components";
import { reject } from "../wasm/check";
import { toMatrix, toRowMajor } from "../wasm/vector";
import type { PhasePoint } from "./cube";
import type { Trace } from "./figure";
import { axis, below, componentScene, drawing, type Fields, figure, lines, points, solid } from "./marks";
import { colors, markerOf, pathStyle } from "./theme";

/** A run of the task: one row a step, one column. */
export interface ToneRun {
  readonly input: Matrix;
  readonly target: Matrix;
  readonly output?: Matrix;
}

/**
 * Input above; below it the output over its target, or the target alone.
 *
 * @param run input (T×1), target (T×1), and output (T×1) if there is one
 * @param claim the title
 * @throws RangeError if lengths differ
 */
export const toneRun = drawing("toneRun", ({ input, target, output }: ToneRun, claim: string) => {
  const line = (name: string, m: Matrix, style: Fields, yaxis: string): Trace =>
    lines(name, [...Array(input.rows).keys()], m.getColumn(0), style, { yaxis });
  const [lowest, highest] = [Math.min(0, ...input.getColumn(0)), Math.max(1e-9, ...input.getColumn(0))];
  return figure(
    claim,
    [
      line("input u", input, { color: colors.orange, width: 2.5, dash: "dash" }, "y2"),
      line("target f", target, { color: colors.skyBlue, width: output ? 5 : 2.5 }, "y"),
      ...(output ? [line("output z", output, { color: colors.black, width: 1.2 }, "y")] : []),
    ],
    {
      height: 440,
      xaxis: axis("time t (steps)", { anchor: "y" }),
      yaxis: axis(output ? "f and z" : "f", { domain: [0, 0.6], zeroline: false }),
      yaxis2: axis("u", { domain: [0.7, 1], zeroline: false, range: [lowest, 1.15 * highest] }),
      legend: { ...below(-0.13), x: 1, xanchor: "right" },
    },
  );
});

/** An orbit under one constant input, with a name for it. */
export interface Orbit {
  readonly name: string;
  /** (T×N), row = time. */
  readonly states: AbstractMatrix;
}

/**
 * Closed orbits in the space of the first three principal components of all their states, each with its fixed points.
 *
 * @param runs one per input; named in the picture
 * @param found fixed points, as from `phasePoints`
 * @param claim the title
 * @throws RangeError if there is no orbit, or the states have fewer than three components
 */
export const orbits = drawing("orbits", (runs: readonly Orbit[], found: readonly PhasePoint[], claim: string) => {
  const projection = principalComponents(oneBelowTheOther(runs.map(({ states }) => states)), 3);
  const at = (states: AbstractMatrix | Float64Array) => {
    const [x, y, z] = projection.project(states).transpose().to2DArray();
    return { x, y, z };
  };
  // dashes would fall differently in each round; a name at the orbit tells it apart in grey print
  const loops = runs.map(({ name, states }, k): Trace => {
    const places = at(states);
    const end = places.y.indexOf(places.y.reduce((most, value) => Math.max(most, value)));
    const text = places.y.map((_, t) => (t === end ? name : ""));
    const label = { text, textposition: "middle right", textfont: { size: 14 }, hoverinfo: "name" };
    return solid("lines+text", name, places, { ...label, line: { color: pathStyle(k).color, width: 4 } });
  });
  const marks = [...new Set(found.map(({ kind }) => kind))].map((kind): Trace => {
    const those = found.filter((point) => point.kind === kind);
    const places = those.map(({ state }) => at(state));
    const [x, y, z] = (["x", "y", "z"] as const).map((along) => places.map((place) => place[along][0]));
    const text = those.map(({ label }) => label);
    return solid("markers", `${kind} inside`, { x, y, z }, { text, hoverinfo: "text", marker: markerOf(kind, 6) });
  });
  return figure(claim, [...loops, ...marks], { ...componentScene("cube"), height: 600 });
});

function oneBelowTheOther(pieces: readonly AbstractMatrix[]): Matrix {
  const [{ columns }] = pieces;
  if (!(columns >= 3)) reject("orbits", "runs[0].states", `has ${columns} columns`, "at least 3");
  const rows = pieces.reduce((sum, states) => sum + states.rows, 0);
  const all = new Float64Array(rows * columns);
  let offset = 0;
  for (const states of pieces) {
    all.set(toRowMajor(states), offset);
    offset += states.rows * columns;
  }
  return toMatrix(all, rows, columns);
}

/** Frequencies of one kind, per step, beside those that were wanted. */
export interface FrequencySeries {
  readonly name: string;
  readonly wanted: readonly number[];
  /** NaN where there is none; it is left out. */
  readonly found: readonly number[];
}

/** Shapes that no kind of point has. */
const frequencyStyles = [
  { color: colors.black, symbol: "square-open" },
  { color: colors.vermilion, symbol: "triangle-up" },
  { color: colors.blue, symbol: "triangle-down" },
  { color: colors.purple, symbol: "star" },
];

/**
 * Frequency against frequency: on the diagonal the network does what it was trained to do, and the theory what the
 * network does.
 *
 * @param series one set of marks each, told apart by shape and colour; frequencies per step, drawn per 1000 steps
 * @param claim the title
 * @throws RangeError if lengths differ
 */
export const frequencies = drawing("frequencies", (series: readonly FrequencySeries[], claim: string) => {
  const per1000 = (values: readonly number[]) => values.map((f) => 1000 * f);
  const all = per1000(series.flatMap(({ wanted }) => wanted));
  const ends = [0.9 * Math.min(...all), 1.05 * Math.max(...all)];
  const marks = series.map(({ name, wanted, found }, k): Trace => {
    const { color, symbol } = frequencyStyles[k % frequencyStyles.length];
    return points(name, per1000(wanted), per1000(found), { symbol, color, size: 11, line: { color, width: 2 } });
  });
  return figure(claim, [lines("equal", ends, ends, { color: colors.grey, width: 1.5 }), ...marks], {
    width: 640,
    height: 560,
    xaxis: axis("frequency wanted (per 1000 steps)", { zeroline: false }),
    yaxis: axis("frequency found (per 1000 steps)", { zeroline: false }),
    legend: { x: 0.02, y: 0.98, yanchor: "top" },
    margin: { b: 80 },
  });
});
