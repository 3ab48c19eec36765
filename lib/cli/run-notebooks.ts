import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ledger, readVerdicts } from "rnn-claims/dist/ledger";
import { checkWritable } from "../files/write-aside";
import { shippedNames } from "../network/files";
import { oneLine } from "../wasm/check";
import { type KernelClient, killAllKernels, startKernel } from "./kernel";
import {
  helpPictureless,
  isLimit,
  limitWords,
  listNotebooks,
  type NotebookCell,
  notebookFile,
  picturelessLine,
  readNotebook,
  sourceOf,
  titleOf,
  writeNotebook,
} from "./notebook-file";
import { type CellFailure, CellRunner, isTagged } from "./run-cell";
import { closingLine, endWithReader, folders, runNode } from "./terminal";

/** What became of one notebook. */
export interface NotebookOutcome {
  readonly name: string;
  /** Code cells in all, and how many ran. */
  readonly cells: number;
  readonly cellsRun: number;
  readonly seconds: number;
  /** Figures without a picture. */
  readonly pictureless: number;
  readonly failure?: CellFailure;
  /** The claims whose verdicts it has recorded, such as "C1". */
  readonly recorded: readonly string[];
}

/** Where to run and what to allow. */
export interface RunOptions {
  /** Folder of the executed copies; figures go to its folder `figures`. */
  readonly out: string;
  /** Longest time for one cell, in seconds; a cell's own `timeout` in its metadata goes before. */
  readonly timeout: number;
  /** Compute what is shipped, too: `const recompute = false` and `const retrain = false` run as `true`. */
  readonly scratch?: boolean;
  readonly onCell?: (started: number, total: number) => void;
}

/** The time limit: the longest cell, 30 000 steps of training at N = 1000, takes a minute here and 10 on a slow laptop. */
export const runDefaults: RunOptions = Object.freeze({ out: folders.out, timeout: 20 * 60 });

const lateMilliseconds = 300; // a rejection from a timer of the last cell still counts

/**
 * Runs a notebook from top to bottom in a fresh tslab kernel and saves the executed copy, also of a run that failed.
 *
 * @param file the .ipynb; it is only read
 * @returns the outcome; a failing cell is a value, and ends the notebook
 */
export async function runNotebook(file: string, options: RunOptions = runDefaults): Promise<NotebookOutcome> {
  const begun = performance.now();
  const name = basename(file, ".ipynb");
  const notebook = readNotebook(file);
  if (!isLimit(options.timeout))
    throw new RangeError(`runNotebook: timeout is ${options.timeout}, expected ${limitWords}`);
  checkOut(file, options.out);
  if (options.scratch) for (const cell of notebook.cells) startFromScratch(cell);
  const code = notebook.cells
    .map((cell, index) => ({ cell, number: index + 1 }))
    .filter(({ cell }) => cell.cell_type === "code" && sourceOf(cell).trim() !== "");
  const env = { ...process.env, RNN_DYNAMICS_OUT: resolve(options.out) };
  const kernel = await startKernel({ cwd: dirname(resolve(file)), env });
  let cellsRun = 0;
  let pictureless = 0;
  let failure: CellFailure | undefined;
  let recorded: string[] = [];
  try {
    const runner = new CellRunner(kernel);
    for (const { cell, number } of code) {
      cellsRun++;
      options.onCell?.(cellsRun, code.length);
      const outcome = await runner.run(cell, number, cell.metadata.timeout ?? options.timeout);
      if (outcome && !(isTagged(cell) && (outcome.reason === "error" || outcome.reason === "stray rejection"))) {
        failure = outcome;
        break;
      }
    }
    failure ??= await lateStray(kernel, runner);
  } finally {
    recorded = linesOf(kernel.process.recordedFile);
    await kernel.close();
    pictureless = helpPictureless(notebook);
    writeNotebook(notebookFile(options.out, name), notebook);
  }
  const seconds = (performance.now() - begun) / 1000;
  return { name, cells: code.length, cellsRun, seconds, pictureless, failure, recorded };
}

/** Throws if the command would put the executed copy in the place of the notebook; who calls `runNotebook` may want that. */
function checkPlace(file: string, out: string): void {
  const copy = notebookFile(out, basename(file, ".ipynb"));
  if (existsSync(copy) && realpathSync(copy) === realpathSync(file)) {
    throw new RangeError(`run-notebooks: ${copy} is the notebook itself; name another folder for the executed copy`);
  }
}

