import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Notebook, NotebookCell } from "rnn-dynamics/dist/cli/notebook-file";
import { projectTemporary } from "./project-temporary";

/** A code cell as source text, or with tags or a time limit. */
export type CellText = string | { source: string; metadata: NotebookCell["metadata"] };

/** A throw-away folder of notebooks inside the project, where a kernel finds the project's packages. */
export interface NotebookFolder {
  readonly path: string;
  readonly out: string;
  /** Writes NAME.ipynb from the sources of its code cells; returns the file. */
  write(name: string, ...cells: CellText[]): string;
  /** The executed copy of a notebook. */
  executed(name: string): Notebook;
  remove(): void;
}

export function createNotebookFolder(): NotebookFolder {
  const path = projectTemporary("notebooks-");
  const out = join(path, "out");
  return {
    path,
    out,
    write(name, ...cells) {
      const file = join(path, `${name}.ipynb`);
      writeFileSync(file, JSON.stringify(notebookOf(cells)));
      return file;
    },
    executed: (name) => JSON.parse(readFileSync(join(out, `${name}.ipynb`), "utf8")),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function notebookOf(cells: readonly CellText[]): Notebook {
  return {
    cells: [
      { cell_type: "markdown", id: "title", metadata: {}, source: "# A title" },
      ...cells.map((cell, index) => ({
        cell_type: "code",
        id: `cell-${index + 2}`,
        metadata: typeof cell === "string" ? {} : cell.metadata,
        source: typeof cell === "string" ? cell : cell.source,
        outputs: [],
        execution_count: null,
      })),
    ],
    metadata: { kernelspec: { display_name: "TypeScript", language: "typescript", name: "tslab" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** All text of one stream of a cell. */
export function streamText(cell: NotebookCell, name = "stdout"): string {
  const streams = (cell.outputs ?? []).filter((o) => o.output_type === "stream" && o.name === name);
  return streams.map((o) => (o.output_type === "stream" ? [o.text].flat().join("") : "")).join("");
}
