import { checkFlowArgument, type Flow } from "../flow/flow";
import { checkCount, checkList, checkNumber, checkVector, mostSteps, withDefaults } from "../wasm/validate";
import { distance, dot, norm } from "../wasm/vector";
import { EnergySurface } from "./energy-surface";
import { NewtonStep } from "./newton-step";

export interface DeflationOptions {
  /** Most Newton steps. */
  steps: number;
  /** Longest step, in parts of the largest norm of the known points; of ‖x0‖, or of 1, where these are all 0. */
  longest: number;
  /** Arrived when ‖F‖ is at most this. */
  speed: number;
}

export const deflationDefaults: Readonly<DeflationOptions> = Object.freeze({
  steps: 40,
  longest: 0.5, // further than half way across, the linear model says nothing
  speed: 1e-6, // near enough for a search to finish
});

/**
 * Newton's method on a field that has lost its known zeros: it runs into another one, or into none.
 *
 *     G(x) = m(x) F(x),   m(x) = Π (1 + s²/‖x − x*ₖ‖²),   w = ∇m/m
 *     p = −J⁻¹ F                      Newton's step
 *     p/(1 − wᵀ p)                    Newton's step for G  (Sherman–Morrison)
 *
 * so a step of the deflated method is Newton's own, rescaled, and backwards where it leads to a point known already.
 * [Farrell, Birkisson & Funke, SIAM J. Sci. Comput. 2015]. The length s is the distance to the nearest known point at
 * x0, at most the longest step.
 *
 * @param flow a vector field
 * @param x0 activation to start from, (N); one of the known points leads nowhere
 * @param known zeros to be kept away from, (N) each
 * @returns an approximate zero; undefined if it did not arrive at one
 * @throws RangeError if an argument is out of place
 */
export function deflatedNewton(
  flow: Flow,
  x0: Float64Array,
  known: readonly Float64Array[],
  options?: Partial<DeflationOptions>,
): Float64Array | undefined {
  const where = "deflatedNewton";
  checkFlowArgument(where, flow);
  checkVector(where, "x0", x0, flow.dimension);
  checkList(where, "known", known);
  for (const [k, point] of known.entries()) checkVector(where, `known[${k}]`, point as Float64Array, flow.dimension);
  const { steps, longest, speed } = withDefaults(where, options, deflationDefaults);
  checkCount(where, "steps", steps, 1, mostSteps);
  checkNumber(where, "longest", longest);
  checkNumber(where, "speed", speed, "not negative");
  const most = longest * (Math.max(0, ...known.map(norm)) || norm(x0) || 1);
  const scale = Math.min(...known.map((point) => distance(x0, point)), most);
  if (scale === 0) return undefined;
  const surface = new EnergySurface(flow);
  const newton = new NewtonStep(surface);
  const p = new Float64Array(flow.dimension);
  const x = x0.slice();
  try {
    for (let k = 0; k < steps; k++) {
      surface.begin(x);
      if (surface.speed <= speed) return x;
      surface.linearise();
      if (!Number.isFinite(surface.slope) || !newton.find(p)) return undefined;
      const factor = 1 / (1 - dot(repulsion(x, known, scale), p));
      const length = Math.abs(factor) * norm(p);
      const cut = Number.isFinite(length) ? factor * Math.min(1, most / length) : most / norm(p);
      for (let i = 0; i < x.length; i++) x[i] += cut * p[i];
    }
    return undefined;
  } finally {
    newton.release();
    surface.release();
  }
}

/** w = ∇m/m = −Σ 2 s² dₖ / (‖dₖ‖² (‖dₖ‖² + s²)),  dₖ = x − x*ₖ. */
function repulsion(x: Float64Array, known: readonly Float64Array[], scale: number): Float64Array {
  const w = new Float64Array(x.length);
  for (const point of known) {
    let square = 0;
    for (let i = 0; i < x.length; i++) square += (x[i] - point[i]) * (x[i] - point[i]);
    const weight = (-2 * scale * scale) / (square * (square + scale * scale));
    if (!Number.isFinite(weight)) continue;
    for (let i = 0; i < x.length; i++) w[i] += weight * (x[i] - point[i]);
  }
  return w;
}
