/**
 * Trained networks on disk: what they were made from, and the readout; the reservoir is drawn again from the seed.
 *
 * So a network of a thousand units takes 32 kB, not 8 MB. The file is JSON:
 *
 *     format      "rnn-dynamics network"          version    1
 *     library     the version that trained it     command    how to make it again
 *     recipe      seed and all parameters
 *     reservoir   sha-256 of Wr, Wfb and B        so that another generator is noticed
 *     readout     { rows, columns, encoding: "base64 float64 little-endian", data }
 *     checksum    sha-256 of all of the above, written as JSON without white space
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { keepDamaged, readJsonRecord, refuseFile, shown } from "../files/json-file";
import { bytesOf, digestOf, floatsIn, isWhole, libraryVersion, writeSealed } from "../files/sealed";
import { makeFolder } from "../files/write-aside";
import { projectFolder } from "../places";
import { type JobPool, libJob } from "../pool";
import { checkShape, type LongCall, reject, withDefaults } from "../wasm/check";
import { toMatrix, toRowMajor } from "../wasm/vector";
import { checkEchoState, type EchoState, withReadout } from "./echo-state";
import type { ForceTraining } from "./force";
import { type FlipFlopRecipe, flipFlopRecipe, type PreparedFlipFlop, prepareFlipFlop, trainFlipFlop } from "./recipe";

const format = "rnn-dynamics network";
const formatVersion = 1;
const encoding = "base64 float64 little-endian";
/** A readout of 16 outputs and 100 000 units has 17 MB in base64. */
const mostBytes = 32 * 1024 * 1024;

/** Where a network on disk came from. */
export interface Provenance {
  readonly file: string;
  /** Version of the library that trained it. */
  readonly library: string;
  /** The command that makes it again, or how else it was made. */
  readonly command: string;
  readonly checksum: string;
}

/** A trained network from disk, and what it was trained from. */
export interface StoredNetwork extends PreparedFlipFlop {
  readonly provenance: Provenance;
}

export interface SaveNetworkOptions {
  /** How the network was made, for whoever reads the file. */
  readonly command?: string;
  /** Whether a file that holds another network may be replaced. */
  readonly replace?: boolean;
}

export const saveNetworkDefaults = Object.freeze({
  command: "trainForce" as string,
  /** A network takes minutes to train, and a slip of the file name a second. */
  replace: false as boolean,
});

/** What is in the file, checksum aside. The order of the fields is part of the checksum. */
interface Contents {
  readonly format: string;
  readonly version: number;
  readonly library: string;
  readonly command: string;
  readonly recipe: FlipFlopRecipe;
  readonly reservoir: string;
  readonly readout: {
    readonly rows: number;
    readonly columns: number;
    readonly encoding: string;
    readonly data: string;
  };
}

/**
 * Saves a trained flip-flop network as its recipe and its readout.
 *
 * The new file is written aside and renamed, so a crash or a full disk leaves the old one. A file that holds another
 * network, or that is damaged or something else altogether, is not replaced unless `replace` says so.
 *
 * @param file path of the file, ending in `.json` by custom
 * @param net a network whose reservoir is the one the recipe gives
 * @param recipe what it was made from; what is left out is the paper's
 * @throws RangeError if the network is not the recipe's; Error if the file cannot be written or must not be replaced
 */
export function saveNetwork(
  file: string,
  net: EchoState,
  recipe: Partial<FlipFlopRecipe>,
  options: SaveNetworkOptions = {},
): void {
  const where = "saveNetwork";
  checkFileName(where, file);
  checkEchoState(where, net);
  const { command, replace } = withDefaults(where, options, saveNetworkDefaults);
  if (typeof command !== "string") reject(where, "command", command, "a text");
  const prepared = prepareFlipFlop(recipe);
  const reservoir = reservoirDigest(prepared.network);
  for (const name of ["units", "inputs", "outputs", "gain", "tau", "activation"] as const) {
    if (net[name] !== prepared.network[name]) {
      reject(where, `network.${name}`, `is ${net[name]}`, `${prepared.network[name]}, as in its recipe`);
    }
  }
  if (reservoirDigest(net) !== reservoir) {
    reject(where, "network", "has another reservoir", `the one of its recipe, seed ${prepared.recipe.seed}`);
  }
  const contents: Contents = {
    format,
    version: formatVersion,
    library: libraryVersion(),
    command,
    recipe: prepared.recipe,
    reservoir,
    readout: { rows: net.outputs, columns: net.units, encoding, data: bytesOf(net.Wo).toString("base64") },
  };
  if (!replace && existsSync(file)) refuseOther(where, file, contents);
  writeSealed(where, file, contents, 2);
}

