/**
 * Memories and what joins them: fixed points by index, the transition graph, the speed of a passage, and how hard a pulse
 * must be.
 */
import type { MemoryGraph } from "../memory/gates";
import type { PulseThreshold } from "../memory/pulses";
import type { SpeedProfile } from "../search/saddles";
import { checkCount, reject } from "../wasm/check";
import { bitLabel } from "./cube";
import type { Trace } from "./figure";
import { axis, below, drawing, type Fields, figure, lines, mark, note, points, present, rule } from "./marks";
import { bitStyle, colors, markerOf, type PointKind } from "./theme";

/** Fixed points of one network by their number of unstable modes. */
export interface IndexedPoints {
  readonly name: string;
  readonly points: readonly { readonly unstableCount: number }[];
}

/** How many fixed points with m unstable modes an ideal flip-flop of b bits has: C(b, m) 2ᵇ⁻ᵐ, for m = 0 … b. */
export function idealSkeleton(bits: number): number[] {
  checkCount("idealSkeleton", "bits", bits, 1, { count: 30, reason: "there are 3ᵇ points" });
  let choose = 1;
  return Array.from({ length: bits + 1 }, (_, m) => {
    if (m > 0) choose = (choose * (bits - m + 1)) / m;
    return choose * 2 ** (bits - m);
  });
}

/** Which indices have as many points as they should. */
function skeletonClaim(counts: readonly number[], ideal: readonly number[]): string {
  const right = counts.flatMap((count, m) => (count === (ideal[m] ?? 0) ? [m] : []));
  if (right.length === counts.length) return "As many fixed points of each index as in an ideal flip-flop";
  const named = right.filter((m) => m < ideal.length);
  if (named.length === 0) return "No index has as many fixed points as in an ideal flip-flop";
  return `As many fixed points as in an ideal flip-flop at m = ${named.join(", ")}, not elsewhere`;
}

/** Bars of networks; in grey print the third and fourth shade are told from the first two by their hatches. */
const shades = [
  { color: colors.blue, shape: "" },
  { color: colors.orange, shape: "" },
  { color: colors.green, shape: "\\" },
  { color: colors.purple, shape: "." },
].map(({ color, shape }) => ({
  ...{ color, line: { color: colors.black, width: 1 } },
  pattern: { shape, fillmode: "overlay", fgcolor: "#FFFFFF", size: 7 },
}));
const idealShade = {
  ...{ color: "#FFFFFF", line: { color: colors.black, width: 1.5 } },
  pattern: { shape: "/", fgcolor: colors.grey, solidity: 0.25 },
};

/**
 * Fixed points found, by number of unstable modes, beside those of an ideal flip-flop.
 *
 * @param networks the sets, with a name each
 * @param bits number of bits: the ideal is 8, 12, 6, 1 for three
 * @param title the claim the figure makes
 */
export const skeletonByIndex = drawing(
  "skeletonByIndex",
  (networks: readonly IndexedPoints[], bits: number, title?: string) => {
    const ideal = idealSkeleton(bits);
    const most = bits + 2;
    const x = [...Array.from({ length: most + 1 }, (_, m) => `${m}`), `> ${most}`];
    const counts = networks.map((network) =>
      x.map((_, m) => network.points.filter(({ unstableCount }) => Math.min(unstableCount, most + 1) === m).length),
    );
    const bar = (name: string, y: number[], marker: Fields): Trace => {
      const text = y.map((count) => (count > 0 ? `${count}` : ""));
      const label = { text, textposition: "outside", textfont: { size: 12 }, cliponaxis: false };
      return { type: "bar", name, x, y, ...label, marker };
    };
    const ideals = bar(
      `ideal flip-flop of ${bits} bits`,
      x.map((_, m) => ideal[m] ?? 0),
      idealShade,
    );
    const found = networks.map(({ name }, i) => bar(name, counts[i], shades[i % shades.length]));
    return figure(title ?? skeletonClaim(counts[0], ideal), [ideals, ...found], {
      barmode: "group",
      bargap: 0.25,
      xaxis: axis("m, number of unstable modes", { type: "category" }),
      yaxis: axis("fixed points found", { rangemode: "tozero" }),
      legend: { x: 1, xanchor: "right", y: 1, yanchor: "top" },
    });
  },
);

