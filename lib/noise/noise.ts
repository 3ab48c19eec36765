import { checkEchoState, type EchoState } from "../network/echo-state";
import { ensembleWeights } from "../network/ensemble";
import { clearOutput } from "../network/flip-flop";
import { ensembleStrips } from "../network/strips";
import { checkRng, type Rng } from "../numbers/random";
import { exp, log } from "../wasm/elementary";
import { checkCount, checkNumber, reject, withDefaults } from "../wasm/validate";
import { toMatrix, toRowMajor } from "../wasm/vector";
import { bitErrors, digitsOf, type NoiseOutcome, squaredErrors } from "./noise-outcome";
import { heldProbes, runGroup } from "./noise-runs";
import { checkSubjects, groupsOf, largestWeight, type NoiseGroup, type NoiseSubject, testsOf } from "./noise-subject";

export interface NoiseTrialOptions {
  /** Noise levels η, standard deviations of what is added to each weight. */
  readonly levels: readonly number[];
  /** Steps without input during which a memory has to stay. */
  readonly hold: number;
  /** How far on its side of zero each output of a memory has to be. */
  readonly margin: number;
  /** Called after each level. */
  readonly onLevel: (done: number, total: number) => void;
}

export const noiseTrialDefaults: NoiseTrialOptions = Object.freeze({
  /** The paper's: twenty levels from 10⁻⁴ to 1. */
  levels: Object.freeze(noiseLevels()) as readonly number[],
  /** 20 τ: a memory that is gone is left in a few τ; to wait longer costs more than the test itself. */
  hold: 200,
  margin: clearOutput,
  onLevel: () => {},
});

/**
 * Noise levels, evenly spaced on a logarithmic axis.  [J15 §8, Fig. 9]
 *
 * @param lowest the first, > 0
 * @param highest the last
 * @param count how many, at least 2
 * @returns ascending, from lowest to highest, in the unit of a weight
 * @throws RangeError if the bounds are not positive, or not in order
 */
export function noiseLevels(lowest = 1e-4, highest = 1, count = 20): number[] {
  checkNumber("noiseLevels", "lowest", lowest);
  checkNumber("noiseLevels", "highest", highest);
  checkCount("noiseLevels", "count", count, 2);
  if (!(lowest < highest)) reject("noiseLevels", "highest", highest, `above lowest = ${lowest}`);
  if (count > 1e6) reject("noiseLevels", "count", count, "at most 1000000");
  const span = log(highest) - log(lowest);
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return lowest;
    return i === count - 1 ? highest : lowest * exp((span * i) / (count - 1));
  });
}

/**
 * The network with η Z added to its recurrent weights, Z standard normal.  [J15 §8]
 *
 * @param net network, not changed
 * @param level η, the standard deviation of what is added to each weight
 * @param rng Z is drawn from it row by row: the same `rng` gives the same Z at any level
 * @throws RangeError if the network is not whole or the level negative
 */
export function withNoise(net: EchoState, level: number, rng: Rng): EchoState {
  checkEchoState("withNoise", net);
  checkNumber("withNoise", "level", level, "not negative");
  checkRng("withNoise", rng);
  const Wr = toRowMajor(net.Wr);
  for (let k = 0; k < Wr.length; k++) Wr[k] += level * rng.normal();
  return { ...net, Wr: toMatrix(Wr, net.units, net.units) };
}

/**
 * One trial of the noise study: one matrix Z of standard normal numbers, and at each level η every network with
 * Wr + η Z in place of Wr.  [J15 §8, Fig. 9]
 *
 * Z is the same at all levels and for all networks (common random numbers): what differs between two curves is then
 * the networks, not the luck of the draw. Networks with the same Wr, as all of one seed have, get the same noisy matrix,
 * and share each pass over it; the bits are those each would get alone. Their product with it is in single precision (see
 * ensemble.ts), so that an outcome is not that of `simulate` to the last digit; where the motion is chaotic it is another
 * sample of the same.
 *
 * At each level a network runs on its test input from x₀. Then, without input, it is put at each of its memories, and
 * those count as held whose outputs all stay on their side of zero, by the margin, throughout the second half of the time.
 *
 * @param subjects networks of one size, with test inputs of one length
 * @param rng of this trial; Z is drawn from it row by row
 * @returns outcomes by level, then by subject
 * @throws RangeError if a subject is not whole, or does not fit the others; if a level is negative or beyond 10²⁰
 */
export function noiseTrial(
  subjects: readonly NoiseSubject[],
  rng: Rng,
  options?: Partial<NoiseTrialOptions>,
): NoiseOutcome[][] {
  const where = "noiseTrial";
  checkSubjects(where, subjects);
  checkRng(where, rng);
  const settings = checkedNoiseOptions(where, withDefaults(where, options, noiseTrialDefaults));
  const { units } = subjects[0].network;
  const groups = groupsOf(subjects);
  const noise = Float64Array.from({ length: units * units }, () => rng.normal());
  const strips = ensembleStrips(noise, units);
  const results: NoiseOutcome[][] = settings.levels.map(() => new Array(subjects.length));
  const rest = groups.map((group) => ensembleStrips(group.Wr, units));
  const noisy = ensembleWeights(units);
  try {
    for (const [l, level] of settings.levels.entries()) {
      for (const [g, group] of groups.entries()) {
        for (let k = 0; k < strips.length; k++) noisy.strips[k] = rest[g][k] + level * strips[k];
        const outcomes = trialOf(group, noisy.strips, settings);
        group.members.forEach((m, i) => {
          results[l][m] = outcomes[i];
        });
      }
      settings.onLevel(l + 1, settings.levels.length);
    }
    return results;
  } finally {
    noisy.release();
  }
}

export function checkedNoiseOptions<Options extends Omit<NoiseTrialOptions, "onLevel">>(
  where: string,
  options: Options,
): Options {
  const { levels, hold, margin } = options;
  if (!Array.isArray(levels) || levels.length === 0) reject(where, "levels", levels, "an array of noise levels");
  for (const [l, level] of levels.entries()) {
    checkNumber(where, `levels[${l}]`, level, "not negative");
    if (level > largestWeight) reject(where, `levels[${l}]`, level, "at most 1e20");
  }
  // the second half of the time is spoken of
  checkCount(where, "hold", hold, 2);
  if (hold > 1e6) reject(where, "hold", hold, "at most 1000000 steps");
  checkNumber(where, "margin", margin, "not negative");
  return options;
}

/** What a group of networks does with one noisy matrix. */
function trialOf(group: NoiseGroup, noisy: Float32Array, { hold, margin }: NoiseTrialOptions): NoiseOutcome[] {
  const { subjects } = group;
  const tests = runGroup(group, noisy, testsOf(group), subjects[0].testing.input.rows);
  const held = heldProbes(group, noisy, hold, margin);
  return subjects.map(({ testing: { target }, memories = [] }, i) => ({
    meanSquaredError: squaredErrors(tests[i].output, target),
    bitErrorRate: bitErrors(tests[i].output, target),
    held: digitsOf(
      memories,
      held.filter(({ state }) => state.network === i),
    ),
  }));
}
