import { Matrix } from "ml-matrix";
import type { Flow } from "../flow/flow";
import { checkRng, type Rng } from "../numbers/random";
import { checkCount, checkMatrix, checkNumber, checkVector, mostUnits, reject, withDefaults } from "../wasm/validate";
import { multiplyInto, toRowMajor } from "../wasm/vector";
import { type ActivationName, activation } from "./activation";
import { rateFlow } from "./rate-flow";

/**
 * An echo-state network: a fixed random reservoir, an input, and an output that is fed back.  [J15 §5, Fig. 4]
 *
 * A plain record. Only the readout `Wo` is ever trained.
 */
export interface EchoState {
  /** N, number of units in the reservoir. */
  readonly units: number;
  /** I, number of input channels. */
  readonly inputs: number;
  /** O, number of output channels. */
  readonly outputs: number;
  /** g, the entries of `Wr` have standard deviation g/√N. */
  readonly gain: number;
  /** τ, time constant of a unit, in steps. */
  readonly tau: number;
  readonly activation: ActivationName;
  /** Recurrent weights, N×N. */
  readonly Wr: Matrix;
  /** Feedback weights, N×O. */
  readonly Wfb: Matrix;
  /** Readout weights, O×N. */
  readonly Wo: Matrix;
  /** Input weights, N×I. */
  readonly B: Matrix;
}

export interface EchoStateOptions {
  /** Where the weights come from: each matrix has a stream of its own. */
  readonly rng: Rng;
  readonly inputs: number;
  readonly outputs: number;
  readonly units?: number;
  readonly gain?: number;
  readonly tau?: number;
  readonly activation?: ActivationName;
}

/** The network of the paper. [J15 Table 1] */
export const echoStateDefaults = Object.freeze({
  /** N, Table 1. */
  units: 1000 as number,
  /** g, Table 1: above 1, so that the untrained reservoir is chaotic. */
  gain: 1.5 as number,
  /** τ in steps, Table 1. */
  tau: 10 as number,
  /** The paper's first choice; §8 compares it with the logistic function. */
  activation: "tanh" as ActivationName,
});

/**
 * An untrained echo-state network.  [J15 §5, §10.1]
 *
 *     Wr  ~ N(0, g²/N), dense      Wfb, B ~ U(−1, 1)      Wo = 0
 *
 * Each matrix is drawn from `rng` split by its own name, so a network with another number of inputs keeps the same
 * `Wr`. It also means that the same `rng` gives the same network again: give each network its own `rng.split(name)`.
 *
 * @param options `rng`, `inputs`, `outputs`, and anything of `echoStateDefaults` to be changed
 * @throws RangeError if a size is not a positive integer, a parameter not a finite number, or an option is unknown
 */
export function createEchoState(options: EchoStateOptions): EchoState {
  const where = "createEchoState";
  const required = { rng: undefined as unknown as Rng, inputs: Number.NaN, outputs: Number.NaN };
  const given = withDefaults<Required<EchoStateOptions>>(where, options, { ...required, ...echoStateDefaults });
  const { units, inputs, outputs, gain, tau, rng } = given;
  checkRng(where, rng);
  for (const [name, count] of Object.entries({ units, inputs, outputs })) checkCount(where, name, count, 1, mostUnits);
  checkNumber(where, "gain", gain, "not negative");
  checkNumber(where, "tau", tau);
  activation(given.activation);
  const deviation = gain / Math.sqrt(units);
  const recurrent = rng.split("Wr");
  const feedback = rng.split("Wfb");
  const input = rng.split("B");
  return {
    units,
    inputs,
    outputs,
    gain,
    tau,
    activation: given.activation,
    Wr: draw(units, units, () => deviation * recurrent.normal()),
    Wfb: draw(units, outputs, () => feedback.uniform(-1, 1)),
    Wo: Matrix.zeros(outputs, units),
    B: draw(units, inputs, () => input.uniform(-1, 1)),
  };
}

/** A matrix filled by row. */
function draw(rows: number, columns: number, next: () => number): Matrix {
  const result = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result.set(i, j, next());
  }
  return result;
}

/** Throws unless a network is whole: shapes that fit, finite weights, a known activation. */
export function checkEchoState(where: string, net: EchoState): void {
  if (typeof net !== "object" || net === null) reject(where, "network", net, "an echo-state network");
  checkCount(where, "network.units", net.units);
  checkCount(where, "network.inputs", net.inputs);
  checkCount(where, "network.outputs", net.outputs);
  checkNumber(where, "network.gain", net.gain, "not negative");
  checkNumber(where, "network.tau", net.tau);
  activation(net.activation);
  checkMatrix(where, "network.Wr", net.Wr, net.units, net.units);
  checkMatrix(where, "network.Wfb", net.Wfb, net.units, net.outputs);
  checkMatrix(where, "network.Wo", net.Wo, net.outputs, net.units);
  checkMatrix(where, "network.B", net.B, net.units, net.inputs);
}

