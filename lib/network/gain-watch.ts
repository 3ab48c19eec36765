/**
 * Whether P still has its digits.
 *
 * P = I/α holds large numbers where rates have not been yet and small ones where they have. At an α far below the squares
 * of the rates the rounding of the large ones drowns the small ones, and nothing in the run of a training shows it. But P
 * is the inverse of a sum that loses nothing, Ω = α I + Σ r rᵀ. So for any v the gain c k = P(t) r of a weight step obeys
 *
 *     c kᵀ (Ω(t) v) = rᵀ v,  or with Ω(t) = Ω(t − Δt) + r rᵀ:   c (kᵀ (Ω(t − Δt) v) − rᵀ v) = 0
 *
 * at the price of two products of vectors. A v of random signs sees an error in any direction.
 */
import { createRng } from "../numbers/random";

/**
 * P has lost its digits where the gain is found off by more than this part. On well-conditioned rates the readout was found
 * off by 0.1 to 2 times the largest part (N = 10 … 200, α = 1e-16 … 1e6), so up to here it is right to 1e-6; the paper's
 * training stays more than two orders below.
 */
export const digitTolerance = 1e-7;

/** The v that k is judged by, (N): entries ±1, always the same. */
export function probeOf(units: number): Float64Array {
  const rng = createRng("the digits of P");
  return Float64Array.from({ length: units }, () => (rng.uniform() < 0.5 ? -1 : 1));
}

/** A weight step as it is judged; vectors have N entries. */
export interface WatchedStep {
  readonly k: Float64Array;
  /** The step size c = 1/(1 + rᵀ k). */
  readonly c: number;
  readonly r: Float64Array;
  /** v. */
  readonly probe: Float64Array;
  /** Ω v before the step. */
  readonly image: Float64Array;
  /** Receives Ω v after it; may be `image`. */
  readonly nextImage: Float64Array;
}

/**
 * How far off the gain c k is: c |kᵀ (Ω v) − rᵀ v| as a part of ‖r‖₁/√N, which is at most ‖r‖₂.
 *
 * @returns the part, Infinity if the gain is not finite
 */
export function gainError({ k, c, r, probe, image, nextImage }: WatchedStep): number {
  const units = probe.length;
  let [found, wanted, size] = [0, 0, 0];
  for (let i = 0; i < units; i++) {
    found += k[i] * image[i];
    wanted += r[i] * probe[i];
    size += Math.abs(r[i]);
  }
  for (let i = 0; i < units; i++) nextImage[i] = image[i] + wanted * r[i];
  const off = Math.abs(c * (found - wanted));
  if (off === 0) return 0;
  return Number.isNaN(off) ? Number.POSITIVE_INFINITY : off / (size / Math.sqrt(units));
}
