import type { Matrix } from "ml-matrix";
import { checkEchoState, type EchoState } from "../network/echo-state";
import { Ensemble, type EnsembleNetwork, type EnsembleState, ensembleWeights } from "../network/ensemble";
import { activation } from "../network/rate-flow";
import { ensembleStrips } from "../network/strips";
import { clearOutput, type Task } from "../network/tasks";
import { checkRng, type Rng } from "../numbers/random";
import {
  checkCount,
  checkList,
  checkMatrix,
  checkNumber,
  checkPattern,
  checkVector,
  reject,
  withDefaults,
} from "../wasm/check";
import { exp, log } from "../wasm/elementary";
import { toMatrix, toRowMajor } from "../wasm/vector";

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

/** What became of a disturbed network: its error on the test, and the memories it still holds. */

/** One network, one level, one trial. */
export interface NoiseOutcome {
  /** Mean of (z − f)² over the test, in the unit of the outputs, squared. */
  readonly meanSquaredError: number;
  /** Share of the bits that are wrong, of those that have been set: 0.5 is guessing. */
  readonly bitErrorRate: number;
  /** One digit for each memory the network had without noise, in their order: 1 if it is still held, else 0. */
  readonly held: string;
}

/** Mean of (z − f)²; z row by row. */
export function squaredErrors(z: Float64Array, target: Matrix): number {
  let sum = 0;
  const { columns } = target;
  for (let k = 0; k < z.length; k++) {
    const error = z[k] - target.get(Math.floor(k / columns), k % columns);
    sum += error * error;
  }
  return sum / z.length;
}

/** Share of steps and channels with the wrong sign, where there is a bit to hold; 0 if there is none. */
export function bitErrors(z: Float64Array, target: Matrix): number {
  const { columns } = target;
  let [wrong, counted] = [0, 0];
  for (let k = 0; k < z.length; k++) {
    const wanted = target.get(Math.floor(k / columns), k % columns);
    if (wanted === 0) continue;
    counted++;
    if (!(z[k] * wanted > 0)) wrong++;
  }
  return counted === 0 ? 0 : wrong / counted;
}

/** The memories of a subject as digits: 1 for those of which a probe, or the mirror of one, has stayed. */
export function digitsOf(
  memories: readonly { readonly bits: readonly number[] }[],
  stayed: readonly NoiseProbe[],
): string {
  const kept = new Set<string>();
  for (const { bits, hasMirror } of stayed) {
    kept.add(bits.join());
    if (hasMirror) kept.add(bits.map((b) => -b).join());
  }
  return memories.map(({ bits }) => (kept.has(bits.join()) ? "1" : "0")).join("");
}

/** Whether all outputs are on their side of zero, by the margin, in all rows of z from one on. */
export function staysAt(z: Float64Array, bits: readonly number[], margin: number, fromRow: number): boolean {
  for (let k = fromRow * bits.length; k < z.length; k++) {
    if (!(z[k] * bits[k % bits.length] > margin)) return false;
  }
  return true;
}

/** Networks of a noise study, checked, and grouped by the recurrent weights that they share. */

/** A network that is to be disturbed, and what it is to do meanwhile. */
export interface NoiseSubject {
  readonly name: string;
  readonly network: EchoState;
  /** Where its test starts, (N). */
  readonly x0: Float64Array;
  readonly testing: Task;
  /** The memories it holds without noise, as from `memoryTable`: bits (±1) and state (N). None: no memory is looked at. */
  readonly memories?: readonly { readonly bits: readonly number[]; readonly state: Float64Array }[];
  /**
   * The noise is this number times η Z: 1 for the paper's, ¼ for a network whose weights are a quarter of another's, to be
   * disturbed as much in proportion. A power of two, so that sharing the other's noisy matrix changes no bit.
   */
  readonly noiseScale?: number;
  /** Added to each rate after tanh: 1 makes the network of `tanhConjugate` equal to the logistic one. */
  readonly rateShift?: number;
}

/** Subjects whose noisy matrix is the same but for a factor. */
export interface NoiseGroup {
  readonly units: number;
  /** Wr divided by noiseScale, row by row. */
  readonly Wr: Float64Array;
  readonly subjects: readonly NoiseSubject[];
  /** Their places among all subjects. */
  readonly members: readonly number[];
  readonly networks: readonly EnsembleNetwork[];
}

/**
 * Rates are bounded, so with weights, noise and inputs up to this no sum leaves the finite numbers of single precision (up
 * to 3·10³⁸), if the steps do not either.
 */
export const largestWeight = 1e20;
/** Below this τ, in steps, an Euler step of 1/τ overshoots: |1 − 1/τ| > 1, and any activation grows beyond all bounds. */
const shortestTau = 0.5;
/** 1 is what it is for; with much more the square of an error would leave the finite numbers. */
const largestShift = 1e6;

/** @throws RangeError unless every subject is whole, and all are of one size and one test length */
export function checkSubjects(where: string, subjects: readonly NoiseSubject[]): void {
  checkList(where, "subjects", subjects, 1, ["network", "x0", "testing"]);
  const [first] = subjects;
  subjects.forEach(({ network, x0, testing, memories, noiseScale, rateShift }, i) => {
    const name = `subjects[${i}]`;
    checkEchoState(where, network);
    if (network.units !== first.network.units) {
      reject(where, `${name}.network`, `has ${network.units} units`, `${first.network.units}, as the first`);
    }
    checkVector(where, `${name}.x0`, x0, network.units);
    if (network.tau < shortestTau) reject(where, `${name}.network.tau`, network.tau, `at least ${shortestTau} steps`);
    checkMatrix(where, `${name}.testing.input`, testing.input, first.testing.input?.rows, network.inputs);
    checkMatrix(where, `${name}.testing.target`, testing.target, testing.input.rows, network.outputs);
    for (const matrix of [network.Wr, network.Wfb, network.Wo, network.B, testing.input, testing.target]) {
      if (matrix.max() > largestWeight || matrix.min() < -largestWeight) {
        reject(where, name, "has a number beyond 1e20", "weights and inputs that sums can hold");
      }
    }
    checkMemories(where, name, network, memories);
    if (noiseScale !== undefined) checkScale(where, `${name}.noiseScale`, noiseScale);
    if (rateShift !== undefined) {
      checkNumber(where, `${name}.rateShift`, rateShift, "any");
      if (Math.abs(rateShift) > largestShift) reject(where, `${name}.rateShift`, rateShift, "at most 1e6");
    }
  });
}

