/**
 * A second thread for the time loop of one large network, on the same memory and the same wasm.
 *
 * Unlike the pool's workers it helps within a step: the caller stays synchronous, and the bits are those of one thread
 * (lib/wasm/assembly/two-threads.ts says how). It is started when it is first wanted and is ready some hundredth of a
 * second later; until then, and wherever it cannot start, one thread does all. It sleeps when it has nothing to do, leaves
 * after 20 s of that, and never keeps the process alive.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { isMainThread, Worker } from "node:worker_threads";
import { reject } from "./check";
import { loadWasm, wasmParts } from "./memory";

/** As wasm counts them, see lib/wasm/assembly/two-threads.ts. */
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
  /** Milliseconds per step of the last pieces. */
  readonly together: number[];
  readonly alone: number[];
  /** Pieces until the other way is tried again; negative during a trial. */
  left: number;
  /** How many those are in all: more after each trial that changes nothing. */
  patience: number;
  /** The piece that is being done: steps so far, and their milliseconds. */
  steps: number;
  time: number;
}

/**
 * Steps of a piece, or more: as many as the calls that they take. A run that stops at each step (for a state, a snapshot)
 * is judged by pieces, too: a single step says little, and of a training every other has no weight step.
 */
const piece = 32;
const shortest = 32;
const longest = 512;
/** Pieces of a trial. The best of them counts: the first has to wake the other thread, and maybe to move it. */
const trial = 3;
/** So many times slower than the way taken so far, and the trial is over. */
const hopeless = 1.5;

/** Of a run that has not begun. */
export function newPace(): Pace {
  return { isTogether: true, together: [], alone: [], left: trial, patience: shortest, steps: 0, time: 0 };
}

/**
 * Does some steps with the second thread or without: whichever has been quicker, for on a busy machine two threads lose.
 * The other way is tried again now and then.
 *
 * @param owner whose memory the steps use
 * @param steps how many they are
 * @param together does them with the functions `…Together`; may be ended anywhere by an interrupt, but must not throw
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
  const isTrial = pace.left <= 0;
  const isTogether = pace.isTogether !== isTrial;
  const begin = performance.now();
  subject = isTogether ? owner : undefined;
  const result = isTogether ? together() : alone();
  subject = undefined;
  pace.time += performance.now() - begin;
  pace.steps += steps;
  if (pace.steps >= piece) judge(pace, isTogether, isTrial);
  return result;
}

/** At the end of a piece. */
function judge(pace: Pace, isTogether: boolean, isTrial: boolean): void {
  const times = isTogether ? pace.together : pace.alone;
  const took = pace.time / pace.steps;
  [pace.steps, pace.time] = [0, 0];
  pace.left--;
  times.push(took);
  if (times.length > trial) times.shift();
  const isHopeless = isTrial && took > hopeless * Math.min(...(isTogether ? pace.alone : pace.together));
  if (isHopeless || pace.left <= -trial) decide(pace);
}

function decide(pace: Pace): void {
  const isTogether = Math.min(...pace.together) < Math.min(...pace.alone);
  pace.patience = isTogether !== pace.isTogether ? shortest : Math.min(longest, 2 * pace.patience);
  pace.isTogether = isTogether;
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
  if (loadWasm().giveUp() === 0) {
    isImpossible = true;
    return false;
  }
  subject = undefined;
  return true;
}

function isReady(): boolean {
  if (isImpossible || !isMainThread) return false;
  if (subject !== undefined && !endLeftOver()) return false;
  const state = loadWasm().secondState();
  if (state !== absent) isStarting = false;
  else if (!isStarting) start();
  return state === idle || state === working;
}

function start(): void {
  isStarting = true;
  try {
    // the options of this process (a loader, an inspector) are none of its business
    const worker = new Worker(join(__dirname, "second-thread-loop.js"), { workerData: wasmParts(), execArgv: [] });
    worker.unref();
    worker.on("error", () => {
      isImpossible = true;
    });
    // it may come and leave between two looks at its state
    worker.on("exit", () => {
      isStarting = false;
    });
  } catch {
    isImpossible = true;
  }
}
