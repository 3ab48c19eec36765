/**
 * Curves: how q falls, how a ghost is passed, how an approximation fails, where eigenvalues lie; a training and a test over
 * time (Fig. 5), and how neighbours part.
 */
import type { Matrix } from "ml-matrix";
import { reject } from "../wasm/check";
import type { Numbers, Trace } from "./figure";
import { axis, below, drawing, type Fields, figure, joined, lines, logAxis, points, powerAxis } from "./marks";
import { colors, colorway, markerOf, pathStyle } from "./theme";

/** What a minimiser left behind: the points it stepped on, and q there. */
export interface DescentRecord {
  readonly name: string;
  readonly path?: { readonly rows: number; get(row: number, column: number): number };
  readonly qPath?: Float64Array;
}

/**
 * How fast minimisers come down: q after every step, on a logarithmic axis.
 *
 * @param records at least one, each with its `qPath` (minimise with `recordPath: true`)
 * @param title the claim the figure makes
 * @throws RangeError if there is no record, or one without a path
 */
export const descentCurves = drawing(
  "descentCurves",
  (records: readonly DescentRecord[], title = "The three methods differ in steps, not in goal") => {
    const data = records.map(({ name, qPath }, i): Trace => {
      if (!qPath?.length) reject("descentCurves", `record "${name}"`, "has no qPath", "recordPath: true");
      const mode = qPath.length > 60 ? "lines" : "lines+markers"; // as dots, hundreds of steps would run into a bar
      return { ...joined(name, [...qPath.keys()], qPath, pathStyle(i), 2, 7), mode };
    });
    // below the paper's tolerance of 10⁻³⁰ there is nothing to see; a q of exactly zero has no place on this axis
    const range = [-32, 1];
    const tickvals = [1, 1e-5, 1e-10, 1e-15, 1e-20, 1e-25, 1e-30];
    const ticktext = tickvals.map((_, i) => (i === 0 ? "1" : `10<sup>−${5 * i}</sup>`));
    return figure(title, data, {
      xaxis: axis("step of the minimiser"),
      yaxis: axis("q, kinetic energy", { standoff: 18, type: "log", range, tickvals, ticktext }),
    });
  },
);

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
export const timeCourses = drawing(
  "timeCourses",
  (courses: readonly TimeCourse[], title = "A trajectory lingers where q is small") => {
    const data = courses.map(({ name, times, states }, i) => {
      const { color, dash } = pathStyle(i);
      const y = Float64Array.from({ length: states.rows }, (_, row) => states.get(row, 0));
      return lines(name, times, y, { color, dash, width: 2.4 });
    });
    const yaxis = axis("x, first component of the state");
    return figure(title, data, { xaxis: axis("time t, in τ", { zeroline: false }), yaxis });
  },
);

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
export const passageTimes = drawing(
  "passageTimes",
  (passages: readonly Passage[], title = "Passing a ghost takes about π/√(aμ): a quarter of μ, twice the time") => {
    const sorted = [...passages].sort((a, b) => a.mu - b.mu);
    const x = sorted.map(({ mu }) => mu);
    const [measured, law] = [sorted.map((passage) => passage.measured), sorted.map(({ predicted }) => predicted)];
    const tickvals = [5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300];
    return figure(
      title,
      [
        lines("π/√(aμ), a = 1", x, law, { color: colors.grey, width: 2 }),
        points("measured", x, measured, markerOf("slow point")),
      ],
      {
        xaxis: logAxis("μ, distance from the bifurcation, in 1/τ", x),
        yaxis: logAxis("passage time, in τ", undefined, { tickvals }),
      },
    );
  },
);

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
export const hessianErrors = drawing(
  "hessianErrors",
  (curves: readonly ErrorCurve[], title = "The closer to a fixed point, the better JᵀJ") =>
    figure(
      title,
      curves.map(({ name, distances, errors }, i) => joined(name, distances, errors, pathStyle(i), 2, 8)),
      {
        xaxis: powerAxis("‖x − x*‖, distance from the fixed point", 1),
        yaxis: powerAxis("relative error of the Hessian", 1, { standoff: 18 }),
      },
    ),
);

