/**
 * A second thread for the time loop of one large network, on the same memory and the same kernels.
 *
 * Unlike the pool's workers it helps within a step: the caller stays synchronous, and the bits are those of one thread
 * (lib/kernels/two-threads.ts says how). It is started when it is first wanted and is ready some hundredth of a second later;
 * until then, and wherever it cannot start, one thread does all. It sleeps when it has nothing to do, leaves after 20 s of
 * that, and never keeps the process alive.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isMainThread, Worker } from "node:worker_threads";
import { reject } from "../numerics/validate";
import { kernelParts, loadKernels } from "../numerics/wasm";

/** As the kernels count them, see lib/kernels/two-threads.ts. */
const [absent, idle, working] = [0, 1, 2];

/** Networks of fewer units have steps so short that the threads would mostly wait for each other. */
const fewestUnits = 500;

let isImpossible = false;
let isStarting = false;
/** What the second thread may be working on: kept, and with it its memory, when an interrupt ends the first one. */
let subject: object | undefined;

/**
 * How many threads a run of a network should use: two from 500 units on, where there are two processors. A worker uses
 * one: there the parallelism is coarse.
 */
export function threadsFor(units: number): 1 | 2 {
  return units >= fewestUnits && isMainThread && availableParallelism() > 1 ? 2 : 1;
}

/** @throws RangeError if a number of threads is neither 1 nor 2 */
export function checkThreads(where: string, threads: unknown): void {
  if (threads !== 1 && threads !== 2) reject(where, "threads", threads, "1 or 2");
}

/**
 * Does some work with the second thread ready to help, or without.
 *
 * @param owner whose memory the work uses
 * @param together does it with the kernels `…Together`; it may be ended anywhere by an interrupt, but must not throw
 * @param alone does it with one thread
 */
export function withSecondThread<Result>(owner: object, together: () => Result, alone: () => Result): Result {
  if (!isReady()) return alone();
  subject = owner;
  const result = together();
  subject = undefined;
  return result;
}

/**
 * Makes sure that the second thread does not touch the memory of an owner any more.
 *
 * @returns whether that is certain: false only if the thread has not answered for ten seconds
 */
export function withdraw(owner: object): boolean {
  return subject !== owner || endLeftOver();
}

/** Ends what an interrupt has left of the last work. */
function endLeftOver(): boolean {
  if (loadKernels().giveUp() === 0) {
    isImpossible = true;
    return false;
  }
  subject = undefined;
  return true;
}

function isReady(): boolean {
  if (isImpossible || !isMainThread) return false;
  if (subject !== undefined && !endLeftOver()) return false;
  const state = loadKernels().secondState();
  if (state !== absent) isStarting = false;
  else if (!isStarting) start();
  return state === idle || state === working;
}

function start(): void {
  isStarting = true;
  try {
    // the options of this process (a loader, an inspector) are none of its business
    const worker = new Worker(join(__dirname, "second-thread-loop.js"), { workerData: kernelParts(), execArgv: [] });
    worker.unref();
    worker.on("error", () => {
      isImpossible = true;
    });
  } catch {
    isImpossible = true;
  }
}
