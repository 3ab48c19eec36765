import type { TaskPool } from "../search/work";

/** What a study is handed by whoever runs it. */
export interface StudyContext {
  /** Workers to share the work; without one the study runs alone, with the same result. */
  readonly pool?: TaskPool;
  /** Stops the study: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then with what is being done, and how much of it. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/**
 * A measurement that is repeated over seeds, because a claim hangs on it and one seed proves little.
 *
 * The result is a small plain JSON record, the same for the same seed (times aside); `npm run replicate` keeps it in
 * data/results/replicates.
 */
export interface Study<R> {
  /** Its name on the command line and in the file of its results, in kebab case. */
  readonly name: string;
  /** Raised when results of older runs are no longer comparable. */
  readonly version: number;
  run(seed: number, context: StudyContext): Promise<R>;
}
