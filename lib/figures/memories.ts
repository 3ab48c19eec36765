/** Where the fixed points are, how fast the passage between two memories is, and how hard a pulse must be. */
import type { MemoryGraph } from "../memory/gates";
import type { PulseThreshold } from "../memory/pulses";
import type { SpeedProfile } from "../search/saddles";
import { checkCount, checkList, checkNumber, checkRecord, checkShape, reject } from "../wasm/validate";
import { bitLabel } from "./cube";
import type { Figure, Trace } from "./figure";
import { bitStyle, colors, markerOf, type PointKind, titled } from "./theme";

/** Fixed points of one network by their number of unstable modes. */
export interface IndexedPoints {
  readonly name: string;
  readonly points: readonly { readonly unstableCount: number }[];
}

/** How many fixed points with m unstable modes an ideal flip-flop of b bits has: C(b, m) 2ᵇ⁻ᵐ, for m = 0 … b. */
export function idealSkeleton(bits: number): number[] {
  checkCount("idealSkeleton", "bits", bits);
  if (bits > 30) reject("idealSkeleton", "bits", bits, "at most 30");
  let choose = 1;
  return Array.from({ length: bits + 1 }, (_, m) => {
    if (m > 0) choose = (choose * (bits - m + 1)) / m;
    return choose * 2 ** (bits - m);
  });
}

/** Which indices have as many points as they should. */
function skeletonClaim(counts: readonly number[], ideal: readonly number[]): string {
  const isRight = (m: number) => counts[m] === (ideal[m] ?? 0);
  if (counts.every((_, m) => isRight(m))) return "As many fixed points of each index as in an ideal flip-flop";
  const right = ideal.flatMap((_, m) => (isRight(m) ? [m] : []));
  if (right.length === 0) return "No index has as many fixed points as in an ideal flip-flop";
  return `As many fixed points as in an ideal flip-flop at m = ${right.join(", ")}, not elsewhere`;
}

/**
 * Fixed points found, by number of unstable modes, beside those of an ideal flip-flop.
 *
 * @param networks the sets, with a name each
 * @param bits number of bits: the ideal is 8, 12, 6, 1 for three
 * @param title the claim the figure makes
 */
export function skeletonByIndex(networks: readonly IndexedPoints[], bits: number, title?: string): Figure {
  const where = "skeletonByIndex";
  checkList(where, "networks", networks, 1, ["name", "points"]);
  const ideal = idealSkeleton(bits);
  for (const { points } of networks) checkList(where, "points", points, 0, ["unstableCount"]);
  const most = bits + 2;
  const names = [...Array.from({ length: most + 1 }, (_, m) => `${m}`), `> ${most}`];
  const countsOf = ({ points }: IndexedPoints) =>
    names.map((_, m) => points.filter(({ unstableCount: u }) => (m <= most ? u === m : u > most)).length);
  const shades = [colors.blue, colors.orange, colors.green, colors.purple];
  // in grey print the third and fourth shade are told from the first two by their hatches
  const hatches = ["", "", "\\", "."].map((shape) => ({ shape, fillmode: "overlay", fgcolor: "#FFFFFF", size: 7 }));
  const bar = (name: string, y: number[], marker: Record<string, unknown>): Trace => ({
    type: "bar",
    name,
    x: names,
    y,
    text: y.map((count) => (count > 0 ? `${count}` : "")),
    textposition: "outside",
    textfont: { size: 12 },
    cliponaxis: false,
    marker,
  });
  return {
    data: [
      bar(
        `ideal flip-flop of ${bits} bits`,
        names.map((_, m) => ideal[m] ?? 0),
        {
          color: "#FFFFFF",
          line: { color: colors.black, width: 1.5 },
          pattern: { shape: "/", fgcolor: colors.grey, solidity: 0.25 },
        },
      ),
      ...networks.map((network, i) =>
        bar(network.name, countsOf(network), {
          color: shades[i % shades.length],
          line: { color: colors.black, width: 1 },
          pattern: hatches[i % hatches.length],
        }),
      ),
    ],
    layout: titled(title ?? skeletonClaim(countsOf(networks[0]), ideal), {
      barmode: "group",
      bargap: 0.25,
      xaxis: { title: { text: "m, number of unstable modes" }, type: "category" },
      yaxis: { title: { text: "fixed points found" }, rangemode: "tozero" },
      legend: { x: 1, xanchor: "right", y: 1, yanchor: "top" },
    }),
  };
}

