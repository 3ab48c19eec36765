/**
 * npm run bench            every task
 * npm run bench -- A D     these only: A FORCE step, B simulation step, C fixed points, D eigenvalues, E noise study,
 *                          N notebooks
 * npm run bench -- --quick a smoke run with small sizes and few rounds, not kept
 * npm run bench -- --busy  for a machine that others use: one thread each, by the processor's clock, not kept
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killAllKernels } from "rnn-dynamics/dist/cli/kernel";
import { closeBrowser, saveFigure } from "rnn-dynamics/dist/page/export";
import type { Context } from "./context";
import { runEigen } from "./eigen";
import { runForce } from "./force";
import { type Limits, machineFacts, measureLimits } from "./machine";
import { type Clock, useClock } from "./measure";
import { runNoise } from "./noise";
import { runNotebooks } from "./notebooks";
import { benchFigure } from "./plot";
import { findPython, type NoPython, Peer, type Python } from "./python";
import { short, type TaskResult, tableLines, targetLine, verdict } from "./report";
import { type BenchFile, mergeResults, resultFile, writeResults } from "./results";
import { runSearch } from "./search";
import { runSimulation } from "./simulation";

const tasks: Readonly<Record<string, (context: Context) => Promise<TaskResult>>> = {
  A: runForce,
  B: runSimulation,
  C: runSearch,
  D: runEigen,
  E: runNoise,
  N: runNotebooks,
};

const peers = new Set<Peer>();

async function main(): Promise<void> {
  const { letters, isQuick, clock } = readCommandLine();
  useClock(clock);
  const folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-bench-"));
  const end = (): void => {
    for (const peer of peers) peer.close();
    killAllKernels();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      end();
      process.exit(130);
    });
  }
  try {
    const context = contextOf(folder, isQuick, clock);
    const results: TaskResult[] = [];
    for (const letter of letters) {
      const begun = performance.now();
      const result = await tasks[letter](context);
      results.push(result);
      print(result, (performance.now() - begun) / 1000);
    }
    await keep(context, results);
  } finally {
    end();
    await closeBrowser();
  }
}

function readCommandLine(): { letters: string[]; isQuick: boolean; clock: Clock } {
  const options = { quick: { type: "boolean" }, busy: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const letters = positionals.map((word) => word.toUpperCase());
  const unknown = letters.find((letter) => !Object.hasOwn(tasks, letter));
  if (unknown !== undefined) {
    throw new Error(`bench: task is ${unknown}, expected some of ${Object.keys(tasks).join(" ")}`);
  }
  const clock = values.busy ? "processor" : "wall";
  return { letters: letters.length > 0 ? letters : Object.keys(tasks), isQuick: values.quick ?? false, clock };
}

function contextOf(folder: string, isQuick: boolean, clock: Clock): Context {
  const facts = machineFacts();
  const load = loadavg()[0];
  const python = findPython();
  const limits = measureLimits(folder, isQuick ? 0.1 : 0.5);
  console.log(`${facts.processor}, ${facts.cores} cores, ${facts.memoryGB} GB, ${facts.system}, Node ${facts.node}`);
  console.log("missing" in python ? `numpy: ${python.missing}` : numpyWords(python));
  if (load > 0.5 && clock === "wall") {
    console.log(
      `others are using this machine (load ${short(load)}): times are unsure, --busy measures processor time`,
    );
  }
  console.log(
    `limits of one thread (WebAssembly SIMD): ${short(limits.flops / 1e9)} GFLOP/s; ` +
      `reads ${sets.map(({ name, bytes }) => `${short(limits.bandwidth(bytes) / 1e9)} GB/s of ${name}`).join(", ")}`,
  );
  const start = (script: string, data: string, threads: number): Peer => {
    if ("missing" in python) throw new Error("bench: there is no numpy to start");
    const peer = new Peer(python, script, data, threads, clock);
    peers.add(peer);
    return peer;
  };
  const say = (line: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K… ${line}`);
  };
  return { isQuick, clock, load, folder, python, limits, start, say };
}

/** One set for each level of memory that N = 250 … 4000 brings into play. */
const sets = [
  { name: "512 kB", bytes: 2 ** 19 },
  { name: "8 MB", bytes: 2 ** 23 },
  { name: "128 MB", bytes: 2 ** 27 },
];

const numpyWords = ({ command, numpy, scipy }: Python): string =>
  `numpy ${numpy}, scipy ${scipy ?? "missing"} (${command})`;

function print(result: TaskResult, seconds: number): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  console.log(`\n${result.letter}  ${result.title}  (${short(seconds)} s)`);
  for (const line of tableLines(result.rows)) console.log(`   ${line}`);
  for (const target of result.targets) console.log(`   ${targetLine(target)}`);
}

async function keep({ isQuick, clock, python, limits, load }: Context, results: readonly TaskResult[]): Promise<void> {
  const isKept = !isQuick && clock === "wall";
  const file = resultFile(isKept, "json");
  const merged = mergeResults(file, { machine: machineOf(python), limits: limitsOf(limits) }, results, {
    measured: today(),
    load,
  });
  writeResults(file, merged);
  const all = results.flatMap(({ targets }) => targets).filter(({ measured }) => measured !== undefined);
  const reached = all.filter((target) => verdict(target) === "ok").length;
  const { processor, cores, node } = merged.machine;
  const figure = benchFigure(Object.values(merged.tasks), `${processor}, ${cores} cores, Node ${node}`);
  const picture = figure.data.length > 0 ? await saveFigure(figure, resultFile(isKept, "svg")) : undefined;
  console.log(`\nwritten: ${[file, picture].filter(Boolean).join(", ")}`);
  console.log(`${reached} of ${all.length} targets reached`);
}

const today = (): string => new Date().toISOString().slice(0, 10);

function machineOf(python: Python | NoPython): BenchFile["machine"] {
  const { numpy, scipy } = "missing" in python ? { numpy: "missing", scipy: "missing" } : python;
  return { ...machineFacts(), numpy, scipy: scipy ?? "missing" };
}

function limitsOf(limits: Limits): BenchFile["limits"] {
  const bandwidthGBs = Object.fromEntries(sets.map(({ name, bytes }) => [name, limits.bandwidth(bytes) / 1e9]));
  return { bandwidthGBs, gigaflops: limits.flops / 1e9 };
}

// ended by exit: a browser that failed to start would keep this process for ever
main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error.stack ?? error.message);
    process.exit(1);
  },
);
