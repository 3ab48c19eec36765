/**
 * The drawn networks of the paper: Fig. 1 (feedforward and recurrent), Fig. 3 (the simple RNN), Fig. 4 (the echo-state
 * network), as vector shapes: nodes are ellipses, connections are Bézier curves that start and end at the rim of a node,
 * arrow heads are filled triangles. Everything is a Plotly shape or text, so an exported SVG or PDF stays sharp.
 */
import type { Figure } from "./figure";
import { type Fields, figure, mark, note } from "./marks";
import { colors } from "./theme";

/** A point of the drawing, in drawing units. */
export interface DrawingPoint {
  readonly x: number;
  readonly y: number;
}

/** A node: an ellipse with a label inside and a sentence shown when the mouse rests on it. */
export interface DiagramNode extends DrawingPoint {
  readonly label: string;
  readonly meaning: string;
  /** half width and half height */
  readonly rx: number;
  readonly ry: number;
}

/** A cubic Bézier curve: two ends and two handles. */
export type Curve = readonly [DrawingPoint, DrawingPoint, DrawingPoint, DrawingPoint];

/** A connection as drawn: the visible part of its curve, and the arrow head at its end. */
export interface Arrow {
  readonly curve: Curve;
  readonly head: readonly [DrawingPoint, DrawingPoint, DrawingPoint];
}

/** Length and half width of an arrow head, in drawing units: readable from the last row, not larger than a label. */
const headLength = 0.16;
const headHalfWidth = 0.055;

/**
 * The connection from one node to another, bent sideways by `bend` (to the left of the direction of travel if positive).
 *
 * @returns the part of the curve between the two rims, shortened by the arrow head
 */
export function arrowBetween(from: DiagramNode, to: DiagramNode, bend = 0): Arrow {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.sqrt(dx * dx + dy * dy);
  // a handle a third of the way along, pushed sideways by 4/3 of the bend, moves the middle of the curve by the bend
  const side = { x: (-dy / length) * bend * (4 / 3), y: (dx / length) * bend * (4 / 3) };
  const whole: Curve = [
    from,
    { x: from.x + dx / 3 + side.x, y: from.y + dy / 3 + side.y },
    { x: from.x + (2 * dx) / 3 + side.x, y: from.y + (2 * dy) / 3 + side.y },
    to,
  ];
  const leaves = crossing(whole, from, 0, 0.5);
  const arrives = crossing(whole, to, 1, 0.5);
  return withHead(part(whole, leaves, arrives));
}

/** The connection of a node to itself, a loop on its right-hand side. */
export function selfLoop(node: DiagramNode, size = 0.55): Arrow {
  const start = rimPoint(node, 0.55);
  const end = rimPoint(node, -0.55);
  const reach = node.x + node.rx + size;
  return withHead([start, { x: reach, y: start.y + 0.3 * size }, { x: reach, y: end.y - 0.3 * size }, end]);
}

/** The point of a curve at 0 ≤ t ≤ 1. */
export function pointOn([a, b, c, d]: Curve, t: number): DrawingPoint {
  const s = 1 - t;
  const [wa, wb, wc, wd] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return { x: wa * a.x + wb * b.x + wc * c.x + wd * d.x, y: wa * a.y + wb * b.y + wc * c.y + wd * d.y };
}

/** How far outside a node a point lies: below 1 inside, 1 on the rim, above 1 outside. */
export function rimDistance(node: DiagramNode, point: DrawingPoint): number {
  return ((point.x - node.x) / node.rx) ** 2 + ((point.y - node.y) / node.ry) ** 2;
}

/** A curve as the path language of SVG, which Plotly's shapes speak too. */
const curvePath = ([a, b, c, d]: Curve): string => `M ${pair(a)} C ${pair(b)} ${pair(c)} ${pair(d)}`;

/** A closed polygon as an SVG path. */
const polygonPath = (corners: readonly DrawingPoint[]): string => `M ${corners.map(pair).join(" L ")} Z`;

const pair = ({ x, y }: DrawingPoint): string => `${x.toFixed(4)},${y.toFixed(4)}`;

const rimPoint = ({ x, y, rx, ry }: DiagramNode, angle: number): DrawingPoint => ({
  x: x + rx * Math.cos(angle),
  y: y + ry * Math.sin(angle),
});

/** Where the curve crosses the rim of a node, by bisection between a parameter inside the node and one outside. */
function crossing(curve: Curve, node: DiagramNode, inside: number, outside: number): number {
  let [near, far] = [inside, outside];
  for (let k = 0; k < 50; k++) {
    const middle = (near + far) / 2;
    if (rimDistance(node, pointOn(curve, middle)) < 1) near = middle;
    else far = middle;
  }
  return (near + far) / 2;
}

