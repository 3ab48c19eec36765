import { type AbstractMatrix, CholeskyDecomposition, Matrix } from "ml-matrix";
import {
  checkCount,
  checkMatrix,
  checkNumber,
  checkVector,
  type LongCall,
  longCallDefaults,
  reject,
  withDefaults,
} from "../wasm/check";
import { checkThreads, threadsFor } from "../wasm/second-thread";
import { toMatrix, toRowMajor } from "../wasm/vector";
import { checkEchoState, type EchoState, withReadout } from "./echo-state";
import { createForceRun, digitTolerance, type ForceRun, gainError, probeOf } from "./run";
import { checkRecordedAs, nextStop, type RecordedAs, StateRecord, setupOf } from "./simulate";
import type { Task } from "./tasks";
import { advanceForce } from "./time-loop";

export interface ForceOptions extends Partial<LongCall> {
  /** Activations to start from, (N). */
  readonly x0: Float64Array;
  readonly alpha?: number;
  readonly trainEvery?: number;
  /** Numbers of completed steps after which the readout is copied; 0 is the readout before training. */
  readonly snapshotAt?: readonly number[];
  /** Keep every k-th state; 0 keeps none. */
  readonly record?: number;
  /** How kept states are stored: "float32" takes half of the memory. */
  readonly recordAs?: RecordedAs;
  /** Threads within a step; the bits are the same. Two start at the second try: the second needs a moment to be ready. */
  readonly threads?: 1 | 2;
}

export const forceDefaults = Object.freeze({
  /** P(0) = I/α. Table 1 calls α a learning rate, but it is a ridge penalty: RLS has no rate. */
  alpha: 1 as number,
  /** δ_train of Table 1: the readout changes at every second step. */
  trainEvery: 2 as number,
  snapshotAt: Object.freeze([]) as readonly number[],
  /** States take 8 N bytes each, or 4 N as float32: kept on request only. */
  record: 0 as number,
  recordAs: "float64" as RecordedAs,
  /** Two from 500 units on, where there are two processors; one in a worker. */
  threads: undefined as 1 | 2 | undefined,
  ...longCallDefaults,
});

/** The readout after a number of completed steps. */
export interface Snapshot {
  readonly step: number;
  /** Wo, O×N. */
  readonly Wo: Matrix;
}

/** Row t of every record belongs to the same instant: z[t] is read from x[t], before the weights change at step t. */
export interface ForceTraining {
  /** The network with its trained readout. If training diverged: with the last readout that was still finite. */
  readonly network: EchoState;
  /** z, steps×O. */
  readonly output: Matrix;
  /** Mean over the outputs of (z − f)², one number per step. [J15 Fig. 5c] */
  readonly squaredError: Float64Array;
  /** Norm of each row of Wo after each step, steps×O. [J15 Fig. 5d, which calls it a mean] */
  readonly readoutNorm: Matrix;
  readonly snapshots: readonly Snapshot[];
  /** Every `record`-th state, the first one x0; only if asked for. */
  readonly states?: AbstractMatrix;
  /** The state after the last step, (N). */
  readonly finalState: Float64Array;
  /**
   * - "completed": the readout is that of ridge regression on the rates visited;
   * - "P lost its digits": all steps were made, but from `digitsLostAt` on the gains P r were wrong, and so may the readout
   *   be: α is too small beside the squares of the rates for float64;
   * - "diverged": a state or a readout left the finite numbers.
   */
  readonly status: "completed" | "P lost its digits" | "diverged";
  /** Number of completed steps after which a gain P r was first found off by more than a part of 1e-7, if ever. */
  readonly digitsLostAt?: number;
}

/** Steps between two calls of `onProgress`: a fifth of a second or less at N = 1000. */
const chunk = 100;

