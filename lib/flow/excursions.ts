import { checkRng, type Rng } from "../numbers/random";
import { checkCount, checkNumber, checkVector, mostSteps, reject, withDefaults } from "../wasm/validate";
import { distance, norm } from "../wasm/vector";
import { checkFlowArgument, type Flow } from "./flow";
import { integrate } from "./integrate";
import { stability } from "./stability";

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
  /**
   * How near it came again, as a share of the farthest that it had been until then: 0 on a homoclinic orbit, 1 for a run that
   * never turned round, never left, or diverged.
   */
  readonly closestReturn: number;
  /** "stayed": it never was ten times as far as its start; "diverged": a state was no longer finite, and nothing is said. */
  readonly status: "left" | "stayed" | "diverged";
}

/**
 * An excursion is ten times as far as its start, and a tenth as far as the run ever came: of a saddle that is far from normal
 * the linear flow alone swells a push, and lets it shrink, before it leaves.
 */
const leap = 10;

/**
 * Leaves a fixed point by small random pushes and looks whether the flow brings the state back: what a homoclinic orbit
 * does, which leaves a saddle and returns to it.
 *
 * The runs are of order 4 (RK4): Euler's steps of 0.1 τ add energy, and throw a run off a loop that is there. An attractor is
 * left by no orbit for good, so from one all runs "stayed". What is seen are loops of a saddle with one unstable mode, and
 * loops that attract; with more modes a single direction of a continuum follows the loop, and random pushes miss it. A run
 * that comes near is no proof either: a cycle that passes close by does so, and a loop broken by less.
 *
 * @param flow a vector field on N activations, its rates well below 10 per τ
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
  checkCount(where, "steps", settings.steps, 1, mostSteps);
  const isAttractor = stability(flow, point).kind === "attractor";
  return Array.from({ length: settings.count }, (): Excursion => {
    const push = Float64Array.from(point, () => rng.normal());
    if (isAttractor) return { farthest: settings.distance, closestReturn: 1, status: "stayed" };
    const length = norm(push);
    const start = point.map((x, i) => x + (settings.distance * push[i]) / length);
    return judged(awayOver(flow, start, point, settings.steps), settings.distance);
  });
}

/** Steps that are kept at a time. */
const stretch = 100;

/** Distances from a point after each step of a run, and whether it stayed finite. */
function awayOver(flow: Flow, start: Float64Array, point: Float64Array, steps: number) {
  const away: number[] = [];
  let x = start;
  for (let done = 0; done < steps; done += stretch) {
    const { states, status } = integrate(flow, x, { steps: Math.min(stretch, steps - done), method: "rk4" });
    const rows = states.to2DArray().map((row) => Float64Array.from(row));
    away.push(...rows.map((row) => distance(row, point)));
    if (status === "diverged") return { away, isWhole: false };
    x = rows[rows.length - 1];
  }
  return { away, isWhole: away.every(Number.isFinite) };
}

function judged({ away, isWhole }: { away: number[]; isWhole: boolean }, from: number): Excursion {
  const farthest = away.reduce((most, d) => (d > most ? d : most), 0);
  if (!isWhole) return { farthest, closestReturn: 1, status: "diverged" };
  if (farthest < leap * from) return { farthest, closestReturn: 1, status: "stayed" };
  let [before, closestReturn] = [0, 1];
  for (const d of away) {
    before = Math.max(before, d);
    if (before >= leap * from && before >= farthest / leap) closestReturn = Math.min(closestReturn, d / before);
  }
  return { farthest, closestReturn, status: "left" };
}
