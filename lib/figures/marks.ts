/**
 * What figures are made of: marks (a mark is one trace), axes, panels, rules and notes. A builder says what is drawn and how
 * it is told apart; how Plotly wants it written stands here.
 */
import { reject } from "../wasm/check";
import type { Figure, Layout, Numbers, Trace } from "./figure";
import { type Style, titled } from "./theme";

/** Members of a record of Plotly's. */
export type Fields = Record<string, unknown>;
type Places = Numbers | readonly string[];

/**
 * A builder that answers whatever it is given with a figure, or with a refusal in words.
 *
 * The compiler of a cell checks the types of arguments, so a builder does not; what gets by it ends here, and not in an
 * error of the engine's.
 *
 * @param name of the builder, with which a refusal begins
 * @param build draws; if its first argument is a list, it is never an empty one
 */
export function drawing<F extends (...given: never[]) => Figure>(name: string, build: F): F {
  const guarded = (...given: Parameters<F>): Figure => {
    const [first] = given as readonly unknown[];
    if (Array.isArray(first) && first.length === 0) reject(name, "the first argument", "has length 0", "at least 1");
    try {
      return build(...given);
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof RangeError && /^[\w.]+: /.test(message)) {
        throw new RangeError(message.replace(/^figures: /, `${name}: `));
      }
      return reject(name, "an argument", `lacks something to draw (${message})`, "what its type says");
    }
  };
  return Object.defineProperty(guarded, "length", { value: build.length }) as unknown as F;
}

/** Marks in drawing order, under a title that states what is to be seen; `layout` as for `titled`. */
export const figure = (claim: string, data: Trace[], layout: Layout): Figure => ({
  data,
  layout: titled(claim, layout),
});

/**
 * A mark in the plane.
 *
 * @param mode "lines", "markers", "lines+markers", "text" …
 * @param name for the legend
 * @param more line, marker, text and other attributes of `scatter`
 * @throws RangeError if there are not as many y as x
 */
export function mark(mode: string, name: string | undefined, x: Places, y: Places, more: Fields = {}): Trace {
  if (x.length !== y.length) reject("figures", `"${name}"`, `has ${y.length} values`, `${x.length}`);
  return { type: "scatter", mode, name, x, y, ...more };
}

/** A line; NaN makes a gap. */
export const lines = (name: string, x: Places, y: Places, line: Fields, more: Fields = {}): Trace =>
  mark("lines", name, x, y, { line, ...more });

/** Signs, one at each place. */
export const points = (name: string | undefined, x: Places, y: Places, marker: Fields, more: Fields = {}): Trace =>
  mark("markers", name, x, y, { marker, ...more });

/** A line with a sign at each place, both in one style. */
export const joined = (name: string, x: Places, y: Places, style: Style, width: number, size: number): Trace =>
  mark("lines+markers", name, x, y, {
    line: { color: style.color, width, dash: style.dash },
    marker: { symbol: style.symbol, size, color: style.color },
  });

/** Those of some marks that have a place: the legend explains just the signs in the figure. */
export const present = (marks: readonly Trace[]): Trace[] => marks.filter(({ x }) => (x as Places).length > 0);

/** Coordinates in space. */
export type Space = Pick<Trace, "x" | "y" | "z">;

/** A mark in space; `more` is line, marker, text and other attributes of `scatter3d`. */
export const solid = (mode: string, name: string | undefined, at: Space, more: Fields = {}): Trace => ({
  ...{ type: "scatter3d", mode, name },
  ...at,
  ...more,
});

/** An axis with its words; `more` is range, ticks and the like, and how far off the words stand. */
export const axis = (text: string, { standoff, ...more }: Fields = {}): Fields => ({
  title: standoff === undefined ? { text } : { text, standoff },
  ...more,
});

/** A logarithmic axis; ticks of one size, where Plotly's own would be smaller and bare between decades. */
export const logAxis = (text: string, ticks?: readonly number[], more: Fields = {}): Fields =>
  axis(text, { type: "log", ...(ticks ? { tickvals: ticks, ticktext: ticks.map(String) } : {}), ...more });

