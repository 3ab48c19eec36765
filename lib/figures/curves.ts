/**
 * Curves of notebooks 01 and 02: how q falls, how a ghost is passed, how an approximation fails, where eigenvalues lie.
 */

import type { Matrix } from "ml-matrix";
import {
  checkCount,
  checkFloats,
  checkList,
  checkMatrix,
  checkNumbers,
  checkRecord,
  checkShape,
  checkVector,
  reject,
} from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import type { DescentRecord } from "./plane";
import { colors, colorway, markerOf, pathStyles, titled } from "./theme";

const powers = [1, 1e-5, 1e-10, 1e-15, 1e-20, 1e-25, 1e-30];
const powerNames = powers.map((_, i) => (i === 0 ? "1" : `10<sup>−${5 * i}</sup>`));

/**
 * How fast minimisers come down: q after every step, on a logarithmic axis.
 *
 * @param records at least one, each with its `qPath` (minimise with `recordPath: true`)
 * @param title the claim the figure makes
 * @throws RangeError if there is no record, or one without a path
 */
export function descentCurves(
  records: readonly DescentRecord[],
  title = "The three methods differ in steps, not in goal",
): Figure {
  checkList("descentCurves", "records", records, 1, ["name"]);
  const data = records.map(({ name, qPath }, i): Trace => {
    if (!qPath || qPath.length === 0) reject("descentCurves", `record "${name}"`, "has no qPath", "recordPath: true");
    const style = pathStyles[i % pathStyles.length];
    return {
      type: "scatter",
      mode: qPath.length > 60 ? "lines" : "lines+markers", // as dots, hundreds of steps would run into a bar
      name,
      x: Array.from(qPath, (_, step) => step),
      y: qPath,
      line: { color: style.color, width: 2, dash: style.dash },
      marker: { symbol: style.symbol, size: 7, color: style.color },
    };
  });
  return {
    data,
    layout: titled(title, {
      xaxis: { title: { text: "step of the minimiser" } },
      // below the paper's tolerance of 10⁻³⁰ there is nothing to see; a q of exactly zero has no place on this axis
      yaxis: {
        title: { text: "q, kinetic energy", standoff: 18 },
        type: "log",
        range: [-32, 1],
        tickvals: powers,
        ticktext: powerNames,
      },
    }),
  };
}

/** A trajectory with a name, as `integrate` returns one. */
export interface TimeCourse {
  readonly name: string;
  readonly times: Float64Array;
  readonly states: { readonly rows: number; get(row: number, column: number): number };
}

/**
 * The first activation of each trajectory against time.
 *
 * @param courses one line each; colours and dashes tell them apart
 * @param title the claim the figure makes
 * @throws RangeError if a trajectory has not as many times as states
 */
export function timeCourses(courses: readonly TimeCourse[], title = "A trajectory lingers where q is small"): Figure {
  checkList("timeCourses", "courses", courses, 1, ["name", "times", "states"]);
  checkShape("timeCourses", "courses", courses, [{ times: "numbers", states: "matrix" }]);
  const data = courses.map(({ name, times, states }, i): Trace => {
    if (times.length !== states.rows)
      reject("timeCourses", `times of "${name}"`, `has length ${times.length}`, `${states.rows}`);
    const { color, dash } = pathStyles[i % pathStyles.length];
    const y = Float64Array.from(times, (_, row) => states.get(row, 0));
    return { type: "scatter", mode: "lines", name, x: times, y, line: { color, dash, width: 2.4 } };
  });
  return {
    data,
    layout: titled(title, {
      xaxis: { title: { text: "time t, in τ" }, zeroline: false },
      yaxis: { title: { text: "x, first component of the state" } },
    }),
  };
}

/** A passage through a ghost: bifurcation parameter, measured and predicted time, in τ. */
export interface Passage {
  readonly mu: number;
  readonly measured: number;
  readonly predicted: number;
}

/**
 * Passage time through a ghost against the bifurcation parameter, on logarithmic axes: measured as points, the law
 * π/√(aμ) as a line of slope −½.
 *
 * @throws RangeError if there is no passage
 */