/** The part of a cubic between two parameters: again a cubic (its handles follow from the derivatives at the ends). */
function part(curve: Curve, t0: number, t1: number): Curve {
  const [a, d] = [pointOn(curve, t0), pointOn(curve, t1)];
  const [va, vd] = [derivative(curve, t0), derivative(curve, t1)];
  const third = (t1 - t0) / 3;
  return [a, { x: a.x + third * va.x, y: a.y + third * va.y }, { x: d.x - third * vd.x, y: d.y - third * vd.y }, d];
}

function derivative([a, b, c, d]: Curve, t: number): DrawingPoint {
  const s = 1 - t;
  const [u, v, w] = [3 * s * s, 6 * s * t, 3 * t * t];
  return {
    x: u * (b.x - a.x) + v * (c.x - b.x) + w * (d.x - c.x),
    y: u * (b.y - a.y) + v * (c.y - b.y) + w * (d.y - c.y),
  };
}

/** Puts an arrow head at the end of a curve and lets the line stop at the foot of the head. */
function withHead(curve: Curve): Arrow {
  const tip = curve[3];
  let foot = 1;
  while (foot > 0.5 && distance(pointOn(curve, foot), tip) < headLength) foot -= 0.005;
  const line = part(curve, 0, foot);
  const base = line[3];
  const length = distance(base, tip);
  const across = { x: (-(tip.y - base.y) / length) * headHalfWidth, y: ((tip.x - base.x) / length) * headHalfWidth };
  return {
    curve: line,
    head: [tip, { x: base.x + across.x, y: base.y + across.y }, { x: base.x - across.x, y: base.y - across.y }],
  };
}

const distance = (a: DrawingPoint, b: DrawingPoint): number => Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);

/** A connection to draw: what it is called, and whether it is the one the figure is about. */
interface Connection {
  readonly arrow: Arrow;
  readonly label?: string;
  /** the side of the curve's middle on which the label sits, and how much higher than the middle, in drawing units */
  readonly side?: "left" | "right";
  readonly raise?: number;
  readonly isStressed?: boolean;
}

/** A text of the drawing: the side named by `xanchor` of the text is at x. */
interface DrawnText extends DrawingPoint {
  readonly text: string;
  readonly xanchor: "left" | "center" | "right";
}

/** Line widths, px: a stressed connection is told by width and dash, not by colour alone, so it survives grey print. */
const plainWidth = 1.6;
const stressedWidth = 3.2;

/**
 * Fig. 1: two artificial neural networks, one without and one with a way back.  [J15 Fig. 1]
 *
 * @returns a figure of two diagrams side by side; the connection that makes the second one recurrent is stressed
 */
export function feedforwardAndRecurrent(): Figure {
  const layers = [
    ["Input", "what the network is given"],
    ["Hidden_1", "first layer of units"],
    ["Hidden_2", "second layer of units"],
    ["Output", "what it answers"],
  ];
  const column = (x: number, shift: number) =>
    layers.map(([label, meaning], i): DiagramNode => {
      return { label, meaning, x: i === 2 ? x + shift : x, y: 3.6 - 1.2 * i, rx: 0.62, ry: 0.3 };
    });
  const [left, right] = [column(0, 0), column(4, -0.5)];
  const chain = (nodes: readonly DiagramNode[]) =>
    nodes.slice(1).map((to, i): Connection => ({ arrow: arrowBetween(nodes[i], to) }));
  const way = arrowBetween(right[3], right[1], -0.45);
  const back: Connection = { arrow: way, label: "recurrent", isStressed: true };
  return drawn(
    "One connection back turns a network into a dynamical system",
    [...left, ...right],
    [...chain(left), ...chain(right), back],
    [
      { x: 0, y: -0.65, text: "(a) feedforward: every path ends", xanchor: "center" },
      { x: 4, y: -0.65, text: "(b) recurrent: activity can come back", xanchor: "center" },
    ],
  );
}

/**
 * Fig. 3: the simple recurrent network of eqs. 18–19, activation x and firing rate r.  [J15 Fig. 3]
 *
 * @returns a figure; the leak −x is the loop, tanh leads from x to r, the recurrent weights Wʳ lead back
 */
export function simpleRnnDiagram(): Figure {
  const x = node("x", "activations x, (N)", 0, 1.7);
  const r = node("r", "firing rates r = tanh x, (N)", 0, 0);
  const connections: Connection[] = [
    { arrow: selfLoop(x), label: "−1 · (leak)" },
    { arrow: arrowBetween(x, r, -0.38), label: "tanh", side: "left" },
    { arrow: arrowBetween(r, x, -0.2), label: "W<sup>r</sup> ·" },
  ];
  return drawn("In a simple RNN activations make rates, which drive them", [x, r], connections);
}

