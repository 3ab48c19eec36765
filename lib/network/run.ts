/** What a run over time is made from. */

import { createRng } from "../numbers/random";
import { checkChoice, checkCount, checkNumber, checkVector, reject } from "../wasm/check";
import { recordBytes, releaseWasmArray, WasmRecord, wasmArray } from "../wasm/memory";
import { checkThreads, newPace, withdraw } from "../wasm/second-thread";
import { fillStrips, rightPart, triangleIndex } from "./strips";

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

/** @throws RangeError naming what is wrong with a setup */
export function checkSetup(where: string, s: ForceSetup): void {
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

/**
 * Whether P still has its digits.
 *
 * P = I/α holds large numbers where rates have not been yet and small ones where they have. At an α far below the squares
 * of the rates the rounding of the large ones drowns the small ones, and nothing in the run of a training shows it. But P
 * is the inverse of a sum that loses nothing, Ω = α I + Σ r rᵀ. So for any v the gain c k = P(t) r of a weight step obeys
 *
 *     c kᵀ (Ω(t) v) = rᵀ v,  or with Ω(t) = Ω(t − Δt) + r rᵀ:   c (kᵀ (Ω(t − Δt) v) − rᵀ v) = 0
 *
 * at the price of two products of vectors. A v of random signs sees an error in any direction.
 */

/**
 * P has lost its digits where the gain is found off by more than this part. On well-conditioned rates the readout was found
 * off by 0.1 to 2 times the largest part (N = 10 … 200, α = 1e-16 … 1e6), so up to here it is right to 1e-6; the paper's
 * training stays more than two orders below.
 */
export const digitTolerance = 1e-7;

/** The v that k is judged by, (N): entries ±1, always the same. */
export function probeOf(units: number): Float64Array {
  const rng = createRng("the digits of P");
  return Float64Array.from({ length: units }, () => (rng.uniform() < 0.5 ? -1 : 1));
}

/** A weight step as it is judged; vectors have N entries. */
export interface WatchedStep {
  readonly k: Float64Array;
  /** The step size c = 1/(1 + rᵀ k). */
  readonly c: number;
  readonly r: Float64Array;
  /** v. */
  readonly probe: Float64Array;
  /** Ω v before the step. */
  readonly image: Float64Array;
  /** Receives Ω v after it; may be `image`. */
  readonly nextImage: Float64Array;
}

/**
 * How far off the gain c k is: c |kᵀ (Ω v) − rᵀ v| as a part of ‖r‖₁/√N, which is at most ‖r‖₂.
 *
 * @returns the part, Infinity if the gain is not finite
 */
export function gainError({ k, c, r, probe, image, nextImage }: WatchedStep): number {
  const units = probe.length;
  let [found, wanted, size] = [0, 0, 0];
  for (let i = 0; i < units; i++) {
    found += k[i] * image[i];
    wanted += r[i] * probe[i];
    size += Math.abs(r[i]);
  }
  for (let i = 0; i < units; i++) nextImage[i] = image[i] + wanted * r[i];
  const off = Math.abs(c * (found - wanted));
  if (off === 0) return 0;
  return Number.isNaN(off) ? Number.POSITIVE_INFINITY : off / (size / Math.sqrt(units));
}

/**
 * A run over time in wasm memory: a network, its state, and in training the inverse correlation matrix P.
 *
 * `time-loop.ts` moves it by wasm, `test/oracles/plain-loop.ts` by plain loops with the same operations in the same
 * order: the bits are equal, and the two may take turns on one run.
 */

/** A simulation in progress; owns wasm memory until released or collected. */
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
  /** What is known of the digits of P. */
  readonly digits: DigitsOfP;
}

/** The gain of each weight step is judged: see gain-watch.ts. */
export interface DigitsOfP {
  /** How far off the gain was at the worst weight step, as a part. */
  readonly worst: number;
  /** Number of the first weight step at which that was more than `digitTolerance`; 0: at none. */
  readonly lostAt: number;
}

/**
 * Starts a simulation.
 *
 * @param setup the network and its initial activation; copied
 * @param threads with 2, a second thread helps if there is one; the bits are the same
 * @returns the run, to be moved by advanceSimulation
 * @throws RangeError if a shape is wrong, an entry not finite, or more memory is needed than there is
 */
