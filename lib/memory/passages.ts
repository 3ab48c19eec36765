import { checkEchoState, type EchoState, echoStateFlow, firingRates } from "../network/echo-state";
import { clearOutput } from "../network/flip-flop";
import type { BranchOptions, KnownSpectrum } from "../search/manifold";
import { transitionGraph } from "../search/transition-graph";
import { checkNumber, checkVector } from "../wasm/validate";
import { multiplyInto, toRowMajor } from "../wasm/vector";
import { type Gate, gateOf } from "./gating";

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
 * @param options those of `unstableManifold`, and onProgress(done, total)
 * @returns one passage per index-1 saddle, in the order given; none for a saddle whose unstable direction cannot be told
 * @throws RangeError if an argument is out of place, or a point comes without its number of unstable modes
 */
export async function memoryPassages(
  net: EchoState,
  points: readonly (KnownSpectrum & { readonly xStar: Float64Array })[],
  options: Partial<BranchOptions> & { onProgress?: (done: number, total: number) => void } = {},
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