/**
 * Fig. 4: the echo-state network of eqs. 22–23.  [J15 Fig. 4]
 *
 * @returns a figure; the readout Wᵒ, the only thing that training changes, is stressed
 */
export function echoStateDiagram(): Figure {
  const u = node("u", "input u, (I)", 0.25, 4.6);
  const x = node("x", "activations x, (N)", 0.25, 3.1);
  const r = node("r", "firing rates r = tanh x, (N)", -0.25, 1.6);
  const z = node("z", "output z = Wᵒ r, (O)", 0.5, 0.1);
  const connections: Connection[] = [
    { arrow: arrowBetween(u, x), label: "B ·", raise: 0.05 },
    { arrow: selfLoop(x), label: "−1 · (leak)" },
    { arrow: arrowBetween(x, r, -0.42), label: "tanh", side: "left" },
    { arrow: arrowBetween(r, x, -0.12), label: "W<sup>r</sup> ·", raise: -0.05 },
    { arrow: arrowBetween(r, z), label: "W<sup>o</sup> · (trained)", side: "left", raise: -0.1, isStressed: true },
    { arrow: arrowBetween(z, x, -0.62), label: "W<sup>fb</sup> ·" },
  ];
  return drawn("In an echo-state network only the readout is trained", [u, x, r, z], connections);
}

function node(label: string, meaning: string, x: number, y: number): DiagramNode {
  return { label: `<b>${label}</b>`, meaning, x, y, rx: 0.5, ry: 0.36 };
}

/** Nodes and connections as a figure with equal units on both axes, and no axes to be seen. */
function drawn(
  title: string,
  nodes: readonly DiagramNode[],
  connections: readonly Connection[],
  captions: readonly DrawnText[] = [],
): Figure {
  const texts = [...connections.flatMap(labelOf), ...captions];
  const xs = [...nodes.flatMap((n) => [n.x - n.rx, n.x + n.rx]), ...texts.flatMap(textEnds)];
  const ys = [...nodes.flatMap((n) => [n.y - n.ry, n.y + n.ry]), ...captions.map((c) => c.y - 0.15)];
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = 95; // px per drawing unit: a label of 15 px then fits its node
  const bare = { visible: false, fixedrange: true };
  const [x, y] = [nodes.map((n) => n.x), nodes.map((n) => n.y)];
  const [text, hovertext] = [nodes.map(({ label }) => label), nodes.map(({ meaning }) => meaning)];
  const look = { hoverinfo: "text", textfont: { size: 15 }, showlegend: false };
  return figure(title, [mark("text", undefined, x, y, { text, hovertext, ...look })], {
    width: Math.round(Math.max(600, (right - left) * scale + 60)),
    height: Math.round((top - bottom) * scale + 90),
    margin: { l: 20, r: 20, b: 15 },
    xaxis: { ...bare, range: [left - 0.15, right + 0.15] },
    yaxis: { ...bare, range: [bottom - 0.1, top + 0.1], scaleanchor: "x", scaleratio: 1 },
    shapes: [...connections.flatMap(connectionShapes), ...nodes.map(ellipse)],
    annotations: texts.map((words) =>
      note(words.text, words.x, words.y, { xanchor: words.xanchor, font: { size: 14 } }),
    ),
  });
}

/** The label of a connection, beside the middle of its curve. */
function labelOf({ arrow, label, side = "right", raise = 0, isStressed }: Connection): DrawnText[] {
  if (label === undefined) return [];
  const { x, y } = pointOn(arrow.curve, 0.5);
  const text = isStressed ? `<b>${label}</b>` : label;
  const isRight = side === "right";
  return [{ x: x + (isRight ? 0.08 : -0.08), y: y + raise, text, xanchor: isRight ? "left" : "right" }];
}

/** Both ends of a text, at about 0.085 drawing units a letter; tags don't count. */
function textEnds({ x, text, xanchor }: DrawnText): number[] {
  const width = 0.085 * text.replace(/<[^>]*>/g, "").length;
  const left = xanchor === "left" ? x : xanchor === "right" ? x - width : x - width / 2;
  return [left, left + width];
}

function connectionShapes({ arrow, isStressed }: Connection): Fields[] {
  const color = isStressed ? colors.vermilion : colors.black;
  const path = { type: "path", layer: "below" };
  return [
    { ...path, path: curvePath(arrow.curve), line: { color, width: isStressed ? stressedWidth : plainWidth } },
    { ...path, path: polygonPath(arrow.head), line: { color, width: 1 }, fillcolor: color },
  ];
}

function ellipse({ x, y, rx, ry }: DiagramNode): Fields {
  const rim = { line: { color: colors.black, width: plainWidth }, fillcolor: "white", layer: "below" };
  return { type: "circle", x0: x - rx, x1: x + rx, y0: y - ry, y1: y + ry, ...rim };
}
