/**
 * What keeps a tslab kernel whole and lets it go in time: every line that a cell prints arrives, and the kernel ends when
 * whoever started it is gone. The preload does both from the first message on; in a stock kernel the library does so
 * when it is imported.
 */
import { basename, dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { removeFolder } from "./browser-session";

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

/** Name of the folder that a runner of this project makes for a kernel: its connection file and its temporary files. */
export const kernelFolderPrefix = "rnn-dynamics-kernel-";

const lookMs = 200;
const interruptAfterMs = 300; // after the kernel was asked to exit
const killAfterMs = 1400;

/**
 * Ends this kernel within two seconds after its parent is gone, however that ended, with all that the kernel has started.
 *
 * A thread looks, because a cell may compute for minutes without giving way. First the kernel is asked to exit, so that
 * it can close its browser; then the running cell is interrupted, as by Ctrl-C; then there is no more asking.
 */
export function endWithParent(): void {
  if (isMarked(process, "parent")) return;
  // Jupyter names the parent as this project's runner does (on Windows by a handle, which is no use here): it may have
  // ended before this line is reached, and then this process has another parent already
  const named = process.platform === "win32" ? 0 : Number(process.env.JPY_PARENT_PID) || 0;
  const workerData = { parents: [process.ppid, named].filter((pid) => pid > 0) };
  const thread = new Worker(`(${watchParent})()`, { eval: true, execArgv: [], workerData });
  thread.unref();
  thread.on("error", () => {}); // then nobody looks: the kernel is no worse than a stock one
  thread.on("message", () => {
    process.once("exit", endGroup); // after the listeners that close the browser
    process.exit(1);
  });
}

/** What the thread runs. It is sent as text, so it knows nothing of this file but the numbers it is given. */
const watchParent = `function () {
  const { parentPort, workerData } = require("node:worker_threads");
  const first = process.ppid;
  const isAlive = (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error.code !== "ESRCH";
    }
  };
  let asked = 0;
  setInterval(() => {
    if (asked === 0 && process.ppid === first && workerData.parents.every(isAlive)) return;
    const now = Date.now();
    if (asked === 0) {
      asked = now;
      parentPort.postMessage("gone");
    } else if (now - asked > ${killAfterMs}) {
      try {
        process.kill(-process.pid, "SIGKILL");
      } catch {}
      process.kill(process.pid, "SIGKILL");
    } else if (now - asked > ${interruptAfterMs} && process.platform !== "win32") {
      process.kill(process.pid, "SIGINT");
    }
  }, ${lookMs});
}`;

/** Takes away what the kernel leaves: its folder, if a runner made it one, and its process group, if that is its own. */
function endGroup(): void {
  const config = process.argv.find((word) => word.startsWith("--config-path="))?.slice("--config-path=".length);
  const folder = config ? dirname(config) : "";
  if (basename(folder).startsWith(kernelFolderPrefix)) removeFolder(folder);
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // no group of its own, or a system without groups
  }
}

/** True if this object was marked before; marks it. Copies of this package in one process see each other's marks. */
export function isMarked(object: object, what: string): boolean {
  const mark = Symbol.for(`rnn-dynamics.${what}`);
  if (mark in object) return true;
  Object.defineProperty(object, mark, { value: true });
  return false;
}
