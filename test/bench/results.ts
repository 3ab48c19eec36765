/** bench.json: what was measured, on which machine; written whole or not at all. */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeAside } from "rnn-dynamics/dist/files/write-aside";
import { projectFolder } from "rnn-dynamics/dist/places";
import type { MachineFacts } from "./machine";
import { type TaskResult, verdict } from "./report";

const format = "rnn-dynamics bench";

/** Everything in the file. */
export interface BenchFile {
  readonly format: string;
  readonly command: string;
  readonly machine: MachineFacts & { readonly numpy: string; readonly scipy: string };
  readonly limits: { readonly bandwidthGBs: Record<string, number>; readonly gigaflops: number };
  readonly tasks: Readonly<Record<string, TaskResult & { readonly measured: string; readonly load: number }>>;
}

/** A full run goes to the folder that is shipped; a smoke run, or one on a busy machine, to the one that is not. */
export function resultFile(isKept: boolean, ending: "json" | "svg"): string {
  return join(projectFolder, "data", isKept ? "results" : "out", `bench.${ending}`);
}

/** Tasks of an earlier run on the very same machine and versions stay; those of another one go. */
export function mergeResults(
  file: string,
  current: Omit<BenchFile, "format" | "command" | "tasks">,
  tasks: readonly TaskResult[],
  { measured, load }: { readonly measured: string; readonly load: number },
): BenchFile {
  const earlier = readResults(file);
  const isSame = JSON.stringify(earlier?.machine) === JSON.stringify(current.machine);
  const kept = isSame && earlier ? { ...earlier.tasks } : {};
  for (const task of tasks) {
    const targets = task.targets.map((target) => ({ ...target, verdict: verdict(target) }));
    kept[task.letter] = { ...task, targets, measured, load };
  }
  const letters = Object.keys(kept).sort();
  return {
    format,
    command: "npm run bench",
    ...current,
    tasks: Object.fromEntries(letters.map((letter) => [letter, kept[letter]])),
  };
}

function readResults(file: string): BenchFile | undefined {
  try {
    const found = JSON.parse(readFileSync(file, "utf8")) as BenchFile;
    return found.format === format ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Six significant digits: more are noise, and the file is read by people too. */
export function writeResults(file: string, results: BenchFile): void {
  const round = (_key: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  mkdirSync(dirname(file), { recursive: true });
  writeAside("bench", file, `${JSON.stringify(results, round, 1)}\n`);
}
