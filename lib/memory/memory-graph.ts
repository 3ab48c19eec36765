import { checkList, checkPattern, checkShape, reject } from "../wasm/validate";

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
