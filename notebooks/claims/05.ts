/**
 * Claims of notebook 05, on §6.1 and §9: what becomes of the origin while a network learns (C10 to C12); and their studies.
 *
 * Developed on seed 1 and on seeds that do not decide.
 */
import { median, medianInterval } from "rnn-dynamics/dist/numbers/statistics";
import { originDates } from "rnn-dynamics/dist/training/crossings";
import {
  firstPulseOf,
  type HeldMemories,
  type LostRest,
  lawOfFirstPulse,
  lostRest,
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
} from "rnn-dynamics/dist/training/film";
import { checkShape, reject } from "rnn-dynamics/dist/wasm/check";
import { type ClaimVerdict, claim } from "./claim";
import { begin, type SeededResult, type Study, type StudyContext } from "./study";

const originShape = [{ step: "count", spectralAbscissa: "finite", unstableCount: "count" }, 1] as const;

/** The origin at certain steps. */
function originAt(name: string, origin: readonly OriginAt[], steps: readonly number[]): OriginAt[] {
  return steps.map((step) => {
    const at = origin.find((row) => row.step === step);
    return at ?? reject(name, "data.origin", `lacks step ${step}`, `steps ${steps.join(", ")}`);
  });
}

const isStable = ({ spectralAbscissa }: OriginAt): boolean => spectralAbscissa < 0;
const inWords = (at: OriginAt): string => `${at.spectralAbscissa.toFixed(2)} (${at.unstableCount}) at ${at.step}`;

/**
 * C10: the origin is stable at first, a resting state. Data: the origin at steps 0 and 100 at least.  [J15 §6.1, Fig. 7 a]
 *
 * An untrained network has J(0) = −I + Wr, and the circular law puts its abscissa near g − 1: above g = 1 no data could
 * rescue the claim, hence "wrong as stated" for an origin that is unstable before training.
 */
export const C10 = claim("C10", {
  words: "the origin is stable at first, a resting state",
  where: "§6.1, Fig. 7 a",
  notebook: "05",
  rule: "below 0 before training and at 100 steps; partly: before training",
  limits: {
    /** "Initially": before training. Fig. 7 a shows it at iteration 100, where it must still hold for the whole claim. */
    restingAt: [0, 100] as readonly number[],
  },
  shape: { origin: originShape },
  judge({ origin }: { readonly origin: readonly OriginAt[] }, { restingAt }) {
    const [before, later] = originAt("C10", origin, restingAt);
    return {
      measured: `spectral abscissa of the origin (unstable modes): ${inWords(before)}, ${inWords(later)} steps`,
      holds: [isStable(before), isStable(later)],
      partly: isStable(before),
      otherwise: "wrong as stated",
    };
  },
});

/** What C11 needs to know of one training. */
export interface BirthOfTheCube {
  /** The origin at steps 100, 200, 700 and 1000 at least. */
  readonly origin: readonly OriginAt[];
  /** Runs that leave the origin at step 700: closest return as a share of how far it had been, one per run. */
  readonly returns: readonly number[];
  /** Patterns of bits, of 8, that the test run shows at steps 700 and 1000. */
  readonly patterns: { readonly before: number; readonly after: number };
}

/**
 * C11: the origin loses stability at 200 iterations; at 700 its principal eigenvalues vanish and homoclinic orbits form; at
 * 1000 a saddle at the centre pushes the cube out.  [J15 §6.1, Fig. 7]
 *
 * Three parts: stable at 100 and unstable at 200; at 700 an abscissa of zero and a run that leaves the origin and comes
 * back; at 1000 a saddle, and more patterns in the test run than at 700.
 */
export const C11 = claim("C11", {
  words: "the origin loses stability at 200 iterations, homoclinic orbits at 700, a saddle pushes the cube out at 1000",
  where: "§6.1, Fig. 7",
  notebook: "05",
  rule: "stable at 100, not at 200; at 700 within 0.05 of zero and a return to 5 % (RK4); at 1000 unstable, with more patterns than at 700; partly: two of the three",
  limits: {
    /** Fig. 7 a and b: stable at 100, "no longer an attracting node" at 200; then Fig. 7 c and d. */
    steps: [100, 200, 700, 1000] as readonly number[],
    /** An eigenvalue "vanishes", per τ: the runs of Fig. 7 last 10 τ, in which a mode of 20 τ hardly moves. */
    vanishing: 0.05,
    /**
     * A run has come back when it is as near as a twentieth of how far it had been: in the figure, on the point. By the same
     * detector the loops of textbooks return to below 1 %, and a loop that damping of 0.01 has broken to 12 % only.
     */
    returned: 0.05,
    /** One part in three can hold by chance: where the origin was a saddle all along it is one at iteration 1000, too. */
    partsForPartly: 2,
  },
  shape: { origin: originShape, returns: ["not negative", 1], patterns: { before: "count", after: "count" } },
  judge({ origin, returns, patterns: { before, after } }: BirthOfTheCube, limits) {
    const rows = originAt("C11", origin, limits.steps);
    const [first, second, third, fourth] = rows;
    const nearest = Math.min(...returns);
    const holds = [
      isStable(first) && !isStable(second),
      Math.abs(third.spectralAbscissa) <= limits.vanishing && nearest <= limits.returned,
      !isStable(fourth) && after > before,
    ];
    const count = holds.filter(Boolean).length;
    return {
      measured:
        `${count} of 3 parts: abscissa (unstable modes) ${rows.map(inWords).join(", ")} steps; runs from the origin come ` +
        `back to ${(100 * nearest).toFixed(0)} % of their excursion; patterns ${before} at 700, ${after} at 1000`,
      holds,
      partly: count >= limits.partsForPartly,
    };
  },
});

