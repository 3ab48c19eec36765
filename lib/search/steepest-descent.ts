import { dot } from "../wasm/vector";
import type { EnergySurface } from "./energy-surface";
import type { StepRule } from "./trust-region";

/** Armijo's constant: a step must win at least this part of what the slope alone promises. */
const leastGain = 1e-4;
/** Halvings in one line search before the rule gives up on the direction: 2⁻⁶⁰ of the first try. */
const mostHalvings = 60;

/**
 * Steepest descent with a backtracking line search: x ← x − t ∇q, t halved until q falls by at least t ‖∇q‖²/10⁴
 * (Armijo). Each search starts at twice the step that worked before; the very first one at the Cauchy step
 * ‖∇q‖²/‖J ∇q‖², the best one for a linear F.
 *
 * It needs no Hessian and no linear system, and pays with a zigzag: near a fixed point the error falls by a factor
 * near 1 − 2/κ² per step at best, κ being the condition number of J.
 */
export function steepestDescent(surface: EnergySurface): StepRule {
  const { size, gradient, step } = surface;
  const slope = new Float64Array(size);
  let t = 0;
  return {
    prepare() {
      if (t > 0) return;
      surface.apply(gradient, slope);
      t = dot(gradient, gradient) / dot(slope, slope) / 2; // doubled below
      if (!(t > 0 && Number.isFinite(t))) t = 1;
    },
    advance() {
      const promised = dot(gradient, gradient);
      t *= 2;
      for (let halving = 0; halving < mostHalvings; halving++, t /= 2) {
        for (let i = 0; i < size; i++) step[i] = -t * gradient[i];
        const q = surface.tryStep();
        if (q <= surface.q - leastGain * t * promised && q < surface.q) {
          surface.accept(q);
          return "moved";
        }
      }
      return "rejected";
    },
    reach: () => t * Math.sqrt(dot(gradient, gradient)),
    newtonLength: () => Number.POSITIVE_INFINITY,
    refine: () => false,
    release() {},
  };
}
