/**
 * Weights in one JSON file, checked as they come in: for `loadWeights`.
 */

import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { Matrix } from "ml-matrix";
import { foreignFile } from "../files/foreign-file";
import { firstBytes, readJsonRecord, refuseFile, shown } from "../files/json-file";
import { makeFolder } from "../files/write-aside";
import { checkChoice, checkNumber, checkRecord, reject, withDefaults } from "../wasm/check";
import { norm, toMatrix, toRowMajor } from "../wasm/vector";
import { checkEchoState, type EchoState, echoStateDefaults } from "./echo-state";
import { type NpyArray, readNpy, saveNpy } from "./npy";
import type { ActivationName } from "./rate-flow";

/** The matrices of a network, by the letters of the paper. */
export const weightNames = ["Wr", "Wfb", "Wo", "B"] as const;
export type WeightName = (typeof weightNames)[number];

/** An array and the words in which an error names it. */
export type WeightArray = NpyArray & { readonly source: string };
export type FoundWeights = Partial<Record<WeightName, WeightArray>>;

/** A shape as NumPy writes it: (3,) or (3, 1000). */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** Names by which other programs call such matrices, and what they are here. */
const otherNames: readonly (readonly [RegExp, string])[] = [
  [/^(b|bias.*|.*_bias)$/i, "for a bias: a column of B, np.column_stack([B, b]), with an input that is always 1"],
  [/^(weight_hh_l\d+|recurrent_kernel|W|J|W_rec|W_hh)$/i, "for recurrent weights: Wr"],
  [/^(weight_ih_l\d+|kernel|U|W_in|Win|W_ih)$/i, "for input weights: B"],
  [/^(W_out|Wout|C)$/i, "for readout weights: Wo"],
];

/** What an unknown name may have meant, to follow the list of known ones. */
export function meantBy(name: string): string {
  const meant = otherNames.find(([pattern]) => pattern.test(name))?.[1];
  return meant === undefined ? "" : `; ${meant}`;
}

/** The matrices of a JSON file, and what it says of the network besides. */
export function weightsFromJson(
  where: string,
  file: string,
): { found: FoundWeights; settings: { readonly tau?: number; readonly activation?: ActivationName } } {
  const contents = parse(where, file);
  const found: FoundWeights = {};
  for (const [name, value] of Object.entries(contents)) {
    if (name === "tau" || name === "activation") continue;
    if (!weightNames.includes(name as WeightName)) {
      const known = `${weightNames.join(", ")}, tau, activation`;
      reject(where, `${shown(name)} of ${file}`, "is unknown", `${known}${meantBy(name)}`);
    }
    found[name as WeightName] = arrayFrom(where, `${name} of ${file}`, value);
  }
  if (found.Wr === undefined)
    refuseFile(where, file, "is not whole: Wr is missing", 'add "Wr", the recurrent weights, N×N');
  const settings: { tau?: number; activation?: ActivationName } = {};
  if (contents.tau !== undefined) {
    checkNumber(where, `tau of ${file}`, contents.tau as number);
    settings.tau = contents.tau as number;
  }
  if (contents.activation !== undefined) {
    checkChoice(where, `activation of ${file}`, contents.activation, ["tanh", "logistic"]);
    settings.activation = contents.activation as ActivationName;
  }
  return { found, settings };
}

function parse(where: string, file: string): Record<string, unknown> {
  const foreign = foreignFile(firstBytes(where, file), file);
  if (foreign) refuseFile(where, file, `${foreign.what}, no JSON`, foreign.advice);
  const advice = 'write { "Wr": [[…], …], … }; a NaN, for one, JSON cannot hold';
  return readJsonRecord(where, file, { kind: "JSON", advice });
}

