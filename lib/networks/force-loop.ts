/**
 * The time loops of training and simulation, step by step as in the original code.  [J15 eqs. 22–28]
 *
 *     r = act(x)                                     firing rates
 *     z = Wo r                                       output, from the state before u(t) has acted
 *     x ← x + (Wr r + Wfb z + B u − x)/τ             one Euler step
 *   and, in training, at steps t with (t+1) divisible by trainEvery:
 *     k = P r,  c = 1/(1 + rᵀ k),  P ← P − c k kᵀ,  Wo ← Wo − c (z − f) kᵀ
 *
 * A run lives in the kernels' memory. `advance…` moves it by the kernels (lib/kernels/force.ts), `referenceAdvance…` by
 * plain loops with the same operations in the same order: the bits are equal, and the two may take turns on one run.
 */
import { logistic, tanh } from "../numerics/elementary";
import { checkChoice, checkCount, checkNumber, checkVector, reject } from "../numerics/validate";
import { dot, norm } from "../numerics/vector";
import { kernelArray, loadKernels, releaseKernelArray } from "../numerics/wasm";

/** A network's matrices, row by row, and its state. Everything is copied. */
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
  /** Time constant τ, in steps. */
  readonly tau: number;
  readonly activation: "tanh" | "logistic";
}

/** The same, with the two constants of recursive least squares. */
export interface ForceSetup extends SimulationSetup {
  /** The readout changes at steps t with (t+1) divisible by this. */
  readonly trainEvery: number;
  /** P(0) = I/alpha: a ridge penalty. */
  readonly alpha: number;
}

/** A simulation in progress; owns memory of the kernels until released or collected. */
export interface SimulationRun {
  readonly units: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Activation after the last completed step, (units); copy it before `release`. */
  readonly x: Float64Array;
  /** Readout, (outputs·units); copy it before `release`. */
  readonly Wo: Float64Array;
  /** Gives the memory back at once; the run and its arrays must not be used afterwards. */
  release(): void;
}

/** A training run in progress. */
export interface ForceRun extends SimulationRun {
  readonly trainEvery: number;
  /** The inverse correlation matrix P as it stands, (units·units), in a new array. */
  inverseCorrelation(): Float64Array;
}

/**
 * Starts a simulation.
 *
 * @param setup the network and its initial activation; copied
 * @returns the run, to be moved by advanceSimulation
 * @throws RangeError if a shape is wrong, an entry not finite, or more memory is needed than there is
 */
export function createSimulationRun(setup: SimulationSetup): SimulationRun {
  return new KernelRun("createSimulationRun", { ...setup, trainEvery: 1, alpha: 1 }, false);
}

/**
 * Starts a training run with P = I/alpha.
 *
 * @param setup the network, its initial activation and the constants of learning; copied
 * @returns the run, to be moved by advanceForce
 * @throws RangeError if a shape is wrong, an entry not finite, or more memory is needed than there is
 */
export function createForceRun(setup: ForceSetup): ForceRun {
  return new KernelRun("createForceRun", setup, true);
}

function checkSetup(where: string, s: ForceSetup): void {
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
  checkCount(where, "trainEvery", s.trainEvery);
  checkNumber(where, "alpha", s.alpha);
}

/** Steps per call of a kernel: few enough for a progress bar, many enough to make calls cheap. */
const CHUNK = 64;

/** Where the kernels' record of a run (class Run in lib/kernels/force.ts) keeps what changes: index of 32-bit words. */
const K_POINTER = 14;
const K_NEXT_POINTER = 15;
/** Index of the 64-bit c of the weight step that P has not seen yet. */
const WAITING_C = 10;
const RECORD_WORDS = 22;

