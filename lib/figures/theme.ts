/**
 * One look for every figure: a code of shape *and* colour for the kinds of points, colours that colour-blind readers
 * can tell apart (Okabe and Ito's set), white ground, and a title that states the claim.
 */
import { checkRecord, reject } from "../wasm/check";
import { checkFigure, type Figure, type Layout, titleText } from "./figure";

/** Okabe–Ito colours: distinguishable with any of the common colour-vision deficiencies. */
export const colors = Object.freeze({
  black: "#000000",
  orange: "#E69F00",
  skyBlue: "#56B4E9",
  green: "#009E73",
  blue: "#0072B2",
  vermilion: "#D55E00",
  purple: "#CC79A7",
  /** for what stays in the background: trajectories, grids, nullclines */
  grey: "#7F7F7F",
  lightGrey: "#D0D0D0",
});

/** The order in which lines take their colours; dark and light alternate so that neighbours differ in grey print. */
export const colorway: readonly string[] = Object.freeze([
  colors.blue,
  colors.orange,
  colors.green,
  colors.skyBlue,
  colors.vermilion,
  colors.purple,
  colors.black,
]);

/** How a thing is told from others: by colour, and in grey print by dash and symbol. */
export interface Style {
  readonly color: string;
  readonly dash: string;
  readonly symbol: string;
}

const pathStyles: readonly Style[] = [
  { color: colors.vermilion, dash: "solid", symbol: "circle" },
  { color: colors.black, dash: "dash", symbol: "square" },
  { color: colors.green, dash: "dot", symbol: "triangle-up" },
  { color: colors.purple, dash: "dashdot", symbol: "x" },
  { color: colors.blue, dash: "longdash", symbol: "diamond" },
];

/** The style of one of several paths, networks or kinds, from 0. */
export const pathStyle = (k: number): Style => pathStyles[k % pathStyles.length];

/** What a found point can be. */
export type PointKind = "attractor" | "saddle" | "repeller" | "slow point" | "degenerate";

/** How a kind of point is drawn; every symbol exists in `scatter` and in `scatter3d`. */
const marker = (symbol: string, color: string, size: number, edge: string, width: number) =>
  Object.freeze({ symbol, color, size, line: Object.freeze({ color: edge, width }) });

/** The one code of the project: attractor ●, saddle ◆, repeller ✕, slow point ○; a degenerate point is an open square. */
export const markers: Readonly<Record<PointKind, ReturnType<typeof marker>>> = Object.freeze({
  attractor: marker("circle", colors.blue, 12, "#FFFFFF", 1),
  saddle: marker("diamond", colors.vermilion, 12, "#FFFFFF", 1),
  repeller: marker("x", colors.black, 11, "#FFFFFF", 0),
  "slow point": marker("circle-open", colors.green, 12, colors.green, 2),
  degenerate: marker("square-open", colors.purple, 12, colors.purple, 2),
});

/** The same signs as text, for tables and captions. */
export const signs: Readonly<Record<PointKind, string>> = Object.freeze({
  attractor: "●",
  saddle: "◆",
  repeller: "✕",
  "slow point": "○",
  degenerate: "□",
});

/**
 * The marker of a kind of point as a fresh record, to be put into a trace.
 *
 * @param kind what the point is
 * @param size diameter in pixels; scatter3d draws larger than scatter, 6 is right there
 */
export function markerOf(kind: PointKind, size?: number): Record<string, unknown> {
  const { line, ...rest } = markers[kind];
  return { ...rest, size: size ?? rest.size, line: { ...line } };
}

const font = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

const axis = {
  showline: true,
  linecolor: "#444444",
  ticks: "outside",
  tickcolor: "#444444",
  gridcolor: "#E6E6E6",
  zerolinecolor: "#BBBBBB",
  zerolinewidth: 1,
  automargin: true,
};

const sceneAxis = {
  showbackground: false,
  gridcolor: "#D8D8D8",
  zerolinecolor: "#AAAAAA",
  linecolor: "#444444",
  tickfont: { size: 12 },
  nticks: 6,
};

/** Slightly from above, so far away that a cube and its labels fit. */
const camera = { eye: { x: 1.5, y: 1.5, z: 0.9 }, center: { x: 0, y: 0, z: -0.15 } };

/** Size, ground, fonts and margins every figure starts from. */
export const baseLayout: Layout = Object.freeze({
  width: 720,
  height: 480,
  font: { family: font, size: 15, color: "#222222" },
  paper_bgcolor: "#FFFFFF",
  plot_bgcolor: "#FFFFFF",
  colorway: [...colorway],
  margin: { l: 76, r: 24, t: 64, b: 64 },
  legend: { font: { size: 14 }, bgcolor: "rgba(255,255,255,0.8)" },
});

/**
 * A layout in the project's look whose title states what the figure shows.
 *
 * A sentence too long for the width is broken into lines, and the upper margin grows with it. Axes named in `layout`
 * (xaxis, yaxis2, scene …) keep what they say and get the rest from the theme; a flat figure always has both axes.
 *
 * @param claim one sentence: "Eight attractors sit at the corners of a cube"
 * @param layout what differs from the theme
 * @throws RangeError if the claim is not a sentence
 */
