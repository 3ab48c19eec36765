/** Fixed points followed through training, small enough for a file: their states in short, one of each mirror pair. */

import type { Continuation } from "../continuation/continue";
import { checkShape } from "../wasm/check";

/** A state in short: its output z, and its first three principal components. */
export type ShortState = readonly number[];

/** Branches and events of a continuation, with states in short; mirror images are left out. */
export interface BranchRecord {
  readonly branches: readonly {
    readonly steps: readonly number[];
    readonly states: readonly ShortState[];
    readonly unstable: readonly number[];
    readonly startsAt: number;
    readonly endsAt: number;
    readonly isMirrored: boolean;
  }[];
  readonly events: readonly {
    readonly step: number;
    readonly kind: string;
    readonly change: string;
    readonly state: ShortState;
    readonly branches: readonly number[];
  }[];
}

const roundedStep = (step: number): number => Number(step.toFixed(2));

/**
 * A continuation as a record: one of each mirror pair, and every state in short.
 *
 * @param all as from `continueFixedPoints`, with training steps as its parameter
 * @param short the short form of a fixed point at a step
 */
export function recordOf(all: Continuation, short: (x: Float64Array, step: number) => ShortState): BranchRecord {
  const own = all.branches.flatMap((branch, i) => (branch.mirrorOf < 0 ? [i] : []));
  return {
    branches: own.map((i) => {
      const { parameters, points, unstableCounts, startsAt, endsAt } = all.branches[i];
      return {
        steps: Array.from(parameters, (step) => roundedStep(step)),
        states: points.map((x, k) => short(x, parameters[k])),
        unstable: [...unstableCounts],
        startsAt,
        endsAt,
        isMirrored: all.branches.some(({ mirrorOf }) => mirrorOf === i),
      };
    }),
    events: all.events.map(({ parameter, kind, change, x, branches }) => ({
      step: roundedStep(parameter),
      kind,
      change,
      state: short(x, parameter),
      branches: branches.flatMap((i) => (own.includes(i) ? [own.indexOf(i)] : [])),
    })),
  };
}

/** Fixed points that are there at a step, by number of unstable modes, from the branches of a film. */
export function skeletonAt(record: BranchRecord, step: number): Map<number, number> {
  checkShape("skeletonAt", "record", record, { branches: [{ steps: "numbers", unstable: "numbers" }] });
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

/**
 * The branches of a film as a continuation, mirror images added: for `continuationBranches`. A state is its short form, output
 * z and three principal components.
 */
export function continuationOf(record: BranchRecord, last = Number.POSITIVE_INFINITY): Continuation {
  checkShape("continuationOf", "record", record, {
    branches: [{ steps: "numbers", states: ["numbers"], unstable: "numbers" }],
    events: [{ step: "number", state: "numbers", branches: "numbers" }],
  });
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