/**
 * C12: the origin undergoes a transcritical bifurcation.  [J15 §9]
 *
 * With F(−x) = −F(x) the normal form has no quadratic term, and a transcritical bifurcation needs one: pitchforks are what
 * no data could turn into the claim. Data: events of the origin in which a real eigenvalue passes zero, typed without regard to
 * the symmetry.
 */
export const C12 = claim("C12", {
  words: "the origin undergoes a transcritical bifurcation",
  where: "§9",
  notebook: "05",
  rule: "kind by the number of fixed points on either side, on the straight line of that one training step; reproduced: all transcritical; partly: some",
  shape: { events: [{ step: "number", kind: "text" }] },
  judge({ events }: { readonly events: readonly OriginEvent[] }) {
    const count = (kind: string): number => events.filter((event) => event.kind === kind).length;
    const [all, crossed, forked] = [events.length, count("transcritical"), count("pitchfork")];
    const list = events.map(({ step, kind }) => `${kind} at training step ${step}`).join(", ");
    return {
      measured: `of ${all} bifurcations of the origin ${crossed} transcritical, ${forked} pitchforks${all > 0 ? `: ${list}` : ""}`,
      holds: [crossed > 0 && crossed === all],
      partly: crossed > 0,
      otherwise: forked > 0 ? "wrong as stated" : "not reproduced",
    };
  },
});

// ---------------------------------------------------------------- the evolution of a network

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
export const settle = 1500;

/**
 * The origin and the memories of one network while it is trained, at the paper's gain and at 0.8.  [J15 §6.1, Fig. 7]
 *
 * C10 to C12 are judged on the paper's network.
 */
export const evolution: Study<EvolutionResult> = {
  name: "evolution",
  version: 3, // 3: dates of every training step, excursions by RK4
  async run(seed, context) {
    const paper = await evolutionAt(seed, 1.5, context);
    const gentle = await evolutionAt(seed, 0.8, context);
    return { verdicts: paper.verdicts, paper, gentle };
  },
};

async function evolutionAt(seed: number, gain: number, context: StudyContext): Promise<Evolution> {
  const at = (done: number, what: string): void => begin(context, `g = ${gain}, ${what}`, done, 6);
  at(0, "training");
  const steps = [...new Set([...followed, ...originSteps, ...memorySteps, ...testSteps])];
  const film = trainingFilm({ seed, gain }, steps);
  at(1, "spectra of the origin");
  const origin = originSteps.map((step) => originOf(networkAt(film, step), step));
  at(2, "bifurcations of the origin");
  const early = film.snapshots.filter(({ step }) => step < followed.length);
  const dates = originDates(film.network, early);
  const events = await typedEvents(film, dates.slice(0, eventsTyped));
  at(3, "excursions from the origin");
  const returns = returnsAt(film, 700);
  at(4, "test runs");
  const tests = testSteps.map((step) => testRunAt(film, step));
  at(5, "memories");
  const memories = memorySteps.map((step) => memoriesAt(film, step, { settle }));
  const patterns = { before: tests[0].patterns, after: tests[1].patterns };
  const verdicts = [C10({ origin }, [seed]), C11({ origin, returns, patterns }, [seed]), C12({ events }, [seed])];
  const firstPulse = firstPulseOf(film.training);
  return { gain, verdicts, origin, firstPulse, dates, events, returns, tests, memories };
}

// ---------------------------------------------------------------- the first pulse

/**
 * When the origin of a training at g = 0.8 loses its rest, counted from the first pulse. A second for each seed.
 *
 * The law that is put to the test, 14 to 20 steps, was found on seeds 1 to 6 by a program that shares no line with this one,
 * and written down before seeds 101 to 130 were run; how it is counted here was committed after a first look at those.
 */
export const firstPulse: Study<LostRest> = {
  name: "first-pulse",
  version: 1,
  run: async (seed) => lostRest({ seed, gain: 0.8 }),
};

/** Seeds the law was found on. */
const foundOn = (seed: number): boolean => seed <= 6;

/** The law over a group of seeds, as a row of a table. */
export interface LawRow extends Record<string, unknown> {
  readonly seeds: string;
}

/**
 * How well the law of the first pulse holds: on the seeds it was found on, and on fresh ones.
 *
 * @param runs results of the study `firstPulse`; six or more of a group
 * @returns a row for each group: how many are as the law says, steps from the first pulse to the loss (median with its 95 %
 *   interval, least, greatest), and at how many dates a resting origin gets a single unstable mode
 */
export function lawOverSeeds(runs: readonly SeededResult<LostRest>[]): LawRow[] {
  checkShape("lawOverSeeds", "runs", runs, [{ seed: "number", result: { firstPulse: "number" } }]);
  const groups = [runs.filter(({ seed }) => foundOn(seed)), runs.filter(({ seed }) => !foundOn(seed))];
  const [from, to] = lawOfFirstPulse;
  return groups
    .filter((group) => group.length > 0)
    .map((group) => {
      const lags = group.flatMap(({ result }) =>
        typeof result.lostAt !== "number" ? [] : [result.lostAt - result.firstPulse],
      );
      const isSingle = ({ before, at }: LostRest): boolean => before?.unstableCount === 0 && at?.unstableCount === 1;
      const [low, high] = medianInterval(lags);
      const of = (count: number) => `${count} of ${group.length}`;
      return {
        seeds: `${group[0].seed}–${group[group.length - 1].seed}`,
        [`rest lost ${from}–${to} steps after the first pulse`]: of(lags.filter((n) => n >= from && n <= to).length),
        "median of these steps": median(lags),
        "95 % interval of it": `${low}–${high}`,
        "least, greatest": `${Math.min(...lags)}, ${Math.max(...lags)}`,
        "none grew before, one mode then": of(group.filter(({ result }) => isSingle(result)).length),
      };
    });
}
