import type { Matrix } from "ml-matrix";
import { arrivalWatch } from "../flow/integrate";
import { checkEchoState, type EchoState } from "../network/echo-state";
import { activation } from "../network/rate-flow";
import type { SimulationRun } from "../network/run";
import { openNetwork } from "../network/simulate";
import { flipFlopDefaults } from "../network/tasks";
import { advanceSimulation } from "../network/time-loop";
import {
  checkCount,
  checkList,
  checkMatrix,
  checkNumber,
  checkNumbers,
  checkPattern,
  checkRecord,
  checkVector,
  type LongCall,
  longCallDefaults,
  reject,
  withDefaults,
} from "../wasm/check";
import { outputOf, patternOf } from "./gates";

/** How hard one bit of one memory is to flip. */
export interface PulseThreshold {
  readonly from: readonly number[];
  /** The channel that gets the pulse, from 0; its sign is the one the bit does not have. */
  readonly channel: number;
  /** The smallest amplitude found that flips this bit and no other; Infinity if none up to `largest` does. */
  readonly amplitude: number;
  /**
   * - "flips": at `amplitude` the network comes to the memory that is wanted.
   * - "lands elsewhere": no amplitude gets there, but some leave the memory, for another one or for none.
   * - "never flips": whatever the amplitude, the network comes back.
   */
  readonly outcome: "flips" | "lands elsewhere" | "never flips";
  /** The smallest amplitude of the scan that led to another memory, or to none; Infinity if there was none. */
  readonly elsewhereFrom: number;
  /** What was reached there: a pattern, or undefined if the output named no memory. */
  readonly elsewhere?: readonly number[];
}

export interface ThresholdOptions extends LongCall {
  /** Steps of the pulse. */
  pulseLength: number;
  /** Most steps without input before the output is read. */
  settle: number;
  /** Largest amplitude tried. */
  largest: number;
  /** Distance between the amplitudes of the scan. */
  scan: number;
  /** Width to which the threshold is bisected. */
  tolerance: number;
}

export const thresholdDefaults: Readonly<ThresholdOptions> = Object.freeze({
  pulseLength: flipFlopDefaults.pulseLength, // as in the task: 11 steps
  settle: 500, // 50 τ
  largest: 3, // the task's pulses have amplitude 1
  scan: 0.1,
  tolerance: 1e-3,
  ...longCallDefaults,
});

interface Place {
  readonly bits: readonly number[];
  readonly state: Float64Array;
}

/**
 * The smallest amplitude of a pulse that flips each bit of each memory, by simulation of the network itself.
 *
 * Amplitudes are scanned upwards from `scan` in equal steps; between the first that flips the bit and the one before it the
 * threshold is bisected. Nothing says that a stronger pulse always flips what a weaker one does: what is returned is the
 * smallest threshold that the scan did not step over, and where it landed elsewhere on the way.
 *
 * A run ends early when it has come within a twentieth of a known memory and is still coming nearer.
 *
 * @param net a trained network with as many inputs as outputs
 * @param memories bits (each ±1) and state (N) of each memory at rest, as from `memoryTable`
 * @param options see `thresholdDefaults`
 * @returns memories × channels thresholds: 24 for three bits
 * @throws RangeError if a shape or an option does not fit
 */
export function pulseThresholds(
  net: EchoState,
  memories: readonly Place[],
  options?: Partial<ThresholdOptions>,
): PulseThreshold[] {
  const where = "pulseThresholds";
  checkEchoState(where, net);
  const settings = withDefaults(where, options, thresholdDefaults);
  checkThresholds(where, net, memories, settings);
  const total = memories.length * net.inputs;
  const found: PulseThreshold[] = [];
  if (memories.length === 0) return found;
  const { isOdd } = activation(net.activation);
  const run = openNetwork(net, memories[0].state);
  try {
    for (const [i, memory] of memories.entries()) {
      const image = isOdd ? memories.slice(0, i).findIndex((other) => isOpposite(other, memory)) : -1;
      for (let channel = 0; channel < net.inputs; channel++) {
        const known = image >= 0 ? found[image * net.inputs + channel] : undefined;
        found.push(known ? mirrored(known) : thresholdOf(net, run, memories, memory, channel, settings));
        settings.onProgress(found.length, total);
      }
    }
  } finally {
    run.release();
  }
  return found;
}

