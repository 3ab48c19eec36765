import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import {
  Ensemble,
  type EnsembleNetwork,
  type EnsembleState,
  ensembleWeights,
} from "rnn-dynamics/dist/network/ensemble";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { ensembleStrips } from "rnn-dynamics/dist/network/strips";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { toRowMajor } from "rnn-dynamics/dist/wasm/vector";
import { assertClose } from "../helpers/assertions";
import { randomNetwork } from "../helpers/noise-networks";
import { referenceEnsemble } from "../oracles/plain-ensemble";

function networksOf(units: number, kinds: number): EnsembleNetwork[] {
  return Array.from({ length: kinds }, (_, k) => {
    const net = randomNetwork(units, 1 + (k % 3), {}, `kind ${k}`);
    const [Wfb, B, Wo] = [net.Wfb, net.B, net.Wo].map(toRowMajor);
    const { tau, inputs, outputs } = net;
    const activation = k % 2 === 0 ? ("tanh" as const) : ("logistic" as const);
    return {
      ...{ activation, tau, inputs, outputs, Wfb, B, Wo },
      rateShift: k === 2 ? 1 : 0,
      rateScale: k > 1 ? 0.25 : 1,
    };
  });
}

function statesOf(units: number, networks: readonly EnsembleNetwork[], count: number, steps: number): EnsembleState[] {
  const rng = createRng(`states ${units}`);
  return Array.from({ length: count }, (_, s) => {
    const network = s % networks.length;
    const x = Float64Array.from({ length: units }, () => rng.normal());
    if (s % 3 === 2) return { network, x };
    return { network, x, input: Float64Array.from({ length: steps * networks[network].inputs }, () => rng.normal()) };
  });
}

/** Final states and outputs by wasm, the steps taken in several calls. */
function byKernels(
  units: number,
  Wr: Float64Array,
  networks: readonly EnsembleNetwork[],
  states: readonly EnsembleState[],
  calls: readonly number[],
): { x: Float64Array; output: Float64Array }[] {
  const weights = ensembleWeights(units);
  weights.strips.set(ensembleStrips(Wr, units));
  const steps = calls.reduce((sum, n) => sum + n, 0);
  const outputs = states.map(({ network }) => new Float64Array(steps * networks[network].outputs));
  const ensemble = new Ensemble(units, weights.strips, networks, states);
  for (const n of calls) assert.equal(ensemble.advance(n, outputs), n);
  assert.equal(ensemble.time, steps);
  const result = ensemble.members.map(({ x }, s) => ({ x: x.slice(0, units), output: outputs[s] }));
  ensemble.release();
  weights.release();
  return result;
}

describe("an ensemble of simulations", () => {
  it("has the bits that plain loops give to each member by itself, at any size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 3 }),
        (units, kinds, count, calls) => {
          const rng = createRng(units);
          const Wr = Float64Array.from({ length: units * units }, () => rng.normal(0, 1.5 / Math.sqrt(units)));
          const networks = networksOf(units, kinds);
          const steps = calls.reduce((sum, n) => sum + n, 0);
          const states = statesOf(units, networks, count, steps);
          const got = byKernels(units, Wr, networks, states, calls);
          const expected = referenceEnsemble(units, Wr, networks, states, steps);
          assert.deepEqual(got, expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("does what a simulation in double precision does, to the digits of single precision", () => {
    const units = 200;
    const net = randomNetwork(units, 2);
    const quiet = { ...net, Wr: net.Wr.clone().mul(0.5 / 1.5), Wo: net.Wo.clone().mul(0.1) }; // not chaotic: errors fade
    const [x0, rng] = [new Float64Array(units), createRng("inputs")];
    const input = new Matrix(Array.from({ length: 300 }, () => [rng.normal(), rng.normal()]));
    const { activation, tau, inputs, outputs } = quiet;
    const [Wfb, B, Wo] = [quiet.Wfb, quiet.B, quiet.Wo].map(toRowMajor);
    const network = { activation, tau, inputs, outputs, Wfb, B, Wo, rateShift: 0, rateScale: 1 };
    const state = { network: 0, x: x0, input: toRowMajor(input) };
    const [{ output }] = byKernels(units, toRowMajor(quiet.Wr), [network], [state], [300]);
    const expected = toRowMajor(simulate(quiet, input, { x0 }).output);
    assertClose(output, expected, 1e-5);
    assert.notDeepEqual(output, expected);
  });

  it("gives its memory back, and cannot be used then", () => {
    const before = wasmBytesInUse();
    const weights = ensembleWeights(8);
    const networks = networksOf(8, 2);
    const ensemble = new Ensemble(8, weights.strips, networks, statesOf(8, networks, 3, 5));
    ensemble.release();
    assert.throws(() => ensemble.advance(1, []), /^RangeError: advance: ensemble is released, expected one in use$/);
    weights.release();
    assert.equal(wasmBytesInUse(), before);
  });
});
