/** What a run over time is made from. */
import { checkChoice, checkCount, checkNumber, checkVector } from "../wasm/validate";

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
