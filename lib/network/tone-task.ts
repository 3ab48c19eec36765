import { Matrix } from "ml-matrix";
import { sineOfTurns } from "../numbers/angles";
import { checkRng, type Rng } from "../numbers/random";
import { checkCount, checkNumber, checkNumbers, checkVector, mostRows, reject, withDefaults } from "../wasm/validate";
import type { Task } from "./flip-flop";

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
