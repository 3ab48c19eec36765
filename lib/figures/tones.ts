/** An oscillator whose input selects its frequency: the task, the orbits with their fixed points, frequency against frequency. */

import type { AbstractMatrix, Matrix } from "ml-matrix";
import { principalComponents } from "../numbers/principal-components";
import { checkList, checkMatrix, checkNumbers, checkRecord, reject } from "../wasm/validate";
import { toMatrix, toRowMajor } from "../wasm/vector";
import type { PhasePoint } from "./cube";
import type { Figure, Trace } from "./figure";
import { colors, markerOf, pathStyles, titled } from "./theme";

/**
 * Input above; below it the output over its target, or the target alone.
 *
 * @param run input (T×1), target (T×1), and output (T×1) if there is one
 * @param claim the title
 * @throws RangeError if lengths differ
 */
export function toneRun(
  run: { readonly input: Matrix; readonly target: Matrix; readonly output?: Matrix },
  claim: string,
): Figure {
  const where = "toneRun";
  checkRecord(where, "run", run, ["input", "target"]);
  const { input, target, output } = run;
  checkMatrix(where, "input", input, undefined, 1);
  checkMatrix(where, "target", target, input.rows, 1);
  if (output !== undefined) checkMatrix(where, "output", output, input.rows, 1);
  const line = (m: Matrix, name: string, style: Record<string, unknown>, yaxis: string): Trace => {
    const y = m.to1DArray();
    return { type: "scatter", mode: "lines", name, x: y.map((_, t) => t), y, line: style, yaxis };
  };
  const lowest = Math.min(0, ...input.to1DArray());
  return {
    data: [
      line(input, "input u", { color: colors.orange, width: 2.5, dash: "dash" }, "y2"),
      line(target, "target f", { color: colors.skyBlue, width: output ? 5 : 2.5 }, "y"),
      ...(output ? [line(output, "output z", { color: colors.black, width: 1.2 }, "y")] : []),
    ],
    layout: titled(claim, {
      height: 440,
      xaxis: { title: { text: "time t (steps)" }, anchor: "y" },
      yaxis: { title: { text: output ? "f and z" : "f" }, domain: [0, 0.6], zeroline: false },
      yaxis2: { title: { text: "u" }, domain: [0.7, 1], zeroline: false, range: [lowest, 1.15 * maximum(input)] },
      legend: { orientation: "h", x: 1, xanchor: "right", y: -0.13, yanchor: "top" },
    }),
  };
}

const maximum = (m: Matrix): number => Math.max(1e-9, ...m.to1DArray());

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
 * @param points fixed points, as from `phasePoints`
 * @param claim the title
 * @throws RangeError if there is no orbit, or the states have fewer than three components
 */
export function orbits(runs: readonly Orbit[], points: readonly PhasePoint[], claim: string): Figure {
  const where = "orbits";
  checkList(where, "runs", runs, 1, ["name", "states"]);
  checkList(where, "points", points, 0, ["state", "kind"]);
  const projection = principalComponents(stacked(where, runs), 3);
  const axes = (states: AbstractMatrix | Float64Array) => {
    const p = projection.project(states);
    return { x: p.getColumn(0), y: p.getColumn(1), z: p.getColumn(2) };
  };
  // dashes would fall differently in each round; a name at the orbit tells it apart in grey print
  const lines = runs.map(({ name, states }, k): Trace => {
    const at = axes(states);
    const end = at.y.indexOf(at.y.reduce((most, value) => Math.max(most, value)));
    return {
      type: "scatter3d",
      mode: "lines+text",
      name,
      ...at,
      text: at.y.map((_, t) => (t === end ? name : "")),
      textposition: "middle right",
      textfont: { size: 14 },
      line: { color: pathStyles[k % pathStyles.length].color, width: 4 },
      hoverinfo: "name",
    };
  });
  const kinds = [...new Set(points.map(({ kind }) => kind))];
  const marks = kinds.map((kind): Trace => {
    const those = points.filter((point) => point.kind === kind).map((point) => ({ ...axes(point.state), ...point }));
    const [x, y, z] = (["x", "y", "z"] as const).map((axis) => those.map((point) => point[axis][0]));
    const text = those.map(({ label }) => label);
    return {
      type: "scatter3d",
      mode: "markers",
      name: `${kind} inside`,
      x,
      y,
      z,
      text,
      hoverinfo: "text",
      marker: markerOf(kind, 6),
    };
  });
  const title = (k: number) => ({ title: { text: `PC ${k} (activation)` } });
  return {
    data: [...lines, ...marks],
    layout: titled(claim, {
      width: 760,
      height: 600,
      margin: { l: 0, r: 0, b: 0, autoexpand: false },
      scene: {
        xaxis: title(1),
        yaxis: title(2),
        zaxis: title(3),
        aspectmode: "cube",
        camera: { eye: { x: 1.9, y: 1.3, z: 0.8 }, center: { x: 0, y: 0, z: -0.12 } },
        domain: { x: [0.14, 1], y: [0, 1] },
      },
      legend: { x: 0.01, y: 1, xanchor: "left", itemsizing: "constant" },
    }),
  };
}

