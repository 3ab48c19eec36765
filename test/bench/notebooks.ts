/** Task N: what a student waits for, in the real kernel: the first figure of notebook 01, all of notebook 04. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type KernelClient, type KernelMessage, startKernel } from "rnn-dynamics/dist/cli/kernel";
import {
  listNotebooks,
  type NotebookCell,
  notebookFile,
  readNotebook,
  sourceOf,
} from "rnn-dynamics/dist/cli/notebook-file";
import { folders } from "rnn-dynamics/dist/cli/terminal";
import type { Context } from "./context";
import { summarize } from "./measure";
import type { Row, Target, TaskResult } from "./report";

const firstFigure = "first figure of notebook 01, from kernel start";
const whole = "notebook 04 with the shipped network";
/** Longest wait for notebook 04, and time after which the first figure is not measured again. */
const longestSeconds = 180;
const enoughSeconds = 30;

export async function runNotebooks(context: Context): Promise<TaskResult> {
  const rows: Row[] = [];
  const targets: Target[] = [];
  const isBusy = context.clock === "processor";
  const first: Outcome = isBusy ? { seconds: [], note: "not run: --busy" } : await measureFirstFigure(context);
  rows.push(row(firstFigure, first.seconds, first.note));
  targets.push({
    what: firstFigure,
    kind: "at most",
    limit: 6,
    unit: " s",
    measured: median(first.seconds),
    note: first.note,
  });
  const flag = isBusy ? "--busy" : context.isQuick ? "--quick" : undefined;
  const all: Outcome = flag ? { seconds: [], note: `not run: ${flag}` } : await measureWhole(context);
  rows.push(row(whole, all.seconds, all.note));
  const common = { what: whole, kind: "at most" as const, note: all.note };
  targets.push({ ...common, limit: 10, unit: " min", measured: scaled(median(all.seconds), 1 / 60) });
  targets.push({ ...common, limit: 60, unit: " s", measured: median(all.seconds) ?? all.longerThan });
  targets.push({ ...common, what: `${whole}, memory`, limit: 1000, unit: " MB", measured: all.megabytes });
  return { letter: "N", title: "Notebooks in the kernel", rows, targets };
}

interface Outcome {
  readonly seconds: readonly number[];
  readonly megabytes?: number;
  /** Seconds after which it was stopped. */
  readonly longerThan?: number;
  /** Why there are no times. */
  readonly note?: string;
}

const median = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : summarize(values).median;

const scaled = (value: number | undefined, factor: number): number | undefined =>
  value === undefined ? undefined : value * factor;

function row(work: string, seconds: readonly number[], note?: string): Row {
  const time = seconds.length === 0 ? undefined : summarize(seconds);
  return { work, size: 0, side: "ours", unit: "s", time, note };
}

/** The code cells of the notebook whose name begins so, or why there are none. */
function codeCells(number: string): NotebookCell[] | string {
  if (!existsSync(folders.notebooks)) return `not run: notebook ${number} missing`;
  const name = listNotebooks(folders.notebooks).find((candidate) => candidate.startsWith(number));
  if (name === undefined) return `not run: notebook ${number} missing`;
  const { cells } = readNotebook(notebookFile(folders.notebooks, name));
  return cells.filter((cell) => cell.cell_type === "code" && sourceOf(cell).trim() !== "");
}

function start({ folder }: Context): Promise<KernelClient> {
  return startKernel({ cwd: folders.notebooks, env: { ...process.env, RNN_DYNAMICS_OUT: join(folder, "out") } });
}

async function measureFirstFigure(context: Context): Promise<Outcome> {
  const cells = codeCells("01");
  if (typeof cells === "string") return { seconds: [], note: cells };
  const seconds: number[] = [];
  for (let i = 0; i < (context.isQuick ? 1 : 3); i++) {
    context.say(`N  first figure, ${i + 1}`);
    const begun = performance.now();
    const kernel = await start(context);
    try {
      const shown = await untilFigure(kernel, cells);
      if (shown === undefined) return { seconds: [], note: "not run: no figure was shown" };
      seconds.push((shown - begun) / 1000);
      if (seconds.reduce((sum, each) => sum + each) > enoughSeconds) break;
    } finally {
      await kernel.close();
    }
  }
  return { seconds };
}

/** Runs cells until a figure is on its way to the page; the moment it came, or undefined if none did. */
async function untilFigure(kernel: KernelClient, cells: readonly NotebookCell[]): Promise<number | undefined> {
  let shown: number | undefined;
  const look = ({ type, content }: KernelMessage): void => {
    if (type !== "display_data" && type !== "update_display_data") return;
    if (Object.hasOwn(content.data as object, "application/vnd.plotly.v1+json")) shown ??= performance.now();
  };
  for (const cell of cells) {
    const reply = await kernel.execute(sourceOf(cell), look);
    if (shown !== undefined || (reply.status !== "ok" && !isMeantToFail(cell))) break;
  }
  return shown;
}

const isMeantToFail = (cell: NotebookCell): boolean => cell.metadata.tags?.includes("raises-exception") ?? false;

async function measureWhole(context: Context): Promise<Outcome> {
  const cells = codeCells("04");
  if (typeof cells === "string") return { seconds: [], note: cells };
  context.say("N  notebook 04");
  const begun = performance.now();
  const kernel = await start(context);
  const limit = setTimeout(() => kernel.process.kill(), longestSeconds * 1000);
  try {
    for (const [i, cell] of cells.entries()) {
      const errors: string[] = [];
      const reply = await kernel.execute(sourceOf(cell), ({ type, content }) => {
        if (type === "stream" && content.name === "stderr") errors.push(String(content.text));
      });
      if (reply.status === "ok" || isMeantToFail(cell)) continue;
      return { seconds: [], note: `not run: code cell ${i + 1} failed: ${errors.join("").trim().split("\n")[0]}` };
    }
    const seconds = (performance.now() - begun) / 1000;
    return { seconds: [seconds], megabytes: await peakMemory(kernel) };
  } catch (error) {
    const isLate = (performance.now() - begun) / 1000 >= longestSeconds;
    if (!isLate) return { seconds: [], note: (error as Error).message };
    return { seconds: [], longerThan: longestSeconds, note: `stopped after ${longestSeconds} s` };
  } finally {
    clearTimeout(limit);
    await kernel.close();
  }
}

/** The most memory the kernel has held so far, in MB of 2²⁰ bytes; on Linux VmHWM, elsewhere what the system reports. */
async function peakMemory(kernel: KernelClient): Promise<number | undefined> {
  const cell = `
    const benchStatus = process.platform === "linux" ? require("fs").readFileSync("/proc/self/status", "utf8") : "";
    console.log("peak " + (/VmHWM:\\s+(\\d+)/.exec(benchStatus)?.[1] ?? process.resourceUsage().maxRSS) + " kB");`;
  let text = "";
  await kernel.execute(cell, ({ type, content }) => {
    if (type === "stream") text += String(content.text);
  });
  const kilobytes = /peak (\d+) kB/.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}
