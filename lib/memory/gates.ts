import { checkEchoState, type EchoState, echoStateFlow, firingRates } from "../network/echo-state";
import { clearOutput } from "../network/tasks";
import type { JobPool } from "../pool";
import { findFixedPoints } from "../search/find";
import type { BranchOptions, KnownSpectrum } from "../search/saddles";
import { transitionGraph } from "../search/transitions";
import {
  checkList,
  checkMatrix,
  checkNumber,
  checkPattern,
  checkRecord,
  checkShape,
  checkVector,
  type LongCall,
  longCallDefaults,
  reject,
  withDefaults,
} from "../wasm/check";
import { distance, dot, multiplyInto, norm, toRowMajor } from "../wasm/vector";

/** Which input opens a saddle: how strongly each channel pushes along its way out. */
export interface Gate {
  /** wᵀ B_k / ‖B_k‖ for each channel k, between −1 and 1; 0 for a channel without weights. */
  readonly drive: Float64Array;
  /** The channel that pushes most, from 0. */
  readonly channel: number;
  /** +1: a positive pulse on it pushes along +v, to the memory called `to`; −1: a negative one does. */
  readonly sign: 1 | -1;
  /** How much more it pushes than the second best channel, as a ratio ≥ 1; Infinity if no other one pushes at all. */
  readonly selectivity: number;
}

/**
 * The input channel that gates a saddle.
 *
 * Near a saddle a state is x* + c v + …, and under the input u the coordinate c along the unstable direction obeys
 *
 *     ċ = λ c + wᵀ B u / wᵀ v            Jᵀ w = λ w,  ∂F/∂u = B
 *
 * so of all that a pulse on channel k does, only wᵀ B_k decides to which side of the gate it drives the state. Columns are
 * brought to length 1: the direction is asked for, not the strength.
 *
 * @param net a network, for its input weights B, (N×I)
 * @param left left eigenvector w of the unstable eigenvalue, (N), as from `unstableDirection`
 * @throws RangeError if B or w is out of place
 */
export function gateOf(net: { readonly B: Parameters<typeof checkMatrix>[2] }, left: Float64Array): Gate {
  checkRecord("gateOf", "network", net, ["B"]);
  checkVector("gateOf", "left", left);
  checkMatrix("gateOf", "network.B", net.B, left.length);
  const size = norm(left);
  const drive = Float64Array.from({ length: net.B.columns }, (_, k) => {
    const column = left.map((_w, i) => net.B.get(i, k));
    const length = norm(column);
    return length === 0 || size === 0 ? 0 : dot(left, column) / (size * length);
  });
  const order = Array.from(drive.keys()).sort((j, k) => Math.abs(drive[k]) - Math.abs(drive[j]) || j - k);
  const [channel, second] = order;
  const least = second === undefined ? 0 : Math.abs(drive[second]);
  return {
    drive,
    channel,
    sign: drive[channel] < 0 ? -1 : 1,
    selectivity: least === 0 ? Number.POSITIVE_INFINITY : Math.abs(drive[channel]) / least,
  };
}

/** A saddle with one way out on either side, and the memories at the two ends. */
export interface MemoryPassage {
  readonly saddle: Float64Array;
  /** ±1 each; undefined if that branch ends where the output names no memory. */
  readonly from: number[] | undefined;
  readonly to: number[] | undefined;
  /** Both branches came to rest; if not, `from` and `to` say what the output names at the last step. */
  readonly isAtRest: boolean;
  /** Steps of the two branches. */
  readonly steps: readonly [number, number];
  readonly gate: Gate;
  /** The bit in which the two memories differ; −1 if they differ in none or several, or one has no name. */
  readonly bit: number;
  /** Whether the pulse that the gate lets through is the one that the task asks for: that channel, and that sign. */
  readonly isGatedByBit: boolean;
}

/**
 * The output for a state, z = Wo r(x).  [J15 eq. 23]
 *
 * @param net a network
 * @param x activations, (N)
 * @returns z, (O)
 */
export function outputOf(net: EchoState, x: Float64Array): Float64Array {
  checkEchoState("outputOf", net);
  checkVector("outputOf", "x", x, net.units);
  const z = new Float64Array(net.outputs);
  multiplyInto(toRowMajor(net.Wo), firingRates(net, x), z);
  return z;
}

/** The memory an output stands for, ±1 each, or undefined if one of its components is not clear. */
export function patternOf(z: Float64Array, clear: number = clearOutput): number[] | undefined {
  checkVector("patternOf", "z", z);
  checkNumber("patternOf", "clear", clear, "not negative");
  return z.every((v) => Math.abs(v) > clear) ? Array.from(z, Math.sign) : undefined;
}

