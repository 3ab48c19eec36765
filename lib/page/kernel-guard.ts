/**
 * What keeps a tslab kernel whole and lets it go in time: every line that a cell prints arrives, and the kernel ends when
 * whoever started it is gone. The preload does both from the first message on; in a stock kernel the library does so
 * when it is imported.
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { endKernel } from "./parent-watch";

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
  const thread = new Worker(join(__dirname, "parent-watch.js"), options);
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
