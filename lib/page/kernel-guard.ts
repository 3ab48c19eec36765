/**
 * What keeps a tslab kernel whole and lets it go in time: every line that a cell prints arrives, and the kernel ends when
 * whoever started it is gone. The preload does both from the first message on; in a stock kernel the library does so
 * when it is imported.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import Module from "node:module";
import { basename, dirname, join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { pause, removeFolder } from "../files/write-aside";
import { codeFolder } from "../places";

type Send = (message: unknown) => Promise<void>;

/** What is needed of zeromq's publishing socket. */
export interface ZeromqModule {
  readonly Publisher?: { readonly prototype: { send: Send; bind: Bind } };
}

type Bind = (address: string) => Promise<void>;

interface Socket {
  sendTimeout: number;
  sendHighWaterMark: number;
}

/**
 * tslab never awaits its sends, and zeromq refuses the 513th send of one synchronous stretch, so all later output of a
 * cell is lost, its end included, and the page waits for ever. With a send time-out of 0 every send is done at once;
 * without a high-water mark none is dropped, however slow the page. The mark of a connection is the one that the socket
 * had when it was bound, or that was set while the connection stood: so it is set before the first, and again and again
 * in a stock kernel, whose socket was bound before the library came.
 */
export function liftSendLimit(zeromq: ZeromqModule): void {
  const prototype = zeromq.Publisher?.prototype;
  if (!prototype || isMarked(prototype, "send")) return;
  const { send, bind } = prototype;
  const lift = (socket: Socket): void => {
    if (socket.sendTimeout !== 0) socket.sendTimeout = 0;
    socket.sendHighWaterMark = 0;
  };
  // plain assignment would be ignored without a word: zeromq inherits both as read-only properties
  const define = (name: string, value: (this: Socket, argument: never) => Promise<void>): void =>
    void Object.defineProperty(prototype, name, { configurable: true, writable: true, value });
  define("bind", function (address: string) {
    lift(this);
    return bind.call(this, address);
  });
  define("send", function (message: unknown) {
    lift(this);
    return send.call(this, message);
  });
}

/**
 * Ends this kernel within two seconds after its parent is gone, however that ended, with all that the kernel has started.
 *
 * A thread looks, because a cell may compute for minutes without giving way. First the kernel is asked to exit, so that
 * it can close its browser; if it cannot hear, the thread ends it.
 */
export function endWithParent(): void {
  if (isMarked(process, "parent")) return;
  const heard = new Int32Array(new SharedArrayBuffer(4));
  // the thread gets this process' arguments: the connection file is named there
  const options = { execArgv: [], argv: process.argv.slice(2), workerData: { heard } };
  const thread = new Worker(__filename, options);
  thread.on("error", () => {}); // then nobody looks: the kernel is no worse than a stock one
  thread.on("message", () => {
    heard[0] = 1;
    process.once("exit", endKernel); // after the listeners that close the browser
    process.exit(1);
  });
  thread.unref(); // last: a listener for messages would hold the kernel again, and it would not end when asked to
}

/** True if this object was marked before; marks it. Copies of this package in one process see each other's marks. */
export function isMarked(object: object, what: string): boolean {
  const mark = Symbol.for(`rnn-dynamics.${what}`);
  if (mark in object) return true;
  Object.defineProperty(object, mark, { value: true });
  return false;
}

/**
 * Packages that go and come back while a kernel runs: `npm ci` empties node_modules first and fills it for half a
 * minute, and a set-up may build lib anew. What is loaded runs on; what is to be loaded waits until all is there again.
 */

const pauseMs = 50;
const freshMs = 5; // a large package is loaded in thousands of files
/** Longest wait: npm ci takes 20 s, over a slow line minutes. After that a package that is gone is meant to be gone. */
const longestWaitMs = 300_000;

/** What was there when this process began and stands for the rest: npm writes its record last, tsc this package's index. */
const witnesses: readonly string[] = findWitnesses();
let givenUp = false;
let lastSeen = Number.NEGATIVE_INFINITY;

function findWitnesses(): string[] {
  const own = join(codeFolder, "index.js");
  const found = [own];
  for (const start of [process.cwd(), codeFolder]) {
    for (let folder = start; ; folder = dirname(folder)) {
      found.push(join(folder, "node_modules", ".package-lock.json"));
      if (dirname(folder) === folder) break;
    }
  }
  return [...new Set(found)].filter((file) => existsSync(file));
}

