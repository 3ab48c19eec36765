import type { Limits } from "./machine";
import type { Clock } from "./measure";
import { type Exchange, type NoPython, type Peer, type Python, threadCounts } from "./python";

/** What every task is given. */
export interface Context {
  /** A smoke run: small sizes, few rounds. */
  readonly isQuick: boolean;
  /** The processor's on a machine that others use: one thread each, and nothing of it is kept. */
  readonly clock: Clock;
  /** Processes that wanted to run, on average over the minute before; 0 where the system does not tell. */
  readonly load: number;
  /** Temporary folder. */
  readonly folder: string;
  readonly python: Python | NoPython;
  readonly limits: Limits;
  /** Starts a script of test/bench; it is ended with the run at the latest. */
  readonly start: (script: string, folder: string, threads: number) => Peer;
  /** A line of progress. */
  readonly say: (line: string) => void;
}

/** A script running with one thread, and once more with all. */
export interface NumpySession {
  readonly peers: readonly { readonly peer: Peer; readonly threads: number }[];
  /** Why there are none. */
  readonly missing?: string;
  close(): void;
}

/** Starts a script on some data, if there is a numpy. */
export function openNumpy(context: Context, script: string, data: () => Exchange): NumpySession {
  if ("missing" in context.python) return { peers: [], missing: context.python.missing, close() {} };
  const exchange = data();
  const peers = threadCounts(context.clock).map((threads) => ({
    threads,
    peer: context.start(script, exchange.folder, threads),
  }));
  return {
    peers,
    close() {
      for (const { peer } of peers) peer.close();
      exchange.remove();
    },
  };
}
