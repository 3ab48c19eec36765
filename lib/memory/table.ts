import { Matrix } from "ml-matrix";
import { checkEchoState, type EchoState } from "../network/echo-state";
import { activation } from "../network/rate-flow";
import type { SimulationRun } from "../network/run";
import { openNetwork, type Simulation, simulateRun } from "../network/simulate";
import { clearOutput, flipFlopDefaults } from "../network/tasks";
import {
  checkCount,
  checkNumber,
  checkVector,
  type LongCall,
  longCallDefaults,
  reject,
  withDefaults,
} from "../wasm/check";
import { distance } from "../wasm/vector";

export interface MemoryOptions extends Partial<LongCall> {
  readonly settle?: number;
  readonly pulseLength?: number;
  readonly clamp?: number;
  /** How far on its side of zero an output has to stay. */
  readonly margin?: number;
  /** Activations before the pattern is set, (N); the origin if left out. */
  readonly x0?: Float64Array;
}

export const memoryDefaults = Object.freeze({
  /** Steps without input: 300 τ, long after the slowest modes of a memory that is a fixed point have died away. */
  settle: 3000 as number,
  /** As in the task. */
  pulseLength: flipFlopDefaults.pulseLength,
  /** Steps with the pattern fed back in place of the output, at least the pulse: 30 τ, for the reservoir to fall in. */
  clamp: 300 as number,
  margin: clearOutput as number,
  /** The origin: no memory is nearer to it than its mirror image. */
  x0: undefined as Float64Array | undefined,
  ...longCallDefaults,
});

/**
 * How a memory moves once it has settled, from its path over the last third of the time:
 *
 * - "fixed": the path is shorter than a thousandth of ‖x‖. A memory with a decay of 0.1 per τ has by then shrunk its
 *   distance to the fixed point by e⁻²⁰; one thousandth leaves room for modes ten times slower.
 * - "oscillating": it moves, but its ends are less than half its length apart: it comes back. Left alone for as long again it
 *   moves as much: a limit cycle, or another motion that lasts.
 * - "settling": it comes back, but left alone for as long again its largest step shrinks, by a tenth at least: a slow spiral
 *   towards a fixed point. A limit cycle repeats its largest step as long as its period fits into the time watched.
 * - "drifting": it moves, and gets somewhere. An oscillation slower than a third of the time looks like this too.
 * - "diverged": it left the finite numbers.
 */
export type MemoryMotion = "fixed" | "settling" | "oscillating" | "drifting" | "diverged";

/** What became of one pattern of bits. */
export interface Memory {
  /** The pattern as text, "+−+". */
  readonly pattern: string;
  /** The pattern, ±1 each, (O). */
  readonly bits: readonly number[];
  /**
   * Whether the memory exists: once the reservoir has been put there, every output keeps its sign, by the margin,
   * throughout the last half of the time, the end included.
   */
  readonly isHeld: boolean;
  readonly motion: MemoryMotion;
  /** ‖F‖ at the end, in activation per τ. */
  readonly speed: number;
  /** Activations at the end, (N). */
  readonly state: Float64Array;
  /** z at the end, (O). */
  readonly output: Float64Array;
}

const fixedPath = 1e-3;
/** Over 300 τ, the usual time, a spiral shrinks by more than this unless its decay takes 2800 τ: ten times the time watched. */
const fadingStep = 0.9;
const mostBits = 16;

/**
 * Which of the 2ᴼ patterns a flip-flop network remembers, judged on the simulation itself.  [J15 §6]
 *
 * Does the memory exist? The reservoir is put there: a pulse, and the pattern fed back in place of the output for `clamp`
 * steps, as if the output had been right at once; then the network is left alone. The help is needed, as the training never
 * shows pulses on all channels at once: the original's network at g = 1.5 misses memories that it holds for some seeds.
 *
 * Whether the *map* that is simulated holds a memory can differ from whether the flow has an attractor there: an Euler
 * step of 1/τ makes fast rotations unstable. And a memory need not be a fixed point: a limit cycle whose outputs keep
 * their signs holds.
 *
 * @param net a network with as many inputs as outputs
 * @returns one row per pattern, from "−−−" to "+++"
 * @throws RangeError if the network or an option is not as described
 */
export function memoryTable(net: EchoState, options: MemoryOptions = {}): Memory[] {
  const where = "memoryTable";
  checkEchoState(where, net);
  const bits = net.outputs;
  if (net.inputs !== bits) reject(where, "network", `has ${net.inputs} inputs`, `one for each of its ${bits} outputs`);
  if (bits > mostBits) reject(where, "network.outputs", bits, `at most ${mostBits}, for 2^${mostBits} patterns`);
  const given = withDefaults<Required<MemoryOptions>>(where, options, memoryDefaults as Required<MemoryOptions>);
  const { onProgress, x0 } = given;
  // halves and thirds of the time are spoken of
  checkCount(where, "settle", given.settle, 6);
  checkCount(where, "pulseLength", given.pulseLength);
  checkCount(where, "clamp", given.clamp);
  checkNumber(where, "margin", given.margin, "not negative");
  if (x0 !== undefined) checkVector(where, "x0", x0, net.units);
  const total = 2 ** bits;
  const start = x0 ?? new Float64Array(net.units);
  // without bias the simulation is odd to the last bit: from the origin, opposite patterns go opposite ways
  const hasMirrors = x0 === undefined && activation(net.activation).isOdd;
  const rows: Memory[] = [];
  const runs = { own: openNetwork(net, start), deaf: openNetwork(withoutHearing(net), start) };
  try {
    for (let p = 0; p < total; p++) {
      const mirror = hasMirrors ? rows[total - 1 - p] : undefined;
      const pattern = Array.from({ length: bits }, (_, j) => ((p >> (bits - 1 - j)) & 1 ? 1 : -1));
      rows.push(mirror ? mirrored(mirror) : remember(runs, net.tau, pattern, { ...given, x0: start }));
      onProgress(p + 1, total);
    }
  } finally {
    for (const run of Object.values(runs)) run.release();
  }
  return rows;
}