export function titled(claim: string, layout: Layout = {}): Layout {
  if (typeof claim !== "string") reject("titled", "claim", claim, "a sentence");
  checkRecord("titled", "layout", layout);
  const base = merge({}, baseLayout);
  const isFlat = !Object.keys(layout).some((key) => /^(scene|polar|ternary)\d*$/.test(key));
  const axes: Record<string, unknown> = isFlat ? { xaxis: { ...axis }, yaxis: { ...axis } } : {};
  for (const key of Object.keys(layout)) {
    if (/^[xy]axis\d*$/.test(key)) axes[key] = { ...axis };
    if (/^scene\d*$/.test(key)) {
      axes[key] = { camera, xaxis: { ...sceneAxis }, yaxis: { ...sceneAxis }, zaxis: { ...sceneAxis } };
    }
  }
  const width = layout.width ?? (baseLayout.width as number);
  const height = layout.height ?? (baseLayout.height as number);
  // at 19 px a letter of a sans-serif face is about 9.3 px wide, a line 25 px high
  const lines = brokenInto(claim, Math.max(20, Math.floor((width - 40) / 9.3)));
  // anchored by the baseline of its first line: plotly.js forgets the other anchors when a title has several lines
  const place = { x: 0, xref: "container", xanchor: "left", y: 1 - 33 / height, yref: "container", yanchor: "bottom" };
  const title = { text: lines.join("<br>"), ...place, pad: { l: 16 }, font: { size: 19 } };
  const margin = { t: 28 + 25 * lines.length, ...(isFlat ? {} : { l: 8, r: 8, b: 8 }) };
  // in space the legend lies over the scene's empty corner instead of pushing the scene aside
  const legend = isFlat ? {} : { x: 1, xanchor: "right", y: 1, yanchor: "top" };
  return merge(merge(merge(base, { title, margin, legend }), axes), layout) as Layout;
}

/** Words in lines of at most so many letters; a longer word has a line of its own. */
function brokenInto(text: string, length: number): string[] {
  const line = new RegExp(`\\S(?:.{0,${length - 1}}(?!\\S)|\\S*)`, "g");
  return text.split(/<br\s*\/?>/).flatMap((piece) => piece.replace(/\s+/g, " ").match(line) ?? [""]);
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** Both records in one, field by field; where they disagree the second wins. Nothing is shared with either. */
function merge(first: object, second: object): Fields {
  const result: Fields = {};
  for (const [key, value] of [...Object.entries(first), ...Object.entries(second)]) {
    if (isFields(value)) result[key] = merge(isFields(result[key]) ? (result[key] as Fields) : {}, value);
    else result[key] = Array.isArray(value) ? [...value] : value;
  }
  return result;
}

/** How each bit is drawn: colour, dash and symbol, so that the bits are told apart in grey as well. */
const bitStyles: readonly Style[] = [
  { color: colors.black, dash: "solid", symbol: "circle" },
  { color: colors.orange, dash: "dash", symbol: "square" },
  { color: colors.green, dash: "dashdot", symbol: "triangle-up" },
  { color: colors.purple, dash: "longdash", symbol: "pentagon" },
  { color: colors.skyBlue, dash: "longdashdot", symbol: "star" },
];

/** The style of a bit, from 0. */
export const bitStyle = (bit: number): Style => bitStyles[bit % bitStyles.length];

/** How a network is drawn; `band` is its colour, for bands behind lines. */
export interface NetworkStyle extends Style {
  readonly band: string;
}

const style = (color: string, dash: string, symbol: string): NetworkStyle => {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return Object.freeze({ color, band: `rgba(${r},${g},${b},0.16)`, dash, symbol });
};

/** One code for each network; shape and dash tell them apart in grey. */
const styles: Readonly<Record<string, NetworkStyle>> = Object.freeze({
  tanh: style(colors.blue, "solid", "circle"),
  logistic: style(colors.vermilion, "dash", "square"),
  transferred: style(colors.black, "dot", "triangle-up"),
  "quarter gain": style(colors.green, "longdash", "diamond"),
  conjugate: style(colors.skyBlue, "solid", "x-thin-open"),
});
const anyStyle = style(colors.grey, "solid", "circle");

/** The style of a network by its name; one that has none of its own is grey. */
export const networkStyle = (name: string): NetworkStyle => (Object.hasOwn(styles, name) ? styles[name] : anyStyle);

/**
 * A figure whose title begins with a name: "Every bit flips" becomes "Gentle network: every bit flips".
 *
 * @param name whose figure it is
 * @param figure as a builder returns it; it is not changed
 * @throws RangeError if the name is not a text or the figure is none
 */
export function named(name: string, figure: Figure): Figure {
  if (typeof name !== "string") reject("named", "name", name, "a text");
  checkFigure("named", figure);
  const claim = titleText(figure);
  const { title: _old, margin, ...layout } = figure.layout ?? {};
  const { t: _top, ...sides } = (margin ?? {}) as Record<string, unknown>; // the upper margin grows with the lines of the title
  const text = `${name}: ${claim.slice(0, 1).toLowerCase()}${claim.slice(1)}`;
  return { ...figure, layout: titled(text, { ...layout, margin: sides }) };
}
