/**
 * The goals of the search, and a table of how far they are reached: from the results of the studies, nothing typed in.
 *
 * Goals and statistics were committed before the runs that decide, seeds 11–20; seeds 1–4 and 21–24 are for development.
 */
import { checkList, checkShape } from "../wasm/validate";
import type { Recall } from "./study-recall";
import type { SearchStudyResult } from "./study-search";

/** What a search of a three-bit network with N = 1000 should reach on two processors. */
export interface SearchGoal {
  /** How the search should end. */
  readonly ended: SearchStudyResult["ended"];
  /** In which share of the seeds at least. */
  readonly share: number;
  /** Seconds a seed may take, of processors divided by their number, and on the clock of a machine at leisure. */
  readonly seconds: number;
}

/** The goals, by study. */
export const searchGoals: Readonly<Record<string, SearchGoal>> = Object.freeze({
  /** Nothing stands in the way: no chaos, and the edges of the cube are short. */
  "search-logistic": Object.freeze({ ended: "no gap found", share: 0.9, seconds: 60 }),
  /** Near the onset of chaos the middle has more points than the ideal 27. */
  "search-tanh-0.8": Object.freeze({ ended: "no gap found", share: 0.8, seconds: 180 }),
  /** Above it nobody can find all: the search should see that, and say so in time. */
  "search-tanh-1.5": Object.freeze({ ended: "crowded middle", share: 0.8, seconds: 180 }),
});

/** A result of a study, as it is kept. */
export interface KeptSearch {
  readonly study: string;
  readonly seed: number;
  readonly result: unknown;
}

/** What became of a goal: shown to be reached or missed; or neither, where the clock ran on a machine with other work. */
export type GoalOutcome = "reached" | "missed" | "too slow on the clock only";

/** One study over its seeds, all in text. */
export interface SearchGoalRow extends Record<string, string> {
  readonly study: string;
  readonly seeds: string;
  readonly "ended as hoped": string;
  /** Medians, from least to most: memories that rest, edges, faces, centre, and what is beyond an ideal flip-flop. */
  readonly "m = 0": string;
  readonly "m = 1": string;
  readonly "m = 2": string;
  readonly "m = 3": string;
  readonly more: string;
  readonly certified: string;
  readonly starts: string;
  readonly iterations: string;
  readonly "processor s": string;
  readonly "clock s": string;
  readonly goal: GoalOutcome;
}

type Seeded = SearchStudyResult & { readonly seed: number };

/**
 * One row for each study of the search that has results.
 *
 * @param kept results of studies; others than those with a goal are passed over
 */
export function searchGoalTable(kept: readonly KeptSearch[]): SearchGoalRow[] {
  checkList("searchGoalTable", "kept", kept, 0, ["study", "result"]);
  return Object.entries(searchGoals).flatMap(([study, goal]) => {
    const runs = kept
      .filter((one) => one.study === study)
      .map(({ seed, result }): Seeded => ({ ...(result as SearchStudyResult), seed }));
    return runs.length === 0 ? [] : [goalRow(study, goal, runs)];
  });
}

function goalRow(study: string, goal: SearchGoal, runs: readonly Seeded[]): SearchGoalRow {
  const asHoped = runs.filter(({ ended }) => ended === goal.ended).length;
  const over = (of: (run: Seeded) => number): string => spread(runs.map(of));
  const beyond = ({ points, counts }: Seeded): number =>
    points - [0, 1, 2, 3].reduce((sum, m) => sum + (counts[`m = ${m}`] ?? 0), 0);
  const sum = (of: (run: Seeded) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    study,
    seeds: runs.map(({ seed }) => seed).join(" "),
    "ended as hoped": `${asHoped} of ${runs.length}`,
    "m = 0": over(({ counts }) => counts["m = 0"]),
    "m = 1": over(({ counts }) => counts["m = 1"]),
    "m = 2": over(({ counts }) => counts["m = 2"]),
    "m = 3": over(({ counts }) => counts["m = 3"]),
    more: over(beyond),
    certified: `${sum(({ certificates }) => certificates.certified)} of ${sum(({ points }) => points)}`,
    starts: over(({ starts }) => starts),
    iterations: over(({ iterations }) => iterations),
    "processor s": over(({ processorSeconds }) => processorSeconds),
    "clock s": over(({ seconds }) => seconds),
    goal: outcomeOf(goal, asHoped / runs.length, runs),
  };
}

/** Time on the clock is an upper bound, of processors divided by their number a lower one. */
function outcomeOf(goal: SearchGoal, share: number, runs: readonly Seeded[]): GoalOutcome {
  const isTooLong = runs.some(({ processorSeconds, machine }) => processorSeconds / machine.threads > goal.seconds);
  if (share < goal.share || isTooLong) return "missed";
  return runs.every(({ seconds }) => seconds <= goal.seconds) ? "reached" : "too slow on the clock only";
}

/** Median, and from least to most where they differ. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.floor(sorted.length / 2)]) / 2;
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  return least === most ? `${least}` : `${Number(middle.toFixed(1))} (${least}–${most})`;
}

/**
 * The goals in lines of text for a terminal: a block for each study, and what a larger search found beyond the usual one.
 *
 * @param kept results of studies
 */
export function searchGoalLines(kept: readonly KeptSearch[]): string[] {
  checkShape("searchGoalLines", "kept", kept, [{ study: "text" }]);
  const rows = searchGoalTable(kept).flatMap(({ study, seeds, goal, ...cells }) => [
    `${study}, seeds ${seeds}: goal ${goal}`,
    ...Object.entries(cells).map(([name, text]) => `  ${name.padEnd(15)} ${text}${ideal[name] ?? ""}`),
  ]);
  return [...rows, ...kept.filter(({ study }) => study.startsWith("search-recall")).flatMap(recallLines)];
}

/** What an ideal three-bit flip-flop has. */
const ideal: Readonly<Record<string, string>> = { "m = 0": ", ideal 8", "m = 1": ", ideal 12", "m = 2": ", ideal 6", "m = 3": ", ideal 1" }; // biome-ignore format: a table

function recallLines({ seed, result }: KeptSearch): string[] {
  return Object.entries(result as Record<string, Recall>).map(([network, recall]) => {
    const { usual, larger, common, onlyUsual } = recall;
    const found = `${common} of the ${larger.points} points that ${larger.starts} starts find, with ${usual.starts}`;
    const own = onlyUsual > 0 ? `; ${onlyUsual} more of its own` : "";
    return `recall, ${network}, seed ${seed}: ${found}${own}; ${[0, 1].map((m) => recallAt(m, recall)).join(", ")}`;
  });
}

/** How many of the points with m unstable modes the usual search had. */
function recallAt(m: number, { larger, missed }: Recall): string {
  const all = larger.counts[`m = ${m}`];
  return `m = ${m}: ${all - missed.filter(({ unstableCount }) => unstableCount === m).length} of ${all}`;
}
