import type { Matrix } from "ml-matrix";
import { checkVector } from "../wasm/check";
import { multiplyTransposedInto, toMatrix } from "../wasm/vector";
import { checkFlowArgument, type Flow, jacobianInto, velocityInto } from "./flow";

/** Third root of 2⁻⁵²: the step at which a central difference loses as much to rounding as to its own formula. */
const cubeRootOfEpsilon = 6.0554544523933395e-6;

/**
 * Gradient of the kinetic energy, ∇q = Jᵀ F.
 *
 *     ∂q/∂xᵢ                            a component of the gradient             [J15 eq. 5]
 *     = F₁ ∂F₁/∂xᵢ + F₂ ∂F₂/∂xᵢ + …      chain rule on q = ½ Σ F_k²              [J15 eq. 6]
 *     = ẋ₁ ∂F₁/∂xᵢ + ẋ₂ ∂F₂/∂xᵢ + …      because ẋ = F(x)                        [J15 eq. 7]
 *     = (∂F/∂xᵢ)ᵀ ẋ                     a column of J times the velocity        [J15 eq. 8]
 *     ∇q = Jᵀ ẋ                         all components at once                  [J15 eq. 9]
 *
 * Jᵀ, not J: with J F the answer is right only for a symmetric J, and a search walks past fixed points.
 *
 * @param flow a vector field on N activations
 * @param x activation, (N)
 * @returns ∇q(x), (N), in activation per τ²
 * @throws RangeError if x has the wrong length or holds a NaN or an infinity
 */
export function kineticEnergyGradient(flow: Flow, x: Float64Array): Float64Array {
  checkFlowArgument("kineticEnergyGradient", flow);
  checkVector("kineticEnergyGradient", "x", x, flow.dimension);
  return gradientAt(flow, x);
}

/**
 * Gauss–Newton approximation of the Hessian of q, H ≈ Jᵀ J.  [J15 eq. 12] [J15 eq. 13]
 *
 * It drops the terms of the exact Hessian that carry a factor F_k, so it is exact where F = 0, close to it nearby, and
 * may be far off at a slow point. It is never indefinite, which is what a minimiser likes about it.
 *
 * @param flow a vector field on N activations
 * @param x activation, (N)
 * @returns Jᵀ J, (N×N), per τ²
 * @throws RangeError if x has the wrong length or holds a NaN or an infinity
 */
export function gaussNewtonHessian(flow: Flow, x: Float64Array): Matrix {
  checkFlowArgument("gaussNewtonHessian", flow);
  checkVector("gaussNewtonHessian", "x", x, flow.dimension);
  const J = flow.jacobian(x.slice());
  return J.transpose().mmul(J);
}

/**
 * The exact Hessian of q, by central differences of its gradient, made symmetric.  [J15 eq. 10] [J15 eq. 11]
 *
 *     ∂²q/∂xᵢ∂xⱼ = Σ_k ∂F_k/∂xᵢ ∂F_k/∂xⱼ  +  Σ_k F_k ∂²F_k/∂xᵢ∂xⱼ
 *
 * (Eq. 11 prints first derivatives in the second sum; they are second derivatives.) Differences are good to about
 * 1e-9 of the largest entry and cost 2N Jacobians: a check for small flows, not a tool for N = 1000. A simple RNN has
 * a closed form, `simpleRnnHessian`.
 *
 * @param flow a vector field on N activations
 * @param x activation, (N)
 * @returns ∂²q/∂xᵢ∂xⱼ, (N×N), per τ²
 * @throws RangeError if x has the wrong length or holds a NaN or an infinity
 */
export function exactHessian(flow: Flow, x: Float64Array): Matrix {
  checkFlowArgument("exactHessian", flow);
  checkVector("exactHessian", "x", x, flow.dimension);
  const H = centralDifferences(x, (point) => gradientAt(flow, point));
  return H.add(H.transpose()).mul(0.5);
}

/**
 * The Jacobian by central differences of the velocity: the oracle every closed form is checked against.
 *
 * From the Taylor expansion F(x + δ) = F(x) + F′(x) δ + ½ F″(x) δ² + … [J15 eq. 3]: the difference of the steps +δ and
 * −δ cancels the quadratic term, and what is left beyond F′ is of order δ². Good to about 1e-10 of the largest entry.
 *
 * @param flow a vector field on N activations
 * @param x activation, (N)
 * @returns J(x) with J_ij = ∂Fᵢ/∂xⱼ, (N×N), per τ
 * @throws RangeError if x has the wrong length or holds a NaN or an infinity
 */
export function numericalJacobian(flow: Flow, x: Float64Array): Matrix {
  checkFlowArgument("numericalJacobian", flow);
  checkVector("numericalJacobian", "x", x, flow.dimension);
  return centralDifferences(x, (point) => {
    const F = new Float64Array(flow.dimension);
    velocityInto(flow, point, F);
    return F;
  });
}

/** ∇q = Jᵀ F at a point that has been checked. */
function gradientAt(flow: Flow, x: Float64Array): Float64Array {
  const size = flow.dimension;
  const F = new Float64Array(size);
  const J = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  velocityInto(flow, x, F);
  jacobianInto(flow, x, J);
  multiplyTransposedInto(J, F, gradient);
  return gradient;
}

/** ∂fᵢ/∂xⱼ by central differences, column by column. */
function centralDifferences(x: Float64Array, f: (point: Float64Array) => Float64Array): Matrix {
  const size = x.length;
  const data = new Float64Array(size * size);
  const point = x.slice();
  for (let j = 0; j < size; j++) {
    const step = cubeRootOfEpsilon * Math.max(1, Math.abs(x[j]));
    point[j] = x[j] + step;
    const right = point[j];
    const ahead = f(point).slice();
    point[j] = x[j] - step;
    const width = right - point[j]; // the step that was really taken, after rounding
    const behind = f(point);
    point[j] = x[j];
    for (let i = 0; i < size; i++) data[i * size + j] = (ahead[i] - behind[i]) / width;
  }
  return toMatrix(data, size, size);
}
