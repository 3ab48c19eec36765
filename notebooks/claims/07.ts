/**
 * Claims of notebook 07, on §8 and Fig. 9: how networks bear noise (C17, C18); and the studies behind them.
 *
 * Two measures, since the paper uses one and speaks of the other. Fig. 9 shows a squared error on linear axes: what the eye
 * compares there is the *area* under each curve. The text speaks of "the stability of memory states": that is the noise
 * level at which half of the memories are gone, the *half level*.
 */
import { Matrix } from "ml-matrix";
import { memoryMargins } from "rnn-dynamics/dist/memory/gates";
import { memoryTable } from "rnn-dynamics/dist/memory/table";
import { type EchoState, tanhConjugate, withReadout } from "rnn-dynamics/dist/network/echo-state";
import { trainedNetwork } from "rnn-dynamics/dist/network/files";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { type FlipFlopRecipe, type PreparedFlipFlop, prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import {
  areaUnder,
  halfLevel,
  heldShares,
  lossLevels,
  type NoiseRecord,
  weightDeviation,
} from "rnn-dynamics/dist/noise/curves";
import { type NoiseSubject, noiseTrial, noiseTrialDefaults } from "rnn-dynamics/dist/noise/trial";
import { noiseShelf, noiseTrials, trialRng } from "rnn-dynamics/dist/noise/trials";
import { median } from "rnn-dynamics/dist/numbers/statistics";
import { checkCount, checkShape, reject } from "rnn-dynamics/dist/wasm/check";
import { norm } from "rnn-dynamics/dist/wasm/vector";
import { claim } from "./claim";
import { begin, type Study, type StudyContext } from "./study";

/** One network in one seed. */
export interface NoiseScore {
  readonly name: string;
  /** ∫ MSE dη from the first level to the last; MSE is a mean over trials. */
  readonly area: number;
  /** η at which half of the memories that the network had without noise are held, on average over the trials. */
  readonly halfLevel: number;
}

/** The networks of one seed: "tanh", "logistic" and "transferred" at least. */
export interface NoiseScores {
  readonly seed: number;
  readonly networks: readonly NoiseScore[];
}

const names = ["tanh", "logistic", "transferred"] as const;
type Trio = Record<(typeof names)[number], NoiseScore>;

const scoresShape = [
  { seed: "number", networks: [{ name: "text", area: "positive", halfLevel: "positive" }] },
  1,
] as const;

function triosOf(claimed: string, scores: readonly NoiseScores[]): Trio[] {
  return scores.map(({ networks }, s) => {
    const entries = names.map((name) => {
      const score = networks.find((n) => n.name === name);
      return [name, score ?? reject(claimed, `data[${s}].networks`, `has no "${name}"`, names.join(", "))] as const;
    });
    return Object.fromEntries(entries) as Trio;
  });
}

/** In how many seeds a network is the first of the three by a measure, the least or the greatest of it. */
function timesFirst(trios: readonly Trio[], name: keyof Trio, of: (score: NoiseScore) => number): number {
  return trios.filter((trio) => names.every((n) => n === name || of(trio[name]) < of(trio[n]))).length;
}

/** A rank holds if five of six seeds have it: by chance a network has a given one of three ranks in so many with probability 0.018. */
const seedsWithRank = 5 / 6;
const isRank = (times: number, of: number): boolean => times >= seedsWithRank * of - 1e-9;
const isWithin = (ratio: number, factor: number): boolean => ratio <= factor && ratio >= 1 / factor;

/**
 * C17: tanh and logistic networks respond alike to noise (text), and the logistic one is the most robust (caption of Fig. 9:
 * "networks with sigmoid nonlinearities"). Data: scores, one record a seed.  [J15 §8, Fig. 9]
 *
 * Alike: in the median seed the two differ by no more than the thresholds allow. Most robust: smallest area, or highest
 * half level, of the three in five of six seeds. Partly if one half holds by both measures, or both by the paper's (the area).
 */
export const C17 = claim("C17", {
  words: "tanh and logistic networks respond alike to noise; the logistic one is the most robust",
  where: "§8, Fig. 9",
  notebook: "07",
  rule:
    "alike: area within ×1.2, memories within one level, ×1.62; most robust: in 5 of 6 seeds; by both measures. " +
    "Partly: one half by both, or both by the area",
  limits: {
    /**
     * Areas within a fifth are alike. In Fig. 9 itself the areas are about 18 (tanh), 16 (logistic) and 23 (transferred): the
     * paper calls a difference of 15 % "similar", and one of 24 % "more sensitive".
     */
    similarArea: 1.2,
    /** Half levels within one step between the paper's twenty levels, 10^(4/19), are alike: it measured no finer. */
    similarHalfLevel: 1.6238,
  },
  shape: scoresShape,
  judge(scores: readonly NoiseScores[], { similarArea, similarHalfLevel }) {
    const trios = triosOf("C17", scores);
    const area = median(trios.map(({ tanh, logistic }) => logistic.area / tanh.area));
    const half = median(trios.map(({ tanh, logistic }) => logistic.halfLevel / tanh.halfLevel));
    const least = timesFirst(trios, "logistic", (score) => score.area);
    const last = timesFirst(trios, "logistic", (score) => -score.halfLevel);
    const isAlike = [isWithin(area, similarArea), isWithin(half, similarHalfLevel)];
    const isBest = [isRank(least, trios.length), isRank(last, trios.length)];
    return {
      measured:
        `logistic/tanh in the median seed: area under Fig. 9 ×${area.toFixed(2)}, noise that takes half of the memories ` +
        `×${half.toFixed(2)}; logistic the most robust of three in ${least} (area) and ${last} (memories) of ${trios.length} seeds`,
      holds: [...isAlike, ...isBest],
      partly: isAlike.every(Boolean) || isBest.every(Boolean) || (isAlike[0] && isBest[0]),
      seeds: scores.map(({ seed }) => seed),
    };
  },
});

/**
 * C18: the network that was trained on from three bits is the most sensitive to noise: largest area and lowest half level of
 * the three. Data: scores, one record a seed.  [J15 §8, Fig. 9]
 */
export const C18 = claim("C18", {
  words: "the transferred network is the most sensitive to noise",
  where: "§8, Fig. 9",
  notebook: "07",
  rule: "in 5 of 6 seeds by both measures; partly: by one",
  shape: scoresShape,
  judge(scores: readonly NoiseScores[]) {
    const trios = triosOf("C18", scores);
    const most = timesFirst(trios, "transferred", (score) => -score.area);
    const first = timesFirst(trios, "transferred", (score) => score.halfLevel);
    return {
      measured: `transferred network the most sensitive of three in ${most} (area under Fig. 9) and ${first} (memories) of ${trios.length} seeds`,
      holds: [isRank(most, trios.length), isRank(first, trios.length)],
      seeds: scores.map(({ seed }) => seed),
    };
  },
});

// ---------------------------------------------------------------- trial by trial

/** The networks of Fig. 9, besides the seed.  [J15 §8] */
const recipes: Readonly<Record<(typeof names)[number], Partial<FlipFlopRecipe>>> = {
  tanh: { bits: 4 },
  logistic: { bits: 4, activation: "logistic" },
  transferred: { bits: 4, pretrainedBits: 3 },
};

/** A network of the study: how it fared, and what is known of it without noise. */
export interface NoiseResult extends NoiseRecord {
  /** Error and share of wrong bits on the test without noise. */
  readonly undisturbed: { readonly error: number; readonly bitErrors: number };
  /** ‖Wo‖ of each row. */
  readonly readoutNorm: readonly number[];
  /** Distance of each memory to the nearest saddle, in activation; null if none was found, no list if not asked for. */
  readonly margins?: readonly (number | null)[];
}

/** A whole study of one seed, as plain JSON. */
export interface NoiseResults {
  readonly seed: number;
  readonly trials: number;
  readonly levels: readonly number[];
  /** g/√N, the standard deviation of a recurrent weight before the noise. */
  readonly weightDeviation: number;
  readonly networks: readonly NoiseResult[];
}

/** Trials that the exact conjugate takes part in: it repeats the logistic network digit by digit, so few are enough. */
const conjugateTrials = 2;
/** Steps to let a memory settle before noise: 100 τ. */
const settle = 1000;
/** Six digits: far more than two trials have in common. */
const six = (value: number): number => Number(value.toPrecision(6));

/**
 * The noise study of one seed.  [J15 §8, Fig. 9]
 *
 * Four networks get the same noisy matrices: "tanh", "logistic" and "transferred", as in the paper, and "quarter gain": the
 * reservoir of the logistic network's conjugate without its bias, trained anew (tanh, Wr/4, Wfb/2, B/2; its noise is a
 * quarter too). A fifth, "conjugate", is the logistic network itself in the words of tanh.
 *
 * @param seed of networks and noise
 * @param trials number of noise matrices
 * @param context pool, signal, onProgress; finished trials are kept in data/cache/noise
 */
export async function runNoise(seed: number, trials: number, context: StudyContext): Promise<NoiseResults> {
  checkCount("runNoise", "trials", trials);
  const { pool, signal } = context;
  const { levels, hold, margin } = noiseTrialDefaults;
  const few = Math.min(trials, conjugateTrials);
  const report = stages(context, [
    ["networks and their memories", preparation],
    ["noise levels", levels.length * trials],
    ["noise levels of the conjugate", levels.length * few],
    ["saddles", preparation],
  ]);
  const subjects = await noiseSubjects(seed, { pool, signal, onProgress: report(0) });
  const shelf = (some: readonly NoiseSubject[]) => noiseShelf(some, seed, { levels, hold, margin });
  const [main, twin] = [subjects.slice(0, -1), subjects.slice(-1)];
  const common = { pool, signal };
  const records = [
    ...(await noiseTrials(main, seed, { ...common, trials, shelf: shelf(main), onProgress: report(1) })),
    ...(await noiseTrials(twin, seed, { ...common, trials: few, shelf: shelf(twin), onProgress: report(2) })),
  ];
  const [alone] = noiseTrial(subjects, trialRng(seed, 1), { levels: [0], hold });
  const networks: NoiseResult[] = [];
  for (const [i, { name, network, memories }] of subjects.entries()) {
    report(3)(i, subjects.length, name);
    const margins = memories && (await memoryMargins(network, memories, common));
    networks.push({
      ...records[i],
      error: records[i].error.map((row) => row.map(six)),
      bitErrors: records[i].bitErrors.map((row) => row.map(six)),
      undisturbed: { error: six(alone[i].meanSquaredError), bitErrors: six(alone[i].bitErrorRate) },
      readoutNorm: network.Wo.to2DArray().map((row) => six(norm(Float64Array.from(row)))),
      ...(margins ? { margins: margins.map(({ distance }) => (distance === undefined ? null : six(distance))) } : {}),
    });
  }
  report(3)(1, 1);
  return { seed, trials, levels, weightDeviation: weightDeviation(subjects[0].network), networks };
}

/** What it takes to train five networks and look for their memories, or for saddles, in noise levels. */
const preparation = 10;

/**
 * Progress of several stages as one bar, each stage as long as it says.
 *
 * @returns for each stage a function that takes its own progress
 */
function stages(
  { onProgress }: StudyContext,
  lengths: readonly (readonly [string, number])[],
): (stage: number) => (done: number, total: number, what?: string) => void {
  const sum = (some: typeof lengths): number => some.reduce((total, [, length]) => total + length, 0);
  return (stage) => {
    const [name, length] = lengths[stage];
    const before = sum(lengths.slice(0, stage));
    return (done, total, what = name) => onProgress?.(before + (length * done) / total, sum(lengths), what);
  };
}

/** The networks of a seed, trained or from the cache, with the memories they hold; the conjugate, which has none, is the last. */
async function noiseSubjects(seed: number, context: StudyContext): Promise<NoiseSubject[]> {
  const { pool, signal } = context;
  const subjects: NoiseSubject[] = [];
  const enter = (name: string, { network, x0, testing }: PreparedFlipFlop, more = {}): void => {
    begin(context, `memories, ${name}`, subjects.length, 5);
    const held = memoryTable(network, { settle }).filter(({ isHeld }) => isHeld);
    const memories = held.map(({ bits, state }) => ({ bits, state }));
    subjects.push({ name, network, x0, testing, memories, ...more });
  };
  begin(context, "training", 0, 5);
  const train = (name: keyof typeof recipes) => trainedNetwork({ ...recipes[name], seed }, { pool, signal });
  // side by side on the workers; the transferred network is trained twice, so it is begun first
  const [transferred, tanh, logistic] = await Promise.all([train("transferred"), train("tanh"), train("logistic")]);
  for (const [name, prepared] of Object.entries({ tanh, logistic, transferred })) enter(name, prepared);
  const prepared = prepareFlipFlop({ ...recipes.logistic, seed });
  const { network: conjugate } = tanhConjugate(subjects[1].network);
  const half = { ...prepared, x0: prepared.x0.map((x) => x / 2) };
  begin(context, "training, quarter gain", subjects.length, 5);
  enter("quarter gain", { ...half, network: quarterGain(conjugate, half) }, { noiseScale: 1 / 4 });
  const { x0, testing } = half;
  return [...subjects, { name: "conjugate", network: conjugate, x0, testing, noiseScale: 1 / 4, rateShift: 1 }];
}

/** The conjugate's reservoir without bias, with a readout of its own. */
function quarterGain(conjugate: EchoState, { training, recipe, x0 }: PreparedFlipFlop): EchoState {
  const untrained = withReadout(conjugate, Matrix.zeros(conjugate.outputs, conjugate.units));
  const { alpha, trainEvery } = recipe;
  return trainForce(untrained, training, { x0, alpha, trainEvery }).network;
}

// ---------------------------------------------------------------- in short

/** A seed in short: means over the trials. */
export interface NoiseStudyResult extends NoiseScores {
  readonly trials: number;
  readonly levels: readonly number[];
  readonly weightDeviation: number;
  readonly networks: readonly NoiseNetworkResult[];
}

/** One network of a seed in short. */
export interface NoiseNetworkResult extends NoiseScore {
  /** Memories held without noise, of 16. */
  readonly memories: number;
  /** Error and share of wrong bits without noise. */
  readonly undisturbed: NoiseResult["undisturbed"];
  readonly readoutNorm: readonly number[];
  /** Means over the trials, one for each level: squared error, share of wrong bits, share of the memories held. */
  readonly error: readonly number[];
  readonly bitErrors: readonly number[];
  readonly held: readonly number[];
  /** For each memory: distance to the nearest saddle, and the noise level at which half of the trials have lost it. */
  readonly margins?: readonly (number | null)[];
  readonly lossLevels: readonly number[];
}

const four = (value: number): number => Number(value.toPrecision(4));
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const means = (rows: readonly (readonly number[])[]): number[] => rows.map((row) => four(mean(row)));

/** A whole noise study in short, with the scores that claims C17 and C18 are judged by. */
export function summariseNoise(study: NoiseResults): NoiseStudyResult {
  checkShape("summariseNoise", "study", study, {
    ...{ seed: "number", trials: "number", levels: ["number", 1], weightDeviation: "positive" },
    networks: [
      {
        ...{
          name: "text",
          memories: "list",
          undisturbed: {},
          readoutNorm: "numbers",
          held: "list",
          "margins?": "list",
        },
        ...{ error: ["numbers"], bitErrors: ["numbers"] },
      },
      1,
    ],
  });
  const { seed, trials, levels, weightDeviation, networks } = study;
  return {
    ...{ seed, trials, levels: levels.map(four), weightDeviation: four(weightDeviation) },
    networks: networks.map((network) => {
      const { name, memories, undisturbed, readoutNorm, margins, error, bitErrors } = network;
      const held = heldShares(network).map(mean);
      return {
        ...{ name, memories: memories.length, undisturbed, readoutNorm: readoutNorm.map(four) },
        area: areaUnder(levels, error.map(mean)),
        halfLevel: halfLevel(levels, held),
        ...{ error: means(error), bitErrors: means(bitErrors), held: held.map(four) },
        ...(margins ? { margins: margins.map((m) => (typeof m === "number" ? four(m) : null)) } : {}),
        lossLevels: lossLevels(levels, network).map(four),
      };
    }),
  };
}

/**
 * Trials of a seed: the paper's ten for the shipped seed; three for the others, where what decides is how the networks rank
 * from seed to seed, not the last digit of one seed's curve.
 */
const trialCount = (seed: number): number => (seed === 1 ? 10 : 3);

/** The noise study over many seeds: Fig. 9 of each, in short. */
export const noise: Study<NoiseStudyResult> = {
  name: "noise",
  version: 2, // 2: products in single precision
  run: async (seed, context) => summariseNoise(await runNoise(seed, trialCount(seed), context)),
  judge(runs) {
    const scores = runs.map(({ result }) => result);
    return [C17(scores), C18(scores)];
  },
};

/** The whole study of one seed, trial by trial: what Fig. 9 is drawn from. Shipped for seed 1.  [J15 §8, Fig. 9] */
export const noiseByTrial: Study<NoiseResults> = {
  name: "noise-trials",
  version: 2, // 2: products in single precision
  isLong: true,
  run: (seed, context) => runNoise(seed, trialCount(seed), context),
};