/**
 * Trains the readout by FORCE learning, recursive least squares with the output fed back.  [J15 §10.2] [SA09]
 *
 * Each step, in the order of the original code:
 *
 *     r = act(x),  z = Wo r
 *     x ← x + (−x + Wr r + Wfb z + B u) / τ          [J15 eq. 22, Euler]
 *     at every `trainEvery`-th step, with the r and z from above:
 *     k = P r,  c = 1 / (1 + rᵀ k)
 *     P ← P − c k kᵀ                                 [J15 eq. 28]
 *     Wo ← Wo − c (z − f) kᵀ                         [J15 eq. 27]
 *
 * With P(0) = I/α this is ridge regression on the rates the network visits, penalty α on the change of Wo; `alpha` is
 * no learning rate. An α far below the squares of the rates is no use: P loses its digits, which the status tells. What
 * makes it FORCE is that those rates come from the network's own, nearly right, output.
 * Training starts from the readout the network has, so a trained network can be trained further.
 *
 * @param net network, not changed
 * @param task input T×I and target T×O
 * @param options `x0` and anything of `forceDefaults`
 * @returns the trained network, the records and the status; a training that diverges is returned short
 * @throws RangeError if a shape does not fit, or a number is not finite
 */
export function trainForce(net: EchoState, task: Task, options: ForceOptions): ForceTraining {
  // longer than a function should be: one loop, and all the records that its steps fill
  const where = "trainForce";
  const given = checkedOptions(where, net, task, options);
  const { x0, alpha, trainEvery, snapshotAt, record, threads, onProgress } = given;
  const { units, inputs, outputs } = net;
  const total = task.input.rows;
  const u = toRowMajor(task.input);
  const f = toRowMajor(task.target);
  const z = new Float64Array(total * outputs);
  const norms = new Float64Array(total * outputs);
  const states = new StateRecord(record, given.recordAs);
  const snapshots: Snapshot[] = [];
  const run = createForceRun({ ...setupOf(net, x0), trainEvery, alpha }, threads ?? threadsFor(units));
  try {
    let t = 0;
    let lastFinite = toRowMajor(net.Wo);
    let isWhole = true;
    for (;;) {
      if (isWhole && snapshotAt.includes(t)) snapshots.push({ step: t, Wo: readoutOf(run, outputs, units) });
      if (t >= total || !isWhole) break;
      states.keep(t, run.x);
      const steps = nextStop(t, total, [chunk, record], snapshotAt) - t;
      const rows = [t * outputs, (t + steps) * outputs] as const;
      const done = advanceForce(
        run,
        u.subarray(t * inputs, (t + steps) * inputs),
        f.subarray(...rows),
        t,
        steps,
        z.subarray(...rows),
        norms.subarray(...rows),
      );
      t += done;
      isWhole = done === steps && run.Wo.every(Number.isFinite);
      if (isWhole) lastFinite = run.Wo.slice();
      onProgress(t, total);
    }
    return {
      network: withReadout(net, toMatrix(lastFinite, outputs, units)),
      output: toMatrix(z.slice(0, t * outputs), t, outputs),
      squaredError: squaredErrors(z, f, t, outputs),
      readoutNorm: toMatrix(norms.slice(0, t * outputs), t, outputs),
      snapshots,
      ...states.result(),
      finalState: run.x.slice(),
      status: !isWhole ? "diverged" : run.digits.lostAt > 0 ? "P lost its digits" : "completed",
      ...(run.digits.lostAt > 0 ? { digitsLostAt: run.digits.lostAt * trainEvery } : {}),
    };
  } finally {
    run.release();
  }
}

function checkedOptions(where: string, net: EchoState, task: Task, options: ForceOptions) {
  checkEchoState(where, net);
  if (typeof task !== "object" || task === null) reject(where, "task", task, "{ input, target }");
  checkMatrix(where, "task.input", task.input, undefined, net.inputs);
  checkMatrix(where, "task.target", task.target, task.input.rows, net.outputs);
  const required = { x0: undefined as unknown as Float64Array };
  const given = withDefaults<ForceOptions & typeof forceDefaults>(where, options, { ...required, ...forceDefaults });
  checkVector(where, "x0", given.x0, net.units);
  checkNumber(where, "alpha", given.alpha);
  checkCount(where, "trainEvery", given.trainEvery);
  checkCount(where, "record", given.record, 0);
  checkRecordedAs(where, given.recordAs);
  if (given.threads !== undefined) checkThreads(where, given.threads);
  if (!Array.isArray(given.snapshotAt)) reject(where, "snapshotAt", given.snapshotAt, "an array of steps");
  const total = task.input.rows;
  for (const step of given.snapshotAt) {
    checkCount(where, "snapshotAt", step, 0);
    if (step > total) reject(where, "snapshotAt", `has step ${step}`, `at most the ${total} steps of the task`);
  }
  return { ...given, snapshotAt: [...new Set(given.snapshotAt)].sort((a, b) => a - b) };
}

