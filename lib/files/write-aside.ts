import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file so that it is either the old one or the whole new one, never a part: aside, to disk, then renamed.
 *
 * The name aside is drawn: threads share the number of their process, and so do processes in two containers.
 *
 * @param where name of the caller, for the message
 * @throws Error naming the file and the reason: no such folder, no permission, a full disk
 */
export function writeAside(where: string, file: string, contents: string | Uint8Array): void {
  const aside = join(dirname(file), `.${basename(file).slice(0, 40)}.${randomBytes(8).toString("hex")}.part`);
  try {
    writeFileSync(aside, contents, { flag: "wx", flush: true });
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw new Error(`${where}: ${file} cannot be written, ${reason(error)}; the file is as it was`, { cause: error });
  }
}

/**
 * Makes a folder and those above it; one that is there stays.
 *
 * @throws Error naming the folder and the reason
 */
export function makeFolder(where: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Error(`${where}: ${folder} cannot be made, ${reason(error)}`, { cause: error });
  }
}

/**
 * Throws unless a file can be written there, so that it is told before the work and not after it.
 *
 * @param file which need not exist; it is not touched
 * @throws Error naming the file and the reason: no folder can be made, no permission, a folder of that name
 */
export function checkWritable(where: string, file: string): void {
  makeFolder(where, dirname(file));
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new Error(`${where}: ${file} cannot be written, ${reason({ code: "EISDIR" })}; move it away`);
  }
  const trial = join(dirname(file), `.${randomBytes(8).toString("hex")}.part`);
  try {
    writeFileSync(trial, "", { flag: "wx" });
    rmSync(trial);
  } catch (error) {
    throw new Error(`${where}: ${file} cannot be written, ${reason(error)}; name another folder`, { cause: error });
  }
}

const tries = 500;
const pauseMs = 20;

/**
 * Removes a folder whose last writers may not have ended yet: tries for ten seconds, without giving up the thread, since
 * a process that ends has no later. A writer may also make the folder anew, so it must be gone at two looks. (Node's own
 * retries start afresh in every folder and take many seconds.)
 */
export function removeFolder(folder: string): void {
  for (let k = 0, absences = 0; k < tries && absences < 2; k++) {
    if (k > 0) pause(pauseMs);
    try {
      absences = existsSync(folder) ? 0 : absences + 1;
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // written to while it was being emptied: try again
    }
  }
}

/** The system's error code in words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "unknown";
  const words: Record<string, string> = {
    ENOENT: "there is no such file or folder",
    ENOTDIR: "a part of its path is not a folder",
    EEXIST: "a file of that name is in the way",
    EISDIR: "it is a folder",
    EACCES: "permission is denied",
    EPERM: "permission is denied",
    EROFS: "the disk is read-only",
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    ENAMETOOLONG: "its name is too long",
    ELOOP: "its links go round in a circle",
    ERR_INVALID_ARG_VALUE: "its name holds a NUL character",
  };
  return words[code] ?? `the system says ${code}`;
}

/*
 * One writer at a time, also between processes and threads: for a file that is read, changed and written again.
 */

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
  try {
    writeFileSync(lock, mine, { flag: "wx" });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Windows says EPERM or EBUSY while a deleted file is still held open by somebody
    if (code === "EEXIST" || (process.platform === "win32" && (code === "EPERM" || code === "EBUSY"))) return false;
    throw new Error(`${where}: ${lock} cannot be written, ${reason(error)}`, { cause: error });
  }
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
  if (isOld(lock)) return true;
  const [pid, , host] = words.split(" ");
  if (host !== hostname()) return false; // also while its words are being written
  try {
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
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > longestHeldMs;
}

/** Sleeps; a thread that waits for a file has nothing else to do. */
export function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
