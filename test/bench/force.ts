/** Task A: one step of FORCE learning, its growth with N, and a whole training. */
import { type PreparedFlipFlop, prepareFlipFlop, trainForce } from "rnn-dynamics";
import {
  advanceForce,
  createForceRun,
  type ForceSetup,
  referenceAdvanceForce,
} from "rnn-dynamics/dist/networks/force-loop";
import { toRowMajor } from "rnn-dynamics/dist/numerics/vector";
import type { Context } from "./context";
import { relativeDifference, summarize, timed } from "./measure";
import { forceInMlMatrix } from "./ml-matrix";
import { Exchange, type Peer, threadCounts, threadsIn } from "./python";
import { best, type Row, speedTarget, type Target, type TaskResult } from "./report";
import { compareSteps, type StepSide } from "./step-sides";
import { rowMajor } from "./subject";

const work = "FORCE step";
const wholeWork = "whole training";

export async function runForce(context: Context): Promise<TaskResult> {
  const { isQuick } = context;
  const sizes = isQuick ? [250, 1000] : [250, 500, 1000, 2000];
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
  const { sides, peers, exchange, skipped } = numpySides(context, recipe);
  try {
    const own = [kernelSide(recipe), plainSide(recipe)];
    const withMlMatrix = size <= (isQuick ? 250 : 1000);
    const all = [...own, ...(withMlMatrix ? [mlMatrixSide(recipe)] : []), ...sides];
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
    const whole = size === 1000 && !isQuick ? await wholeRows(context, recipe, rows, peers) : [];
    return [...rows, ...skipped.map((row) => ({ ...row, size })), ...whole];
  } finally {
    for (const { peer } of peers) peer.close();
    exchange?.remove();
  }
}

function setupOf({ network, x0, recipe }: PreparedFlipFlop): ForceSetup {
  const { units, inputs, outputs, tau, activation } = network;
  const { trainEvery, alpha } = recipe;
  return { ...rowMajor(network), x: x0, units, inputs, outputs, tau, activation, trainEvery, alpha };
}

const kernelSide = (recipe: PreparedFlipFlop): StepSide => ownSide("ours", recipe, advanceForce);
const plainSide = (recipe: PreparedFlipFlop): StepSide => ownSide("plain loops", recipe, referenceAdvanceForce);

function ownSide(name: string, recipe: PreparedFlipFlop, advanceRun: typeof advanceForce): StepSide {
  const run = createForceRun(setupOf(recipe));
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

interface NumpyPeer {
  readonly peer: Peer;
  readonly threads: number;
}

interface NumpySides {
  readonly sides: StepSide[];
  readonly peers: NumpyPeer[];
  readonly exchange?: Exchange;
  readonly skipped: Omit<Row, "size">[];
}

const waysOfNumpy = { written: "numpy as written", tuned: "numpy tuned" } as const;

function numpySides(context: Context, recipe: PreparedFlipFlop): NumpySides {
  const { python, folder, start } = context;
  const skip = (side: string, note: string): Omit<Row, "size"> => ({ work, side, unit: "µs", note });
  if ("missing" in python) {
    const skipped = Object.values(waysOfNumpy).map((side) => skip(side, python.missing));
    return { sides: [], peers: [], skipped };
  }
  const { Wr, Wfb, B } = rowMajor(recipe.network);
  const { units, inputs, outputs, tau } = recipe.network;
  const { trainEvery, alpha } = recipe.recipe;
  const exchange = new Exchange(
    folder,
    { units, inputs, outputs, tau, trainEvery, alpha },
    {
      Wr,
      Wfb,
      B,
      x0: recipe.x0,
      input: toRowMajor(recipe.training.input),
      target: toRowMajor(recipe.training.target),
    },
  );
  const peers = threadCounts().map((threads) => ({ threads, peer: start("force.py", exchange.folder, threads) }));
  const ways = python.scipy ? (["written", "tuned"] as const) : (["written"] as const);
  const sides = ways.flatMap((way) =>
    peers.map(
      ({ peer, threads }): StepSide => ({
        name: `${waysOfNumpy[way]}, ${threadsIn(threads)}`,
        advance: (steps) => peer.seconds("advance", way, steps),
        result: () => peer.array("result", way),
      }),
    ),
  );
  return { sides, peers, exchange, skipped: python.scipy ? [] : [skip(waysOfNumpy.tuned, "not run: scipy missing")] };
}

/** The paper's whole training, once on each of the two quickest sides, and how far apart the readouts end. */
async function wholeRows(
  context: Context,
  recipe: PreparedFlipFlop,
  rows: readonly Row[],
  peers: readonly NumpyPeer[],
): Promise<Row[]> {
  const steps = recipe.training.input.rows;
  const size = recipe.network.units;
  const base = { work: wholeWork, size, unit: "s" as const };
  const expected = ((best(rows, work, size, "ours") ?? 0) * steps) / 1e6;
  if (expected > 25) return [{ ...base, side: "ours", note: `not run: would take ${Math.round(expected)} s` }];
  context.say(`A  ${steps} steps`);
  let Wo = new Float64Array();
  const ours = timed(() => {
    const { alpha, trainEvery } = recipe.recipe;
    const { network } = trainForce(recipe.network, recipe.training, { x0: recipe.x0, alpha, trainEvery });
    Wo = Float64Array.from(toRowMajor(network.Wo));
  });
  const result: Row[] = [{ ...base, side: "ours", time: summarize([ours]) }];
  const quickest = best(rows, work, size, waysOfNumpy.tuned);
  for (const { peer, threads } of peers) {
    const side = `${waysOfNumpy.tuned}, ${threadsIn(threads)}`;
    if (quickest === undefined || rows.find((row) => row.side === side)?.time?.median !== quickest) continue;
    await peer.ask("restart", "tuned");
    const time = summarize([await peer.seconds("advance", "tuned", steps)]);
    const difference = relativeDifference(await peer.array("result", "tuned"), Wo);
    result.push({ ...base, side, time, difference, note: `after ${steps} steps` });
  }
  return result;
}

function targets(rows: readonly Row[]): Target[] {
  const speed = (size: number, side: string, limit: number): Target =>
    speedTarget(rows, { what: `FORCE N = ${size}, speed against ${side}`, work, size, side, limit });
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
