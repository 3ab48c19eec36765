/** How the skeleton of fixed points grows during training, from the branches of a film. */
import type { BranchRecord } from "../claims/study-film";
import type { Continuation } from "../dynamics/continuation";
import { checkList, checkRecord } from "../numerics/validate";
import type { Figure, Trace } from "./figure";
import { colors, titled } from "./theme";

/** Fixed points that are there at a step, by number of unstable modes, from the branches of a film. */
export function skeletonAt(record: BranchRecord, step: number): Map<number, number> {
  checkRecord("skeletonAt", "record", record, ["branches"]);
  checkList("skeletonAt", "record.branches", record.branches, 0, ["steps", "unstable"]);
  const counts = new Map<number, number>();
  for (const { steps, unstable, isMirrored } of record.branches) {
    const after = steps.findIndex((s) => s >= step);
    if (after < 0 || steps[0] > step) continue;
    const at = steps[after] === step && unstable[after] >= 0 ? after : Math.max(0, after - 1);
    const modes = unstable[at] >= 0 ? unstable[at] : unstable[after];
    counts.set(modes, (counts.get(modes) ?? 0) + (isMirrored ? 2 : 1));
  }
  return counts;
}

/** Bands of the skeleton, from the corners inwards; light, dark and patterns survive grey print. */
const bands: readonly { name: string; has: (m: number) => boolean; color: string; pattern: string }[] = [
  { name: "attractors, m = 0", has: (m) => m === 0, color: colors.blue, pattern: "" },
  { name: "m = 1", has: (m) => m === 1, color: colors.vermilion, pattern: "/" },
  { name: "m = 2", has: (m) => m === 2, color: "#F2B48C", pattern: "" },
  { name: "m ≥ 3", has: (m) => m > 2, color: "#5E2900", pattern: "x" },
];

/**
 * How the skeleton grows: fixed points by number of unstable modes, at every snapshot.
 *
 * @param record branches of a film
 * @param steps at which to count
 * @param claim the title
 */
export function skeletonOverTraining(record: BranchRecord, steps: readonly number[], claim: string): Figure {
  checkList("skeletonOverTraining", "steps", steps, 1);
  const counts = steps.map((step) => skeletonAt(record, step));
  const data = bands.map(({ name, has, color, pattern }): Trace => {
    const y = counts.map((at) => [...at].reduce((sum, [modes, count]) => sum + (has(modes) ? count : 0), 0));
    const fill = {
      fillcolor: color,
      fillpattern: { shape: pattern, fgcolor: "#FFFFFF", bgcolor: color, size: 7, solidity: 0.25 },
    };
    const line = { color: "#FFFFFF", width: 1, shape: "hv" };
    return { type: "scatter", mode: "lines", name, x: [...steps], y, stackgroup: "skeleton", line, ...fill };
  });
  return {
    data,
    layout: titled(claim, {
      height: 420,
      xaxis: { title: { text: "training step" } },
      yaxis: { title: { text: "fixed points" } },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1.01, yanchor: "bottom", traceorder: "normal" },
    }),
  };
}

/**
 * The branches of a film as a continuation, mirror images added: for `continuationBranches`. A state is its short form, output
 * z and three principal components.
 */
export function continuationOf(record: BranchRecord, last = Number.POSITIVE_INFINITY): Continuation {
  checkRecord("continuationOf", "record", record, ["branches", "events"]);
  const both = record.branches.flatMap((branch, i) => [
    { branch, sign: 1, mirrorOf: -1 },
    ...(branch.isMirrored ? [{ branch, sign: -1, mirrorOf: i }] : []),
  ]);
  return {
    branches: both.map(({ branch, sign, mirrorOf }) => {
      const kept = branch.steps.filter((step) => step <= last).length;
      const none = new Float64Array(kept).fill(Number.NaN);
      return {
        parameters: Float64Array.from(branch.steps.slice(0, kept)),
        points: branch.states.slice(0, kept).map((state) => Float64Array.from(state, (v) => sign * v)),
        unstableCounts: Int32Array.from(branch.unstable.slice(0, kept)),
        leading: { re: none, im: none },
        startsAt: branch.startsAt,
        endsAt: branch.endsAt,
        mirrorOf,
      };
    }),
    events: record.events
      .filter(({ step }) => step <= last)
      .map(({ step, kind, change, state, branches }) => ({
        kind: kind as Continuation["events"][number]["kind"],
        change: change as Continuation["events"][number]["change"],
        parameter: step,
        width: 0,
        x: Float64Array.from(state),
        eigenvalues: { re: new Float64Array(0), im: new Float64Array(0) },
        branches,
      })),
    searchedAt: new Float64Array(0),
  };
}
