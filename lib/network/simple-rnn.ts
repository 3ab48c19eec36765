import type { Matrix } from "ml-matrix";
import type { Flow } from "../flow/flow";
import { angleInDegrees } from "../numbers/angles";
import { checkRng, type Rng } from "../numbers/random";
import { checkCount, checkMatrix, checkNumber, checkVector, mostUnits, reject } from "../wasm/validate";
import { multiplyTransposedInto, toMatrix, toRowMajor } from "../wasm/vector";
import { activation } from "./activation";
import { rateFlow } from "./rate-flow";

const tanh = activation("tanh");

/**
 * The paper's simple recurrent network as a flow.
 *
 *     F_i(x) = −x_i + Σ_k W_ik r_k                                [J15 eq. 18]
 *     r(x)   = tanh x                                             [J15 eq. 19]
 *     J_ij   = −δ_ij + W_ij r′(x_j),   r′ = 1 − r²                [J15 eq. 20]
 *     J      = W ∘ (1 r′ᵀ) − I                                    [J15 eq. 21]
 *
 * ∘ is the entry-by-entry (Hadamard) product: column j of W is scaled by r′(x_j). δ_ij is 1 if i = j, else 0.
 *
 * @param W recurrent weights, (N×N), W_ik from unit k to unit i
 * @returns an odd flow with bounded rates on N activations, time in τ
 * @throws RangeError if W is not square or holds a NaN or an infinity
 */
export function simpleRnnFlow(W: Matrix): Flow {
  checkSquare("simpleRnnFlow", W);
  const drive = new Float64Array(W.rows);
  return rateFlow({ size: W.rows, activation: "tanh", weights: toRowMajor(W), drive });
}

/**
 * The exact Hessian of q for the simple RNN, in closed form.  [J15 eq. 11]
 *
 *     ∂²q/∂x_i∂x_j = (JᵀJ)_ij + δ_ij r″(x_i) (Wᵀ F)_i,     r″ = −2 r (1 − r²)
 *
 * Because each rate depends on one activation only, the second sum of eq. 11 is diagonal, and Wᵀ F is known from the
 * gradient already: exactness costs O(N) more than Gauss–Newton.
 *
 * @param W recurrent weights, (N×N)
 * @param x activation, (N)
 * @returns the Hessian of q, (N×N), per τ²
 * @throws RangeError if W is not square, x has another length, or either holds a NaN or an infinity
 */
export function simpleRnnHessian(W: Matrix, x: Float64Array): Matrix {
  const flow = simpleRnnFlow(W);
  checkVector("simpleRnnHessian", "x", x, flow.dimension);
  const J = flow.jacobian(x);
  const H = J.transpose().mmul(J);
  const r = new Float64Array(x.length);
  const pull = new Float64Array(x.length); // Wᵀ F
  tanh.rateInto(x, r);
  multiplyTransposedInto(toRowMajor(W), flow.velocity(x), pull);
  for (let i = 0; i < x.length; i++) H.set(i, i, H.get(i, i) + tanh.curvature(r[i]) * pull[i]);
  return H;
}

/**
 * Random recurrent weights, W_ij ~ N(0, g²/N): their eigenvalues fill the disc of radius g (circular law).
 *
 * @param units N ≥ 1
 * @param gain g > 0; with tanh the origin is unstable, and the network chaotic, for g > 1
 * @param rng source of the normals, in row order
 * @returns W, (N×N)
 * @throws RangeError if units or gain is out of place
 */
export function randomRecurrentWeights(units: number, gain: number, rng: Rng): Matrix {
  checkCount("randomRecurrentWeights", "units", units, 1, mostUnits);
  checkNumber("randomRecurrentWeights", "gain", gain);
  checkRng("randomRecurrentWeights", rng);
  const spread = gain / Math.sqrt(units);
  const data = new Float64Array(units * units);
  for (let i = 0; i < data.length; i++) data[i] = rng.normal(0, spread);
  return toMatrix(data, units, units);
}

/**
 * Share of the eigenvalues of large random weights that make the origin unstable, those with Re λ > 1: the circular law
 * fills the disc of radius g evenly, so it is the share of the disc beyond the line Re λ = 1,
 *
 *     (arccos(1/g) − √(1 − 1/g²)/g) / π    for g > 1, and 0 else.
 *
 * @param gain g > 0, standard deviation of a weight times √N
 * @returns 0 ≤ share < ½; 0.1096 at g = 1.5
 * @throws RangeError if the gain is not positive
 */
export function circularLawShare(gain: number): number {
  checkNumber("circularLawShare", "gain", gain);
  if (gain <= 1) return 0;
  const across = Math.sqrt(1 - 1 / (gain * gain));
  return angleInDegrees(across, 1 / gain) / 180 - across / (gain * Math.PI);
}

function checkSquare(where: string, W: Matrix): void {
  checkMatrix(where, "W", W);
  if (W.rows !== W.columns) reject(where, "W", `is ${W.rows}×${W.columns}`, "a square matrix");
}