class KernelRun implements ForceRun {
  readonly units: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly trainEvery: number;
  readonly tau: number;
  readonly activation: "tanh" | "logistic";
  /** units rounded up to a multiple of four; everything beyond units stays zero. */
  readonly padded: number;
  /** Recurrent weights, `stride` numbers from row to row. */
  readonly Wr: Float64Array;
  readonly stride: number;
  readonly Wo: Float64Array;
  /** Columns of Wfb and of B as padded rows. */
  readonly feedback: Float64Array;
  readonly input: Float64Array;
  readonly x: Float64Array;
  readonly r: Float64Array;
  readonly a: Float64Array;
  /** Lower triangle in strips of four rows, see `at`. Empty in a simulation. */
  readonly P: Float64Array;
  readonly norms: Float64Array;
  /** u, f, z and ‖Wo‖ of one chunk. */
  readonly chunks: readonly Float64Array[];
  private readonly ks: readonly [Float64Array, Float64Array];
  private readonly record: Float64Array;
  private readonly words: Int32Array;
  private readonly owned: Float64Array[] = [];

  constructor(where: string, setup: ForceSetup, isTraining: boolean) {
    checkSetup(where, setup);
    const { units, inputs, outputs } = setup;
    this.units = units;
    this.inputs = inputs;
    this.outputs = outputs;
    this.trainEvery = setup.trainEvery;
    this.tau = setup.tau;
    this.activation = setup.activation;
    this.padded = (units + 3) & ~3;
    // rows 4096 bytes apart, or a multiple of that, would fight for the same lines of the cache
    this.stride = this.padded % 512 === 0 ? this.padded + 8 : this.padded;
    try {
      this.Wr = this.make(units * this.stride);
      for (let i = 0; i < units; i++) this.Wr.set(setup.Wr.subarray(i * units, (i + 1) * units), i * this.stride);
      this.Wo = this.make(outputs * units);
      this.Wo.set(setup.Wo);
      this.feedback = this.columns(setup.Wfb, outputs);
      this.input = this.columns(setup.B, inputs);
      this.x = this.make(this.padded).subarray(0, units);
      this.x.set(setup.x);
      this.r = this.make(this.padded);
      this.a = this.make(this.padded);
      this.P = isTraining ? this.make(8 * (this.padded / 4) * (this.padded / 4 + 1)) : new Float64Array(0);
      for (let i = 0; isTraining && i < units; i++) this.P[stripIndex(i, i)] = 1 / setup.alpha;
      this.ks = [this.make(this.padded), this.make(this.padded)];
      this.norms = this.make(outputs);
      this.chunks = [inputs, outputs, outputs, outputs].map((width) => this.make(width * CHUNK));
      this.record = this.make(RECORD_WORDS / 2);
    } catch (error) {
      this.release();
      throw error;
    }
    this.words = new Int32Array(this.record.buffer, this.record.byteOffset, RECORD_WORDS);
    const isLogistic = setup.activation === "logistic" ? 1 : 0;
    this.words.set([units, inputs, outputs, isLogistic, setup.trainEvery, 8 * this.stride]);
    const { Wr, Wo, feedback, input, x, r, a, P, ks, norms } = this;
    this.words.set([...[Wr, Wo, feedback, input, x, r, a, P, ...ks, norms].map((v) => v.byteOffset), this.padded], 6);
    this.record[9] = setup.tau;
  }

  /** Address of the kernels' record. */
  get address(): number {
    return this.record.byteOffset;
  }

  /** c and k of the weight step that P has not seen yet. */
  get waitingC(): number {
    return this.record[WAITING_C];
  }
  get waitingK(): Float64Array {
    return this.words[K_POINTER] === this.ks[0].byteOffset ? this.ks[0] : this.ks[1];
  }

  /** Makes k, which is not `waitingK`, and c the weight step that P has not seen yet. */
  setWaiting(c: number): void {
    const k = this.words[K_POINTER];
    this.words[K_POINTER] = this.words[K_NEXT_POINTER];
    this.words[K_NEXT_POINTER] = k;
    this.record[WAITING_C] = c;
  }
  get nextK(): Float64Array {
    return this.words[K_POINTER] === this.ks[0].byteOffset ? this.ks[1] : this.ks[0];
  }

