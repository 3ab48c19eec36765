import { Matrix } from "ml-matrix";
import { type LongCall, longCallDefaults, withDefaults } from "../wasm/validate";
import { withReadout } from "./echo-state";
import { type ForceOptions, type ForceTraining, forceDefaults, trainForce } from "./force";
import { type FlipFlopRecipe, flipFlopRecipe, prepareFlipFlop } from "./recipe";

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