/** Names of the two memories of a passage, at −v and +v. */
export interface PassageEnds {
  readonly from: string;
  readonly to: string;
}

/**
 * Speed along a passage from one memory through a saddle to another.
 *
 * @param profile as from `speedThroughSaddle`
 * @param ends names of the two memories, at −v and +v
 * @param title the claim the figure makes
 */
export const speedAlongTransition = drawing(
  "speedAlongTransition",
  (profile: SpeedProfile, ends: PassageEnds, title = "The passage slows down at the gate") => {
    const { arcLength, speed, saddleRow } = profile;
    if (!(saddleRow in arcLength))
      reject("speedAlongTransition", "profile.saddleRow", saddleRow, "a row of the profile");
    const highest = speed.reduce((most, v) => Math.max(most, v), 0);
    const signs = (name: string, kind: PointKind, labels: readonly (readonly [number, string])[]): Trace => {
      const [x, y] = [arcLength, speed].map((values) => labels.map(([row]) => values[row]));
      const text = labels.map(([, word]) => `<b>${word}</b>`);
      const beside = { textposition: labels.map(() => "bottom center"), textfont: { size: 16 }, cliponaxis: false };
      return mark("text+markers", name, x, y, { text, ...beside, marker: markerOf(kind, 15) });
    };
    const way = "speed on the way out of the saddle, to either side";
    return figure(
      title,
      [
        lines(way, arcLength, speed, { color: colors.black, width: 2.5 }),
        signs("memory", "attractor", [
          [0, ends.from],
          [arcLength.length - 1, ends.to],
        ]),
        signs("saddle", "saddle", [[saddleRow, "gate"]]),
      ],
      {
        xaxis: axis("length of the way from the saddle (activation)", { zeroline: false }),
        yaxis: axis("speed ‖F‖ (activation per τ)", { range: [-0.14 * highest, 1.08 * highest] }),
        legend: below(-0.25),
        margin: { b: 130 },
      },
    );
  },
);

/** Amplitude of the pulses of the task. */
const taskAmplitude = 1;

/**
 * How hard each bit of each memory is to flip: the threshold of a pulse, one row per memory, one sign per bit.
 *
 * @param thresholds as from `pulseThresholds`
 * @throws RangeError if there is no threshold
 */
export const pulseThresholds = drawing("pulseThresholds", (thresholds: readonly PulseThreshold[]) => {
  const rows = [...new Set(thresholds.map(({ from }) => bitLabel(from)))].reverse();
  const channels = [...new Set(thresholds.map(({ channel }) => channel))].sort((a, b) => a - b);
  const reached = thresholds.filter(({ amplitude }) => Number.isFinite(amplitude));
  const right = 1.12 * Math.max(taskAmplitude, ...reached.map(({ amplitude }) => amplitude));
  // bits of one memory a little apart, so that equal thresholds do not hide each other
  const lane = (channel: number) => (channels.indexOf(channel) - (channels.length - 1) / 2) * (0.42 / channels.length);
  const height = ({ from, channel }: PulseThreshold) => rows.indexOf(bitLabel(from)) - lane(channel);
  const dots = channels.map((channel): Trace => {
    const those = reached.filter((t) => t.channel === channel);
    const { color, symbol } = bitStyle(channel);
    const marker = { symbol, color, size: 12, line: { color: colors.black, width: 1 } };
    const x = those.map(({ amplitude }) => amplitude);
    return points(`bit ${channel + 1}`, x, those.map(height), marker);
  });
  const failed = (outcome: PulseThreshold["outcome"], symbol: string): Trace => {
    const those = thresholds.filter((threshold) => threshold.outcome === outcome);
    const text = those.map(({ channel }) => `bit ${channel + 1}`);
    const beside = { text, textposition: "middle right", cliponaxis: false };
    const marker = { symbol, color: colors.vermilion, size: 11 };
    return mark(
      "text+markers",
      outcome,
      those.map(() => right),
      those.map(height),
      { ...beside, marker },
    );
  };
  const failures = present([failed("lands elsewhere", "diamond-open"), failed("never flips", "x")]);
  return figure(thresholdClaim(thresholds), [...dots, ...failures], {
    height: 170 + 44 * rows.length,
    xaxis: axis("smallest amplitude of an 11-step pulse that flips the bit", { range: [0, 1.08 * right] }),
    yaxis: rowsAxis(rows),
    shapes: [rule("x", taskAmplitude, { color: colors.grey, width: 2, dash: "dash" })],
    annotations: [note("pulse of the task", taskAmplitude, 1, { yref: "paper", xanchor: "right", yanchor: "bottom" })],
    legend: below(-0.2),
    margin: { b: 110 },
  });
});

