/**
 * Figures of flows in the plane: Fig. 2 (kinetic energy, phase portrait, nullclines, fixed points), the paths that
 * minimisers take, a ghost and its passage time; and the plane of complex eigenvalues.
 */
import { checkFlowArgument, type Flow } from "../dynamics/flow";
import { checkList, checkRecord, reject } from "../numerics/validate";
import type { Figure, Trace } from "./figure";
import { colors, markerOf, type PointKind, titled } from "./theme";
import { zeroLines } from "./zero-lines";

/** A rectangle of the plane: lower and upper end of both axes. */
export interface PlaneWindow {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A point to mark, with what it is. */
export interface PlanePoint {
  readonly xStar: Float64Array;
  readonly kind: PointKind;
}

/** A line through the plane: states as rows, (T×2). */
export interface PlanePath {
  readonly name: string;
  readonly states: { readonly rows: number; get(row: number, column: number): number };
  /** mark every state with a dot: for the steps of a minimiser, not for a trajectory */
  readonly isStepwise?: boolean;
}

export interface PhasePortraitOptions {
  /** the claim the figure makes */
  readonly title?: string;
  readonly window?: PlaneWindow;
  /** fill the plane by the kinetic energy q [J15 eq. 4], in equal steps as the paper does, or in equal ratios ("log") */
  readonly energy?: boolean | "log";
  /** draw the arrows; they are there unless this is false */
  readonly arrows?: boolean;
  readonly nullclines?: boolean;
  readonly points?: readonly PlanePoint[];
  /** states of trajectories, (T×2) each, drawn as thin lines */
  readonly trajectories?: readonly PlanePath["states"][];
  readonly paths?: readonly PlanePath[];
}

/** The window of the paper's Fig. 2. */
const fig2Window: PlaneWindow = Object.freeze({ x: [-1.5, 1.5], y: [-1.5, 1.5] } as const);

/** Samples along an axis: even, so that no sample falls on an axis of symmetry, where a nullcline may run. */
const samples = 90;

/** Arrows along an axis, as in the paper's Fig. 2. */
const arrowsAcross = 18;

/** Pale where slow, so that points and lines stand out; monotone in brightness, so that it survives grey print. */
const paleIsSlow = [
  [0, "#ffffff"],
  [0.0625, "#e3eef9"],
  [0.25, "#a6cbe6"],
  [0.6, "#5b9bcb"],
  [1, "#2f6da8"],
];

const contourLine = { color: "rgba(40,70,110,0.55)", width: 0.8 };

/** Dashes that tell lines apart where their colours do not. */
const pathStyles = [
  { color: colors.vermilion, dash: "solid", symbol: "circle" },
  { color: colors.black, dash: "dash", symbol: "square" },
  { color: colors.green, dash: "dot", symbol: "triangle-up" },
  { color: colors.purple, dash: "dashdot", symbol: "x" },
  { color: colors.blue, dash: "longdash", symbol: "diamond" },
];

/**
 * The phase portrait of a flow in the plane; with `energy` and `points` it is Fig. 2.  [J15 Fig. 2]
 *
 * @param flow a flow of dimension 2
 * @param options title, window (default that of the paper), and the layers to draw
 * @returns arrows along F (longer where faster), and on request q as a contour plot, the nullclines, points, paths
 * @throws RangeError if the flow is not planar, or the window does not run upwards
 */
export function phasePortrait(flow: Flow, options: PhasePortraitOptions = {}): Figure {
  checkFlowArgument("phasePortrait", flow);
  if (flow.dimension !== 2) reject("phasePortrait", "flow.dimension", flow.dimension, "2");
  const window = options.window ?? fig2Window;
  for (const [axis, ends] of Object.entries(window)) {
    if (!(ends[0] < ends[1]))
      reject("phasePortrait", `window.${axis}`, `runs from ${ends[0]} to ${ends[1]}`, "upwards");
  }
  const data: Trace[] = [];
  const grid = sampled(flow, window);
  if (options.energy) data.push(options.energy === "log" ? logEnergyContour(grid) : energyContour(grid));
  if (options.arrows !== false) data.push(arrows(flow, window, options.energy ? "#33414d" : colors.grey));
  if (options.nullclines) data.push(...nullclines(grid));
  if (options.trajectories?.length) data.push(thinLines(options.trajectories));
  (options.paths ?? []).forEach((path, i) => {
    data.push(...pathTraces(path, i));
  });
  data.push(...pointTraces(options.points ?? []));
  return {
    data,
    layout: titled(options.title ?? "Arrows show where the flow carries a state", {
      width: 720,
      height: 700,
      xaxis: {
        title: { text: "x, first component of the state" },
        range: [...window.x],
        zeroline: false,
        constrain: "domain",
      },
      yaxis: {
        title: { text: "y, second component of the state" },
        range: [...window.y],
        zeroline: false,
        scaleanchor: "x",
        constrain: "domain",
      },
      legend: { orientation: "h", x: 0, y: -0.13, yanchor: "top" },
      margin: { b: 100 },
    }),
  };
}

interface Grid {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** components of F and q, row = y */
  readonly f: readonly Float64Array[];
  readonly g: readonly Float64Array[];
  readonly q: readonly Float64Array[];
}

function sampled(flow: Flow, window: PlaneWindow): Grid {
  const x = spread(window.x, samples);
  const y = spread(window.y, samples);
  const rows = () => Array.from(y, () => new Float64Array(samples));
  const [f, g, q] = [rows(), rows(), rows()];
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j < samples; j++) {
      const [a, b] = flow.velocity(Float64Array.of(x[j], y[i]));
      f[i][j] = a;
      g[i][j] = b;
      q[i][j] = (a * a + b * b) / 2;
    }
  }
  return { x, y, f, g, q };
}

