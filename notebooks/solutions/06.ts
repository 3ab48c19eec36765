/** Solutions of notebook 06, four bits and transfer. */
import type { Exercise } from "rnn-dynamics";

/** 6.1 The slip: the rate is shared by all channels. One of three bits gets 0.02/3 pulses a step. */
const pulseRate = (bits: number): number => (0.02 / 3) * bits;

/** 6.2 Pythagoras over the bits that differ. */
const boxDistance = (edges: number[], one: number[], other: number[]): number =>
  Math.sqrt(edges.reduce((sum, a, k) => sum + (one[k] === other[k] ? 0 : a * a), 0));

/** 6.3 A unit vector less its part along n: √(1 − nₖ²). */
const seenLength = (n: number[], k: number): number => Math.sqrt(1 - n[k] * n[k]);

export const exercises: Record<string, Exercise> = {
  "1": { solution: pulseRate, probes: [[3], [4], [1]] },
  "2": {
    solution: boxDistance,
    probes: [
      [
        [52, 52, 52, 52],
        [1, 1, 1, 1],
        [-1, -1, 1, -1],
      ],
      [
        [50, 48, 53, 47],
        [1, -1, 1, -1],
        [1, 1, -1, -1],
      ],
      [
        [1, 2, 3, 4],
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ],
    ],
  },
  "3": {
    solution: seenLength,
    probes: [
      [[1, 0, 0, 0], 1],
      [[0.5, -0.5, 0.5, 0.5], 1],
      [[0.6, 0, 0.8, 0], 2],
    ],
  },
};
