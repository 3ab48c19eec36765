/**
 * A figure as data: what Plotly draws, as a plain record that can be inspected, changed, tested and saved as JSON.
 *
 * Nothing here knows plotly.js. It runs in the page that shows a figure (`show`) or in the browser that prints one
 * (`saveFigure`), never in Node.
 */
import { checkCount, reject } from "../wasm/check";

/** Numbers along an axis. Typed arrays are welcome; they become plain arrays on their way to the page. */
export type Numbers = readonly number[] | Float64Array | Float32Array | Int32Array;

/** One layer of a figure: points, a line, a contour … in Plotly's vocabulary, of which the usual words are named here. */
export interface Trace {
  type: string;
  name?: string;
  /** "lines", "markers", "lines+markers", "text" … */
  mode?: string;
  x?: Numbers | readonly string[];
  y?: Numbers | readonly string[];
  z?: Numbers | readonly Numbers[];
  text?: string | readonly string[];
  marker?: Record<string, unknown>;
  line?: Record<string, unknown>;
  showlegend?: boolean;
  hoverinfo?: string;
  [attribute: string]: unknown;
}

/** Everything around the traces: title, axes, size in pixels. */
export interface Layout {
  width?: number;
  height?: number;
  title?: Record<string, unknown>;
  xaxis?: Record<string, unknown>;
  yaxis?: Record<string, unknown>;
  scene?: Record<string, unknown>;
  [attribute: string]: unknown;
}

/** One picture of a film: what differs from the figure's own traces while it is shown. */
export interface Frame {
  /** By which a slider finds it; no two frames of a figure share one. */
  name: string;
  /** New contents of some traces; attributes that are left out stay as they are. */
  data: Partial<Trace>[];
  /** Which traces these are, by their place in the figure's `data`. */
  traces: number[];
  layout?: Layout;
}

/** A figure: traces in drawing order, the layout around them, and the frames of a film, if it is one. */
export interface Figure {
  data: Trace[];
  layout: Layout;
  frames?: Frame[];
}

/** Significant digits of a coordinate in the page: far below a pixel, and a third of the size of full precision. */
const digits = 8;

/**
 * The figure as JSON text: typed arrays as plain arrays, coordinates to eight significant digits, gaps (NaN) as null.
 *
 * @param figure traces and layout
 * @returns JSON that plotly.js draws, with the frames of a film
 * @throws RangeError if `figure` is not a record { data, layout }
 */
export function figureJson(figure: Figure): string {
  checkFigure("figureJson", figure);
  const { data, layout, frames } = figure;
  try {
    return JSON.stringify({ data, layout, frames }, (_key, value: unknown) => {
      if (typeof value === "number") return rounded(value);
      if (!ArrayBuffer.isView(value) || value instanceof DataView) return value;
      return Array.from(value as Float64Array, rounded);
    });
  } catch {
    return reject(
      "figureJson",
      "figure",
      "has a member that holds itself, a bigint or lists in lists without end",
      "what JSON can hold",
    );
  }
}

/** Pixels along one side: a poster at 300 dpi, and near the largest picture that browsers draw. */
const mostPixels = 16_384;

/**
 * Throws unless `figure` has traces, and sizes that are numbers: they are written into the page as they are.
 *
 * @throws RangeError if it is no record { data, layout }, or a width or height is no number above 0
 */
export function checkFigure(where: string, figure: Figure): void {
  if (typeof figure !== "object" || figure === null || !Array.isArray(figure.data)) {
    reject(where, "figure", figure, "a record { data, layout }");
  }
  checkLayout(where, "layout", figure.layout);
  const { frames } = figure;
  if (frames == null) return;
  if (!Array.isArray(frames)) reject(where, "frames", frames, "an array of frames");
  for (const [i, frame] of frames.entries()) checkLayout(where, `frames[${i}].layout`, frame?.layout);
}

function checkLayout(where: string, thing: string, layout: Layout | undefined): void {
  if (layout == null) return;
  if (typeof layout !== "object") reject(where, thing, layout, "a record");
  for (const name of ["width", "height"] as const) {
    const pixels: unknown = layout[name];
    if (pixels == null) continue;
    if (typeof pixels !== "number" || !(pixels > 0 && pixels <= mostPixels))
      reject(where, `${thing}.${name}`, pixels, `a number of pixels above 0, at most ${mostPixels}`);
  }
}

