/** Task C: from one start to a fixed point, as far down as float64 reaches, and one linear system on the way. */
import { LuDecomposition, Matrix } from "ml-matrix";
import { certify, combinedWeights, echoStateFlow, type Flow, minimizeSpeed, simulate } from "rnn-dynamics";
import { factorize } from "rnn-dynamics/dist/numerics/linear-solve";
import { toRowMajor } from "rnn-dynamics/dist/numerics/vector";
import type { Context } from "./context";
import { interleave, relativeDifference, type Sample, type Side, summarize, timed } from "./measure";
import { Exchange, type Peer, threadCounts, threadsIn } from "./python";
import { inUnit, type Row, speedTarget, type Target, type TaskResult } from "./report";
import { type Subject, subject } from "./subject";

const searchWork = "one start";
const solveWork = "LU and one solve";
/** The floor of q in float64 at N = 1000 is a few 1e-27; whoever is below this has arrived at it. */
const floor = 1e-25;

export async function runSearch(context: Context): Promise<TaskResult> {
  const trained = subject();
  const flow = echoStateFlow(trained.network);
  const starts = startsOf(trained, context.isQuick ? 1 : 6);
  const search = await searchRows(context, trained, flow, starts);
  const J = toRowMajor(flow.jacobian(starts[0]));
  const rows = [...search.rows, ...(await solveRows(context, J, flow.dimension))];
  const against = (side: string, limit: number): Target =>
    speedTarget(rows, {
      what: `one start, speed against ${side}`,
      work: searchWork,
      size: flow.dimension,
      side,
      limit,
    });
  const targets: Target[] = [
    against(names.hybr, 8),
    against(names.exact, 5),
    against(names.dogleg, 3),
    {
      what: "accepted points that are certified",
      kind: "at least",
      limit: search.arrived,
      unit: ` of ${search.arrived}`,
      measured: search.certified,
    },
  ];
  return { letter: "C", title: `One start to the float64 floor, ${trained.name}`, rows, targets };
}

const names = {
  dogleg: "the same dogleg on LAPACK",
  hybr: "scipy hybr",
  exact: "scipy trust-exact",
} as const;

/** States of the test run: the starts of the paper. */
function startsOf({ network, x0, input, inputSteps }: Subject, count: number): Float64Array[] {
  const steps = 500 + 250 * count;
  const task = Matrix.from1DArray(inputSteps, network.inputs, input).subMatrix(0, steps, 0, network.inputs - 1);
  const { states } = simulate(network, task, { x0, record: 250 });
  return Array.from({ length: count }, (_, i) => Float64Array.from(states!.getRow(i + 2)));
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

function peerSide(peer: Peer, way: keyof typeof names, threads: number, rounds: number): SearchSide {
  const q = new Map<number, number>();
  return {
    name: `${names[way]}, ${threadsIn(threads)}`,
    rounds,
    q,
    async sample(round) {
      const answer = await peer.ask("search", way, round);
      q.set(round, Number(answer.q));
      return Number(answer.seconds);
    },
  };
}

async function searchRows(context: Context, trained: Subject, flow: Flow, starts: readonly Float64Array[]) {
  const { python, isQuick } = context;
  const size = flow.dimension;
  const found = new Map<number, Float64Array>();
  const ours = ourSide(flow, starts, found);
  const exchange = "missing" in python ? undefined : searchExchange(context, trained, starts);
  const peers = exchange
    ? threadCounts().map((threads) => ({ threads, peer: context.start("search.py", exchange.folder, threads) }))
    : [];
  try {
    context.say(`C  ${starts.length} starts`);
    const withScipy = "scipy" in python && python.scipy !== undefined && !isQuick;
    const many = peers.at(-1);
    const others = [
      ...peers.map(({ peer, threads }) => peerSide(peer, "dogleg", threads, starts.length)),
      ...(many && withScipy
        ? (["hybr", "exact"] as const).map((way) => peerSide(many.peer, way, many.threads, starts.length))
        : []),
    ];
    const sides = [ours, ...others];
    const samples = await interleave(sides, starts.length);
    const rows = sides.map((side, i) => searchRow(side, samples[i], ours, size));
    const certified = [...found.values()].filter((x) => certify(flow, x).isCertified).length;
    return { rows: [...rows, ...skippedRows(context, size)], arrived: found.size, certified };
  } finally {
    for (const { peer } of peers) peer.close();
    exchange?.remove();
  }
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
  return {
    work: searchWork,
    size,
    side: side.name,
    unit: "ms",
    time: inUnit(summarize(counted.map(({ value }) => value)), "ms"),
    note: both.length > 0 ? note : `${note}; median q ${q.toExponential(1)}`,
  };
}

function skippedRows({ python, isQuick }: Context, size: number): Row[] {
  const row = (side: string, note: string): Row => ({ work: searchWork, size, side, unit: "ms", note });
  if ("missing" in python) return Object.values(names).map((side) => row(side, python.missing));
  const note = isQuick ? "not run: --quick" : "not run: scipy missing";
  return python.scipy && !isQuick ? [] : [row(names.hybr, note), row(names.exact, note)];
}

async function solveRows(context: Context, J: Float64Array, size: number): Promise<Row[]> {
  const { python, isQuick, limits } = context;
  const b = new Float64Array(size).fill(1);
  const exchange = "missing" in python ? undefined : new Exchange(context.folder, { units: size }, { A: J });
  const peers = exchange
    ? threadCounts().map((threads) => ({ threads, peer: context.start("algebra.py", exchange.folder, threads) }))
    : [];
  try {
    let x = new Float64Array(size);
    const ours = (): number =>
      timed(() => {
        const lu = factorize(J, size);
        x = Float64Array.from(lu.solve(b));
        lu.release();
      });
    const mlMatrix = Matrix.from1DArray(size, size, J);
    const sides: Side[] = [
      { name: "ours", sample: ours },
      {
        name: "ml-matrix",
        rounds: 2,
        sample: () => timed(() => new LuDecomposition(mlMatrix).solve(Matrix.columnVector(b))),
      },
      ...peers.map(({ peer, threads }) => ({
        name: `numpy, ${threadsIn(threads)}`,
        sample: () => peer.seconds("solve"),
      })),
    ];
    const chosen = isQuick ? sides.filter(({ name }) => name !== "ml-matrix") : sides;
    context.say(`C  LU`);
    const samples = await interleave(chosen, isQuick ? 2 : 7);
    const limit = (2 * size ** 3) / 3 / limits.flops;
    const difference = peers.length > 0 ? relativeDifference(await peers[0].peer.array("solution"), x) : undefined;
    const rows = chosen.map((side, i): Row => {
      const seconds = summarize(samples[i].map(({ value }) => value));
      return {
        work: solveWork,
        size,
        side: side.name,
        unit: "ms",
        time: inUnit(seconds, "ms"),
        ...(side.name === "ours" ? { share: limit / seconds.median } : {}),
        ...(side.name.startsWith("numpy") ? { difference, note: "difference from ours" } : {}),
      };
    });
    if ("missing" in python) rows.push({ work: solveWork, size, side: "numpy", unit: "ms", note: python.missing });
    return rows;
  } finally {
    for (const { peer } of peers) peer.close();
    exchange?.remove();
  }
}
