import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeAside } from "../store/write-aside";

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

/** The names of a folder's notebooks, in order, without `.ipynb`. */
export function listNotebooks(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ipynb"))
    .map((file) => basename(file, ".ipynb"))
    .sort();
}

/** The first heading of a notebook: its title. */
export function titleOf(notebook: Notebook): string {
  const texts = notebook.cells.filter((cell) => cell.cell_type === "markdown").map(sourceOf);
  return /^#\s+(.+)$/m.exec(texts.join("\n"))?.[1].trim() ?? "";
}

/**
 * Reads a notebook and empties its code cells, so that what a run saves comes from that run alone.
 *
 * @throws Error saying which file is not a notebook, and why
 */
export function readNotebook(file: string): Notebook {
  let notebook: Notebook;
  try {
    notebook = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file}: not a notebook (${(error as Error).message}); restore it with git`);
  }
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new Error(`${file}: not a notebook of format 4; open it in Jupyter once and save it`);
  }
  notebook.nbformat_minor = Math.max(notebook.nbformat_minor ?? 0, 5);
  notebook.metadata ??= {};
  notebook.cells.forEach((cell, index) => {
    cell.id ??= `cell-${index + 1}`; // required since format 4.5
    cell.metadata ??= {};
    if (cell.cell_type !== "code") return;
    cell.outputs = [];
    cell.execution_count = null;
  });
  return notebook;
}

/** Saves an executed copy, complete or not at all. */
export function writeNotebook(file: string, notebook: Notebook): void {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: toLines(sourceOf(cell)),
    ...(cell.outputs ? { outputs: cell.outputs.map(outputOnDisk) } : {}),
  }));
  mkdirSync(dirname(file), { recursive: true });
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