/** Nested lists of numbers as an array, all rows of one length. */
function arrayFrom(where: string, source: string, value: unknown): WeightArray {
  if (typeof value === "number") return arrayFrom(where, source, [[value]]); // Octave and MATLAB write a 1×1 matrix so
  if (!Array.isArray(value) || value.length === 0) reject(where, source, value, "a list of rows");
  const isVector = value.every((entry) => !Array.isArray(entry));
  const rows: unknown[][] = isVector ? [value] : value;
  const columns = Array.isArray(rows[0]) ? rows[0].length : 0;
  for (const [i, row] of rows.entries()) {
    if (!Array.isArray(row) || row.length !== columns || columns === 0) {
      const got = Array.isArray(row) ? `has length ${row.length}` : row;
      reject(where, `${source}, row ${i}`, got, `${columns || "at least 1"} numbers`);
    }
    for (const [j, entry] of row.entries()) {
      if (typeof entry !== "number") reject(where, `${source}, row ${i}, column ${j}`, entry, "a number");
    }
  }
  const data = Float64Array.from((rows as number[][]).flat());
  const bad = data.findIndex((entry) => !Number.isFinite(entry)); // JSON writes 1e999, and reads it as infinity
  if (bad >= 0)
    reject(
      where,
      source,
      `has ${data[bad]} at row ${Math.floor(bad / columns)}, column ${bad % columns}`,
      "finite numbers",
    );
  return { data, shape: isVector ? [value.length] : [rows.length, columns], source };
}

/**
 * Weights from elsewhere: a network trained with another program, as four .npy files or one JSON file.
 *
 * What is read becomes an `EchoState`, so that everything in this library works on it.
 */

/** Paths of .npy files, one per matrix. What is left out is zero: no feedback, no readout, no input. */
export interface WeightFiles {
  /** Recurrent weights, N×N, from column to row. */
  readonly Wr: string;
  /** Feedback weights, N×O. */
  readonly Wfb?: string;
  /** Readout weights, O×N. */
  readonly Wo?: string;
  /** Input weights, N×I. */
  readonly B?: string;
}

/** What the weights do not tell. */
export interface WeightOptions {
  /** Time constant in steps; 1 for a network that has none, h ← tanh(W h + …). */
  readonly tau?: number;
  readonly activation?: ActivationName;
}

export const weightDefaults = Object.freeze({
  /** The paper's. */
  tau: echoStateDefaults.tau as number,
  activation: echoStateDefaults.activation as ActivationName,
});

/**
 * A network from weights that were made elsewhere.
 *
 *     F(x) = −x + Wr r + Wfb z + B u,     z = Wo r,     r = act(x)        [J15 eqs. 22, 23]
 *
 * Files are .npy (float64 or float32), named one by one; or one JSON file { "Wr": [[…], …], "Wfb": …, "Wo": …, "B": … },
 * which may also hold "tau" and "activation". A vector of shape (N,) is one column of Wfb or B, or the one row of Wo; a
 * bare number in JSON is a 1×1 matrix, as Octave and MATLAB write it. A bias is a column of B whose input is always 1.
 * The shapes must agree: N is taken from Wr, the number of outputs from Wo and Wfb. `gain` is what the entries of Wr
 * say, g = ‖Wr‖/√N (Frobenius).
 *
 * @param files paths of the matrices, or the path of a JSON file
 * @param options tau in steps and activation; they go before what a JSON file says
 * @throws RangeError that names the file, what is wrong with it and what was expected: damaged, another type, a shape
 *   that does not fit, a NaN; Error if a file cannot be read
 */
export function loadWeights(files: WeightFiles | string, options?: WeightOptions): EchoState {
  const where = "loadWeights";
  const isJson = typeof files === "string";
  if (isJson && extname(files).toLowerCase() !== ".json") refuseOther(where, files);
  const json = isJson ? weightsFromJson(where, files) : undefined;
  const found = json?.found ?? fromNpy(where, files as WeightFiles);
  const settings = withDefaults(where, options, { ...weightDefaults, ...json?.settings });
  checkNumber(where, "tau", settings.tau);
  checkChoice(where, "activation", settings.activation, ["tanh", "logistic"]);
  return assembled(where, found, settings);
}

/** Throws for a path that is not one of a JSON file: what the file is, if it is there and tells. */
function refuseOther(where: string, file: string): never {
  const foreign = file !== "" && existsSync(file) ? foreignFile(firstBytes(where, file), file) : undefined;
  if (foreign) refuseFile(where, file, foreign.what, foreign.advice);
  const got = file === "" ? "is empty" : `is ${file}`;
  return reject(where, "files", got, "a .json file, or { Wr, Wfb, Wo, B } with .npy files");
}

/**
 * Saves the four matrices of a network as Wr.npy, Wfb.npy, Wo.npy and B.npy, for NumPy or for `loadWeights`.
 *
 * @param folder made if it is not there
 * @returns the paths, as `loadWeights` takes them
 * @throws RangeError if the network is not whole; Error if a file cannot be written
 */
