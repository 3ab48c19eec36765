import { type KernelClient, KernelDiedError, type KernelMessage } from "./kernel";
import { type NotebookCell, type NotebookOutput, sourceOf } from "./notebook-file";
import { after } from "./terminal";

/** Why a cell counts as failed, and everything a reader needs to find out more. */
export interface CellFailure {
  readonly reason: "error" | "stray rejection" | "time limit" | "kernel died";
  /** Number of the cell, from 1, text cells counted. */
  readonly cell: number;
  readonly source: string;
  readonly error: CellError;
}

/** A cell that has been started, and what it has written to stderr. */
interface StartedCell extends RunCell {
  readonly cell: NotebookCell;
  readonly errorTexts: string[];
}

type Displays = Map<string, Extract<NotebookOutput, { output_type: "display_data" }>[]>;

const interruptSeconds = 5; // an asynchronous cell ends at once after SIGINT, a synchronous one too
const errorPauseMilliseconds = 250; // tslab throws away what arrives within 200 ms after an error

/** Runs the cells of one notebook in one kernel, and collects outputs also when they come late. */
export class CellRunner {
  private readonly displays: Displays = new Map();
  private readonly ran: StartedCell[] = [];

  constructor(private readonly kernel: KernelClient) {}

  /** Runs one code cell; a failure is a value. */
  async run(cell: NotebookCell, number: number, limitSeconds: number): Promise<CellFailure | undefined> {
    const started: StartedCell = { cell, number, source: sourceOf(cell), errorTexts: [] };
    this.ran.push(started);
    const execution = this.kernel.execute(started.source, (message) => this.collect(started, message));
    let callOff = (): void => {};
    const tooLong = new Promise<"too long">((resolve) => {
      callOff = after(limitSeconds * 1000, () => resolve("too long"));
    });
    try {
      const reply = await Promise.race([execution, tooLong]);
      if (reply === "too long") return await this.stopCell(started, limitSeconds, execution);
      cell.execution_count = reply.executionCount;
      if (reply.status === "ok") return this.stray();
      const error = readCellError(started.errorTexts, this.ran);
      await new Promise((resolve) => setTimeout(resolve, errorPauseMilliseconds));
      await this.kernel.settle(); // on a busy machine the kernel may not have seen that the time is over
      return this.failed("error", started, error);
    } catch (error) {
      if (!(error instanceof KernelDiedError)) throw error;
      return this.failed("kernel died", started, ownError("KernelDied", error.message));
    } finally {
      callOff();
    }
  }

  /** A rejection that nobody awaited, in this cell or, late, in an earlier one. */
  stray(): CellFailure | undefined {
    for (const [i, started] of this.ran.entries()) {
      const chunk = isTagged(started.cell) ? undefined : started.errorTexts.find(isStray);
      if (!chunk) continue;
      const failure = this.failed("stray rejection", started, readCellError([chunk], this.ran.slice(0, i + 1)));
      // tslab prints it under the cell that ran last; the reader wants the one that made it
      const origin = this.ran.find((cell) => cell.number === failure.error.place?.cell);
      return origin ? { ...failure, cell: origin.number, source: origin.source } : failure;
    }
    return undefined;
  }

  private async stopCell(started: StartedCell, limitSeconds: number, execution: Promise<unknown>) {
    this.kernel.process.interrupt();
    const patience = new Promise((resolve) => setTimeout(resolve, interruptSeconds * 1000).unref());
    await Promise.race([execution.catch(() => {}), patience]);
    const message = `the cell ran longer than its limit of ${limitSeconds} s`;
    const { cell } = started;
    cell.outputs = cell.outputs?.filter((output) => !(output.output_type === "stream" && isInterrupt(output)));
    return this.failed("time limit", started, ownError("TimeLimit", message));
  }

  /** Puts a proper `error` output where the text on stderr was. */
  private failed(
    reason: CellFailure["reason"],
    { cell, number, source, errorTexts: texts }: StartedCell,
    error: CellError,
  ): CellFailure {
    const shown = error.name === "TypeScriptError" ? texts.join("") : (texts.find(isStray) ?? texts.at(-1));
    const outputs = cell.outputs ?? [];
    if (reason === "error" || reason === "stray rejection") removeText(outputs, shown ?? "");
    const { name: ename, message: evalue, traceback } = error;
    outputs.push({ output_type: "error", ename, evalue, traceback: [...traceback] });
    return { reason, cell: number, source, error };
  }

  private collect({ cell, errorTexts }: StartedCell, { type, content }: KernelMessage): void {
    const outputs = cell.outputs ?? [];
    if (type === "stream") {
      const { name, text } = content as { name: string; text: string };
      if (name === "stderr") errorTexts.push(text);
      const last = outputs.at(-1);
      if (last?.output_type === "stream" && last.name === name) last.text += text;
      else outputs.push({ output_type: "stream", name, text });
    } else if (type === "display_data" || type === "update_display_data") {
      const data = content.data as Record<string, unknown>;
      const metadata = (content.metadata ?? {}) as Record<string, unknown>;
      const id = (content.transient as { display_id?: string } | undefined)?.display_id;
      if (type === "update_display_data") {
        for (const shown of this.displays.get(id ?? "") ?? []) Object.assign(shown, { data, metadata });
        return;
      }
      const output = { output_type: "display_data" as const, data, metadata };
      outputs.push(output);
      if (id) this.displays.set(id, [...(this.displays.get(id) ?? []), output]);
    }
  }
}

/** Whether a cell is meant to fail. */
export function isTagged(cell: NotebookCell | undefined): boolean {
  return cell?.metadata.tags?.includes("raises-exception") ?? false;
}

function ownError(name: string, message: string): CellError {
  return { name, message, traceback: message.split("\n") };
}

const isInterrupt = (output: { name: string; text: string | string[] }) =>
  output.name === "stderr" && /Interrupted asynchronously|ERR_SCRIPT_EXECUTION_INTERRUPTED/.test(String(output.text));

/** Takes a text out of the last stderr stream that holds it. */
function removeText(outputs: NotebookOutput[], text: string): void {
  for (let i = outputs.length - 1; i >= 0; i--) {
    const output = outputs[i];
    if (output.output_type !== "stream" || output.name !== "stderr" || !String(output.text).includes(text)) continue;
    output.text = String(output.text).replace(text, () => "");
    if (output.text === "") outputs.splice(i, 1);
    return;
  }
}

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
