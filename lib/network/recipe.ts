import { Matrix } from "ml-matrix";
import { createRng, type Rng } from "../numbers/random";
import {
  checkCount,
  checkNumber,
  type LongCall,
  longCallDefaults,
  mostBits,
  mostRows,
  mostUnits,
  reject,
  withDefaults,
} from "../wasm/check";
import {
  addChannel,
  createEchoState,
  type EchoState,
  echoStateDefaults,
  initialActivation,
  withReadout,
} from "./echo-state";
import { type ForceOptions, type ForceTraining, forceDefaults, trainForce } from "./force";
import { type ActivationName, activation } from "./rate-flow";
import { flipFlop, flipFlopDefaults, type Task } from "./tasks";

/** All that fixes a trained flip-flop network, down to its last bit. Plain JSON. */
export interface FlipFlopRecipe {
  readonly seed: number | string;
  readonly bits: number;
  /** Bits of the network of the same seed that training goes on from; 0 for training from scratch. [J15 §7.1] */
  readonly pretrainedBits: number;
  readonly units: number;
  readonly gain: number;
  readonly tau: number;
  readonly activation: ActivationName;
  /** Training steps. */
  readonly steps: number;
  /** Steps of the test task. */
  readonly testSteps: number;
  readonly alpha: number;
  readonly trainEvery: number;
  readonly pulseRate: number;
  readonly pulseLength: number;
}

/** The paper's three-bit flip-flop. [J15 Table 1] */
export const flipFlopRecipeDefaults: FlipFlopRecipe = Object.freeze({
  /** The first, never a picked one. */
  seed: 1,
  bits: 3,
  /** From scratch. */
  pretrainedBits: 0,
  ...echoStateDefaults,
  /** Table 1, training duration. */
  steps: 30000,
  /** Table 1, testing duration. */
  testSteps: 5000,
  alpha: forceDefaults.alpha,
  trainEvery: forceDefaults.trainEvery,
  ...flipFlopDefaults,
});

/** What a recipe gives before training. */
export interface PreparedFlipFlop {
  readonly recipe: FlipFlopRecipe;
  /** Untrained: its readout is zero, also where training is to go on from another network's. */
  readonly network: EchoState;
  /** Where training and test start from, (N). */
  readonly x0: Float64Array;
  readonly training: Task;
  readonly testing: Task;
}

/**
 * A whole recipe from a part of one: what is left out is the paper's.  [J15 Table 1]
 *
 * @throws RangeError if a parameter is out of its range or unknown
 */
export function flipFlopRecipe(recipe: Partial<FlipFlopRecipe> = {}): FlipFlopRecipe {
  const where = "flipFlopRecipe";
  const whole = withDefaults(where, recipe, flipFlopRecipeDefaults);
  const { seed } = whole;
  if (typeof seed !== "string" && !Number.isSafeInteger(seed)) reject(where, "seed", seed, "an integer or a text");
  for (const name of ["trainEvery", "pulseLength"] as const) checkCount(where, name, whole[name]);
  for (const name of ["steps", "testSteps"] as const) checkCount(where, name, whole[name], 1, mostRows);
  checkCount(where, "bits", whole.bits, 1, mostBits);
  checkCount(where, "units", whole.units, 1, mostUnits);
  checkCount(where, "pretrainedBits", whole.pretrainedBits, 0);
  if (whole.pretrainedBits >= whole.bits) {
    reject(where, "pretrainedBits", whole.pretrainedBits, `fewer than the ${whole.bits} bits of the recipe`);
  }
  checkNumber(where, "gain", whole.gain, "not negative");
  checkNumber(where, "tau", whole.tau);
  checkNumber(where, "alpha", whole.alpha);
  checkNumber(where, "pulseRate", whole.pulseRate, "not negative");
  if (whole.pulseRate > 1) reject(where, "pulseRate", whole.pulseRate, "at most 1 pulse per step");
  activation(whole.activation);
  // −0 is 0 to everything that is made from a recipe, but not to a comparison with the same recipe from a file
  return Object.fromEntries(
    Object.entries(whole).map(([name, value]) => [name, value === 0 ? 0 : value]),
  ) as typeof whole;
}

