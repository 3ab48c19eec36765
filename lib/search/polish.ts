import { checkFlowArgument, type Flow, jacobianInto, kineticEnergy, velocityInto } from "../flow/flow";
import { type Factorization, factorize } from "../wasm/linear-solve";
import { checkRecord, checkVector, reject } from "../wasm/validate";
import { norm } from "../wasm/vector";
import { kernelArray, releaseKernelArray } from "../wasm/wasm";

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
  if (!flow.velocityExtended) return unpolished(flow, x);
  const lu = factorization ?? factorsAt(flow, x);
  try {
    return lu === undefined || lu.isSingular ? { ...begin(flow, x), status: "singular" } : correct(flow, x, lu);
  } finally {
    if (factorization === undefined) lu?.release();
  }
}

/** LU of J(x) in float64; undefined if J is not finite. */
function factorsAt(flow: Flow, x: Float64Array): Factorization | undefined {
  const J = kernelArray(x.length * x.length);
  jacobianInto(flow, x, J);
  const lu = Number.isFinite(norm(J)) ? factorize(J, x.length) : undefined;
  releaseKernelArray(J);
  return lu;
}

function unpolished(flow: Flow, x: Float64Array): Polished {
  const F = new Float64Array(x.length);
  velocityInto(flow, x, F);
  const xLow = new Float64Array(x.length);
  const rest = { rounding: Number.NaN, corrections: 0, status: "float64 only" } as const;
  return { x: x.slice(), xLow, q: energyOf(F), ...rest };
}

/** A point on the way, with the high part of its F. */
interface Place extends Omit<Polished, "status"> {
  readonly F: Float64Array;
}

function place(flow: Flow, x: Float64Array, xLow: Float64Array, corrections: number): Place {
  const [F, FLow] = [new Float64Array(x.length), new Float64Array(x.length)];
  const rounding = flow.velocityExtended?.(x, xLow, F, FLow) ?? Number.NaN;
  return { x, xLow, q: energyOf(F), rounding, corrections, F };
}

function begin(flow: Flow, x: Float64Array): Omit<Polished, "status"> {
  const { F: _, ...start } = place(flow, x.slice(), new Float64Array(x.length), 0);
  return start;
}

function correct(flow: Flow, x: Float64Array, lu: Factorization): Polished {
  let best = place(flow, x.slice(), new Float64Array(x.length), 0);
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
  const { F: _, ...result } = best;
  return { ...result, status: Math.sqrt(2 * best.q) <= best.rounding ? "converged" : "stalled" };
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