/**
 * Speed along a passage from one memory through a saddle to another.
 *
 * @param profile as from `speedThroughSaddle`
 * @param ends names of the two memories, at −v and +v
 * @param title the claim the figure makes
 */
export function speedAlongTransition(
  profile: SpeedProfile,
  ends: { readonly from: string; readonly to: string },
  title = "The passage slows down at the gate",
): Figure {
  const where = "speedAlongTransition";
  checkRecord(where, "profile", profile, ["arcLength", "speed"]);
  checkRecord(where, "ends", ends, ["from", "to"]);
  const { arcLength: x, speed: y, saddleRow } = profile;
  if (x.length !== y.length) reject(where, "profile.speed", `has length ${y.length}`, `${x.length}`);
  if (!(saddleRow >= 0 && saddleRow < x.length)) reject(where, "profile.saddleRow", saddleRow, "a row of the profile");
  const last = x.length - 1;
  const highest = y.reduce((most, v) => Math.max(most, v), 0);
  const mark = (
    kind: PointKind,
    rows: readonly number[],
    text: readonly string[],
    place: readonly string[],
  ): Trace => ({
    type: "scatter",
    mode: "text+markers",
    name: kind === "attractor" ? "memory" : kind,
    x: rows.map((row) => x[row]),
    y: rows.map((row) => y[row]),
    text: text.map((word) => `<b>${word}</b>`),
    textposition: [...place],
    textfont: { size: 16 },
    marker: markerOf(kind, 15),
    cliponaxis: false,
  });
  return {
    data: [
      {
        type: "scatter",
        mode: "lines",
        name: "speed on the way out of the saddle, to either side",
        x,
        y,
        line: { color: colors.black, width: 2.5 },
      },
      mark("attractor", [0, last], [ends.from, ends.to], ["bottom center", "bottom center"]),
      mark("saddle", [saddleRow], ["gate"], ["bottom center"]),
    ],
    layout: titled(title, {
      xaxis: { title: { text: "length of the way from the saddle (activation)" }, zeroline: false },
      yaxis: { title: { text: "speed ‖F‖ (activation per τ)" }, range: [-0.14 * highest, 1.08 * highest] },
      legend: { orientation: "h", x: 0, y: -0.25, yanchor: "top" },
      margin: { b: 130 },
    }),
  };
}

/**
 * How hard each bit of each memory is to flip: the threshold of a pulse, one row per memory, one sign per bit.
 *
 * @param thresholds as from `pulseThresholds`
 * @param options title, and the amplitude of the task's pulses
 * @throws RangeError if there is no threshold
 */
export function pulseThresholds(
  thresholds: readonly PulseThreshold[],
  options: { readonly title?: string; readonly taskAmplitude?: number } = {},
): Figure {
  const where = "pulseThresholds";
  checkList(where, "thresholds", thresholds, 1, ["from", "outcome"]);
  checkRecord(where, "options", options);
  const { taskAmplitude = 1 } = options;
  checkNumber(where, "taskAmplitude", taskAmplitude);
  const easy = thresholds.filter(({ amplitude }) => amplitude < taskAmplitude).length;
  const share =
    easy === thresholds.length ? "Every bit of every memory flips" : `${easy} of ${thresholds.length} bits flip`;
  const title = options.title ?? `${share} below the amplitude of the task's pulses`;
  const rows = [...new Set(thresholds.map(({ from }) => bitLabel(from)))];
  const reached = thresholds.filter(({ amplitude }) => Number.isFinite(amplitude));
  const right = 1.12 * reached.reduce((most, { amplitude }) => Math.max(most, amplitude), taskAmplitude);
  const channels = [...new Set(thresholds.map(({ channel }) => channel))].sort((a, b) => a - b);
  // bits of one memory a little apart, so that equal thresholds do not hide each other
  const lane = (channel: number) => (channels.indexOf(channel) - (channels.length - 1) / 2) * (0.42 / channels.length);
  const height = ({ from, channel }: PulseThreshold) => rows.length - 1 - rows.indexOf(bitLabel(from)) - lane(channel);
  const dots = channels.map((channel): Trace => {
    const those = reached.filter((t) => t.channel === channel);
    const { color, symbol } = bitStyle(channel);
    return {
      type: "scatter",
      mode: "markers",
      name: `bit ${channel + 1}`,
      x: those.map(({ amplitude }) => amplitude),
      y: those.map(height),
      marker: { symbol, color, size: 12, line: { color: colors.black, width: 1 } },
    };
  });
  const failed = (["lands elsewhere", "never flips"] as const).flatMap((outcome): Trace[] => {
    const those = thresholds.filter((t) => t.outcome === outcome);
    if (those.length === 0) return [];
    return [
      {
        type: "scatter",
        mode: "text+markers",
        name: outcome,
        x: those.map(() => right),
        y: those.map(height),
        text: those.map(({ channel }) => `bit ${channel + 1}`),
        textposition: "middle right",
        marker: { symbol: outcome === "never flips" ? "x" : "diamond-open", color: colors.vermilion, size: 11 },
        cliponaxis: false,
      },
    ];
  });
  return {
    data: [...dots, ...failed],
    layout: titled(title, {
      height: 170 + 44 * rows.length,
      xaxis: { title: { text: "smallest amplitude of an 11-step pulse that flips the bit" }, range: [0, 1.08 * right] },
      yaxis: {
        title: { text: "memory" },
        tickvals: rows.map((_, i) => rows.length - 1 - i),
        ticktext: rows.map((row) => `<b>${row}</b>`),
        range: [-0.6, rows.length - 0.4],
        zeroline: false,
        tickfont: { size: 16 },
      },
      shapes: [
        {
          type: "line",
          x0: taskAmplitude,
          x1: taskAmplitude,
          yref: "paper",
          y0: 0,
          y1: 1,
          line: { color: colors.grey, width: 2, dash: "dash" },
        },
      ],
      annotations: [
        {
          x: taskAmplitude,
          yref: "paper",
          y: 1,
          text: "pulse of the task",
          showarrow: false,
          xanchor: "right",
          yanchor: "bottom",
        },
      ],
      legend: { orientation: "h", x: 0, y: -0.2, yanchor: "top" },
      margin: { b: 110 },
    }),
  };
}