function spread([low, high]: readonly [number, number], count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** q in steps of ¼ up to 4, as in the paper. */
function energyContour({ x, y, q }: Grid): Trace {
  return {
    type: "contour",
    name: "kinetic energy q",
    x,
    y,
    z: q,
    zmin: 0,
    zmax: 4,
    colorscale: paleIsSlow,
    contours: { start: 0, end: 4, size: 0.25 },
    line: contourLine,
    colorbar: { title: { text: "q" }, thickness: 14, len: 0.95, x: 1.01, tickvals: [0, 1, 2, 3, 4] },
    hovertemplate: "x = %{x:.2f}, y = %{y:.2f}<br>q = %{z:.3f}<extra></extra>",
  };
}

/** q in steps of a factor √10: the shape of a valley shows near its bottom, where equal steps see nothing. */
function logEnergyContour({ x, y, q }: Grid): Trace {
  const decades = [-4, -3, -2, -1, 0];
  return {
    type: "contour",
    name: "kinetic energy q",
    x,
    y,
    z: q.map((row) => row.map((value) => Math.log10(Math.max(value, 1e-9)))),
    zmin: decades[0],
    zmax: 0.6,
    colorscale: [
      [0, "#ffffff"],
      [1, "#5b9bcb"],
    ],
    contours: { start: decades[0], end: 0.5, size: 0.5 },
    line: contourLine,
    colorbar: {
      title: { text: "q" },
      thickness: 14,
      len: 0.95,
      x: 1.01,
      tickvals: decades,
      ticktext: decades.map((k) => (k === 0 ? "1" : `10<sup>−${-k}</sup>`)),
    },
    hoverinfo: "skip",
  };
}

/** Arrows as one line trace with gaps: shaft and two barbs each; the length grows with the square root of the speed. */
function arrows(flow: Flow, window: PlaneWindow, color: string): Trace {
  const across = spread(window.x, arrowsAcross + 2).subarray(1, arrowsAcross + 1);
  const up = spread(window.y, arrowsAcross + 2).subarray(1, arrowsAcross + 1);
  const step = Math.min(across[1] - across[0], up[1] - up[0]);
  const field = Array.from(up).flatMap((y) => Array.from(across, (x) => ({ x, y, ...direction(flow, x, y) })));
  const fastest = Math.max(...field.map((arrow) => arrow.speed));
  const x: number[] = [];
  const y: number[] = [];
  for (const arrow of field) {
    const length = step * (0.25 + 0.6 * Math.sqrt(arrow.speed / fastest));
    const half = { x: (arrow.u * length) / 2, y: (arrow.v * length) / 2 };
    const tip = { x: arrow.x + half.x, y: arrow.y + half.y };
    const barb = 0.3 * length;
    x.push(arrow.x - half.x, tip.x, Number.NaN);
    y.push(arrow.y - half.y, tip.y, Number.NaN);
    x.push(tip.x - barb * (arrow.u - 0.6 * arrow.v), tip.x, tip.x - barb * (arrow.u + 0.6 * arrow.v), Number.NaN);
    y.push(tip.y - barb * (arrow.v + 0.6 * arrow.u), tip.y, tip.y - barb * (arrow.v - 0.6 * arrow.u), Number.NaN);
  }
  return {
    type: "scatter",
    mode: "lines",
    name: "velocity F",
    x,
    y,
    line: { color, width: 1.1 },
    hoverinfo: "skip",
    showlegend: false,
  };
}

function direction(flow: Flow, x: number, y: number): { u: number; v: number; speed: number } {
  const [a, b] = flow.velocity(Float64Array.of(x, y));
  const speed = Math.sqrt(a * a + b * b);
  return { u: speed === 0 ? 0 : a / speed, v: speed === 0 ? 0 : b / speed, speed };
}

function nullclines({ x, y, f, g }: Grid): Trace[] {
  const line = (name: string, z: readonly Float64Array[], color: string, dash: string): Trace => {
    const lines = zeroLines(x, y, z);
    return {
      type: "scatter",
      mode: "lines",
      name,
      x: lines.flatMap((part) => [...part.x, Number.NaN]),
      y: lines.flatMap((part) => [...part.y, Number.NaN]),
      line: { color, width: 2.2, dash },
      hoverinfo: "skip",
    };
  };
  return [line("ẋ = 0", f, colors.orange, "solid"), line("ẏ = 0", g, colors.green, "dash")];
}

/** All trajectories as one trace with gaps: one entry in the legend. */
function thinLines(trajectories: readonly PlanePath["states"][]): Trace {
  const column = (j: number) =>
    trajectories.flatMap((states) => [...Array.from({ length: states.rows }, (_, i) => states.get(i, j)), Number.NaN]);
  return {
    type: "scatter",
    mode: "lines",
    name: "trajectory",
    x: column(0),
    y: column(1),
    line: { color: colors.black, width: 1.4 },
    hoverinfo: "skip",
  };
}

function pathTraces({ name, states, isStepwise }: PlanePath, index: number): Trace[] {
  const style = pathStyles[index % pathStyles.length];
  const column = (j: number) => Float64Array.from({ length: states.rows }, (_, i) => states.get(i, j));
  return [
    {
      type: "scatter",
      mode: isStepwise ? "lines+markers" : "lines",
      name,
      x: column(0),
      y: column(1),
      line: { color: style.color, width: isStepwise ? 1.8 : 1.3, dash: isStepwise ? style.dash : "solid" },
      marker: { symbol: style.symbol, size: 7, color: style.color, line: { color: "#ffffff", width: 0.5 } },
      hovertemplate: `${name}<br>x = %{x:.4f}, y = %{y:.4f}<extra></extra>`,
    },
  ];
}

/** One trace for each kind that occurs, so that the legend explains just the signs in the figure. */
function pointTraces(points: readonly PlanePoint[]): Trace[] {
  const kinds = [...new Set(points.map((point) => point.kind))];
  return kinds.map((kind) => {
    const those = points.filter((point) => point.kind === kind);
    return {
      type: "scatter",
      mode: "markers",
      name: kind,
      x: those.map((point) => point.xStar[0]),
      y: those.map((point) => point.xStar[1]),
      marker: markerOf(kind, 15),
      hovertemplate: `${kind}<br>x = %{x:.6f}, y = %{y:.6f}<extra></extra>`,
    };
  });
}

/** What a minimiser left behind: the points it stepped on, and q there. */
export interface DescentRecord {
  readonly name: string;
  readonly path?: PlanePath["states"];
  readonly qPath?: Float64Array;
}

/**
 * The paths of minimisers over the landscape of q, in steps of a factor √10.
 *
 * @param flow a flow of dimension 2
 * @param records at least one, each with its `path` (minimise with `recordPath: true`)
 * @param options as for `phasePortrait`, without arrows
 * @throws RangeError if there is no record, or one without a path
 */
export function descentPaths(
  flow: Flow,
  records: readonly DescentRecord[],
  options: PhasePortraitOptions = {},
): Figure {
  checkList("descentPaths", "records", records, 1, ["name"]);
  const paths = records.map(({ name, path }): PlanePath => {
    if (!path) reject("descentPaths", `record "${name}"`, "has no path", "recordPath: true");
    return { name, states: path, isStepwise: true };
  });
  const title = "The three methods take different ways down";
  return phasePortrait(flow, { title, arrows: false, energy: "log", ...options, paths });
}

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
  const { re, im } = values;
  if (re.length !== im.length) reject("spectrumDisc", "im", `has length ${im.length}`, `${re.length}`);
  const threshold = options.threshold ?? 1;
  const edge = 1.15 * Math.max(radius, ...re.map(Math.abs), ...im.map(Math.abs));
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
      xaxis: { title: { text: "Re λ, growth per τ" }, range: [-edge, edge], constrain: "domain" },
      yaxis: { title: { text: "Im λ, radians per τ" }, range: [-edge, edge], scaleanchor: "x" },
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