/**
 * The untrained network, the initial state and both tasks of a recipe.  [J15 §6, §10.1]
 *
 * Four streams, split from the seed by name: changing the length of the training task leaves the network, the initial
 * state and the test task as they are. A recipe with `pretrainedBits` has the reservoir of that smaller network, with
 * channels added; state and tasks are those of the same recipe from scratch, so that the two can be compared.
 */
export function prepareFlipFlop(recipe: Partial<FlipFlopRecipe> = {}): PreparedFlipFlop {
  const whole = flipFlopRecipe(recipe);
  const { bits, pulseRate, pulseLength } = whole;
  const root = createRng(whole.seed);
  const network = untrained(whole, root);
  const task = (name: string, steps: number): Task =>
    flipFlop({ bits, steps, pulseRate, pulseLength, rng: root.split(name) });
  return {
    recipe: whole,
    network,
    x0: initialActivation(network, root.split("initial state")),
    training: task("training task", whole.steps),
    testing: task("test task", whole.testSteps),
  };
}

/** The reservoir of a recipe; channels beyond the pretrained ones are added one by one. */
function untrained({ bits, pretrainedBits, units, gain, tau, activation: name }: FlipFlopRecipe, root: Rng): EchoState {
  const first = pretrainedBits === 0 ? bits : pretrainedBits;
  const rng = root.split("network");
  let network = createEchoState({ units, inputs: first, outputs: first, gain, tau, activation: name, rng });
  for (let k = first + 1; k <= bits; k++) network = addChannel(network, root.split(`channel ${k}`));
  return network;
}

/** What `trainForce` may be told besides the recipe. */
export type TrainFlipFlopOptions = Pick<ForceOptions, "snapshotAt" | "record" | "recordAs" | "threads"> &
  Partial<LongCall>;

export const trainFlipFlopDefaults = Object.freeze({
  snapshotAt: forceDefaults.snapshotAt,
  record: forceDefaults.record,
  recordAs: forceDefaults.recordAs,
  threads: forceDefaults.threads,
  ...longCallDefaults,
});

/**
 * Trains the network of a recipe, from its seed.  [J15 §6, §7, §7.1]
 *
 * A recipe with `pretrainedBits` b > 0 has two trainings: first the b-bit network of the same seed is trained, then
 * channels are added (`addChannel`), and training goes on from that readout with P = I/α again. Both are as long as the
 * recipe says; snapshots and records are of the second.
 *
 * @param recipe what is left out is the paper's
 * @param options snapshotAt, record, recordAs, threads, label and onProgress of `trainForce`; progress counts the steps of both
 *   trainings
 * @returns the training; if the first of two was not completed, that one, with its status
 * @throws RangeError if a parameter or an option is out of its range or unknown
 */
export function trainFlipFlop(recipe: Partial<FlipFlopRecipe> = {}, options: TrainFlipFlopOptions = {}): ForceTraining {
  const given = withDefaults<TrainFlipFlopOptions>("trainFlipFlop", options, trainFlipFlopDefaults);
  const whole = flipFlopRecipe(recipe);
  const { alpha, trainEvery, pretrainedBits, steps } = whole;
  const { network, training, x0 } = prepareFlipFlop(whole);
  if (pretrainedBits === 0) return trainForce(network, training, { ...given, x0, alpha, trainEvery });
  const { threads, onProgress = longCallDefaults.onProgress } = given;
  const first = trainFlipFlop(
    { ...whole, bits: pretrainedBits, pretrainedBits: 0 },
    { threads, onProgress: (done) => onProgress(done, 2 * steps) },
  );
  if (first.status !== "completed") return first;
  const Wo = Matrix.zeros(network.outputs, network.units);
  Wo.setSubMatrix(first.network.Wo, 0, 0);
  const second = (done: number): void => onProgress(steps + done, 2 * steps);
  return trainForce(withReadout(network, Wo), training, { ...given, onProgress: second, x0, alpha, trainEvery });
}
