/**
 * The link to the tslab kernel this process may be: writing outputs of several kinds at once, updating them later, and
 * keeping a cell open until what it started has reached the page.
 *
 * tslab is not imported. A student's kernel may be a copy of tslab installed anywhere, so the running one is looked up
 * among the loaded modules; outside a notebook there is none and every function here does nothing.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { endWithParent, isMarked, liftSendLimit, type ZeromqModule } from "./kernel-guard";

/** One output in several forms; the page shows the richest it can. Keys are MIME types. */
export interface MimeBundle {
  [mime: string]: unknown;
}

/** The content of a Jupyter `display_data` message. */
export interface DisplayContent {
  data: MimeBundle;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

/** Sends an output to the cell it belongs to; `isUpdate` replaces the earlier output with the same display_id. */
export type KernelWriter = (content: DisplayContent, isUpdate: boolean) => void;

interface KernelModule {
  lastWriteDisplayData: KernelWriter | null;
  JupyterHandlerImpl?: { prototype: KernelHandler };
}

interface KernelHandler {
  handleExecute(...request: unknown[]): Promise<unknown>;
  handleShutdown(...request: unknown[]): unknown;
}

/**
 * Longest time a finished cell stays open for its pictures, for a machine that is very busy: an idle one needs seconds.
 * Later pictures still arrive while the page is open.
 */
const longestHoldMs = 180_000;

const pending = new Set<Promise<unknown>>();
const shutdownTasks = new Set<() => void>();
let replacement: KernelWriter | null | undefined;

function loadedModules(name: RegExp): unknown[] {
  return Object.entries(require.cache).flatMap(([file, module]) => (name.test(file) && module ? [module.exports] : []));
}

function runningKernel(): KernelModule | undefined {
  const kernels = loadedModules(/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/) as KernelModule[];
  return kernels.find((kernel) => kernel.lastWriteDisplayData);
}

/** The writer of the cell that runs now, or null outside a notebook. */
export function kernelWriter(): KernelWriter | null {
  return replacement === undefined ? (runningKernel()?.lastWriteDisplayData ?? null) : replacement;
}

/** Puts another writer in the kernel's place, for tests; `undefined` gives the place back. */
export function replaceKernelWriter(writer: KernelWriter | null | undefined): void {
  replacement = writer;
}

/** Whether this code runs in a cell of a notebook. */
export function isInNotebook(): boolean {
  return kernelWriter() !== null;
}

/** An output that can be replaced: the first `write` shows it, every later one takes its place. */
export class Display {
  readonly id = randomBytes(8).toString("hex");
  readonly #write = kernelWriter();
  #isShown = false;

  /** Shows `data`, in the cell in which this display was made, even when that cell has ended. */
  write(data: MimeBundle, metadata: Record<string, unknown> = {}): void {
    this.#write?.({ data, metadata, transient: { display_id: this.id } }, this.#isShown);
    this.#isShown = true;
  }
}

/** Keeps the running cell open until `work` has ended, well or badly, but not longer than three minutes. */
export function keepCellOpen(work: Promise<unknown>): void {
  const ended = Promise.allSettled([work]);
  pending.add(ended);
  ended.then(() => pending.delete(ended));
}

/** Resolves when everything given to `keepCellOpen` has ended, or after `limitMs`. */
export async function pendingWork(limitMs = longestHoldMs): Promise<void> {
  const all = async (): Promise<void> => {
    while (pending.size > 0) await Promise.all(pending);
  };
  await Promise.race([all(), pause(limitMs, undefined, { ref: false })]);
}

/** Runs `task` when the kernel is asked to shut down: a browser left open would keep its process alive. */
export function onKernelShutdown(task: () => void): void {
  shutdownTasks.add(task);
}

/** From the next cell on, a cell ends when its pictures have arrived; on shutdown the browser is closed. */
function followCells(): void {
  const prototype = runningKernel()?.JupyterHandlerImpl?.prototype;
  if (!prototype || isMarked(prototype, "page")) return;
  const { handleExecute, handleShutdown } = prototype;
  prototype.handleExecute = async function (...request) {
    const reply = await handleExecute.apply(this, request);
    await pendingWork();
    return reply;
  };
  prototype.handleShutdown = function (...request) {
    for (const task of shutdownTasks) task();
    return handleShutdown.apply(this, request);
  };
}

if (runningKernel()) {
  // a stock kernel, without this project's preload: late, but for all later cells
  for (const zeromq of loadedModules(/[\\/]zeromq[\\/]lib[\\/]index\.js$/)) liftSendLimit(zeromq as ZeromqModule);
  endWithParent();
  followCells();
}
