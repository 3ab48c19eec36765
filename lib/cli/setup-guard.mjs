/**
 * What keeps a set-up whole: it ends with whoever has started it, and with it what it has started; and two in one folder
 * work one after the other.
 */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const parentPauseMs = 300;

/**
 * Ends this process, and with it what it has started, on a signal; and when npm, or the shell in which npm has started
 * this, is gone: npm does not hand on every signal, and the shell none. What is to be done at the end is done by
 * listeners to "exit".
 */
export function guardTree() {
  const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
  const stop = (name) => process.exit(128 + signals[name]);
  for (const name of Object.keys(signals)) process.on(name, stop);
  const isOrphan = process.env.npm_lifecycle_event === undefined ? undefined : orphanTest();
  const timer = isOrphan && setInterval(() => isOrphan() && stop("SIGHUP"), parentPauseMs).unref();
  return {
    stop() {
      for (const name of Object.keys(signals)) process.off(name, stop);
      clearInterval(timer);
    },
  };
}

/**
 * A test of whether this process is to end for the sake of what is above it: its parent is gone, or, where that is npm's
 * shell, npm is; or the shell was interrupted, which it heeds only when this process has ended.
 */
function orphanTest() {
  const parent = process.ppid;
  const { parent: above, name } = processFacts(parent);
  const isBelowShell = above !== undefined && /(?:^|\/)-?(?:ba|da|a|k|z)?sh$/.test(name);
  const isWoken = isBelowShell ? wakeTest(parent) : () => false;
  return () => process.ppid !== parent || (isBelowShell && !isParent(above, parent)) || isWoken();
}

const pausedMs = 1500;

/**
 * A test of whether a process that sleeps until its child ends has been woken all the same. Linux counts that, and only
 * a signal does it; or a pause of everything, by Ctrl-Z or by closing the lid, in which this process was not awake either.
 */
function wakeTest(pid) {
  const count = () => /^voluntary_ctxt_switches:\s*(\d+)/m.exec(readText(`/proc/${pid}/status`) ?? "")?.[1];
  let known;
  let last = Date.now();
  return () => {
    const [now, found] = [Date.now(), count()];
    const isWoken = known !== undefined && found !== undefined && found !== known && now - last < pausedMs;
    [known, last] = [found, now];
    return isWoken;
  };
}

/** The parent and the name of a process: from /proc, or else from ps; nothing where neither is. */
function processFacts(pid) {
  if (process.platform === "win32") return {};
  const text =
    readText(`/proc/${pid}/stat`)?.replace(/^\d+ \((.*)\) \S (\d+)[\s\S]*$/, "$2 $1") ??
    spawnSync("ps", ["-o", "ppid=,comm=", "-p", String(pid)], { encoding: "utf8" }).stdout;
  const [, parent, name] = /^\s*(\d+)\s+(.*?)\s*$/.exec(text ?? "") ?? [];
  return parent === undefined ? {} : { parent: Number(parent), name };
}

function isParent(above, pid) {
  if (existsSync("/proc/self/stat")) return processFacts(pid).parent === above;
  try {
    process.kill(above, 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH";
  }
}

/** Runs Node on a script, and ends it with this process; resolves with its end and all it has said. */
export function run(command, args, { cwd, shell = false }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, shell, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const end = () => child.kill("SIGKILL");
    process.prependOnceListener("exit", end); // before its files are removed
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    const done = (status, error) => {
      process.off("exit", end);
      resolve({ status, error, output });
    };
    child.once("error", (error) => done(null, error));
    child.once("close", (status) => done(status));
  });
}

const beatMs = 1000;
const silentMs = 20_000; // a set-up that has not shown itself for so long was killed, or its machine is off

/** Does `work` while no other process does it in this folder; waits for its turn. */
export async function alone(root, log, work) {
  const file = join(root, "data", "cache", "set-up.lock");
  const mine = `${process.pid} ${randomBytes(8).toString("hex")}`;
  for (let isSaid = false; !take(file, mine); isSaid = true) {
    if (!isSaid) log("Another set-up is under way in this folder: waiting for it …");
    await pause(200);
  }
  const leave = () => {
    if (readText(file) === mine) rmSync(file, { force: true });
  };
  const beat = setInterval(() => {
    const now = new Date();
    if (readText(file) === mine) utimesSync(file, now, now);
  }, beatMs);
  process.once("exit", leave);
  try {
    await work();
  } finally {
    clearInterval(beat);
    process.off("exit", leave);
    leave();
  }
}

/** Takes the lock, if it is free or its holder has been silent for long. */
function take(file, mine) {
  try {
    writeFileSync(file, mine, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat && Date.now() - stat.mtimeMs > silentMs) {
    // moved away, not removed: of two that find it silent one gets it, and the other finds nothing
    const silent = `${file}.${mine.replace(" ", "-")}`;
    try {
      renameSync(file, silent);
      rmSync(silent, { force: true });
    } catch {
      // the other one was quicker
    }
  }
  return false;
}

/** The text of a file, or undefined. */
export function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A failure that one sentence explains; everything else keeps its stack. */
export class SetUpError extends Error {}

export const diskFull = /ENOSPC|EDQUOT|no space left/i;

/** Causes by the words in which npm, the compilers or the system tell of them, and what to do. */
const causes = [
  [diskFull, "the disk is full; free 2 GB and run the same command again."],
  [/EACCES|EPERM|EROFS/, "a file may not be written here; make the project folder yours to write and run this again."],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|network/i,
    "the packages could not be fetched, there is no network; connect (only this once) and run this again.",
  ],
  [
    /EUSAGE|can only install packages when your package.json/i,
    'package.json and package-lock.json disagree; restore them with git, or run "npm install" to renew the lockfile.',
  ],
];

/** One sentence on what went wrong and what to do; addresses never appear in it. */
export function explain(text, what) {
  const cure = causes.find(([signs]) => signs.test(text))?.[1];
  if (cure) return `${what}: ${cure}`;
  const tail = text.trim().split("\n").slice(-15).join("\n");
  return `${tail.replace(/https?:\/\/\S+/g, "(address)")}\n${what} failed; the lines above are its last words.`;
}
