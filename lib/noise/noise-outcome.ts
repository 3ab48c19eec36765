/** What became of a disturbed network: its error on the test, and the memories it still holds. */
import type { Matrix } from "ml-matrix";
import type { NoiseProbe } from "./noise-subject";

/** One network, one level, one trial. */
export interface NoiseOutcome {
  /** Mean of (z − f)² over the test, in the unit of the outputs, squared. */
  readonly meanSquaredError: number;
  /** Share of the bits that are wrong, of those that have been set: 0.5 is guessing. */
  readonly bitErrorRate: number;
  /** One digit for each memory the network had without noise, in their order: 1 if it is still held, else 0. */
  readonly held: string;
}

/** Mean of (z − f)²; z row by row. */
export function squaredErrors(z: Float64Array, target: Matrix): number {
  let sum = 0;
  const { columns } = target;
  for (let k = 0; k < z.length; k++) {
    const error = z[k] - target.get(Math.floor(k / columns), k % columns);
    sum += error * error;
  }
  return sum / z.length;
}

/** Share of steps and channels with the wrong sign, where there is a bit to hold; 0 if there is none. */
export function bitErrors(z: Float64Array, target: Matrix): number {
  const { columns } = target;
  let [wrong, counted] = [0, 0];
  for (let k = 0; k < z.length; k++) {
    const wanted = target.get(Math.floor(k / columns), k % columns);
    if (wanted === 0) continue;
    counted++;
    if (!(z[k] * wanted > 0)) wrong++;
  }
  return counted === 0 ? 0 : wrong / counted;
}

/** The memories of a subject as digits: 1 for those of which a probe, or the mirror of one, has stayed. */
export function digitsOf(
  memories: readonly { readonly bits: readonly number[] }[],
  stayed: readonly NoiseProbe[],
): string {
  const kept = new Set<string>();
  for (const { bits, hasMirror } of stayed) {
    kept.add(bits.join());
    if (hasMirror) kept.add(bits.map((b) => -b).join());
  }
  return memories.map(({ bits }) => (kept.has(bits.join()) ? "1" : "0")).join("");
}

/** Whether all outputs are on their side of zero, by the margin, in all rows of z from one on. */
export function staysAt(z: Float64Array, bits: readonly number[], margin: number, fromRow: number): boolean {
  for (let k = fromRow * bits.length; k < z.length; k++) {
    if (!(z[k] * bits[k % bits.length] > margin)) return false;
  }
  return true;
}
