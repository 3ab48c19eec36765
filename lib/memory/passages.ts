import { checkEchoState, type EchoState, echoStateFlow, firingRates } from "../network/echo-state";
import { clearOutput } from "../network/flip-flop";
import type { BranchOptions, KnownSpectrum } from "../search/saddles";
import { transitionGraph } from "../search/transitions";
import { checkMatrix, checkNumber, checkRecord, checkVector, type LongCall } from "../wasm/validate";
import { dot, multiplyInto, norm, toRowMajor } from "../wasm/vector";

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
