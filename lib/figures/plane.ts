/**
 * Figures of flows in the plane: Fig. 2 (kinetic energy, phase portrait, nullclines, fixed points), and the paths that
 * minimisers take.
 */
import { checkFlowArgument, type Flow } from "../flow/flow";
import { reject } from "../wasm/check";
import type { DescentRecord } from "./curves";
import type { Trace } from "./figure";
import { axis, below, drawing, figure, joined, lines, points } from "./marks";
import { colors, markerOf, type PointKind, pathStyle } from "./theme";

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

/**
 * The phase portrait of a flow in the plane; with `energy` and `points` it is Fig. 2.  [J15 Fig. 2]
 *
 * @param flow a flow of dimension 2
 * @param options title, window (default that of the paper), and the layers to draw
 * @returns arrows along F (longer where faster), and on request q as a contour plot, the nullclines, points, paths
 * @throws RangeError if the flow is not planar, or the window does not run upwards
 */
export const phasePortrait = drawing("phasePortrait", (flow: Flow, options: PhasePortraitOptions = {}) => {
  checkFlowArgument("phasePortrait", flow);
  if (flow.dimension !== 2) reject("phasePortrait", "flow.dimension", flow.dimension, "2");
  const { title = "Arrows show where the flow carries a state", window = fig2Window, energy } = options;
  for (const [along, [low, high]] of Object.entries(window)) {
    if (!(low < high)) reject("phasePortrait", `window.${along}`, `runs from ${low} to ${high}`, "upwards");
  }
  const grid = sampled(flow, window);
  const data = [
    ...(energy ? [energyContour(grid, energy === "log")] : []),
    ...(options.arrows === false ? [] : [arrows(flow, window, energy ? "#33414d" : colors.grey)]),
    ...(options.nullclines ? [nullcline("ẋ = 0", grid, grid.f), nullcline("ẏ = 0", grid, grid.g)] : []),
    ...(options.trajectories?.length ? [thinLines(options.trajectories)] : []),
    ...(options.paths ?? []).map(pathTrace),
    ...pointTraces(options.points ?? []),
  ];
  const common = { zeroline: false, constrain: "domain" };
  return figure(title, data, {
    height: 700,
    xaxis: axis("x, first component of the state", { range: [...window.x], ...common }),
    yaxis: axis("y, second component of the state", { range: [...window.y], ...common, scaleanchor: "x" }),
    legend: below(-0.13),
    margin: { b: 100 },
  });
});

/** A flow at samples of a window: components of F, and q, row = y. */
interface Grid {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly f: readonly Float64Array[];
  readonly g: readonly Float64Array[];
  readonly q: readonly Float64Array[];
}

function sampled(flow: Flow, window: PlaneWindow): Grid {
  const [x, y] = [spread(window.x, samples), spread(window.y, samples)];
  const velocities = Array.from(y, (b) => Array.from(x, (a) => flow.velocity(Float64Array.of(a, b))));
  const layer = (of: (F: Float64Array) => number) => velocities.map((row) => Float64Array.from(row, of));
  return { x, y, f: layer(([a]) => a), g: layer(([, b]) => b), q: layer(([a, b]) => (a * a + b * b) / 2) };
}

