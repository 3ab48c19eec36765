/** Notebook 09 over seeds: what tones an oscillator plays, and what its fixed points say they will be. */
import {
  createEchoState,
  type EchoState,
  echoStateFlow,
  initialActivation,
} from "rnn-dynamics/dist/network/echo-state";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { meanPeriod, toneTask, toneTaskDefaults } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import type { FixedPoint } from "rnn-dynamics/dist/search/points";
import { distance, norm, toMatrix } from "rnn-dynamics/dist/wasm/vector";
import type { Study, StudyContext } from "./study";

/** One input: the frequency it was trained for, the one that comes, and what its fixed point says. Per step. */
export interface Tone {
  readonly level: number;
  readonly wanted: number;
  /** 1/period of the output; null if it does not oscillate. */
  readonly produced: number | null;
  /** Im λ/(2πτ) of the leading eigenvalue of the fixed point next to the middle of the orbit; null if none was found. */
  readonly predicted: number | null;
  /** Re λ of that eigenvalue, per τ. */
  readonly growth: number | null;
  /** max |1 + λ/τ|, the same for the steps that the simulation takes: above one the fixed point lets go. */
  readonly mapRadius: number | null;
  /** Fixed points found at this input, and how many unstable modes that one has. */
  readonly points: number;
  readonly unstableCount: number | null;
}

/** The tones of one network. */
export interface ToneSurvey {
  readonly amplitude: number;
  /** Mean squared error of the last 2000 steps of training. */
  readonly trainingError: number;
  readonly trained: readonly Tone[];
  /** Inputs the network was not trained on: what it makes of them. */
  readonly between: readonly Pick<Tone, "level" | "wanted" | "produced">[];
}

const { levels, unitPeriod } = toneTaskDefaults;

/** What notebook 09 does. One thread: studies often run beside other work, where two would wait for each other. */
const settings = { gain: 1.2, steps: 12000, runSteps: 3000, transient: 1000, record: 5 };

async function survey(seed: number, amplitude: number, context: StudyContext, report: (done: number) => void) {
  const rng = createRng(seed);
  const untrained = createEchoState({ inputs: 1, outputs: 1, gain: settings.gain, rng: rng.split("network") });
  const x0 = initialActivation(untrained, rng.split("start"));
  const task = toneTask({ steps: settings.steps, amplitude, rng: rng.split("training") });
  const { network, finalState, squaredError } = trainForce(untrained, task, { x0, threads: 1 });
  const trained: Tone[] = [];
  for (const level of levels) {
    context.signal?.throwIfAborted();
    trained.push(await toneAt(network, finalState, level, context));
    report(trained.length);
  }
  const between = levels.slice(1).map((level, k) => {
    const middle = (level + levels[k]) / 2;
    return { level: middle, wanted: middle / unitPeriod, produced: played(network, finalState, middle).produced };
  });
  const trainingError = squaredError.subarray(settings.steps - 2000).reduce((sum, e) => sum + e / 2000, 0);
  return { amplitude, trainingError, trained, between };
}

/** Runs the network on a constant input; the states after the transient. */
function played(network: EchoState, x0: Float64Array, level: number) {
  const { runSteps, transient, record } = settings;
  const input = toMatrix(new Float64Array(runSteps).fill(level), runSteps, 1);
  const { output, states } = simulate(network, input, { x0, record, threads: 1 });
  const period = meanPeriod(Float64Array.from(output.to1DArray().slice(transient)));
  const orbit = Array.from({ length: (runSteps - transient) / record }, (_, i) =>
    Float64Array.from(states?.getRow(transient / record + i) ?? []),
  );
  return { produced: Number.isNaN(period) ? null : 1 / period, orbit };
}

async function toneAt(network: EchoState, x0: Float64Array, level: number, context: StudyContext): Promise<Tone> {
  const { produced, orbit } = played(network, x0, level);
  const middle = new Float64Array(network.units);
  for (const x of orbit) for (let i = 0; i < x.length; i++) middle[i] += x[i] / orbit.length;
  const starts = [middle, orbit[0], orbit[orbit.length >> 1]];
  const flow = echoStateFlow(network, Float64Array.of(level));
  const { points } = await findFixedPoints(flow, starts, { pool: context.pool, signal: context.signal });
  const away = ({ xStar }: FixedPoint) => distance(xStar, middle);
  const point = [...points].sort((a, b) => away(a) - away(b)).at(0);
  const { re, im } = point?.eigenvalues ?? {};
  return {
    level,
    wanted: level / unitPeriod,
    produced,
    predicted: im ? Math.abs(im[0]) / (2 * Math.PI * network.tau) : null,
    growth: re ? re[0] : null,
    mapRadius: re && im ? largestMultiplier(re, im, network.tau) : null,
    points: points.length,
    unstableCount: point?.unstableCount ?? null,
  };
}

function largestMultiplier(re: Float64Array, im: Float64Array, tau: number): number {
  const lengths = re.map((a, i) => norm(Float64Array.of(1 + a / tau, im[i] / tau)));
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}

/** The oscillator of notebook 09 with an output of amplitude 1, and of amplitude 0.3. */
export const tones: Study<Readonly<Record<"large" | "small", ToneSurvey>>> = {
  name: "tones",
  version: 1,
  async run(seed, context) {
    const total = 2 * levels.length;
    const report = (base: number) => (done: number) => context.onProgress?.(base + done, total, "tones");
    const large = await survey(seed, 1, context, report(0));
    return { large, small: await survey(seed, 0.3, context, report(levels.length)) };
  },
};