function checkMemories(where: string, name: string, network: EchoState, memories: NoiseSubject["memories"]): void {
  if (memories === undefined) return;
  checkList(where, `${name}.memories`, memories, 0, ["bits", "state"]);
  memories.forEach(({ bits, state }, k) => {
    checkVector(where, `${name}.memories[${k}].state`, state, network.units);
    checkPattern(where, `${name}.memories[${k}].bits`, bits, network.outputs);
  });
}

function checkScale(where: string, thing: string, scale: number): void {
  checkNumber(where, thing, scale);
  let rest = scale;
  while (rest < 1) rest *= 2;
  while (rest > 1) rest /= 2;
  if (rest !== 1 || scale < 2 ** -20 || scale > 2 ** 20) reject(where, thing, scale, "a power of two, 2^-20 to 2^20");
}

/** Subjects with the same Wr/noiseScale together, in order. */
export function groupsOf(subjects: readonly NoiseSubject[]): NoiseGroup[] {
  const groups: { Wr: Float64Array; members: number[] }[] = [];
  subjects.forEach((subject, i) => {
    const Wr = toRowMajor(subject.network.Wr).map((w) => w / scaleOf(subject));
    const same = groups.find((group) => group.Wr.every((w, k) => w === Wr[k]));
    if (same) same.members.push(i);
    else groups.push({ Wr, members: [i] });
  });
  return groups.map(({ Wr, members }) => {
    const own = members.map((m) => subjects[m]);
    return { units: own[0].network.units, Wr, members, subjects: own, networks: own.map(networkOf) };
  });
}

const scaleOf = ({ noiseScale }: NoiseSubject): number => noiseScale ?? 1;

/** The factor goes from Wr to the rates, and is taken out of the readout again. */
function networkOf(subject: NoiseSubject): EnsembleNetwork {
  const { network, rateShift = 0 } = subject;
  const scale = scaleOf(subject);
  const { tau, inputs, outputs } = network;
  const [Wfb, B, Wo] = [network.Wfb, network.B, network.Wo].map(toRowMajor);
  return {
    ...{ activation: network.activation, tau, inputs, outputs, Wfb, B, rateShift },
    Wo: Wo.map((w) => w / scale),
    rateScale: scale,
  };
}

/** Every subject on its test input. */
export function testsOf({ subjects }: NoiseGroup): EnsembleState[] {
  return subjects.map(({ x0, testing }, network) => ({ network, x: x0, input: toRowMajor(testing.input) }));
}

/** A network put at one of its memories. */
export interface NoiseProbe {
  readonly state: EnsembleState;
  readonly bits: readonly number[];
  /** For an odd network the opposite memory does the opposite, to the last bit: it is not run. */
  readonly hasMirror: boolean;
}

/** Every subject at every memory, without input. */
export function probesOf({ subjects }: NoiseGroup): NoiseProbe[] {
  return subjects.flatMap(({ network: net, memories = [], rateShift = 0 }, network) => {
    const isOdd = activation(net.activation).isOdd && rateShift === 0;
    const probes: NoiseProbe[] = [];
    for (const { bits, state } of memories) {
      const mirror = probes.findIndex(
        (p) => !p.hasMirror && p.bits.every((b, k) => b === -bits[k]) && p.state.x.every((v, k) => v === -state[k]),
      );
      if (isOdd && mirror >= 0) probes[mirror] = { ...probes[mirror], hasMirror: true };
      else probes.push({ state: { network, x: state }, bits, hasMirror: false });
    }
    return probes;
  });
}

/** Networks of one noisy reservoir at work: on their tests, and at their memories. */

/** Simulates; z, row by row, and the activation at the end, of each state. */
export function runGroup(
  { units, subjects, networks }: NoiseGroup,
  noisy: Float32Array,
  states: readonly EnsembleState[],
  steps: number,
): { output: Float64Array; x: Float64Array }[] {
  if (states.length === 0) return [];
  const outputs = states.map(({ network }) => new Float64Array(steps * subjects[network].network.outputs));
  const ensemble = new Ensemble(units, noisy, networks, states);
  try {
    ensemble.advance(steps, outputs);
    return ensemble.members.map(({ x }, m) => ({ output: outputs[m], x: x.slice(0, units) }));
  } finally {
    ensemble.release();
  }
}

/** The probes whose outputs stay on their side of zero throughout the second half; what is lost before is not run on. */
export function heldProbes(group: NoiseGroup, noisy: Float32Array, hold: number, margin: number): NoiseProbe[] {
  const half = Math.floor(hold / 2);
  const through = (probes: readonly NoiseProbe[], steps: number, from: number): NoiseProbe[] => {
    const states = probes.map(({ state }) => state);
    const ends = runGroup(group, noisy, states, steps);
    return probes.flatMap((probe, p) => {
      const { output, x } = ends[p];
      return staysAt(output, probe.bits, margin, from) ? [{ ...probe, state: { ...probe.state, x } }] : [];
    });
  };
  return through(through(probesOf(group), half + 1, half), hold - half - 1, 0);
}
