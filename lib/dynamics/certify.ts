import { type Factorization, factorize, smallestSingularValue } from "../numerics/linear-solve";
import { checkVector, reject } from "../numerics/validate";
import { norm } from "../numerics/vector";
import { kernelArray, releaseKernelArray } from "../numerics/wasm";
import { roundingOfSpeed, unitRoundoff } from "./energy-surface";
import { checkFlowArgument, type Flow, jacobianInto, velocityInto } from "./flow";

export interface Certificate {
  /** A fixed point exists within `radius` of x, and no other within `uniqueRadius`. */
  readonly isCertified: boolean;
  /** (1 − √(1 − 2h))/(βK), in activation; Infinity if nothing is certified. */
  readonly radius: number;
  /** (1 + √(1 − 2h))/(βK), with K for that ball: the fixed point is the only one in it; 0 if nothing is certified. */
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
 * bifurcation, may go without.)
 *
 * The word is *numerically certified*, as rounding enters in these ways. F: a flow with `velocityExtended` gives it in
 * double-double with a bound on its error, which is added to η as β times the bound; the radius at a polished point is then
 * near 1e-21 at N = 1000. Other flows give it in float64, and the estimate u √N ‖x‖ (no bound) takes the bound's place.
 * J (at x, without xLow), its LU with partial pivoting, ‖J⁻¹F‖ and σ_min are computed in float64: σ_min by Lanczos iteration
 * to about nine digits and from above, the rest to about κ(J) u. These errors change β and η by parts in 10⁹ and are not
 * added: a certificate with h within 1e-8 of ½ is no evidence, one with h of 1e-6 or less is not touched by them.
 *
 * @param flow a vector field on N activations that knows `lipschitzOfJacobian`
 * @param x activation, (N)
 * @param xLow what a polished point has beyond float64, (N), see `polishFixedPoint`: the radius is then around x + xLow
 * @throws RangeError if x or xLow is out of place or the flow has no `lipschitzOfJacobian`
 */
export function certify(flow: Flow, x: Float64Array, xLow?: Float64Array): Certificate {
  checkFlowArgument("certify", flow);
  checkVector("certify", "x", x, flow.dimension);
  if (xLow !== undefined) checkLow(x, xLow);
  if (!flow.lipschitzOfJacobian) {
    reject(
      "certify",
      "flow.lipschitzOfJacobian",
      undefined,
      "a function: the certificate needs a bound on how J changes",
    );
  }
  const J = kernelArray(x.length * x.length);
  let lu: Factorization | undefined;
  try {
    jacobianInto(flow, x, J);
    const { F, rounding } = residual(flow, x, xLow ?? new Float64Array(x.length));
    lu = Number.isFinite(norm(J)) ? factorize(J, x.length, { inPlace: true }) : undefined;
    return certifyWith(flow, x, F, lu, rounding);
  } finally {
    lu?.release();
    releaseKernelArray(J);
  }
}

/** J is taken at x, so x + xLow must be the same point but for rounding. */
function checkLow(x: Float64Array, xLow: Float64Array): void {
  checkVector("certify", "xLow", xLow, x.length);
  for (let i = 0; i < x.length; i++) {
    const most = 2 * unitRoundoff * Math.abs(x[i]);
    if (Math.abs(xLow[i]) > most) {
      reject("certify", `xLow[${i}]`, xLow[i], `at most ${most} in size: what x[${i}] = ${x[i]} has no digits for`);
    }
  }
}

/** F at x + xLow and what its length may be off by, in double-double if the flow can. */
export function residual(flow: Flow, x: Float64Array, xLow: Float64Array): { F: Float64Array; rounding: number } {
  const F = new Float64Array(x.length);
  if (flow.velocityExtended) {
    const FLow = new Float64Array(x.length);
    const bound = flow.velocityExtended(x, xLow, F, FLow);
    return { F, rounding: bound + unitRoundoff * norm(F) }; // only the high part of F goes into η
  }
  if (xLow.some((value) => value !== 0)) {
    reject("certify", "flow.velocityExtended", undefined, "a function, as xLow is not zero");
  }
  velocityInto(flow, x, F);
  return { F, rounding: roundingOfSpeed(x) };
}

/**
 * The same with F and the LU factors of J(x) at hand; no factors if J is not finite. `lu` should be the float64 one, as β
 * and the index hang on it. `rounding` is what ‖F‖ may be off by, by default the float64 estimate.
 */
export function certifyWith(
  flow: Flow,
  x: Float64Array,
  F: Float64Array,
  lu: Factorization | undefined,
  rounding: number = roundingOfSpeed(x),
): Certificate {
  const infinite = Number.POSITIVE_INFINITY;
  const refused = { isCertified: false, radius: infinite, uniqueRadius: 0 };
  const isSolvable = lu && !lu.isSingular && Number.isFinite(norm(F));
  const newton = isSolvable ? norm(lu.solve(F)) : infinite;
  const beta = isSolvable ? inverseNorm(lu) : infinite;
  const eta = beta < infinite ? newton + beta * rounding : infinite;
  if (!Number.isFinite(eta)) return { ...refused, h: infinite, beta, eta: infinite, K: infinite };
  // the fixed point lies within 2η, so K is only needed there
  const K = flow.lipschitzOfJacobian ? flow.lipschitzOfJacobian(x, 2 * eta) : infinite;
  const h = eta === 0 ? 0 : beta * K * eta;
  if (!(h <= 0.5)) return { ...refused, h: Number.isNaN(h) ? infinite : h, beta, eta, K };
  const root = Math.sqrt(1 - 2 * h);
  return {
    isCertified: true,
    radius: (2 * eta) / (1 + root), // = (1 − root)/(βK), without the cancellation
    uniqueRadius: uniqueRadius((r) => beta * (flow.lipschitzOfJacobian?.(x, r) ?? infinite), eta),
    h,
    beta,
    eta,
    K,
  };
}

/**
 * The largest r ≤ (1 + √(1 − 2h))/(βK) with K, and so h, for the ball of radius r: the theorem speaks of that ball only.
 *
 * @param stiffness β K(r), growing with r, as the K of a field with unbounded second derivatives does
 * @param eta known to have h ≤ ½ for r = 2η
 */
function uniqueRadius(stiffness: (r: number) => number, eta: number): number {
  const limit = (r: number): number => {
    const betaK = stiffness(r);
    const h = eta === 0 ? 0 : betaK * eta;
    if (!(h <= 0.5)) return 0;
    return betaK === 0 ? Number.POSITIVE_INFINITY : (1 + Math.sqrt(1 - 2 * h)) / betaK;
  };
  let low = 2 * eta;
  let high = limit(low);
  if (high === Number.POSITIVE_INFINITY) {
    if (limit(high) === high) return high; // J does not change at all
    high = Math.max(1, limit(1));
  }
  if (limit(high) >= high) return high;
  for (let k = 0; k < 60; k++) {
    const middle = low + (high - low) / 2;
    if (limit(middle) >= middle) low = middle;
    else high = middle;
  }
  return low;
}

/** ‖J⁻¹‖₂ = 1/σ_min; Infinity already where its square would overflow, which is no place for a certificate. */
function inverseNorm(lu: Factorization): number {
  const probe = lu.solve(new Float64Array(lu.size).fill(1));
  if (!(norm(probe) < 1e75)) return Number.POSITIVE_INFINITY;
  const smallest = smallestSingularValue(lu);
  return smallest > 0 ? 1 / smallest : Number.POSITIVE_INFINITY;
}