function readoutOf(run: ForceRun, outputs: number, units: number): Matrix {
  return toMatrix(run.Wo.slice(), outputs, units);
}

/** Mean over the outputs of (z − f)², step by step. */
function squaredErrors(z: Float64Array, f: Float64Array, steps: number, outputs: number): Float64Array {
  const result = new Float64Array(steps);
  for (let t = 0; t < steps; t++) {
    let sum = 0;
    for (let j = t * outputs; j < (t + 1) * outputs; j++) sum += (z[j] - f[j]) * (z[j] - f[j]);
    result[t] = sum / outputs;
  }
  return result;
}

/**
 * One recursive-least-squares step of FORCE learning. Changes `P` and `Wo` in place.  [J15 eq. 27] [J15 eq. 28]
 *
 *     k  = P r                     gain direction, (N)
 *     c  = 1 / (1 + rᵀ k)          step size, 0 < c ≤ 1
 *     P  ← P − c k kᵀ              [J15 eq. 28]
 *     Wo ← Wo − c e kᵀ             [J15 eq. 27]
 *
 * Eq. 27 is written with the *new* P, and should read W(t − Δt) on its right-hand side. Substituting eq. 28 gives
 * P r = c k, which is where c comes from. After the step the error on the same r is c e: smaller, never of another sign.
 *
 * The readable reference: `trainForce` does the same, many times faster.
 *
 * @param P inverse of the correlation matrix of the rates seen so far plus αI, N×N, symmetric; I/α at first
 * @param Wo readout weights, O×N
 * @param r rates, (N)
 * @param error z − f before the step, (O)
 * @returns the step size c
 * @throws RangeError if a shape does not fit or a number is not finite
 */
export function updateReadout(P: Matrix, Wo: Matrix, r: Float64Array, error: Float64Array): number {
  const where = "updateReadout";
  checkMatrix(where, "P", P);
  const units = P.rows;
  checkMatrix(where, "P", P, units, units);
  checkVector(where, "r", r, units);
  checkMatrix(where, "Wo", Wo, undefined, units);
  checkVector(where, "error", error, Wo.rows);

  return step(P, Wo, r, error).c;
}

/** `updateReadout` for arguments that fit: k and c. */
function step(P: Matrix, Wo: Matrix, r: Float64Array, error: Float64Array): { k: Float64Array; c: number } {
  const units = r.length;
  const k = new Float64Array(units);
  for (let i = 0; i < units; i++) {
    for (let j = 0; j < units; j++) k[i] += P.get(i, j) * r[j];
  }
  let rk = 0;
  for (let i = 0; i < units; i++) rk += r[i] * k[i];
  const c = 1 / (1 + rk);
  for (let i = 0; i < units; i++) {
    // kᵢkⱼ first: the product commutes, so P stays symmetric to the last bit
    for (let j = 0; j < units; j++) P.set(i, j, P.get(i, j) - c * (k[i] * k[j]));
  }
  for (let i = 0; i < Wo.rows; i++) {
    for (let j = 0; j < units; j++) Wo.set(i, j, Wo.get(i, j) - c * error[i] * k[j]);
  }
  return { k, c };
}

/**
 * The readout that ridge regression finds for given rates and targets.  [SA09]
 *
 *     Wo = argmin Σₜ ‖Wo r[t] − f[t]‖² + α ‖Wo‖²,     Woᵀ = (RᵀR + αI)⁻¹ Rᵀ f
 *
 * Recursive least squares from P = I/α and Wo = 0 arrives at exactly this after the same rates: α is its ridge penalty.
 *
 * @param rates R, one row per training step, T×N
 * @param targets f, one row per training step, T×O
 * @param alpha α > 0, in (rate)²
 * @returns Wo, O×N
 * @throws RangeError if a shape does not fit, a number is not finite, or α vanishes beside the rates
 */
