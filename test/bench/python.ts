/** numpy and scipy, in a process of their own that does one piece of work at a time when asked. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, endianness } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { projectFolder } from "rnn-dynamics/dist/places";
import type { Clock } from "./measure";

/** A Python that has numpy. */
export interface Python {
  readonly command: string;
  readonly numpy: string;
  readonly scipy?: string;
}

/** Why there is none, as it is printed. */
export interface NoPython {
  readonly missing: string;
}

/** BLAS picks its kernels for the processor it runs on, unless these tell it otherwise. */
const unwanted = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

function environment(threads: number, clock: Clock = "wall"): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", RNN_BENCH_CLOCK: clock };
  for (const name of unwanted) delete env[name];
  for (const name of ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]) env[name] = String(threads);
  return env;
}

/** Looks for a Python with numpy, better one with scipy too; RNN_BENCH_PYTHON names another one. */
export function findPython(): Python | NoPython {
  if (endianness() === "BE") return { missing: "not run: files are exchanged in little-endian order" };
  const named = process.env.RNN_BENCH_PYTHON;
  const commands = named ? [named] : ["python3", "/usr/bin/python3", "python"];
  const script = [
    "import json, numpy",
    "try:",
    "    import scipy",
    "    s = scipy.__version__",
    "except ImportError:",
    "    s = None",
    "print(json.dumps([numpy.__version__, s]))",
  ].join("\n");
  const found: Python[] = [];
  let hasPython = false;
  for (const command of commands) {
    const run = spawnSync(command, ["-c", script], { encoding: "utf8", env: environment(1), timeout: 30_000 });
    if (run.error === undefined) hasPython = true;
    if (run.status !== 0) continue;
    const [numpy, scipy] = JSON.parse(run.stdout) as [string, string | null];
    found.push({ command, numpy, ...(scipy === null ? {} : { scipy }) });
    if (scipy !== null) break;
  }
  return found.find((python) => python.scipy) ?? found[0] ?? missing(hasPython);
}

const missing = (hasPython: boolean): NoPython => ({ missing: `not run: ${hasPython ? "numpy" : "python3"} missing` });

/** Numbers of threads worth a comparison: one, and as many as there are processors; one only by the processor's clock. */
export function threadCounts(clock: Clock): number[] {
  return clock === "wall" ? [...new Set([1, availableParallelism()])] : [1];
}

export const threadsIn = (count: number): string => `${count} thread${count === 1 ? "" : "s"}`;

/** Data for the scripts: a temporary folder of float64 files and setup.json. */
export class Exchange {
  readonly folder: string;

  constructor(parent: string, setup: object, arrays: Readonly<Record<string, Float64Array>>) {
    this.folder = mkdtempSync(join(parent, "data-"));
    writeFileSync(join(this.folder, "setup.json"), JSON.stringify(setup));
    for (const [name, array] of Object.entries(arrays)) {
      writeFileSync(join(this.folder, `${name}.f64`), Buffer.from(array.buffer, array.byteOffset, array.byteLength));
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

type Answer = Record<string, unknown>;

/** One running script of test/bench, which answers one command at a time. */
export class Peer {
  private readonly process: ChildProcess;
  private readonly waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  private words = "";
  private readonly ready: Promise<Answer>;

  constructor(python: Python, script: string, folder: string, threads: number, clock: Clock) {
    const file = join(projectFolder, "test", "bench", script);
    this.process = spawn(python.command, [file, folder], {
      env: environment(threads, clock),
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.ready = this.next();
    this.ready.catch(() => {});
    this.process.stderr?.on("data", (data: Buffer) => {
      this.words = (this.words + data.toString()).slice(-2000);
    });
    createInterface({ input: this.process.stdout! }).on("line", (line) => {
      const answer = JSON.parse(line) as Answer;
      const waiting = this.waiting.shift();
      if (typeof answer.error === "string") waiting?.reject(new Error(`${script}: ${answer.error}`));
      else waiting?.resolve(answer);
    });
    const fail = (why: string): void => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error(`${script} ended (${why})\n${this.words}`));
    };
    this.process.once("error", (error) => fail(error.message));
    this.process.once("close", (code) => fail(`exit code ${code}`));
    this.process.stdin?.on("error", () => {}); // told by "close"
  }

  private next(): Promise<Answer> {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Does some work; the answer holds what the script measured. */
  async ask(...words: readonly (string | number)[]): Promise<Answer> {
    await this.ready;
    const answer = this.next();
    this.process.stdin?.write(`${words.join(" ")}\n`);
    return answer;
  }

  async seconds(...words: readonly (string | number)[]): Promise<number> {
    return Number((await this.ask(...words)).seconds);
  }

  /** An array that the script leaves in a file. */
  async array(...words: readonly (string | number)[]): Promise<Float64Array> {
    return readFloats(String((await this.ask(...words)).file));
  }

  /** Ends the process. */
  close(): void {
    this.process.stdin?.end();
    this.process.kill();
  }
}

/** The numbers in a file of float64. */
export function readFloats(file: string): Float64Array {
  const bytes = readFileSync(file);
  const floats = new Float64Array(bytes.byteLength / 8);
  new Uint8Array(floats.buffer).set(bytes);
  return floats;
}
