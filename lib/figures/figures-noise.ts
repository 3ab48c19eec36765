/**
 * Figures of the noise study: Fig. 9 as it is printed, and the same study on the axes that show what noise does.
 */
import { type Band, confidenceBand, heldShares, type NoiseRecord } from "../noise/noise-curves";
import { checkChoice, checkList, checkNumber, checkNumbers, checkRecord, reject } from "../wasm/validate";
import type { Figure, Layout, Trace } from "./figure";
import { networkStyle } from "./network-styles";
import { colors, titled } from "./theme";

/** What is drawn of a study, see `NoiseResults`. */
export interface NoiseCurves {
  /** η, ascending. */
  readonly levels: readonly number[];
  /** g/√N. */
  readonly weightDeviation: number;
  readonly networks: readonly NoiseRecord[];
}

/** What can be drawn against the noise. */
export type NoiseMeasure = "error" | "bit errors" | "memories held";

function checkCurves(where: string, study: NoiseCurves): void {
  checkRecord(where, "study", study, ["levels", "networks"]);
  checkNumbers(where, "levels", study.levels, 1);
  checkNumber(where, "weightDeviation", study.weightDeviation);
  checkList(where, "networks", study.networks, 1, ["name", "error", "bitErrors", "held"]);
  for (const { name, error, bitErrors, held } of study.networks) {
    for (const rows of [error, bitErrors, held]) {
      if (rows.length === study.levels.length) continue;
      reject(where, `network "${name}"`, `has ${rows.length} levels`, `${study.levels.length}`);
    }
  }
}

/**
 * Fig. 9 as it is printed: mean squared error against η, both axes linear.  [J15 Fig. 9]
 *
 * @param study levels, and errors of each network
 * @param claim the title
 */
export function noiseError(
  study: NoiseCurves,
  claim = "On linear axes most of Fig. 9 lies above the error of an output that is always wrong",
): Figure {
  checkCurves("noiseError", study);
  const data = study.networks.map(({ name, error }): Trace => {
    const { color, dash, symbol } = networkStyle(name);
    const y = error.map((row) => confidenceBand(row).mean);
    const line = { color, dash, width: 2 };
    return {
      type: "scatter",
      mode: "lines+markers",
      name,
      x: study.levels,
      y,
      line,
      marker: { symbol, color, size: 7 },
    };
  });
  const allWrong = { x: 0.98, xanchor: "right", y: 4, yanchor: "bottom", showarrow: false, text: "all bits wrong: 4" };
  return {
    data,
    layout: titled(claim, {
      xaxis: { title: { text: "noise η (unit of a weight)" }, range: [-0.01, 1.03] },
      yaxis: { title: { text: "mean squared error" }, rangemode: "tozero" },
      legend: { x: 0.02, xanchor: "left", y: 0.98, yanchor: "top" },
      shapes: [{ type: "line", x0: 0, x1: 1, xref: "paper", y0: 4, y1: 4, line: { color: colors.grey, width: 1 } }],
      annotations: [{ ...allWrong, font: { size: 13, color: "#444444" } }],
    }),
  };
}

/** Bands of one measure, one for each level. */
function bandsOf(record: NoiseRecord, measure: NoiseMeasure): Band[] {
  const rows = { error: record.error, "bit errors": record.bitErrors, "memories held": heldShares(record) }[measure];
  return rows.map((row) => confidenceBand(row));
}

const axes: Readonly<Record<NoiseMeasure, Record<string, unknown>>> = Object.freeze({
  error: {
    ...{ title: { text: "mean squared error" }, type: "log" },
    ...{ tickvals: [0.1, 0.3, 1, 4, 10, 30, 100], ticktext: ["0.1", "0.3", "1", "4", "10", "30", "100"] },
  },
  "bit errors": { title: { text: "share of wrong bits" }, range: [0, 0.7] },
  "memories held": { title: { text: "share of memories still held" }, range: [-0.04, 1.04] },
});

/** Lies on the line of the logistic network, so it is drawn as marks, without a band. */
const twin = "conjugate";

const powers = [1e-3, 1e-2, 1e-1, 1, 10];

/**
 * A measure against the noise in parts of the weights themselves, η/(g/√N), on a logarithmic axis; with 95 % bands.
 *
 * @param study levels, and results of each network
 * @param measure "error", "bit errors" or "memories held"
 * @param claim the title
 */
export function noiseCurves(study: NoiseCurves, measure: NoiseMeasure, claim: string): Figure {
  checkCurves("noiseCurves", study);
  checkChoice("noiseCurves", "measure", measure, Object.keys(axes));
  const x = study.levels.map((level) => level / study.weightDeviation);
  const bands = study.networks.map((record) => bandsOf(record, measure));
  const filled = study.networks.flatMap(({ name }, k): Trace[] => {
    if (name === twin) return [];
    const edge = (sign: number): number[] => bands[k].map(({ mean, halfWidth }) => mean + sign * halfWidth);
    const [floor, ceiling] = measure === "error" ? [0.05, Number.POSITIVE_INFINITY] : [0, 1];
    const band = {
      ...{ type: "scatter", mode: "lines", name, legendgroup: name, showlegend: false, hoverinfo: "skip" },
      x: [...x, ...[...x].reverse()],
      y: [...edge(1), ...edge(-1).reverse()].map((v) => Math.min(ceiling, Math.max(floor, v))),
      ...{ line: { width: 0 }, fill: "toself", fillcolor: networkStyle(name).band },
    };
    return [band];
  });
  const lines = study.networks.map(({ name }, k): Trace => {
    const { color, dash, symbol } = networkStyle(name);
    const marker = { symbol, color, size: 8, ...(symbol.endsWith("-open") ? { line: { color, width: 2 } } : {}) };
    const y = bands[k].map(({ mean }) => mean);
    const mode = name === twin ? "markers" : "lines+markers";
    return { type: "scatter", mode, name, legendgroup: name, x, y, line: { color, dash, width: 2 }, marker };
  });
  const isHigh = measure !== "memories held";
  return { data: [...filled, ...lines], layout: titled(claim, relativeLayout(axes[measure], isHigh)) };
}

function relativeLayout(yaxis: Record<string, unknown>, isLegendLeft: boolean): Layout {
  const side = isLegendLeft ? { x: 0.02, xanchor: "left" } : { x: 0.98, xanchor: "right" };
  return {
    xaxis: {
      ...{ title: { text: "noise in parts of the weights, η/(g/√N)" }, type: "log", range: [-2.75, 1.4] },
      ...{ tickvals: powers, ticktext: powers.map(String) },
    },
    yaxis,
    legend: { ...side, y: 0.98, yanchor: "top" },
    shapes: [
      {
        ...{ type: "line", x0: 1, x1: 1, y0: 0, y1: 1, yref: "paper" },
        line: { color: colors.grey, width: 1, dash: "dash" },
      },
    ],
  };
}
