/**
 * A pool of worker threads for coarse work: one start, one spectrum, one trial, one network per job.
 *
 * Calls on large networks share one pool by themselves; a caller may hand in another (`options.pool`). The pool knows no job:
 * whoever has one says in which file its function is. Results do not depend on the number of threads: a job is computed
 * as a whole by one worker, with the same wasm, and results are put in the order of their jobs.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Piscina } from "piscina";
import { codeFolder } from "./places";
import { checkCount, withDefaults } from "./wasm/check";
import { threadsFor } from "./wasm/second-thread";

/** A function that a worker can be asked to call: plain data in, plain data out. */
export interface Job {
  /** The compiled file that exports it: `__filename`, for one of the caller's own. */
  readonly file: string;
  readonly name: string;
}

/** What code that can use a pool of workers needs of one; `createPool` makes one. */
export interface JobPool {
  readonly threads: number;
  /**
   * Runs a job in a worker.
   *
   * @param payload the argument of its function; arrays on shared memory are not copied
   * @returns its result; rejects with what it threw, or with an AbortError when the signal or an interrupt stops it
   */
  run<Result>(job: Job, payload: unknown, signal?: AbortSignal): Promise<Result>;
}

/** A job of lib/jobs.ts. */
export const libJob = (name: string): Job => ({ file: join(codeFolder, "jobs.js"), name });

/** A pool that owns its threads. */
export interface WorkerPool extends JobPool {
  /** Stops all work, also what is running. The pool can be used again: new threads are started when needed. */
  cancel(): void;
  /** Ends the threads; the pool is of no use afterwards. */
  close(): Promise<void>;
}

export interface PoolOptions {
  threads: number;
}

export const poolDefaults: Readonly<PoolOptions> = Object.freeze({
  /** As many as this machine runs at once: the jobs keep a processor busy. */
  threads: availableParallelism(),
});

/** A worker that has had nothing to do for this long is ended; its memory goes with it. */
const idleMs = 20_000;

/**
 * Makes a pool of worker threads. They start with the first job, and none keeps the process alive.
 *
 * An interrupt (SIGINT, the stop button of a notebook) cancels everything that is running, and the threads with it.
 *
 * @throws RangeError if the number of threads is not a positive integer
 */
export function createPool(options?: Partial<PoolOptions>): WorkerPool {
  const { threads } = withDefaults("createPool", options, poolDefaults);
  checkCount("createPool", "threads", threads);
  const piscina = new Piscina({
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMs,
    // jobs are seconds long; a worker that spins on an atomic while it waits would only heat the room
    atomics: "disabled",
  });
  // What is emitted concerns no job that anybody waits for. The result of a job that was cancelled as it became ready is
  // passed over; a worker that fails without a job is told of.
  piscina.on("error", (error: Error) => {
    if (!error.message.startsWith("Unexpected message from Worker")) process.emitWarning(error);
  });
  let stop = new AbortController();
  let running = 0;

  const cancel = (): void => {
    const all = stop;
    stop = new AbortController();
    all.abort();
  };
  const watch = interruptWatch(cancel);

  return {
    threads,
    cancel,
    async run<Result>({ file, name }: Job, payload: unknown, signal?: AbortSignal): Promise<Result> {
      const signals = signal === undefined ? [stop.signal] : [stop.signal, signal];
      if (running++ === 0) watch.begin();
      try {
        return (await piscina.run(payload, { filename: file, name, signal: AbortSignal.any(signals) })) as Result;
      } finally {
        if (--running === 0) watch.end();
      }
    },
    async close() {
      cancel();
      await piscina.destroy();
    },
  };
}

let shared: WorkerPool | undefined;

/** The pool that is shared: made at the first call, never closed, as threads that have nothing to do end by themselves. */
export function sharedPool(): WorkerPool {
  shared ??= createPool();
  return shared;
}

/** The shared pool where it pays: for large networks, on two processors, and not in a worker. */
export function poolFor(units: number): JobPool | undefined {
  return threadsFor(units) > 1 ? sharedPool() : undefined;
}

/**
 * Listens for interrupts while there is work.
 *
 * The listener is added and removed in a turn of its own: one that a cell of a tslab notebook adds synchronously makes the
 * next interrupt kill the kernel. Where nobody else listens the interrupt then has its usual effect.
 */
function interruptWatch(cancel: () => void): { begin(): void; end(): void } {
  let isWanted = false;
  let isListening = false;
  const onInterrupt = (): void => {
    cancel();
    const isAlone = process.listenerCount("SIGINT") === 1;
    process.off("SIGINT", onInterrupt);
    isListening = false;
    if (isAlone) process.kill(process.pid, "SIGINT");
  };
  const settle = (): void => {
    if (isWanted === isListening) return;
    if (isWanted) process.on("SIGINT", onInterrupt);
    else process.off("SIGINT", onInterrupt);
    isListening = isWanted;
  };
  const want = (wanted: boolean): void => {
    isWanted = wanted;
    setImmediate(settle);
  };
  return { begin: () => want(true), end: () => want(false) };
}
