/** The transition graph: which memories are joined through which saddles, and what opens them. */
import type { MemoryGraph } from "../memory/memory-graph";
import { checkList, checkRecord, checkShape, reject } from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import { bitLabel } from "./figures-phase-space";
import { bitStyle, colors, markerOf, titled } from "./theme";

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
