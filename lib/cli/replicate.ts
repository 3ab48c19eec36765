/**
 * Repeats the studies behind the claims over many seeds, on all processors:
 *
 *     npm run replicate -- --seeds 1-6                          all studies
 *     npm run replicate -- --seeds 1,11-20 --study NAME …       some of them
 *
 * Each result is kept in data/results/replicates as soon as it is there, and a run skips what is kept: so Ctrl-C loses
 * the run of a study that it hits and nothing else, and the same command goes on from there.
 */
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { studies as all } from "rnn-claims";
import { searchGoalLines } from "rnn-claims/dist/search";
import { loadStudyResult, resultsFolder, type Study, type StudyResult, saveStudyResult } from "rnn-claims/dist/study";
import { duration } from "../page/progress";
import { createPool, type WorkerPool } from "../pool";
import { closingLine, createStatusLine, endWithReader, type StatusLine } from "./terminal";

/** One study with one seed. */
export interface Run {
  readonly study: Study<unknown>;
  readonly seed: number;
}

/** How many runs were kept from before, done now, failed, and not reached because of an interrupt. */
export interface RunCounts {
  kept: number;
  done: number;
  failed: number;
  left: number;
}

/** The command is wrong: usage, not a stack. */
class UsageError extends Error {}

const manySeeds = 1000; // a slip of the keyboard, not a study

/** Seeds from a text such as "1-6" or "1,11-20": ascending, each once. */
export function parseSeeds(text: string): number[] {
  const seeds = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    const [first, last] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [1, 0];
    if (first > last) throw new UsageError(`--seeds ${text}: "${part}" is neither a seed nor a range like 1-6`);
    if (last - first + seeds.size >= manySeeds) throw new UsageError(`--seeds ${text}: more than ${manySeeds} seeds`);
    for (let seed = first; seed <= last; seed++) seeds.add(seed);
  }
  return [...seeds].sort((a, b) => a - b);
}

/** The runs that a command line asks for, study by study. */
export function parseCommand(args: readonly string[], studies: readonly Study<unknown>[]): Run[] {
  let values: { seeds?: string; study?: string[] };
  try {
    const options = { seeds: { type: "string" }, study: { type: "string", multiple: true } } as const;
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (values.seeds === undefined) throw new UsageError("--seeds is missing");
  const names = values.study ?? studies.map(({ name }) => name);
  const unknown = names.find((name) => !studies.some((study) => study.name === name));
  if (unknown !== undefined) throw new UsageError(`no study is called ${unknown}`);
  const seeds = parseSeeds(values.seeds);
  return studies.filter(({ name }) => names.includes(name)).flatMap((study) => seeds.map((seed) => ({ study, seed })));
}

function usage(studies: readonly Study<unknown>[]): string {
  const names = studies.map(({ name }) => name).join(", ") || "(none yet)";
  return `usage: npm run replicate -- --seeds 1-6 [--study NAME]…\n  seeds: a list like 1-6 or 1,11-20\n  NAME: ${names}`;
}

/** The kept result of a run, if it is of this version of the study. */
function keptResult(folder: string, { study, seed }: Run): StudyResult | undefined {
  const kept = loadStudyResult(folder, study.name, seed);
  return kept?.version === study.version ? kept : undefined;
}

/** Runs what is not kept yet, one after the other, with a line each. */
async function runAll(runs: readonly Run[], folder: string, pool: WorkerPool, stop: AbortSignal): Promise<RunCounts> {
  const { kept, open, failed } = sortOut(runs, folder);
  const counts: RunCounts = { kept: kept.length, done: 0, failed, left: 0 };
  const status = createStatusLine(
    open.map(({ study }) => study.name),
    kept.map(({ study, seconds }) => [study, seconds]),
  );
  for (const run of open) {
    if (stop.aborted) {
      counts.left++;
      continue;
    }
    const label = labelOf(run);
    try {
      const seconds = await runOne(run, folder, pool, stop, status);
      counts.done++;
      status.isOver(run.study.name, seconds, `${label}  ${duration(1000 * seconds)}`);
    } catch (error) {
      if (stop.aborted) counts.left++;
      else counts.failed++;
      const what = stop.aborted ? "interrupted" : `FAILED\n  ${error instanceof Error ? error.message : error}`;
      status.isOver(run.study.name, undefined, `${label}  ${what}`);
    }
  }
  return counts;
}

const labelOf = ({ study, seed }: Run): string => `${study.name}  seed ${seed}`;

/** What is kept, what is still to be run, and how many files are in the way: damaged ones are named and left alone. */
function sortOut(runs: readonly Run[], folder: string): { kept: StudyResult[]; open: Run[]; failed: number } {
  const kept: StudyResult[] = [];
  const open: Run[] = [];
  for (const run of runs) {
    try {
      const result = keptResult(folder, run);
      if (result) kept.push(result);
      else open.push(run);
    } catch (error) {
      console.log(`${labelOf(run)}  FAILED\n  ${(error as Error).message}`);
    }
  }
  return { kept, open, failed: runs.length - kept.length - open.length };
}

async function runOne(
  run: Run,
  folder: string,
  pool: WorkerPool,
  signal: AbortSignal,
  status: StatusLine,
): Promise<number> {
  const { study, seed } = run;
  const begun = performance.now();
  status.begin(labelOf(run));
  const result = await study.run(seed, { pool, signal, onProgress: status.update });
  signal.throwIfAborted(); // what a study returns after it was stopped may be a part
  const seconds = Math.round(performance.now() - begun) / 1000;
  saveStudyResult(folder, { study: study.name, version: study.version, seed, seconds, result });
  return seconds;
}

/** The results of these runs that are kept, of the present version; files that cannot be read were complained about. */
function keptResults(folder: string, runs: readonly Run[]): StudyResult[] {
  return runs.flatMap((run) => {
    try {
      return keptResult(folder, run) ?? [];
    } catch {
      return [];
    }
  });
}

/**
 * The whole command.
 *
 * @param args words of the command line
 * @param studies those it can run
 * @param folder where results are kept
 * @param summarise lines to print at the end about the results of the runs
 * @returns exit code: 0, 1 if a run failed, 2 for a wrong command, 130 after an interrupt
 */
export async function replicate(
  args: readonly string[],
  studies: readonly Study<unknown>[] = (Object.values(all) as Study<unknown>[]).filter(({ isLong }) => !isLong),
  folder: string = resultsFolder({}),
  summarise: (results: readonly StudyResult[]) => readonly string[] = searchGoalLines,
): Promise<number> {
  let runs: Run[];
  try {
    runs = parseCommand(args, studies);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`replicate: ${error.message}\n${usage(studies)}`);
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(130); // the second time it is meant
    stop.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const pool = createPool();
  try {
    const counts = await runAll(runs, folder, pool, stop.signal);
    for (const line of summarise(keptResults(folder, runs))) console.log(line);
    const left = counts.left > 0 ? `, ${counts.left} left: the same command goes on` : "";
    console.log(`${counts.done} run, ${counts.kept} kept from before${left}`);
    console.log(closingLine(counts.done + counts.kept, counts.failed));
    return stop.signal.aborted ? 130 : counts.failed > 0 ? 1 : 0;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await pool.close();
  }
}

if (require.main === module) {
  endWithReader();
  void replicate(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
