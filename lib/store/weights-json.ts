/**
 * Weights in one JSON file, checked as they come in: for `loadWeights`.
 */
import { readFileSync, statSync } from "node:fs";
import type { ActivationName } from "../networks/activation";
import { checkChoice, checkNumber, reject } from "../numerics/validate";
import type { NpyArray } from "./npy";
import { reason } from "./write-aside";

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

/** 16 000 × 16 000 numbers do not fit in a text that Node can hold. */
const mostBytes = 2 ** 29 - 25;

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
      reject(where, `"${name}" of ${file}`, "is unknown", `${weightNames.join(", ")}, tau, activation`);
    }
    found[name as WeightName] = arrayFrom(where, `${name} of ${file}`, value);
  }
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
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > mostBytes) reject(where, file, `has ${size} bytes`, `at most ${mostBytes}: use .npy`);
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Error(`${where}: ${file} cannot be read, ${reason(error)}`, { cause: error });
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch (error) {
    throw new RangeError(
      `${where}: ${file} is not JSON (${(error as Error).message}); a NaN, for one, JSON cannot hold`,
    );
  }
  return reject(where, file, "is not a JSON object", '{ "Wr": [[…], …], … }');
}

/** Nested lists of numbers as an array, all rows of one length. */
function arrayFrom(where: string, source: string, value: unknown): WeightArray {
  if (!Array.isArray(value) || value.length === 0) reject(where, source, value, "a list of rows");
  const isVector = value.every((entry) => !Array.isArray(entry));
  const rows: unknown[][] = isVector ? [value] : value;
  const columns = rows[0].length;
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