/** Eigenvalues, (N) each. */
export interface Eigenvalues {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Eigenvalues in the complex plane against a disc, with the line that decides stability.
 *
 * @param values eigenvalues { re, im }, (N) each
 * @param radius radius of the disc around 0, such as the gain g [J15 §5]
 * @param options title, and the real part beyond which a mode is unstable (1 for the eigenvalues of Wr: J = Wr − I at 0)
 * @throws RangeError if re and im differ in length
 */
export const spectrumDisc = drawing(
  "spectrumDisc",
  ({ re, im }: Eigenvalues, radius: number, options: { readonly title?: string; readonly threshold?: number } = {}) => {
    const { title = "The eigenvalues fill a disc whose radius is the gain", threshold = 1 } = options;
    if (re.length !== im.length) reject("spectrumDisc", "im", `has length ${im.length}`, `${re.length}`);
    const edge = 1.15 * Math.max(radius, Math.abs(threshold), ...re.map(Math.abs), ...im.map(Math.abs));
    const side = (name: string, has: (re: number) => boolean, marker: Fields) =>
      points(
        name,
        re.filter(has),
        im.filter((_, k) => has(re[k])),
        marker,
      );
    const disc = { type: "circle", x0: -radius, x1: radius, y0: -radius, y1: radius };
    const border = { type: "line", x0: threshold, x1: threshold, y0: -edge, y1: edge };
    const [decays, grows] = [`Re λ ≤ ${threshold}: decays`, `Re λ > ${threshold}: grows`];
    return figure(
      title,
      [
        side(decays, (v) => !(v > threshold), { symbol: "circle", size: 4.5, color: colors.blue, opacity: 0.8 }),
        side(grows, (v) => v > threshold, { symbol: "diamond", size: 7, color: colors.vermilion }),
      ],
      {
        width: 640,
        height: 700,
        xaxis: axis("Re λ of Wʳ (growth per τ: Re λ − 1)", { range: [-edge, edge], constrain: "domain" }),
        yaxis: axis("Im λ of Wʳ (radians per τ)", { range: [-edge, edge], scaleanchor: "x" }),
        legend: below(-0.13),
        margin: { b: 100 },
        shapes: [
          { ...disc, line: { color: colors.black, width: 1.5 } },
          { ...border, line: { color: colors.grey, width: 1.5, dash: "dash" } },
        ],
      },
    );
  },
);

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
export function envelope(values: ArrayLike<number>, count: number = stretches): { steps: number[]; values: number[] } {
  const whole = Array.from(values);
  if (whole.length <= 2 * count) return { steps: [...whole.keys()], values: whole };
  const steps: number[] = [];
  for (let s = 0; s < count; s++) {
    const [from, to] = [s, s + 1].map((k) => Math.floor((k * whole.length) / count));
    let [low, high] = [from, from];
    for (let t = from; t < to; t++) {
      if (whole[t] < whole[low]) low = t;
      if (whole[t] > whole[high]) high = t;
    }
    steps.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]));
  }
  return { steps, values: steps.map((t) => whole[t]) };
}

const timeAxis = axis("time t (steps)");

/**
 * Fig. 5 a and b: output and target of every bit in lanes of their own: target a broad pale band, output a thin dark line.
 *
 * @param output z, (T×O)
 * @param target f, (T×O), ±1 (0 before a bit's first pulse)
 * @param claim the title
 */
export const outputAndTarget = drawing("outputAndTarget", (output: Matrix, target: Matrix, claim: string) => {
  if (output.rows !== target.rows || output.columns !== target.columns) {
    reject("outputAndTarget", "target", `is ${target.rows}×${target.columns}`, `${output.rows}×${output.columns}`);
  }
  const ofBit = (m: Matrix, k: number, name: string, line: Fields): Trace => {
    const { steps, values } = envelope(m.getColumn(k));
    const y = values.map((v) => v + lane * k);
    return lines(name, steps, y, line, { showlegend: k === 0, legendgroup: name });
  };
  const bits = Array.from({ length: output.columns }, (_, k) => k);
  const data = bits.flatMap((k) => [
    ofBit(target, k, "target f", { color: colors.skyBlue, width: 4 }),
    ofBit(output, k, "output z", { color: colors.black, width: 1 }),
  ]);
  const yaxis = axis("z and f, one lane a bit", {
    tickvals: bits.flatMap((k) => [-1, 1].map((v) => v + lane * k)),
    ticktext: bits.flatMap((k) => [`bit ${k + 1}: −1`, "+1"]),
    range: [-2.5, lane * bits.length - 0.3],
    zeroline: false,
  });
  const legend = { ...below(-0.11), x: 1, xanchor: "right" };
  return figure(claim, data, { height: 460, xaxis: timeAxis, yaxis, legend });
});

