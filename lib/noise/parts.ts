/**
 * Noise in two parts: the means of its rows, and the rest. With r̄ the mean rate, noise pushes unit i by
 *
 *     η Σⱼ Zᵢⱼ rⱼ  =  η r̄ Σⱼ Zᵢⱼ  +  η Σⱼ Zᵢⱼ (rⱼ − r̄)
 *
 * The first term is the same at every memory, where r̄ is; and only the means of the rows of Z are in it, one part in N of
 * the variance of the noise. The second is what they leave.  [J15 §8]
 */
import { Matrix } from "ml-matrix";
import { checkEchoState, type EchoState } from "../network/echo-state";
import { ensembleWeights } from "../network/ensemble";
import { ensembleStrips } from "../network/strips";
import {
  checkCount,
  checkList,
  checkMatrix,
  type LongCall,
  longCallDefaults,
  reject,
  withDefaults,
} from "../wasm/check";
import { toMatrix, toRowMajor } from "../wasm/vector";
import {
  checkedNoiseOptions,
  checkSubjects,
  digitsOf,
  groupsOf,
  heldProbes,
  type NoiseSubject,
  noiseTrialDefaults,
  withNoise,
} from "./trial";
import { trialRng } from "./trials";

type Memories = NonNullable<NoiseSubject["memories"]>;

/** A network with one part of a noise each. */
export interface NoiseParts {
  /** Each weight with the mean of its row's noise. */
  readonly rowMeans: EchoState;
  /** Each weight with its noise less the mean of the row. */
  readonly rest: EchoState;
}

/**
 * Splits the noise of a network.
 *
 * @param net without noise, not changed
 * @param noisy the same network with other recurrent weights, as from `withNoise`
 * @returns the network with either part of noisy.Wr − net.Wr
 * @throws RangeError if a network is not whole, or they differ in size
 */
export function splitNoise(net: EchoState, noisy: EchoState): NoiseParts {
  const where = "splitNoise";
  checkEchoState(where, net);
  checkEchoState(where, noisy);
  const { units } = net;
  checkMatrix(where, "noisy.Wr", noisy.Wr, units, units);
  const [rowMeans, rest] = [toRowMajor(net.Wr), toRowMajor(noisy.Wr)];
  for (let i = 0; i < units; i++) {
    let mean = 0;
    for (let k = i * units; k < (i + 1) * units; k++) mean += rest[k] - rowMeans[k];
    mean /= units;
    for (let k = i * units; k < (i + 1) * units; k++) {
      rowMeans[k] += mean;
      rest[k] -= mean;
    }
  }
  const withWeights = (Wr: Float64Array): EchoState => ({ ...net, Wr: toMatrix(Wr, units, units) });
  return { rowMeans: withWeights(rowMeans), rest: withWeights(rest) };
}

/** Share of the memories that stay, a mean over the trials: with all of the noise, and with one part of it. */
export interface HeldByPart {
  /** η. */
  readonly level: number;
  readonly whole: number;
  readonly rowMeans: number;
  readonly rest: number;
}

export interface NoisePartsOptions extends LongCall {
  readonly levels: readonly number[];
  readonly trials: number;
  /** Steps without input during which a memory has to stay. */
  readonly hold: number;
  readonly margin: number;
}

export const noisePartsDefaults: NoisePartsOptions = Object.freeze({
  levels: noiseTrialDefaults.levels,
  /** A third of a second each; and the parts are compared on the same Z. */
  trials: 3,
  hold: noiseTrialDefaults.hold,
  margin: noiseTrialDefaults.margin,
  ...longCallDefaults,
});

/**
 * Which part of the noise takes the memories: Z is that of the noise study, seed by seed and trial by trial.
 *
 * @param net network
 * @param memories those it holds without noise: bits (±1) and state (N), as from `memoryTable`
 * @param seed of the noise
 * @returns a row for each level
 * @throws RangeError if the network, a memory or an option is not as described
 */
export function heldByPart(
  net: EchoState,
  memories: Memories,
  seed: number,
  options?: Partial<NoisePartsOptions>,
): HeldByPart[] {
  const where = "heldByPart";
  const settings = checkedNoiseOptions(where, withDefaults(where, options, noisePartsDefaults));
  const { levels, trials, onProgress } = settings;
  checkEchoState(where, net);
  checkList(where, "memories", memories, 1, ["bits", "state"]);
  checkSubjects(where, [atMemories(net, memories)]);
  if (!Number.isSafeInteger(seed)) reject(where, "seed", seed, "an integer");
  checkCount(where, "trials", trials);
  return levels.map((level, l) => {
    const sums = [0, 0, 0];
    for (let trial = 1; trial <= trials; trial++) {
      const noisy = withNoise(net, level, trialRng(seed, trial));
      const { rowMeans, rest } = splitNoise(net, noisy);
      [noisy, rowMeans, rest].forEach((network, part) => {
        sums[part] += heldShare(atMemories(network, memories), settings);
      });
      onProgress(l * trials + trial, levels.length * trials);
    }
    const [whole, means, others] = sums.map((sum) => sum / trials);
    return { level, whole, rowMeans: means, rest: others };
  });
}

/** A network that is only looked at where its memories are: its test is one step. */
function atMemories(network: EchoState, memories: Memories): NoiseSubject {
  const { inputs, outputs } = network;
  const testing = { input: Matrix.zeros(1, inputs), target: Matrix.zeros(1, outputs) };
  return { name: "network", network, x0: memories[0].state, testing, memories };
}

/** Share of the memories at which a network stays. */
function heldShare(subject: NoiseSubject, { hold, margin }: NoisePartsOptions): number {
  const [group] = groupsOf([subject]);
  const weights = ensembleWeights(group.units);
  try {
    weights.strips.set(ensembleStrips(group.Wr, group.units));
    const digits = digitsOf(subject.memories ?? [], heldProbes(group, weights.strips, hold, margin));
    return [...digits].filter((digit) => digit === "1").length / digits.length;
  } finally {
    weights.release();
  }
}