/** Two networks opened: the one in question, and the one that is told what its outputs are. */
interface Runs {
  readonly own: SimulationRun;
  readonly deaf: SimulationRun;
}

/** The network with z as a second input, through Wfb: what it says itself is not heard. */
function withoutHearing(net: EchoState): EchoState {
  const B = new Matrix(net.units, 2 * net.outputs);
  B.setSubMatrix(net.B, 0, 0);
  B.setSubMatrix(net.Wfb, 0, net.outputs);
  return { ...net, inputs: 2 * net.outputs, B, Wfb: Matrix.zeros(net.units, net.outputs) };
}

/** The row of the opposite pattern. */
function mirrored(row: Memory): Memory {
  const bits = row.bits.map((bit) => -bit);
  return { ...row, pattern: textOf(bits), bits, state: row.state.map(opposite), output: row.output.map(opposite) };
}

/** −v, but never −0. */
function opposite(v: number): number {
  return 0 - v;
}

function textOf(bits: readonly number[]): string {
  return bits.map((bit) => (bit > 0 ? "+" : "−")).join("");
}

/** Puts the network into one pattern, and looks at what is left of it. */
function remember({ own, deaf }: Runs, tau: number, bits: number[], trial: Required<MemoryOptions>): Memory {
  const { settle, margin } = trial;
  const pattern = textOf(bits);
  const watched = Math.floor(settle / 3);
  const put = putInto(deaf, bits, trial);
  const settling = simulateRun(own, put.finalState, Matrix.zeros(settle - watched, bits.length));
  const last = simulateRun(own, settling.finalState, Matrix.zeros(watched + 1, bits.length), { record: 1 });
  if ([put, settling, last].some((run) => run.status === "diverged")) {
    const lost = { isHeld: false, motion: "diverged", speed: Number.POSITIVE_INFINITY } as const;
    return { pattern, bits, ...lost, state: last.finalState, output: new Float64Array(bits.length) };
  }
  const states = last.states as Matrix;
  const isHeld =
    hasSigns(settling.output, Math.floor(settle / 2), bits, margin) && hasSigns(last.output, 0, bits, margin);
  const { motion, speed } = movement(states, last.finalState, tau);
  const isFading = motion === "oscillating" && fades(own, states, last.finalState, settle);
  return {
    pattern,
    bits,
    isHeld,
    motion: isFading ? "settling" : motion,
    speed,
    state: Float64Array.from(states.getRow(watched)),
    output: Float64Array.from(last.output.getRow(watched)),
  };
}

/** A pulse, and the pattern fed back in place of the output. */
function putInto(deaf: SimulationRun, bits: number[], { x0, pulseLength, clamp }: Required<MemoryOptions>): Simulation {
  const steps = Math.max(clamp, pulseLength);
  const input = Matrix.zeros(steps, 2 * bits.length);
  for (let t = 0; t < steps; t++) {
    for (let j = 0; j < bits.length; j++) {
      if (t < pulseLength) input.set(t, j, bits[j]);
      input.set(t, bits.length + j, bits[j]);
    }
  }
  return simulateRun(deaf, x0, input);
}

/** Whether every output is on the side of its bit, by more than the margin, from a row on. */
function hasSigns(output: Matrix, fromRow: number, bits: readonly number[], margin: number): boolean {
  for (let t = fromRow; t < output.rows; t++) {
    for (let j = 0; j < bits.length; j++) {
      if (!(output.get(t, j) * bits[j] > margin)) return false;
    }
  }
  return true;
}

/** Whether a motion dies away: its largest step, and that of as many steps after as long a time again. */
function fades(own: SimulationRun, states: Matrix, next: Float64Array, settle: number): boolean {
  const silence = (steps: number): Matrix => Matrix.zeros(steps, own.inputs);
  const on = simulateRun(own, next, silence(settle - states.rows + 1));
  const later = simulateRun(own, on.finalState, silence(states.rows), { record: 1 });
  return later.status === "completed" && largestStep(later.states as Matrix) <= fadingStep * largestStep(states);
}

function largestStep(states: Matrix): number {
  const rows = states.to2DArray().map((row) => Float64Array.from(row));
  return rows.slice(1).reduce((most, row, t) => Math.max(most, distance(row, rows[t])), 0);
}

/** Length and ends of a path, judged as `MemoryMotion` says; whether it fades is another question. */
function movement(states: Matrix, next: Float64Array, tau: number): { motion: MemoryMotion; speed: number } {
  const rows = states.to2DArray().map((row) => Float64Array.from(row));
  const end = rows[rows.length - 1];
  const steps = rows.slice(1).map((row, t) => distance(row, rows[t]));
  const length = steps.reduce((sum, step) => sum + step, 0);
  const speed = tau * distance(next, end);
  const size = distance(end, new Float64Array(end.length));
  if (length <= fixedPath * size) return { motion: "fixed", speed };
  return { motion: distance(end, rows[0]) < length / 2 ? "oscillating" : "drifting", speed };
}
