import { type CellError, isStray, type RunCell, readCellError } from "./cell-error";
import type { KernelClient, KernelMessage } from "./kernel-client";
import { KernelDiedError } from "./kernel-process";
import { type NotebookCell, type NotebookOutput, sourceOf } from "./notebook-file";
import { after } from "./project";

/** Why a cell counts as failed, and everything a reader needs to find out more. */
export interface CellFailure {
  readonly reason: "error" | "stray rejection" | "time limit" | "kernel died";
  /** Number of the cell, from 1, text cells counted. */
  readonly cell: number;
  readonly source: string;
  readonly error: CellError;
}

type Displays = Map<string, Extract<NotebookOutput, { output_type: "display_data" }>[]>;

const interruptSeconds = 5; // an asynchronous cell ends at once after SIGINT, a synchronous one too
const errorPauseMilliseconds = 250; // tslab throws away what arrives within 200 ms after an error

/** Runs the cells of one notebook in one kernel, and collects outputs also when they come late. */
export class CellRunner {
  private readonly displays: Displays = new Map();
  private readonly ran: RunCell[] = [];
  private readonly errorTexts = new Map<number, string[]>();
  private readonly cells = new Map<number, NotebookCell>();

  constructor(private readonly kernel: KernelClient) {}

  /** Runs one code cell; a failure is a value. */
  async run(cell: NotebookCell, number: number, limitSeconds: number): Promise<CellFailure | undefined> {
    const source = sourceOf(cell);
    const chunks: string[] = [];
    this.ran.push({ number, source });
    this.errorTexts.set(number, chunks);
    this.cells.set(number, cell);
    const execution = this.kernel.execute(source, (message) => this.collect(cell, chunks, message));
    let callOff = (): void => {};
    const tooLong = new Promise<"too long">((resolve) => {
      callOff = after(limitSeconds * 1000, () => resolve("too long"));
    });
    try {
      const reply = await Promise.race([execution, tooLong]);
      if (reply === "too long") return await this.stopCell(cell, number, limitSeconds, execution);
      cell.execution_count = reply.executionCount;
      if (reply.status === "ok") return this.stray();
      const error = readCellError(chunks, this.ran);
      await new Promise((resolve) => setTimeout(resolve, errorPauseMilliseconds));
      await this.kernel.settle(); // on a busy machine the kernel may not have seen that the time is over
      return this.failed("error", number, error);
    } catch (error) {
      if (!(error instanceof KernelDiedError)) throw error;
      return this.failed("kernel died", number, ownError("KernelDied", error.message));
    } finally {
      callOff();
    }
  }

  /** A rejection that nobody awaited, in this cell or, late, in an earlier one. */
  stray(): CellFailure | undefined {
    for (const { number } of this.ran) {
      if (isTagged(this.cells.get(number))) continue;
      const chunk = this.errorTexts.get(number)?.find(isStray);
      if (!chunk) continue;
      const upTo = this.ran.slice(0, this.ran.findIndex((cell) => cell.number === number) + 1);
      const failure = this.failed("stray rejection", number, readCellError([chunk], upTo));
      // tslab prints it under the cell that ran last; the reader wants the one that made it
      const origin = this.ran.find((cell) => cell.number === failure.error.place?.cell);
      return origin ? { ...failure, cell: origin.number, source: origin.source } : failure;
    }
    return undefined;
  }

  private async stopCell(cell: NotebookCell, number: number, limitSeconds: number, execution: Promise<unknown>) {
    this.kernel.process.interrupt();
    const patience = new Promise((resolve) => setTimeout(resolve, interruptSeconds * 1000).unref());
    await Promise.race([execution.catch(() => {}), patience]);
    const message = `the cell ran longer than its limit of ${limitSeconds} s`;
    cell.outputs = cell.outputs?.filter((output) => !(output.output_type === "stream" && isInterrupt(output)));
    return this.failed("time limit", number, ownError("TimeLimit", message));
  }

  /** Puts a proper `error` output where the text on stderr was. */
  private failed(reason: CellFailure["reason"], number: number, error: CellError): CellFailure {
    const cell = this.cells.get(number) as NotebookCell;
    const texts = this.errorTexts.get(number) ?? [];
    const shown = error.name === "TypeScriptError" ? texts.join("") : (texts.find(isStray) ?? texts.at(-1));
    const outputs = cell.outputs ?? [];
    if (reason === "error" || reason === "stray rejection") removeText(outputs, shown ?? "");
    outputs.push({
      output_type: "error",
      ename: error.name,
      evalue: error.message,
      traceback: [...error.traceback],
    });
    return { reason, cell: number, source: sourceOf(cell), error };
  }

  private collect(cell: NotebookCell, chunks: string[], { type, content }: KernelMessage): void {
    const outputs = cell.outputs ?? [];
    if (type === "stream") {
      const { name, text } = content as { name: string; text: string };
      if (name === "stderr") chunks.push(text);
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
