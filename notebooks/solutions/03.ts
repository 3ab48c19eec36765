/** Solutions of notebook 03, echo-state networks and FORCE. */
import type { Exercise } from "rnn-dynamics";

/** 3.1 One Euler step of eq. 22 with its τ: x + F/τ, dt = 1 step. */
const step = (x: number[], F: number[], tau: number): number[] => x.map((xi, i) => xi + F[i] / tau);

/** 3.2 e₊ = e₋ − e₋ (P(t) r)ᵀ r = e₋ (1 − c rᵀk) = c e₋, because c = 1/(1 + rᵀk). */
const errorAfter = (errorBefore: number, rk: number): number => errorBefore / (1 + rk);

export const exercises: Record<string, Exercise> = {
  "1": {
    solution: step,
    probes: [
      [[0, 1, -1], [10, -5, 2], 10],
      [[0.25], [3], 1],
      [[2, 2], [1, 0], 40],
    ],
  },
  "2": {
    solution: errorAfter,
    probes: [
      [1, 0],
      [-2, 3],
      [0.5, 1000],
    ],
  },
  // the penalty holds the readout down
  "3": { solution: "smaller" },
};