  inverseCorrelation(): Float64Array {
    const { units, P, waitingC: c, waitingK: k } = this;
    const full = new Float64Array(units * units);
    for (let i = 0; i < units; i++) {
      for (let j = 0; j <= i; j++) {
        const entry = P[stripIndex(i, j)] - c * k[i] * k[j];
        full[i * units + j] = entry;
        full[j * units + i] = entry;
      }
    }
    return full;
  }

  release(): void {
    for (const array of this.owned) releaseKernelArray(array);
    this.owned.length = 0;
  }

  isReleased(): boolean {
    return this.owned.length === 0;
  }

  private make(length: number): Float64Array {
    const array = kernelArray(length);
    this.owned.push(array);
    return array;
  }

  private columns(m: Float64Array, count: number): Float64Array {
    const rows = this.make(count * this.padded);
    for (let i = 0; i < this.units; i++) for (let o = 0; o < count; o++) rows[o * this.padded + i] = m[i * count + o];
    return rows;
  }
}

/** Where P keeps row i, column j ≤ i: strip s = ⌊i/4⌋ begins at 8 s (s+1), and its rows are 4s+4 long. */
function stripIndex(i: number, j: number): number {
  const s = i >> 2;
  return 8 * s * (s + 1) + (i & 3) * (4 * s + 4) + j;
}

function own(where: string, run: SimulationRun): KernelRun {
  if (!(run instanceof KernelRun)) reject(where, "run", run, "one from createForceRun or createSimulationRun");
  if (run.isReleased()) reject(where, "run", "is released", "one in use");
  return run;
}

function checkLength(where: string, thing: string, value: Float64Array, length: number): void {
  if (!(value instanceof Float64Array)) reject(where, thing, value, "a Float64Array");
  if (value.length !== length) reject(where, thing, `has length ${value.length}`, `${length}`);
}

/**
 * Simulates some steps. Changes run in place.
 *
 * @param run from createSimulationRun (or createForceRun: its readout then rests)
 * @param input u(t), row = time, (steps·inputs)
 * @param steps number of steps
 * @param output receives z(t), row = time, (steps·outputs)
 * @returns number of completed steps; fewer than asked for means that the activation left the finite numbers, and run.x
 *   is the last finite one
 * @throws RangeError if a length is wrong or the run released
 */
export function advanceSimulation(
  run: SimulationRun,
  input: Float64Array,
  steps: number,
  output: Float64Array,
): number {
  const state = checkSimulation("advanceSimulation", run, input, steps, output);
  const { inputs, outputs } = state;
  const [u, , z] = state.chunks;
  for (let t = 0; t < steps; t += CHUNK) {
    const count = Math.min(CHUNK, steps - t);
    u.set(input.subarray(t * inputs, (t + count) * inputs));
    const done = loadKernels().simulate(state.address, u.byteOffset, count, z.byteOffset);
    output.set(z.subarray(0, done * outputs), t * outputs);
    if (done < count) return t + done;
  }
  return steps;
}

function checkSimulation(
  where: string,
  run: SimulationRun,
  input: Float64Array,
  steps: number,
  output: Float64Array,
): KernelRun {
  const state = own(where, run);
  checkCount(where, "steps", steps, 0);
  checkLength(where, "input", input, steps * state.inputs);
  checkLength(where, "output", output, steps * state.outputs);
  return state;
}

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
 * @returns number of completed steps; fewer than asked for means that the activation (then run.x is the last finite one)
 *   or the readout left the finite numbers
 * @throws RangeError if a length is wrong or the run released
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
  const state = checkForce("advanceForce", run, input, target, firstStep, steps, output, readoutNorm);
  const { inputs, outputs, trainEvery } = state;
  const [u, f, z, norms] = state.chunks;
  for (let t = 0; t < steps; t += CHUNK) {
    const count = Math.min(CHUNK, steps - t);
    u.set(input.subarray(t * inputs, (t + count) * inputs));
    f.set(target.subarray(t * outputs, (t + count) * outputs));
    const done = loadKernels().force(
      state.address,
      u.byteOffset,
      f.byteOffset,
      (firstStep + t) % trainEvery, // only the remainder matters, and it fits 32 bits
      count,
      z.byteOffset,
      norms.byteOffset,
    );
    output.set(z.subarray(0, done * outputs), t * outputs);
    readoutNorm.set(norms.subarray(0, done * outputs), t * outputs);
    if (done < count) return t + done;
  }
  return steps;
}

