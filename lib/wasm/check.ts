/**
 * Argument checks, all in one form:  `function: thing has GOT, expected WANTED`.
 *
 * The caller's mistake throws; a numerical outcome never does (it is a status). NaN is looked for where data enter,
 * because `NaN < tolerance` is silently false and would hide for the rest of a computation.
 */

/** Throws the project's one form of argument error. */
export function reject(where: string, thing: string, got: unknown, wanted: string): never {
  throw new RangeError(oneLine(`${where}: ${thing} ${describe(got)}, expected ${wanted}`));
}

/** A text without line ends and other signs that steer a terminal or turn a line round: they are written as \u000a. */
export function oneLine(text: string): string {
  const written = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, written);
}

/** How a phrase about a thing begins, "has length 3"; any other text is a value somebody gave. */
const phrase = /^(is|are|has|depends|lacks|leaves|needs|runs) /;
/** Longest text that is shown in full. */
const longestText = 60;

/** A value in a sentence, whatever it is: never throws, never longer than a line. */
function describe(got: unknown): string {
  if (typeof got === "string") {
    if (phrase.test(got)) return got;
    return `is ${JSON.stringify(got.length > longestText ? `${got.slice(0, longestText)}…` : got)}`;
  }
  if (typeof got === "number" || typeof got === "bigint" || typeof got === "boolean") return `is ${got}`;
  if (got === undefined || got === null) return `is ${got}`;
  if (typeof got === "function" || typeof got === "symbol") return `is a ${typeof got}`;
  if (Array.isArray(got) || ArrayBuffer.isView(got))
    return `is an array of length ${(got as ArrayLike<unknown>).length}`;
  return "is an object";
}

/** An integer ≥ `least`, and no more than `most`, where there is a reason. */
export function checkCount(
  where: string,
  thing: string,
  value: number,
  least = 1,
  most: { readonly count: number; readonly reason: string } = anyCount,
): void {
  if (!Number.isSafeInteger(value) || value < least) reject(where, thing, value, `an integer ≥ ${least}`);
  if (value > most.count) reject(where, thing, value, `at most ${most.count}: ${most.reason}`);
}

const anyCount = Object.freeze({ count: Number.MAX_SAFE_INTEGER, reason: "the largest whole number" });
/** What a slip of the keyboard asks for is told at once, and not after days, or by the system that runs out of memory. */
export const mostSteps = Object.freeze({ count: 1e9, reason: "at N = 1000 that is a week of work" });
export const mostRows = Object.freeze({ count: 4_000_000, reason: "its matrices take 2 GB, half of what Node gives" });
export const mostUnits = Object.freeze({
  count: 16_384,
  reason: "Wr and P take 8 N² bytes each, and wasm holds 4 GB",
});
export const mostBits = Object.freeze({ count: 16, reason: "b bits have 2ᵇ memories, and each is looked at" });

/** A finite number, above zero unless `sign` says otherwise. */
export function checkNumber(
  where: string,
  thing: string,
  value: number,
  sign: "positive" | "not negative" | "any" = "positive",
): void {
  const isWrong =
    typeof value !== "number" ||
    !Number.isFinite(value) ||
    (sign === "positive" && value <= 0) ||
    (sign === "not negative" && value < 0);
  if (isWrong) reject(where, thing, value, sign === "any" ? "a finite number" : `a finite number, ${sign}`);
}

/** A Float64Array of a known length (any length ≥ 1 if none is given) without NaN or infinity. */
export function checkVector(where: string, thing: string, value: Float64Array, length?: number): void {
  if (!(value instanceof Float64Array)) reject(where, thing, value, "a Float64Array");
  if (length !== undefined && value.length !== length) reject(where, thing, `has length ${value.length}`, `${length}`);
  if (value.length === 0) reject(where, thing, "has length 0", "at least 1");
  for (let i = 0; i < value.length; i++) {
    if (!Number.isFinite(value[i])) reject(where, thing, `has ${value[i]} at component ${i}`, "finite numbers");
  }
}

