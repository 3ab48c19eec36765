/** A scan of gains, all else the paper's. */
import type { GainRow } from "../claims/study-gain-scan";
import { checkList } from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import { colors, titled } from "./theme";

/**
 * A scan of gains: the origin before and after training, memories, test error, and fixed points found (a full sign where
 * their index sum is 1).
 *
 * @param rows by ascending gain
 * @param claim the title
 */
export function gainScan(rows: readonly GainRow[], claim: string): Figure {
  checkList("gainScan", "rows", rows, 1, ["before", "after", "indexSum"]);
  const x = rows.map(({ gain }) => gain);
  const line = (name: string, y: number[], panel: string, style: Record<string, unknown>, more = {}): Trace => ({
    ...{ type: "scatter", mode: "lines+markers", name, x, y, xaxis: `x${panel}`, yaxis: `y${panel}` },
    line: style,
    marker: { size: 7, ...more },
  });
  const dark = { color: colors.blue, width: 2 };
  const broken = { color: colors.vermilion, width: 2, dash: "dash" };
  const dotted = { color: colors.grey, width: 1.5, dash: "dot" };
  const symbol = rows.map(({ indexSum }) => (indexSum === 1 ? "circle" : "circle-open"));
  const data = [
    line(
      "after training",
      rows.map(({ after }) => after.spectralAbscissa),
      "",
      broken,
      { symbol: "square" },
    ),
    line(
      "before",
      rows.map(({ before }) => before.spectralAbscissa),
      "",
      dark,
    ),
    {
      ...line(
        "g − 1",
        x.map((g) => g - 1),
        "",
        dotted,
      ),
      mode: "lines",
    },
    line(
      "held",
      rows.map(({ held }) => held),
      "2",
      dark,
    ),
    line(
      "at rest",
      rows.map(({ resting }) => resting),
      "2",
      broken,
      { symbol: "square" },
    ),
    line(
      "test error",
      rows.map(({ meanSquaredError }) => meanSquaredError),
      "3",
      dark,
    ),
    line(
      "fixed points found",
      rows.map(({ points }) => points),
      "4",
      dark,
      { symbol, size: 9 },
    ),
  ];
  const panel = (k: number) => ({ domain: k % 2 === 0 ? [0, 0.43] : [0.57, 1] });
  const height = (k: number) => ({ domain: k < 2 ? [0.56, 0.95] : [0, 0.4] });
  const gain = { title: { text: "gain g" } };
  const notes = [
    "max Re λ of the origin (1/τ)",
    "memories, of 8: ● held, ■ at rest",
    "test error on one input (MSE)",
    "fixed points found: ● index sum 1",
  ];
  return {
    data: data.map((trace, k) => ({ ...trace, showlegend: k < 3 })),
    layout: titled(claim, {
      width: 820,
      height: 640,
      xaxis: { ...panel(0), anchor: "y" },
      yaxis: { ...height(0) },
      xaxis2: { ...panel(1), anchor: "y2" },
      yaxis2: { ...height(1), anchor: "x2", range: [-0.4, 8.6] },
      xaxis3: { ...panel(2), anchor: "y3", ...gain },
      yaxis3: { ...height(2), anchor: "x3", rangemode: "tozero" },
      xaxis4: { ...panel(3), anchor: "y4", ...gain },
      yaxis4: { ...height(3), anchor: "x4", rangemode: "tozero" },
      annotations: notes.map((text, k) => ({
        ...{ text, x: k % 2 === 0 ? 0 : 0.57, y: k < 2 ? 0.96 : 0.41, xref: "paper", yref: "paper" },
        ...{ xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 14 } },
      })),
      legend: { x: 0.43, xanchor: "right", y: 0.56, yanchor: "bottom", font: { size: 12 } },
    }),
  };
}
