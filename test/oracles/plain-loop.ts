/**
 * The time loops of training and simulation in plain TypeScript, step by step as in the original code.  [J15 eqs. 22–28]
 *
 *     r = act(x)                                     firing rates
 *     z = Wo r                                       output, from the state before u(t) has acted
 *     x ← x + (Wr r + Wfb z + B u − x)/τ             one Euler step
 *   and, in training, at steps t with (t+1) divisible by trainEvery:
 *     k = P r,  c = 1/(1 + rᵀ k),  P ← P − c k kᵀ,  Wo ← Wo − c (z − f) kᵀ
 *
 * Wasm (time-loop.ts) does the same operations in the same order; tests compare the bits.
 */

import {
  checkForce,
  checkSimulation,
  type ForceRun,
  gainError,
  type KernelRun,
  type SimulationRun,
} from "rnn-dynamics/dist/network/run";
import { triangleIndex, weightIndex } from "rnn-dynamics/dist/network/strips";
import { logistic, tanh } from "rnn-dynamics/dist/wasm/elementary";
import { dot, norm } from "rnn-dynamics/dist/wasm/vector";

/** `advanceSimulation` by plain loops, with the same bits. */
export function referenceAdvanceSimulation(
  run: SimulationRun,
  input: Float64Array,
  steps: number,
  output: Float64Array,
): number {
  const state = checkSimulation("referenceAdvanceSimulation", run, input, steps, output);
  for (let t = 0; t < steps; t++) {
    if (!eulerStep(state, input, t, output)) return t;
  }
  return steps;
}

/** `advanceForce` by plain loops, with the same bits. */
export function referenceAdvanceForce(
  run: ForceRun,
  input: Float64Array,
  target: Float64Array,
  firstStep: number,
  steps: number,
  output: Float64Array,
  readoutNorm: Float64Array,
): number {
  const state = checkForce("referenceAdvanceForce", run, input, target, firstStep, steps, output, readoutNorm);
  const { units, outputs, Wo, trainEvery } = state;
  for (let t = 0; t < steps; t++) {
    if (!eulerStep(state, input, t, output)) return t;
    if ((firstStep + t + 1) % trainEvery === 0) {
      weightStep(state, output.subarray(t * outputs, (t + 1) * outputs), target.subarray(t * outputs));
    }
    for (let o = 0; o < outputs; o++) {
      const length = norm(Wo.subarray(o * units, (o + 1) * units));
      if (!Number.isFinite(length)) return t;
      readoutNorm[t * outputs + o] = length;
    }
  }
  return steps;
}

/** One Euler step in plain TypeScript; says whether the activation stayed finite. */
function eulerStep(run: KernelRun, input: Float64Array, t: number, output: Float64Array): boolean {
  const { units, inputs, outputs, padded, Wo, feedback, x, a, tau } = run;
  const Wr = recurrentWeights(run);
  const r = run.r.subarray(0, units);
  const act = run.activation === "tanh" ? tanh : logistic;
  for (let i = 0; i < units; i++) r[i] = act(x[i]);
  const z = output.subarray(t * outputs, (t + 1) * outputs);
  for (let o = 0; o < outputs; o++) z[o] = dot(Wo.subarray(o * units, (o + 1) * units), r);
  let isSound = true;
  for (let i = 0; i < units; i++) {
    let drive = dot(Wr.subarray(i * units, (i + 1) * units), r);
    for (let o = 0; o < outputs; o++) drive += feedback[o * padded + i] * z[o];
    for (let m = 0; m < inputs; m++) drive += run.input[m * padded + i] * input[t * inputs + m];
    a[i] = x[i] + (drive - x[i]) / tau;
    isSound = isSound && Number.isFinite(a[i]);
  }
  if (isSound) x.set(a.subarray(0, units));
  return isSound;
}

const unpacked = new WeakMap<KernelRun, Float64Array>();

/** Wr row by row, (units·units): taken out of the wasm strips once for each run. */
function recurrentWeights(run: KernelRun): Float64Array {
  const known = unpacked.get(run);
  if (known !== undefined) return known;
  const { units } = run;
  const Wr = new Float64Array(units * units);
  for (let i = 0; i < units; i++) for (let j = 0; j < units; j++) Wr[i * units + j] = run.Wr[weightIndex(units, i, j)];
  unpacked.set(run, Wr);
  return Wr;
}

/** One step of recursive least squares in plain TypeScript; P is brought up to date first, then waits for this one. */
function weightStep(run: KernelRun, z: Float64Array, target: Float64Array): void {
  const { units, outputs, P, Wo } = run;
  const before = run.waitingK;
  const k = run.nextK;
  for (let i = 0; i < units; i++) {
    const g = run.waitingC * before[i];
    for (let j = 0; j <= i; j++) P[triangleIndex(run, i, j)] -= g * before[j];
  }
  multiplyTriangle(run, k);
  const c = 1 / (1 + dot(run.r.subarray(0, units), k.subarray(0, units)));
  run.setWaiting(c);
  const { r, probe, image, nextImage } = run;
  run.keepImage(gainError({ k, c, r, probe, image, nextImage }));
  for (let o = 0; o < outputs; o++) {
    const g = c * (z[o] - target[o]);
    for (let i = 0; i < units; i++) Wo[o * units + i] -= g * k[i];
  }
}

/**
 * k = P r from the lower triangle. Row i first sums its own columns left of its strip (two partial sums, by parity), then
 * the four of its strip; the transposed entries are added as the rows below are reached.
 */
function multiplyTriangle(run: KernelRun, k: Float64Array): void {
  const { P, r, units } = run;
  for (let i = 0; i < units; i++) {
    const strip = i & ~3;
    const end = Math.min(units, strip + 4);
    let even = 0;
    let odd = 0;
    for (let j = 0; j < strip; j += 2) {
      even += P[triangleIndex(run, i, j)] * r[j];
      odd += P[triangleIndex(run, i, j + 1)] * r[j + 1];
    }
    let sum = even + odd;
    for (let j = strip; j < end; j++) sum += P[j <= i ? triangleIndex(run, i, j) : triangleIndex(run, j, i)] * r[j];
    for (let j = 0; j < strip; j++) k[j] += P[triangleIndex(run, i, j)] * r[i];
    k[i] = sum;
  }
}
