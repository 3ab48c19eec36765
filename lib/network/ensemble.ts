/**
 * Several simulations that share their recurrent weights, moved together by wasm
 * (lib/wasm/assembly/ensemble.ts). Their product with the rates is in single precision, twice as quick as in double: each weight is off by 6·10⁻⁸ of itself, where
 * the least noise of the study is a thousandth of a weight and more. Of the study's 10 400 answers whether a memory is held
 * (seed 1) none is another than in double precision. The errors of the logistic network agree to 2·10⁻⁵ up to η = 0.23; those
 * of the tanh networks at any level, and all at larger noise, are another sample of a motion that forgets where it came from:
 * trial by trial up to a half apart. All else is in double precision.
 */

import { checkCount, reject } from "../wasm/check";
import { loadWasm, recordBytes, releaseWasmArray, WasmRecord, wasmArray } from "../wasm/memory";
import type { RunInt, SimulationSetup } from "./run";
import { ensembleRows } from "./strips";

/** A network of an ensemble: all but its recurrent weights, row by row. Its rates are (act(x) + rateShift) · rateScale. */
export interface EnsembleNetwork extends Omit<SimulationSetup, "Wr" | "x" | "units"> {
  readonly rateShift: number;
  readonly rateScale: number;
}

/** One simulation of an ensemble. */
export interface EnsembleState {
  /** Which network it is of, from 0. */
  readonly network: number;
  /** Initial activation, (units). */
  readonly x: Float64Array;
  /** u, row = time; no input if left out. */
  readonly input?: Float64Array;
}

const runLength = (): number => recordBytes("RunAt") / 8;
const memberLength = (): number => recordBytes("MemberAt") / 8;

/** Steps per call of wasm. */
const chunk = 64;

/** A network's weights in wasm memory. */
interface Placed extends EnsembleNetwork {
  readonly columns: readonly [Float64Array, Float64Array];
  readonly readout: Float64Array;
}

interface Member {
  readonly state: EnsembleState;
  readonly network: Placed;
  readonly x: Float64Array;
  readonly r: Float64Array;
  readonly a: Float64Array;
  /** r in single precision. */
  readonly rates: Float64Array;
  readonly u: Float64Array;
  readonly z: Float64Array;
}

/** Recurrent weights of an ensemble, in wasm memory. */
export interface EnsembleWeights {
  /** In strips, as from `ensembleStrips`; what is written here is rounded to single precision. */
  readonly strips: Float32Array;
  /** Gives the memory back at once. */
  release(): void;
}

/** Room for N×N recurrent weights. */
export function ensembleWeights(units: number): EnsembleWeights {
  const length = ensembleRows(units) * units;
  const owned = wasmArray(length / 2);
  return {
    strips: new Float32Array(owned.buffer, owned.byteOffset, length),
    release() {
      releaseWasmArray(owned);
    },
  };
}

/** Simulations in progress; owns wasm memory until released. */
export class Ensemble {
  readonly padded: number;
  readonly members: readonly Member[];
  private readonly owned: Float64Array[] = [];
  /** All runs, then all members. */
  private readonly records: Float64Array;
  private steps = 0;

  /**
   * @param units N
   * @param weights the strips of `ensembleWeights`; read at each step, and not owned
   * @param networks what the simulations are of
   * @param states the simulations, at least one; copied
   */
  constructor(
    readonly units: number,
    readonly weights: Float32Array,
    networks: readonly EnsembleNetwork[],
    states: readonly EnsembleState[],
  ) {
    this.padded = ensembleRows(units);
    try {
      const placed = networks.map((network) => this.place(network));
      this.members = states.map((state) => this.enter(state, placed[state.network]));
      this.records = this.make(states.length * (runLength() + memberLength()));
      this.members.forEach((member, m) => {
        this.describe(member, m);
      });
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Steps done so far. */
  get time(): number {
    return this.steps;
  }

  /**
   * Simulates on.
   *
   * @param steps number of steps
   * @param outputs z of each simulation, row = time; its rows from `time` on are filled
   * @returns number of completed steps: fewer if an activation left the finite numbers
   */
  advance(steps: number, outputs: readonly Float64Array[]): number {
    checkCount("advance", "steps", steps, 0);
    const { simulateEnsemble } = loadWasm();
    for (let t = 0; t < steps; t += chunk) {
      const count = Math.min(chunk, steps - t);
      for (const { state, network, u } of this.members) {
        const [from, to] = [this.steps, this.steps + count].map((at) => at * network.inputs);
        if (state.input) u.set(state.input.subarray(from, to));
      }
      const done = simulateEnsemble(this.address + 8 * runLength() * this.members.length, this.members.length, count);
      this.members.forEach(({ network, z }, m) => {
        outputs[m].set(z.subarray(0, done * network.outputs), this.steps * network.outputs);
      });
      this.steps += done;
      if (done < count) return t + done;
    }
    return steps;
  }

  /** Gives the memory back at once; the ensemble must not be used afterwards. */
  release(): void {
    for (const array of this.owned) releaseWasmArray(array);
    this.owned.length = 0;
  }

  /** Address of the records: all runs, then all members. */
  private get address(): number {
    if (this.owned.length === 0) reject("advance", "ensemble", "is released", "one in use");
    return this.records.byteOffset;
  }

  private make(length: number): Float64Array {
    const array = wasmArray(Math.max(1, length));
    this.owned.push(array);
    return array;
  }

  private place(network: EnsembleNetwork): Placed {
    const readout = this.make(network.outputs * this.units);
    readout.set(network.Wo);
    const columns = (m: Float64Array, count: number): Float64Array => {
      const rows = this.make(count * this.padded);
      for (let i = 0; i < this.units; i++) for (let o = 0; o < count; o++) rows[o * this.padded + i] = m[i * count + o];
      return rows;
    };
    return {
      ...network,
      readout,
      columns: [columns(network.Wfb, network.outputs), columns(network.B, network.inputs)],
    };
  }

  private enter(state: EnsembleState, network: Placed): Member {
    const [x, r, a] = [0, 1, 2].map(() => this.make(this.padded));
    x.set(state.x);
    const [u, z] = [network.inputs, network.outputs].map((width) => this.make(chunk * width));
    return { state, network, x, r, a, rates: this.make(this.padded / 2), u, z };
  }

  /** Writes the records of a member, see class Run in lib/wasm/assembly/force.ts and class Member in ensemble.ts. */
  private describe({ state, network, x, r, a, rates, u, z }: Member, m: number): void {
    const { activation, outputs, columns, readout, tau, rateShift, rateScale } = network;
    const inputs = state.input ? network.inputs : 0;
    const run = new WasmRecord<RunInt, "tau">("RunAt", this.records.subarray(m * runLength(), (m + 1) * runLength()));
    const { units, padded, weights: Wr } = this;
    const [feedback, input] = columns;
    run.setInts({ units, padded, inputs, outputs, trainEvery: 1, Wr, Wo: readout, feedback, input, x, r, a });
    run.setInts({ activation: activation === "logistic" ? 1 : 0 });
    run.setFloats({ tau });
    const at = this.members.length * runLength() + m * memberLength();
    const room = this.records.subarray(at, at + memberLength());
    const member = new WasmRecord<"run" | "input" | "output" | "rates", "shift" | "scale">("MemberAt", room);
    member.setInts({ run: run.address, input: u, output: z, rates });
    member.setFloats({ shift: rateShift, scale: rateScale });
  }
}