/** Whether some of the packages are gone now, and may come back. */
function isGone(): boolean {
  if (performance.now() - lastSeen < freshMs) return false;
  const gone = witnesses.some((file) => !existsSync(file));
  if (!gone) [givenUp, lastSeen] = [false, performance.now()];
  return gone && !givenUp;
}

/** Resolves when the packages are there, at once as a rule; or when `isInterrupted`, or after five minutes. */
export async function packagesAreThere(isInterrupted: () => boolean): Promise<void> {
  const since = Date.now();
  let isSaid = false;
  while (isGone() && !isInterrupted()) {
    if (!isSaid && Date.now() - since > 1000) {
      isSaid = true;
      console.error("The packages are being installed anew: this cell waits until they are there.");
    }
    givenUp = Date.now() - since > longestWaitMs;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

type Load = (request: string, parent: unknown, isMain: boolean) => unknown;

/** Makes `require` wait while the packages are gone: a running cell may load one for the first time. */
export function holdWhilePackagesAreGone(): void {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  const wait = (): void => {
    for (const since = Date.now(); isGone(); givenUp = Date.now() - since > longestWaitMs) pause(pauseMs);
  };
  loader._load = (request, parent, isMain) => {
    if (Module.isBuiltin(request)) return load(request, parent, isMain);
    wait();
    try {
      return load(request, parent, isMain);
    } catch (error) {
      // it went between the look and the loading
      lastSeen = Number.NEGATIVE_INFINITY;
      if (!/MODULE_NOT_FOUND|ENOENT/.test((error as NodeJS.ErrnoException)?.code ?? "") || !isGone()) throw error;
      wait();
      return load(request, parent, isMain);
    }
  };
}

/*
 * The thread that ends a kernel whose parent is gone, whatever the kernel computes at that time; see `endWithParent`.
 */

/** Name of the folder that a runner of this project makes for a kernel: its connection file and its temporary files. */
export const kernelFolderPrefix = "rnn-dynamics-kernel-";

const lookMs = 200;
/** How long the kernel may take to hear that it is to exit, and then to exit. */
const hearMs = 300;
const exitMs = 1400;

/** Ends this kernel at once: first what it has started, then what it leaves on the disk, then its process. */
export function endKernel(): void {
  const profiles: string[] = [];
  for (const { pid, command } of startedBy(process.pid)) {
    kill(-pid); // a browser leads a process group of its own
    kill(pid);
    const profile = /--user-data-dir=(.*?rnn-dynamics-browser-\w+)/.exec(command)?.[1];
    if (profile) profiles.push(profile);
  }
  const config = process.argv.find((word) => word.startsWith("--config-path="))?.slice("--config-path=".length);
  const folder = config ? dirname(config) : "";
  if (basename(folder).startsWith(kernelFolderPrefix)) profiles.push(folder);
  for (const profile of new Set(profiles)) removeFolder(profile);
  kill(-process.pid);
  kill(process.pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it is gone, or no group has this number, or the system has no groups
  }
}

interface Started {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The processes that a process has started, and theirs. */
function startedBy(pid: number): Started[] {
  const all = allProcesses();
  const found: Started[] = [];
  const parents = [pid];
  for (let i = 0; i < parents.length; i++) {
    const children = all.filter((one) => one.parent === parents[i]);
    found.push(...children);
    parents.push(...children.map((one) => one.pid));
  }
  return found;
}

/** From /proc, or else from ps; none on Windows, where what a kernel has started stays. */
function allProcesses(): Started[] {
  if (process.platform === "win32") return [];
  if (process.platform !== "linux") {
    const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8" });
    const lines = (stdout ?? "").matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm);
    return [...lines].map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command }));
  }
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1]);
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(name), parent, command }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function watch(heard: Int32Array): void {
  const first = process.ppid;
  // Jupyter names the parent as this project's runner does (on Windows by a handle, which is no use here): it may have
  // ended before this line is reached, and then this process has another parent already
  const named = process.platform === "win32" ? 0 : Number(process.env.JPY_PARENT_PID) || 0;
  let asked = 0;
  setInterval(() => {
    if (asked === 0) {
      if (process.ppid === first && isAlive(first) && (named <= 0 || isAlive(named))) return;
      asked = Date.now();
      parentPort?.postMessage("gone");
    } else if (Date.now() - asked > (heard[0] === 0 ? hearMs : exitMs)) endKernel();
  }, lookMs);
}

if (!isMainThread && workerData?.heard instanceof Int32Array) watch(workerData.heard);
