import { checkFlowArgument, type Flow, jacobianInto, kineticEnergy, velocityInto } from "../flow/flow";
import { checkRecord, checkVector, reject } from "../wasm/check";
import { type Factorization, factorize, smallestSingularValue } from "../wasm/lu";
import { releaseWasmArray, wasmArray } from "../wasm/memory";
import { norm } from "../wasm/vector";
import { unitRoundoff } from "./surface";

/** Why a place is left undecided: neither shown to hold a fixed point nor to hold none. */
export type UndecidedReason =
  | "J is singular to rounding"
  | "J changes too much over a Newton step"
  | "F or J is not finite";

export interface Certificate {
  /** A fixed point exists within `radius` of x, and no other within `uniqueRadius`. */
  readonly isCertified: boolean;
  /** Why the place is undecided; only where it is. */
  readonly reason?: UndecidedReason;
  /** (1 − √(1 − 2h))/(βK), in activation; Infinity if nothing is certified. */
  readonly radius: number;
  /** (1 + √(1 − 2h))/(βK), with K for that ball: the fixed point is the only one in it; 0 if nothing is certified. */
  readonly uniqueRadius: number;
  /** β K η; at most ½ for a certificate. */
  readonly h: number;
  /** A bound on 1/σ_min(J), rounding of J included, in τ; Infinity where J is singular to rounding. */
  readonly beta: number;
  /** A bound on the length of the Newton step ‖J⁻¹F‖, rounding of F and J included, in activation. */
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
 * Without a certificate a place is *undecided*, for a reason that is given. The first: where σ_min(J) is no larger than
 * rounding of J can make it, δ = 4 N u max(1, ‖J‖), J may be singular, and β has no bound. It must be asked before h, which
 * says nothing where J changes little: K = 0 makes h = 0 even for a flow that drifts through everywhere.
 *
 *     β ≤ 1/(σ_min − δ)      η ≤ ‖J⁻¹F‖ (1 + β δ) + β ε,      ε the rounding of F
 *
 * The word is *numerically certified*, as two of these are no bounds but estimates. δ: the backward error of LU with
 * partial pivoting and of entries of J whose terms are of the size of ‖J‖, or of 1 per τ as that of the leak. ε: a flow
 * with `velocityExtended` gives F in double-double with a bound on its error, so that the radius at a polished point is near
 * 1e-21 at N = 1000; for others it is u ‖x‖ max(√N, ‖J‖), or more where F, as it is computed around x, leaves its tangent
 * farther than that and K allow: its terms cancel there. σ_min comes from Lanczos iteration, from above, to nine digits.
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
  const J = wasmArray(x.length * x.length);
  let factors: JacobianFactors | undefined;
  try {
    jacobianInto(flow, x, J);
    factors = factorsOf(J, x.length);
    return certifyWith(flow, x, residual(flow, x, xLow ?? new Float64Array(x.length), factors?.length), factors);
  } finally {
    factors?.lu.release();
    releaseWasmArray(J);
  }
}

/** The LU factors of a Jacobian, and its Frobenius norm, which they no longer tell. */
export interface JacobianFactors {
  readonly lu: Factorization;
  readonly length: number;
}

