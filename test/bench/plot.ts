/** The benchmark as a figure: growth of the FORCE step with N, and every task relative to ours. */

import type { Figure, Trace } from "rnn-dynamics/dist/figures/figure";
import { colors, titled } from "rnn-dynamics/dist/figures/theme";
import { best, type Row, short, type TaskResult } from "./report";

/** One sign and colour a side, in both panels. */
const looks: readonly { readonly side: string; readonly color: string; readonly symbol: string }[] = [
  { side: "ours", color: colors.blue, symbol: "circle" },
  { side: "plain loops", color: colors.orange, symbol: "square" },
  { side: "ml-matrix", color: colors.purple, symbol: "triangle-up" },
  { side: "numpy as written", color: colors.vermilion, symbol: "diamond" },
  { side: "numpy tuned", color: colors.green, symbol: "x" },
  { side: "numpy", color: colors.skyBlue, symbol: "star" },
  { side: "the same dogleg on LAPACK", color: colors.vermilion, symbol: "diamond-open" },
  { side: "scipy hybr", color: colors.green, symbol: "cross" },
  { side: "scipy trust-exact", color: colors.black, symbol: "hexagon-open" },
];

/** The comparisons of the right panel, in the order of the tasks. */
const comparisons: readonly { readonly work: string; readonly label: string }[] = [
  { work: "FORCE step", label: "FORCE step" },
  { work: "simulation step", label: "simulation step" },
  { work: "one start", label: "one fixed point" },
  { work: "LU and one solve", label: "LU and one solve" },
  { work: "all eigenvalues", label: "all eigenvalues" },
  { work: "step of a noise trial", label: "noise trial, per step" },
];

/** The name of a side without its number of threads or variant. */
const family = (side: string): string => side.split(",")[0];

/** Left: the FORCE step against N. Right: how many times as long as ours each side takes, at its best. */
export function benchFigure(tasks: readonly TaskResult[], machine: string): Figure {
  const rows = tasks.flatMap((task) => task.rows).filter((row) => row.time !== undefined);
  const ours = rows.filter((row) => row.side === "ours" && row.work === "FORCE step");
  const layout = titled(`${claimOf(rows)}<br>${machine}`, {
    width: 1080,
    height: 560,
    xaxis: { domain: [0, 0.34], type: "log", title: { text: "N, units" }, tickvals: ours.map((row) => row.size) },
    yaxis: { type: "log", title: { text: "FORCE step, µs" }, exponentformat: "power", dtick: 1 },
    xaxis2: { domain: [0.62, 1], anchor: "y2", type: "log", title: { text: "times as long as ours" }, dtick: 1 },
    yaxis2: { anchor: "x2", autorange: "reversed", type: "category" },
    legend: { orientation: "h", y: -0.3, yanchor: "top" },
    margin: { b: 150 },
  });
  return { data: [...growth(rows), ...relative(rows)], layout };
}

/** What the left panel shows, in numbers. */
function claimOf(rows: readonly Row[]): string {
  const [ours, tuned] = ["ours", "numpy tuned"].map((side) => best(rows, "FORCE step", 1000, side));
  if (ours === undefined) return "Times as long as ours, each side at its best number of threads";
  const step = `A FORCE step of 1000 units takes ${short(ours / 1000)} ms`;
  return tuned === undefined ? step : `${step}; tuned numpy takes ${short(tuned / ours)} times as long`;
}

function growth(rows: readonly Row[]): Trace[] {
  const steps = rows.filter((row) => row.work === "FORCE step");
  return looks.flatMap(({ side, color, symbol }): Trace[] => {
    const sizes = [...new Set(steps.filter((row) => family(row.side) === side).map((row) => row.size))];
    if (sizes.length === 0) return [];
    const y = sizes.map((size) => best(steps, "FORCE step", size, side) ?? Number.NaN);
    const common = { name: side, legendgroup: side, line: { color }, marker: { color, symbol, size: 9 } };
    return [{ type: "scatter", mode: "lines+markers", x: sizes, y, ...common }];
  });
}

function relative(rows: readonly Row[]): Trace[] {
  const inLeft = new Set(rows.filter((row) => row.work === "FORCE step").map((row) => family(row.side)));
  return looks.flatMap(({ side, color, symbol }): Trace[] => {
    const points = comparisons.flatMap(({ work, label }) => {
      const sizes = rows.filter((row) => row.work === work && family(row.side) === side).map((row) => row.size);
      const size = sizes.includes(1000) ? 1000 : Math.max(...sizes);
      const own = rows.filter((row) => family(row.side) === side);
      const [theirs, mine] = [best(own, work, size, side), best(rows, work, size, "ours")];
      return theirs !== undefined && mine !== undefined
        ? [{ label: `${label}, N = ${size}`, ratio: theirs / mine }]
        : [];
    });
    if (points.length === 0) return [];
    const trace = {
      x: points.map(({ ratio }) => ratio),
      y: points.map(({ label }) => label),
      xaxis: "x2",
      yaxis: "y2",
    };
    const common = { name: side, legendgroup: side, showlegend: !inLeft.has(side) };
    return [{ type: "scatter", mode: "markers", ...trace, ...common, marker: { color, symbol, size: 11 } }];
  });
}
