/** A place in a notebook: the number of the cell (from 1, all kinds counted) and the line in it (from 1). */
export interface Place {
  readonly cell: number;
  readonly line: number;
}

/** A code cell that has run, and its number. */
export interface RunCell {
  readonly number: number;
  readonly source: string;
}

/** An error of a cell, as a notebook stores it and as a reader needs it. */
export interface CellError {
  readonly name: string;
  readonly message: string;
  /** Where it was thrown; undefined when the text does not tell. */
  readonly place?: Place;
  /** The line of the failed cell from which that place was reached, when they differ. */
  readonly calledFrom?: Place;
  readonly traceback: readonly string[];
}

/** How tslab reports what a cell's own promise chain did not catch; the cell itself counts as "ok". */
const strayHead = /^(UnhandledPromiseRejection|UncaughtException): /;

/** Whether a text on stderr reports a stray rejection or exception. */
export function isStray(chunk: string): boolean {
  return strayHead.test(chunk);
}

/** `12:5 - message`, one per type error, with the line of the cell as it was written. */
const typeError = /^(?:\S+ )?(\d+):(\d+) - (.*)$/;

/**
 * Reads the error out of what a failed cell wrote to stderr. tslab sends no `error` message: its texts are all there is.
 *
 * @param chunks the texts written to stderr, one per call; the error is the last one (type errors: all of them)
 * @param cells the code cells run so far, the failed one last
 */
export function readCellError(chunks: readonly string[], cells: readonly RunCell[]): CellError {
  const lines = chunks.join("").trim().split("\n");
  const cell = cells[cells.length - 1].number;
  const firstType = typeError.exec(lines[0] ?? "");
  if (firstType && chunks.every((chunk) => typeError.test(chunk.split("\n")[0]))) {
    const place = { cell, line: Number(firstType[1]) };
    return { name: "TypeScriptError", message: firstType[3], place, traceback: lines };
  }
  return readException((chunks.at(-1) ?? "").replace(strayHead, ""), cells);
}

function readException(text: string, cells: readonly RunCell[]): CellError {
  const body = numbered(text.trim(), cells);
  // an error without a stack is printed in brackets: [Error: message]
  const head = body.split(/\n\s+at /)[0].replace(/^\[(.*)\]$/s, "$1");
  const [, name, message] = /^(?:Uncaught )?([A-Z]\w*(?:Error|Exception)?)(?: \[\w+\])?(?:: ([\s\S]*))?$/.exec(
    head,
  ) ?? [undefined, "Error", head];
  const places = [...body.matchAll(frame)].map(([, cell, line]) => ({ cell: Number(cell), line: Number(line) }));
  const place = places[0];
  const current = cells[cells.length - 1].number;
  const outer = places.filter(({ cell }) => cell === current).at(-1);
  const isElsewhere = place && outer && (place.cell !== outer.cell || place.line !== outer.line);
  return {
    name,
    message: message || name,
    place,
    ...(isElsewhere ? { calledFrom: outer } : {}),
    traceback: body.split("\n"),
  };
}

const frame = /^\s+at (?:.* \()?(?:async )?cell (\d+), line (\d+)\)?$/gm;

/** The kernel counts the cells that it has run, `cell [2]`; a reader of the file counts all cells. */
function numbered(text: string, cells: readonly RunCell[]): string {
  return text.replace(/(?<=^\s+at .*)cell \[(\d+)\](?=, line \d+\)?$)/gm, (words, count) => {
    const cell = cells[Number(count) - 1];
    return cell ? `cell ${cell.number}` : words;
  });
}