export function readoutByRidge(rates: Matrix, targets: Matrix, alpha: number): Matrix {
  const where = "readoutByRidge";
  checkMatrix(where, "rates", rates);
  checkMatrix(where, "targets", targets, rates.rows);
  checkNumber(where, "alpha", alpha);
  const transposed = rates.transpose();
  const correlation = transposed.mmul(rates);
  for (let i = 0; i < correlation.rows; i++) correlation.set(i, i, correlation.get(i, i) + alpha);
  const cholesky = new CholeskyDecomposition(correlation);
  if (!cholesky.isPositiveDefinite()) {
    reject(where, "alpha", alpha, "large enough beside the rates to keep RᵀR + αI positive definite in float64");
  }
  return cholesky.solve(transposed.mmul(targets)).transpose();
}

/**
 * The readout that recursive least squares arrives at, one sample after the other.  [J15 eqs. 27, 28]
 *
 * It starts from Wo = 0 and P = I/α and takes one `updateReadout` per row. In exact arithmetic the result is that of
 * `readoutByRidge`, whatever the order of the rows: FORCE is ridge regression that never looks back.
 *
 * An α far below the squares of the rates leaves P no digits: I/α is rounded in steps larger than what is to become of it.
 * Where that shows, the samples are taken again, one by one, into the triangular root of P⁻¹, which never holds 1/α.
 *
 * @param rates R, one row per sample, (T×N)
 * @param targets f, one row per sample, (T×O)
 * @param alpha ridge penalty, α > 0, in (rate)²
 * @returns Wo, (O×N)
 * @throws RangeError if a shape does not fit or a number is not finite
 */
export function readoutByRecursion(rates: Matrix, targets: Matrix, alpha: number): Matrix {
  const where = "readoutByRecursion";
  checkMatrix(where, "rates", rates);
  checkMatrix(where, "targets", targets, rates.rows);
  checkNumber(where, "alpha", alpha);
  const units = rates.columns;
  const P = Matrix.eye(units).mul(1 / alpha);
  const Wo = Matrix.zeros(targets.columns, units);
  const probe = probeOf(units);
  const image = probe.map((sign) => alpha * sign);
  for (let t = 0; t < rates.rows; t++) {
    const r = Float64Array.from(rates.getRow(t));
    const error = Float64Array.from(targets.getRow(t), (f, k) => Wo.getRow(k).reduce((z, w, j) => z + w * r[j], -f));
    const { k, c } = step(P, Wo, r, error);
    const off = gainError({ k, c, r, probe, image, nextImage: image });
    if (off > digitTolerance) return readoutByRotations(rates, targets, alpha);
  }
  return Wo;
}

/**
 * The same readout by the root of P⁻¹: with U upper triangular, UᵀU = αI + Σ r rᵀ and Uᵀ y = Σ r f, each sample (r | f) is
 * rotated into (U | y), row by row (Givens), and Woᵀ = U⁻¹ y in the end.
 */
function readoutByRotations(rates: Matrix, targets: Matrix, alpha: number): Matrix {
  const [units, outputs] = [rates.columns, targets.columns];
  const rows = Array.from({ length: units }, (_, i) => {
    const row = new Float64Array(units + outputs);
    row[i] = Math.sqrt(alpha);
    return row;
  });
  for (let t = 0; t < rates.rows; t++) {
    const sample = Float64Array.from([...rates.getRow(t), ...targets.getRow(t)]);
    for (const [i, row] of rows.entries()) rotate(row, sample, i);
  }
  const Wo = Matrix.zeros(outputs, units);
  for (let o = 0; o < outputs; o++) {
    for (let i = units - 1; i >= 0; i--) {
      let rest = rows[i][units + o];
      for (let j = i + 1; j < units; j++) rest -= rows[i][j] * Wo.get(o, j);
      Wo.set(o, i, rest / rows[i][i]);
    }
  }
  return Wo;
}

/** Turns two rows in their plane until b[i] = 0, in place. */
function rotate(a: Float64Array, b: Float64Array, i: number): void {
  if (b[i] === 0) return;
  const length = Math.sqrt(a[i] * a[i] + b[i] * b[i]);
  const [cosine, sine] = [a[i] / length, b[i] / length];
  for (let j = i; j < a.length; j++) {
    const [x, y] = [a[j], b[j]];
    a[j] = cosine * x + sine * y;
    b[j] = cosine * y - sine * x;
  }
}