/** Factorises J, (size·size), which may be overwritten; undefined if it is not finite. */
export function factorsOf(J: Float64Array, size: number): JacobianFactors | undefined {
  const length = norm(J);
  return Number.isFinite(length) ? { lu: factorize(J, size, { inPlace: true }), length } : undefined;
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

/** F, and what ‖F‖ may be off by. */
export interface Residual {
  readonly F: Float64Array;
  readonly rounding: number;
}

/** F at x + xLow, in double-double if the flow can; `length` is ‖J‖ (Frobenius). */
export function residual(flow: Flow, x: Float64Array, xLow: Float64Array, length = 1): Residual {
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
  return { F, rounding: floatRounding(norm(x), x.length, length) };
}

/** Rounding of F in float64: row i adds up terms J_ij x_j, or N of the size of x. */
function floatRounding(size: number, dimension: number, length: number): number {
  return unitRoundoff * size * Math.max(Math.sqrt(dimension), length);
}

/**
 * The Newton step and bounds on β and η, all that does not hang on K; or the reason why there are none.
 *
 * @param factors of J(x) in float64, as β hangs on them; none if J is not finite
 */
export function newtonBounds(
  { F, rounding }: Residual,
  factors: JacobianFactors | undefined,
): { readonly step: Float64Array; readonly beta: number; readonly eta: number } | UndecidedReason {
  if (!factors || !Number.isFinite(norm(F))) return "F or J is not finite";
  const { lu, length } = factors;
  const delta = 4 * lu.size * unitRoundoff * Math.max(1, length);
  const smallest = lu.isSingular ? 0 : smallestOf(lu);
  if (smallest <= 2 * delta) return "J is singular to rounding";
  const beta = 1 / (smallest - delta);
  const step = lu.solve(F);
  const eta = norm(step) * (1 + beta * delta) + beta * rounding;
  return Number.isFinite(eta) ? { step, beta, eta } : "F or J is not finite";
}

/** In units of η: F is looked at so far from x, on both sides, at no even distances, as rounding may be in step with these. */
const lookouts = [0.21, 0.37, 0.6, 1, 1.7, 2.8, 4.6, 7.7].flatMap((r) => [r, -r]);

/** A number has so many binary digits: where ε has doubled as often, nothing of F is left. */
const digits = 53;

/**
 * `newtonBounds`, with ε raised until F around x, as it is computed, keeps to its tangent:
 *
 *     ‖F(x + d) − F(x) − J d‖ ≤ c(‖d‖) ‖d‖ + 4ε        d along the step, and along what J shrinks most
 *
 * with ½ε for 4ε once ε is measured: an F that does not change at all is then refused for every h ≤ ½. F is looked at at
 * distances in units of η, and at 0.1/(βK), as η may be 0 or tell of a rounding far too small: so near the origin.
 *
 * Where large terms of F cancel, ε does not know of their rounding: 1 − cos x is computed as 0 at 1e-9, where its only
 * zero near by is double. A flow with `velocityExtended` has told its rounding.
 *
 * @param change c(r, β): how far J may be from J(x) on average along a way of length r, per τ
 */
export function heldBounds(
  flow: Flow,
  x: Float64Array,
  { F, rounding }: Residual,
  factors: JacobianFactors | undefined,
  change: (r: number, beta: number) => number,
): ReturnType<typeof newtonBounds> {
  let bounds = newtonBounds({ F, rounding }, factors);
  if (typeof bounds === "string" || !factors || flow.velocityExtended) return bounds;
  const { lu, length } = factors;
  const { beta } = bounds;
  const { lipschitzOfJacobian: K = () => Number.POSITIVE_INFINITY } = flow;
  const far = uniqueRadius((r) => 20 * beta * K(x, r), 0);
  const fixed = Number.isFinite(far) ? [far, -far] : []; // nothing is far where J does not change
  const weakest = lu.solveTransposed(lu.solve(new Float64Array(x.length).fill(1)));
  const ways = [F, weakest].flatMap((image) => {
    const way = lu.solve(image);
    const by = norm(way);
    return by > 0 && Number.isFinite(by)
      ? [{ v: way.map((value) => value / by), Jv: image.map((value) => value / by) }]
      : [];
  });
  const there = new Float64Array(x.length);
  let epsilon = rounding;
  for (let doublings = 0; doublings < digits; doublings++) {
    const { eta } = bounds;
    if (beta * change(2 * eta, beta) > 0.5) return bounds; // h > ½
    let most = 0;
    for (const { v, Jv } of ways) {
      for (const r of [...lookouts.map((by) => by * eta), ...fixed]) {
        const size = Math.abs(r);
        velocityInto(
          flow,
          x.map((value, i) => value + r * v[i]),
          there,
        );
        const off = norm(there.map((value, i) => value - F[i] - r * Jv[i]));
        const allowed = change(size, beta) * size + 4 * floatRounding(size, x.length, length);
        most = Math.max(most, off - allowed || 0); // F may end there: NaN
      }
    }
    if (most <= (epsilon === rounding ? 4 : 0.5) * epsilon) return bounds;
    epsilon = 2 * Math.max(epsilon, most);
    const next = newtonBounds({ F, rounding: epsilon }, factors);
    if (typeof next === "string") return next;
    bounds = next;
  }
  return "J changes too much over a Newton step";
}

/** `certify` with F and the factors of J(x) at hand. */
export function certifyWith(
  flow: Flow,
  x: Float64Array,
  F: Residual,
  factors: JacobianFactors | undefined,
): Certificate {
  const infinite = Number.POSITIVE_INFINITY;
  const refused = { isCertified: false, radius: infinite, uniqueRadius: 0 };
  const { lipschitzOfJacobian: bound = () => infinite } = flow;
  const bounds = heldBounds(flow, x, F, factors, (r) => bound(x, r) * (r / 2));
  if (typeof bounds === "string") {
    return { ...refused, reason: bounds, h: infinite, beta: infinite, eta: infinite, K: infinite };
  }
  const { beta, eta } = bounds;
  // the fixed point lies within 2η, so K is only needed there
  const K = bound(x, 2 * eta);
  const h = eta === 0 ? 0 : beta * K * eta;
  if (!(h <= 0.5)) {
    const reason = "J changes too much over a Newton step";
    return { ...refused, reason, h: Number.isNaN(h) ? infinite : h, beta, eta, K };
  }
  const root = Math.sqrt(1 - 2 * h);
  return {
    isCertified: true,
    radius: (2 * eta) / (1 + root), // = (1 − root)/(βK), without the cancellation
    uniqueRadius: uniqueRadius((r) => beta * bound(x, r), eta),
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
  // where K is nearly 0 in the smallest ball the two are many powers of ten apart: then these are halved, not the distance
  for (let k = 0; k < 80 && high - low > 1e-12 * high; k++) {
    const middle = high > 4 * low ? Math.sqrt(Math.max(low, high * 1e-40)) * Math.sqrt(high) : low + (high - low) / 2;
    if (limit(middle) >= middle) low = middle;
    else high = middle;
  }
  return low;
}

/** σ_min, rounded down; 0 already where 1/σ_min² would overflow, which is no place for a certificate. */
function smallestOf(lu: Factorization): number {
  const probe = lu.solve(new Float64Array(lu.size).fill(1));
  return norm(probe) < 1e75 ? smallestSingularValue(lu) * (1 - 5e-10) : 0;
}

export type PolishStatus = "converged" | "stalled" | "singular" | "float64 only";

/** A fixed point beyond float64: the pair x + xLow. */
export interface Polished {
  /** The double nearest to the point, (N). */
  readonly x: Float64Array;
  /** What float64 cannot hold of it, (N). */
  readonly xLow: Float64Array;
  /** q = ½‖F‖² at x + xLow. */
  readonly q: number;
  /** A bound on the error of ‖F‖ that q comes from, in activation per τ; NaN if the flow gives none. */
  readonly rounding: number;
  /** Newton corrections made. */
  readonly corrections: number;
  /**
   * "converged": ‖F‖ is below the bound on its own error. "stalled": corrections no longer shorten F, though it is above.
   * "singular": J has no inverse. "float64 only": the flow has no `velocityExtended`, and x is returned as it came.
   */
  readonly status: PolishStatus;
}

/** Each correction gains some ten digits as long as there are any; after two, F is usually noise. */
const mostCorrections = 6;
/** A correction that does not shorten F to this part is the last. */
const leastGain = 0.25;

/**
 * Newton corrections of a fixed point in double-double.
 *
 *     J d = −F(x + xLow)           J at the x given, LU in float64, F in double-double
 *     x + xLow ← x + xLow + d
 *
 * A float64 search ends where F is rounding, at N = 1000 with q near 1e-26, so "q < 10⁻³⁰" [J15 §9.1] cannot be read off
 * float64. With F to 32 digits and only d in float64, each correction gains as many digits as d has: q falls to about 1e-47
 * with the first and 1e-57 with the second. x itself is the double nearest to the point; xLow is below its last digit.
 *
 * @param flow a vector field on N activations
 * @param x activation near a fixed point, (N)
 * @param factorization LU of J(x), if it is at hand; otherwise it is made
 * @returns the point as a pair; the best of those seen, so q never rises above that of x
 * @throws RangeError if x is out of place or the factorisation of another size
 */
export function polishFixedPoint(flow: Flow, x: Float64Array, factorization?: Factorization): Polished {
  const where = "polishFixedPoint";
  checkFlowArgument(where, flow);
  checkVector(where, "x", x, flow.dimension);
  if (factorization !== undefined) {
    checkRecord(where, "factorization", factorization, ["size", "solve"]);
    if (factorization.size !== x.length) reject(where, "factorization.size", factorization.size, `${x.length}`);
  }
  const start = place(flow, x.slice(), new Float64Array(x.length), 0);
  if (!flow.velocityExtended) return told(start, "float64 only");
  const lu = factorization ?? factorsAt(flow, x);
  try {
    return lu === undefined || lu.isSingular ? told(start, "singular") : correct(flow, start, lu);
  } finally {
    if (factorization === undefined) lu?.release();
  }
}

/** LU of J(x) in float64; undefined if J is not finite. */
function factorsAt(flow: Flow, x: Float64Array): Factorization | undefined {
  const J = wasmArray(x.length * x.length);
  jacobianInto(flow, x, J);
  const lu = Number.isFinite(norm(J)) ? factorize(J, x.length) : undefined;
  releaseWasmArray(J);
  return lu;
}

/** A point on the way, with the high part of its F. */
interface Place extends Omit<Polished, "status"> {
  readonly F: Float64Array;
}

function place(flow: Flow, x: Float64Array, xLow: Float64Array, corrections: number): Place {
  const [F, FLow] = [new Float64Array(x.length), new Float64Array(x.length)];
  const rounding = flow.velocityExtended?.(x, xLow, F, FLow) ?? Number.NaN;
  if (!flow.velocityExtended) velocityInto(flow, x, F);
  return { x, xLow, q: energyOf(F), rounding, corrections, F };
}

function told({ F: _, ...point }: Place, status: PolishStatus): Polished {
  return { ...point, status };
}

function correct(flow: Flow, start: Place, lu: Factorization): Polished {
  let best = start;
  while (best.corrections < mostCorrections && best.q > 0 && Number.isFinite(best.q)) {
    const d = lu.solve(best.F);
    const next = { x: best.x.slice(), xLow: best.xLow.slice() };
    subtractInto(next.x, next.xLow, d);
    if (!Number.isFinite(norm(next.x))) break;
    const there = place(flow, next.x, next.xLow, best.corrections + 1);
    const hasGained = there.q <= leastGain * leastGain * best.q;
    if (there.q < best.q) best = there;
    if (!hasGained) break;
  }
  return told(best, Math.sqrt(2 * best.q) <= best.rounding ? "converged" : "stalled");
}

/** x + xLow −= d, in place, as pairs whose high part is the nearest double. */
function subtractInto(x: Float64Array, xLow: Float64Array, d: Float64Array): void {
  for (let i = 0; i < x.length; i++) {
    const sum = x[i] - d[i];
    const part = sum - x[i];
    const low = x[i] - (sum - part) + (-d[i] - part) + xLow[i];
    x[i] = sum + low;
    xLow[i] = low - (x[i] - sum);
  }
}

function energyOf(F: Float64Array): number {
  return F.every(Number.isFinite) ? kineticEnergy(F) : Number.POSITIVE_INFINITY;
}
