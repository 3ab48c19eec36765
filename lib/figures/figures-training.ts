/**
 * Figures of a training run and a test: Fig. 5 a–d, and two curves of notebook 03: chaos, singular values.
 */
import type { Matrix } from "ml-matrix";
import { checkCount, checkFloats, checkList, checkMatrix, checkNumbers, checkVector } from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import { colors, colorway, titled } from "./theme";

/** A record is thinned to this many stretches, each kept with its lowest and highest value: no spike is lost. */
const stretches = 750;

/** Distance between the lanes of two bits, as in Fig. 5. */
const lane = 3;

/**
 * A long record thinned to its envelope: from each of `count` stretches the lowest and the highest value, in order of time.
 *
 * @param values (T), in any unit
 * @param count number of stretches, at least 1; a record of at most 2·count values is kept whole
 * @returns steps and values, of the same length
 */
export function envelope(values: Float64Array, count: number = stretches): { steps: number[]; values: number[] } {
  checkFloats("envelope", "values", values);
  checkCount("envelope", "count", count);
  if (values.length <= 2 * count) return { steps: Array.from(values.keys()), values: Array.from(values) };
  const steps: number[] = [];
  for (let s = 0; s < count; s++) {
    const [from, to] = [s, s + 1].map((k) => Math.floor((k * values.length) / count));
    let [low, high] = [from, from];
    for (let t = from; t < to; t++) {
      if (values[t] < values[low]) low = t;
      if (values[t] > values[high]) high = t;
    }
    steps.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]));
  }
  return { steps, values: steps.map((t) => values[t]) };
}

/**
 * Fig. 5 a and b: output and target of every bit in lanes of their own: target a broad pale band, output a thin dark line.
 *
 * @param output z, (T×O)
 * @param target f, (T×O), ±1 (0 before a bit's first pulse)
 * @param claim the title
 */
export function outputAndTarget(output: Matrix, target: Matrix, claim: string): Figure {
  checkMatrix("outputAndTarget", "output", output);
  checkMatrix("outputAndTarget", "target", target, output.rows, output.columns);
  const line = (m: Matrix, k: number, name: string, style: Record<string, unknown>): Trace => {
    const { steps, values } = envelope(Float64Array.from(m.getColumn(k)));
    const y = values.map((v) => v + lane * k);
    return { type: "scatter", mode: "lines", name, x: steps, y, line: style, showlegend: k === 0, legendgroup: name };
  };
  const bits = Array.from({ length: output.columns }, (_, k) => k);
  const data = bits.flatMap((k) => [
    line(target, k, "target f", { color: colors.skyBlue, width: 4 }),
    line(output, k, "output z", { color: colors.black, width: 1 }),
  ]);
  const yaxis = {
    title: { text: "z and f, one lane a bit" },
    tickvals: bits.flatMap((k) => [-1, 1].map((v) => v + lane * k)),
    ticktext: bits.flatMap((k) => [`bit ${k + 1}: −1`, "+1"]),
    range: [-2.5, lane * bits.length - 0.3],
    zeroline: false,
  };
  const legend = { orientation: "h", x: 1, xanchor: "right", y: -0.11, yanchor: "top" };
  return { data, layout: titled(claim, { height: 460, xaxis: { title: { text: "time t (steps)" } }, yaxis, legend }) };
}

/** Fig. 5 a: output and target during training. */
export function trainingOutput(output: Matrix, target: Matrix): Figure {
  return outputAndTarget(output, target, "During training the output follows its target from the first pulse on");
}

/**
 * Fig. 5 c: squared error during training, before each weight step.
 *
 * @param squaredError mean over the outputs of (z − f)², (T)
 */
