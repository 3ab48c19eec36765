import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import type { StudyContext } from "rnn-claims/dist/study";
import { duration } from "../page/progress";
import { projectFolder } from "../places";

/** Where the commands find and leave things. */
export const folders = Object.freeze({
  notebooks: join(projectFolder, "notebooks"),
  out: join(projectFolder, "data", "out"),
  tests: join(projectFolder, "data", "cache", "build", "test"),
});

/** The closing line of every command that counts. */
export function closingLine(passed: number, failed: number): string {
  return `${passed} passed, ${failed} failed`;
}

const longestTimer = 2 ** 31 - 1; // what Node's timers hold, 24.8 days; a longer one fires at once

/**
 * Calls back after a time of any length.
 *
 * @returns a function that calls it off
 */
export function after(milliseconds: number, call: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (left: number): void => {
    timer = setTimeout(() => (left > longestTimer ? wait(left - longestTimer) : call()), Math.min(left, longestTimer));
  };
  wait(milliseconds);
  return () => clearTimeout(timer);
}

/**
 * Runs Node on a script, in a process group of its own that ends with this process, in whatever way that ends.
 *
 * @param heed is given the process, to hear what it says
 * @returns its exit code, null if it was killed or did not start
 */
export async function runNode(
  words: readonly string[],
  options: SpawnOptions,
  heed: (child: ChildProcess) => void = () => {},
): Promise<number | null> {
  const child = spawn(process.execPath, words, { ...options, detached: process.platform !== "win32" });
  const end = (): void => killTree(child);
  process.prependOnceListener("exit", end); // before what it has written is removed
  heed(child);
  const code = await new Promise<number | null>((resolve) => {
    child.once("close", resolve).once("error", () => resolve(null));
  });
  process.off("exit", end);
  return code;
}

/** SIGKILL for a process that leads a group of its own, and for all that it has started. */
export function killTree(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL"); // the group is gone; so, as a rule, is the process
  }
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {}

/**
 * Makes a command of this process: what it returns is the exit code, what it throws is told in its own words, without a
 * stack.
 *
 * @param run is given the words of the command line
 */
export async function runCommand(run: (words: string[]) => number | Promise<number>): Promise<void> {
  endWithReader();
  try {
    process.exitCode = await run(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** Ends the process without a word when nobody reads what it prints any more, as `npm start | head` does not. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(128 + 13); // as if by SIGPIPE; kernels end with the process
    });
  }
}

/** One line on the terminal that says what is under way and when all will be done; above it a line for each finished run. */
export interface StatusLine {
  begin(label: string): void;
  readonly update: NonNullable<StudyContext["onProgress"]>;
  /** A run has ended: after so many seconds, or undefined if it was cut short; the line about it is printed. */
  isOver(kind: string, seconds: number | undefined, line: string): void;
}

const shortestPauseMs = 200;

/**
 * The line for a list of runs. It is written to stderr, and only to a terminal.
 *
 * Time left: runs of the same kind take as long as those that have ended did on the average, and a kind that has not
 * been seen as long as the average of all. Before the first end nothing is said.
 *
 * @param kinds what each run is one of, in the order in which they come
 * @param earlier kinds and seconds of runs that ended at other times
 */
export function createStatusLine(
  kinds: readonly string[],
  earlier: readonly (readonly [string, number])[] = [],
  clock: () => number = () => performance.now(),
): StatusLine {
  const isShown = process.stderr.isTTY === true;
  const seen = new Map<string, number[]>();
  const note = (kind: string, seconds: number): void => void seen.set(kind, [...(seen.get(kind) ?? []), seconds]);
  for (const [kind, seconds] of earlier) note(kind, seconds);
  let [over, label, began, last] = [0, "", clock(), Number.NEGATIVE_INFINITY];
  const wipe = (): void => void (isShown && process.stderr.write("\r\x1b[K"));
  const show = (what: string): void => {
    const now = clock();
    if (!isShown || now - last < shortestPauseMs) return;
    last = now;
    const left = secondsLeft(kinds.slice(over), seen, (now - began) / 1000);
    const ends = left === undefined ? "" : `, ${duration(1000 * left)} left`;
    process.stderr.write(`\r${label} (${over + 1} of ${kinds.length})${what}${ends}\x1b[K`);
  };
  return {
    begin(text) {
      [label, began, last] = [text, clock(), Number.NEGATIVE_INFINITY];
      show("");
    },
    update: (done, total, what) => show(`  ${what} ${done} of ${total}`),
    isOver(kind, seconds, line) {
      over++;
      if (seconds !== undefined) note(kind, seconds);
      wipe();
      console.log(line);
    },
  };
}

/** Seconds until all of these runs are over, of which the first has been running for `spent`. */
export function secondsLeft(
  kinds: readonly string[],
  seen: ReadonlyMap<string, readonly number[]>,
  spent: number,
): number | undefined {
  const all = [...seen.values()].flat();
  if (all.length === 0 || kinds.length === 0) return undefined;
  const mean = (list: readonly number[]): number => list.reduce((sum, s) => sum + s, 0) / list.length;
  const [current, ...rest] = kinds.map((kind) => mean(seen.get(kind) ?? all));
  return Math.max(0, current - spent) + rest.reduce((sum, s) => sum + s, 0);
}