/** A row for each memory, the last of them at the top. */
function rowsAxis(rows: readonly string[]): Fields {
  const tickvals = [...rows.keys()].reverse();
  const ticktext = rows.map((row) => `<b>${row}</b>`).reverse();
  const range = [-0.6, rows.length - 0.4];
  return axis("memory", { tickvals, ticktext, range, zeroline: false, tickfont: { size: 16 } });
}

function thresholdClaim(thresholds: readonly PulseThreshold[]): string {
  const easy = thresholds.filter(({ amplitude }) => amplitude < taskAmplitude).length;
  const isAll = easy === thresholds.length;
  const share = isAll ? "Every bit of every memory flips" : `${easy} of ${thresholds.length} bits flip`;
  return `${share} below the amplitude of the task's pulses`;
}

type Place = readonly [number, number];
type GraphNode = MemoryGraph["nodes"][number];
type GraphEdge = MemoryGraph["edges"][number];

const oblique = [
  [1, 0],
  [0, 1],
  [0.46, 0.4],
];

/** Where a pattern stands on the page: a cube drawn obliquely for three bits, the Petrie view of the hypercube beyond. */
function placeOf(bits: readonly number[]): Place {
  const turned = bits.map((_, k) => {
    const angle = (Math.PI * (k + 0.5)) / bits.length;
    return [Math.cos(angle), Math.sin(angle)];
  });
  const axes = bits.length <= 3 ? oblique : turned;
  return bits.reduce<[number, number]>(([x, y], bit, k) => [x + bit * axes[k][0], y + bit * axes[k][1]], [0, 0]);
}

/**
 * The transition graph: memories as nodes, saddles on the edges, each edge in the style of the input channel that opens it.
 *
 * @param graph as from `memoryGraph`
 * @param title the claim the figure makes; counts edges and gates if left out
 * @throws RangeError if the graph has no nodes
 */
export const transitionGraph = drawing("transitionGraph", (graph: MemoryGraph, title?: string) => {
  const { nodes, edges } = graph;
  const places = nodes.map(({ bits }) => placeOf(bits));
  const joined = edges.filter(({ saddles }) => saddles.length > 0);
  const missing = edges.filter(({ saddles }) => saddles.length === 0);
  const channels = [...new Set(joined.map(({ channel }) => channel))].sort((a, b) => a - b);
  const along = (name: string, those: readonly GraphEdge[], line: Fields): Trace => {
    const [x, y] = [0, 1].map((k) => those.flatMap(({ from, to }) => [places[from][k], places[to][k], Number.NaN]));
    return lines(`${name} (${those.length})`, x, y, line, { hoverinfo: "skip" });
  };
  const opened = channels.map((channel) => {
    const { color, dash } = bitStyle(channel);
    const those = joined.filter((edge) => edge.channel === channel);
    return along(`input ${channel + 1} opens`, those, { color, dash, width: 4 });
  });
  const dotted = { color: colors.grey, dash: "dot", width: 1.8 };
  const lost = present([along("no saddle found", missing, dotted)]);
  const [xs, ys] = [0, 1].map((k) => places.map((place) => place[k]));
  const around = (values: readonly number[], space: number) => ({
    ...{ visible: false, zeroline: false },
    range: [Math.min(...values) - space, Math.max(...values) + space],
  });
  return figure(
    title ?? graphClaim(graph),
    [...lost, ...opened, ...saddleMarks(places, joined), ...nodeMarks(places, nodes)],
    {
      height: 600,
      xaxis: around(xs, 0.45),
      yaxis: { ...around(ys, 0.35), scaleanchor: "x" },
      annotations: nodes.map(({ bits }, i) => nodeName(bits, places[i])),
      legend: below(-0.02),
      margin: { l: 20, r: 20, b: 90 },
    },
  );
});

