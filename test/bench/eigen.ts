/** Task D: all eigenvalues of the Jacobian of a trained network. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { echoStateFlow } from "rnn-dynamics";
import { type Eigenvalues, eigenvaluesOf } from "rnn-dynamics/dist/numerics/eigen";
import { toRowMajor } from "rnn-dynamics/dist/numerics/vector";
import type { Context } from "./context";
import { interleave, type Side, summarize, timed } from "./measure";
import { Exchange, type Peer, threadCounts, threadsIn } from "./python";
import { inUnit, type Row, speedTarget, type TaskResult } from "./report";
import { subject } from "./subject";

const work = "all eigenvalues";

export async function runEigen(context: Context): Promise<TaskResult> {
  const { python, isQuick } = context;
  const trained = subject();
  const size = isQuick ? 250 : trained.network.units;
  const J = corner(toRowMajor(echoStateFlow(trained.network).jacobian(trained.x0)), trained.network.units, size);
  const exchange = "missing" in python ? undefined : new Exchange(context.folder, { units: size }, { A: J });
  const peers = exchange
    ? threadCounts().map((threads) => ({ threads, peer: context.start("algebra.py", exchange.folder, threads) }))
    : [];
  try {
    const rows = await eigenRows(context, J, size, peers);
    if ("missing" in python) rows.push({ work, size, side: "numpy", unit: "ms", note: python.missing });
    const target = (side: string, limit: number) =>
      speedTarget(rows, { what: `eigenvalues, speed against ${side}`, work, size, side, limit });
    const targets = [target("numpy", 1), target("numpy", 1.5), target("ml-matrix", 70)];
    return { letter: "D", title: `All eigenvalues of a Jacobian of ${trained.name}`, rows, targets };
  } finally {
    for (const { peer } of peers) peer.close();
    exchange?.remove();
  }
}

/** The leading block of a row-major matrix. */
function corner(matrix: Float64Array, columns: number, size: number): Float64Array {
  const block = new Float64Array(size * size);
  for (let i = 0; i < size; i++) block.set(matrix.subarray(i * columns, i * columns + size), i * size);
  return block;
}

async function eigenRows(
  context: Context,
  J: Float64Array,
  size: number,
  peers: readonly { peer: Peer; threads: number }[],
): Promise<Row[]> {
  const found = new Map<string, Eigenvalues>();
  const ours = (): number =>
    timed(() => {
      found.set("ours", eigenvaluesOf(J, size));
    });
  const matrix = Matrix.from1DArray(size, size, J);
  const mlMatrix = (): number =>
    timed(() => {
      const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(matrix);
      found.set("ml-matrix", { re: Float64Array.from(realEigenvalues), im: Float64Array.from(imaginaryEigenvalues) });
    });
  const sides: Side[] = [
    { name: "ours", sample: ours },
    { name: "ml-matrix", rounds: 1, sample: mlMatrix },
    ...peers.map(({ peer, threads }) => ({
      name: `numpy, ${threadsIn(threads)}`,
      sample: () => peer.seconds("eigenvalues"),
    })),
  ];
  context.say(`D  N = ${size}`);
  const samples = await interleave(sides, context.isQuick ? 2 : 5);
  for (const { peer, threads } of peers) {
    const both = await peer.array("found");
    found.set(`numpy, ${threadsIn(threads)}`, { re: both.subarray(0, size), im: both.subarray(size) });
  }
  const limit = (10 * size ** 3) / context.limits.flops; // the usual count of Hessenberg reduction and QR iteration
  return sides.map(({ name }, i): Row => {
    const seconds = summarize(samples[i].map(({ value }) => value));
    return {
      work,
      size,
      side: name,
      unit: "ms",
      time: inUnit(seconds, "ms"),
      ...(name === "ours"
        ? { share: limit / seconds.median }
        : { difference: farthest(found.get(name)!, found.get("ours")!), note: "difference from ours" }),
    };
  });
}

/** The largest distance from one of these eigenvalues to the nearest of those, relative to the largest modulus. */
function farthest(these: Eigenvalues, those: Eigenvalues): number {
  let distance = 0;
  let modulus = 0;
  for (let i = 0; i < these.re.length; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < those.re.length; j++) {
      const re = these.re[i] - those.re[j];
      const im = these.im[i] - those.im[j];
      nearest = Math.min(nearest, re * re + im * im);
    }
    distance = Math.max(distance, nearest);
    modulus = Math.max(modulus, these.re[i] ** 2 + these.im[i] ** 2);
  }
  return Math.sqrt(distance / modulus);
}
