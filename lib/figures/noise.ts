/**
 * Figures of the noise study: Fig. 9 as it is printed, and the same study on the axes that show what noise does.
 */
import {
  type Band,
  confidenceBand,
  heldShares,
  type MarginPoints,
  marginPairs,
  type NoiseRecord,
} from "../noise/curves";
import { checkChoice, checkList, checkNumber, checkNumbers, checkRecord, reject } from "../wasm/validate";
import type { Figure, Layout, Trace } from "./figure";
import { colors, networkStyle, titled } from "./theme";

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

/**
 * For each memory, the noise that takes it against its distance from the nearest saddle.
 *
 * @param networks margins and loss levels of each, in the same order
 * @param deviation g/√N, the unit of the vertical axis
 * @param claim the title
 */
export function marginsAndLosses(networks: readonly MarginPoints[], deviation: number, claim: string): Figure {
  const where = "marginsAndLosses";
  checkList(where, "networks", networks, 1, ["name", "lossLevels"]);
  checkNumber(where, "deviation", deviation);
  const data = networks.map((network): Trace => {
    const pairs = marginPairs(network);
    const { color, symbol } = networkStyle(network.name);
    return {
      ...{ type: "scatter", mode: "markers", name: network.name, marker: { symbol, color, size: 9, opacity: 0.85 } },
      x: pairs.map(({ distance }) => distance),
      y: pairs.map(({ loss }) => loss / deviation),
    };
  });
  return {
    data,
    layout: titled(claim, {
      xaxis: { title: { text: "distance to the nearest saddle found (activation)" }, rangemode: "tozero" },
      yaxis: {
        ...{ title: { text: "fatal noise η/(g/√N)" }, type: "log" },
        ...{
          tickvals: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
          ticktext: ["0.003", "0.01", "0.03", "0.1", "0.3", "1", "3"],
        },
      },
      legend: { orientation: "h", x: 0, y: -0.22, yanchor: "top" },
      margin: { b: 116 },
    }),
  };
}

/** One network's score in one seed. */
export interface SeedScore {
  readonly name: string;
  readonly seed: number;
  readonly value: number;
}

/**
 * A score of each network, seed by seed: whether an order of networks is more than the luck of one seed.
 *
 * @param scores one for each network and seed
 * @param axis words of the vertical axis, which is logarithmic
 * @param claim the title
 */
export function scoresBySeed(scores: readonly SeedScore[], axis: string, claim: string): Figure {
  checkList("scoresBySeed", "scores", scores, 1, ["name", "seed", "value"]);
  if (typeof axis !== "string") reject("scoresBySeed", "axis", axis, "words");
  const names = [...new Set(scores.map(({ name }) => name))];
  const data = names.map((name): Trace => {
    const own = scores.filter((score) => score.name === name);
    const { color, dash, symbol } = networkStyle(name);
    return {
      ...{ type: "scatter", mode: "lines+markers", name, line: { color, dash, width: 1 } },
      ...{ x: own.map(({ seed }) => seed), y: own.map(({ value }) => value), marker: { symbol, color, size: 11 } },
    };
  });
  return {
    data,
    layout: titled(claim, {
      xaxis: { title: { text: "seed of network and noise" }, dtick: 1 },
      yaxis: { title: { text: axis }, type: "log" },
      legend: { orientation: "h", x: 0, y: -0.22, yanchor: "top" },
      margin: { b: 116 },
    }),
  };
}

/** z and f of one bit in a stretch of a test, at one noise level. */
export interface DisturbedOutput {
  readonly name: string;
  readonly output: readonly number[];
  readonly target: readonly number[];
}

/**
 * One output of a disturbed network against its target, one lane a noise level, all to one scale.
 *
 * @param lanes from the bottom up
 * @param claim the title
 */
export function disturbedOutputs(lanes: readonly DisturbedOutput[], claim: string): Figure {
  checkList("disturbedOutputs", "lanes", lanes, 1, ["name", "output", "target"]);
  const data: Trace[] = [];
  const layout: Layout = {
    height: 150 + 150 * lanes.length,
    legend: { orientation: "h", x: 0, y: -0.12, yanchor: "top" },
  };
  lanes.forEach(({ name, output, target }, k) => {
    checkNumbers("disturbedOutputs", "output", output, 1);
    checkNumbers("disturbedOutputs", "target", target);
    if (target.length !== output.length) {
      reject("disturbedOutputs", "target", `has length ${target.length}`, `${output.length}`);
    }
    const yaxis = k === 0 ? "y" : `y${k + 1}`;
    const x = output.map((_, t) => t);
    const shared = { type: "scatter", mode: "lines", x, yaxis, showlegend: k === 0 };
    data.push({ ...shared, name: "target f", y: target, line: { color: colors.skyBlue, width: 4 } });
    data.push({ ...shared, name: "output z", y: output, line: { color: colors.black, width: 1.2 } });
    const [low, high] = [k, k + 1].map((i) => i / lanes.length);
    layout[k === 0 ? "yaxis" : `yaxis${k + 1}`] = {
      ...{ domain: [low, high - 0.06], title: { text: name, font: { size: 14 } }, zeroline: true },
    };
  });
  return { data, layout: titled(claim, { ...layout, xaxis: { title: { text: "time t (steps)" } } }) };
}