export function createSimulationRun(setup: SimulationSetup, threads: 1 | 2 = 1): SimulationRun {
  return new KernelRun("createSimulationRun", { ...setup, trainEvery: 1, alpha: 1 }, false, threads);
}

/**
 * Starts a training run with P = I/alpha.
 *
 * @param setup the network, its initial activation and the constants of learning; copied
 * @param threads with 2, a second thread helps if there is one; the bits are the same
 * @returns the run, to be moved by advanceForce
 * @throws RangeError if a shape is wrong, an entry not finite, or more memory is needed than there is
 */
export function createForceRun(setup: ForceSetup, threads: 1 | 2 = 1): ForceRun {
  return new KernelRun("createForceRun", setup, true, threads);
}

/** Steps per call of wasm: few enough for a progress bar, many enough to make calls cheap. */
export const CHUNK = 64;

/** Fields of class Run in lib/wasm/assembly/force.ts that are no float64. */
export type RunInt =
  | ("units" | "inputs" | "outputs" | "activation" | "trainEvery" | "padded" | "border" | "weightSteps" | "lostAt")
  | ("Wr" | "Wo" | "feedback" | "input" | "x" | "r" | "a" | "P" | "right" | "k" | "kNext" | "norms" | "sums" | "work")
  | ("probe" | "image" | "imageNext");

/** Numbers of workspace: 16 for one thread, 8 + 128 for the second. */
const WORK = 152;

/** The memory of a run. Matrices lie in strips of four rows, see strips.ts. */
export class KernelRun implements ForceRun {
  readonly units: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly trainEvery: number;
  readonly tau: number;
  readonly activation: "tanh" | "logistic";
  readonly threads: 1 | 2;
  readonly pace = newPace();
  /** units rounded up to a multiple of four; everything beyond units stays zero. */
  readonly padded: number;
  /** Recurrent weights. */
  readonly Wr: Float64Array;
  readonly Wo: Float64Array;
  /** Columns of Wfb and of B as padded rows. */
  readonly feedback: Float64Array;
  readonly input: Float64Array;
  readonly x: Float64Array;
  readonly r: Float64Array;
  readonly a: Float64Array;
  /** Lower triangle, in two parts that lie one after the other. Empty in a simulation. */
  readonly P: Float64Array;
  /** First column of the right part of P: both have about as many entries. */
  readonly border: number;
  /** u, f, z and ‖Wo‖ of one chunk. */
  readonly chunks: readonly Float64Array[];
  /** v of `digits`, (units): entries ±1 in training. */
  readonly probe: Float64Array;
  private readonly ks: readonly [Float64Array, Float64Array];
  /** Ω v of `digits`, (units), and room for the next one. */
  private readonly images: readonly [Float64Array, Float64Array];
  private readonly record: WasmRecord<RunInt, "tau" | "c" | "worst">;
  private readonly owned: Float64Array[] = [];

