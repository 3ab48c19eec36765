/** Solutions of notebook 02. `check("2.1", …)` compares an attempt with exercise 1 of this module at its probe points. */
import { type Exercise, network } from "rnn-dynamics";

/** Exercise 2.1: the slope of tanh from its value, r′ = 1 − r².  [J15 §4] */
export function slopeOf(rate: number): number {
  return 1 - rate * rate;
}

/** Exercise 2.2: one entry of the Jacobian, weight times *slope*, minus one on the diagonal.  [J15 eq. 20] */
export function mendedEntry(weight: number, xj: number, isDiagonal: boolean): number {
  const slope = 1 - Math.tanh(xj) ** 2;
  return weight * slope - (isDiagonal ? 1 : 0);
}

/** The slip itself: the rate where the slope belongs. */
export function slippedEntry(weight: number, xj: number, isDiagonal: boolean): number {
  return weight * Math.tanh(xj) - (isDiagonal ? 1 : 0);
}

/** Exercise 2.3: the share of a disc of radius g that lies beyond Re λ = 1; the circular law fills it evenly. */
export function shareBeyond(gain: number): number {
  return network.circularLawShare(gain);
}

export const exercises: Readonly<Record<string, Exercise>> = {
  "1": { solution: slopeOf, probes: [[0], [0.5], [-0.9]] },
  "2": {
    solution: mendedEntry,
    probes: [
      [0.3, 0.7, false],
      [-1.2, -0.4, true],
      [0.8, 2, false],
    ],
  },
  // N = 1000 eigenvalues scatter by about one percent of N around the law
  "3": { solution: shareBeyond(2), tolerance: 0.02 },
};