/** Fig. 5 a: output and target during training. */
export const trainingOutput = drawing("trainingOutput", (output: Matrix, target: Matrix) =>
  outputAndTarget(output, target, "During training the output follows its target from the first pulse on"),
);

/**
 * Fig. 5 c: squared error during training, before each weight step.
 *
 * @param squaredError mean over the outputs of (z − f)², (T)
 */
export const trainingError = drawing("trainingError", (squaredError: Float64Array) => {
  const { steps, values } = envelope(squaredError);
  const line = lines("squared error", steps, values, { color: colors.blue, width: 1 }, { showlegend: false });
  const yaxis = axis("squared error (mean)", { rangemode: "tozero" });
  const claim = "The error is a row of spikes, one at each flip, and never dies away";
  return figure(claim, [line], { height: 380, xaxis: timeAxis, yaxis });
});

/** Dash patterns, so that lines stay apart in grey print. */
const dashes = ["solid", "dash", "dot", "dashdot"];

/** One of a few lines over one axis, told apart by colour and dash. */
const nthLine = (name: string, x: Numbers, y: Numbers, k: number): Trace =>
  lines(name, x, y, { color: colorway[k % colorway.length], width: 2, dash: dashes[k % dashes.length] });

/**
 * Fig. 5 d: how the length of each readout row grows.
 *
 * @param readoutNorm ‖Wo‖ of each row after step t, (T×O)
 */
export const readoutNorms = drawing("readoutNorms", (readoutNorm: Matrix) => {
  const every = Math.max(1, Math.floor(readoutNorm.rows / (2 * stretches)));
  const steps = Array.from({ length: Math.ceil(readoutNorm.rows / every) }, (_, i) => i * every);
  const data = Array.from({ length: readoutNorm.columns }, (_, k) => {
    const norms = steps.map((t) => readoutNorm.get(t, k));
    return nthLine(`bit ${k + 1}`, steps, norms, k);
  });
  return figure("The readout grows fast, then ever more slowly", data, {
    height: 380,
    xaxis: timeAxis,
    yaxis: axis("row norm ‖Wᵒ‖", { rangemode: "tozero" }),
    legend: { x: 0.98, xanchor: "right", y: 0.05, yanchor: "bottom" },
  });
});

/** How far two trajectories of a network are from each other, (T), in activation. */
export interface Separation {
  readonly name: string;
  readonly distance: Float64Array;
}

/**
 * Distances between pairs of trajectories over time, on a logarithmic axis: a straight rise is chaos.
 *
 * @param curves one per network, distance (T) in activation
 * @param every time between two entries, in τ
 * @param claim the title
 */
export const separation = drawing("separation", (curves: readonly Separation[], every: number, claim: string) => {
  const times = Array.from(curves[0].distance, (_, i) => i * every);
  const data = curves.map(({ name, distance }, k) => nthLine(name, times, distance, k));
  return figure(claim, data, {
    height: 400,
    xaxis: axis("time t (τ)"),
    yaxis: powerAxis("distance ‖x − x′‖ (activation)", 3, { range: [-18, 3] }),
    legend: { x: 0.98, xanchor: "right", y: 0.5, yanchor: "middle" },
  });
});

/**
 * Singular values of a matrix, largest first, on a logarithmic axis: the rank is where they fall to rounding error.
 *
 * @param values descending, ≥ 0; zeros are drawn at the foot of the axis
 * @param claim the title
 */
export const singularValues = drawing("singularValues", (values: readonly number[], claim: string) => {
  const drawn = values.map((v) => Math.max(v, 1e-18));
  const marker = { symbol: "circle", color: colors.blue, size: 10 };
  return figure(
    claim,
    [
      points(
        undefined,
        values.map((_, i) => i + 1),
        drawn,
        marker,
        { showlegend: false },
      ),
    ],
    {
      height: 380,
      xaxis: axis("index k", { dtick: 1 }),
      yaxis: powerAxis("singular value σ<sub>k</sub>", 4),
    },
  );
});
