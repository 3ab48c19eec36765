import { join } from "node:path";
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

/** Ends the process without a word when nobody reads what it prints any more, as `npm start | head` does not. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(128 + 13); // as if by SIGPIPE; kernels end with the process
    });
  }
}
