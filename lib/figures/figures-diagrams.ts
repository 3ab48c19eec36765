/**
 * The drawn networks of the paper: Fig. 1 (feedforward and recurrent), Fig. 3 (the simple RNN), Fig. 4 (the echo-state
 * network). Drawn, not pasted: vector shapes that can be exported at any size.
 */
import {
  type Arrow,
  arrowBetween,
  curvePath,
  type DiagramNode,
  type DrawingPoint,
  pointOn,
  polygonPath,
  selfLoop,
} from "./diagrams";
import type { Figure } from "./figure";
import { colors, titled } from "./theme";

/** A connection to draw: what it is called, and whether it is the one the figure is about. */
interface Connection {
  readonly arrow: Arrow;
  readonly label?: string;
  /** the side of the curve's middle on which the label sits, and how much higher than the middle, in drawing units */
  readonly side?: "left" | "right";
  readonly raise?: number;
  readonly isStressed?: boolean;
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
  const names = ["Input", "Hidden_1", "Hidden_2", "Output"];
  const meanings = ["what the network is given", "first layer of units", "second layer of units", "what it answers"];
  const column = (x: number, shift: readonly number[]): DiagramNode[] =>
    names.map((label, i) => ({ label, meaning: meanings[i], x: x + shift[i], y: 3.6 - 1.2 * i, rx: 0.62, ry: 0.3 }));
  const left = column(0, [0, 0, 0, 0]);
  const right = column(4, [0, 0, -0.5, 0]);
  const chain = (nodes: readonly DiagramNode[]) =>
    nodes.slice(1).map((node, i): Connection => ({ arrow: arrowBetween(nodes[i], node) }));
  const back: Connection = {
    arrow: arrowBetween(right[3], right[1], -0.45),
    label: "recurrent",
    side: "right",
    isStressed: true,
  };
  const captions = [
    { x: 0, y: -0.65, text: "(a) feedforward: every path ends" },
    { x: 4, y: -0.65, text: "(b) recurrent: activity can come back" },
  ];
  const connections = [...chain(left), ...chain(right), back];
  return drawn(
    [...left, ...right],
    connections,
    "One connection back turns a network into a dynamical system",
    captions,
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
    { arrow: selfLoop(x), label: "−1 · (leak)", side: "right" },
    { arrow: arrowBetween(x, r, -0.38), label: "tanh", side: "left" },
    { arrow: arrowBetween(r, x, -0.2), label: "W<sup>r</sup> ·", side: "right" },
  ];
  return drawn([x, r], connections, "In a simple RNN activations make rates, which drive them");
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
    { arrow: arrowBetween(u, x), label: "B ·", side: "right", raise: 0.05 },
    { arrow: selfLoop(x), label: "−1 · (leak)", side: "right" },
    { arrow: arrowBetween(x, r, -0.42), label: "tanh", side: "left" },
    { arrow: arrowBetween(r, x, -0.12), label: "W<sup>r</sup> ·", side: "right", raise: -0.05 },
    { arrow: arrowBetween(r, z), label: "W<sup>o</sup> · (trained)", side: "left", raise: -0.1, isStressed: true },
    { arrow: arrowBetween(z, x, -0.62), label: "W<sup>fb</sup> ·", side: "right" },
  ];
  return drawn([u, x, r, z], connections, "In an echo-state network only the readout is trained");
}

function node(label: string, meaning: string, x: number, y: number): DiagramNode {
  return { label: `<b>${label}</b>`, meaning, x, y, rx: 0.5, ry: 0.36 };
}

/** Nodes and connections as a figure with equal units on both axes, and no axes to be seen. */
function drawn(
  nodes: readonly DiagramNode[],
  connections: readonly Connection[],
  title: string,
  captions: readonly (DrawingPoint & { readonly text: string })[] = [],
): Figure {
  const labels = connections.flatMap(labelOf);
  const texts = [...labels, ...captions.map((caption) => ({ ...caption, xanchor: "center" as const }))];
  const xs = [...nodes.flatMap((n) => [n.x - n.rx, n.x + n.rx]), ...texts.flatMap(textEnds)];
  const ys = [...nodes.flatMap((n) => [n.y - n.ry, n.y + n.ry]), ...captions.map((c) => c.y - 0.15)];
  const box = { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
  const scale = 95; // px per drawing unit: a label of 15 px then fits its node
  const bare = { visible: false, fixedrange: true };
  return {
    data: [
      {
        type: "scatter",
        mode: "text",
        x: nodes.map((n) => n.x),
        y: nodes.map((n) => n.y),
        text: nodes.map((n) => n.label),
        hovertext: nodes.map((n) => n.meaning),
        hoverinfo: "text",
        textfont: { size: 15 },
        showlegend: false,
      },
    ],
    layout: titled(title, {
      width: Math.round(Math.max(600, (box.right - box.left) * scale + 60)),
      height: Math.round((box.top - box.bottom) * scale + 90),
      margin: { l: 20, r: 20, b: 15 },
      xaxis: { ...bare, range: [box.left - 0.15, box.right + 0.15] },
      yaxis: { ...bare, range: [box.bottom - 0.1, box.top + 0.1], scaleanchor: "x", scaleratio: 1 },
      shapes: [...connections.flatMap(connectionShapes), ...nodes.map(ellipse)],
      annotations: texts.map((text) => ({ ...text, showarrow: false, font: { size: 14 } })),
    }),
  };
}

/** A text of the drawing: the side named by `xanchor` of the text is at x. */
interface DrawnText extends DrawingPoint {
  readonly text: string;
  readonly xanchor: "left" | "center" | "right";
}

/** The label of a connection, beside the middle of its curve. */
function labelOf({ arrow, label, side = "right", raise = 0, isStressed }: Connection): DrawnText[] {
  if (label === undefined) return [];
  const middle = pointOn(arrow.curve, 0.5);
  const text = isStressed ? `<b>${label}</b>` : label;
  const isRight = side === "right";
  return [{ x: middle.x + (isRight ? 0.08 : -0.08), y: middle.y + raise, text, xanchor: isRight ? "left" : "right" }];
}

/** Both ends of a text, at about 0.085 drawing units a letter; tags don't count. */
function textEnds({ x, text, xanchor }: DrawnText): number[] {
  const width = 0.085 * text.replace(/<[^>]*>/g, "").length;
  const left = xanchor === "left" ? x : xanchor === "right" ? x - width : x - width / 2;
  return [left, left + width];
}

function connectionShapes({ arrow, isStressed }: Connection): Record<string, unknown>[] {
  const colour = isStressed ? colors.vermilion : colors.black;
  const line = { color: colour, width: isStressed ? stressedWidth : plainWidth };
  return [
    { type: "path", path: curvePath(arrow.curve), line, layer: "below" },
    {
      type: "path",
      path: polygonPath(arrow.head),
      line: { color: colour, width: 1 },
      fillcolor: colour,
      layer: "below",
    },
  ];
}

function ellipse({ x, y, rx, ry }: DiagramNode): Record<string, unknown> {
  return {
    type: "circle",
    x0: x - rx,
    x1: x + rx,
    y0: y - ry,
    y1: y + ry,
    line: { color: colors.black, width: plainWidth },
    fillcolor: "white",
    layer: "below",
  };
}
