import type { Exercise } from "rnn-dynamics";

/** Answers to the exercises of notebook 00. */
export const exercises: Readonly<Record<string, Exercise>> = {
  "1": {
    solution: (F: Float64Array): number => 0.5 * F.reduce((sum, component) => sum + component ** 2, 0),
    probes: [[Float64Array.of(3, 4)], [Float64Array.of(0, 0, 0)], [Float64Array.of(-0.5, 1.25, 2)]],
  },
  "2": { solution: "no" },
};
