import { existsSync } from "node:fs";
import { join } from "node:path";
import { keepDamaged } from "../files/json-file";
import { digestOf, libraryVersion } from "../files/sealed";
import { makeFolder } from "../files/write-aside";
import { projectFolder } from "../places";
import { type JobPool, libJob } from "../pool";
import { checkShape, withDefaults } from "../wasm/validate";
import { toMatrix, toRowMajor } from "../wasm/vector";
import { withReadout } from "./echo-state";
import { loadNetwork, saveNetwork } from "./networks";
import { type FlipFlopRecipe, flipFlopRecipe, type PreparedFlipFlop, prepareFlipFlop } from "./recipe";
import { trainFlipFlop } from "./train-flip-flop";

export interface TrainedNetworkOptions {
  /** Trains in a worker, so that this thread stays free, for an interrupt for instance. */
  pool: JobPool | undefined;
  signal: AbortSignal | undefined;
  /** Where readouts are kept from one run to the next. */
  folder: string;
}

export const trainedNetworkDefaults: Readonly<TrainedNetworkOptions> = Object.freeze({
  pool: undefined,
  signal: undefined,
  /** data/cache/networks, beside lib; not in git, and free to be deleted. */
  folder: join(projectFolder, "data", "cache", "networks"),
});

/**
 * The trained network of a recipe: from the cache, or trained now and kept there.
 *
 * A kept readout is used again by the same version of the library only. A file that cannot be used, for whatever
 * reason, is kept beside as NAME.damaged, and what training gives takes its place.
 *
 * @param recipe what is left out is the paper's
 * @returns the network with its readout, x0, training and test task
 * @throws RangeError if the recipe is out of place; Error if training diverges or the folder cannot be written
 */
export async function trainedNetwork(
  recipe: Partial<FlipFlopRecipe>,
  options?: Partial<TrainedNetworkOptions>,
): Promise<PreparedFlipFlop> {
  const where = "trainedNetwork";
  const { pool, signal, folder } = withDefaults(where, options, trainedNetworkDefaults);
  checkShape(where, "options", { pool, folder }, { "pool?": { run: "function" }, folder: "text" });
  const whole = flipFlopRecipe(recipe);
  const file = join(folder, cacheName(whole));
  const kept = keptNetwork(file);
  if (kept) return kept;
  const task = { recipe: whole };
  const Wo = pool ? await pool.run<Float64Array | undefined>(libJob("train"), task, signal) : trainedReadout(whole);
  if (Wo === undefined) throw new Error(`${where}: training diverged, seed ${whole.seed}`);
  const prepared = prepareFlipFlop(whole);
  const network = withReadout(prepared.network, toMatrix(Wo, whole.bits, whole.units));
  makeFolder(where, folder);
  saveNetwork(file, network, whole, { command: where, replace: true });
  return { ...prepared, network };
}

/** A name one can read, and a digest of all parameters. */
function cacheName(recipe: FlipFlopRecipe): string {
  const { activation, gain, bits, units } = recipe;
  const digest = digestOf(libraryVersion(), JSON.stringify(recipe)).slice("sha256:".length, "sha256:".length + 16);
  return `${activation}-g${gain}-${bits}bits-n${units}-${digest}.json`;
}

function keptNetwork(file: string): PreparedFlipFlop | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return loadNetwork(file);
  } catch {
    keepDamaged(file);
    return undefined;
  }
}

/** The readout that FORCE learning gives, row by row, (O·N); undefined if it diverges. */
export function trainedReadout(recipe: Partial<FlipFlopRecipe>): Float64Array | undefined {
  const trained = trainFlipFlop(recipe);
  return trained.status === "completed" ? toRowMajor(trained.network.Wo) : undefined;
}