/** A logarithmic axis whose ticks are powers of ten, every so many decades. */
export const powerAxis = (text: string, dtick: number, more: Fields = {}): Fields =>
  axis(text, { type: "log", exponentformat: "power", dtick, ...more });

/** The scene of three principal components, seen from above a corner, beside a legend. */
export function componentScene(aspectmode: "cube" | "data"): Layout {
  const [xaxis, yaxis, zaxis] = [1, 2, 3].map((k) => axis(`PC ${k} (activation)`));
  const camera = { eye: { x: 1.9, y: 1.3, z: 0.8 }, center: { x: 0, y: 0, z: -0.12 } };
  return {
    width: 760,
    // the legend stands beside the cube; without this plotly.js would push the scene out of its way, and clip it
    margin: { l: 0, r: 0, b: 0, autoexpand: false },
    scene: { xaxis, yaxis, zaxis, aspectmode, camera, domain: { x: [0.14, 1], y: [0, 1] } },
    legend: { x: 0.01, y: 1, xanchor: "left", itemsizing: "constant" },
  };
}

/** Two panels above each other on one horizontal axis. */
export const stacked = (xaxis: Fields, upper: Fields, lower: Fields): Layout => ({
  height: 560,
  xaxis: { ...xaxis, anchor: "y2" },
  yaxis: { ...upper, domain: [0.54, 1] },
  yaxis2: { ...lower, domain: [0, 0.46] },
  legend: { orientation: "h", x: 1, xanchor: "right", y: 0.5, yanchor: "middle" },
});

/** A panel: what it shows in words, its vertical axis, and its marks. */
export interface Panel {
  readonly note: string;
  readonly yaxis: Fields;
  readonly marks: readonly Trace[];
}

/** Four panels, two to a row, over one kind of horizontal axis; the legend is that of the first. */
export function panels(claim: string, xaxis: Fields, list: readonly Panel[], layout: Layout): Figure {
  const bare = { ...xaxis, title: undefined };
  const axes = list.map(({ yaxis }, k): Fields => {
    const [left, isTop, number] = [k % 2 === 0, k < 2, k > 0 ? k + 1 : ""];
    return {
      [`xaxis${number}`]: { ...(isTop ? bare : xaxis), domain: left ? [0, 0.43] : [0.57, 1], anchor: `y${number}` },
      [`yaxis${number}`]: { ...yaxis, domain: isTop ? [0.56, 0.95] : [0, 0.4], ...(k > 0 && { anchor: `x${number}` }) },
    };
  });
  const place = { ...onPaper, xanchor: "left", yanchor: "bottom", font: { size: 14 } };
  const annotations = list.map((panel, k) => note(panel.note, k % 2 === 0 ? 0 : 0.57, k < 2 ? 0.96 : 0.41, place));
  const data = list.flatMap(({ marks }, k) => {
    const number = k > 0 ? k + 1 : "";
    return marks.map((trace) => ({ ...trace, xaxis: `x${number}`, yaxis: `y${number}`, showlegend: k === 0 }));
  });
  return figure(claim, data, { ...Object.assign({}, ...axes), annotations, ...layout });
}

/** A legend in a row below the figure, from the left. */
export const below = (y: number): Fields => ({ orientation: "h", x: 0, y, yanchor: "top" });

/** A straight line across the whole panel where x, or y, has one value. */
export const rule = (along: "x" | "y", value: number, line: Fields): Fields => {
  const across = along === "x" ? "y" : "x";
  return {
    type: "line",
    [`${along}0`]: value,
    [`${along}1`]: value,
    [`${across}ref`]: "paper",
    [`${across}0`]: 0,
    [`${across}1`]: 1,
    line,
  };
};

/** Words in a figure, without an arrow; `more` is references, anchors and font. */
export const note = (text: string, x: number, y: number, more: Fields = {}): Fields => ({
  ...{ text, x, y, showarrow: false },
  ...more,
});
/** A note's place in parts of the figure instead of values on its axes. */
export const onPaper: Fields = Object.freeze({ xref: "paper", yref: "paper" });
