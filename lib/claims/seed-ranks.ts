import { shippedNames } from "../network/shipped";
import { meanAndDeviation } from "../numbers/statistics";
import { replicatedRuns } from "./replicated";
import { kindOf, unseenInputsStudy } from "./study-unseen";

/** Where a shipped network stands among the networks of other seeds. */
export interface SeedRank extends Record<string, unknown> {
  /** Name of the shipped network. */
  readonly network: string;
  /** Mean squared error: mean and standard deviation over inputs it has not seen. */
  readonly "test error": string;
  /** 1 is the least mean. */
  readonly rank: string;
  readonly seeds: string;
}

const shippedSeed = 1;

/**
 * Ranks of the shipped networks, seed 1 of each kind, by their mean error over twenty inputs, among all seeds that
 * `npm run replicate` has run. One input would not do: its error strays by a third of the mean, as much as seeds differ.
 *
 * @param folder of the results; those that come with the project by default
 * @returns one row for each kind of network of which seed 1 and others were run
 */
export function seedRanks(folder?: string): SeedRank[] {
  const runs = replicatedRuns(unseenInputsStudy, folder);
  return shippedNames().flatMap((network): SeedRank[] => {
    const tests = runs.flatMap(({ seed, result }) => {
      const own = result[kindOf(network)];
      return own ? [{ seed, ...meanAndDeviation(own.errors) }] : [];
    });
    const own = tests.find(({ seed }) => seed === shippedSeed);
    if (own === undefined || tests.length < 2) return [];
    const rank = 1 + tests.filter(({ mean }) => mean < own.mean).length;
    const error = `${own.mean.toFixed(3)} ± ${own.deviation.toFixed(3)}`;
    const seeds = tests.map(({ seed }) => seed).join(", ");
    return [{ network, "test error": error, rank: `${rank} of ${tests.length}`, seeds }];
  });
}
