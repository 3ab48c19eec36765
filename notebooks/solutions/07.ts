/** Solutions of notebook 07, robustness to noise. */
import type { Exercise } from "rnn-dynamics";

/** 7.1 The slip: a weight has the standard deviation g/√N, not g. */
const relativeNoise = (eta: number, gain: number, units: number): number => eta / (gain / Math.sqrt(units));

/** 7.2 Variances add: g²/N + η² is the square of the new g/√N. */
const noisyGain = (gain: number, eta: number, units: number): number => Math.sqrt(gain * gain + units * eta * eta);

/** 7.3 The mean of (z − f)² is the mean of z² plus f² = 1, where z knows nothing of f. */
const loudness = (rowNorms: number[]): number => 1 + rowNorms.reduce((sum, w) => sum + w * w, 0) / rowNorms.length;

export const exercises: Record<string, Exercise> = {
  "1": {
    solution: relativeNoise,
    probes: [
      [1, 1.5, 1000],
      [0.01, 0.8, 400],
      [0, 1.5, 9],
    ],
  },
  "2": {
    solution: noisyGain,
    probes: [
      [1.5, 0, 1000],
      [1.5, 1, 1000],
      [0.8, 0.05, 100],
    ],
  },
  "3": { solution: loudness, probes: [[[6, 6, 6]], [[3, 4]], [[0]]] },
};
