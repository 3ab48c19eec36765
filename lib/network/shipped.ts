import { join } from "node:path";
import { projectFolder } from "../places";
import { type LongCall, reject } from "../wasm/validate";
import type { ForceTraining } from "./force";
import { loadNetwork, type StoredNetwork } from "./networks";
import type { FlipFlopRecipe } from "./recipe";
import { trainFlipFlop } from "./train-flip-flop";

/**
 * The networks that come with the project: seed 1 of each kind, never a picked one. What a recipe leaves out is the
 * paper's.
 */
export const shippedRecipes: Readonly<Record<string, Partial<FlipFlopRecipe>>> = Object.freeze({
  /** The paper's network: its untrained reservoir is chaotic. [J15 Table 1] */
  "tanh-g1.5-seed1": Object.freeze({ seed: 1 }),
  /** The same below the onset of chaos, where the cube is clean. */
  "tanh-g0.8-seed1": Object.freeze({ seed: 1, gain: 0.8 }),
  /** The paper's with the logistic function: r′ ≤ ¼, so its effective gain is 0.375. [J15 §8] */
  "logistic-g1.5-seed1": Object.freeze({ seed: 1, activation: "logistic" }),
  /** Four bits, from scratch. [J15 §7] */
  "tanh-g1.5-4bit-seed1": Object.freeze({ seed: 1, bits: 4 }),
  /** Four bits, trained on from the readout of tanh-g1.5-seed1. [J15 §7.1] */
  "transfer-4bit-seed1": Object.freeze({ seed: 1, bits: 4, pretrainedBits: 3 }),
  /** Four bits, logistic. [J15 §8] */
  "logistic-4bit-seed1": Object.freeze({ seed: 1, bits: 4, activation: "logistic" }),
});

/** Folder of the shipped networks: data/networks, beside lib. */
function folder(): string {
  return join(projectFolder, "data", "networks");
}

/** Path of a shipped network: data/networks/NAME.json in the project, wherever it is called from. */
export function shippedNetwork(name: string): string {
  if (!Object.hasOwn(shippedRecipes, name)) {
    reject("shippedNetwork", "name", typeof name === "string" ? `is "${name}"` : name, shippedNames().join(" or "));
  }
  return join(folder(), `${name}.json`);
}

/** Names of the shipped networks. */
export function shippedNames(): string[] {
  return Object.keys(shippedRecipes);
}

/**
 * A network that comes with the project, ready to use.
 *
 * @param name one of `shippedNames()`
 * @returns network, recipe, x0, training and test task, provenance
 * @throws Error if the file is missing or damaged: it says what to do
 */
export function loadShipped(name: string): StoredNetwork {
  return loadNetwork(shippedNetwork(name));
}

/**
 * Trains a shipped network again, from its seed; the readout must come out the very same, bit for bit.
 *
 * @param name one of `shippedNames()`
 * @param options label and onProgress, in steps
 */
export function retrainShipped(name: string, options: Partial<LongCall> = {}): ForceTraining {
  shippedNetwork(name);
  return trainFlipFlop(shippedRecipes[name], options);
}