export function passageTimes(
  passages: readonly Passage[],
  title = "Passing a ghost takes about π/√(aμ): a quarter of μ, twice the time",
): Figure {
  checkList("passageTimes", "passages", passages, 1, ["mu", "measured", "predicted"]);
  const sorted = [...passages].sort((a, b) => a.mu - b.mu);
  const x = sorted.map((passage) => passage.mu);
  const law: Trace = {
    type: "scatter",
    mode: "lines",
    name: "π/√(aμ), a = 1",
    x,
    y: sorted.map((passage) => passage.predicted),
    line: { color: colors.grey, width: 2 },
  };
  const measured: Trace = {
    type: "scatter",
    mode: "markers",
    name: "measured",
    x,
    y: sorted.map((passage) => passage.measured),
    marker: markerOf("slow point"),
  };
  return {
    data: [law, measured],
    layout: titled(title, {
      xaxis: {
        title: { text: "μ, distance from the bifurcation, in 1/τ" },
        type: "log",
        tickvals: x,
        ticktext: x.map(String),
      },
      yaxis: {
        title: { text: "passage time, in τ" },
        type: "log",
        tickvals: [5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300],
      },
    }),
  };
}

/** Errors of an approximation at growing distance from a fixed point. */
export interface ErrorCurve {
  readonly name: string;
  readonly distances: readonly number[];
  readonly errors: readonly number[];
}

/**
 * Error of a Hessian against the distance from a fixed point, on logarithmic axes.
 *
 * @param curves one line each
 * @param title the claim the figure makes
 */
export function hessianErrors(
  curves: readonly ErrorCurve[],
  title = "The closer to a fixed point, the better JᵀJ",
): Figure {
  checkList("hessianErrors", "curves", curves, 1, ["name", "distances", "errors"]);
  const data = curves.map(({ name, distances, errors }, i): Trace => {
    const style = pathStyles[i % pathStyles.length];
    return {
      type: "scatter",
      mode: "lines+markers",
      name,
      x: distances,
      y: errors,
      line: { color: style.color, width: 2, dash: style.dash },
      marker: { symbol: style.symbol, size: 8, color: style.color },
    };
  });
  return {
    data,
    layout: titled(title, {
      xaxis: {
        title: { text: "‖x − x*‖, distance from the fixed point" },
        type: "log",
        exponentformat: "power",
        dtick: 1,
      },
      yaxis: {
        title: { text: "relative error of the Hessian", standoff: 18 },
        type: "log",
        exponentformat: "power",
        dtick: 1,
      },
    }),
  };
}

/**
 * Eigenvalues in the complex plane against a disc, with the line that decides stability.
 *
 * @param values eigenvalues { re, im }, (N) each
 * @param radius radius of the disc around 0, such as the gain g [J15 §5]
 * @param options title, and the real part beyond which a mode is unstable (1 for the eigenvalues of Wr: J = Wr − I at 0)
 * @throws RangeError if re and im differ in length
 */
export function spectrumDisc(
  values: { readonly re: Float64Array; readonly im: Float64Array },
  radius: number,
  options: { readonly title?: string; readonly threshold?: number } = {},
): Figure {
  checkRecord("spectrumDisc", "values", values, ["re", "im"]);
  checkShape("spectrumDisc", "options", options, { "threshold?": "number" });
  const { re, im } = values;
  if (re.length !== im.length) reject("spectrumDisc", "im", `has length ${im.length}`, `${re.length}`);
  const threshold = options.threshold ?? 1;
  const edge = 1.15 * Math.max(radius, Math.abs(threshold), ...re.map(Math.abs), ...im.map(Math.abs));
  const side = (isBeyond: boolean): Trace => {
    const chosen = Array.from(re.keys()).filter((k) => re[k] > threshold === isBeyond);
    return {
      type: "scatter",
      mode: "markers",
      name: isBeyond ? `Re λ > ${threshold}: grows` : `Re λ ≤ ${threshold}: decays`,
      x: chosen.map((k) => re[k]),
      y: chosen.map((k) => im[k]),
      marker: isBeyond
        ? { symbol: "diamond", size: 7, color: colors.vermilion }
        : { symbol: "circle", size: 4.5, color: colors.blue, opacity: 0.8 },
    };
  };
  return {
    data: [side(false), side(true)],
    layout: titled(options.title ?? "The eigenvalues fill a disc whose radius is the gain", {
      width: 640,
      height: 700,
      xaxis: { title: { text: "Re λ of Wʳ (growth per τ: Re λ − 1)" }, range: [-edge, edge], constrain: "domain" },
      yaxis: { title: { text: "Im λ of Wʳ (radians per τ)" }, range: [-edge, edge], scaleanchor: "x" },
      legend: { orientation: "h", x: 0, y: -0.13, yanchor: "top" },
      margin: { b: 100 },
      shapes: [
        { type: "circle", x0: -radius, x1: radius, y0: -radius, y1: radius, line: { color: colors.black, width: 1.5 } },
        {
          type: "line",
          x0: threshold,
          x1: threshold,
          y0: -edge,
          y1: edge,
          line: { color: colors.grey, width: 1.5, dash: "dash" },
        },
      ],
    }),
  };
}

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