export function saveWeights(folder: string, net: EchoState): Required<WeightFiles> {
  const where = "saveWeights";
  if (typeof folder !== "string" || folder === "")
    reject(where, "folder", folder === "" ? "is empty" : folder, "a path");
  checkEchoState(where, net);
  makeFolder(where, folder);
  const path = (name: WeightName): string => join(folder, `${name}.npy`);
  for (const name of weightNames) saveNpy(path(name), net[name]);
  return { Wr: path("Wr"), Wfb: path("Wfb"), Wo: path("Wo"), B: path("B") };
}

function fromNpy(where: string, files: WeightFiles): FoundWeights {
  checkRecord(where, "files", files, ["Wr"]);
  const found: FoundWeights = {};
  for (const name of Object.keys(files)) {
    if (!weightNames.includes(name as WeightName)) {
      reject(where, `files.${name.slice(0, 60)}`, "is unknown", `${weightNames.join(", ")}${meantBy(name)}`);
    }
    const file = files[name as WeightName];
    if (file === undefined) continue;
    if (typeof file !== "string") reject(where, `files.${name}`, file, "a path");
    found[name as WeightName] = { ...readNpy(where, file), source: `${name} of ${file}` };
  }
  return found;
}

/** Shapes must agree with each other; what is missing is zero. */
function assembled(
  where: string,
  found: FoundWeights,
  settings: { tau: number; activation: ActivationName },
): EchoState {
  const square = found.Wr;
  if (!square) return reject(where, "Wr", "is missing", "the recurrent weights, N×N");
  const units = square.shape[0];
  checkGates(where, square);
  const Wr = shaped(where, square, units, units);
  const { Wfb, Wo, B } = found;
  const outputs = channels(Wo, 0, units) ?? channels(Wfb, 1, units) ?? 1;
  const inputs = channels(B, 1, units) ?? 1;
  return {
    units,
    inputs,
    outputs,
    gain: norm(toRowMajor(Wr)) / Math.sqrt(units),
    tau: settings.tau,
    activation: settings.activation,
    Wr,
    Wfb: Wfb ? shaped(where, Wfb, units, outputs) : Matrix.zeros(units, outputs),
    Wo: Wo ? shaped(where, Wo, outputs, units) : Matrix.zeros(outputs, units),
    B: B ? shaped(where, B, units, inputs) : Matrix.zeros(units, inputs),
  };
}

/** How many channels a matrix has along one side, or along the other if N says that it lies the wrong way; a vector has one. */
function channels(array: WeightArray | undefined, side: 0 | 1, units: number): number | undefined {
  if (array === undefined) return undefined;
  if (array.shape.length === 1) return units === 1 ? array.shape[0] : 1; // one unit's row is written as a vector, too
  const isTurned = array.shape[1 - side] !== units && array.shape[side] === units;
  return array.shape[isTurned ? 1 - side : side];
}

/** Networks whose units have gates: so many blocks of N rows (PyTorch) or of N columns (Keras) lie in one matrix. */
const gated: Readonly<Record<number, string>> = { 3: "a GRU", 4: "an LSTM" };

/** Throws for the recurrent weights of a network with gates: no N×N part of them makes a rate network. */
function checkGates(where: string, { shape, source }: WeightArray): void {
  const [rows, columns = 1] = shape;
  const kind = gated[Math.max(rows, columns) / Math.min(rows, columns)];
  if (kind === undefined || Math.min(rows, columns) === 1) return;
  const blocks = `${Math.max(rows, columns) / Math.min(rows, columns)} blocks of ${Math.min(rows, columns)}`;
  const wanted = "(N, N): it has another equation than a rate network, and none of its blocks alone is one";
  reject(where, source, `has shape ${shapeText(shape)}, ${blocks} as in ${kind}`, wanted);
}

function shaped(where: string, array: WeightArray, rows: number, columns: number): Matrix {
  const { data, shape, source } = array;
  const isVector = shape.length === 1 && (rows === 1 || columns === 1) && shape[0] === rows * columns;
  if (!isVector && !(shape[0] === rows && shape[1] === columns)) {
    const gates = gated[shape[0] / rows] ?? gated[shape[1] / rows];
    const isTurned = shape[0] === columns && shape[1] === rows;
    const hint = isTurned ? " (is it transposed?)" : gates && rows > 1 ? ` (is it of ${gates}?)` : "";
    reject(where, source, `has shape ${shapeText(shape)}${hint}`, `(${rows}, ${columns})`);
  }
  return toMatrix(data, rows, columns);
}
