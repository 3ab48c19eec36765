/**
 * Figures of flows in the plane: Fig. 2 (kinetic energy, phase portrait, nullclines, fixed points), and the paths that
 * minimisers take.
 */
import { checkFlowArgument, type Flow } from "../flow/flow";
import { checkList, checkRecord, checkShape, reject } from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import { colors, markerOf, type PointKind, pathStyles, titled } from "./theme";

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
  checkRecord("phasePortrait", "options", options);
  const window = options.window ?? fig2Window;
  checkShape("phasePortrait", "window", window, { x: "numbers", y: "numbers" });
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
  checkRecord("descentPaths", "options", options);
  const paths = records.map(({ name, path }): PlanePath => {
    if (!path) reject("descentPaths", `record "${name}"`, "has no path", "recordPath: true");
    return { name, states: path, isStepwise: true };
  });
  const title = "The three methods take different ways down";
  return phasePortrait(flow, { title, arrows: false, energy: "log", ...options, paths });
}

/** Corners of a polyline. */
export interface Polyline {
  readonly x: number[];
  readonly y: number[];
}

/** An edge of the grid that a zero line crosses, and where. */
interface Crossing {
  readonly x: number;
  readonly y: number;
  readonly neighbours: Crossing[];
}

/**
 * The zero lines of z over a grid.
 *
 * @param x positions of the columns, ascending, (K)
 * @param y positions of the rows, ascending, (M)
 * @param z values, M rows of K; a sample that is exactly zero counts as positive
 * @returns polylines that start and end at the border, or close on themselves
 */
export function zeroLines(x: Float64Array, y: Float64Array, z: readonly Float64Array[]): Polyline[] {
  const crossings = new Map<string, Crossing>();
  const isUp = (i: number, j: number) => z[i][j] >= 0;
  /** The crossing of the edge from sample (i, j) to sample (k, l), or nothing if the sign is the same at both. */
  const crossing = (i: number, j: number, k: number, l: number): Crossing | undefined => {
    if (isUp(i, j) === isUp(k, l)) return undefined;
    const key = `${i},${j},${k},${l}`;
    let found = crossings.get(key);
    if (!found) {
      const t = z[i][j] / (z[i][j] - z[k][l]);
      found = { x: x[j] + t * (x[l] - x[j]), y: y[i] + t * (y[k] - y[i]), neighbours: [] };
      crossings.set(key, found);
    }
    return found;
  };
  for (let i = 0; i + 1 < y.length; i++) {
    for (let j = 0; j + 1 < x.length; j++) {
      const bottom = crossing(i, j, i, j + 1);
      const top = crossing(i + 1, j, i + 1, j + 1);
      const left = crossing(i, j, i + 1, j);
      const right = crossing(i, j + 1, i + 1, j + 1);
      if (bottom && top && left && right) {
        join(bottom, top);
        join(left, right);
      } else {
        const [a, b] = [bottom, top, left, right].filter((edge) => edge !== undefined);
        if (a && b) join(a, b);
      }
    }
  }
  return chained([...crossings.values()]);
}

function join(a: Crossing, b: Crossing): void {
  a.neighbours.push(b);
  b.neighbours.push(a);
}

/** Follows the joined crossings: open lines first, from their ends, then the closed ones. */
function chained(crossings: readonly Crossing[]): Polyline[] {
  const isDone = new Set<Crossing>();
  const lines: Polyline[] = [];
  const ends = crossings.filter((c) => c.neighbours.length === 1);
  for (const start of [...ends, ...crossings.filter((c) => c.neighbours.length > 1)]) {
    if (isDone.has(start)) continue;
    const line: Polyline = { x: [], y: [] };
    let at: Crossing | undefined = start;
    while (at) {
      isDone.add(at);
      line.x.push(at.x);
      line.y.push(at.y);
      at = at.neighbours.find((next) => !isDone.has(next));
    }
    if (start.neighbours.length > 1) {
      line.x.push(start.x);
      line.y.push(start.y);
    }
    lines.push(line);
  }
  return lines;
}
