/**
 * A figure as data: what Plotly draws, as a plain record that can be inspected, changed, tested and saved as JSON.
 *
 * Nothing here knows plotly.js. It runs in the page that shows a figure (`show`) or in the browser that prints one
 * (`saveFigure`), never in Node.
 */
import { reject } from "../wasm/validate";

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