/** Anything with rows, columns and `get`: an ml-matrix Matrix, of a known shape if one is given, all entries finite. */
export function checkMatrix(
  where: string,
  thing: string,
  value: { readonly rows: number; readonly columns: number; get(i: number, j: number): number },
  rows?: number,
  columns?: number,
): void {
  if (!value || typeof value.get !== "function" || !Number.isSafeInteger(value.rows)) {
    reject(where, thing, value, "an ml-matrix Matrix");
  }
  const wanted = `${rows ?? "any"}×${columns ?? "any"}`;
  if ((rows !== undefined && value.rows !== rows) || (columns !== undefined && value.columns !== columns)) {
    reject(where, thing, `is ${value.rows}×${value.columns}`, wanted);
  }
  if (value.rows === 0 || value.columns === 0)
    reject(where, thing, `is ${value.rows}×${value.columns}`, "at least 1×1");
  for (let i = 0; i < value.rows; i++) {
    for (let j = 0; j < value.columns; j++) {
      const entry = value.get(i, j);
      if (!Number.isFinite(entry)) reject(where, thing, `has ${entry} at row ${i}, column ${j}`, "finite numbers");
    }
  }
}

/** A record in which the named fields are there. */
export function checkRecord(where: string, thing: string, value: unknown, fields: readonly string[] = []): void {
  if (typeof value !== "object" || value === null) reject(where, thing, value, `a record { ${fields.join(", ")} }`);
  for (const field of fields) {
    if ((value as Record<string, unknown>)[field] == null) reject(where, `${thing}.${field}`, "is missing", "a value");
  }
}

/** An array of at least so many members; if fields are named, records that have them. */
export function checkList(
  where: string,
  thing: string,
  value: unknown,
  least = 0,
  fields: readonly string[] = [],
): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) reject(where, thing, value, "an array");
  if (value.length < least) reject(where, thing, `has length ${value.length}`, `at least ${least}`);
  if (fields.length === 0) return;
  for (const [i, member] of value.entries()) checkRecord(where, `${thing}[${i}]`, member, fields);
}

/** An array of numbers, typed or not, without NaN. */
export function checkNumbers(where: string, thing: string, value: unknown, least = 0): void {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (!isList) reject(where, thing, value, "an array of numbers");
  const numbers = value as ArrayLike<unknown>;
  if (numbers.length < least) reject(where, thing, `has length ${numbers.length}`, `at least ${least}`);
  for (let i = 0; i < numbers.length; i++) {
    const entry = numbers[i];
    if (typeof entry !== "number" || Number.isNaN(entry)) reject(where, `${thing}[${i}]`, entry, "a number");
  }
}

/** The bits of a memory: −1 or +1 each, so many if a length is given. */
export function checkPattern(where: string, thing: string, value: unknown, length?: number): void {
  checkNumbers(where, thing, value, 1);
  const bits = value as ArrayLike<number>;
  if (length !== undefined && bits.length !== length) reject(where, thing, `has length ${bits.length}`, `${length}`);
  for (let k = 0; k < bits.length; k++) {
    if (Math.abs(bits[k]) !== 1) reject(where, `${thing}[${k}]`, bits[k], "-1 or 1");
  }
}

/** A Float64Array; its entries are not looked at, where that would cost more than the work itself. */
export function checkFloats(where: string, thing: string, value: Float64Array): void {
  if (!(value instanceof Float64Array)) reject(where, thing, value, "a Float64Array");
}

/** One of a list of words. */
export function checkChoice(where: string, thing: string, value: unknown, choices: readonly string[]): void {
  if (!Array.isArray(choices)) reject("checkChoice", "choices", choices, "an array of words");
  if (typeof value !== "string" || !choices.includes(value)) {
    reject(where, thing, value, choices.map((c) => `"${c}"`).join(" or "));
  }
}

type ShapeWord =
  | ("number" | "finite" | "positive" | "not negative" | "share" | "count")
  | ("text" | "function" | "numbers" | "vector" | "list" | "matrix");

/**
 * What a value must be made of: a word, a list whose members have one shape (and of which there are so many at least), or a
 * record; `name?` may be undefined.
 */
export type Shape = ShapeWord | readonly [Shape, number?] | { readonly [field: string]: Shape };

const areNumbers = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every((entry) => typeof entry === "number")
    : ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Each word with its test and its name in a refusal. */
