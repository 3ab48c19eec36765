import { Matrix } from "ml-matrix";
import { checkRng, type Rng } from "../numbers/random";
import { sineOfTurns } from "../numbers/statistics";
import {
  checkCount,
  checkMatrix,
  checkNumber,
  checkNumbers,
  checkVector,
  mostBits,
  mostRows,
  reject,
  withDefaults,
} from "../wasm/check";

/** What a network is to do: an input, and the output wanted for it. Row = step. */
export interface Task {
  /** u, T×I. */
  readonly input: Matrix;
  /** f, T×O. */
  readonly target: Matrix;
}

export interface FlipFlopOptions {
  /** Drawn from, and so moved on: the next call gives other pulses. */
  readonly rng: Rng;
  /** Number of channels, each with a memory of one bit. */
  readonly bits: number;
  readonly steps: number;
  readonly pulseRate?: number;
  readonly pulseLength?: number;
}

export const flipFlopDefaults = Object.freeze({
  /** Pulses per step, shared by all channels, as in the original code: 600 in 30 000 steps. */
  pulseRate: 0.02 as number,
  /** Steps a pulse lasts. The original code says 10, but its pulses last from t to t + 10. */
  pulseLength: 11 as number,
});

/**
 * An output tells a bit when it is farther from 0 than this, a tenth of the target ±1: the one threshold of a pattern, of a
 * memory held (`memoryTable`), of what survives noise, and of what a fixed point stands for (`patternOf`).
 *
 * Why not 0: an output that dies away keeps its sign down to 1e-300, and nobody can read it. Why not a half: some memories
 * rest for ever at an output of 0.4, with a sign that nothing disturbs.
 */
export const clearOutput = 0.1;

/**
 * The flip-flop task: hold the sign of the last pulse on each channel.  [J15 §6, Fig. 5]
 *
 * ⌊rate · T⌋ pulses start at distinct random steps, each on one random channel and of one random sign. A pulse drawn
 * later overwrites an earlier one on its channel; one that would run past the end is dropped. The memories are ±1 (the
 * paper writes 0 and 1); before the first pulse of a channel its target is 0.
 *
 * The rate is shared by all channels, so a bit of the four-bit task gets three quarters of the pulses that a bit of the
 * three-bit task gets.
 *
 * @returns input and target, T×bits each
 * @throws RangeError if a size is not a positive integer, the rate is not in [0, 1], or an option is unknown
 */
export function flipFlop(options: FlipFlopOptions): Task {
  const where = "flipFlop";
  const required = { rng: undefined as unknown as Rng, bits: Number.NaN, steps: Number.NaN };
  const given = withDefaults<Required<FlipFlopOptions>>(where, options, { ...required, ...flipFlopDefaults });
  const { rng, bits, steps, pulseRate, pulseLength } = given;
  checkRng(where, rng);
  checkCount(where, "bits", bits, 1, mostBits);
  checkCount(where, "steps", steps, 1, mostRows);
  checkCount(where, "pulseLength", pulseLength);
  checkNumber(where, "pulseRate", pulseRate, "not negative");
  if (pulseRate > 1) reject(where, "pulseRate", pulseRate, "at most 1 pulse per step");

  const input = Matrix.zeros(steps, bits);
  const starts = rng.permutation(steps).subarray(0, Math.floor(pulseRate * steps));
  for (const start of starts) {
    if (start + pulseLength > steps) continue;
    const channel = rng.integer(bits);
    const sign = 2 * rng.integer(2) - 1;
    for (let t = start; t < start + pulseLength; t++) input.set(t, channel, sign);
  }
  return { input, target: lastPulses(input) };
}

/** The sign of the last pulse on each channel up to and including each step, 0 before the first. */
function lastPulses(input: Matrix): Matrix {
  const target = Matrix.zeros(input.rows, input.columns);
  for (let j = 0; j < input.columns; j++) {
    let held = 0;
    for (let t = 0; t < input.rows; t++) {
      const u = input.get(t, j);
      if (u !== 0) held = u;
      target.set(t, j, held);
    }
  }
  return target;
}

/**
 * Mean squared error over time and outputs, (1 / T O) Σ (z − f)².
 *
 * All bits wrong would be 4; beyond that the outputs have left the cube.
 *
 * @param output z, T×O
 * @param target f, T×O
 */
export function meanSquaredError(output: Matrix, target: Matrix): number {
  checkPair("meanSquaredError", output, target);
  let sum = 0;
  for (let t = 0; t < output.rows; t++) {
    for (let j = 0; j < output.columns; j++) {
      const error = output.get(t, j) - target.get(t, j);
      sum += error * error;
    }
  }
  return sum / (output.rows * output.columns);
}

