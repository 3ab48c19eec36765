/**
 * The runs behind claims C10 to C12: a network at several steps of its training, looked at in the same way each time.
 */
import type { Matrix } from "ml-matrix";
import { continueFixedPoints } from "../continuation/continue";
import type { FlowFamily } from "../flow/flow";
import { excursionsFrom } from "../flow/integrate";
import { stability } from "../flow/stability";
import { patternOf } from "../memory/gates";
import { type MemoryOptions, memoryTable } from "../memory/table";
import { type EchoState, echoStateFlow, withReadout } from "../network/echo-state";
import { type ForceTraining, type Snapshot, trainForce } from "../network/force";
import { type FlipFlopRecipe, type PreparedFlipFlop, prepareFlipFlop, trainFlipFlop } from "../network/recipe";
import { simulate } from "../network/simulate";
import { bitAccuracy, meanSquaredError, type Task } from "../network/tasks";
import { createRng } from "../numbers/random";
import {
  checkCount,
  checkList,
  checkMatrix,
  checkNumber,
  checkRecord,
  checkShape,
  type LongCall,
  reject,
} from "../wasm/check";
import { exp, log } from "../wasm/elementary";
import { norm } from "../wasm/vector";
import { originCrossings, originDates } from "./crossings";
import { readoutFamily } from "./family";

/** The origin after some steps of training. */
export interface OriginAt {
  readonly step: number;
  /** max Re λ of J(0), in 1/τ. */
  readonly spectralAbscissa: number;
  /** Eigenvalues with positive real part. */
  readonly unstableCount: number;
}

/** A bifurcation of the origin, and its kind, from the fixed points counted on either side of it. */
export interface OriginEvent {
  /** Its date in training: the first step whose readout is beyond it. */
  readonly step: number;
  readonly kind: string;
}

/** Steps of training at which the film has a picture: every 50 up to 2000, then evenly on a logarithmic scale. */
export function filmSteps(total = 30000): number[] {
  checkCount("filmSteps", "total", total);
  const [dense, spacing, sparse] = [2000, 50, 20];
  const early = Array.from({ length: dense / spacing + 1 }, (_, k) => spacing * k).filter((step) => step < total);
  if (total <= dense) return [...early, total];
  const ratio = log(total / dense) / sparse;
  const late = Array.from({ length: sparse }, (_, k) => Math.round((dense * exp(ratio * (k + 1))) / 10) * 10);
  return [...new Set([...early, ...late.filter((step) => step > dense && step < total), total])];
}

/** An untrained network with its tasks, and the readout at chosen steps of its training. */
export interface TrainingSnapshots extends PreparedFlipFlop {
  readonly snapshots: readonly Snapshot[];
}

/** A training, and the readout at chosen steps of it. */
export interface TrainingFilm extends TrainingSnapshots {
  /** The trained network. */
  readonly trained: EchoState;
  readonly status: ForceTraining["status"];
}

/**
 * Trains a network and keeps its readout at chosen steps.  [J15 §6.1]
 *
 * @param recipe what is left out is the paper's
 * @param snapshotAt numbers of completed steps
 * @param options label and onProgress, in steps
 */
export function trainingFilm(
  recipe: Partial<FlipFlopRecipe>,
  snapshotAt: readonly number[],
  options: Partial<LongCall> = {},
): TrainingFilm {
  const { network, snapshots, status } = trainFlipFlop(recipe, { ...options, snapshotAt });
  return { ...prepareFlipFlop(recipe), trained: network, snapshots, status };
}

/** The network of a film at the last snapshot that is not after so many steps; the first of all if there is none. */
export function networkAt(film: TrainingSnapshots, step: number): EchoState {
  checkRecord("networkAt", "film", film, ["network", "snapshots"]);
  checkList("networkAt", "film.snapshots", film.snapshots, 1, ["step", "Wo"]);
  checkNumber("networkAt", "step", step, "not negative");
  const before = film.snapshots.filter((snapshot) => snapshot.step <= step);
  const { Wo } = before.reduce((last, next) => (next.step > last.step ? next : last), before[0] ?? film.snapshots[0]);
  return withReadout(film.network, Wo);
}

/** The spectrum of the origin of one network, in short. */
export function originOf(net: EchoState, step: number): OriginAt {
  checkCount("originOf", "step", step, 0);
  const { spectralAbscissa, unstableCount } = stability(echoStateFlow(net), new Float64Array(net.units));
  return { step, spectralAbscissa: Number(spectralAbscissa.toPrecision(6)), unstableCount };
}

/**
 * Types the bifurcations of the origin at dates of the training, by counting fixed points on either side of each. A training
 * step is a leap from one readout to the next: the count is on the straight line between the two, which is the shortest path
 * there is. The continuation is not told that the flow is odd: it would be free to find a transcritical one.
 *
 * @param film with snapshots at each date and at the step before
 * @param dates as from `originDates`
 * @returns one event for each date, "unresolved" where the continuation finds none
 */
