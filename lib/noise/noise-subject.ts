/** Networks of a noise study, checked, and grouped by the recurrent weights that they share. */

import { activation } from "../network/activation";
import { checkEchoState, type EchoState } from "../network/echo-state";
import type { EnsembleNetwork, EnsembleState } from "../network/ensemble";
import type { Task } from "../network/flip-flop";
import { checkList, checkMatrix, checkNumber, checkPattern, checkVector, reject } from "../wasm/validate";
import { toRowMajor } from "../wasm/vector";

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