/** Throws unless the file there was made from the same recipe, so that saving again is only saving again. */
function refuseOther(where: string, file: string, contents: Contents): void {
  let there: Contents;
  try {
    there = readContents(where, file);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`${where}: ${file} exists and is not a whole network, so it is left alone (${what})`);
  }
  const isSame = JSON.stringify(there.recipe) === JSON.stringify(contents.recipe);
  if (!isSame || there.reservoir !== contents.reservoir) {
    throw new Error(
      `${where}: ${file} holds a network of another ${isSame ? "reservoir" : "recipe"}, so it is left alone; save under another name, or with { replace: true }`,
    );
  }
}

/**
 * Reads a trained network: draws reservoir and tasks again from the recipe, and puts in the readout from the file.
 *
 * @returns network, recipe, x0, training and test task, provenance
 * @throws Error that names the file, what is wrong with it, and what to do: missing, not JSON, not a network of ours,
 *   newer than this library, damaged (checksum), wrong shape, a readout that is not finite, another reservoir
 */
export function loadNetwork(file: string): StoredNetwork {
  const where = "loadNetwork";
  checkFileName(where, file);
  const { checksum, readout, ...contents } = readContents(where, file);
  const prepared = prepareFlipFlop(contents.recipe);
  if (reservoirDigest(prepared.network) !== contents.reservoir) {
    refuseFile(
      where,
      file,
      `needs another reservoir than the one that version ${libraryVersion()} of this library draws from seed ${String(prepared.recipe.seed).slice(0, 60)}`,
      `train it again, or use version ${contents.library}, which made it`,
    );
  }
  const Wo = toMatrix(floatsIn(Buffer.from(readout.data, "base64")), readout.rows, readout.columns);
  const { library, command } = contents;
  return { ...prepared, network: withReadout(prepared.network, Wo), provenance: { file, library, command, checksum } };
}

/** Reads a file as far as it can be judged without drawing a reservoir. */
function readContents(where: string, file: string): Contents & { readonly checksum: string } {
  const rules = {
    kind: "a network file",
    advice: "restore it from a copy (a shipped one: git checkout -- data/networks), or name another file",
    mostBytes,
  };
  const contents = readJsonRecord(where, file, rules) as unknown as Contents & { checksum: string };
  if (contents.format !== format) {
    refuseFile(where, file, "is not a network of this library", `name a file whose "format" is "${format}"`);
  }
  if (contents.version !== formatVersion) {
    const isNewer = typeof contents.version === "number" && contents.version > formatVersion;
    const what = `has format version ${shown(contents.version)}, this library reads ${formatVersion}`;
    refuseFile(where, file, what, isNewer ? "use a newer library" : "restore it from a copy");
  }
  const restore =
    "restore it from a copy (a shipped one: git checkout -- data/networks), or train it again under another name";
  if (!isWhole({ ...contents })) refuseFile(where, file, "is damaged: its contents do not match its checksum", restore);
  for (const name of ["library", "command", "reservoir"] as const) {
    if (typeof contents[name] !== "string") refuseFile(where, file, `has a ${name} that is no text`, restore);
  }
  let recipe: FlipFlopRecipe;
  try {
    recipe = flipFlopRecipe(contents.recipe);
  } catch (error) {
    return refuseFile(where, file, `has a recipe that cannot be followed (${(error as Error).message})`, restore);
  }
  checkReadout(where, file, contents.readout, recipe, restore);
  return { ...contents, recipe };
}

function checkReadout(
  where: string,
  file: string,
  readout: Contents["readout"],
  recipe: FlipFlopRecipe,
  restore: string,
): void {
  if (readout?.rows !== recipe.bits || readout.columns !== recipe.units) {
    const got = `${shown(readout?.rows)}×${shown(readout?.columns)}`;
    refuseFile(where, file, `has a readout of ${got}, expected ${recipe.bits}×${recipe.units}`, restore);
  }
  if (readout.encoding !== encoding) {
    refuseFile(where, file, `has a readout encoded as ${shown(readout.encoding)}, expected "${encoding}"`, restore);
  }
  if (typeof readout.data !== "string") refuseFile(where, file, "has a readout that is no text", restore);
  const bytes = Buffer.from(readout.data, "base64");
  if (bytes.toString("base64") !== readout.data || bytes.length !== 8 * recipe.bits * recipe.units) {
    const wanted = `${recipe.bits * recipe.units} numbers`;
    refuseFile(
      where,
      file,
      `has a readout of ${bytes.length / 8} numbers, expected ${wanted} in clean base64`,
      restore,
    );
  }
  const bad = floatsIn(bytes).findIndex((entry) => !Number.isFinite(entry));
  if (bad >= 0) refuseFile(where, file, `has a readout with ${floatsIn(bytes)[bad]} at component ${bad}`, restore);
}

function reservoirDigest(net: EchoState): string {
  return digestOf(bytesOf(net.Wr), bytesOf(net.Wfb), bytesOf(net.B));
}

function checkFileName(where: string, file: string): void {
  if (typeof file !== "string" || file === "") reject(where, "file", file === "" ? "is empty" : file, "a path");
}

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