/** What the graph shows, in a sentence. A saddle that is missing may only not have been found. */
function graphClaim({ edges }: MemoryGraph): string {
  const joined = edges.filter((edge) => edge.saddles.length > 0);
  const right = joined.filter((edge) => edge.isGatedByBit).length;
  if (right === edges.length) return "Each edge has a saddle, and the bit that flips opens it";
  const found = `A saddle was found on ${joined.length} of ${edges.length} edges`;
  if (joined.length === 0) return found;
  return `${found}; the bit that flips opens ${right === joined.length ? "each" : `${right} of them`}`;
}

/** A diamond on each edge with a saddle; open where another channel than the flipping bit opens it. */
function saddleMarks(places: readonly Place[], edges: readonly GraphEdge[]): Trace[] {
  // in a cube off the middle, where edges would cross in the plane
  const share = places.length === 8 ? 0.44 : 0.5;
  const signs = (isRight: boolean, name: string, marker: Fields): Trace => {
    const those = edges.filter((edge) => edge.isGatedByBit === isRight);
    const between = (k: number) => those.map(({ from, to }) => (1 - share) * places[from][k] + share * places[to][k]);
    const text = those.map(
      ({ bit, channel, saddles }) => `bit ${bit + 1}, input ${channel + 1}, ${saddles.length} saddle(s)`,
    );
    return points(name, between(0), between(1), marker, { text, hoverinfo: "text" });
  };
  const color = colors.vermilion;
  const open = { symbol: "diamond-open", size: 14, color, line: { color, width: 3 } };
  return present([signs(true, "saddle", markerOf("saddle", 13)), signs(false, "saddle, wrong input", open)]);
}

/** The pattern of a memory beside it, on white, so that lines pass behind. */
function nodeName(bits: readonly number[], [x, y]: Place): Fields {
  const beside = x < -1e-9 ? { xanchor: "right", xshift: -14 } : { xanchor: "left", xshift: 14 };
  // in a hypercube edges leave to all sides, but few go straight up or down
  const side = bits.length > 3 ? { xanchor: "center", yshift: y > -1e-9 ? 20 : -20 } : beside;
  const look = { font: { size: 16 }, bgcolor: "rgba(255,255,255,0.85)", borderpad: 1 };
  return note(`<b>${bitLabel(bits)}</b>`, x, y, { ...side, ...look });
}

/** Memories; white if the network does not hold one. */
function nodeMarks(places: readonly Place[], nodes: readonly GraphNode[]): Trace[] {
  const signs = (isHeld: boolean, name: string, marker: Fields): Trace => {
    const those = nodes.flatMap((node, i) => (node.isHeld === isHeld ? [i] : []));
    const [x, y] = [0, 1].map((k) => those.map((i) => places[i][k]));
    const text = those.map((i) => bitLabel(nodes[i].bits));
    return points(name, x, y, marker, { text, hoverinfo: "text", cliponaxis: false });
  };
  const lost = { symbol: "circle", size: 19, color: "#FFFFFF", line: { color: colors.grey, width: 2.5 } };
  return present([signs(true, "memory", markerOf("attractor", 20)), signs(false, "not held", lost)]);
}
