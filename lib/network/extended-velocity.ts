import { checkVector } from "../wasm/validate";
import { norm } from "../wasm/vector";
import { kernelArray, loadKernels, releaseKernelArray } from "../wasm/wasm";
import type { ActivationName } from "./activation";

/** Unit roundoff of a float64. */
const u = 2 ** -53;
/** Relative error of the rates in double-double: 2⁻¹⁰⁰, sixteen times the largest seen in 25 000 arguments. */
const rateError = 2 ** -100;

/** What the kernel works on: weights in the kernels' memory, (N·N), and drive, (N). */
export interface ExtendedVelocityParameters {
  readonly activation: ActivationName;
  readonly weights: Float64Array;
  readonly drive: Float64Array;
}

/**
 * The residual of a flow of rates in double-double, F = −x̂ + W r(x̂) + d at x̂ = x + xLow.  [J15 eq. 18] [J15 eq. 26]
 *
 * Products and running sums of the high parts are exact; what they leave behind is summed in a double of its own. With
 * two lanes of N/2 terms each, u = 2⁻⁵³ and Σⱼ |Wᵢⱼ||rⱼ| ≤ ‖Wᵢ‖ ‖r‖, the error e of the result obeys
 *
 *     ‖e‖ ≤ ((N/2 + 2)² u² + 12 u² + 2⁻¹⁰⁰) ‖W‖_F ‖r‖ + 12 u² (‖x‖ + ‖d‖)
 *
 * of which only 2⁻¹⁰⁰, the error of tanh and logistic function, is measured and not proved; one percent is added for terms
 * of higher order. At N = 1000 the bound is near 1e-23; what is seen is near 1e-29.
 *
 * @param parameters weights W, drive d and activation
 * @param x high parts, (N)
 * @param xLow low parts, (N)
 * @param out receives the high parts of F, (N), in activation per τ
 * @param outLow receives the low parts, (N)
 * @returns the bound on ‖e‖, in activation per τ; not finite where F is not
 * @throws RangeError if a length is wrong or an entry of x not finite
 */
export function extendedVelocityInto(
  parameters: ExtendedVelocityParameters,
  x: Float64Array,
  xLow: Float64Array,
  out: Float64Array,
  outLow: Float64Array,
): number {
  const { activation, weights, drive } = parameters;
  const n = drive.length;
  const where = "velocityExtended";
  checkVector(where, "x", x, n);
  checkVector(where, "xLow", xLow, n);
  const room = kernelArray(9 * n);
  const part = (k: number): Float64Array => room.subarray(k * n, (k + 1) * n);
  const [high, low, d, F, FLow, r] = [0, 1, 2, 3, 4, 5].map(part);
  high.set(x);
  low.set(xLow);
  d.set(drive);
  const at = [high, low, d, F, FLow].map((array) => array.byteOffset);
  const kernels = loadKernels();
  kernels.extendedRates(at[0], at[1], r.byteOffset, n, activation === "logistic" ? 1 : 0);
  kernels.extendedVelocity(weights.byteOffset, r.byteOffset, at[0], at[1], at[2], at[3], at[4], n);
  out.set(F);
  outLow.set(FLow);
  const lengthOfW = Math.sqrt(kernels.dot(weights.byteOffset, weights.byteOffset, n * n));
  const perProduct = ((n / 2 + 2) * (n / 2 + 2) + 12) * u * u + rateError;
  const bound = perProduct * lengthOfW * norm(r) + 12 * u * u * (norm(x) + norm(drive));
  releaseKernelArray(room);
  return 1.01 * bound;
}