/**
 * Which memories the saddles of a trained network connect: both unstable branches of every index-1 saddle, followed
 * without input until they rest or the steps are used up.  [J15 §6, §9]
 *
 * @param net a trained network
 * @param points fixed points of `echoStateFlow(net)` with their number of unstable modes
 * @param options those of `unstableManifold`, label and onProgress
 * @returns one passage per index-1 saddle, in the order given; none for a saddle whose unstable direction cannot be told
 * @throws RangeError if an argument is out of place, or a point comes without its number of unstable modes
 */
export async function memoryPassages(
  net: EchoState,
  points: readonly (KnownSpectrum & { readonly xStar: Float64Array })[],
  options: Partial<BranchOptions & LongCall> = {},
): Promise<MemoryPassage[]> {
  const read = (end: Float64Array): number[] | undefined => patternOf(outputOf(net, end));
  const edges = await transitionGraph(echoStateFlow(net), points, read, options);
  return edges.map(({ saddle, from, to, isAtRest, steps, unstable }) => {
    const gate = gateOf(net, unstable.left);
    const differing = from && to ? from.flatMap((b, k) => (b === to[k] ? [] : [k])) : [];
    const bit = differing.length === 1 ? differing[0] : -1;
    const isGatedByBit = bit >= 0 && gate.channel === bit && gate.sign === to?.[bit];
    return { saddle, from, to, isAtRest, steps, gate, bit, isGatedByBit };
  });
}

/** A node of the graph: one of the 2ᵇ patterns. */
export interface MemoryNode {
  /** ±1 each. */
  readonly bits: readonly number[];
  /** Whether the network holds it. */
  readonly isHeld: boolean;
}

/** A pair of patterns one flip apart, and the saddles that join them. */
export interface MemoryEdge {
  /** Indices into `nodes`; the bit is −1 at `from` and +1 at `to`. */
  readonly from: number;
  readonly to: number;
  /** The bit in which they differ, from 0. */
  readonly bit: number;
  /** Indices into the passages; empty if no saddle was found here. */
  readonly saddles: readonly number[];
  /** The channel that gates the first of them; −1 without a saddle. */
  readonly channel: number;
  /** Whether all of them are gated by the bit, with the right sign. */
  readonly isGatedByBit: boolean;
}

/** The memories of a network and the saddles between them. */
export interface MemoryGraph {
  readonly nodes: readonly MemoryNode[];
  /** All b·2ᵇ⁻¹ pairs one flip apart: 12 for three bits, 32 for four. */
  readonly edges: readonly MemoryEdge[];
  /** Indices of the passages that belong to no edge: they join other patterns, or end at no memory. */
  readonly strays: readonly number[];
  /** Indices of the passages with a branch that did not come to rest. */
  readonly restless: readonly number[];
}

/** What the graph needs of a passage; `memoryPassages` returns more. */
export interface GatedPassage {
  readonly from: readonly number[] | undefined;
  readonly to: readonly number[] | undefined;
  readonly bit: number;
  readonly isGatedByBit: boolean;
  readonly isAtRest: boolean;
  readonly gate: { readonly channel: number };
}

/**
 * The graph of memories and passages, with what is missing: patterns the network does not hold, edges without a saddle.
 *
 * @param memories bits (each ±1) and whether they are held, as from `memoryTable`; a pattern left out counts as not held
 * @param passages as from `memoryPassages`
 * @returns nodes from (−1, −1, …) to (+1, +1, …), and all edges of the cube they form
 * @throws RangeError if there is no memory, or patterns differ in length
 */
