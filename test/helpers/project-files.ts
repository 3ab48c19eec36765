import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { listNotebooks, type Notebook, notebookFile, sourceOf } from "rnn-dynamics/dist/cli/notebook-file";
import { projectFolder } from "rnn-dynamics/dist/places";

/** A source file of lib, with its path below lib, or of the claims, with its path below notebooks; written with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** All TypeScript of lib and of the claims, but the kernels, which are another language with the same ending. */
export function libFiles(): SourceFile[] {
  const below = (root: string, folder: string): SourceFile[] =>
    readdirSync(join(projectFolder, root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({ file, path: relative(join(projectFolder, root), file).replaceAll("\\", "/") }))
      .filter(({ path }) => !/^(dist|claims\/dist|wasm\/assembly|node_modules)\//.test(path))
      .map(({ file, path }) => ({ path, text: readFileSync(file, "utf8") }));
  return [...below("lib", ""), ...below("notebooks", "claims")].sort((a, b) => (a.path < b.path ? -1 : 1));
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
