/**
 * The time loops of training and simulation, step by step as in the original code.  [J15 eqs. 22–28]
 *
 *     r = act(x)                                     firing rates
 *     z = Wo r                                       output, from the state before u(t) has acted
 *     x ← x + (Wr r + Wfb z + B u − x)/τ             one Euler step
 *   and, in training, at steps t with (t+1) divisible by trainEvery:
 *     k = P r,  c = 1/(1 + rᵀ k),  P ← P − c k kᵀ,  Wo ← Wo − c (z − f) kᵀ
 */
import { logisticInto, tanhInto } from "../numerics/elementary";
import { checkChoice, checkCount, checkNumber, checkVector, reject } from "../numerics/validate";
import { dot, multiplyInto, norm } from "../numerics/vector";

/** A network's matrices, row by row, and its state, for the time loops. */
export interface SimulationSetup {
  /** Recurrent weights, (units·units). */
  readonly Wr: Float64Array;
  /** Feedback weights, (units·outputs). */
  readonly Wfb: Float64Array;
  /** Input weights, (units·inputs). */
  readonly B: Float64Array;
  /** Readout, (outputs·units). */
  readonly Wo: Float64Array;
  /** Initial activation, (units). */
  readonly x: Float64Array;
  readonly units: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Time constant in steps. */
  readonly tau: number;
  readonly activation: "tanh" | "logistic";
}

/** The same, with the two constants of recursive least squares. */
export interface ForceSetup extends SimulationSetup {
  /** Weights change at steps t with (t+1) % trainEvery === 0. */
  readonly trainEvery: number;
  /** P(0) = I/alpha. */
  readonly alpha: number;
}

/** A simulation in progress. */
export interface SimulationRun {
  readonly setup: SimulationSetup;
  /** Activation after the last completed step, (units). */
  readonly x: Float64Array;
  /** Readout, (outputs·units). */
  readonly Wo: Float64Array;
  release(): void;
}

/** A training run in progress. */
export interface ForceRun extends SimulationRun {
  readonly setup: ForceSetup;
  /** The lower triangle of P, full rows, (units·units). */
  readonly P: Float64Array;
}

function checkSetup(where: string, s: SimulationSetup): void {
  checkCount(where, "units", s.units);
  checkCount(where, "inputs", s.inputs);
  checkCount(where, "outputs", s.outputs);
  checkVector(where, "Wr", s.Wr, s.units * s.units);
  checkVector(where, "Wfb", s.Wfb, s.units * s.outputs);
  checkVector(where, "B", s.B, s.units * s.inputs);
  checkVector(where, "Wo", s.Wo, s.outputs * s.units);
  checkVector(where, "x", s.x, s.units);
  checkNumber(where, "tau", s.tau);
  checkChoice(where, "activation", s.activation, ["tanh", "logistic"]);
}

/** Starts a simulation. @throws RangeError if a shape is wrong or an entry not finite */
export function createSimulationRun(setup: SimulationSetup): SimulationRun {
  checkSetup("createSimulationRun", setup);
  return { setup, x: setup.x.slice(), Wo: setup.Wo.slice(), release() {} };
}

/** Starts a training run. @throws RangeError if a shape is wrong or an entry not finite */
export function createForceRun(setup: ForceSetup): ForceRun {
  checkSetup("createForceRun", setup);
  checkCount("createForceRun", "trainEvery", setup.trainEvery);
  checkNumber("createForceRun", "alpha", setup.alpha);
  const { units } = setup;
  const P = new Float64Array(units * units);
  for (let i = 0; i < units; i++) P[i * units + i] = 1 / setup.alpha;
  return { setup, x: setup.x.slice(), Wo: setup.Wo.slice(), P, release() {} };
}

/** One Euler step; returns whether everything stayed finite. r and z are the workspace. */
function eulerStep(run: SimulationRun, u: Float64Array, r: Float64Array, z: Float64Array, a: Float64Array): boolean {
  const { Wr, Wfb, B, units, inputs, outputs, tau, activation } = run.setup;
  if (activation === "tanh") tanhInto(run.x, r);
  else logisticInto(run.x, r);
  multiplyInto(run.Wo, r, z);
  multiplyInto(Wr, r, a);
  let isSound = true;
  for (let i = 0; i < units; i++) {
    for (let o = 0; o < outputs; o++) a[i] += Wfb[i * outputs + o] * z[o];
    for (let m = 0; m < inputs; m++) a[i] += B[i * inputs + m] * u[m];
    a[i] = run.x[i] + (a[i] - run.x[i]) / tau;
    isSound = isSound && Number.isFinite(a[i]);
  }
  if (isSound) run.x.set(a);
  return isSound;
}

