import {
  firstPulseOf,
  type HeldMemories,
  memoriesAt,
  networkAt,
  type OriginAt,
  type OriginEvent,
  originOf,
  returnsAt,
  type TestRun,
  testRunAt,
  trainingFilm,
  typedEvents,
} from "../training/film";
import { originDates } from "../training/origin-crossings";
import { claimC10, claimC11, claimC12 } from "./c10-c12";
import type { Study, StudyContext } from "./study";
import type { ClaimVerdict } from "./verdict";

/** The story of one training, at one gain. */
export interface Evolution {
  readonly gain: number;
  readonly verdicts: readonly ClaimVerdict[];
  readonly origin: readonly OriginAt[];
  /** Steps before the first pulse: until then the readout is exactly zero. */
  readonly firstPulse: number;
  /** Training dates of the origin (`originDates`), from every readout up to step 1000. */
  readonly dates: readonly number[];
  /** The first of them, typed. */
  readonly events: readonly OriginEvent[];
  readonly returns: readonly number[];
  readonly tests: readonly TestRun[];
  readonly memories: readonly HeldMemories[];
}

/** What one seed says on C10 to C12: the paper's network, which decides, and the one below the onset of chaos beside it. */
export interface EvolutionResult {
  readonly verdicts: readonly ClaimVerdict[];
  readonly paper: Evolution;
  readonly gentle: Evolution;
}

/** Where the origin is looked at: before training, at the steps of Fig. 7, and at the end. */
const originSteps = [0, 50, 100, 200, 700, 1000, 2000, 30000];
/** Where the memories are asked for; the first of these steps at which all are held is when they have appeared. */
const memorySteps = [500, 1000, 2000, 5000, 30000];
const testSteps = [700, 1000, 30000];
/** Every step, as far as Fig. 7 goes. */
const followed = Array.from({ length: 1001 }, (_, step) => step);
/** Each takes seconds. */
const eventsTyped = 2;
/** 150 τ, half of what a memory is given elsewhere: what is asked here is when, not whether for ever. */
const settle = 1500;

/**
 * The origin and the memories of one network while it is trained, at the paper's gain and at 0.8.  [J15 §6.1, Fig. 7]
 *
 * C10 to C12 are judged on the paper's network.
 */
export const evolutionStudy: Study<EvolutionResult> = {
  name: "evolution",
  version: 3, // 3: dates of every training step, excursions by RK4
  async run(seed, context) {
    const paper = await evolutionAt(seed, 1.5, context);
    const gentle = await evolutionAt(seed, 0.8, context);
    return { verdicts: paper.verdicts, paper, gentle };
  },
};

async function evolutionAt(seed: number, gain: number, { onProgress, signal }: StudyContext): Promise<Evolution> {
  const at = (done: number, what: string) => {
    signal?.throwIfAborted();
    onProgress?.(done, 6, `g = ${gain}, ${what}`);
  };
  at(0, "training");
  const steps = [...new Set([...followed, ...originSteps, ...memorySteps, ...testSteps])];
  const film = trainingFilm({ seed, gain }, steps);
  at(1, "spectra of the origin");
  const origin = originSteps.map((step) => originOf(networkAt(film, step), step));
  at(2, "bifurcations of the origin");
  const dates = originDates(
    film.network,
    film.snapshots.filter(({ step }) => step < followed.length),
  );
  const events = await typedEvents(film, dates.slice(0, eventsTyped));
  at(3, "excursions from the origin");
  const returns = returnsAt(film, 700);
  at(4, "test runs");
  const tests = testSteps.map((step) => testRunAt(film, step));
  at(5, "memories");
  const memories = memorySteps.map((step) => memoriesAt(film, step, { settle }));
  const seeds = [seed];
  const patterns = { before: tests[0].patterns, after: tests[1].patterns };
  return {
    gain,
    verdicts: [
      claimC10({ origin, seeds }),
      claimC11({ origin, returns, patterns, seeds }),
      claimC12({ events, seeds }),
    ],
    origin,
    firstPulse: firstPulseOf(film.training),
    dates,
    events,
    returns,
    tests,
    memories,
  };
}
