import { checkEchoState, type EchoState, echoStateFlow } from "../network/echo-state";
import type { JobPool } from "../pool";
import { findFixedPoints } from "../search/find";
import { checkList, checkPattern, checkVector, type LongCall, longCallDefaults, withDefaults } from "../wasm/validate";
import { distance } from "../wasm/vector";

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
