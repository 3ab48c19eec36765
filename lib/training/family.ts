import type { Matrix } from "ml-matrix";
import type { Flow, FlowFamily, FlowSpec } from "../flow/flow";
import { checkEchoState, type EchoState } from "../network/echo-state";
import type { Snapshot } from "../network/force";
import { type ActivationName, activation, jacobianBound } from "../network/rate-flow";
import { checkChoice, checkList, checkMatrix, checkNumber, checkVector, reject } from "../wasm/check";
import { wasmArray } from "../wasm/memory";
import { multiplyInto, toMatrix, toRowMajor } from "../wasm/vector";

/**
 * The flows of a network in training: at each snapshot its own readout, in between the readout on the straight line from
 * one snapshot to the next.
 *
 *     F(x; p) = −x + Wr r + Wfb Wo(p) r,      Wo(p) = Wo₁ + (p − p₁)/(p₂ − p₁) (Wo₂ − Wo₁)
 *
 * F depends on the readout linearly, so in between it is the same mixture of the two snapshots' flows. The path of training
 * itself is not a straight line: events are those of this family, exact at the snapshots and as dense as they are. All flows
 * share one copy of Wr; one costs as little as its readout.
 *
 * @param net the network, for everything but the readout
 * @param snapshots readouts by ascending step, as from `trainForce`; at least two
 * @returns the family, with the step as its parameter, without input
 * @throws RangeError if a readout does not fit or the steps do not ascend
 */
export function readoutFamily(net: EchoState, snapshots: readonly Snapshot[]): FlowFamily {
  const where = "readoutFamily";
  checkEchoState(where, net);
  checkSnapshots(where, net, snapshots);
  const Wr = wasmArray(net.units * net.units);
  Wr.set(toRowMajor(net.Wr));
  const { units, outputs, activation: name } = net;
  return familyOf({
    ...{ units, outputs, activation: name, Wr, Wfb: toRowMajor(net.Wfb) },
    steps: snapshots.map(({ step }) => step),
    readouts: snapshots.map(({ Wo }) => toRowMajor(Wo)),
  });
}

/** What a family of readouts is made of; plain data, so that a worker can make the same family again. */
interface ReadoutFamilyParameters extends Readonly<Record<string, unknown>> {
  readonly units: number;
  readonly outputs: number;
  readonly activation: ActivationName;
  /** Row by row, in wasm memory, which threads share: a worker is given the address, not a copy. */
  readonly Wr: Float64Array;
  readonly Wfb: Float64Array;
  readonly steps: readonly number[];
  readonly readouts: readonly Float64Array[];
}

const readoutFamilyKind = "readout family";

/** A family from its recipe, in a worker. */
export function familyFromSpec(spec: FlowSpec): FlowFamily {
  checkChoice("familyFromSpec", "spec.kind", spec?.kind, [readoutFamilyKind]);
  const parameters = spec.parameters as ReadoutFamilyParameters;
  const Wr = wasmArray(parameters.Wr.length);
  Wr.set(parameters.Wr);
  return familyOf({ ...parameters, Wr });
}

function familyOf(parameters: ReadoutFamilyParameters): FlowFamily {
  const { steps, readouts } = parameters;
  return {
    parameters: Float64Array.from(steps),
    spec: { kind: readoutFamilyKind, parameters },
    flowAt(parameter) {
      checkNumber("flowAt", "parameter", parameter, "any");
      if (parameter < steps[0] || parameter > steps[steps.length - 1]) {
        reject("flowAt", "parameter", parameter, `${steps[0]} to ${steps[steps.length - 1]}`);
      }
      const after = Math.max(
        1,
        steps.findIndex((step) => step >= parameter),
      );
      const share = (parameter - steps[after - 1]) / (steps[after] - steps[after - 1]);
      const [from, to] = [readouts[after - 1], readouts[after]];
      return fedBackFlow(parameters, share === 1 ? to : from.map((w, i) => w + share * (to[i] - w)));
    },
  };
}

/** The flow of a network with Wr and readout apart. */
function fedBackFlow(
  { units: size, outputs, activation: name, Wr, Wfb }: ReadoutFamilyParameters,
  Wo: Float64Array,
): Flow {
  const { rateInto, slope, isOdd, maxCurvature } = activation(name);
  const rates = new Float64Array(size);
  const z = new Float64Array(outputs);
  const velocityInto = (x: Float64Array, out: Float64Array): void => {
    rateInto(x, rates);
    multiplyInto(Wr, rates, out);
    multiplyInto(Wo, rates, z);
    for (let i = 0; i < size; i++) {
      let drive = out[i];
      for (let k = 0; k < outputs; k++) drive += Wfb[i * outputs + k] * z[k];
      out[i] = drive - x[i];
    }
  };
  const weightsInto = (out: Float64Array): void => {
    for (let i = 0; i < size; i++) {
      const row = out.subarray(i * size, (i + 1) * size);
      row.set(Wr.subarray(i * size, (i + 1) * size));
      for (let k = 0; k < outputs; k++) {
        const weight = Wfb[i * outputs + k];
        const readout = Wo.subarray(k * size, (k + 1) * size);
        for (let j = 0; j < size; j++) row[j] += weight * readout[j];
      }
    }
  };
  const jacobianInto = (x: Float64Array, out: Float64Array): void => {
    rateInto(x, rates);
    for (let j = 0; j < size; j++) rates[j] = slope(rates[j]);
    weightsInto(out);
    for (let i = 0, at = 0; i < size; i++) {
      for (let j = 0; j < size; j++) out[at++] *= rates[j];
      out[i * (size + 1)] -= 1;
    }
  };
  let lipschitz: number | undefined;
  return {
    dimension: size,
    odd: isOdd,
    boundedRates: true,
    velocityInto,
    jacobianInto,
    velocity(x) {
      checkVector("velocity", "x", x, size);
      const out = new Float64Array(size);
      velocityInto(x, out);
      return out;
    },
    jacobian(x): Matrix {
      checkVector("jacobian", "x", x, size);
      const out = new Float64Array(size * size);
      jacobianInto(x, out);
      return toMatrix(out, size, size);
    },
    lipschitzOfJacobian() {
      if (lipschitz === undefined) {
        const weights = new Float64Array(size * size);
        weightsInto(weights);
        lipschitz = jacobianBound(weights, size, maxCurvature);
      }
      return lipschitz;
    },
  };
}

/** Throws unless there are two or more readouts of a network, by ascending step. */
export function checkSnapshots(where: string, net: EchoState, snapshots: readonly Snapshot[]): void {
  checkList(where, "snapshots", snapshots, 2, ["step", "Wo"]);
  snapshots.forEach(({ step, Wo }, i) => {
    checkNumber(where, `snapshots[${i}].step`, step, "not negative");
    checkMatrix(where, `snapshots[${i}].Wo`, Wo, net.outputs, net.units);
    if (i > 0 && step <= snapshots[i - 1].step) {
      reject(where, `snapshots[${i}].step`, step, `more than ${snapshots[i - 1].step}: steps ascend`);
    }
  });
}
