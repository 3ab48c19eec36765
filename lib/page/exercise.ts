/**
 * Exercises: a reader's attempt against the solution, at points where it matters, without ever stopping the notebook.
 *
 * The solutions of notebook NN are a typed module, notebooks/solutions/NN.ts, that exports
 * `exercises: Record<string, Exercise>` with keys "1", "2" …; exercise 2 of notebook 01 is asked for as "1.2".
 * In a copy without solutions every check says so kindly.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../places";

/** One exercise: what is right, where it is probed, how close is close enough. */
export interface Exercise {
  /** the right function, or the right value where a number or a word is asked for */
  readonly solution: unknown;
  /** lists of arguments; the attempt must agree with the solution on each. Not needed when the solution is a value */
  readonly probes?: readonly (readonly unknown[])[];
  /** largest relative difference, with a floor of one: |got − expected| ≤ tolerance · max(1, |expected|) */
  readonly tolerance?: number;
}

/** What a solution module exports. */
export interface SolutionModule {
  readonly exercises: Readonly<Record<string, Exercise>>;
}

/** Room for another order of operations, none for a wrong formula. */
const defaultTolerance = 1e-9;

/**
 * Checks an attempt and prints one line: `1.2 not attempted yet`, `1.2 correct`, or
 * `1.2 differs at component 0: got 3, expected 4`. Never throws.
 *
 * @param id notebook and exercise: "1.2" is exercise 2 of notebook 01
 * @param attempt the reader's function or value; `undefined`, or a function that returns it, is no attempt yet
 */
export function check(id: string, attempt: unknown): void {
  console.log(`${textOf(id)} ${verdict(id, attempt)}`);
}

/** The words that `check` prints after the exercise's number. */
export function verdict(id: string, attempt: unknown, folder: string = solutionsFolder): string {
  try {
    const exercise = findExercise(id, folder);
    return typeof exercise === "string" ? exercise : judge(exercise, attempt);
  } catch (error) {
    return `cannot be checked: ${messageOf(error)}`;
  }
}

const solutionsFolder = join(projectFolder, "data", "cache", "build", "notebooks", "solutions");

function findExercise(id: string, folder: string): Exercise | string {
  const parts = /^(\d{1,2})\.(\w+)$/.exec(textOf(id));
  if (!parts) return 'is not the number of an exercise; they are written "1.2" (notebook 01, exercise 2)';
  const file = join(folder, `${parts[1].padStart(2, "0")}.js`);
  if (!existsSync(file)) return "cannot be checked: this copy has no solutions";
  const { exercises } = require(file) as Partial<SolutionModule>;
  return exercises?.[parts[2]] ?? "is not an exercise of this notebook";
}

/**
 * Compares an attempt with an exercise's solution at its probe points.
 *
 * @returns "not attempted yet", "correct", "differs at …" or "fails …"
 */
export function judge(exercise: Exercise, attempt: unknown): string {
  const tolerance = exercise.tolerance ?? defaultTolerance;
  if (attempt === undefined) return "not attempted yet";
  if (typeof exercise.solution !== "function") return compared(attempt, exercise.solution, tolerance);
  if (typeof attempt !== "function") return `differs: got ${told(attempt)}, expected a function`;
  let wasAttempted = false;
  for (const probe of exercise.probes ?? [[]]) {
    const expected: unknown = exercise.solution(...copied(probe));
    let got: unknown;
    try {
      got = attempt(...copied(probe));
    } catch (error) {
      return `fails with "${messageOf(error)}"`;
    }
    if (got === undefined && !wasAttempted) continue;
    wasAttempted = true;
    const result = compared(got, expected, tolerance);
    if (result !== "correct") return result;
  }
  return wasAttempted ? "correct" : "not attempted yet";
}

const messageOf = (error: unknown): string => textOf(error instanceof Error ? error.message : error).split("\n")[0];

/** A value as text, also one that refuses to become text: an object without a prototype, or with a broken toString. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value === "object" ? "an object" : `a ${typeof value}`;
  }
}

/** Each side gets arguments of its own, in case one writes into them. */
function copied(probe: readonly unknown[]): unknown[] {
  return probe.map((argument) => {
    if (ArrayBuffer.isView(argument) && !(argument instanceof DataView)) return (argument as Float64Array).slice();
    if (Array.isArray(argument)) return copied(argument);
    if (isMatrix(argument) && typeof argument.clone === "function") return argument.clone();
    return argument;
  });
}

interface MatrixLike {
  readonly rows: number;
  readonly columns: number;
  get(row: number, column: number): number;
  clone?(): unknown;
}

function isMatrix(value: unknown): value is MatrixLike {
  const matrix = value as MatrixLike;
  return typeof value === "object" && value !== null && typeof matrix.get === "function" && matrix.rows >= 0;
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

function compared(got: unknown, expected: unknown, tolerance: number): string {
  const difference = firstDifference(got, expected, tolerance, "");
  return difference === undefined ? "correct" : `differs${difference}`;
}

/** Where two values first differ, as the rest of the sentence "differs …"; undefined where they agree. */
function firstDifference(got: unknown, expected: unknown, tolerance: number, place: string): string | undefined {
  const here = place === "" ? "" : ` at ${place}`;
  const said = (a: string, b: string): string => `${here}: got ${a}, expected ${b}`;
  if (isMatrix(expected)) return matrixDifference(got, expected, tolerance, said);
  if (isList(expected)) {
    if (!isList(got)) return said(told(got), `an array of length ${expected.length}`);
    if (got.length !== expected.length) return said(`length ${got.length}`, `length ${expected.length}`);
    for (let i = 0; i < expected.length; i++) {
      const inner = place === "" ? `component ${i}` : `${place}, ${i}`;
      const difference = firstDifference(got[i], expected[i], tolerance, inner);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return agrees(got, expected, tolerance) ? undefined : said(told(got), told(expected));
}

function matrixDifference(
  got: unknown,
  expected: MatrixLike,
  tolerance: number,
  said: (a: string, b: string) => string,
): string | undefined {
  const shape = `${expected.rows}×${expected.columns}`;
  if (!isMatrix(got)) return said(told(got), `a ${shape} matrix`);
  if (got.rows !== expected.rows || got.columns !== expected.columns) {
    return said(`a ${got.rows}×${got.columns} matrix`, `a ${shape} matrix`);
  }
  for (let i = 0; i < expected.rows; i++) {
    for (let j = 0; j < expected.columns; j++) {
      const [a, b] = [got.get(i, j), expected.get(i, j)];
      if (!agrees(a, b, tolerance)) return ` at row ${i}, column ${j}: got ${told(a)}, expected ${told(b)}`;
    }
  }
  return undefined;
}

function agrees(got: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof got === "number" && typeof expected === "number" && Number.isFinite(expected)) {
    return Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected));
  }
  if (typeof got === "string" && typeof expected === "string") {
    return got.trim().toLowerCase() === expected.trim().toLowerCase();
  }
  return Object.is(got, expected);
}

function told(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "function") return "a function";
  if (value instanceof Promise) return "a promise (is an await missing?)";
  if (isMatrix(value)) return `a ${value.rows}×${value.columns} matrix`;
  if (isList(value)) return `an array of length ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : textOf(value);
}
