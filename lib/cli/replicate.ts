/**
 * Repeats the studies behind the claims over many seeds, on all processors:
 *
 *     npm run replicate -- --seeds 1-6                          all studies but the long ones
 *     npm run replicate -- --seeds 1,11-20 --study NAME …       some of them
 *
 * Each result is kept in data/results/replicates (of a long study, of which seed 1 is shipped, in data/results) as soon as
 * it is there, and a run skips what is kept: so Ctrl-C loses the run of a study that it hits and nothing else, and the same
 * command goes on from there. To run what is kept again, delete its file.
 */
import { parseArgs } from "node:util";
import { studies as allStudies } from "rnn-claims";
import { searchGoalLines } from "rnn-claims/dist/search";
import {
  keptResult,
  resultsFolder,
  type Study,
  type StudyContext,
  type StudyResult,
  saveStudyResult,
} from "rnn-claims/dist/study";
import { makeFolder } from "../files/write-aside";
import { duration } from "../page/progress";
import { createPool, type WorkerPool } from "../pool";
import { closingLine, createStatusLine, runCommand, UsageError } from "./terminal";

/** One study with one seed, and where its result is kept. */
interface Run {
  readonly study: Study<unknown>;
  readonly seed: number;
  readonly folder: string;
}

const manySeeds = 1000; // a slip of the keyboard, not a study

/** Seeds from a text such as "1-6" or "1,11-20": ascending, each once. */
export function parseSeeds(text: string): number[] {
  const seeds = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    const [first, last] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [1, 0];
    if (first > last) throw new Error(`--seeds ${text}: "${part}" is neither a seed nor a range like 1-6`);
    if (last - first + seeds.size >= manySeeds) throw new Error(`--seeds ${text}: more than ${manySeeds} seeds`);
    for (let seed = first; seed <= last; seed++) seeds.add(seed);
  }
  return [...seeds].sort((a, b) => a - b);
}

/** The runs that a command line asks for, study by study. */
function parseCommand(args: readonly string[], studies: readonly Study<unknown>[], folder?: string): Run[] {
  try {
    const options = { seeds: { type: "string" }, study: { type: "string", multiple: true } } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (values.seeds === undefined) throw new Error("--seeds is missing");
    const names = values.study ?? studies.filter(({ isLong }) => !isLong).map(({ name }) => name);
    const unknown = names.find((name) => !studies.some((study) => study.name === name));
    if (unknown !== undefined) throw new Error(`no study is called ${unknown}`);
    const seeds = parseSeeds(values.seeds);
    return studies
      .filter(({ name }) => names.includes(name))
      .flatMap((study) => seeds.map((seed) => ({ study, seed, folder: folder ?? resultsFolder(study) })));
  } catch (error) {
    const usage = "usage: npm run replicate -- --seeds 1-6 [--study NAME]…\n  seeds: a list like 1-6 or 1,11-20";
    const names = studies.map(({ name }) => name).join(", ");
    throw new UsageError(`replicate: ${(error as Error).message}\n${usage}\n  NAME: ${names}`);
  }
}

const labelOf = ({ study, seed }: Run): string => `${study.name}  seed ${seed}`;

/** What is kept of each run, if anything, in their order; files that cannot be read are named, and left alone. */
function lookUp(runs: readonly Run[]): Map<Run, StudyResult | undefined> {
  const found = new Map<Run, StudyResult | undefined>();
  for (const run of runs) {
    try {
      found.set(run, keptResult(run.study, run.seed, run.folder));
    } catch (error) {
      console.log(`${labelOf(run)}  FAILED\n  ${(error as Error).message}`);
    }
  }
  return found;
}

/** Runs what has no result yet, one after the other, with a line each, and adds the results; returns how many failed. */
async function runAll(found: Map<Run, StudyResult | undefined>, pool: WorkerPool, stop: AbortSignal): Promise<number> {
  const open = [...found.keys()].filter((run) => !found.get(run));
  const kept = [...found.values()].filter((result) => result !== undefined);
  const status = createStatusLine(
    open.map(({ study }) => study.name),
    kept.map(({ study, seconds }) => [study, seconds]),
  );
  let failed = 0;
  for (const run of open) {
    if (stop.aborted) break;
    const [{ name }, label] = [run.study, labelOf(run)];
    status.begin(label);
    try {
      const result = await runOne(run, { pool, signal: stop, onProgress: status.update });
      found.set(run, result);
      status.isOver(name, result.seconds, `${label}  ${duration(1000 * result.seconds)}`);
    } catch (error) {
      if (!stop.aborted) failed++;
      const what = stop.aborted ? "interrupted" : `FAILED\n  ${error instanceof Error ? error.message : error}`;
      status.isOver(name, undefined, `${label}  ${what}`);
    }
  }
  return failed;
}

async function runOne({ study, seed, folder }: Run, context: StudyContext): Promise<StudyResult> {
  const begun = performance.now();
  const result = await study.run(seed, context);
  context.signal?.throwIfAborted(); // what a study returns after it was stopped may be a part
  const seconds = Math.round(performance.now() - begun) / 1000;
  saveStudyResult(folder, { study: study.name, version: study.version, seed, seconds, result });
  return keptResult(study, seed, folder) as StudyResult;
}

/**
 * The whole command.
 *
 * @param args words of the command line
 * @param studies those it can run
 * @param folder where all results are kept, if not in the folders of the project
 * @param summarise lines to print at the end about the results of the runs
 * @returns exit code: 0, 1 if a run failed, 130 after an interrupt
 * @throws UsageError for a wrong command
 */
export async function replicate(
  args: readonly string[],
  studies: readonly Study<unknown>[] = Object.values(allStudies) as Study<unknown>[],
  folder?: string,
  summarise: (results: readonly StudyResult[]) => readonly string[] = searchGoalLines,
): Promise<number> {
  const runs = parseCommand(args, studies, folder);
  for (const place of new Set(runs.map((run) => run.folder))) makeFolder("replicate", place);
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(130); // the second time it is meant
    stop.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const pool = createPool();
  try {
    const found = lookUp(runs);
    const results = (): StudyResult[] => [...found.values()].filter((result) => result !== undefined);
    const kept = results().length;
    const failed = await runAll(found, pool, stop.signal);
    for (const line of summarise(results())) console.log(line);
    const [done, left] = [results().length - kept, found.size - results().length - failed];
    console.log(`${done} run, ${kept} kept from before${left > 0 ? `, ${left} left: the same command goes on` : ""}`);
    console.log(closingLine(kept + done, failed + runs.length - found.size));
    return stop.signal.aborted ? 130 : done + kept < runs.length ? 1 : 0;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await pool.close();
  }
}

if (require.main === module) void runCommand((words) => replicate(words));