function checkThresholds(where: string, net: EchoState, memories: readonly Place[], s: ThresholdOptions): void {
  if (net.inputs !== net.outputs) {
    reject(where, "network", `has ${net.inputs} inputs`, `one for each of its ${net.outputs} outputs`);
  }
  checkList(where, "memories", memories, 0, ["bits", "state"]);
  for (const [i, { bits, state }] of memories.entries()) {
    checkPattern(where, `memories[${i}].bits`, bits, net.outputs);
    checkVector(where, `memories[${i}].state`, state, net.units);
  }
  checkCount(where, "pulseLength", s.pulseLength);
  checkCount(where, "settle", s.settle);
  for (const name of ["largest", "scan", "tolerance"] as const) checkNumber(where, name, s[name]);
  if (s.largest / s.scan > 1e6) reject(where, "scan", s.scan, `at least a millionth of largest = ${s.largest}`);
}

/** The weights are odd, so opposite memories behave alike, to the last bit if their states are opposite so. */
function isOpposite(a: Place, b: Place): boolean {
  return a.bits.every((bit, k) => bit === -b.bits[k]) && a.state.every((v, i) => v === -b.state[i]);
}

function mirrored(known: PulseThreshold): PulseThreshold {
  const opposite = (bits: readonly number[]) => bits.map((bit) => -bit);
  const { elsewhere } = known;
  return { ...known, from: opposite(known.from), ...(elsewhere ? { elsewhere: opposite(elsewhere) } : {}) };
}

function thresholdOf(
  net: EchoState,
  run: SimulationRun,
  memories: readonly Place[],
  memory: Place,
  channel: number,
  settings: ThresholdOptions,
): PulseThreshold {
  const { largest, scan, tolerance } = settings;
  const { bits } = memory;
  const wanted = bits.map((bit, k) => (k === channel ? -bit : bit));
  const reach = (amplitude: number) => landing(net, run, memories, memory, channel, amplitude, settings);
  const isSame = (a: readonly number[] | undefined, b: readonly number[]) => a?.every((v, k) => v === b[k]) ?? false;
  let elsewhereFrom = Number.POSITIVE_INFINITY;
  let elsewhere: readonly number[] | undefined;
  let below = 0;
  const count = Math.ceil(largest / scan - 1e-9);
  for (let j = 1; j <= count; j++) {
    const amplitude = Math.min(largest, j * scan);
    const reached = reach(amplitude);
    if (isSame(reached, wanted)) {
      let above = amplitude;
      while (above - below > tolerance) {
        const middle = (below + above) / 2;
        if (isSame(reach(middle), wanted)) above = middle;
        else below = middle;
      }
      const rest = elsewhere ? { elsewhere } : {};
      return { from: [...bits], channel, amplitude: above, outcome: "flips", elsewhereFrom, ...rest };
    }
    if (!isSame(reached, bits) && elsewhereFrom === Number.POSITIVE_INFINITY) {
      elsewhereFrom = amplitude;
      elsewhere = reached;
    }
    below = amplitude;
  }
  const outcome = elsewhereFrom < Number.POSITIVE_INFINITY ? "lands elsewhere" : "never flips";
  const rest = elsewhere ? { elsewhere } : {};
  return { from: [...bits], channel, amplitude: Number.POSITIVE_INFINITY, outcome, elsewhereFrom, ...rest };
}

/** Steps between two looks at the state. */
const look = 20;

/** The memory that a pulse leads to: the one that is being approached, or what the output names at the end. */
function landing(
  net: EchoState,
  run: SimulationRun,
  memories: readonly Place[],
  { bits, state }: Place,
  channel: number,
  amplitude: number,
  { pulseLength, settle }: ThresholdOptions,
): readonly number[] | undefined {
  const pulse = new Float64Array(pulseLength * net.inputs);
  for (let t = 0; t < pulseLength; t++) pulse[t * net.inputs + channel] = -bits[channel] * amplitude;
  run.x.set(state);
  if (advanceSimulation(run, pulse, pulseLength, new Float64Array(pulseLength * net.outputs)) < pulseLength) return;
  const silence = new Float64Array(look * net.inputs);
  const output = new Float64Array(look * net.outputs);
  const arrival = arrivalWatch(memories.map((memory) => memory.state));
  for (let done = 0; done < settle; done += look) {
    const steps = Math.min(look, settle - done);
    const [u, z] = [silence.subarray(0, steps * net.inputs), output.subarray(0, steps * net.outputs)];
    if (advanceSimulation(run, u, steps, z) < steps) return undefined;
    const { index, isCaught } = arrival(run.x);
    if (isCaught) return memories[index].bits;
  }
  return patternOf(outputOf(net, run.x.slice()));
}

