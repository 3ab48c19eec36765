import { Matrix } from "ml-matrix";
import type { Flow } from "../flow/flow";
import { checkRng, type Rng } from "../numbers/random";
import { checkCount, checkMatrix, checkNumber, checkVector, mostUnits, reject, withDefaults } from "../wasm/check";
import { multiplyInto, toRowMajor } from "../wasm/vector";
import { type ActivationName, activation, rateFlow } from "./rate-flow";

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

/**
 * The same network with one more input and one more output, for transfer learning.  [J15 §7.1]
 *
 *     Wfb ← (Wfb, b₁)      B ← (B, b₂)      b₁, b₂ ~ U(−1, 1), (N)
 *     Wo  ← (Wo; 0)        the new output says nothing yet
 *
 * All that the network does on its old channels stays as it is, to the last bit: the new output is 0, so nothing is fed
 * back through b₁, and a silent new input adds nothing. Training goes on from the old readout with P = I/α again (what
 * `trainForce` always begins with), so that FORCE penalises the *change* of the readout, not its size.
 *
 * @param net network, not changed; trained or not
 * @param rng each column is drawn from it, split by its own name; give each new channel its own `rng.split(name)`
 * @returns a new network with inputs + 1 and outputs + 1
 * @throws RangeError if the network is not whole
 */
export function addChannel(net: EchoState, rng: Rng): EchoState {
  checkEchoState("addChannel", net);
  checkRng("addChannel", rng);
  const { units, inputs, outputs } = net;
  const Wo = Matrix.zeros(outputs + 1, units);
  Wo.setSubMatrix(net.Wo, 0, 0);
  return {
    ...net,
    inputs: inputs + 1,
    outputs: outputs + 1,
    Wfb: withColumn(net.Wfb, rng.split("Wfb")),
    Wo,
    B: withColumn(net.B, rng.split("B")),
  };
}

/** A copy with one more column, uniform in (−1, 1). */
function withColumn(A: Matrix, rng: Rng): Matrix {
  const wider = new Matrix(A.rows, A.columns + 1);
  wider.setSubMatrix(A, 0, 0);
  for (let i = 0; i < A.rows; i++) wider.set(i, A.columns, rng.uniform(-1, 1));
  return wider;
}

/** A logistic network in the words of tanh. */
export interface TanhConjugate {
  /** tanh, with a quarter of the gain; by itself it is the logistic network *without* its bias. */
  readonly network: EchoState;
  /** b = ¼ Wᶜ 1, what has to be added to F, (N). */
  readonly bias: Float64Array;
  /** c = ½ Wo 1, what has to be added to z, (O). */
  readonly offset: Float64Array;
}

/**
 * The tanh network that a logistic network is.  [J15 §8]
 *
 *     logistic(2 y) = (1 + tanh y)/2, so with x = 2 y
 *
 *     τ dy/dt = −y + (Wr/4)(1 + tanh y) + (Wfb/2) z + (B/2) u        z = (Wo/2)(1 + tanh y)
 *             = −y + (Wᶜ/4) tanh y + b + (B/2) u                     z = (Wo/2) tanh y + c
 *
 * Nothing is approximated: every trajectory of the one is a trajectory of the other. Halves and quarters are exact in
 * binary, so the weights are too; only the two functions round differently.
 *
 * @param net a logistic network, not changed
 * @returns the tanh network, and the two constants that make it equal: bias and offset
 * @throws RangeError if the network is not logistic, or not whole
 */
export function tanhConjugate(net: EchoState): TanhConjugate {
  const where = "tanhConjugate";
  checkEchoState(where, net);
  if (net.activation !== "logistic") reject(where, "network.activation", `is "${net.activation}"`, '"logistic"');
  const network: EchoState = {
    ...net,
    activation: "tanh",
    gain: net.gain / 4,
    Wr: Matrix.mul(net.Wr, 1 / 4),
    Wfb: Matrix.mul(net.Wfb, 1 / 2),
    Wo: Matrix.mul(net.Wo, 1 / 2),
    B: Matrix.mul(net.B, 1 / 2),
  };
  const offset = rowSums(network.Wo);
  const bias = rowSums(network.Wr);
  for (let i = 0; i < net.units; i++) {
    for (let o = 0; o < net.outputs; o++) bias[i] += network.Wfb.get(i, o) * offset[o];
  }
  return { network, bias, offset };
}

/** A · 1, summed from left to right. */
function rowSums(A: Matrix): Float64Array {
  const sums = new Float64Array(A.rows);
  for (let i = 0; i < A.rows; i++) for (let j = 0; j < A.columns; j++) sums[i] += A.get(i, j);
  return sums;
}
