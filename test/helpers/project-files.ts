import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { listNotebooks, type Notebook, notebookFile, sourceOf } from "rnn-dynamics/dist/cli/notebook-file";
import { projectFolder } from "rnn-dynamics/dist/places";

/** A source file of lib, with its path below lib, written with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** All TypeScript of lib but the kernels, which are another language with the same ending. */
export function libFiles(): SourceFile[] {
  const lib = join(projectFolder, "lib");
  return readdirSync(lib, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(lib, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => !/^(dist|wasm\/assembly|node_modules)\//.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(lib, path), "utf8") }));
}

/** A committed notebook, taken apart. */
export interface NotebookText {
  readonly name: string;
  readonly notebook: Notebook;
  readonly code: readonly string[];
  readonly texts: readonly string[];
}

export function projectNotebooks(): NotebookText[] {
  const folder = join(projectFolder, "notebooks");
  return listNotebooks(folder).map((name) => {
    const notebook: Notebook = JSON.parse(readFileSync(notebookFile(folder, name), "utf8"));
    const of = (type: string) => notebook.cells.filter((cell) => cell.cell_type === type).map(sourceOf);
    return { name, notebook, code: of("code"), texts: of("markdown") };
  });
}

/** The equation numbers in `eq. 4`, `eqs. 14–17`, `eqs. 27, 28`. */
export function equationsIn(text: string): number[] {
  return [...text.matchAll(/\beqs?\. (\d+(?:\s?(?:–|-|, | and )\s?\d+)*)/g)].flatMap(([, list]) =>
    list.split(/, | and /).flatMap((part) => {
      const [first, last = first] = part.split(/–|-/).map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    }),
  );
}