  constructor(where: string, setup: ForceSetup, isTraining: boolean, threads: 1 | 2) {
    checkSetup(where, setup);
    checkThreads(where, threads);
    const { units, inputs, outputs } = setup;
    this.units = units;
    this.inputs = inputs;
    this.outputs = outputs;
    this.trainEvery = setup.trainEvery;
    this.tau = setup.tau;
    this.activation = setup.activation;
    this.threads = threads;
    this.padded = (units + 3) & ~3;
    const strips = this.padded / 4;
    this.border = Math.floor((1 - Math.SQRT1_2) * this.padded) & ~7;
    try {
      this.Wr = this.make(4 * strips * (this.padded + 1));
      fillStrips(setup.Wr, units, this.Wr);
      this.Wo = this.make(outputs * units);
      this.Wo.set(setup.Wo);
      this.feedback = this.columns(setup.Wfb, outputs);
      this.input = this.columns(setup.B, inputs);
      this.x = this.make(this.padded).subarray(0, units);
      this.x.set(setup.x);
      this.r = this.make(this.padded);
      this.a = this.make(this.padded);
      this.P = isTraining ? this.make(8 * strips * (strips + 1)) : new Float64Array(0);
      for (let i = 0; isTraining && i < units; i++) this.P[triangleIndex(this, i, i)] = 1 / setup.alpha;
      this.ks = [this.make(this.padded), this.make(this.padded)];
      this.probe = this.make(units);
      this.images = [this.make(units), this.make(units)];
      if (isTraining) {
        this.probe.set(probeOf(units));
        this.images[0].set(this.probe.map((sign) => setup.alpha * sign));
      }
      this.chunks = [inputs, outputs, outputs, outputs].map((width) => this.make(width * CHUNK));
      this.record = new WasmRecord("RunAt", this.make(recordBytes("RunAt") / 8));
      const [norms, sums, work] = [outputs, 2 * this.padded, WORK].map((length) => this.make(length));
      const { trainEvery, padded, Wr, Wo, feedback, input, x, r, a, P, border, probe } = this;
      const [[k, kNext], [image, imageNext]] = [this.ks, this.images];
      const right = P.byteOffset + 8 * rightPart(this);
      this.record.setInts({ units, inputs, outputs, trainEvery, padded, Wr, Wo, feedback, input, x, r, a, P, border });
      this.record.setInts({ k, kNext, norms, sums, work, right, probe, image, imageNext });
      this.record.setInts({ activation: setup.activation === "logistic" ? 1 : 0 });
      this.record.setFloats({ tau: setup.tau });
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Address of the wasm record. */
  get address(): number {
    return this.record.address;
  }

  /** c and k of the weight step that P has not seen yet. */
  get waitingC(): number {
    return this.record.float("c");
  }
  get waitingK(): Float64Array {
    return this.ks[this.record.int("k") === this.ks[0].byteOffset ? 0 : 1];
  }

  /** Makes k, which is not `waitingK`, and c the weight step that P has not seen yet. */
  setWaiting(c: number): void {
    this.record.setInts({ k: this.nextK, kNext: this.waitingK });
    this.record.setFloats({ c });
  }
  get nextK(): Float64Array {
    return this.ks[this.waitingK === this.ks[0] ? 1 : 0];
  }

  get digits(): DigitsOfP {
    return { worst: this.record.float("worst"), lostAt: this.record.int("lostAt") };
  }

  /** Ω v up to the last weight step, and room for the next one. */
  get image(): Float64Array {
    return this.images[this.record.int("image") === this.images[0].byteOffset ? 0 : 1];
  }
  get nextImage(): Float64Array {
    return this.images[this.image === this.images[0] ? 1 : 0];
  }

  /** Makes `nextImage` the image, and keeps how far off the gain was. */
  keepImage(off: number): void {
    this.record.setInts({
      image: this.nextImage,
      imageNext: this.image,
      weightSteps: this.record.int("weightSteps") + 1,
    });
    this.record.setFloats({ worst: Math.max(this.digits.worst, off) });
    if (this.digits.lostAt === 0 && off > digitTolerance) {
      this.record.setInts({ lostAt: this.record.int("weightSteps") });
    }
  }

  inverseCorrelation(): Float64Array {
    const { units, P, waitingC: c, waitingK: k } = this;
    const full = new Float64Array(units * units);
    for (let i = 0; i < units; i++) {
      for (let j = 0; j <= i; j++) {
        const entry = P[triangleIndex(this, i, j)] - c * k[i] * k[j];
        full[i * units + j] = entry;
        full[j * units + i] = entry;
      }
    }
    return full;
  }

  release(): void {
    // memory that a thread may still write to is not given to others
    if (this.threads === 2 && !withdraw(this)) return;
    for (const array of this.owned) releaseWasmArray(array);
    this.owned.length = 0;
  }

  isReleased(): boolean {
    return this.owned.length === 0;
  }

  private make(length: number): Float64Array {
    const array = wasmArray(length);
    this.owned.push(array);
    return array;
  }

  private columns(m: Float64Array, count: number): Float64Array {
    const rows = this.make(count * this.padded);
    for (let i = 0; i < this.units; i++) for (let o = 0; o < count; o++) rows[o * this.padded + i] = m[i * count + o];
    return rows;
  }
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

export function checkSimulation(
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

export function checkForce(
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