function spread([low, high]: readonly [number, number], count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** Pale where slow, so that points and lines stand out; monotone in brightness, so that it survives grey print. */
const paleIsSlow = [
  [0, "#ffffff"],
  [0.0625, "#e3eef9"],
  [0.25, "#a6cbe6"],
  [0.6, "#5b9bcb"],
  [1, "#2f6da8"],
];

/**
 * q in steps of ¼ up to 4, as in the paper; or in steps of a factor √10: the shape of a valley shows near its bottom, where
 * equal steps see nothing.
 */
function energyContour({ x, y, q }: Grid, isLog: boolean): Trace {
  const [decades, quarters] = [
    [-4, -3, -2, -1, 0],
    [0, 1, 2, 3, 4],
  ];
  const logarithm = (value: number) => Math.log10(Math.max(value, 1e-9));
  const bar = { title: { text: "q" }, thickness: 14, len: 0.95, x: 1.01 };
  const common = { type: "contour", name: "kinetic energy q", x, y };
  const line = { color: "rgba(40,70,110,0.55)", width: 0.8 };
  if (isLog) {
    const ticktext = decades.map((k) => (k === 0 ? "1" : `10<sup>−${-k}</sup>`));
    const colorscale = [paleIsSlow[0], [1, "#5b9bcb"]];
    return {
      ...{ ...common, line, hoverinfo: "skip", zmin: -4, zmax: 0.6, contours: { start: -4, end: 0.5, size: 0.5 } },
      ...{ z: q.map((row) => row.map(logarithm)), colorscale, colorbar: { ...bar, tickvals: decades, ticktext } },
    };
  }
  const hovertemplate = "x = %{x:.2f}, y = %{y:.2f}<br>q = %{z:.3f}<extra></extra>";
  return {
    ...{ ...common, line, hovertemplate, zmin: 0, zmax: 4, contours: { start: 0, end: 4, size: 0.25 } },
    ...{ z: q, colorscale: paleIsSlow, colorbar: { ...bar, tickvals: quarters } },
  };
}

/** Arrows as one line trace with gaps: shaft and two barbs each; the length grows with the square root of the speed. */
function arrows(flow: Flow, window: PlaneWindow, color: string): Trace {
  const [across, up] = [window.x, window.y].map((ends) => spread(ends, arrowsAcross + 2).slice(1, -1));
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
  return lines("velocity F", x, y, { color, width: 1.1 }, { hoverinfo: "skip", showlegend: false });
}

function direction(flow: Flow, x: number, y: number): { u: number; v: number; speed: number } {
  const [a, b] = flow.velocity(Float64Array.of(x, y));
  const speed = Math.sqrt(a * a + b * b);
  return { u: speed === 0 ? 0 : a / speed, v: speed === 0 ? 0 : b / speed, speed };
}

function nullcline(name: string, { x, y, f }: Grid, component: readonly Float64Array[]): Trace {
  const pieces = zeroLines(x, y, component);
  const [xs, ys] = (["x", "y"] as const).map((along) => pieces.flatMap((piece) => [...piece[along], Number.NaN]));
  const style = component === f ? { color: colors.orange, dash: "solid" } : { color: colors.green, dash: "dash" };
  return lines(name, xs, ys, { ...style, width: 2.2 }, { hoverinfo: "skip" });
}

const column = (states: PlanePath["states"], j: number): number[] =>
  Array.from({ length: states.rows }, (_, i) => states.get(i, j));

/** All trajectories as one trace with gaps: one entry in the legend. */
function thinLines(trajectories: readonly PlanePath["states"][]): Trace {
  const [x, y] = [0, 1].map((j) => trajectories.flatMap((states) => [...column(states, j), Number.NaN]));
  return lines("trajectory", x, y, { color: colors.black, width: 1.4 }, { hoverinfo: "skip" });
}

function pathTrace({ name, states, isStepwise }: PlanePath, index: number): Trace {
  const { color, dash, symbol } = pathStyle(index);
  return {
    ...joined(name, column(states, 0), column(states, 1), pathStyle(index), 0, 0),
    mode: isStepwise ? "lines+markers" : "lines",
    line: isStepwise ? { color, width: 1.8, dash } : { color, width: 1.3, dash: "solid" },
    marker: { symbol, size: 7, color, line: { color: "#ffffff", width: 0.5 } },
    hovertemplate: `${name}<br>x = %{x:.4f}, y = %{y:.4f}<extra></extra>`,
  };
}

/** One trace for each kind that occurs, so that the legend explains just the signs in the figure. */
function pointTraces(found: readonly PlanePoint[]): Trace[] {
  return [...new Set(found.map(({ kind }) => kind))].map((kind) => {
    const those = found.filter((point) => point.kind === kind);
    const [x, y] = [0, 1].map((j) => those.map(({ xStar }) => xStar[j]));
    const hovertemplate = `${kind}<br>x = %{x:.6f}, y = %{y:.6f}<extra></extra>`;
    return points(kind, x, y, markerOf(kind, 15), { hovertemplate });
  });
}

/**
 * The paths of minimisers over the landscape of q, in steps of a factor √10.
 *
 * @param flow a flow of dimension 2
 * @param records at least one, each with its `path` (minimise with `recordPath: true`)
 * @param options as for `phasePortrait`, without arrows
 * @throws RangeError if there is no record, or one without a path
 */
export const descentPaths = drawing(
  "descentPaths",
  (flow: Flow, records: readonly DescentRecord[], options: PhasePortraitOptions = {}) => {
    if (records.length === 0) reject("descentPaths", "records", "has length 0", "at least 1");
    const paths = records.map(({ name, path }): PlanePath => {
      if (!path) reject("descentPaths", `record "${name}"`, "has no path", "recordPath: true");
      return { name, states: path, isStepwise: true };
    });
    const title = "The three methods take different ways down";
    return phasePortrait(flow, { title, arrows: false, energy: "log", ...options, paths });
  },
);

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