/** When a flip-flop loses a bit: how often a pulse goes wrong, by the time the network had to come to rest before it. */

export interface LapseOptions {
  /** Time constant of the network, in steps. */
  tau: number;
  /** Where one class of pauses ends and the next begins, in τ, ascending; the last class is open. */
  edges: readonly number[];
  /** A pulse counts only if no other one comes for so long after its start, in τ: an output needs time to answer. */
  answer: number;
}

export const lapseDefaults: Readonly<LapseOptions> = Object.freeze({
  tau: 10, // the paper's
  edges: Object.freeze([2, 4, 8]), // classes of about equal size, pulses coming every 5 τ
  answer: 4, // a flip is over 2 to 3 τ after the start of its pulse
});

/** Pulses after pauses of about the same length. */
export interface LapseRow extends Record<string, unknown> {
  /** From the end of the pulse before, as text: "2–4 τ". */
  readonly pause: string;
  /** Pulses that found every bit right. */
  readonly pulses: number;
  /** How many of them left a bit wrong. */
  readonly lost: number;
}

interface Pulse {
  readonly start: number;
  readonly end: number;
}

/**
 * Pulses that cost a bit, by the pause before them.
 *
 * Counted are pulses that find all outputs on the side of their targets, and are followed by no other for a while. Such a
 * pulse is lost if an output is on the wrong side when the next one comes. Channels whose target is still 0 do not count.
 *
 * @param output z, (T×O)
 * @param task the input (T×I) and the target (T×O) of the same run
 * @param options see `lapseDefaults`
 * @returns one row per class of pauses, ascending
 * @throws RangeError if the shapes differ, or the edges do not ascend
 */
export function lapsesByPause(
  output: Matrix,
  task: { readonly input: Matrix; readonly target: Matrix },
  options?: Partial<LapseOptions>,
): LapseRow[] {
  const where = "lapsesByPause";
  checkMatrix(where, "output", output);
  checkRecord(where, "task", task, ["input", "target"]);
  checkMatrix(where, "task.input", task.input, output.rows);
  checkMatrix(where, "task.target", task.target, output.rows, output.columns);
  const { tau, edges, answer } = withDefaults(where, options, lapseDefaults);
  checkNumber(where, "tau", tau);
  checkNumber(where, "answer", answer, "not negative");
  checkNumbers(where, "edges", edges);
  edges.forEach((edge, i) => {
    const before = edges[i - 1] ?? 0;
    if (!(edge > before)) reject(where, `edges[${i}]`, edge, `a number above ${before}`);
  });
  const lower = [0, ...edges];
  const rows = lower.map((from, i) => ({
    pause: i < edges.length ? `${from}–${edges[i]} τ` : `over ${from} τ`,
    pulses: 0,
    lost: 0,
  }));
  const pulses = pulsesOf(task.input);
  for (const [i, { start }] of pulses.entries()) {
    const next = pulses[i + 1]?.start ?? output.rows;
    if (i === 0 || start === 0 || !areBitsRight(output, task.target, start - 1) || next - start < answer * tau)
      continue;
    const pause = Math.max(0, start - pulses[i - 1].end) / tau;
    const row = rows[edges.filter((edge) => pause >= edge).length];
    row.pulses++;
    if (!areBitsRight(output, task.target, next - 1)) row.lost++;
  }
  return rows;
}

/** The pulses of all channels, by their start. */
function pulsesOf(input: Matrix): Pulse[] {
  const found: Pulse[] = [];
  for (let k = 0; k < input.columns; k++) {
    const at = (t: number): number => (t >= 0 && t < input.rows ? input.get(t, k) : 0);
    for (let t = 0; t < input.rows; t++) {
      if (at(t) === 0 || at(t) === at(t - 1)) continue;
      let end = t + 1;
      while (at(end) === at(t)) end++;
      found.push({ start: t, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function areBitsRight(output: Matrix, target: Matrix, t: number): boolean {
  return target.getRow(t).every((wanted, j) => wanted === 0 || wanted * output.get(t, j) > 0);
}