const kinds: Readonly<Record<ShapeWord, readonly [(value: unknown) => boolean, string]>> = {
  number: [(value) => typeof value === "number", "a number"],
  finite: [Number.isFinite, "a finite number"],
  positive: [(value) => Number.isFinite(value) && Number(value) > 0, "a finite number, positive"],
  "not negative": [(value) => Number.isFinite(value) && Number(value) >= 0, "a finite number, not negative"],
  share: [(value) => Number.isFinite(value) && Number(value) >= 0 && Number(value) <= 1, "a share, 0 to 1"],
  count: [(value) => Number.isSafeInteger(value) && Number(value) >= 0, "an integer ≥ 0"],
  text: [(value) => typeof value === "string", "a text"],
  function: [(value) => typeof value === "function", "a function"],
  numbers: [areNumbers, "an array of numbers"],
  vector: [(value) => value instanceof Float64Array, "a Float64Array"],
  list: [Array.isArray, "an array"],
  matrix: [
    (value) => typeof (value as { get?: unknown } | null | undefined)?.get === "function",
    "an ml-matrix Matrix",
  ],
};

/** Looks into a record as deep as its shape is given; for what a function reads without asking further. */
export function checkShape(where: string, thing: string, value: unknown, shape: Shape): void {
  if (typeof shape === "string") {
    const [isRight, wanted] = kinds[shape];
    if (!isRight(value)) reject(where, thing, value, wanted);
  } else if (isOneShape(shape)) {
    const [member, least = 0] = shape;
    checkList(where, thing, value, least);
    for (const [i, one] of value.entries()) checkShape(where, `${thing}[${i}]`, one, member);
  } else {
    const fields = Object.entries(shape);
    const names = fields.map(([name]) => name).join(", ");
    if (typeof value !== "object" || value === null) reject(where, thing, value, `a record { ${names} }`);
    for (const [key, inner] of fields) {
      const name = key.replace("?", "");
      const field = (value as Record<string, unknown>)[name];
      if (field !== undefined || name === key) checkShape(where, `${thing}.${name}`, field, inner);
    }
  }
}

const isOneShape = (shape: Exclude<Shape, string>): shape is readonly [Shape, number?] => Array.isArray(shape);

/** What a long call takes besides: how it is told how far it is. */
export interface LongCall {
  /** What is being done, beside the bar that a notebook then shows; nothing is shown elsewhere. */
  readonly label: string;
  /** Called now and then with how much is done, and of how much. */
  readonly onProgress: (done: number, total: number) => void;
}

export const longCallDefaults: LongCall = Object.freeze({ label: "", onProgress: () => {} });

let barOf: (label: string) => LongCall["onProgress"] = () => () => {};

/** Who shows the bars of long calls: the page of a notebook. */
export function showBarsBy(maker: typeof barOf): void {
  barOf = maker;
}

/** Shows a bar if there is a label, and takes the label off, so that what is called further down shows none. */
function withBar({ label, onProgress }: LongCall): LongCall {
  const bar = barOf(label);
  const both = (done: number, total: number): void => {
    bar(done, total);
    onProgress(done, total);
  };
  return { label: "", onProgress: both };
}

/** The defaults, overridden by the caller's options; an option that does not exist is a mistake, not a wish. */
export function withDefaults<T extends object>(where: string, options: Partial<T> | undefined, defaults: T): T {
  checkRecord("withDefaults", "defaults", defaults);
  if (options === undefined) return { ...defaults };
  if (typeof options !== "object" || options === null) reject(where, "options", options, "an object");
  const known = Object.keys(defaults);
  const result = { ...defaults };
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) reject(where, `option "${name}"`, "is unknown", known.join(", "));
    const standard = typeof (defaults as Record<string, unknown>)[name];
    if (standard === "function" && value !== undefined && typeof value !== "function") {
      reject(where, name, value, "a function");
    }
    if (value !== undefined) (result as Record<string, unknown>)[name] = value;
  }
  const { label, pool, signal } = result as Partial<LongCall> & { pool?: { run?: unknown }; signal?: unknown };
  if (label !== undefined && typeof label !== "string") reject(where, "label", label, "a text");
  if (pool !== undefined && typeof pool?.run !== "function") reject(where, "pool", pool, "a pool, as from createPool");
  if (signal !== undefined && !(signal instanceof AbortSignal)) reject(where, "signal", signal, "an AbortSignal");
  return label ? { ...result, ...withBar(result as unknown as LongCall) } : result;
}
