import type { ComplexArray } from "../flow/stability";
import type { Certificate, UndecidedReason } from "./certify";
import type { MinimumStatus } from "./minimize";
import type { StartKind } from "./starts";

/** A fixed point, or among `slowPoints` a slow point: a minimum of q whose q is not zero. */
export interface FixedPoint {
  readonly xStar: Float64Array;
  /** What float64 cannot hold of a polished point: the certificate and `qStar` are for xStar + xLow. */
  readonly xLow?: Float64Array;
  /** The start that led to the lowest residual. */
  readonly xInit: Float64Array;
  /** q = ½‖F‖², at xStar + xLow where the point is polished: far below what float64 can tell from 0. */
  readonly qStar: number;
  readonly speed: number;
  /** Iterations from xInit to xStar. */
  readonly iterations: number;
  readonly status: MinimumStatus;
  /** Number of eigenvalues with Re λ > 0; −1 if not asked for, and for slow points. */
  readonly unstableCount: number;
  /** sign det(−J) = (−1)^unstableCount, the point's share of the index sum; 0 if J is singular. */
  readonly index: -1 | 0 | 1;
  /** Of J(xStar), in 1/τ, by falling real part. */
  readonly eigenvalues?: ComplexArray;
  /** Only for flows that know `lipschitzOfJacobian`. */
  readonly certificate?: Certificate;
  /** A fixed point lies within this of xStar, in activation, see `Judgement`; Infinity if none is known to. */
  readonly within: number;
  /** As slow as a fixed point, and neither shown to be one nor to be none: why. Only among slow points. */
  readonly undecided?: UndecidedReason;
  /** Number of starts that ended here. */
  readonly hits: number;
  /** The constant input under which it is one, (I); only for flows that have one. */
  readonly inputs?: Float64Array;
}

/** What became of one start. */
export interface Outcome {
  readonly start: Float64Array;
  readonly kind: StartKind;
  readonly status: MinimumStatus;
  /** Where it ended; missing if it diverged. */
  readonly x?: Float64Array;
  readonly q: number;
  readonly iterations: number;
  /** Index into `points`, or −1. */
  readonly point: number;
  /** Index into `slowPoints`, or −1. */
  readonly slowPoint: number;
}

export interface FixedPointSet {
  /** In the order of the first start that found each. */
  readonly points: FixedPoint[];
  /** Minima of q with q > 0, in the same order: no fixed points, but trajectories linger there. */
  readonly slowPoints: FixedPoint[];
  /** *Continuum suspected*: slow points, as indices, between which more of their kind lie, as on a line of fixed points. */
  readonly continuum?: readonly number[];
  /** One per start, in the order of the starts. */
  readonly outcomes: Outcome[];
  /** The constant input of the flow, if it has one. */
  readonly inputs?: Float64Array;
}
