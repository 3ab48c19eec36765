/**
 * Network diagrams as vector shapes: nodes are ellipses, connections are Bézier curves that start and end at the rim of a
 * node, arrow heads are filled triangles. Everything is a Plotly shape or text, so an exported SVG or PDF stays sharp.
 */

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
export function curvePath([a, b, c, d]: Curve): string {
  return `M ${pair(a)} C ${pair(b)} ${pair(c)} ${pair(d)}`;
}

/** A closed polygon as an SVG path. */
export function polygonPath(corners: readonly DrawingPoint[]): string {
  return `M ${corners.map(pair).join(" L ")} Z`;
}

function pair(point: DrawingPoint): string {
  return `${point.x.toFixed(4)},${point.y.toFixed(4)}`;
}

function rimPoint(node: DiagramNode, angle: number): DrawingPoint {
  return { x: node.x + node.rx * Math.cos(angle), y: node.y + node.ry * Math.sin(angle) };
}

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

function distance(a: DrawingPoint, b: DrawingPoint): number {
  return Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);
}
