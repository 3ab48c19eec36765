/**
 * Weights from elsewhere: a network trained with another program, as four .npy files or one JSON file.
 *
 * What is read becomes an `EchoState`, so that everything in this library works on it.
 */
import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { Matrix } from "ml-matrix";
import { foreignFile } from "../files/foreign-file";
import { firstBytes, refuseFile } from "../files/json-file";
import { makeFolder } from "../files/write-aside";
import { checkChoice, checkNumber, checkRecord, reject, withDefaults } from "../wasm/validate";
import { norm, toMatrix, toRowMajor } from "../wasm/vector";
import type { ActivationName } from "./activation";
import { checkEchoState, type EchoState, echoStateDefaults } from "./echo-state";
import { readNpy, saveNpy } from "./npy";
import {
  type FoundWeights,
  meantBy,
  shapeText,
  type WeightArray,
  type WeightName,
  weightNames,
  weightsFromJson,
} from "./weights-json";

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