function rounded(value: number): number | null {
  if (Number.isInteger(value)) return value;
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : null;
}

/** The figure's title as plain words, for a reader who sees no picture. */
export function titleText(figure: Figure): string {
  const text = figure?.layout?.title?.text;
  return typeof text === "string" ? text.replace(/<br\s*\/?>/g, " ").replace(/<[^>]*>/g, "") : "";
}

/** Pixels below the figure for buttons and slider. */
const strip = 90;

/**
 * A figure with two buttons, play and pause, and a slider through its frames.
 *
 * @param figure its `data` and `layout` are what is seen first
 * @param frames at least one, each with a name of its own, which stands at the slider
 * @param shown index of the frame that the figure shows before it is played
 * @throws RangeError if there is no frame, names repeat, or a frame changes a trace that is not there
 */
export function withFrames(figure: Figure, frames: readonly Frame[], shown = 0): Figure {
  const where = "withFrames";
  checkFigure(where, figure);
  checkFrames(where, figure, frames);
  checkCount(where, "shown", shown, 0);
  if (shown >= frames.length) reject(where, "shown", shown, `less than ${frames.length}, the number of frames`);
  // in space a frame must be drawn as a whole, and at once: nothing slides between two states of a network
  const jump = { mode: "immediate", transition: { duration: 0 }, frame: { duration: 150, redraw: true } };
  const button = (label: string, frame: string | null, options: Record<string, unknown>) => ({
    label,
    method: "animate",
    args: [frame === null ? null : [null], options],
  });
  const steps = frames.map(({ name }) => ({ label: name, method: "animate", args: [[name], jump] }));
  const { height = 480, margin } = figure.layout as { height?: number; margin?: { b?: number } };
  const place = { x: 0.02, xanchor: "left", y: 0, yanchor: "top", pad: { t: 8, b: 8 } };
  return {
    data: figure.data,
    layout: {
      ...figure.layout,
      height: height + strip,
      margin: { ...margin, b: (margin?.b ?? 0) + strip },
      updatemenus: [
        {
          ...place,
          type: "buttons",
          direction: "left",
          showactive: false,
          buttons: [
            button("play", null, { ...jump, fromcurrent: true }),
            button("pause", "", { ...jump, frame: { duration: 0, redraw: false } }),
          ],
        },
      ],
      sliders: [{ active: shown, ...place, x: 0.2, len: 0.76, currentvalue: { visible: false }, steps }],
    },
    frames: [...frames],
  };
}

/** Throws unless there are frames, each with a name of its own, that change traces which are there. */
export function checkFrames(where: string, figure: Figure, frames: readonly Frame[] | undefined): void {
  if (!Array.isArray(frames) || frames.length === 0) reject(where, "frames", frames, "at least one frame");
  const names = new Set<string>();
  for (const [i, frame] of frames.entries()) {
    const thing = `frames[${i}]`;
    if (typeof frame?.name !== "string" || names.has(frame.name)) {
      reject(where, `${thing}.name`, frame?.name, "a text that no other frame has");
    }
    names.add(frame.name);
    const { data, traces } = frame;
    if (!Array.isArray(data) || !Array.isArray(traces) || data.length !== traces.length) {
      reject(where, thing, data, "as many data as traces");
    }
    for (const trace of traces) {
      if (!(trace in figure.data)) reject(where, `${thing}.traces`, `has ${trace}`, "places in the figure's data");
    }
  }
}

/**
 * One frame of a film as a figure that stands still.
 *
 * @param film a figure with frames
 * @param index of the frame, from 0
 * @throws RangeError if the figure has no such frame
 */
export function frameFigure(film: Figure, index: number): Figure {
  const where = "frameFigure";
  checkFigure(where, film);
  checkFrames(where, film, film.frames);
  const frames = film.frames as Frame[];
  checkCount(where, "index", index, 0);
  if (index >= frames.length) reject(where, "index", index, `at most ${frames.length - 1}`);
  const { data, traces, layout } = frames[index];
  const { updatemenus: _menus, sliders: _sliders, ...rest } = film.layout;
  const { height = 480, margin } = rest as { height?: number; margin?: { b?: number } };
  const bare = { height: height - strip, margin: { ...margin, b: Math.max(0, (margin?.b ?? 0) - strip) } };
  const shown = film.data.map((trace, i): Trace => ({ ...trace, ...data[traces.indexOf(i)] }));
  return { data: shown, layout: { ...rest, ...bare, ...layout } };
}