export function memoryGraph(
  memories: readonly { readonly bits: readonly number[]; readonly isHeld: boolean }[],
  passages: readonly GatedPassage[],
): MemoryGraph {
  const where = "memoryGraph";
  checkList(where, "memories", memories, 1, ["bits"]);
  checkList(where, "passages", passages, 0, ["gate"]);
  checkShape(where, "passages", passages, [{ "from?": "list", "to?": "list" }]);
  const count = memories[0].bits.length;
  for (const [i, { bits }] of memories.entries()) checkPattern(where, `memories[${i}].bits`, bits, count);
  if (count > 16) reject(where, "memories[0].bits", `has length ${count}`, "at most 16");
  const held = new Set(memories.filter((m) => m.isHeld).map((m) => m.bits.join()));
  const nodes = Array.from({ length: 2 ** count }, (_, p): MemoryNode => {
    const bits = Array.from({ length: count }, (_b, k) => ((p >> (count - 1 - k)) & 1 ? 1 : -1));
    return { bits, isHeld: held.has(bits.join()) };
  });
  const placeOf = new Map(nodes.map(({ bits }, i) => [bits.join(), i]));
  const ends = passages.map(({ from, to }) => [from, to].map((bits) => (bits ? placeOf.get(bits.join()) : undefined)));
  const edges = nodes.flatMap(({ bits }, from) =>
    bits.flatMap((bit, k): MemoryEdge[] => {
      if (bit > 0) return [];
      const to = from + 2 ** (count - 1 - k);
      const saddles = ends.flatMap((pair, s) => (pair.includes(from) && pair.includes(to) ? [s] : []));
      const isGatedByBit = saddles.length > 0 && saddles.every((s) => passages[s].isGatedByBit);
      const channel = saddles.length > 0 ? passages[saddles[0]].gate.channel : -1;
      return [{ from, to, bit: k, saddles, channel, isGatedByBit }];
    }),
  );
  const used = new Set(edges.flatMap((edge) => edge.saddles));
  const indicesOf = (chosen: (passage: GatedPassage, i: number) => boolean) =>
    passages.flatMap((passage, i) => (chosen(passage, i) ? [i] : []));
  return { nodes, edges, strays: indicesOf((_, i) => !used.has(i)), restless: indicesOf((p) => !p.isAtRest) };
}

export interface MarginOptions extends LongCall {
  readonly pool: JobPool | undefined;
  readonly signal: AbortSignal | undefined;
}

export const marginDefaults: MarginOptions = Object.freeze({
  pool: undefined,
  signal: undefined,
  ...longCallDefaults,
});

/** A memory and the saddle nearest to it. */
export interface MemoryMargin {
  readonly bits: readonly number[];
  /** Distance to the nearest saddle found, in activation; undefined if none was. */
  readonly distance: number | undefined;
}

/**
 * How far each memory is from the nearest saddle: a rough measure of how much it can be pushed before it is lost.
 *
 * The saddles are searched from the middles of the edges, between memories one flip apart that are both given. A fixed
 * point counts as a saddle here if its index is −1, so that it has an odd number of unstable modes: one, on an ideal
 * edge. The answer is an upper bound: a saddle that was not found may be nearer.
 *
 * @param net a network
 * @param memories bits (±1) and state (N) of each, as from `memoryTable`
 * @returns one margin for each memory, in their order
 * @throws RangeError if the network or a memory is not as described
 */
export async function memoryMargins(
  net: EchoState,
  memories: readonly { readonly bits: readonly number[]; readonly state: Float64Array }[],
  options?: Partial<MarginOptions>,
): Promise<MemoryMargin[]> {
  const where = "memoryMargins";
  checkEchoState(where, net);
  checkList(where, "memories", memories, 0, ["bits", "state"]);
  memories.forEach(({ bits, state }, m) => {
    checkVector(where, `memories[${m}].state`, state, net.units);
    checkPattern(where, `memories[${m}].bits`, bits, net.outputs);
  });
  const settings = withDefaults(where, options, marginDefaults);
  const flow = echoStateFlow(net);
  const starts = middles(memories, flow.odd === true);
  const { points } = await findFixedPoints(flow, starts, { ...settings, withStability: false, followMirrors: true });
  const saddles = points.filter(({ index }) => index === -1);
  return memories.map(({ bits, state }) => ({
    bits,
    distance:
      saddles.length === 0
        ? undefined
        : saddles.reduce((least, { xStar }) => Math.min(least, distance(xStar, state)), Number.POSITIVE_INFINITY),
  }));
}

/** Middles of the edges between memories one flip apart; for an odd flow one of each mirror pair. */
function middles(
  memories: readonly { readonly bits: readonly number[]; readonly state: Float64Array }[],
  isOdd: boolean,
): Float64Array[] {
  const starts = new Map<string, Float64Array>();
  memories.forEach((a, i) => {
    for (const b of memories.slice(0, i)) {
      const edge = a.bits.map((bit, k) => (bit + b.bits[k]) / 2);
      if (edge.filter((bit) => bit === 0).length !== 1) continue;
      if (isOdd && starts.has(edge.map((bit) => 0 - bit).join())) continue;
      starts.set(
        edge.join(),
        a.state.map((v, k) => (v + b.state[k]) / 2),
      );
    }
  });
  return [...starts.values()];
}
