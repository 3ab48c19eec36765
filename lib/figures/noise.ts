/**
 * What noise on the weights does: Fig. 9 as it is printed and on the axes that show it, an output as it runs, each memory,
 * and networks seed by seed.
 */
import { confidenceBand, heldShares, type MarginPoints, marginPairs, type NoiseRecord } from "../noise/curves";
import { checkChoice } from "../wasm/check";
import type { Layout, Trace } from "./figure";
import { axis, below, drawing, type Fields, figure, joined, lines, logAxis, mark, note, points, rule } from "./marks";
import { colors, networkStyle } from "./theme";

/** What is drawn of a study, see `NoiseResults`. */
export interface NoiseCurves {
  /** η, ascending. */
  readonly levels: readonly number[];
  /** g/√N. */
  readonly weightDeviation: number;
  readonly networks: readonly NoiseRecord[];
}

/**
 * Fig. 9 as it is printed: mean squared error against η, both axes linear.  [J15 Fig. 9]
 *
 * @param study levels, and errors of each network
 * @param claim the title
 */
export const noiseError = drawing(
  "noiseError",
  (
    { levels, networks }: NoiseCurves,
    claim = "On linear axes most of Fig. 9 lies above the error of an output that is always wrong",
  ) => {
    const means = (rows: readonly (readonly number[])[]) => rows.map((row) => confidenceBand(row).mean);
    const data = networks.map(({ name, error }) => joined(name, levels, means(error), networkStyle(name), 2, 7));
    const allWrong = { xanchor: "right", yanchor: "bottom", font: { size: 13, color: "#444444" } };
    return figure(claim, data, {
      xaxis: axis("noise η (unit of a weight)", { range: [-0.01, 1.03] }),
      yaxis: axis("mean squared error", { rangemode: "tozero" }),
      legend: { x: 0.02, xanchor: "left", y: 0.98, yanchor: "top" },
      shapes: [rule("y", 4, { color: colors.grey, width: 1 })],
      annotations: [note("all bits wrong: 4", 0.98, 4, allWrong)],
    });
  },
);

/** What can be drawn against the noise. */
export type NoiseMeasure = "error" | "bit errors" | "memories held";

/** The vertical axis of a measure, and the least and most that a band reaches. */
const measures: Readonly<Record<NoiseMeasure, { yaxis: Fields; ends: readonly [number, number] }>> = Object.freeze({
  error: {
    yaxis: logAxis("mean squared error", [0.1, 0.3, 1, 4, 10, 30, 100]),
    ends: [0.05, Number.POSITIVE_INFINITY],
  },
  "bit errors": { yaxis: axis("share of wrong bits", { range: [0, 0.7] }), ends: [0, 1] },
  "memories held": { yaxis: axis("share of memories still held", { range: [-0.04, 1.04] }), ends: [0, 1] },
});

/** Lies on the line of the logistic network, so it is drawn as marks, without a band. */
const twin = "conjugate";

/**
 * A measure against the noise in parts of the weights themselves, η/(g/√N), on a logarithmic axis; with 95 % bands.
 *
 * @param study levels, and results of each network
 * @param measure "error", "bit errors" or "memories held"
 * @param claim the title
 */
