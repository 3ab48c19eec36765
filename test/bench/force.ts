/** Task A: one step of FORCE learning, its growth with N, and a whole training. */

import { trainForce } from "rnn-dynamics/dist/network/force";
import { type PreparedFlipFlop, prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { createForceRun, type ForceSetup } from "rnn-dynamics/dist/network/run";
import { advanceForce } from "rnn-dynamics/dist/network/time-loop";
import { toRowMajor } from "rnn-dynamics/dist/wasm/vector";
import { referenceAdvanceForce } from "../oracles/plain-loop";
import { type Context, type NumpySession, openNumpy } from "./context";
import { interleave, relativeDifference, type Side, timed } from "./measure";
import { forceInMlMatrix } from "./ml-matrix";
import { Exchange, threadsIn } from "./python";
import { best, type Row, speedTarget, type Target, type TaskResult, timedRow } from "./report";
import { compareSteps, type StepSide } from "./step-sides";
import { rowMajor } from "./subject";

const work = "FORCE step";
const wholeWork = "whole training";

export async function runForce(context: Context): Promise<TaskResult> {
  const { isQuick } = context;
  const sizes = isQuick ? [250, 1000] : [250, 500, 1000, 2000, 4000];
  const rows: Row[] = [];
  for (const size of sizes) {
    context.say(`A  N = ${size}`);
    rows.push(...(await stepRows(context, size)));
  }
  return { letter: "A", title: "FORCE step: growth with N", rows, targets: targets(rows) };
}

async function stepRows(context: Context, size: number): Promise<Row[]> {
  const { isQuick, limits } = context;
  const recipe = prepareFlipFlop({ seed: 1, units: size });
  const numpy = openNumpy(context, "force.py", () => exchangeOf(context, recipe));
  try {
    const own = [...kernelSides(recipe), plainSide(recipe)];
    const withMlMatrix = size <= (isQuick ? 250 : 1000);
    const all = [...own, ...(withMlMatrix ? [mlMatrixSide(recipe)] : []), ...numpySides(context, numpy)];
    // Wr is read at every step, the packed triangle of P read and written at every second one
    const bytes = 12 * size * size;
    const rows = await compareSteps(all, {
      work,
      size,
      unit: "µs",
      multiple: recipe.recipe.trainEvery,
      rounds: isQuick ? 3 : 7,
      wanted: isQuick ? 0.04 : 0.12,
      available: recipe.training.input.rows,
      limit: bytes / limits.bandwidth(bytes),
    });
    const whole = size === 1000 && !isQuick ? await wholeRows(context, recipe, rows, numpy) : [];
    return [...rows, ...skippedRows(context, size), ...whole];
  } finally {
    numpy.close();
  }
}

function setupOf({ network, x0, recipe }: PreparedFlipFlop): ForceSetup {
  const { units, inputs, outputs, tau, activation } = network;
  const { trainEvery, alpha } = recipe;
  return { ...rowMajor(network), x: x0, units, inputs, outputs, tau, activation, trainEvery, alpha };
}

const kernelSides = (recipe: PreparedFlipFlop): StepSide[] => [
  ownSide("ours", recipe, advanceForce),
  ownSide("ours, 2 threads", recipe, advanceForce, 2),
];
const plainSide = (recipe: PreparedFlipFlop): StepSide => ownSide("plain loops", recipe, referenceAdvanceForce);

function ownSide(
  name: string,
  recipe: PreparedFlipFlop,
  advanceRun: typeof advanceForce,
  threads: 1 | 2 = 1,
): StepSide {
  const run = createForceRun(setupOf(recipe), threads);
  const { inputs, outputs } = run;
  const input = toRowMajor(recipe.training.input);
  const target = toRowMajor(recipe.training.target);
  let t = 0;
  return {
    name,
    advance(steps) {
      const u = input.subarray(t * inputs, (t + steps) * inputs);
      const f = target.subarray(t * outputs, (t + steps) * outputs);
      const output = new Float64Array(steps * outputs);
      const norms = new Float64Array(steps * outputs);
      let done = 0;
      const seconds = timed(() => {
        done = advanceRun(run, u, f, t, steps, output, norms);
      });
      if (done !== steps) throw new Error(`FORCE, ${name}: diverged at step ${t + done}`);
      t += steps;
      return seconds;
    },
    result: () => run.Wo,
    release: () => run.release(),
  };
}

function mlMatrixSide({ network, training, x0, recipe }: PreparedFlipFlop): StepSide {
  return forceInMlMatrix(network, training, { x0, alpha: recipe.alpha, trainEvery: recipe.trainEvery });
}

const waysOfNumpy = { written: "numpy as written", tuned: "numpy tuned" } as const;

function exchangeOf({ folder }: Context, { network, recipe, training, x0 }: PreparedFlipFlop): Exchange {
  const { Wr, Wfb, B } = rowMajor(network);
  const { units, inputs, outputs, tau } = network;
  const { trainEvery, alpha } = recipe;
  const task = { input: toRowMajor(training.input), target: toRowMajor(training.target) };
  return new Exchange(folder, { units, inputs, outputs, tau, trainEvery, alpha }, { Wr, Wfb, B, x0, ...task });
}

function numpySides({ python }: Context, { peers }: NumpySession): StepSide[] {
  const hasBlas = "scipy" in python && python.scipy !== undefined;
  const ways = hasBlas ? (["written", "tuned"] as const) : (["written"] as const);
  return ways.flatMap((way) =>
    peers.map(
      ({ peer, threads }): StepSide => ({
        name: `${waysOfNumpy[way]}, ${threadsIn(threads)}`,
        advance: (steps) => peer.seconds("advance", way, steps),
        result: () => peer.array("result", way),
      }),
    ),
  );
}

function skippedRows({ python }: Context, size: number): Row[] {
  const row = (side: string, note: string): Row => ({ work, size, side, unit: "µs", note });
  if ("missing" in python) return Object.values(waysOfNumpy).map((side) => row(side, python.missing));
  return python.scipy ? [] : [row(waysOfNumpy.tuned, "not run: scipy missing")];
}

/** The paper's whole training, by us and by numpy at its quickest, in turn, and how far apart the readouts end. */
async function wholeRows(
  { say }: Context,
  recipe: PreparedFlipFlop,
  rows: readonly Row[],
  { peers }: NumpySession,
): Promise<Row[]> {
  const steps = recipe.training.input.rows;
  const size = recipe.network.units;
  const place = (side: string) => ({ work: wholeWork, size, side, unit: "s" as const });
  const expected = ((best(rows, work, size, "ours") ?? 0) * steps) / 1e6;
  if (expected > longestWhole) return [{ ...place("ours"), note: `not run: would take ${Math.round(expected)} s` }];
  say(`A  ${steps} steps`);
  let Wo: Float64Array = new Float64Array(0);
  const ours: Side = {
    name: "ours",
    sample() {
      const trained = trainWhole(recipe);
      Wo = trained.Wo;
      return trained.seconds;
    },
  };
  const quickest = best(rows, work, size, waysOfNumpy.tuned);
  const theirs = peers.flatMap(({ peer, threads }) => {
    const name = `${waysOfNumpy.tuned}, ${threadsIn(threads)}`;
    if (quickest === undefined || rows.find((row) => row.side === name)?.time?.median !== quickest) return [];
    const sample = async (): Promise<number> => {
      await peer.ask("restart", "tuned");
      return peer.seconds("advance", "tuned", steps);
    };
    return [{ name, sample, result: () => peer.array("result", "tuned") }];
  });
  const samples = await interleave([ours, ...theirs], wholeRounds);
  const seconds = samples.map((side) => side.map(({ value }) => value));
  const result: Row[] = [timedRow(place("ours"), seconds[0])];
  for (const [i, { name, result: readout }] of theirs.entries()) {
    const difference = relativeDifference(await readout(), Wo);
    result.push(timedRow(place(name), seconds[i + 1], { difference, note: `after ${steps} steps` }));
  }
  return result;
}

const wholeRounds = 3;
/** Seconds of the longest whole training that is worth the wait. */
const longestWhole = 25;

function trainWhole({ network, training, x0, recipe }: PreparedFlipFlop): { seconds: number; Wo: Float64Array } {
  const { alpha, trainEvery } = recipe;
  let trained = network;
  const seconds = timed(() => {
    trained = trainForce(network, training, { x0, alpha, trainEvery }).network;
  });
  return { seconds, Wo: toRowMajor(trained.Wo) };
}

function targets(rows: readonly Row[]): Target[] {
  const speed = (size: number, side: string, limit: number): Target =>
    speedTarget(rows, { what: `FORCE N = ${size}, speed against ${side}`, work, size, side, limit });
  const whole = { what: `FORCE N = 1000, whole training, speed against ${waysOfNumpy.tuned}`, work: wholeWork };
  const perStep = best(rows, work, 1000, "ours");
  return [
    {
      what: "FORCE N = 1000, per step",
      kind: "at most",
      limit: 2.2,
      unit: " ms",
      ...(perStep === undefined ? { note: "not run" } : { measured: perStep / 1000 }),
    },
    speed(1000, waysOfNumpy.written, 5),
    speed(1000, waysOfNumpy.tuned, 1.2),
    speedTarget(rows, { ...whole, size: 1000, side: waysOfNumpy.tuned, limit: 1.2 }),
    speed(2000, waysOfNumpy.tuned, 1.2),
    readoutTarget(rows),
    {
      what: "FORCE N = 1000, speed against the original in Octave",
      kind: "at least",
      limit: 15,
      unit: "×",
      note: "not run: the original is not part of this bench",
    },
  ];
}

/** How far our readout is from tuned numpy's: after the whole training if it was run, else after the first steps. */
function readoutTarget(rows: readonly Row[]): Target {
  const candidates = rows.filter((row) => row.size === 1000 && row.side.startsWith(waysOfNumpy.tuned));
  const row = candidates.find((candidate) => candidate.work === wholeWork) ?? candidates.find((c) => c.difference);
  return {
    what: "FORCE N = 1000, relative difference of Wo from numpy's",
    kind: "at most",
    limit: 1e-10,
    unit: "",
    ...(row?.difference === undefined
      ? { note: candidates[0]?.note ?? "not run" }
      : { measured: row.difference, note: row.note }),
  };
}
