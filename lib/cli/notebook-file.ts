import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readJsonRecord, shown } from "../files/json-file";
import { makeFolder, reason, writeAside } from "../files/write-aside";
import { findBrowser, plotlyElement } from "../page/export";
import { oneLine } from "../wasm/check";

/** A notebook as it is on disk: the parts of nbformat 4.5 that matter here. */
export interface Notebook {
  cells: NotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** A cell; code cells also have `outputs` and `execution_count`. */
export interface NotebookCell {
  cell_type: string;
  id?: string;
  source: string | string[];
  metadata: { tags?: string[]; timeout?: number } & Record<string, unknown>;
  outputs?: NotebookOutput[];
  execution_count?: number | null;
}

/** One output of a code cell. While a notebook runs, texts are single strings; on disk they are lists of lines. */
export type NotebookOutput =
  | { output_type: "stream"; name: string; text: string | string[] }
  | { output_type: "display_data"; data: Record<string, unknown>; metadata: Record<string, unknown> }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** The source of a cell as one string, however it is stored. */
export function sourceOf(cell: NotebookCell): string {
  return Array.isArray(cell.source) ? cell.source.join("") : cell.source;
}

/**
 * The names of a folder's notebooks, in order, without `.ipynb`. Hidden files are none: macOS puts one beside each.
 *
 * @throws Error if there is no such folder, or it cannot be read
 */
export function listNotebooks(folder: string): string[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch (error) {
    throw new Error(`${folder} cannot be read, ${reason(error)}; name a folder with notebooks`, { cause: error });
  }
  return files
    .filter((file) => file.endsWith(".ipynb") && !file.startsWith("."))
    .map((file) => basename(file, ".ipynb"))
    .sort();
}

/** The first heading of a notebook: its title, as one line. */
export function titleOf(notebook: Notebook): string {
  const texts = notebook.cells.filter((cell) => cell.cell_type === "markdown").map(sourceOf);
  return oneLine(/^#\s+(.+)$/m.exec(texts.join("\n"))?.[1].trim() ?? "");
}

/** The longest time limit, a year: what runs longer has no limit, and a slip of the keyboard is told. */
export const mostSeconds = 366 * 24 * 3600;

const advice = "restore it with git, or open it in Jupyter and save it";

/**
 * Reads a notebook and empties its code cells, so that what a run saves comes from that run alone.
 *
 * @throws RangeError in one line: which file is not a notebook, or which cell of it is damaged, and what to do
 */
export function readNotebook(file: string): Notebook {
  const fail = (what: string, whatToDo = advice): never => {
    throw new RangeError(oneLine(`${file}: not a notebook, ${what}; ${whatToDo}`));
  };
  const found = contentsOf(file);
  const { nbformat, nbformat_minor: minor = 0, metadata = {}, cells } = found;
  if (nbformat !== 4) fail(`its format is ${shown(nbformat)}, expected 4`, "open it in Jupyter once and save it");
  if (!Number.isSafeInteger(minor)) fail(`its nbformat_minor is ${shown(minor)}, expected a whole number`);
  if (!isRecord(metadata)) fail(`its metadata are ${shown(metadata)}, expected a record`);
  if (!Array.isArray(cells)) return fail(`its cells are ${shown(cells)}, expected a list`);
  for (const [index, cell] of cells.entries()) {
    const fault = cellFault(cell);
    if (fault !== undefined) fail(`cell ${index + 1} ${fault}`);
  }
  const notebook = { ...found, metadata, cells, nbformat: 4, nbformat_minor: Math.max(minor as number, 5) } as Notebook;
  const ids = new Set(notebook.cells.map(({ id }) => id));
  notebook.cells.forEach((cell, index) => {
    cell.id ??= newId(ids, index + 1); // required since format 4.5
    cell.metadata ??= {};
    if (cell.cell_type !== "code") return;
    cell.outputs = [];
    cell.execution_count = null;
  });
  return notebook;
}

/** The record in the file; the refusal begins as all that are about notebooks. */
function contentsOf(file: string): Record<string, unknown> {
  try {
    return readJsonRecord("notebook", file, { kind: "JSON", advice });
  } catch (error) {
    const { message } = error as Error;
    throw new RangeError(
      message.replace(`notebook: ${file} `, () => `${file}: not a notebook, it `),
      { cause: error },
    );
  }
}

function newId(ids: Set<string | undefined>, number: number): string {
  let id = `cell-${number}`;
  while (ids.has(id)) id += "-b";
  ids.add(id);
  return id;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((line) => typeof line === "string");

/** What is wrong with a cell, as the end of a sentence; undefined if nothing is. */
function cellFault(cell: unknown): string | undefined {
  if (!isRecord(cell)) return `is ${shown(cell)}, expected a record`;
  const { cell_type: type, source, id, metadata = {}, outputs } = cell;
  if (type !== "code" && type !== "markdown" && type !== "raw")
    return `has the type ${shown(type)}, expected code, markdown or raw`;
  if (source === undefined) return "has no source";
  if (typeof source !== "string" && !isTexts(source))
    return `has a source that is ${shown(source)}, expected lines of text`;
  if (id !== undefined && typeof id !== "string") return `has an id that is ${shown(id)}, expected a text`;
  if (!isRecord(metadata)) return `has metadata that are ${shown(metadata)}, expected a record`;
  const { tags, timeout } = metadata;
  if (tags !== undefined && !isTexts(tags)) return `has tags that are ${shown(tags)}, expected a list of texts`;
  if (timeout !== undefined && !isLimit(timeout)) return `has a timeout of ${shown(timeout)}, expected ${limitWords}`;
  const isList = outputs === undefined || (Array.isArray(outputs) && outputs.every(isRecord));
  return isList ? undefined : `has outputs that are ${shown(outputs)}, expected a list of records`;
}

/** Whether a value can be a time limit. */
export const isLimit = (value: unknown): value is number =>
  typeof value === "number" && value > 0 && value <= mostSeconds;
/** What a time limit should be. */
export const limitWords = `a number of seconds above 0, at most ${mostSeconds} (a year)`;

/** Saves an executed copy, complete or not at all. */
export function writeNotebook(file: string, notebook: Notebook): void {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: toLines(sourceOf(cell)),
    ...(cell.outputs ? { outputs: cell.outputs.map(outputOnDisk) } : {}),
  }));
  makeFolder("run-notebooks", dirname(file));
  writeAside("run-notebooks", file, `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`);
}

