import { type Factorization, factorize, smallestSingularValue } from "../numerics/linear-solve";
import { checkVector, reject } from "../numerics/validate";
import { norm } from "../numerics/vector";
import { kernelArray, releaseKernelArray } from "../numerics/wasm";
import { roundingOfSpeed } from "./energy-surface";
import { checkFlowArgument, type Flow, jacobianInto, velocityInto } from "./flow";

export interface Certificate {
  /** A fixed point exists within `radius` of x, and no other within `uniqueRadius`. */
  readonly isCertified: boolean;
  /** (1 − √(1 − 2h))/(βK), in activation; Infinity if nothing is certified. */
  readonly radius: number;
  /** (1 + √(1 − 2h))/(βK): the ball in which the fixed point is the only one; 0 if nothing is certified. */
  readonly uniqueRadius: number;
  /** β K η; at most ½ for a certificate. */
  readonly h: number;
  /** 1/σ_min(J), in τ. */
  readonly beta: number;
  /** Length of the Newton step ‖J⁻¹F‖ plus what rounding of F may add to it, in activation. */
  readonly eta: number;
  /** Lipschitz constant of J around x. */
  readonly K: number;
}

/**
 * Is there a fixed point near x? The theorem of Newton and Kantorovich answers with a radius.
 *
 *     β = 1/σ_min(J)      η = ‖J⁻¹ F‖      K: ‖J(y) − J(z)‖ ≤ K ‖y − z‖
 *     h = β K η ≤ ½   ⇒   exactly one fixed point within (1 + √(1 − 2h))/(βK) of x, and it lies within (1 − √(1 − 2h))/(βK)
 *
 * So q-minimisation *can* tell a fixed point from a slow point: at a minimum with q > 0, Jᵀ F = 0 makes J singular, β and η
 * blow up, and no certificate is given. (The converse is not proved: a true fixed point with a nearly singular J, at a
 * bifurcation, may go without.) Computed in float64: σ_min is an estimate by inverse iteration, and rounding of F enters
 * η through the estimate u √N ‖x‖; read it as strong evidence, with the radius as its scale.
 *
 * @param flow a vector field on N activations that knows `lipschitzOfJacobian`
 * @param x activation, (N)
 * @throws RangeError if x is out of place or the flow has no `lipschitzOfJacobian`
 */
export function certify(flow: Flow, x: Float64Array): Certificate {
  checkFlowArgument("certify", flow);
  checkVector("certify", "x", x, flow.dimension);
  if (!flow.lipschitzOfJacobian) {
    reject(
      "certify",
      "flow.lipschitzOfJacobian",
      undefined,
      "a function: the certificate needs a bound on how J changes",
    );
  }
  const J = kernelArray(x.length * x.length);
  jacobianInto(flow, x, J);
  const F = new Float64Array(x.length);
  velocityInto(flow, x, F);
  const lu = Number.isFinite(norm(J)) ? factorize(J, x.length, { inPlace: true }) : undefined;
  const certificate = certifyWith(flow, x, F, lu);
  lu?.release();
  releaseKernelArray(J);
  return certificate;
}

/** The same with F(x) and the LU factors of J(x) at hand; no factors if J is not finite. */
export function certifyWith(flow: Flow, x: Float64Array, F: Float64Array, lu: Factorization | undefined): Certificate {
  const infinite = Number.POSITIVE_INFINITY;
  const refused = { isCertified: false, radius: infinite, uniqueRadius: 0 };
  const isSolvable = lu && !lu.isSingular && Number.isFinite(norm(F));
  const newton = isSolvable ? norm(lu.solve(F)) : infinite;
  const beta = isSolvable ? inverseNorm(lu) : infinite;
  const eta = beta < infinite ? newton + beta * roundingOfSpeed(x) : infinite;
  if (!Number.isFinite(eta)) return { ...refused, h: infinite, beta, eta: infinite, K: infinite };
  // the fixed point lies within 2η, so K is only needed there
  const K = flow.lipschitzOfJacobian ? flow.lipschitzOfJacobian(x, 2 * eta) : infinite;
  const h = eta === 0 ? 0 : beta * K * eta;
  if (!(h <= 0.5)) return { ...refused, h: Number.isNaN(h) ? infinite : h, beta, eta, K };
  const root = Math.sqrt(1 - 2 * h);
  return {
    isCertified: true,
    radius: (2 * eta) / (1 + root), // = (1 − root)/(βK), without the cancellation
    uniqueRadius: K === 0 ? infinite : (1 + root) / (beta * K),
    h,
    beta,
    eta,
    K,
  };
}

/** ‖J⁻¹‖₂ = 1/σ_min; Infinity already where its square would overflow, which is no place for a certificate. */
function inverseNorm(lu: Factorization): number {
  const probe = lu.solve(new Float64Array(lu.size).fill(1));
  if (!(norm(probe) < 1e75)) return Number.POSITIVE_INFINITY;
  const smallest = smallestSingularValue(lu);
  return smallest > 0 ? 1 / smallest : Number.POSITIVE_INFINITY;
}
