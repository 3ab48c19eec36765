/**
 * One writer at a time, also between processes and threads: for a file that is read, changed and written again.
 */
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { reason } from "./write-aside";

/** A change takes milliseconds. Whoever waits so long waits for something that will not end by itself. */
const longestWaitMs = 30_000;
/** A lock so old is left over, whoever made it: its owner has died on another machine, or its number is another's now. */
const longestHeldMs = 20_000;

/**
 * Does some work while no one else does it on the same file: `file.lock` is there meanwhile, made so that only one can.
 *
 * A lock whose process has ended is taken away. The taking away has a lock of its own, and looks again under it: of two
 * that find the same dead lock, the slower would else take away the living one of the faster.
 *
 * @param where name of the caller, for messages
 * @param file what is to be changed
 * @param work short and synchronous
 * @returns what the work returns
 * @throws Error if the folder cannot be written, or the file is held for half a minute
 */
export function withLock<T>(where: string, file: string, work: () => T): T {
  const lock = `${file}.lock`;
  const mine = `${process.pid} ${randomUUID()} ${hostname()}`;
  const until = Date.now() + longestWaitMs;
  while (!take(where, lock, mine)) {
    if (isDead(lock)) bury(where, lock, mine);
    else if (Date.now() > until) {
      throw new Error(`${where}: ${file} is being written by another process; if none is running, delete ${lock}`);
    } else pause(1 + Math.floor((performance.now() * 1000) % 5)); // not in step with the others
  }
  try {
    return work();
  } finally {
    if (textOf(lock) === mine) rmSync(lock, { force: true });
  }
}

/** Makes the lock; false if it is there. */
function take(where: string, lock: string, mine: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(lock, "wx");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Windows says EPERM or EBUSY while a deleted file is still held open by somebody
    if (code === "EEXIST" || (process.platform === "win32" && (code === "EPERM" || code === "EBUSY"))) return false;
    throw new Error(`${where}: ${lock} cannot be written, ${reason(error)}`, { cause: error });
  }
  try {
    writeSync(descriptor, mine);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

function textOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return undefined; // gone meanwhile
  }
}

/** Whether the lock is there and its owner is not. */
function isDead(lock: string): boolean {
  const words = textOf(lock);
  if (words === undefined) return false;
  const [pid, , host] = words.split(" ");
  try {
    if (Date.now() - statSync(lock).mtimeMs > longestHeldMs) return true;
    if (host !== hostname()) return false; // also while its words are being written
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Takes a dead lock away, unless somebody else is doing so. */
function bury(where: string, lock: string, mine: string): void {
  const spade = `${lock}.dead`;
  if (!take(where, spade, mine)) {
    if (isOld(spade)) rmSync(spade, { force: true }); // its owner died within a few microseconds
    return;
  }
  try {
    if (isDead(lock)) rmSync(lock, { force: true });
  } finally {
    rmSync(spade, { force: true });
  }
}

function isOld(file: string): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs > longestHeldMs;
  } catch {
    return false;
  }
}

/** Sleeps; a thread that waits for a file has nothing else to do. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
