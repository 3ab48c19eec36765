import { checkRng, type Rng } from "../numerics/random";
import { checkCount, checkNumber, checkVector, reject, withDefaults } from "../numerics/validate";
import { distance, norm } from "../numerics/vector";
import { checkFlowArgument, type Flow } from "./flow";
import { integrate } from "./integrate";

export interface ExcursionOptions {
  /** Runs, each from a place of its own beside the fixed point. */
  readonly count?: number;
  /** Distance of the starts from the fixed point, in activation. */
  readonly distance?: number;
  /** Steps of 0.1 τ. */
  readonly steps?: number;
}

export const excursionDefaults = Object.freeze({
  count: 5 as number,
  /** Small beside a memory's ‖x‖ ≈ 20, and no eigenvalue needs more than 100 τ to carry it there at rate 0.1. */
  distance: 1e-2 as number,
  /** 300 τ, as long as a memory is given to settle. */
  steps: 3000 as number,
});

/** Where a run from beside a fixed point has been. */
export interface Excursion {
  /** Greatest distance from the fixed point, in activation. */
  readonly farthest: number;
  /** Smallest distance once it had been half as far away as it ever came; the farthest itself if the run ended there. */
  readonly closestReturn: number;
}

/** States are looked at every so many steps: 0.5 τ. */
const lookEvery = 5;

/**
 * Leaves a fixed point by small random pushes and looks whether the flow brings the state back: what a homoclinic orbit
 * does, which leaves a saddle and returns to it. A run that comes near after an excursion is no proof of one; that none
 * comes near speaks against it.
 *
 * @param flow a vector field on N activations
 * @param point a fixed point, (N)
 * @param options see `excursionDefaults`, and the rng of the pushes
 * @throws RangeError if the point or an option is out of place
 */
export function excursionsFrom(
  flow: Flow,
  point: Float64Array,
  options: ExcursionOptions & { readonly rng: Rng },
): Excursion[] {
  const where = "excursionsFrom";
  checkFlowArgument(where, flow);
  checkVector(where, "point", point, flow.dimension);
  if (typeof options !== "object" || options === null) reject(where, "options", options, "a record with an rng");
  const { rng, ...given } = options;
  checkRng(where, rng);
  const settings = withDefaults<Required<ExcursionOptions>>(where, given, excursionDefaults);
  checkCount(where, "count", settings.count);
  checkNumber(where, "distance", settings.distance);
  checkCount(where, "steps", settings.steps);
  return Array.from({ length: settings.count }, () => {
    const push = Float64Array.from(point, () => rng.normal());
    const length = norm(push);
    const start = point.map((x, i) => x + (settings.distance * push[i]) / length);
    const { states } = integrate(flow, start, { steps: settings.steps, record: lookEvery });
    const away = states.to2DArray().map((row) => distance(Float64Array.from(row), point));
    const farthest = Math.max(...away);
    const left = away.findIndex((d) => d >= farthest / 2);
    return { farthest, closestReturn: Math.min(...away.slice(left + 1), farthest) };
  });
}
