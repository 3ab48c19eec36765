/**
 * The runs behind claims C1 to C3: seeded searches, races between minimisers, errors of the Gauss–Newton Hessian.
 */

import type { Matrix } from "ml-matrix";
import { checkFlowArgument, type Flow } from "../flow/flow";
import { randomRecurrentWeights, simpleRnnFlow, simpleRnnHessian } from "../network/simple-rnn";
import { checkRng, createRng, type Rng } from "../numbers/random";
import { findFixedPoints } from "../search/find";
import { minimizeSpeed } from "../search/minimize";
import { startsInBox } from "../search/starts";
import { checkNumber, checkNumbers, checkRecord, checkVector, reject, withDefaults } from "../wasm/validate";
import { norm } from "../wasm/vector";
import type { DescentRace, HessianErrors, PlanarSearch } from "./c01-c03";

/**
 * One search for fixed points per seed, each from `count` starts of its own: the runs behind C1.
 *
 * @param flow a flow of the plane
 * @param seeds one search each
 * @param count starts of each search; the paper's program uses 20
 */
export async function searchesFromSeeds(flow: Flow, seeds: readonly number[], count = 20): Promise<PlanarSearch[]> {
  checkFlowArgument("searchesFromSeeds", flow);
  checkSeeds("searchesFromSeeds", seeds);
  const searches: PlanarSearch[] = [];
  for (const seed of seeds) {
    const starts = startsInBox(flow.dimension, count, createRng(seed).split("starts"));
    const { points } = await findFixedPoints(flow, starts);
    searches.push({ seed, points });
  }
  return searches;
}

/** A system to race on: its name, and the flow that belongs to a seed (the same for all seeds, if it has no randomness). */
export interface RaceCourse {
  readonly system: string;
  readonly flowOf: (seed: number) => Flow;
}

export interface RaceOptions {
  /** Starts per seed. */
  count: number;
  /** Called after each race. */
  onProgress: (done: number, total: number) => void;
}

export const raceDefaults: Readonly<RaceOptions> = Object.freeze({
  count: 20, // the paper's number of starts
  onProgress: () => {},
});

/** How many times the work of CG a gradient descent is given: it must exceed the threshold of C2, or nothing is decided. */
const allowance = 30;

/**
 * Gradient descent against CG from the same starts, `count` per seed: the runs behind C2.
 *
 * Both stop at q ≤ 1e-30, the paper's tolerance. CG goes first; then gradient descent is given 30 times the work that CG
 * took (a limit in iterations alone would decide the claim by itself). The rule that gives up on stagnation is switched
 * off, so that a slow method is slow and not excused; a local minimum of q costs CG the race.
 *
 * These rules, and the q that counts as arrived, were settled after exploratory runs on seeds 1–5: with 2000 iterations at
 * most, gradient descent was cut off at 7 times the work of CG in the network, and the verdict was "partly" by the limit
 * alone. The thresholds are older than any run. The verdict is therefore taken from fresh seeds, 11–15.
 *
 * @param course system to race on
 * @param seeds of the starts, and of the system if it is random
 * @param options see `raceDefaults`
 * @throws RangeError if there is no seed, or an option is out of place
 */
