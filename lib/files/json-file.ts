/**
 * JSON files that may be damaged, foreign or made by another program: read as a record, or refused in one line that says
 * which file, what is wrong with it, and what to do. The engine's own words never reach the reader.
 */
import { closeSync, openSync, readFileSync, readSync, renameSync, statSync } from "node:fs";
import { oneLine } from "../wasm/check";
import { reason } from "./write-aside";

/** Deepest nesting of lists and records; a figure's is below 20, and what writes JSON is called once for each level. */
const mostLevels = 200;

/** What a caller expects, for the refusal. */
export interface JsonRules {
  /** What the file should be, after "is not": "a network file"; "JSON" where it says no more of itself. */
  readonly kind: string;
  /** What to do about it, as a sentence without its end. */
  readonly advice: string;
  /** Largest size in bytes; a text in Node holds no more than 2²⁹ characters. */
  readonly mostBytes?: number;
}

/** One form for everything that can be wrong with a file: which, what, what to do. The file itself is never touched. */
export function refuseFile(where: string, file: string, what: string, advice: string): never {
  throw new RangeError(oneLine(`${where}: ${file} ${what}; ${advice}`));
}

/** A value from a file as it may stand in a line. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return typeof value === "object" && value !== null ? "a list or a record" : String(value);
}

/** Throws for a file that the system does not let us read. */
export function unreadable(where: string, file: string, error: unknown): never {
  throw new Error(`${where}: ${file} cannot be read, ${reason(error)}`, { cause: error });
}

/** The bytes of a file that is not larger than that. */
export function readBytes(where: string, file: string, mostBytes: number, advice = "name another file"): Buffer {
  let size: number;
  try {
    const status = statSync(file);
    size = status.isFile() || status.isDirectory() ? status.size : Number.NaN; // a pipe or a device has none
    if (size <= mostBytes) return readFileSync(file);
  } catch (error) {
    return unreadable(where, file, error);
  }
  const what = Number.isNaN(size)
    ? "is a pipe or a device, no file"
    : `has ${size} bytes, expected at most ${mostBytes}`;
  return refuseFile(where, file, what, advice);
}

/** The beginning of a file, by which its kind is told. */
export function firstBytes(where: string, file: string): Buffer {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    const start = Buffer.alloc(512);
    return start.subarray(0, readSync(descriptor, start, 0, start.length, 0));
  } catch (error) {
    return unreadable(where, file, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * The JSON record or list in a file.
 *
 * A byte-order mark of UTF-8, which editors on Windows put in front, is passed over.
 *
 * @throws RangeError if it is not JSON, or nested too deeply; Error if the file cannot be read
 */
export function readJson(where: string, file: string, rules: JsonRules): object {
  const bytes = readBytes(where, file, rules.mostBytes ?? 2 ** 29 - 25);
  const fail = (what: string, advice = rules.advice): never => refuseFile(where, file, what, advice);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    fail("is written in UTF-16", "save it as UTF-8");
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const fault = `JSON (${jsonFault(text, error)})`;
    if (rules.kind === "JSON") return fail(`is not ${fault}`);
    const hint = /^\s*[[{]/.test(text) ? "is truncated or damaged" : `is not ${rules.kind}`;
    return fail(`${hint}: not ${fault}`);
  }
  if (typeof parsed !== "object" || parsed === null) return fail(`is ${noObject(rules)}`);
  if (isDeeper(parsed, mostLevels)) return fail(`is damaged: lists in lists, more than ${mostLevels} levels deep`);
  return parsed;
}

/** The same where only a record will do. */
export function readJsonRecord(where: string, file: string, rules: JsonRules): Record<string, unknown> {
  const found = readJson(where, file, rules);
  if (Array.isArray(found)) return refuseFile(where, file, `is ${noObject(rules)}`, rules.advice);
  return found as Record<string, unknown>;
}

const noObject = ({ kind }: JsonRules): string =>
  kind === "JSON" ? "not a JSON object" : `not ${kind}: no JSON object`;

/** Moves a file of a cache out of the way, for whoever wants to know what became of it; what it held is made again. */
export function keepDamaged(file: string): void {
  try {
    renameSync(file, `${file}.damaged`);
  } catch {
    // writing the new one will say what is the matter
  }
}

/** Where a text stops being JSON, in our words: those of the engine differ from version to version, and quote the text. */
function jsonFault(text: string, error: unknown): string {
  if (text.trim() === "") return "it is empty";
  const message = String((error as Error)?.message);
  const position = /at position (\d+)/.exec(message)?.[1];
  if (/end of JSON input/.test(message) || Number(position) >= text.length) return "it ends too early";
  if (position === undefined) {
    const sign = /^Unexpected token '(.)/su.exec(message)?.[1];
    return sign === undefined ? "a sign that does not belong there" : `a ${JSON.stringify(sign)} where none belongs`;
  }
  const before = text.slice(0, Number(position)).split("\n");
  return `line ${before.length}, column ${(before.at(-1) as string).length + 1}`;
}

/** Whether lists and records lie in each other more than so many times. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  const members = Array.isArray(value) ? value : Object.values(value);
  return members.some((member) => typeof member === "object" && isDeeper(member, levels - 1));
}
