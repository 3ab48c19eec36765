/** Solutions of notebook 01. `check("1.2", …)` compares an attempt with exercise 2 of this module at its probe points. */
import { type Exercise, flow } from "rnn-dynamics";

/** Exercise 1.1: the kinetic energy from the velocity.  [J15 eq. 4] */
export function energyOf(F: Float64Array): number {
  return 0.5 * F.reduce((sum, f) => sum + f * f, 0);
}

/** Exercise 1.2: the gradient with the slip mended: component i takes *column* i of J, as in eq. 7.  [J15 eq. 9] */
export function mended(x: Float64Array): Float64Array {
  const F = flow.twoWells.velocity(x);
  const J = flow.twoWells.jacobian(x);
  return x.map((_, i) => J.get(0, i) * F[0] + J.get(1, i) * F[1]);
}

/** The slip itself, J F for Jᵀ F, as in the program published with the paper. */
export function slipped(x: Float64Array): Float64Array {
  const F = flow.twoWells.velocity(x);
  const J = flow.twoWells.jacobian(x);
  return x.map((_, i) => J.get(i, 0) * F[0] + J.get(i, 1) * F[1]);
}

/** The slope of q measured by nudging one component at a time: what settles the matter between the two. */
export function measuredGradient(x: Float64Array, step = 1e-6): Float64Array {
  const q = (point: Float64Array) => flow.energy(flow.twoWells.velocity(point));
  return x.map((_, i) => {
    const [ahead, behind] = [x.slice(), x.slice()];
    ahead[i] += step;
    behind[i] -= step;
    return (q(ahead) - q(behind)) / (2 * step);
  });
}

/** Exercise 1.3: how much longer the passage takes when μ is a quarter; a little more than √4, as the ends matter less. */
export function growth(): number {
  const time = (mu: number) => flow.passageTime(flow.saddleNode(mu), Float64Array.of(-1, -0.5), { until: 0.5 });
  return time(0.000625) / time(0.0025);
}

const places = [Float64Array.of(0.3, 0.7), Float64Array.of(-1.2, 0.4), Float64Array.of(0.9, -0.8)];

export const exercises: Readonly<Record<string, Exercise>> = {
  "1": { solution: energyOf, probes: [[Float64Array.of(3, 4)], [Float64Array.of(-1, 0, 2)]] },
  "2": { solution: mended, probes: places.map((place) => [place]) },
  "3": { solution: growth(), tolerance: 0.05 },
};
