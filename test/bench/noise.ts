/** Task E: what a trial of the noise study costs, per step: a simulation with perturbed weights. */
import { availableParallelism } from "node:os";
import { Ensemble, ensembleWeights } from "rnn-dynamics/dist/network/ensemble";
import { loadShipped } from "rnn-dynamics/dist/network/files";
import { createSimulationRun, type SimulationRun } from "rnn-dynamics/dist/network/run";
import { ensembleStrips } from "rnn-dynamics/dist/network/strips";
import { advanceSimulation } from "rnn-dynamics/dist/network/time-loop";
import { noiseTrials } from "rnn-dynamics/dist/noise/trials";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { createPool } from "rnn-dynamics/dist/pool";
import { referenceAdvanceSimulation } from "../oracles/plain-loop";
import { type Context, type NumpySession, openNumpy } from "./context";
import { interleave, relativeDifference, type Side, timed, timedWait } from "./measure";
import { threadsIn } from "./python";
import { best, type Row, speedTarget, type Target, type TaskResult, timedRow } from "./report";
import { simulationExchange, simulationSetup } from "./simulation";
import { type Subject, subject } from "./subject";

const work = "step of a noise trial";
const studyWork = "the same, in the study";
/** The paper's study. */
const study = { networks: 3, levels: 20, trials: 10, steps: 5000 };
/** η = 10⁻⁴ … 1. */
const levels = Array.from({ length: study.levels }, (_, i) => 10 ** (-4 + (4 * i) / (study.levels - 1)));
const level = levels[5];
/** Enough for the drawing of the noise, once a trial, not to count for more than it does with all of them. */
const lowest = levels.slice(0, 5);

export async function runNoise(context: Context): Promise<TaskResult> {
  const trained = subject();
  const size = trained.network.units;
  const rng = createRng(1).split("noise");
  const matrix = Float64Array.from({ length: size * size }, () => rng.normal());
  const noise = { levels, matrix };
  const numpy = openNumpy(context, "simulation.py", () => simulationExchange(context, trained, noise));
  try {
    context.say(`E  η = ${level.toPrecision(2)}`);
    const rows = await noiseRows(context, trained, matrix, numpy);
    if (numpy.missing) rows.push({ work, size, side: "numpy", unit: "µs", note: numpy.missing });
    rows.push(...(await workerRows(context, size)));
    return { letter: "E", title: `Noise study on ${trained.name}`, rows, targets: targets(rows, size) };
  } finally {
    numpy.close();
  }
}

function targets(rows: readonly Row[], size: number): Target[] {
  const ours = best(rows, studyWork, size, "ours");
  const steps = study.networks * study.levels * study.trials * study.steps;
  const single = rows.filter(({ side }) => !/, ([2-9]|\d\d+) threads/.test(side));
  return [
    speedTarget(single, {
      what: "noise trial, one thread, speed against numpy",
      work,
      size,
      side: "numpy",
      limit: 1.4,
    }),
    {
      what: "noise study in all",
      kind: "at most",
      limit: 4,
      unit: " min",
      ...(ours === undefined ? {} : { measured: (ours * steps) / 1e6 / 60 }),
      note:
        ours === undefined
          ? "not run"
          : "reckoned from trials on all workers, without the question which memories are left",
    },
  ];
}

/** A trial of one network in double precision: perturbed weights and a fresh run, then its steps. */
function trial(
  trained: Subject,
  noise: Float64Array,
  steps: number,
  advanceRun: typeof advanceSimulation,
): { perStep: number; output: Float64Array } {
  const setup = simulationSetup(trained);
  const output = new Float64Array(steps * setup.outputs);
  const input = trained.input.subarray(0, steps * setup.inputs);
  let run: SimulationRun | undefined;
  const before = timed(() => {
    const Wr = setup.Wr.slice();
    for (let i = 0; i < Wr.length; i++) Wr[i] += level * noise[i];
    run = createSimulationRun({ ...setup, Wr });
  });
  const seconds = timed(() => {
    if (run) advanceRun(run, input, steps, output);
  });
  run?.release();
  return { perStep: perStep(before, seconds, steps), output };
}

/** What a step costs in a whole trial, of which only some steps are timed. */
const perStep = (before: number, seconds: number, steps: number): number => before / study.steps + seconds / steps;

