import { cellFrames, type Place, type RunCell, trueLines } from "./true-line";

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
  // Node puts file, compiled line and an arrow in front of what V8 throws: the reader gets the true line instead
  const body = text.trim().replace(/^\S[^\n]*:\d+\n(?:[^\n]*\n)?\s*\^+\n\n?(?=\S)/, "");
  // an error without a stack is printed in brackets: [Error: message]
  const head = body.split(/\n\s+at /)[0].replace(/^\[(.*)\]$/s, "$1");
  const [, name, message] = /^(?:Uncaught )?([A-Z]\w*(?:Error|Exception)?)(?: \[\w+\])?(?:: ([\s\S]*))?$/.exec(
    head,
  ) ?? [undefined, "Error", head];
  const frames = cellFrames(body);
  const places = trueLines(frames, cells);
  const place = places.find((p) => p !== undefined) ?? syntaxErrorPlace(text, cells);
  const current = cells[cells.length - 1].number;
  const outer = places.filter((p) => p?.cell === current).at(-1);
  const isElsewhere = place && outer && (place.cell !== outer.cell || place.line !== outer.line);
  return {
    name,
    message: message || name,
    place,
    ...(isElsewhere ? { calledFrom: outer } : {}),
    traceback: translated(body, places),
  };
}

/** A text that V8 refuses although TypeScript passed it is reported as `evalmachine.<anonymous>:LINE` up front. */
function syntaxErrorPlace(text: string, cells: readonly RunCell[]): Place | undefined {
  const line = /^evalmachine\.<anonymous>:(\d+)$/m.exec(text)?.[1];
  return line ? trueLines([{ functionName: "", line: Number(line), column: 1 }], cells)[0] : undefined;
}

/** The stack with the cells' own lines, without the frames of the kernel's machinery below them. */
function translated(body: string, places: readonly (Place | undefined)[]): string[] {
  let index = 0;
  const lines = body.split("\n").map((line) => {
    if (!compiledPlace.test(line)) return line;
    const place = places[index++];
    if (!place) return line;
    return line.replace("at Proxy.", "at ").replace(compiledPlace, `cell ${place.cell}, line ${place.line}`);
  });
  // what fits no cell and has no name is the wrapper around the cell
  const machinery = /^\s+at .*(?:\bnode:|[\\/]tslab[\\/]dist[\\/])|^\s+at (?:async )?evalmachine\./;
  return lines.filter((line) => !machinery.test(line));
}

const compiledPlace = /evalmachine\.<anonymous>:\d+:\d+/;
