/** Solutions of notebook 04, the three-bit flip-flop. */
import type { Exercise } from "rnn-dynamics";

/** 4.1 Σ (−1)^m over the numbers m of unstable modes. */
const indexSum = (unstableCounts: number[]): number =>
  unstableCounts.reduce((sum, m) => sum + (m % 2 === 0 ? 1 : -1), 0);

/** 4.2 The product Wfb z, row by row. */
const startState = (Wfb: number[][], z: number[]): number[] =>
  Wfb.map((row) => row.reduce((sum, weight, j) => sum + weight * z[j], 0));

/** 4.3 The slip: from `start` to `start + 10`, both included, are 11 steps. */
const pulseSteps = (start: number, length: number): number[] => Array.from({ length }, (_, i) => start + i);

const times = (count: number, m: number): number[] => Array(count).fill(m);

export const exercises: Record<string, Exercise> = {
  "1": {
    solution: indexSum,
    probes: [[[0]], [[0, 0, 1]], [[...times(8, 0), ...times(12, 1), ...times(6, 2), 3]], [[114, 101, 1]]],
  },
  "2": {
    solution: startState,
    probes: [
      [[[1, 2, 3]], [0.5, 0.5, 0.5]],
      [
        [
          [1, 0, 0],
          [0, -1, 0],
          [0.5, 0.5, 2],
          [0, 0, 0],
        ],
        [2, 2, 0],
      ],
    ],
  },
  "3": {
    solution: pulseSteps,
    probes: [
      [0, 10],
      [95, 11],
      [7, 1],
    ],
  },
};