function outputOnDisk(output: NotebookOutput): NotebookOutput {
  if (output.output_type === "stream") return { ...output, text: toLines(asTerminal([output.text].flat().join(""))) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    isText(type) && typeof value === "string" ? toLines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

const isText = (type: string) =>
  type.startsWith("text/") || type === "image/svg+xml" || type === "application/javascript";

/** What a terminal would show: a carriage return goes back to the start of its line. */
export function asTerminal(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map((line) => line.replace(/\r+$/, ""))
    .map((line) => line.slice(line.lastIndexOf("\r") + 1))
    .join("\n");
}

/** The way nbformat stores a text: a list of lines that keep their line ends. */
function toLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** The file of a notebook in a folder. */
export function notebookFile(folder: string, name: string): string {
  return join(folder, `${name}.ipynb`);
}

/* Figures of an executed copy for which no picture could be made: they are counted, and made to draw by themselves. */

/**
 * Puts plotly.js into a copy, once and before its first figure, if a figure of it has no picture: a page made from the
 * copy then draws by itself, without a network.
 *
 * @param notebook an executed copy; changed in place
 * @returns how many figures have no picture
 */
export function helpPictureless(notebook: Notebook): number {
  const figures = notebook.cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap((output) =>
      output.output_type === "display_data" && "application/vnd.plotly.v1+json" in output.data ? [output.data] : [],
    ),
  );
  const count = figures.filter((forms) => !("image/png" in forms)).length;
  if (count > 0) figures[0]["text/html"] = `${plotlyElement()}\n${figures[0]["text/html"]}`;
  return count;
}

/** What a run says last when figures have no picture. */
export function picturelessLine(count: number): string {
  const figures = count === 1 ? "1 figure has" : `${count} figures have`;
  const browser = findBrowser();
  const cure = browser
    ? `${browser} does not draw them; install Chrome, Chromium or Edge anew, or name another in CHROME_PATH`
    : "install Chrome, Chromium or Edge, or name yours in CHROME_PATH";
  return `${figures} no picture: ${cure}, and run this again.`;
}
