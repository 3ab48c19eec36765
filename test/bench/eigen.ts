/** Task D: all eigenvalues of the Jacobian of a trained network. */
import { availableParallelism } from "node:os";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { echoStateFlow } from "rnn-dynamics/dist/network/echo-state";
import { createPool, libJob } from "rnn-dynamics/dist/pool";
import { type Eigenvalues, eigenvaluesOf } from "rnn-dynamics/dist/wasm/eigen";
import { toRowMajor } from "rnn-dynamics/dist/wasm/vector";
import { type Context, type NumpySession, openNumpy } from "./context";
import { interleave, type Side, timed, timedWait } from "./measure";
import { Exchange, type Peer, threadsIn } from "./python";
import { type Row, speedTarget, type Target, type TaskResult, timedRow } from "./report";
import { type Subject, statesOf, subject } from "./subject";

const work = "all eigenvalues";

export async function runEigen(context: Context): Promise<TaskResult> {
  const trained = subject();
  const { units } = trained.network;
  const size = context.isQuick ? 250 : units;
  const J = corner(toRowMajor(echoStateFlow(trained.network).jacobian(trained.x0)), units, size);
  const numpy = openNumpy(context, "algebra.py", () => new Exchange(context.folder, { units: size }, { A: J }));
  try {
    const rows = await eigenRows(context, J, size, numpy);
    if (numpy.missing) rows.push({ work, size, side: "numpy", unit: "ms", note: numpy.missing });
    rows.push(...(await manyRows(context, trained, numpy)));
    const target = (side: string, limit: number, of = work): Target =>
      speedTarget(rows, { what: `${of}, speed against ${side}`, work: of, size, side, limit });
    const many = context.isQuick ? [] : [target("numpy", 1, manyWork), target("numpy", 1.5, manyWork)];
    const targets = [...many, target("numpy", 1), target("ml-matrix", 70)];
    return { letter: "D", title: `All eigenvalues of a Jacobian of ${trained.name}`, rows, targets };
  } finally {
    numpy.close();
  }
}

/**
 * The Jacobians of as many states of the test run as the paper finds fixed points, on one and on all workers. numpy takes
 * the same number one after another, with one thread and with all; a matrix takes it the same time whichever it is.
 */
async function manyRows({ clock, isQuick, say }: Context, trained: Subject, { peers }: NumpySession): Promise<Row[]> {
  if (isQuick || clock !== "wall") return [];
  say(`D  ${jacobians} Jacobians`);
  const flow = echoStateFlow(trained.network);
  const named = { key: "bench", spec: flow.spec };
  const states = statesOf(trained, jacobians);
  const workers = [1, availableParallelism()].map((threads) => ({ threads, pool: createPool({ threads }) }));
  try {
    const ours = workers.map(({ threads, pool }) => ({
      name: `ours, ${threads} worker${threads === 1 ? "" : "s"}`,
      sample: () =>
        timedWait(() =>
          Promise.all(states.map((x) => pool.run(libJob("search"), { subject: named, piece: "spectrum", rest: [x] }))),
        ),
    }));
    const theirs = peers.map(({ peer, threads }) => ({
      name: `numpy, ${threadsIn(threads)}`,
      sample: async () => {
        let seconds = 0;
        for (let k = 0; k < jacobians; k++) seconds += await peer.seconds("eigenvalues");
        return seconds;
      },
    }));
    const sides = [...ours, ...theirs];
    const samples = await interleave(sides, 3);
    return sides.map(({ name }, i) =>
      timedRow(
        { work: manyWork, size: flow.dimension, side: name, unit: "s" },
        samples[i].map(({ value }) => value),
      ),
    );
  } finally {
    for (const { pool } of workers) await pool.close();
  }
}

const jacobians = 26;
const manyWork = `eigenvalues of ${jacobians} Jacobians`;

/** The leading block of a row-major matrix. */
function corner(matrix: Float64Array, columns: number, size: number): Float64Array {
  const block = new Float64Array(size * size);
  for (let i = 0; i < size; i++) block.set(matrix.subarray(i * columns, i * columns + size), i * size);
  return block;
}

interface EigenSide extends Side {
  /** The eigenvalues of the last sample. */
  readonly found: () => Eigenvalues | Promise<Eigenvalues>;
}

function ourSide(J: Float64Array, size: number): EigenSide {
  let found: Eigenvalues;
  const work = (): void => {
    found = eigenvaluesOf(J, size);
  };
  return { name: "ours", sample: () => timed(work), found: () => found };
}

function mlMatrixSide(J: Float64Array, size: number): EigenSide {
  const matrix = Matrix.from1DArray(size, size, J);
  let found: EigenvalueDecomposition;
  const work = (): void => {
    found = new EigenvalueDecomposition(matrix);
  };
  return {
    name: "ml-matrix",
    rounds: 1,
    sample: () => timed(work),
    found: () => ({
      re: Float64Array.from(found.realEigenvalues),
      im: Float64Array.from(found.imaginaryEigenvalues),
    }),
  };
}

function numpySide(peer: Peer, threads: number, size: number): EigenSide {
  return {
    name: `numpy, ${threadsIn(threads)}`,
    sample: () => peer.seconds("eigenvalues"),
    async found() {
      const both = await peer.array("found");
      return { re: both.subarray(0, size), im: both.subarray(size) };
    },
  };
}

async function eigenRows(
  { limits, isQuick, say }: Context,
  J: Float64Array,
  size: number,
  { peers }: NumpySession,
): Promise<Row[]> {
  const ours = ourSide(J, size);
  const others = [mlMatrixSide(J, size), ...peers.map(({ peer, threads }) => numpySide(peer, threads, size))];
  const sides = [ours, ...others];
  say(`D  N = ${size}`);
  const samples = await interleave(sides, isQuick ? 2 : 5, { budget: isQuick ? 2 : 10 });
  const limit = (10 * size ** 3) / limits.flops; // the usual count of Hessenberg reduction and QR iteration
  const rows: Row[] = [];
  for (const [i, side] of sides.entries()) {
    const seconds = samples[i].map(({ value }) => value);
    const found = side === ours ? undefined : await side.found();
    const more = found ? { difference: farthest(found, await ours.found()), note: "difference from ours" } : { limit };
    rows.push(timedRow({ work, size, side: side.name, unit: "ms" }, seconds, more));
  }
  return rows;
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
