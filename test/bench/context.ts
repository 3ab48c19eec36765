import type { Limits } from "./machine";
import type { NoPython, Peer, Python } from "./python";

/** What every task is given. */
export interface Context {
  /** A smoke run: small sizes, few rounds. */
  readonly isQuick: boolean;
  /** Temporary folder. */
  readonly folder: string;
  readonly python: Python | NoPython;
  readonly limits: Limits;
  /** Starts a script of test/bench; it is ended with the run at the latest. */
  readonly start: (script: string, folder: string, threads: number) => Peer;
  /** A line of progress. */
  readonly say: (line: string) => void;
}