/**
 * Share of the bits that are right: steps and channels where the sign of the output is the sign of the target.
 *
 * A step before the first pulse of a channel has no bit to get right and is not counted. An output of exactly 0 is
 * wrong.
 *
 * @param output z, T×O
 * @param target f, T×O
 * @returns a share in [0, 1]
 * @throws RangeError if the target is 0 everywhere: then there is nothing to count
 */
export function bitAccuracy(output: Matrix, target: Matrix): number {
  checkPair("bitAccuracy", output, target);
  let right = 0;
  let counted = 0;
  for (let t = 0; t < output.rows; t++) {
    for (let j = 0; j < output.columns; j++) {
      const wanted = target.get(t, j);
      if (wanted === 0) continue;
      counted++;
      if (wanted > 0 ? output.get(t, j) > 0 : output.get(t, j) < 0) right++;
    }
  }
  if (counted === 0) reject("bitAccuracy", "target", "is 0 everywhere", "at least one bit to hold");
  return right / counted;
}

function checkPair(where: string, output: Matrix, target: Matrix): void {
  checkMatrix(where, "output", output);
  checkMatrix(where, "target", target, output.rows, output.columns);
}

export interface ToneTaskOptions {
  /** Drawn from, and so moved on: the next call gives another order of tones. */
  readonly rng: Rng;
  readonly steps: number;
  readonly levels?: readonly number[];
  readonly hold?: number;
  readonly unitPeriod?: number;
  readonly amplitude?: number;
}

/** The options of a task of tones that are left out. */
export const toneTaskDefaults = Object.freeze({
  /** Inputs u; the frequencies are equally far apart. With three the states between them are not pinned down. */
  levels: Object.freeze([0.5, 0.625, 0.75, 0.875, 1]) as readonly number[],
  /** Steps an input is kept: two and a half to five periods, so that changes are seen often. */
  hold: 300 as number,
  /** Period of the output at u = 1, in steps: 6 τ. Half the length is hard for units that forget in τ = 10 steps. */
  unitPeriod: 60 as number,
  /** Of the sine. The smaller the orbit, the better the linear theory of the fixed point in its middle. */
  amplitude: 1 as number,
});

/**
 * A constant input selects the frequency of a sine: the frequency-selecting oscillator.  [SB13]
 *
 *     f[t] = a sin 2πφ[t],     φ[t+1] = φ[t] + u[t]/P
 *
 * u is one of `levels`, drawn anew every `hold` steps; the phase goes on without a jump. So the output has a period of
 * P/u steps.
 *
 * @returns input and target, T×1 each
 * @throws RangeError if a size is not a positive integer, a level or P is not finite, or an option is unknown
 */
export function toneTask(options: ToneTaskOptions): Task {
  const where = "toneTask";
  const required = { rng: undefined as unknown as Rng, steps: Number.NaN };
  const given = withDefaults<Required<ToneTaskOptions>>(where, options, { ...required, ...toneTaskDefaults });
  const { rng, steps, levels, hold, unitPeriod, amplitude } = given;
  checkRng(where, rng);
  checkCount(where, "steps", steps, 1, mostRows);
  checkCount(where, "hold", hold);
  checkNumber(where, "unitPeriod", unitPeriod);
  checkNumber(where, "amplitude", amplitude, "any");
  checkNumbers(where, "levels", levels, 1);
  for (const [k, level] of levels.entries()) checkNumber(where, `levels[${k}]`, level, "any");
  if (steps > 2 ** 26) reject(where, "steps", steps, `at most ${2 ** 26}`);
  const input = Matrix.zeros(steps, 1);
  const target = Matrix.zeros(steps, 1);
  let level = 0;
  let phase = 0;
  for (let t = 0; t < steps; t++) {
    if (t % hold === 0) level = levels[rng.integer(levels.length)];
    input.set(t, 0, level);
    target.set(t, 0, amplitude * sineOfTurns(phase));
    phase += level / unitPeriod;
  }
  return { input, target };
}

/**
 * Mean period of an oscillation, from its upward passages through its own middle (half of lowest plus highest value).
 *
 *     period = (last passage − first passage) / (number of passages − 1)
 *
 * Passages are placed between two steps by a straight line, so the error is a small part of a step.
 *
 * @param values one value per step, (T); leave out the transient
 * @returns steps per period; NaN if there are fewer than two passages: then nothing oscillates, or not for long enough
 * @throws RangeError if values are empty or not finite
 */
export function meanPeriod(values: Float64Array): number {
  checkVector("meanPeriod", "values", values);
  let [low, high] = [values[0], values[0]];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const middle = low / 2 + high / 2;
  const passages: number[] = [];
  for (let t = 1; t < values.length; t++) {
    const [before, after] = [values[t - 1] - middle, values[t] - middle];
    if (before < 0 && after >= 0) passages.push(t - after / (after - before));
  }
  if (passages.length < 2) return Number.NaN;
  return (passages[passages.length - 1] - passages[0]) / (passages.length - 1);
}
