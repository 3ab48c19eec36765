/**
 * Weights in one JSON file, checked as they come in: for `loadWeights`.
 */

import { foreignFile } from "../files/foreign-file";
import { firstBytes, readJsonRecord, refuseFile, shown } from "../files/json-file";
import { checkChoice, checkNumber, reject } from "../wasm/validate";
import type { ActivationName } from "./activation";
import type { NpyArray } from "./npy";

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