/** Where a pattern stands on the page: a cube drawn obliquely for three bits, the Petrie view of the hypercube beyond. */
function placeOf(bits: readonly number[]): [number, number] {
  const count = bits.length;
  const oblique = [
    [1, 0],
    [0, 1],
    [0.46, 0.4],
  ];
  const turned = bits.map((_, k) => [Math.cos((Math.PI * (k + 0.5)) / count), Math.sin((Math.PI * (k + 0.5)) / count)]);
  const axes = count <= 3 ? oblique : turned;
  return bits.reduce<[number, number]>(([x, y], bit, k) => [x + bit * axes[k][0], y + bit * axes[k][1]], [0, 0]);
}

/**
 * The transition graph: memories as nodes, saddles on the edges, each edge in the style of the input channel that opens it.
 *
 * @param graph as from `memoryGraph`
 * @param title the claim the figure makes; counts edges and gates if left out
 * @throws RangeError if the graph has no nodes
 */
export function transitionGraph(graph: MemoryGraph, title?: string): Figure {
  const where = "transitionGraph";
  checkRecord(where, "graph", graph, ["nodes", "edges"]);
  checkList(where, "graph.nodes", graph.nodes, 1, ["bits"]);
  checkShape(where, "graph", graph, {
    nodes: [{ bits: "numbers" }],
    edges: [{ from: "number", to: "number", channel: "number", saddles: "list" }],
  });
  const places = graph.nodes.map(({ bits }) => placeOf(bits));
  for (const [i, { from, to }] of graph.edges.entries()) {
    if (!places[from] || !places[to]) reject(where, `graph.edges[${i}]`, `joins ${from} and ${to}`, "places of nodes");
  }
  const joined = graph.edges.filter((edge) => edge.saddles.length > 0);
  const channels = [...new Set(joined.map((edge) => edge.channel))].sort((a, b) => a - b);
  const missing = graph.edges.filter((edge) => edge.saddles.length === 0);
  const data: Trace[] = [];
  if (missing.length > 0) {
    data.push(edgeLines(places, missing, `no saddle found (${missing.length})`, "dot", colors.grey, 1.8));
  }
  for (const channel of channels) {
    const those = joined.filter((edge) => edge.channel === channel);
    const { color, dash } = bitStyle(channel);
    data.push(edgeLines(places, those, `input ${channel + 1} opens (${those.length})`, dash, color, 4));
  }
  data.push(...saddleMarks(places, joined), ...nodeMarks(places, graph.nodes));
  const [xs, ys] = [0, 1].map((axis) => places.map((place) => place[axis]));
  const hidden = { visible: false, zeroline: false };
  return {
    data,
    layout: titled(title ?? claimOf(graph), {
      width: 720,
      height: 600,
      xaxis: { ...hidden, range: [Math.min(...xs) - 0.45, Math.max(...xs) + 0.45] },
      yaxis: { ...hidden, range: [Math.min(...ys) - 0.35, Math.max(...ys) + 0.35], scaleanchor: "x" },
      annotations: nodeNames(places, graph.nodes),
      legend: { orientation: "h", x: 0, y: -0.02, yanchor: "top" },
      margin: { l: 20, r: 20, b: 90 },
    }),
  };
}

