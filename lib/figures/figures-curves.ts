/**
 * Curves of notebooks 01 and 02: how q falls, how a ghost is passed, how an approximation fails, where eigenvalues lie.
 */
import { checkList, checkRecord, checkShape, reject } from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import type { DescentRecord } from "./figures-planar";
import { colors, markerOf, pathStyles, titled } from "./theme";

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