/** The states of all runs, one below the other. */
function stacked(where: string, runs: readonly Orbit[]): Matrix {
  const columns = runs[0].states.columns;
  if (!(columns >= 3)) reject(where, "runs[0].states", `has ${columns} columns`, "at least 3");
  for (const [k, { states }] of runs.entries()) checkMatrix(where, `runs[${k}].states`, states, undefined, columns);
  const rows = runs.reduce((sum, { states }) => sum + states.rows, 0);
  const all = new Float64Array(rows * columns);
  let offset = 0;
  for (const { states } of runs) {
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

/**
 * Frequency against frequency: on the diagonal the network does what it was trained to do, and the theory what the
 * network does.
 *
 * @param series one set of marks each, told apart by shape and colour; frequencies per step, drawn per 1000 steps
 * @param claim the title
 * @throws RangeError if lengths differ
 */
export function frequencies(series: readonly FrequencySeries[], claim: string): Figure {
  const where = "frequencies";
  checkList(where, "series", series, 1, ["name", "wanted", "found"]);
  for (const [k, { wanted, found }] of series.entries()) {
    checkNumbers(where, `series[${k}].wanted`, wanted, 1);
    if (found.length !== wanted.length)
      reject(where, `series[${k}].found`, `has length ${found.length}`, `${wanted.length}`);
  }
  const per1000 = (values: readonly number[]) => values.map((f) => 1000 * f);
  const all = per1000(series.flatMap(({ wanted }) => wanted));
  const ends = [0.9 * Math.min(...all), 1.05 * Math.max(...all)];
  const diagonal: Trace = {
    type: "scatter",
    mode: "lines",
    name: "equal",
    x: ends,
    y: ends,
    line: { color: colors.grey, width: 1.5 },
  };
  const marks = series.map(({ name, wanted, found }, k): Trace => {
    const { color, symbol } = frequencyStyles[k % frequencyStyles.length];
    const marker = { symbol, color, size: 11, line: { color, width: 2 } };
    return { type: "scatter", mode: "markers", name, x: per1000(wanted), y: per1000(found), marker };
  });
  return {
    data: [diagonal, ...marks],
    layout: titled(claim, {
      width: 640,
      height: 560,
      xaxis: { title: { text: "frequency wanted (per 1000 steps)" }, zeroline: false },
      yaxis: { title: { text: "frequency found (per 1000 steps)" }, zeroline: false },
      legend: { x: 0.02, y: 0.98, yanchor: "top" },
      margin: { b: 80 },
    }),
  };
}

/** Shapes that no kind of point has. */
const frequencyStyles = [
  { color: colors.black, symbol: "square-open" },
  { color: colors.vermilion, symbol: "triangle-up" },
  { color: colors.blue, symbol: "triangle-down" },
  { color: colors.purple, symbol: "star" },
];
