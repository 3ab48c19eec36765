import { median, medianInterval } from "../numbers/statistics";
import { type LostRest, lostRest } from "../training/film";
import { checkShape } from "../wasm/validate";
import type { SeededResult } from "./replicated";
import type { Study } from "./study";

/**
 * When the origin of a training at g = 0.8 loses its rest, counted from the first pulse. A second for each seed.
 *
 * The law that is put to the test, 14 to 20 steps, was found on seeds 1 to 6 by a program that shares no line with this one,
 * and written down before seeds 101 to 130 were run; how it is counted here was committed after a first look at those.
 */
export const firstPulseStudy: Study<LostRest> = Object.freeze({
  name: "first-pulse",
  version: 1,
  run: async (seed: number) => lostRest({ seed, gain: 0.8 }),
});

/** Steps from the first pulse to the loss of rest, as the law says. */
export const lawOfFirstPulse: readonly [number, number] = Object.freeze([14, 20] as const);

/** The law over a group of seeds, as a row of a table. */
export interface LawRow extends Record<string, unknown> {
  readonly seeds: string;
}

/** Seeds the law was found on. */
const foundOn = (seed: number): boolean => seed <= 6;

/**
 * How well the law of the first pulse holds: on the seeds it was found on, and on fresh ones.
 *
 * @param runs results of `firstPulseStudy`, as from `replicatedRuns`; six or more of a group
 * @returns a row for each group: how many are as the law says, steps from the first pulse to the loss (median with its 95 %
 *   interval, least, greatest), and at how many dates a resting origin gets a single unstable mode
 */
export function lawOverSeeds(runs: readonly SeededResult<LostRest>[]): LawRow[] {
  checkShape("lawOverSeeds", "runs", runs, [{ seed: "number", result: { firstPulse: "number" } }]);
  const groups = [runs.filter(({ seed }) => foundOn(seed)), runs.filter(({ seed }) => !foundOn(seed))];
  const [from, to] = lawOfFirstPulse;
  return groups.flatMap((group): LawRow[] => {
    if (group.length === 0) return [];
    const lags = group.flatMap(({ result }) =>
      typeof result.lostAt !== "number" ? [] : [result.lostAt - result.firstPulse],
    );
    const single = group.filter(({ result: { before, at } }) => before?.unstableCount === 0 && at?.unstableCount === 1);
    const [low, high] = medianInterval(lags);
    const of = (count: number) => `${count} of ${group.length}`;
    return [
      {
        seeds: `${group[0].seed}–${group[group.length - 1].seed}`,
        [`rest lost ${from}–${to} steps after the first pulse`]: of(lags.filter((n) => n >= from && n <= to).length),
        "median of these steps": median(lags),
        "95 % interval of it": `${low}–${high}`,
        "least, greatest": `${Math.min(...lags)}, ${Math.max(...lags)}`,
        "none grew before, one mode then": of(single.length),
      },
    ];
  });
}