/** A trial as the study runs it: its networks share each pass over the noisy weights, in single precision. */
function sharedTrial(trained: Subject, noise: Float64Array, steps: number): { perStep: number; output: Float64Array } {
  const { Wr, x, units, ...setup } = simulationSetup(trained);
  const network = { ...setup, rateShift: 0, rateScale: 1 };
  const networks = [network, { ...network, activation: "logistic" as const }, network];
  const input = trained.input.subarray(0, steps * setup.inputs);
  const outputs = networks.map(() => new Float64Array(steps * setup.outputs));
  const weights = ensembleWeights(units);
  const before = timed(() => {
    const noisy = Wr.slice();
    for (let i = 0; i < noisy.length; i++) noisy[i] += level * noise[i];
    weights.strips.set(ensembleStrips(noisy, units));
  });
  const states = networks.map((_, k) => ({ network: k, x, input }));
  const ensemble = new Ensemble(units, weights.strips, networks, states);
  const seconds = timed(() => {
    ensemble.advance(steps, outputs);
  });
  ensemble.release();
  weights.release();
  return { perStep: perStep(before, seconds, steps) / networks.length, output: outputs[0] };
}

/** Trials of the study itself, one for each worker: time for a step of one network, all workers together. */
async function workerRows({ clock, isQuick, say }: Context, size: number): Promise<Row[]> {
  if (isQuick || clock !== "wall") return [];
  const subjects = (["tanh-g1.5-4bit-seed1", "logistic-4bit-seed1", "transfer-4bit-seed1"] as const).map((name) => {
    const { network, x0, testing } = loadShipped(name);
    return { name, network, x0, testing };
  });
  say("E  trials on workers");
  const workers = [1, availableParallelism()].map((threads) => ({ threads, pool: createPool({ threads }) }));
  try {
    const sides = workers.map(({ threads: trials, pool }) => ({
      name: `ours, ${trials} worker${trials === 1 ? "" : "s"}`,
      async sample() {
        const seconds = await timedWait(() => noiseTrials(subjects, 1, { trials, levels: lowest, pool }));
        return seconds / (trials * lowest.length * subjects.length * study.steps);
      },
    }));
    const samples = await interleave(sides, 3);
    return sides.map(({ name }, i) =>
      timedRow(
        { work: studyWork, size, side: name, unit: "µs" },
        samples[i].map(({ value }) => value),
      ),
    );
  } finally {
    for (const { pool } of workers) await pool.close();
  }
}

interface NoiseSide extends Side {
  /** z of the last trial, (steps·outputs). */
  readonly output?: () => Float64Array | Promise<Float64Array>;
}

function ourSide(name: string, run: () => { perStep: number; output: Float64Array }): NoiseSide {
  let output: Float64Array;
  return {
    name,
    sample() {
      const done = run();
      output = done.output;
      return done.perStep;
    },
    output: () => output,
  };
}

function numpySides({ peers }: NumpySession, steps: number): NoiseSide[] {
  const few = Math.ceil(steps / 10); // of all levels at once
  return peers.flatMap(({ peer, threads }) => [
    ...["float64", "float32"].map((precision) => ({
      name: `numpy, trial by trial, ${precision}, ${threadsIn(threads)}`,
      async sample() {
        const { before, seconds } = await peer.ask("trial", steps, level, precision);
        return perStep(Number(before), Number(seconds), steps);
      },
      output: () => peer.array("trial", steps, level, precision),
    })),
    {
      name: `numpy, all levels in one product, ${threadsIn(threads)}`,
      sample: async () => (await peer.seconds("levels", few)) / few / levels.length,
    },
  ]);
}

async function noiseRows(
  { limits, isQuick }: Context,
  trained: Subject,
  noise: Float64Array,
  numpy: NumpySession,
): Promise<Row[]> {
  const { units: size, outputs } = trained.network;
  const steps = isQuick ? 60 : 500;
  const early = 100 * outputs; // later the trajectories of a chaotic network part
  const plain = ourSide("plain loops", () => trial(trained, noise, steps, referenceAdvanceSimulation));
  const ours = ourSide("ours", () => trial(trained, noise, steps, advanceSimulation));
  const shared = ourSide("ours, three networks together", () => sharedTrial(trained, noise, steps));
  const sides = [ours, shared, plain, ...numpySides(numpy, steps)];
  const samples = await interleave(sides, isQuick ? 2 : 5, { budget: isQuick ? 1 : 8 });
  const expected = (await plain.output?.())?.subarray(0, early);
  const bytes = 8 * size * size;
  const rows: Row[] = [];
  for (const [i, side] of sides.entries()) {
    const output = side === plain ? undefined : await side.output?.();
    const seconds = samples[i].map(({ value }) => value);
    const row = timedRow({ work, size, side: side.name, unit: "µs" }, seconds, {
      ...(side === ours ? { limit: bytes / limits.bandwidth(bytes) } : {}),
      ...(output && expected ? { difference: relativeDifference(output.subarray(0, early), expected) } : {}),
    });
    rows.push(row);
  }
  return rows;
}