/** Throws, before hours of work, unless the executed copy and its figures can be written. */
function checkOut(file: string, out: string): void {
  checkWritable("run-notebooks", notebookFile(out, basename(file, ".ipynb")));
  const figures = join(out, "figures");
  if (existsSync(figures)) checkWritable("run-notebooks", join(figures, "figure.svg"));
  readVerdicts(join(out, "verdicts.json")); // a damaged one would stop the notebook where it records its own
}

const linesOf = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];

/** Turns the constant that a reader would turn; the executed copy shows it. */
function startFromScratch(cell: NotebookCell): void {
  if (cell.cell_type !== "code") return;
  cell.source = sourceOf(cell).replace(/^const (recompute|retrain) = false\b/gm, "const $1 = true");
}

async function lateStray(kernel: KernelClient, runner: CellRunner): Promise<CellFailure | undefined> {
  await new Promise((done) => setTimeout(done, lateMilliseconds));
  try {
    await kernel.settle();
    await kernel.settle(); // a timer that was due at the first is over at the second, however busy the machine
  } catch {
    // it died after its last cell was done: nothing is lost
  }
  return runner.stray();
}

/** Runs notebooks one after the other with a line each; returns the counts, and the claims that were judged. */
export async function runAll(
  files: readonly string[],
  options: RunOptions = runDefaults,
): Promise<{ passed: number; failed: number; pictureless: number; recorded: string[] }> {
  let [failed, pictureless] = [0, 0];
  const recorded: string[] = [];
  const width = Math.max(...files.map((file) => basename(file, ".ipynb").length));
  for (const file of files) {
    const label = basename(file, ".ipynb").padEnd(width);
    const begun = performance.now();
    const onCell = (started: number, total: number) => {
      if (process.stdout.isTTY) process.stdout.write(`\r${label}  cell ${started} of ${total} …\x1b[K`);
    };
    let line: string;
    try {
      checkPlace(file, options.out);
      const outcome = await runNotebook(file, { ...options, onCell });
      if (outcome.failure) failed++;
      pictureless += outcome.pictureless;
      recorded.push(...outcome.recorded);
      line = progressLine(label, outcome) + (outcome.failure ? `\n${failureReport(outcome.failure)}` : "");
    } catch (error) {
      failed++;
      const seconds = (performance.now() - begun) / 1000;
      line = `${label}  FAILED to start  ${seconds.toFixed(1)} s\n  ${(error as Error).message}`;
    }
    console.log(`${process.stdout.isTTY ? "\r\x1b[K" : ""}${line}`);
  }
  return { passed: files.length - failed, failed, pictureless, recorded };
}

function progressLine(label: string, { cells, cellsRun, seconds, failure }: NotebookOutcome): string {
  const count = failure ? `${cellsRun} of ${cells} cells` : `${cells} cells`;
  return `${label}  ${count.padStart(8)}  ${seconds.toFixed(1).padStart(6)} s  ${failure ? "FAILED" : "passed"}`;
}

/** Everything about a failed cell: number, line, message, source with the line marked, and the stack. */
export function failureReport({ reason, cell, source, error }: CellFailure): string {
  const { place, calledFrom } = error;
  const what = reason === "stray rejection" ? "stray rejection (a promise that nothing awaits): " : "";
  const where = !place
    ? ""
    : place.cell === cell
      ? `, line ${place.line}`
      : `, thrown in cell ${place.cell}, line ${place.line}`;
  const from = calledFrom ? `, called from line ${calledFrom.line}` : "";
  const marked = place?.cell === cell ? place.line : calledFrom?.line;
  const lines = source.replace(/\n$/, "").split("\n");
  const width = String(lines.length).length;
  const listing = lines.map(
    (text, i) => `  ${i + 1 === marked ? ">" : " "} ${String(i + 1).padStart(width)} | ${text}`,
  );
  const stack = error.traceback.slice(1).map((text) => `  ${text}`);
  const message = error.message.replaceAll("\n", "\n  ");
  return [`  cell ${cell}${where}${from}: ${what}${error.name}: ${message}`, ...listing, ...stack].join("\n");
}

/**
 * The notebooks that the words of a command line name: by full name, by number, or with `.ipynb`.
 *
 * @throws Error naming the notebooks there are, when a word names none
 */
