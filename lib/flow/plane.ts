import { Matrix } from "ml-matrix";
import { checkNumber, checkVector, reject } from "../wasm/check";
import type { Flow } from "./flow";

/** A flow all of whose fixed points are known in closed form: ground truth for a search. */
export interface SolvedFlow extends Flow {
  /** Every fixed point, (N) each. */
  readonly fixedPoints: readonly Float64Array[];
}

/**
 * The paper's two-dimensional example: two wells and a saddle between them.
 *
 *     ẋ = (1 − x²) y                                              [J15 eq. 14]
 *     ẏ = x/2 − y                                                 [J15 eq. 15]
 *     J = (∂f/∂x ∂f/∂y; ∂g/∂x ∂g/∂y)                              [J15 eq. 16]
 *       = (−2xy, 1 − x²; ½, −1)                                   [J15 eq. 17]
 *
 * Fixed points: the nodes (1, ½) and (−1, −½), each degenerate (λ = −1 twice), and the saddle (0, 0) with
 * λ = (−1 ± √3)/2. The paper prints (1, −½) for the second node; there F = (0, 1). q has no spurious minimum, and two more
 * critical points ±(0.6356, 0.2345), saddles of q.
 */
export const twoWells: SolvedFlow = planarFlow({
  velocity: (x, y) => [(1 - x * x) * y, x / 2 - y],
  jacobian: (x, y) => [-2 * x * y, 1 - x * x, 0.5, -1],
  // second derivatives of f: f_xx = −2y, f_xy = −2x; g is linear
  curvature: (x, y) => Math.sqrt(4 * y * y + 8 * x * x),
  odd: true,
  fixedPoints: [
    [1, 0.5],
    [0, 0],
    [-1, -0.5],
  ],
});

/**
 * A family in which two fixed points merge at μ = 0 (a saddle-node bifurcation) and leave a ghost.
 *
 *     ẋ = (μ + x²)(1 − x)         ẏ = x/2 − y
 *
 * μ < 0: a node at x = −√−μ, a saddle at x = √−μ, a node at x = 1 (y = x/2 each): bistable for −1 < μ < 0.
 * μ > 0: only x = 1 is left, and a ghost, the minimum of q at x = (1 − √(1 − 3μ))/3 ≈ μ/2 for μ < 1/3. There ẋ ≈ μ + a x² with a = 1:
 * a trajectory from x < 0 takes the time π/√(aμ) in τ to pass, much longer than 1/speed suggests.
 *
 * @param mu μ, the distance past the bifurcation, in activation per τ
 * @returns a planar flow with its fixed points in closed form
 * @throws RangeError if mu is not a finite number
 */
export function saddleNodeFamily(mu: number): SolvedFlow {
  checkNumber("saddleNodeFamily", "mu", mu, "any");
  const merging = mu > 0 ? [] : mu === 0 ? [0] : [-Math.sqrt(-mu), Math.sqrt(-mu)];
  const abscissae = [...new Set([...merging, 1])];
  return planarFlow({
    velocity: (x, y) => [(mu + x * x) * (1 - x), x / 2 - y],
    jacobian: (x) => [2 * x * (1 - x) - (mu + x * x), 0, 0.5, -1],
    curvature: (x) => 2 + 6 * x, // |f_xx| = |2 − 6x|
    fixedPoints: abscissae.map((x) => [x, x / 2]),
  });
}

/**
 * Where the ghost of `saddleNodeFamily(mu)` sits, for 0 < μ < 1/3: the slow point (x, x/2), x = (1 − √(1 − 3μ))/3.
 *
 * @param mu μ, between 0 and 1/3
 * @returns the slow point, (2)
 * @throws RangeError if mu is outside of (0, 1/3)
 */
export function ghostOfSaddleNode(mu: number): Float64Array {
  checkNumber("ghostOfSaddleNode", "mu", mu);
  if (mu >= 1 / 3) reject("ghostOfSaddleNode", "mu", mu, "less than 1/3");
  const x = mu / (1 + Math.sqrt(1 - 3 * mu)); // the same root, without the cancellation
  return Float64Array.of(x, x / 2);
}

/**
 * How long a trajectory of ẋ = μ + x² takes from x = −∞ to ∞, past the ghost at 0: π/√μ, in τ.
 *
 * @param mu μ > 0, the distance past the bifurcation, in activation per τ
 * @throws RangeError if mu is not above 0
 */
export function ghostPassageTime(mu: number): number {
  checkNumber("ghostPassageTime", "mu", mu);
  return Math.PI / Math.sqrt(mu);
}

interface PlanarField {
  velocity(x: number, y: number): readonly [number, number];
  /** Row-major: f_x, f_y, g_x, g_y. */
  jacobian(x: number, y: number): readonly [number, number, number, number];
  /** A bound of the second derivatives that grows with |x| and |y|, both given as such. */
  curvature(x: number, y: number): number;
  readonly odd?: boolean;
  readonly fixedPoints: readonly (readonly [number, number] | readonly number[])[];
}

/** Two formulas as a Flow. */
function planarFlow(field: PlanarField): SolvedFlow {
  const velocityInto = (x: Float64Array, out: Float64Array) => out.set(field.velocity(x[0], x[1]));
  const jacobianInto = (x: Float64Array, out: Float64Array) => out.set(field.jacobian(x[0], x[1]));
  return {
    dimension: 2,
    ...(field.odd ? { odd: true } : {}),
    velocityInto,
    jacobianInto,
    velocity(x) {
      checkVector("velocity", "x", x, 2);
      return Float64Array.from(field.velocity(x[0], x[1]));
    },
    jacobian(x) {
      checkVector("jacobian", "x", x, 2);
      const [a, b, c, d] = field.jacobian(x[0], x[1]);
      return new Matrix([
        [a, b],
        [c, d],
      ]);
    },
    lipschitzOfJacobian(centre, radius) {
      if (!centre || radius === undefined) return Number.POSITIVE_INFINITY;
      return field.curvature(Math.abs(centre[0]) + radius, Math.abs(centre[1]) + radius);
    },
    fixedPoints: field.fixedPoints.map((point) => Float64Array.from(point)),
  };
}