export async function raceMinimizers(
  course: RaceCourse,
  seeds: readonly number[],
  options?: Partial<RaceOptions>,
): Promise<DescentRace[]> {
  checkRecord("raceMinimizers", "course", course, ["system"]);
  checkNumbers("raceMinimizers", "seeds", seeds);
  const { system, flowOf } = course;
  if (typeof flowOf !== "function") reject("raceMinimizers", "flowOf", flowOf, "a function from a seed to a Flow");
  checkSeeds("raceMinimizers", seeds);
  const { count, onProgress } = withDefaults("raceMinimizers", options, raceDefaults);
  const races: DescentRace[] = [];
  for (const seed of seeds) {
    const flow = flowOf(seed);
    for (const start of startsInBox(flow.dimension, count, createRng(seed).split("starts"))) {
      const cg = minimizeSpeed(flow, start, { method: "cg", stagnationDecrease: 0 });
      const { velocity, jacobian, products } = cg.evaluations;
      // an iteration of gradient descent costs at least one F, one J and one product
      const maxIterations = Math.ceil((allowance * (velocity + jacobian + products)) / 3);
      const gradient = minimizeSpeed(flow, start, { method: "gradient", stagnationDecrease: 0, maxIterations });
      races.push({ system, seed, gradient, cg });
      onProgress(races.length, seeds.length * count);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
  return races;
}

/**
 * Error of JᵀJ against the exact Hessian of a simple RNN, at given distances from x* in one random direction.
 *
 * @param W recurrent weights, (N×N)
 * @param xStar a fixed point, (N)
 * @param distances ‖x − x*‖, in activation
 * @param rng source of the direction
 * @returns relative errors ‖H − JᵀJ‖/‖H‖ (Frobenius), one per distance
 */
export function hessianErrorsNear(W: Matrix, xStar: Float64Array, distances: readonly number[], rng: Rng): number[] {
  const flow = simpleRnnFlow(W);
  checkVector("hessianErrorsNear", "xStar", xStar, flow.dimension);
  checkRng("hessianErrorsNear", rng);
  checkNumbers("hessianErrorsNear", "distances", distances);
  const direction = xStar.map(() => rng.normal());
  const length = norm(direction);
  return distances.map((distance) => {
    checkNumber("hessianErrorsNear", "distance", distance);
    const x = xStar.map((value, i) => value + (distance * direction[i]) / length);
    const J = flow.jacobian(x);
    const H = simpleRnnHessian(W, x);
    return H.clone().sub(J.transpose().mmul(J)).norm("frobenius") / H.norm("frobenius");
  });
}

export interface HessianStudy {
  /** N of each network. */
  units: number;
  /** g of each network; it must exceed 1, or the origin is the only fixed point. */
  gain: number;
}

export const hessianStudyDefaults: Readonly<HessianStudy> = Object.freeze({
  units: 50, // the error is a ratio: larger networks show the same line
  gain: 1.5, // the paper's
});

/**
 * Errors of JᵀJ near a fixed point of one random simple RNN per seed: the runs behind C3.
 *
 * The fixed point is the first one away from the origin that a search from random starts finds: at the origin tanh has no
 * curvature, which would flatter JᵀJ.
 *
 * @param seeds one network each
 * @param distances ‖x − x*‖, in activation, ascending
 * @param options see `hessianStudyDefaults`
 * @throws RangeError if there is no seed, or no fixed point is found away from the origin
 */
export async function hessianErrorsFromSeeds(
  seeds: readonly number[],
  distances: readonly number[],
  options?: Partial<HessianStudy>,
): Promise<HessianErrors[]> {
  const { units, gain } = withDefaults("hessianErrorsFromSeeds", options, hessianStudyDefaults);
  checkSeeds("hessianErrorsFromSeeds", seeds);
  const results: HessianErrors[] = [];
  for (const seed of seeds) {
    const root = createRng(seed);
    const W = randomRecurrentWeights(units, gain, root.split("weights"));
    const starts = startsInBox(units, 20, root.split("starts"));
    const { points } = await findFixedPoints(simpleRnnFlow(W), starts, { withStability: false });
    const away = points.find(({ xStar }) => norm(xStar) > 0.1);
    if (!away) reject("hessianErrorsFromSeeds", "fixed points", "are all at the origin", "gain above 1");
    results.push({ seed, distances, errors: hessianErrorsNear(W, away.xStar, distances, root.split("direction")) });
  }
  return results;
}

function checkSeeds(where: string, seeds: readonly number[]): void {
  if (!Array.isArray(seeds) || seeds.length === 0) reject(where, "seeds", seeds, "an array of at least one seed");
}