export const noiseCurves = drawing("noiseCurves", (study: NoiseCurves, measure: NoiseMeasure, claim: string) => {
  checkChoice("noiseCurves", "measure", measure, Object.keys(measures));
  const { yaxis, ends } = measures[measure];
  const x = study.levels.map((level) => level / study.weightDeviation);
  const curves = study.networks.map((record) => {
    const rows = { error: record.error, "bit errors": record.bitErrors, "memories held": heldShares(record) }[measure];
    return { name: record.name, bands: rows.map((row) => confidenceBand(row)) };
  });
  const filled = curves.flatMap(({ name, bands }): Trace[] => {
    if (name === twin) return [];
    const edge = (sign: number) => bands.map(({ mean, halfWidth }) => mean + sign * halfWidth);
    const y = [...edge(1), ...edge(-1).reverse()].map((v) => Math.min(ends[1], Math.max(ends[0], v)));
    const look = { legendgroup: name, showlegend: false, hoverinfo: "skip", fill: "toself" };
    const around = [...x, ...[...x].reverse()];
    return [lines(name, around, y, { width: 0 }, { ...look, fillcolor: networkStyle(name).band })];
  });
  const means = curves.map(({ name, bands }): Trace => {
    const { color, dash, symbol } = networkStyle(name);
    const marker = { symbol, color, size: 8, ...(symbol.endsWith("-open") ? { line: { color, width: 2 } } : {}) };
    const y = bands.map(({ mean }) => mean);
    const mode = name === twin ? "markers" : "lines+markers";
    return mark(mode, name, x, y, { legendgroup: name, line: { color, dash, width: 2 }, marker });
  });
  const side = measure === "memories held" ? { x: 0.98, xanchor: "right" } : { x: 0.02, xanchor: "left" };
  return figure(claim, [...filled, ...means], {
    xaxis: logAxis("noise in parts of the weights, η/(g/√N)", [1e-3, 1e-2, 1e-1, 1, 10], { range: [-2.75, 1.4] }),
    yaxis,
    legend: { ...side, y: 0.98, yanchor: "top" },
    shapes: [rule("x", 1, { color: colors.grey, width: 1, dash: "dash" })],
  });
});

/** A legend below what needs more room than usual. */
const legendBelow: Layout = { legend: below(-0.22), margin: { b: 116 } };

/**
 * For each memory, the noise that takes it against its distance from the nearest saddle.
 *
 * @param networks margins and loss levels of each, in the same order
 * @param deviation g/√N, the unit of the vertical axis
 * @param claim the title
 */
export const marginsAndLosses = drawing(
  "marginsAndLosses",
  (networks: readonly MarginPoints[], deviation: number, claim: string) => {
    const data = networks.map((network) => {
      const pairs = marginPairs(network);
      const { color, symbol } = networkStyle(network.name);
      const [x, y] = [pairs.map(({ distance }) => distance), pairs.map(({ loss }) => loss / deviation)];
      return points(network.name, x, y, { symbol, color, size: 9, opacity: 0.85 });
    });
    return figure(claim, data, {
      xaxis: axis("distance to the nearest saddle found (activation)", { rangemode: "tozero" }),
      yaxis: logAxis("fatal noise η/(g/√N)", [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]),
      ...legendBelow,
    });
  },
);

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
 * @param words of the vertical axis, which is logarithmic
 * @param claim the title
 */
export const scoresBySeed = drawing("scoresBySeed", (scores: readonly SeedScore[], words: string, claim: string) => {
  const data = [...new Set(scores.map(({ name }) => name))].map((name) => {
    const own = scores.filter((score) => score.name === name);
    const [x, y] = [own.map(({ seed }) => seed), own.map(({ value }) => value)];
    return joined(name, x, y, networkStyle(name), 1, 11);
  });
  const xaxis = axis("seed of network and noise", { dtick: 1 });
  return figure(claim, data, { xaxis, yaxis: logAxis(words), ...legendBelow });
});

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
export const disturbedOutputs = drawing("disturbedOutputs", (lanes: readonly DisturbedOutput[], claim: string) => {
  const data = lanes.flatMap(({ output, target }, k) => {
    const x = output.map((_, t) => t);
    const shared = { yaxis: k === 0 ? "y" : `y${k + 1}`, showlegend: k === 0 };
    return [
      lines("target f", x, target, { color: colors.skyBlue, width: 4 }, shared),
      lines("output z", x, output, { color: colors.black, width: 1.2 }, shared),
    ];
  });
  const axes = lanes.map(({ name }, k) => {
    const domain = [k / lanes.length, (k + 1) / lanes.length - 0.06];
    const yaxis = { domain, title: { text: name, font: { size: 14 } }, zeroline: true };
    return [k === 0 ? "yaxis" : `yaxis${k + 1}`, yaxis];
  });
  const layout = { height: 150 + 150 * lanes.length, legend: below(-0.12), xaxis: axis("time t (steps)") };
  return figure(claim, data, { ...layout, ...Object.fromEntries(axes) });
});
