/** Whether a set of fixed points can be complete, said in words. */

import type { Flow } from "../flow/flow";
import { checkList, checkRecord, reject } from "../wasm/validate";
import type { SearchEnd } from "./complete-search";
import { type Completeness, completeness } from "./completeness";
import type { FixedPointSet } from "./fixed-point-set";

/** A set, the flow it was found for, and a name to head its column. */
export interface JudgedSet {
  readonly name: string;
  /** As from `findFixedPoints`, or from `findAllFixedPoints`, which also says why it ended. */
  readonly set: FixedPointSet & { readonly ended?: SearchEnd };
  readonly flow: Flow;
}

/** One check, and what each set has to say to it. */
export interface BadgeRow extends Record<string, unknown> {
  readonly check: string;
}

/**
 * The badge of completeness as rows for `table`: one check per row, one set per column, the judgement in the last row.
 *
 * No check proves a set complete; the best that can be said is "no gap found", and "unknown" where checks cannot tell. Coverage and Chao1 rest on starts of one
 * kind (see `completeness`) and weigh a point by its basin: they speak of what such starts reach, mostly attractors.
 *
 * @param sets sets with name and flow
 * @throws RangeError if one of them is not a set, its flow no flow, or two have one name
 */
export function completenessBadge(sets: readonly JudgedSet[]): BadgeRow[] {
  const where = "completenessBadge";
  checkList(where, "sets", sets, 1, ["name", "set", "flow"]);
  const names = ["check", ...sets.map(({ name }) => name)];
  const judged = sets.map(({ name, set, flow }, i) => {
    if (typeof name !== "string" || names.indexOf(name) <= i) {
      reject(where, `sets[${i}].name`, name, "a heading of its own");
    }
    checkRecord(where, `sets[${i}].set`, set, ["points", "outcomes"]);
    return { name, set, of: completeness(set, flow) };
  });
  type Judged = (typeof judged)[number];
  const row = (check: string, say: (one: Judged) => string | number): BadgeRow => ({
    check,
    ...Object.fromEntries(judged.map((one) => [one.name, say(one)])),
  });
  return [
    row(
      "fixed points found, from so many starts (mirror images included)",
      ({ set }) => `${set.points.length}, from ${set.outcomes.length}`,
    ),
    row("index sum", ({ of }) => sumInWords(of)),
    row("points without a mirror image", ({ of }) => of.unpaired.length + (of.isOriginMissing ? 1 : 0)),
    row(`a further start ${sampledFrom(sets)} finds a known point`, ({ of }) => coverageInWords(of)),
    row("such starts can reach (Chao1)", ({ of }) =>
      of.chao1 === undefined ? "–" : `at least ${of.chao1.toFixed(0)}`,
    ),
    row("the search", ({ set }) => (set.ended === undefined ? "tried the starts it was given" : ends[set.ended])),
    row("judgement", (one) => judgement(one.set, one.of)),
  ];
}

const ends: Readonly<Record<SearchEnd, string>> = {
  "no gap found": "stopped: a round of fresh starts found nothing new",
  "nothing new": "stopped: a round of fresh starts found nothing new",
  "continuum suspected": "gave up: places at rest lie in between others",
  "crowded middle": "gave up: new points only in the crowded middle",
  "starts spent": "spent its starts",
  "iterations spent": "spent its iterations",
};

const signed = (count: number): string => String(count).replace("-", "−");

function sumInWords({ indexSum, expectedIndexSum: wanted, degenerate }: Completeness): string {
  const beside = degenerate.length > 0 ? `, beside ${degenerate.length} degenerate` : "";
  return `${signed(indexSum)}${wanted === undefined ? "" : ` (must be ${signed(wanted)})`}${beside}`;
}

/** Which starts coverage speaks of, see `completeness`. */
function sampledFrom(sets: readonly JudgedSet[]): string {
  const isOfRun = ({ set }: JudgedSet): boolean => set.outcomes.some(({ kind }) => kind === "trajectory");
  if (sets.every(isOfRun)) return "from the test run";
  return sets.some(isOfRun) ? "from the test run, or like those given," : "like those given";
}

function coverageInWords({ coverage, sampled }: Completeness): string {
  return coverage === undefined ? "–" : `${(100 * coverage).toFixed(0)} % (by ${sampled} starts)`;
}

/** The verdict of `completeness` and the first reason for it; a search that ran out has no rule to rest on. */
function judgement(set: FixedPointSet & { ended?: SearchEnd }, { verdict, reasons }: Completeness): string {
  if (verdict !== "no gap found") {
    const because = reasons.includes("the middle holds exponentially many")
      ? "the middle holds exponentially many"
      : reasons[0];
    return `${verdict === "gap found" ? "incomplete" : "unknown"}: ${because}`;
  }
  const isDone = set.ended === undefined || set.ended === "no gap found";
  return isDone ? "no gap found (which is no proof)" : "unknown: the search ran out before its rule held";
}
