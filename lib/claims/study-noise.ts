import { lossLevels } from "../noise/memory-losses";
import { areaUnder, halfLevel, heldShares } from "../noise/noise-curves";
import { checkList, checkNumber, checkNumbers, checkRecord, checkShape } from "../wasm/validate";
import type { NoiseScore, NoiseScores } from "./c17-c18";
import { type NoiseResult, type NoiseResults, runNoise } from "./runs-noise";
import type { Study } from "./study";

/** A seed in short: means over the trials. */
export interface NoiseStudyResult extends NoiseScores {
  readonly trials: number;
  readonly levels: readonly number[];
  readonly weightDeviation: number;
  readonly networks: readonly NoiseNetworkResult[];
}

/** One network of a seed in short. */
export interface NoiseNetworkResult extends NoiseScore {
  /** Memories held without noise, of 16. */
  readonly memories: number;
  /** Error and share of wrong bits without noise. */
  readonly undisturbed: NoiseResult["undisturbed"];
  readonly readoutNorm: readonly number[];
  /** Means over the trials, one for each level: squared error, share of wrong bits, share of the memories held. */
  readonly error: readonly number[];
  readonly bitErrors: readonly number[];
  readonly held: readonly number[];
  /** For each memory: distance to the nearest saddle, and the noise level at which half of the trials have lost it. */
  readonly margins?: readonly (number | null)[];
  readonly lossLevels: readonly number[];
}

/**
 * Trials of a seed: the paper's ten for the shipped seed; three for the others, where what decides is how the networks rank
 * from seed to seed, not the last digit of one seed's curve.
 */
function noiseTrialCount(seed: number): number {
  return seed === 1 ? 10 : 3;
}

const short = (value: number): number => Number(value.toPrecision(4));
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const means = (rows: readonly (readonly number[])[]): number[] => rows.map((row) => short(mean(row)));

/** A whole noise study in short, with the scores that claims C17 and C18 are judged by. */
export function summariseNoise(study: NoiseResults): NoiseStudyResult {
  const where = "summariseNoise";
  checkRecord(where, "study", study, ["seed", "trials", "levels", "weightDeviation", "networks"]);
  const { seed, trials, levels, weightDeviation, networks } = study;
  checkNumbers(where, "levels", levels, 1);
  checkNumber(where, "weightDeviation", weightDeviation);
  const fields = ["name", "memories", "undisturbed", "readoutNorm", "error", "bitErrors", "held"];
  checkList(where, "networks", networks, 1, fields);
  const rows = ["numbers"] as const;
  checkShape(where, "networks", networks, [
    { readoutNorm: "numbers", "margins?": "list", error: rows, bitErrors: rows },
  ]);
  return {
    ...{ seed, trials, levels: levels.map(short), weightDeviation: short(weightDeviation) },
    networks: networks.map((network) => {
      const { name, memories, undisturbed, readoutNorm, margins, error, bitErrors } = network;
      const errors = error.map(mean);
      const held = heldShares(network).map(mean);
      return {
        ...{ name, memories: memories.length, undisturbed, readoutNorm: readoutNorm.map(short) },
        area: areaUnder(levels, errors),
        halfLevel: halfLevel(levels, held),
        ...{ error: means(error), bitErrors: means(bitErrors), held: held.map(short) },
        ...(margins ? { margins: margins.map((m) => (typeof m === "number" ? short(m) : null)) } : {}),
        lossLevels: lossLevels(levels, network).map(short),
      };
    }),
  };
}

/** The noise study over many seeds: Fig. 9 of each, in short. */
export const noiseStudy: Study<NoiseStudyResult> = Object.freeze({
  name: "noise",
  version: 2, // 2: products in single precision
  async run(seed, context) {
    return summariseNoise(await runNoise(seed, noiseTrialCount(seed), context));
  },
} satisfies Study<NoiseStudyResult>);

/** The whole study of one seed, trial by trial: what Fig. 9 is drawn from. Shipped for seed 1.  [J15 §8, Fig. 9] */
export const noiseTrialsStudy: Study<NoiseResults> = Object.freeze({
  name: "noise-trials",
  version: 2, // 2: products in single precision
  run: (seed, context) => runNoise(seed, noiseTrialCount(seed), context),
} satisfies Study<NoiseResults>);
