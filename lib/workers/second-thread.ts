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
import { performance } from "node:perf_hooks";
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

/** How quick the two ways are, and which is taken. The bits are the same, so the clock decides nothing but the time. */
export interface Pace {
  isTogether: boolean;
  /** Milliseconds per step, lately. */
  together?: number;
  alone?: number;
  /** Calls before the other way is tried again, and how many of them are left. */
  patience: number;
  left: number;
}

const shortest = 16;
const longest = 256;

/** Of a run that has not begun. */
export function newPace(): Pace {
  // the first call together also wakes the other thread, so it is not the one that decides
  return { isTogether: true, patience: shortest, left: 2 };
}

/**
 * Does some steps with the second thread or without: whichever has been quicker, for on a busy machine two threads lose.
 * The other way is tried again now and then.
 *
 * @param owner whose memory the steps use
 * @param steps how many they are
 * @param together does them with the kernels `…Together`; may be ended anywhere by an interrupt, but must not throw
 * @param alone does them with one thread
 */
export function withSecondThread<Result>(
  owner: { readonly pace: Pace },
  steps: number,
  together: () => Result,
  alone: () => Result,
): Result {
  if (!isReady()) return alone();
  const { pace } = owner;
  const isTrial = pace.left-- <= 0;
  const isTogether = pace.isTogether !== isTrial;
  const begin = performance.now();
  subject = isTogether ? owner : undefined;
  const result = isTogether ? together() : alone();
  subject = undefined;
  const took = (performance.now() - begin) / steps;
  if (isTogether) pace.together = smooth(pace.together, took);
  else pace.alone = smooth(pace.alone, took);
  if (isTrial) decide(pace);
  return result;
}

function smooth(before: number | undefined, now: number): number {
  return before === undefined ? now : (before + now) / 2;
}

function decide(pace: Pace): void {
  const { together = 0, alone = 0, isTogether, patience } = pace;
  const isChange = together < alone !== isTogether;
  pace.isTogether = together < alone;
  pace.patience = isChange ? shortest : Math.min(longest, 2 * patience);
  pace.left = pace.patience;
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
