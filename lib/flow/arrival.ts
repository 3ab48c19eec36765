import { distance, norm } from "../wasm/vector";

/** Where a trajectory is, seen from attractors that are known. */
export interface Arrival {
  /** Index of the attractor that is near; −1 if none is. */
  readonly index: number;
  /** It was near at the last look, too, and has come nearer since. */
  readonly isCaught: boolean;
}

/**
 * "Near" an attractor, in parts of ‖x*‖, or of the size below which it is as good as 0: a fifteenth of the way between
 * neighbours in a trained network.
 */
const near = 0.05;
/** What only passes by, as at a saddle close to an attractor, moves away between two looks. */
const nearer = 0.9;

/** Size below which a state is as good as 0: 1, or that of the largest of some states where all are smaller. */
export function smallest(states: readonly Float64Array[]): number {
  return Math.min(1, Math.max(0, ...states.map(norm)) || 1);
}

/**
 * Tells when a trajectory has as good as arrived at one of some attractors, long before it rests there. A numerical
 * check, not a proof.
 *
 * @param attractors (N) each
 * @param least size below which one of them is as good as 0
 * @returns to be asked at one state after the other, some time constants apart
 */
export function arrivalWatch(
  attractors: readonly Float64Array[],
  least: number = smallest(attractors),
): (x: Float64Array) => Arrival {
  const radius = attractors.map((xStar) => near * Math.max(least, norm(xStar)));
  let before = { index: -1, apart: Number.POSITIVE_INFINITY };
  return (x) => {
    let here = { index: -1, apart: Number.POSITIVE_INFINITY };
    for (const [index, xStar] of attractors.entries()) {
      const apart = distance(x, xStar);
      if (apart <= radius[index] && apart < here.apart) here = { index, apart };
    }
    const isCaught = here.index >= 0 && here.index === before.index && here.apart <= nearer * before.apart;
    before = here;
    return { index: here.index, isCaught };
  };
}