/** One recursive-least-squares step on the lower triangle of P. */
function weightStep(run: ForceRun, r: Float64Array, z: Float64Array, target: Float64Array, k: Float64Array): void {
  const { units, outputs } = run.setup;
  const { P, Wo } = run;
  lowerTriangleProduct(P, r, k);
  const c = 1 / (1 + dot(r, k));
  for (let i = 0; i < units; i++) {
    const g = c * k[i];
    for (let j = 0; j <= i; j++) P[i * units + j] -= g * k[j];
  }
  for (let o = 0; o < outputs; o++) {
    const g = c * (z[o] - target[o]);
    for (let i = 0; i < units; i++) Wo[o * units + i] -= g * k[i];
  }
}

/** k = P r from the lower triangle, in strips of four rows. */
function lowerTriangleProduct(P: Float64Array, r: Float64Array, k: Float64Array): void {
  const n = r.length;
  for (let i = 0; i < n; i++) {
    const strip = i & ~3;
    const end = Math.min(n, strip + 4);
    let even = 0;
    let odd = 0;
    for (let j = 0; j < strip; j += 2) {
      even += P[i * n + j] * r[j];
      odd += P[i * n + j + 1] * r[j + 1];
    }
    let s = even + odd;
    for (let j = strip; j < end; j++) s += (j <= i ? P[i * n + j] : P[j * n + i]) * r[j];
    for (let m = 0; m < strip; m++) k[m] += P[i * n + m] * r[i];
    k[i] = s;
  }
}

/**
 * Simulates some steps. Changes run in place.
 *
 * @param run from createSimulationRun
 * @param input u(t), row = time, (steps·inputs)
 * @param steps number of steps
 * @param output receives z(t), row = time, (steps·outputs)
 * @returns number of completed steps; fewer than asked for means that the activation left the finite numbers
 */
export function advanceSimulation(
  run: SimulationRun,
  input: Float64Array,
  steps: number,
  output: Float64Array,
): number {
  return referenceAdvanceSimulation(run, input, steps, output);
}

/** `advanceSimulation` in plain TypeScript. */
export function referenceAdvanceSimulation(
  run: SimulationRun,
  input: Float64Array,
  steps: number,
  output: Float64Array,
): number {
  const { units, inputs, outputs } = run.setup;
  checkLength("advanceSimulation", "input", input, steps * inputs);
  checkLength("advanceSimulation", "output", output, steps * outputs);
  const r = new Float64Array(units);
  const a = new Float64Array(units);
  for (let t = 0; t < steps; t++) {
    const z = output.subarray(t * outputs, (t + 1) * outputs);
    if (!eulerStep(run, input.subarray(t * inputs, (t + 1) * inputs), r, z, a)) return t;
  }
  return steps;
}

/**
 * Trains for some steps. Changes run in place.
 *
 * @param run from createForceRun
 * @param input u(t), row = time, (steps·inputs)
 * @param target f(t), row = time, (steps·outputs)
 * @param firstStep number of the first of these steps in the whole run
 * @param steps number of steps
 * @param output receives z(t), from before the weight step, (steps·outputs)
 * @param readoutNorm receives the norms of the rows of Wo after the step, (steps·outputs)
 * @returns number of completed steps; fewer than asked for means that something left the finite numbers
 */
export function advanceForce(
  run: ForceRun,
  input: Float64Array,
  target: Float64Array,
  firstStep: number,
  steps: number,
  output: Float64Array,
  readoutNorm: Float64Array,
): number {
  return referenceAdvanceForce(run, input, target, firstStep, steps, output, readoutNorm);
}

/** `advanceForce` in plain TypeScript. */
export function referenceAdvanceForce(
  run: ForceRun,
  input: Float64Array,
  target: Float64Array,
  firstStep: number,
  steps: number,
  output: Float64Array,
  readoutNorm: Float64Array,
): number {
  const { units, inputs, outputs, trainEvery } = run.setup;
  checkLength("advanceForce", "input", input, steps * inputs);
  checkLength("advanceForce", "target", target, steps * outputs);
  checkLength("advanceForce", "output", output, steps * outputs);
  checkLength("advanceForce", "readoutNorm", readoutNorm, steps * outputs);
  const r = new Float64Array(units);
  const a = new Float64Array(units);
  const k = new Float64Array(units);
  for (let t = 0; t < steps; t++) {
    const z = output.subarray(t * outputs, (t + 1) * outputs);
    if (!eulerStep(run, input.subarray(t * inputs, (t + 1) * inputs), r, z, a)) return t;
    if ((firstStep + t + 1) % trainEvery === 0) {
      weightStep(run, r, z, target.subarray(t * outputs, (t + 1) * outputs), k);
    }
    for (let o = 0; o < outputs; o++) {
      const length = norm(run.Wo.subarray(o * units, (o + 1) * units));
      if (!Number.isFinite(length)) return t;
      readoutNorm[t * outputs + o] = length;
    }
  }
  return steps;
}

function checkLength(where: string, thing: string, value: Float64Array, length: number): void {
  if (!(value instanceof Float64Array)) reject(where, thing, value, "a Float64Array");
  if (value.length !== length) reject(where, thing, `has length ${value.length}`, `${length}`);
}
