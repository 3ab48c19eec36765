/** Solutions of notebook 04, the three-bit flip-flop. */
import type { Exercise } from "rnn-dynamics";

/** 4.1 The slip: from `start` to `start + 10`, both included, are 11 steps. */
const pulseSteps = (start: number, length: number): number[] => Array.from({ length }, (_, i) => start + i);

/** 4.2 Σ (−1)^m over the numbers m of unstable modes. */
const indexSum = (unstableCounts: number[]): number =>
  unstableCounts.reduce((sum, m) => sum + (m % 2 === 0 ? 1 : -1), 0);

const times = (count: number, m: number): number[] => Array(count).fill(m);

export const exercises: Record<string, Exercise> = {
  "1": {
    solution: pulseSteps,
    probes: [
      [0, 10],
      [95, 11],
      [7, 1],
    ],
  },
  "2": {
    solution: indexSum,
    probes: [[[0]], [[0, 0, 1]], [[...times(8, 0), ...times(12, 1), ...times(6, 2), 3]], [[114, 101, 1]]],
  },
};