/**
 * The same network with another readout.
 *
 * @param net network, not changed
 * @param Wo readout weights, O×N; copied
 * @throws RangeError if `Wo` has another shape or an entry that is not finite
 */
export function withReadout(net: EchoState, Wo: Matrix): EchoState {
  checkCount("withReadout", "network.outputs", net?.outputs);
  checkCount("withReadout", "network.units", net.units);
  checkMatrix("withReadout", "Wo", Wo, net.outputs, net.units);
  return { ...net, Wo: Matrix.from1DArray(Wo.rows, Wo.columns, toRowMajor(Wo)) };
}

/**
 * A random state to start from, x₀ ~ 0.5 · N(0, 1), as in the original code.
 *
 * @param rng drawn from, and so moved on: the next call gives another state
 * @returns activations, (N)
 */
export function initialActivation(net: EchoState, rng: Rng): Float64Array {
  checkRng("initialActivation", rng);
  checkCount("initialActivation", "network.units", net?.units);
  const x = new Float64Array(net.units);
  for (let i = 0; i < x.length; i++) x[i] = 0.5 * rng.normal();
  return x;
}

/**
 * Firing rates r = tanh x, or the logistic function of x.  [J15 eq. 19, §5]
 *
 * @param x activations, (N)
 * @returns rates, (N)
 */
export function firingRates(net: EchoState, x: Float64Array): Float64Array {
  const { rateInto } = activation(net?.activation);
  checkVector("firingRates", "x", x, net.units);
  const r = new Float64Array(x.length);
  rateInto(x, r);
  return r;
}

/**
 * Combined weights of a network whose output is fed back, Wᶜ = Wr + Wfb Wo.  [J15 eq. 24] [J15 eq. 25] [J15 eq. 26]
 *
 * Training changes Wr only by a matrix of rank O: three for three bits, however large the network.
 *
 * @returns a new N×N matrix
 */
export function combinedWeights(net: EchoState): Matrix {
  checkEchoState("combinedWeights", net);
  return Matrix.from1DArray(net.units, net.units, combined(net, new Float64Array(net.units * net.units)));
}

/** Wᶜ row by row, written into `out`. */
function combined(net: EchoState, out: Float64Array): Float64Array {
  const { units, outputs } = net;
  const Wfb = toRowMajor(net.Wfb);
  const Wo = toRowMajor(net.Wo);
  out.set(toRowMajor(net.Wr));
  const feedback = new Float64Array(units);
  for (let i = 0; i < units; i++) {
    feedback.fill(0);
    for (let k = 0; k < outputs; k++) {
      const weight = Wfb[i * outputs + k];
      for (let j = 0; j < units; j++) feedback[j] += weight * Wo[k * units + j];
    }
    for (let j = 0; j < units; j++) out[i * units + j] += feedback[j];
  }
  return out;
}

/**
 * The network under a constant input, as a vector field.  [J15 eq. 22] [J15 eq. 26]
 *
 *     F(x) = −x + Wr r + Wfb z + B u,     z = Wo r                 [J15 eq. 22] [J15 eq. 23]
 *          = −x + Wᶜ r + B u,             Wᶜ = Wr + Wfb Wo         [J15 eq. 24] [J15 eq. 25] [J15 eq. 26]
 *     J(x) = −I + Wᶜ diag r′(x)                                    [J15 eq. 21], with Wᶜ for Wr
 *
 * Time is in units of τ, so τ does not appear: the simulation takes steps of 1/τ along F. (Eq. 22 prints no τ either,
 * while the original code divides by it; fixed points are the same, only the clock differs.) The input enters F but not
 * J.
 *
 * @param net network; its weights are copied, later changes to them do not reach the flow
 * @param u constant input, (I); no input if left out
 */
export function echoStateFlow(net: EchoState, u?: Float64Array): Flow {
  const where = "echoStateFlow";
  checkEchoState(where, net);
  if (u !== undefined) checkVector(where, "u", u, net.inputs);
  const drive = new Float64Array(net.units);
  if (u !== undefined) multiplyInto(toRowMajor(net.B), u, drive);
  const weights = toRowMajor(combinedWeights(net));
  const flow = rateFlow({ size: net.units, activation: net.activation, weights, drive });
  return u === undefined ? flow : Object.assign(flow, { inputs: u.slice() });
}
