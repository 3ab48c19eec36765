import { replicatedRuns, type SeededResult } from "./replicated";
import { evolutionStudy } from "./study-evolution";
import { fourBitsStudy } from "./study-four-bits";
import { noiseStudy } from "./study-noise";

/** Where a shipped network stands among the networks of other seeds. */
export interface SeedRank extends Record<string, unknown> {
  /** Name of the shipped network. */
  readonly network: string;
  /** Mean squared error on its test. */
  readonly "test error": number;
  /** 1 is the least error. */
  readonly rank: string;
  readonly seeds: string;
}

const shippedSeed = 1;

/**
 * Ranks of the shipped networks, seed 1 of each kind, by test error among all seeds that `npm run replicate` has run.
 *
 * @param folder of the results; those that come with the project by default
 * @returns one row for each kind of network of which seed 1 and others were run
 */
export function seedRanks(folder?: string): SeedRank[] {
  const evolution = replicatedRuns(evolutionStudy, folder);
  const fourBits = replicatedRuns(fourBitsStudy, folder);
  const last = <T>(list: readonly T[]): T => list[list.length - 1];
  return [
    ...rankOf("tanh-g1.5-seed1", evolution, ({ paper }) => last(paper.tests).meanSquaredError),
    ...rankOf("tanh-g0.8-seed1", evolution, ({ gentle }) => last(gentle.tests).meanSquaredError),
    ...rankOf("tanh-g1.5-4bit-seed1", fourBits, ({ scratch }) => scratch.meanSquaredError),
    ...rankOf("transfer-4bit-seed1", fourBits, ({ transfer }) => transfer.meanSquaredError),
    ...rankOf(
      "logistic-4bit-seed1",
      replicatedRuns(noiseStudy, folder),
      ({ networks }) => networks.find(({ name }) => name === "logistic")?.undisturbed.error,
    ),
  ];
}

function rankOf<R>(
  network: string,
  runs: readonly SeededResult<R>[],
  errorOf: (result: R) => number | undefined,
): SeedRank[] {
  const errors = runs.flatMap(({ seed, result }) => {
    const error = errorOf(result);
    return error === undefined ? [] : [{ seed, error }];
  });
  const own = errors.find(({ seed }) => seed === shippedSeed)?.error;
  if (own === undefined || errors.length < 2) return [];
  const rank = 1 + errors.filter(({ error }) => error < own).length;
  const seeds = errors.map(({ seed }) => seed).join(", ");
  return [{ network, "test error": Number(own.toPrecision(3)), rank: `${rank} of ${errors.length}`, seeds }];
}
