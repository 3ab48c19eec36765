/** Solutions of notebook 05, training evolution. */
import type { Exercise } from "rnn-dynamics";

/** 5.1 The slip: the snapshot of each round must be the one that is looked at. */
const ratesOverTraining = (snapshots: number[], _trained: number): number[] => snapshots.map((weight) => weight - 1);

/** 5.2 A pair that comes or goes where there was nothing, an exchange, or one that becomes three. */
const kindOf = (before: number, after: number): string => {
  if (before === after) return "transcritical";
  return Math.min(before, after) === 0 ? "saddle-node" : "pitchfork";
};

/** 5.3 1 − w v, the determinant of a 1×1 matrix. */
const smallDeterminant = (w: number[], v: number[]): number => 1 - w.reduce((sum, weight, i) => sum + weight * v[i], 0);

export const exercises: Record<string, Exercise> = {
  "1": {
    solution: ratesOverTraining,
    probes: [
      [[0, 0.5, 2], 2],
      [[1.5], 3],
    ],
  },
  "2": {
    solution: kindOf,
    probes: [
      [0, 2],
      [2, 0],
      [2, 2],
      [1, 3],
      [3, 1],
    ],
  },
  "3": {
    solution: smallDeterminant,
    probes: [
      [[0], [3]],
      [
        [0.5, -1, 2],
        [1, 1, 0.25],
      ],
    ],
  },
};