export function chooseNotebooks(words: readonly string[], names: readonly string[]): string[] {
  if (words.length === 0) return [...names];
  return words.map((word) => {
    const wanted = basename(word, ".ipynb");
    const found = names.find((name) => name === wanted || name.startsWith(`${wanted}-`));
    if (!found) throw new Error(`no notebook is called ${word}; there are ${names.join(", ")}`);
    return found;
  });
}

/**
 * The verdicts on the paper's claims that were recorded just now, a line each.
 *
 * @param claims which, such as "C1"; the file may hold others, of earlier runs
 * @param out the folder of verdicts.json
 */
export function verdictLines(claims: readonly string[], out: string): string[] {
  let rows: ReturnType<typeof ledger>;
  try {
    rows = ledger(undefined, join(out, "verdicts.json"));
  } catch (error) {
    return [`  ${(error as Error).message}`]; // a damaged file of verdicts
  }
  rows = rows.filter((row) => row.from === "this machine" && claims.includes(row.claim));
  return rows.map((row) => {
    const indent = " ".repeat(24);
    return `  ${row.claim.padEnd(4)}${row.verdict.padEnd(18)}${row["the paper says"]}\n${indent}measured: ${row.measured}`;
  });
}

/** Trains every shipped network again from its seed, each in a process of its own; the bits must be the same. */
async function retrainShippedNetworks(): Promise<{ passed: number; failed: number }> {
  console.log("\nShipped networks, trained again from their seeds");
  let passed = 0;
  const names = shippedNames();
  for (const name of names) {
    let said = "";
    const words = [join(__dirname, "train-network.js"), name, "--check"];
    const code = await runNode(words, { stdio: ["ignore", "pipe", "inherit"] }, ({ stdout }) => {
      stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
    });
    console.log(said.trimEnd().replace(/^/gm, "  ") || `  ${name}: could not be trained`);
    if (code === 0) passed++;
  }
  return { passed, failed: names.length - passed };
}

const usage = "npm start -- [01 04 …] [--list] [--scratch] [--timeout SECONDS] [--from FOLDER] [--out FOLDER]";

function readCommandLine(args: string[]) {
  try {
    const options = {
      list: { type: "boolean" },
      scratch: { type: "boolean", default: false },
      timeout: { type: "string", default: String(runDefaults.timeout) },
      from: { type: "string", default: folders.notebooks },
      out: { type: "string", default: runDefaults.out },
    } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const timeout = Number(values.timeout);
    if (!isLimit(timeout))
      throw new Error(oneLine(`--timeout is ${values.timeout.slice(0, 60)}, expected ${limitWords}`));
    const names = listNotebooks(values.from);
    const isAll = positionals.length === 0 && values.from === folders.notebooks;
    return { ...values, timeout, isAll, names: values.list ? names : chooseNotebooks(positionals, names) };
  } catch (error) {
    console.error(`run-notebooks: ${(error as Error).message}\nusage: ${usage}`);
    return undefined;
  }
}

/** Ends kernels with the runner, whichever way it is asked to stop. */
export function stopOnSignals(): void {
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    // before the set-up's listener, when this goes on in its process
    process.prependOnceListener(signal, () => {
      killAllKernels();
      console.error("\nstopped; no kernel is left running");
      process.exit(128 + number);
    });
  }
}

function titleOrFault(file: string): string {
  try {
    return titleOf(readNotebook(file));
  } catch (error) {
    process.exitCode = 1;
    return (error as Error).message;
  }
}

async function main(): Promise<void> {
  endWithReader();
  const command = readCommandLine(process.argv.slice(2));
  if (!command) {
    process.exitCode = 1;
    return;
  }
  const { from, names } = command;
  if (command.list) {
    for (const name of names) console.log(`${name}  ${titleOrFault(notebookFile(from, name))}`);
    return;
  }
  stopOnSignals();
  const files = names.map((name) => notebookFile(from, name));
  const { passed, failed, pictureless, recorded } = await runAll(files, {
    out: command.out,
    timeout: command.timeout,
    scratch: command.scratch,
  });
  const shipped = command.isAll ? await retrainShippedNetworks() : { passed: 0, failed: 0 };
  const verdicts = verdictLines(recorded, command.out);
  if (verdicts.length > 0) console.log(["\nThe paper's claims", ...verdicts, ""].join("\n"));
  console.log(closingLine(passed + shipped.passed, failed + shipped.failed));
  if (pictureless > 0) console.log(picturelessLine(pictureless));
  process.exitCode = failed + shipped.failed > 0 ? 1 : 0;
}

if (require.main === module) void main();
