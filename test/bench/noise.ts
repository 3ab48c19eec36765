/** Task E: what a trial of the noise study costs, per step: a simulation with perturbed weights. */
import { createRng } from "rnn-dynamics";
import {
  advanceSimulation,
  createSimulationRun,
  referenceAdvanceSimulation,
} from "rnn-dynamics/dist/networks/force-loop";
import type { Context } from "./context";
import { interleave, relativeDifference, type Side, summarize, timed } from "./measure";
import { type Peer, threadCounts, threadsIn } from "./python";
import { best, inUnit, type Row, speedTarget, type Target, type TaskResult } from "./report";
import { simulationExchange, simulationSetup } from "./simulation";
import { type Subject, subject } from "./subject";

const work = "step of a noise trial";
/** The paper's study. */
const study = { networks: 3, levels: 20, trials: 10, steps: 5000 };
/** η = 10⁻⁴ … 1. */
const levels = Array.from({ length: study.levels }, (_, i) => 10 ** (-4 + (4 * i) / (study.levels - 1)));
const level = levels[5];

export async function runNoise(context: Context): Promise<TaskResult> {
  const { python, isQuick } = context;
  const trained = subject();
  const size = trained.network.units;
  const rng = createRng(1).split("noise");
  const matrix = Float64Array.from({ length: size * size }, () => rng.normal());
  const exchange = "missing" in python ? undefined : simulationExchange(context, trained, { levels, matrix });
  const peers = exchange
    ? threadCounts().map((threads) => ({ threads, peer: context.start("simulation.py", exchange.folder, threads) }))
    : [];
  try {
    const rows = await noiseRows(context, trained, matrix, peers, isQuick ? 60 : 500);
    if ("missing" in python) rows.push({ work, size, side: "numpy", unit: "µs", note: python.missing });
    return { letter: "E", title: `Noise study on ${trained.name}`, rows, targets: targets(rows, size) };
  } finally {
    for (const { peer } of peers) peer.close();
    exchange?.remove();
  }
}

function targets(rows: readonly Row[], size: number): Target[] {
  const perStep = best(rows, work, size, "ours");
  const steps = study.networks * study.levels * study.trials * study.steps;
  // one of our workers against one thread: several workers against several threads come with the worker pool
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
      ...(perStep === undefined ? {} : { measured: (perStep * steps) / 1e6 / 60 }),
      note: perStep === undefined ? "not run" : "reckoned from one step, one worker",
    },
  ];
}

/** A trial as the study runs it: perturbed weights, a fresh run, all its steps. */
function trial(
  trained: Subject,
  noise: Float64Array,
  steps: number,
  advanceRun: typeof advanceSimulation,
): { seconds: number; output: Float64Array } {
  const setup = simulationSetup(trained);
  const output = new Float64Array(steps * setup.outputs);
  const input = trained.input.subarray(0, steps * setup.inputs);
  const seconds = timed(() => {
    const Wr = setup.Wr.slice();
    for (let i = 0; i < Wr.length; i++) Wr[i] += level * noise[i];
    const run = createSimulationRun({ ...setup, Wr });
    advanceRun(run, input, steps, output);
    run.release();
  });
  return { seconds, output };
}

async function noiseRows(
  context: Context,
  trained: Subject,
  noise: Float64Array,
  peers: readonly { peer: Peer; threads: number }[],
  steps: number,
): Promise<Row[]> {
  const size = trained.network.units;
  const early = 100 * trained.network.outputs; // later the trajectories of a chaotic network part
  const plain = trial(trained, noise, steps, referenceAdvanceSimulation).output;
  const outputs = new Map<string, Float64Array>();
  const own = (name: string, advanceRun: typeof advanceSimulation): Side => ({
    name,
    sample() {
      const { seconds, output } = trial(trained, noise, steps, advanceRun);
      outputs.set(name, output);
      return seconds / steps;
    },
  });
  const oneByOne = (peer: Peer, threads: number): Side => ({
    name: `numpy, trial by trial, ${threadsIn(threads)}`,
    sample: async () => (await peer.seconds("trial", steps, level)) / steps,
  });
  const allLevels = (peer: Peer, threads: number): Side => ({
    name: `numpy, all levels in one product, ${threadsIn(threads)}`,
    sample: async () => (await peer.seconds("levels", Math.ceil(steps / 10))) / Math.ceil(steps / 10) / levels.length,
  });
  const sides = [
    own("ours", advanceSimulation),
    own("plain loops", referenceAdvanceSimulation),
    ...peers.flatMap(({ peer, threads }) => [oneByOne(peer, threads), allLevels(peer, threads)]),
  ];
  context.say(`E  η = ${level.toPrecision(2)}`);
  const samples = await interleave(sides, context.isQuick ? 2 : 5);
  for (const { peer, threads } of peers) {
    outputs.set(`numpy, trial by trial, ${threadsIn(threads)}`, await peer.array("trial", steps, level));
  }
  const bytes = 8 * size * size;
  const limit = bytes / context.limits.bandwidth(bytes);
  return sides.map(({ name }, i): Row => {
    const seconds = summarize(samples[i].map(({ value }) => value));
    const output = name === "plain loops" ? undefined : outputs.get(name);
    return {
      work,
      size,
      side: name,
      unit: "µs",
      time: inUnit(seconds, "µs"),
      ...(name === "ours" ? { share: limit / seconds.median } : {}),
      ...(output ? { difference: relativeDifference(output.subarray(0, early), plain.subarray(0, early)) } : {}),
    };
  });
}