/** What the graph shows, in a sentence. A saddle that is missing may only not have been found. */
function claimOf({ edges }: MemoryGraph): string {
  const joined = edges.filter((edge) => edge.saddles.length > 0);
  const right = joined.filter((edge) => edge.isGatedByBit).length;
  if (right === edges.length) return "Each edge has a saddle, and the bit that flips opens it";
  const found = `A saddle was found on ${joined.length} of ${edges.length} edges`;
  if (joined.length === 0) return found;
  return right === joined.length
    ? `${found}; the bit that flips opens each`
    : `${found}; the bit that flips opens ${right} of them`;
}

type Place = readonly [number, number];
type GraphEdge = MemoryGraph["edges"][number];

function edgeLines(
  places: readonly Place[],
  edges: readonly GraphEdge[],
  name: string,
  dash: string,
  color: string,
  width: number,
): Trace {
  const along = (axis: 0 | 1) => edges.flatMap(({ from, to }) => [places[from][axis], places[to][axis], Number.NaN]);
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: along(0),
    y: along(1),
    line: { color, dash, width },
    hoverinfo: "skip",
  };
}

/** A diamond on each edge with a saddle; open where another channel than the flipping bit opens it. */
function saddleMarks(places: readonly Place[], edges: readonly GraphEdge[]): Trace[] {
  // in a cube off the middle, where edges would cross in the plane
  const share = places.length === 8 ? 0.44 : 0.5;
  const at =
    (axis: 0 | 1) =>
    ({ from, to }: GraphEdge) =>
      (1 - share) * places[from][axis] + share * places[to][axis];
  return [true, false].flatMap((isRight): Trace[] => {
    const those = edges.filter((edge) => edge.isGatedByBit === isRight);
    if (those.length === 0) return [];
    const saddle = markerOf("saddle", 13);
    const open = {
      symbol: "diamond-open",
      size: 14,
      color: colors.vermilion,
      line: { color: colors.vermilion, width: 3 },
    };
    return [
      {
        type: "scatter",
        mode: "markers",
        name: isRight ? "saddle" : "saddle, wrong input",
        x: those.map(at(0)),
        y: those.map(at(1)),
        text: those.map(
          ({ bit, channel, saddles }) => `bit ${bit + 1}, input ${channel + 1}, ${saddles.length} saddle(s)`,
        ),
        hoverinfo: "text",
        marker: isRight ? saddle : open,
      },
    ];
  });
}

/** The pattern of each memory beside it, on white, so that lines pass behind. */
function nodeNames(places: readonly Place[], nodes: MemoryGraph["nodes"]): Record<string, unknown>[] {
  return nodes.map(({ bits }, i) => {
    const [x, y] = places[i];
    const isLeft = x < -1e-9;
    const text = `<b>${bitLabel(bits)}</b>`;
    const beside = { xanchor: isLeft ? "right" : "left", xshift: isLeft ? -14 : 14 };
    // in a hypercube edges leave to all sides, but few go straight up or down
    const side = bits.length > 3 ? { xanchor: "center", yshift: y > -1e-9 ? 20 : -20 } : beside;
    return {
      x,
      y,
      text,
      ...side,
      showarrow: false,
      font: { size: 16 },
      bgcolor: "rgba(255,255,255,0.85)",
      borderpad: 1,
    };
  });
}

/** Memories; white if the network does not hold one. */
function nodeMarks(places: readonly Place[], nodes: MemoryGraph["nodes"]): Trace[] {
  return [true, false].flatMap((isHeld): Trace[] => {
    const those = nodes.flatMap((node, i) => (node.isHeld === isHeld ? [i] : []));
    if (those.length === 0) return [];
    const lost = { symbol: "circle", size: 19, color: "#FFFFFF", line: { color: colors.grey, width: 2.5 } };
    return [
      {
        type: "scatter",
        mode: "markers",
        name: isHeld ? "memory" : "not held",
        x: those.map((i) => places[i][0]),
        y: those.map((i) => places[i][1]),
        text: those.map((i) => bitLabel(nodes[i].bits)),
        hoverinfo: "text",
        marker: isHeld ? markerOf("attractor", 20) : lost,
        cliponaxis: false,
      },
    ];
  });
}
