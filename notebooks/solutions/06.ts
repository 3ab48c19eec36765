/** Solutions of notebook 06, four bits and transfer. */
import type { Exercise } from "rnn-dynamics";

/** 6.1 The slip: the rate is shared by all channels. One of three bits gets 0.02/3 pulses a step. */
const pulseRate = (bits: number): number => (0.02 / 3) * bits;

/** 6.2 Pythagoras over the bits that differ. */
const boxDistance = (edges: number[], one: number[], other: number[]): number =>
  Math.sqrt(edges.reduce((sum, a, k) => sum + (one[k] === other[k] ? 0 : a * a), 0));

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
};