function checkForce(
  where: string,
  run: ForceRun,
  input: Float64Array,
  target: Float64Array,
  firstStep: number,
  steps: number,
  output: Float64Array,
  readoutNorm: Float64Array,
): KernelRun {
  const state = checkSimulation(where, run, input, steps, output);
  if (state.P.length === 0) reject(where, "run", "is a simulation", "one from createForceRun");
  checkCount(where, "firstStep", firstStep, 0);
  checkLength(where, "target", target, steps * state.outputs);
  checkLength(where, "readoutNorm", readoutNorm, steps * state.outputs);
  return state;
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
  const { units, inputs, outputs, padded, stride, Wr, Wo, feedback, x, a, tau } = run;
  const r = run.r.subarray(0, units);
  const act = run.activation === "tanh" ? tanh : logistic;
  for (let i = 0; i < units; i++) r[i] = act(x[i]);
  const z = output.subarray(t * outputs, (t + 1) * outputs);
  for (let o = 0; o < outputs; o++) z[o] = dot(Wo.subarray(o * units, (o + 1) * units), r);
  let isSound = true;
  for (let i = 0; i < units; i++) {
    let drive = dot(Wr.subarray(i * stride, i * stride + units), r);
    for (let o = 0; o < outputs; o++) drive += feedback[o * padded + i] * z[o];
    for (let m = 0; m < inputs; m++) drive += run.input[m * padded + i] * input[t * inputs + m];
    a[i] = x[i] + (drive - x[i]) / tau;
    isSound = isSound && Number.isFinite(a[i]);
  }
  if (isSound) x.set(a.subarray(0, units));
  return isSound;
}

/** One step of recursive least squares in plain TypeScript; P is brought up to date first, then waits for this one. */
function weightStep(run: KernelRun, z: Float64Array, target: Float64Array): void {
  const { units, outputs, P, Wo } = run;
  const before = run.waitingK;
  const k = run.nextK;
  for (let i = 0; i < units; i++) {
    const g = run.waitingC * before[i];
    for (let j = 0; j <= i; j++) P[stripIndex(i, j)] -= g * before[j];
  }
  multiplyStrips(P, run.r, k, units);
  const c = 1 / (1 + dot(run.r.subarray(0, units), k.subarray(0, units)));
  run.setWaiting(c);
  for (let o = 0; o < outputs; o++) {
    const g = c * (z[o] - target[o]);
    for (let i = 0; i < units; i++) Wo[o * units + i] -= g * k[i];
  }
}

/**
 * k = P r from the lower triangle. Row i first sums its own columns left of its strip (two partial sums, by parity), then
 * the four of its strip; the transposed entries are added as the rows below are reached.
 */
function multiplyStrips(P: Float64Array, r: Float64Array, k: Float64Array, units: number): void {
  for (let i = 0; i < units; i++) {
    const strip = i & ~3;
    const end = Math.min(units, strip + 4);
    let even = 0;
    let odd = 0;
    for (let j = 0; j < strip; j += 2) {
      even += P[stripIndex(i, j)] * r[j];
      odd += P[stripIndex(i, j + 1)] * r[j + 1];
    }
    let sum = even + odd;
    for (let j = strip; j < end; j++) sum += P[j <= i ? stripIndex(i, j) : stripIndex(j, i)] * r[j];
    for (let j = 0; j < strip; j++) k[j] += P[stripIndex(i, j)] * r[i];
    k[i] = sum;
  }
}
