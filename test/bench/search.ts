/** Task C: from one start to a fixed point, as far down as float64 reaches, and one linear system on the way. */
import { availableParallelism } from "node:os";
import { LuDecomposition, Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { combinedWeights, echoStateFlow } from "rnn-dynamics/dist/network/echo-state";
import { createPool } from "rnn-dynamics/dist/pool";
import { certify } from "rnn-dynamics/dist/search/certify";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { minimizeSpeed } from "rnn-dynamics/dist/search/minimize";
import { factorize } from "rnn-dynamics/dist/wasm/lu";
import { toRowMajor } from "rnn-dynamics/dist/wasm/vector";
import { type Context, type NumpySession, openNumpy } from "./context";
import { interleave, relativeDifference, type Sample, type Side, summarize, timed, timedWait } from "./measure";
import { Exchange, type Peer, threadsIn } from "./python";
import { type Row, speedTarget, type Target, type TaskResult, timedRow } from "./report";
import { type Subject, statesOf, subject } from "./subject";

const searchWork = "one start";
const solveWork = "LU and one solve";
/** The floor of q in float64 at N = 1000 is a few 1e-27; whoever is below this has arrived at it. */
const floor = 1e-25;

export async function runSearch(context: Context): Promise<TaskResult> {
  const trained = subject();
  const flow = echoStateFlow(trained.network);
  const size = flow.dimension;
  context.say("C  choosing starts");
  const { starts, tried } = startsOf(trained, flow, context.isQuick ? 1 : 5);
  const search = await searchRows(context, trained, flow, starts);
  const J = toRowMajor(flow.jacobian(starts[0]));
  const rows = [...search.rows, ...(await workerRows(context, trained, flow)), ...(await solveRows(context, J, size))];
  const against = (side: string, limit: number): Target =>
    speedTarget(rows, { what: `one start, speed against ${side}`, work: searchWork, size, side, limit });
  const certified: Target = {
    what: "accepted points that are certified",
    kind: "at least",
    limit: search.arrived,
    unit: ` of ${search.arrived}`,
    measured: search.certified,
  };
  return {
    letter: "C",
    title: `One start to the float64 floor, ${trained.name}; starts: those of ${tried} test states from which we arrive`,
    rows,
    targets: [against(names.hybr, 8), against(names.exact, 5), against(names.dogleg, 3), certified],
  };
}

const names = {
  dogleg: "the same dogleg on LAPACK",
  hybr: "scipy hybr",
  exact: "scipy trust-exact",
} as const;

/**
 * States of the test run, the starts of the paper, from which our search arrives: what is compared is the way to a fixed
 * point, and no two searches agree on when to give up elsewhere.
 */
function startsOf(trained: Subject, flow: Flow, count: number) {
  const candidates = statesOf(trained, 3 * count + 3);
  const starts: Float64Array[] = [];
  let tried = 0;
  for (const candidate of candidates) {
    tried++;
    if (minimizeSpeed(flow, candidate).q <= floor) starts.push(candidate);
    if (starts.length === count) break;
  }
  return { starts: starts.length > 0 ? starts : candidates.slice(0, count), tried };
}

interface Arrivals {
  /** q at the end, by round. */
  readonly q: Map<number, number>;
}

interface SearchSide extends Side, Arrivals {}

function ourSide(flow: Flow, starts: readonly Float64Array[], found: Map<number, Float64Array>): SearchSide {
  const q = new Map<number, number>();
  return {
    name: "ours",
    q,
    sample: (round) =>
      timed(() => {
        const minimum = minimizeSpeed(flow, starts[round]);
        q.set(round, minimum.q);
        if (minimum.q <= floor) found.set(round, minimum.x);
      }),
  };
}

function peerSide(peer: Peer, way: keyof typeof names, threads: number): SearchSide {
  const q = new Map<number, number>();
  return {
    name: `${names[way]}, ${threadsIn(threads)}`,
    q,
    async sample(round) {
      const answer = await peer.ask("search", way, round);
      q.set(round, Number(answer.q));
      return Number(answer.seconds);
    },
  };
}

async function searchRows(context: Context, trained: Subject, flow: Flow, starts: readonly Float64Array[]) {
  const size = flow.dimension;
  const found = new Map<number, Float64Array>();
  const ours = ourSide(flow, starts, found);
  const numpy = openNumpy(context, "search.py", () => searchExchange(context, trained, starts));
  try {
    context.say(`C  ${starts.length} starts`);
    const sides = [ours, ...peerSides(context, numpy)];
    const samples = await interleave(sides, starts.length, { budget: context.isQuick ? 1 : 30 });
    const rows = sides.map((side, i) => searchRow(side, samples[i], ours, size));
    const certified = [...found.values()].filter((x) => certify(flow, x).isCertified).length;
    return { rows: [...rows, ...skippedRows(context, size)], arrived: found.size, certified };
  } finally {
    numpy.close();
  }
}

/** Our algorithm on LAPACK with one thread and with all; scipy's own with all. */
function peerSides({ python, isQuick }: Context, { peers }: NumpySession): SearchSide[] {
  const dogleg = peers.map(({ peer, threads }) => peerSide(peer, "dogleg", threads));
  const many = peers.at(-1);
  if (many === undefined || isQuick || !("scipy" in python && python.scipy)) return dogleg;
  return [...dogleg, ...(["hybr", "exact"] as const).map((way) => peerSide(many.peer, way, many.threads))];
}

function searchExchange({ folder }: Context, { network }: Subject, starts: readonly Float64Array[]): Exchange {
  const all = new Float64Array(starts.length * network.units);
  starts.forEach((x, i) => {
    all.set(x, i * network.units);
  });
  return new Exchange(folder, { units: network.units }, { Wc: toRowMajor(combinedWeights(network)), starts: all });
}

/** Times over the starts from which this side and ours arrive; where that never happens, over those where ours does. */
function searchRow(side: SearchSide, samples: readonly Sample[], ours: SearchSide, size: number): Row {
  const hasArrived = (arrivals: Arrivals, round: number): boolean => (arrivals.q.get(round) ?? 1) <= floor;
  const oursArrived = samples.filter(({ round }) => hasArrived(ours, round));
  const both = oursArrived.filter(({ round }) => hasArrived(side, round));
  const counted = [both, oursArrived, samples].find((some) => some.length > 0) ?? samples;
  const arrived = samples.filter(({ round }) => hasArrived(side, round)).length;
  const note = `arrived from ${arrived} of ${samples.length}`;
  const q = summarize([...side.q.values()]).median;
  return timedRow(
    { work: searchWork, size, side: side.name, unit: "ms" },
    counted.map(({ value }) => value),
    { note: both.length > 0 ? note : `${note}; median q ${q.toExponential(1)}` },
  );
}

function skippedRows({ python, isQuick }: Context, size: number): Row[] {
  const row = (side: string, note: string): Row => ({ work: searchWork, size, side, unit: "ms", note });
  if ("missing" in python) return Object.values(names).map((side) => row(side, python.missing));
  const note = isQuick ? "not run: --quick" : "not run: scipy missing";
  return python.scipy && !isQuick ? [] : [row(names.hybr, note), row(names.exact, note)];
}

/** A whole search from states of the test run, wherever they lead, on one and on all workers. */
async function workerRows({ clock, isQuick, say }: Context, trained: Subject, flow: Flow): Promise<Row[]> {
  if (isQuick || clock !== "wall") return [];
  const starts = statesOf(trained, 16);
  const work = `search from ${starts.length} starts`;
  say(`C  ${work}`);
  const workers = [1, availableParallelism()].map((threads) => ({ threads, pool: createPool({ threads }) }));
  try {
    const sides = workers.map(({ threads, pool }) => ({
      name: `ours, ${threads} worker${threads === 1 ? "" : "s"}`,
      sample: () => timedWait(() => findFixedPoints(flow, starts, { pool })),
    }));
    const samples = await interleave(sides, 3);
    return sides.map(({ name }, i) =>
      timedRow(
        { work, size: flow.dimension, side: name, unit: "s" },
        samples[i].map(({ value }) => value),
      ),
    );
  } finally {
    for (const { pool } of workers) await pool.close();
  }
}

interface SolveSide extends Side {
  /** x of the last sample. */
  readonly solution: () => Float64Array | Promise<Float64Array>;
}

function solveSides(J: Float64Array, size: number, { peers }: NumpySession): SolveSide[] {
  const b = new Float64Array(size).fill(1);
  const matrix = Matrix.from1DArray(size, size, J);
  let ours = new Float64Array(size);
  let theirs: Matrix;
  const solveOurs = (): void => {
    const lu = factorize(J, size);
    ours = Float64Array.from(lu.solve(b));
    lu.release();
  };
  const solveTheirs = (): void => {
    theirs = new LuDecomposition(matrix).solve(Matrix.columnVector(b));
  };
  return [
    { name: "ours", sample: () => timed(solveOurs), solution: () => ours },
    { name: "ml-matrix", rounds: 2, sample: () => timed(solveTheirs), solution: () => toRowMajor(theirs) },
    ...peers.map(({ peer, threads }) => ({
      name: `numpy, ${threadsIn(threads)}`,
      sample: () => peer.seconds("solve"),
      solution: () => peer.array("solution"),
    })),
  ];
}

async function solveRows(context: Context, J: Float64Array, size: number): Promise<Row[]> {
  const { folder, isQuick, limits, say } = context;
  const numpy = openNumpy(context, "algebra.py", () => new Exchange(folder, { units: size }, { A: J }));
  try {
    const sides = solveSides(J, size, numpy);
    say("C  LU");
    const samples = await interleave(sides, isQuick ? 2 : 7, { budget: isQuick ? 1 : 5 });
    const ours = (await sides[0].solution()).slice();
    const limit = (2 * size ** 3) / 3 / limits.flops;
    const rows: Row[] = [];
    for (const [i, side] of sides.entries()) {
      const difference = relativeDifference(await side.solution(), ours);
      const more = i === 0 ? { limit } : { difference, note: "difference from ours" };
      const seconds = samples[i].map(({ value }) => value);
      rows.push(timedRow({ work: solveWork, size, side: side.name, unit: "ms" }, seconds, more));
    }
    if (numpy.missing) rows.push({ work: solveWork, size, side: "numpy", unit: "ms", note: numpy.missing });
    return rows;
  } finally {
    numpy.close();
  }
}
