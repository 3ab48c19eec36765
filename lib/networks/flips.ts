import { Matrix } from "ml-matrix";
import { checkCount, checkList, checkPattern, checkVector, reject, withDefaults } from "../numerics/validate";
import { checkEchoState, type EchoState } from "./echo-state";
import { flipFlopDefaults } from "./flip-flop";
import { outputOf, patternOf } from "./passages";
import { simulate } from "./simulate";

/** One flip that was tried: from a memory, a pulse on one channel, of the sign its bit does not have. */
export interface Flip {
  readonly from: readonly number[];
  /** The channel that got the pulse, from 0. */
  readonly channel: number;
  readonly wanted: readonly number[];
  /** The memory reached, or undefined if the output names none. */
  readonly reached: readonly number[] | undefined;
  /** Whether the memory reached is the one wanted. */
  readonly isRight: boolean;
}

export interface FlipOptions {
  /** Steps of the pulse. */
  pulseLength: number;
  /** Steps without input before the output is read. */
  settle: number;
  /** Called after each flip. */
  onProgress: (done: number, total: number) => void;
}

export const flipTableDefaults: Readonly<FlipOptions> = Object.freeze({
  /** As in the task. */
  pulseLength: flipFlopDefaults.pulseLength,
  /** 50 τ, as long as the paper's pulses leave a network alone on average. */
  settle: 500,
  onProgress: () => {},
});

/**
 * Tries every single flip of a trained network: from each memory at rest, one pulse on each channel in turn.  [J15 §6]
 *
 * The task asks for no more than this, apart from pulses that follow each other before the state has come to rest.
 *
 * @param net a trained network with as many inputs as outputs
 * @param memories bits (each ±1) and state (N) of each memory, as from `memoryTable`
 * @param options pulseLength and settle, in steps; onProgress
 * @returns memories × channels flips: 24 for three bits
 * @throws RangeError if a shape does not fit
 */
export function flipTable(
  net: EchoState,
  memories: readonly { readonly bits: readonly number[]; readonly state: Float64Array }[],
  options?: Partial<FlipOptions>,
): Flip[] {
  const where = "flipTable";
  checkEchoState(where, net);
  const { pulseLength, settle, onProgress } = withDefaults(where, options, flipTableDefaults);
  checkCount(where, "pulseLength", pulseLength);
  checkCount(where, "settle", settle, 0);
  if (typeof onProgress !== "function") reject(where, "onProgress", onProgress, "a function");
  if (net.inputs !== net.outputs) {
    reject(where, "network", `has ${net.inputs} inputs`, `one for each of its ${net.outputs} outputs`);
  }
  checkList(where, "memories", memories, 0, ["bits", "state"]);
  for (const [i, { bits, state }] of memories.entries()) {
    checkPattern(where, `memories[${i}].bits`, bits, net.outputs);
    checkVector(where, `memories[${i}].state`, state, net.units);
  }
  const total = memories.length * net.outputs;
  return memories.flatMap(({ bits, state }, i) => {
    return bits.map((bit, channel): Flip => {
      const wanted = bits.map((b, k) => (k === channel ? -b : b));
      const input = Matrix.zeros(pulseLength + settle, net.inputs);
      for (let t = 0; t < pulseLength; t++) input.set(t, channel, -bit);
      const { finalState, status } = simulate(net, input, { x0: state });
      const reached = status === "completed" ? patternOf(outputOf(net, finalState)) : undefined;
      const isRight = reached?.every((b, k) => b === wanted[k]) ?? false;
      onProgress(i * net.outputs + channel + 1, total);
      return { from: bits, channel, wanted, reached, isRight };
    });
  });
}