export async function typedEvents(film: TrainingSnapshots, dates: readonly number[]): Promise<OriginEvent[]> {
  checkShape("typedEvents", "film", film, { network: { units: "number" }, snapshots: [{ step: "number" }] });
  checkList("typedEvents", "dates", dates, 0);
  const origin = new Float64Array(film.network.units);
  const events: OriginEvent[] = [];
  for (const step of dates) {
    const later = film.snapshots.findIndex((snapshot) => snapshot.step === step);
    if (later < 1) reject("typedEvents", "film", `lacks step ${step}, or the one before`, "both snapshots");
    const leap = film.snapshots.slice(later - 1, later + 1);
    const [crossing] = originCrossings(film.network, leap);
    const line = readoutFamily(film.network, leap);
    const blind: FlowFamily = { ...line, flowAt: (at) => ({ ...line.flowAt(at), odd: false }) };
    const found = await continueFixedPoints(blind, { points: [{ xStar: origin }] }, { eigenvaluesEvery: 0 });
    const apart = (parameter: number) => Math.abs(parameter - crossing?.parameter);
    const own = found.events.filter(({ x }) => norm(x) <= 1e-6);
    const [nearest] = own.sort((a, b) => apart(a.parameter) - apart(b.parameter));
    events.push({ step, kind: nearest?.kind ?? "unresolved" });
  }
  return events;
}

/** Steps before the first one whose target is not zero: until then output, error and readout are exactly zero. */
export function firstPulseOf(task: Task): number {
  checkRecord("firstPulseOf", "task", task, ["target"]);
  const { target } = task;
  checkMatrix("firstPulseOf", "task.target", target);
  const first = target.to2DArray().findIndex((row) => row.some((value) => value !== 0));
  return first < 0 ? target.rows : first;
}

/** Steps from the first pulse to the loss of rest at g = 0.8, a law that the study `firstPulse` puts to the test. */
export const lawOfFirstPulse: readonly [number, number] = Object.freeze([14, 20] as const);

/** How the origin of one training lost its rest. */
export interface LostRest {
  /** Steps before the first pulse. */
  readonly firstPulse: number;
  /** First date of the origin (`originDates`); null if there is none within 100 steps of the first pulse. */
  readonly lostAt: number | null;
  /** The origin one step before that date, and at it. */
  readonly before: OriginAt | null;
  readonly at: OriginAt | null;
}

/** Five times what a lesson of eleven steps needs, and two new pulses. */
const lookedAt = 100;

/**
 * Trains until a hundred steps after the first pulse, and asks at each step whether the origin still rests.
 *
 * @param recipe what is left out is the paper's; tanh
 */
export function lostRest(recipe: Partial<FlipFlopRecipe>): LostRest {
  const { recipe: whole, network, training, x0 } = prepareFlipFlop(recipe);
  const firstPulse = firstPulseOf(training);
  const steps = Math.min(whole.steps, firstPulse + lookedAt);
  const head = (m: Matrix) => m.subMatrix(0, steps - 1, 0, m.columns - 1);
  const { alpha, trainEvery } = whole;
  const snapshotAt = Array.from({ length: steps + 1 }, (_, step) => step);
  const task = { input: head(training.input), target: head(training.target) };
  const { snapshots } = trainForce(network, task, { x0, alpha, trainEvery, snapshotAt });
  const [lostAt] = originDates(network, snapshots);
  if (lostAt === undefined) return { firstPulse, lostAt: null, before: null, at: null };
  const originAt = (step: number) => originOf(withReadout(network, snapshots[step].Wo), step);
  return { firstPulse, lostAt, before: originAt(lostAt - 1), at: originAt(lostAt) };
}

/** How the test run goes on one network: errors, and how many of the 2ᴼ patterns its outputs show. */
export interface TestRun {
  readonly step: number;
  readonly meanSquaredError: number;
  readonly bitAccuracy: number;
  readonly patterns: number;
}

/**
 * What counts as shown by a run on its way: outputs at least half way to ±1. It passes other patterns as it flips, and a
 * threshold for what rests, `clearOutput`, would count those.
 */
const shownOutput = 0.5;

/** The test run of a film with the readout of one step. */
export function testRunAt(film: TrainingSnapshots, step: number): TestRun {
  const net = networkAt(film, step);
  checkShape("testRunAt", "film.testing", film.testing, { input: "matrix", target: "matrix" });
  const { output } = simulate(net, film.testing.input, { x0: film.x0 });
  const shown = new Set(output.to2DArray().map((z) => String(patternOf(Float64Array.from(z), shownOutput))));
  shown.delete("undefined");
  const target = film.testing.target.subMatrix(0, output.rows - 1, 0, net.outputs - 1);
  return {
    step,
    meanSquaredError: Number(meanSquaredError(output, target).toPrecision(4)),
    bitAccuracy: Number(bitAccuracy(output, target).toFixed(4)),
    patterns: shown.size,
  };
}

/** Memories that a network holds: their patterns, and how many rest at a fixed point. */
export interface HeldMemories {
  readonly step: number;
  readonly held: readonly string[];
  readonly resting: number;
}

/** The memories of a film with the readout of one step, as `memoryTable` judges them. */
export function memoriesAt(film: TrainingSnapshots, step: number, options?: MemoryOptions): HeldMemories {
  const held = memoryTable(networkAt(film, step), options).filter(({ isHeld }) => isHeld);
  return {
    step,
    held: held.map(({ pattern }) => pattern),
    resting: held.filter(({ motion }) => motion === "fixed").length,
  };
}

/** 150 τ: at the rates of the origin, 0.3 per τ and more, it is left within 30 τ, and a loop comes back in as many. */
const excursionSteps = 1500;

/** Closest returns of runs that leave the origin, as shares of how far they had been: of a homoclinic orbit one is 0. */
export function returnsAt(film: TrainingFilm, step: number): number[] {
  const net = networkAt(film, step);
  const origin = new Float64Array(net.units);
  checkRecord("returnsAt", "film.recipe", film.recipe, ["seed"]);
  const rng = createRng(film.recipe.seed).split("excursions");
  return excursionsFrom(echoStateFlow(net), origin, { rng, steps: excursionSteps }).map(({ closestReturn }) =>
    Number(closestReturn.toPrecision(3)),
  );
}
