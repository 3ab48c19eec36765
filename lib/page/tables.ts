/** Small tables under a cell, kept in a danfojs DataFrame and shown as HTML and as text. */
import { checkCount, checkList, reject, withDefaults } from "../wasm/check";
import { Display, isInNotebook } from "./kernel-link";

/** How a table is shown. */
export interface TableOptions {
  /** the columns to show and their order; every column of the rows if undefined */
  columns?: readonly string[];
  /** significant digits of numbers that are not integers */
  digits?: number;
}

/** Four digits tell what a reader compares; integers and words are always whole. */
export const tableDefaults: Readonly<TableOptions> = Object.freeze({ columns: undefined, digits: 4 });

/** What is used of a danfojs DataFrame. Its own types are large and would slow down every cell that imports them. */
export interface TableFrame {
  readonly columns: string[];
  readonly values: unknown;
}

/**
 * Shows rows as a table. Outside a notebook nothing happens.
 *
 * Numbers are rounded for the eye only; arrays and vectors are written as (a, b, …); a missing entry is a dash.
 *
 * @param rows one record per row, or a danfojs DataFrame
 * @param options columns and their order, digits
 * @throws RangeError if rows are not records, a named column is in no row, or digits is not 1 … 17
 */
export function table(rows: readonly object[] | TableFrame, options?: TableOptions): void {
  const { columns, digits } = withDefaults<TableOptions>("table", options, tableDefaults);
  checkCount("table", "digits", digits as number);
  if ((digits as number) > 17) reject("table", "digits", digits, "at most 17, all that a number has");
  if (columns !== undefined) checkList("table", "columns", columns);
  const { names, cells } = isFrame(rows) ? contents(rows) : ofRecords(rows);
  const chosen = columns ?? names;
  for (const name of chosen) {
    if (!names.includes(name)) reject("table", `column "${name}"`, "is in no row", `one of ${names.join(", ")}`);
  }
  if (!isInNotebook()) return;
  const entries = isFrame(rows) ? cells : throughDataFrame(names, cells, digits as number);
  const order = chosen.map((name) => names.indexOf(name));
  const shown = entries.map((row) => order.map((column) => row[column]));
  const words = shown.map((row) => row.map((value) => written(value, digits as number)));
  const isRight = order.map((_, column) =>
    shown.every((row) => typeof row[column] === "number" || row[column] == null),
  );
  new Display().write({
    "text/html": asHtml(chosen, words, isRight),
    "text/plain": asText(chosen, words, isRight),
  });
}

interface Contents {
  names: string[];
  cells: unknown[][];
}

const isFrame = (rows: readonly object[] | TableFrame): rows is TableFrame =>
  typeof rows === "object" &&
  rows !== null &&
  !Array.isArray(rows) &&
  Array.isArray(ownOf(rows as TableFrame, "columns")) &&
  Array.isArray(ownOf(rows as TableFrame, "values"));

function contents(frame: TableFrame): Contents {
  return { names: ownOf(frame, "columns") as string[], cells: ownOf(frame, "values") as unknown[][] };
}

/**
 * What a frame says of itself. danfojs keeps each column as a property of the frame, under its own name, which hides the
 * frame's property of that name; the one that its class defines is there all the same.
 */
function ownOf(frame: TableFrame, name: "columns" | "values"): unknown {
  for (let kind = Object.getPrototypeOf(frame); kind !== null; kind = Object.getPrototypeOf(kind)) {
    const get = Object.getOwnPropertyDescriptor(kind, name)?.get;
    if (!get) continue;
    try {
      return get.call(frame);
    } catch {
      return undefined; // a column has taken the place of what the frame is made of
    }
  }
  return frame[name];
}

function ofRecords(rows: readonly object[] | TableFrame): Contents {
  if (!Array.isArray(rows)) reject("table", "rows", rows, "an array of records or a DataFrame");
  const names: string[] = [];
  for (const [i, row] of (rows as unknown[]).entries()) {
    if (typeof row !== "object" || row === null) reject("table", `rows[${i}]`, row, "a record { column: value, … }");
    for (const name of Object.keys(row)) if (!names.includes(name)) names.push(name);
  }
  const cells = (rows as Record<string, unknown>[]).map((row) => names.map((name) => row[name] ?? null));
  return { names, cells };
}

/**
 * The entries as danfojs keeps them. Entries it has no type for (vectors, records) go in as they will be read.
 *
 * Its columns are numbered: danfojs keeps them as properties of the frame, where one called "values", "columns" or
 * "index" would take the place of the frame's own.
 */
function throughDataFrame(names: string[], cells: unknown[][], digits: number): unknown[][] {
  if (cells.length === 0 || names.length === 0) return cells;
  const isKnown = (value: unknown): boolean =>
    value === null || typeof value === "number" || typeof value === "string" || typeof value === "boolean";
  const known = cells.map((row) => row.map((value) => (isKnown(value) ? value : written(value, digits))));
  const frame = new (danfojs().DataFrame)(known, { columns: names.map((_, i) => `column ${i}`) });
  return frame.values as unknown[][];
}

interface Danfojs {
  DataFrame: new (rows: unknown[][], options: { columns: string[] }) => TableFrame;
}

/** danfojs, loaded when the first table is shown (1.4 s) and without the greeting its tensor library prints. */
function danfojs(): Danfojs {
  const names = ["log", "info", "warn", "error"] as const;
  const kept = names.map((name) => console[name]);
  for (const name of names) console[name] = () => {};
  try {
    return require("danfojs-node") as Danfojs;
  } finally {
    for (const [i, name] of names.entries()) console[name] = kept[i];
  }
}

function written(value: unknown, digits: number): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return numeral(value, digits);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    const entries = Array.from(value as ArrayLike<unknown>, (entry) =>
      Array.isArray(entry) ? "…" : written(entry, digits),
    );
    return `(${entries.join(", ")})`;
  }
  return typeof value === "object" ? recordText(value, digits) : String(value);
}

/** A small record as it is read: { steps: 3, kind: saddle }. What lies deeper is only hinted at. */
function recordText(record: object, digits: number): string {
  const fields = Object.entries(record).map(([name, value]) => {
    const isDeep = typeof value === "object" && value !== null;
    return `${name}: ${isDeep ? "…" : written(value, digits)}`;
  });
  return `{ ${fields.join(", ")} }`;
}

function numeral(value: number, digits: number): string {
  if (Number.isNaN(value)) return "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value).replace("-", "−");
  // 0.500 and 0.5 are the same number, but 1.200e-30 is not easier to read than 1.2e-30
  const text = String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−").replace("e+", "e");
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function asHtml(names: readonly string[], rows: string[][], isRight: boolean[]): string {
  const cell = (tag: string, text: string, column: number): string =>
    `<${tag} style="text-align:${isRight[column] ? "right" : "left"};padding:4px 12px">${escaped(text)}</${tag}>`;
  const line = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text, column) => cell(tag, text, column)).join("")}</tr>`;
  return `<table class="dataframe" style="font-size:14px;border-collapse:collapse"><thead>${line("th", names)}</thead>
<tbody>${rows.map((row) => line("td", row)).join("\n")}</tbody></table>`;
}

function asText(names: readonly string[], rows: string[][], isRight: boolean[]): string {
  const widths = names.map((name, column) => Math.max(...[name, ...rows.map((row) => row[column])].map(lengthOf)));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) => {
        const gap = " ".repeat(widths[column] - lengthOf(text));
        return isRight[column] ? gap + text : text + gap;
      })
      .join("  ")
      .trimEnd();
  return [line(names), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

const lengthOf = (text: string): number => [...text].length;
