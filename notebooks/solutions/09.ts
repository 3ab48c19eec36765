/** Solutions of notebook 09, a network of your own. */
import type { Exercise } from "rnn-dynamics";

/** 9.1 Turns per step: Im λ is in radians per τ, and τ is in steps. */
const frequency = (im: number, tau: number): number => Math.abs(im) / (2 * Math.PI * tau);

/** 9.2 The slip: Re λ < 0 is for the flow. A step of the simulation multiplies by 1 + λ/τ. */
const isStable = (re: number, im: number, tau: number): boolean => (1 + re / tau) ** 2 + (im / tau) ** 2 < 1;

/** 9.3 The bias as one more input weight, for an input that is always 1. */
const withBias = (U: number[][], b: number[]): number[][] => U.map((row, i) => [...row, b[i]]);

export const exercises: Record<string, Exercise> = {
  "1": {
    solution: frequency,
    probes: [
      [1, 10],
      [-0.4, 10],
      [0.628, 1],
      [0, 5],
    ],
  },
  "2": {
    solution: isStable,
    probes: [
      [-0.1, 1.5, 10],
      [-0.1, 0.5, 10],
      [0.01, 0.1, 10],
      [-0.1, 1.5, 1e6],
      [-2.5, 0, 1],
      [-1, 0.5, 1],
    ],
  },
  "3": {
    solution: withBias,
    probes: [
      [[[1, 2]], [3]],
      [
        [
          [1, 0],
          [0, 1],
          [0.5, -2],
        ],
        [4, -5, 6],
      ],
      [
        [[7], [8]],
        [0, 1],
      ],
    ],
  },
};