export function trainingError(squaredError: Float64Array): Figure {
  checkVector("trainingError", "squaredError", squaredError);
  const { steps, values } = envelope(squaredError);
  const line = { color: colors.blue, width: 1 };
  return {
    data: [{ type: "scatter", mode: "lines", name: "squared error", x: steps, y: values, line, showlegend: false }],
    layout: titled("The error is a row of spikes, one at each flip, and never dies away", {
      height: 380,
      xaxis: { title: { text: "time t (steps)" } },
      yaxis: { title: { text: "squared error (mean)" }, rangemode: "tozero" },
    }),
  };
}

/** Dash patterns, so that lines stay apart in grey print. */
const dashes = ["solid", "dash", "dot", "dashdot"];

/** A few lines over one axis, told apart by colour and dash. */
function lines(x: number[], curves: readonly { name: string; y: number[] }[]): Trace[] {
  return curves.map(({ name, y }, k) => {
    const line = { color: colorway[k % colorway.length], width: 2, dash: dashes[k % dashes.length] };
    return { type: "scatter", mode: "lines", name, x, y, line };
  });
}

/**
 * Fig. 5 d: how the length of each readout row grows.
 *
 * @param readoutNorm ‖Wo‖ of each row after step t, (T×O)
 */
export function readoutNorms(readoutNorm: Matrix): Figure {
  checkMatrix("readoutNorms", "readoutNorm", readoutNorm);
  const every = Math.max(1, Math.floor(readoutNorm.rows / (2 * stretches)));
  const steps = Array.from({ length: Math.ceil(readoutNorm.rows / every) }, (_, i) => i * every);
  const curves = Array.from({ length: readoutNorm.columns }, (_, k) => ({
    name: `bit ${k + 1}`,
    y: steps.map((t) => readoutNorm.get(t, k)),
  }));
  return {
    data: lines(steps, curves),
    layout: titled("The readout grows fast, then ever more slowly", {
      height: 380,
      xaxis: { title: { text: "time t (steps)" } },
      yaxis: { title: { text: "row norm ‖Wᵒ‖" }, rangemode: "tozero" },
      legend: { x: 0.98, xanchor: "right", y: 0.05, yanchor: "bottom" },
    }),
  };
}

/**
 * Distances between pairs of trajectories over time, on a logarithmic axis: a straight rise is chaos.
 *
 * @param curves one per network, distance (T) in activation
 * @param every time between two entries, in τ
 * @param claim the title
 */
export function separation(
  curves: readonly { readonly name: string; readonly distance: Float64Array }[],
  every: number,
  claim: string,
): Figure {
  checkList("separation", "curves", curves, 1, ["name", "distance"]);
  const times = Array.from(curves[0].distance, (_, i) => i * every);
  return {
    data: lines(
      times,
      curves.map(({ name, distance }) => ({ name, y: Array.from(distance) })),
    ),
    layout: titled(claim, {
      height: 400,
      xaxis: { title: { text: "time t (τ)" } },
      yaxis: {
        title: { text: "distance ‖x − x′‖ (activation)" },
        type: "log",
        exponentformat: "power",
        dtick: 3,
        range: [-18, 3],
      },
      legend: { x: 0.98, xanchor: "right", y: 0.5, yanchor: "middle" },
    }),
  };
}

/**
 * Singular values of a matrix, largest first, on a logarithmic axis: the rank is where they fall to rounding error.
 *
 * @param values descending, ≥ 0; zeros are drawn at the foot of the axis
 * @param claim the title
 */
export function singularValues(values: readonly number[], claim: string): Figure {
  checkNumbers("singularValues", "values", values, 1);
  const foot = 1e-18;
  const marker = { symbol: "circle", color: colors.blue, size: 10 };
  const x = values.map((_, i) => i + 1);
  return {
    data: [{ type: "scatter", mode: "markers", x, y: values.map((v) => Math.max(v, foot)), marker, showlegend: false }],
    layout: titled(claim, {
      height: 380,
      xaxis: { title: { text: "index k" }, dtick: 1 },
      yaxis: { title: { text: "singular value σ<sub>k</sub>" }, type: "log", exponentformat: "power", dtick: 4 },
    }),
  };
}
