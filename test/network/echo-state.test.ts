import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import {
  combinedWeights,
  createEchoState,
  type EchoState,
  type EchoStateOptions,
  echoStateDefaults,
  echoStateFlow,
  firingRates,
  initialActivation,
  withReadout,
} from "rnn-dynamics/dist/network/echo-state";
import type { ActivationName } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { eigenvalues } from "rnn-dynamics/dist/wasm/eigen";

/** A small network with a readout, so that every term of F is there. */
function network(name: ActivationName = "tanh", seed = 1, units = 12): EchoState {
  const rng = createRng(seed);
  const net = createEchoState({ units, inputs: 2, outputs: 3, activation: name, rng: rng.split("network") });
  const readout = rng.split("readout");
  return withReadout(
    net,
    new Matrix(Array.from({ length: 3 }, () => Array.from({ length: units }, () => readout.normal()))),
  );
}

const u = Float64Array.of(0.7, -1);

describe("echo-state", () => {
  it("is the field written term by term [J15 eq. 22] [J15 eq. 23]", () => {
    for (const name of ["tanh", "logistic"] as const) {
      const net = network(name);
      const x = initialActivation(net, createRng(2));
      const r = Array.from(x, (v) => (name === "tanh" ? Math.tanh(v) : 1 / (1 + Math.exp(-v))));
      const z = net.Wo.mmul(Matrix.columnVector(r));
      const F = Matrix.columnVector(Array.from(x)).mul(-1);
      F.add(net.Wr.mmul(Matrix.columnVector(r)))
        .add(net.Wfb.mmul(z))
        .add(net.B.mmul(Matrix.columnVector(Array.from(u))));
      const velocity = echoStateFlow(net, u).velocity(x);
      // sums of a dozen terms of size 1
      velocity.forEach((v, i) => {
        assert.ok(Math.abs(v - F.get(i, 0)) < 1e-13);
      });
    }
  });

  it("has the Jacobian that finite differences give, with and without input [J15 eq. 21]", () => {
    const h = 1e-6;
    for (const name of ["tanh", "logistic"] as const) {
      for (const input of [undefined, u]) {
        const flow = echoStateFlow(network(name), input);
        const x = initialActivation(network(name), createRng(3));
        const J = flow.jacobian(x);
        for (let j = 0; j < flow.dimension; j++) {
          const above = flow.velocity(x.map((v, i) => (i === j ? v + h : v)));
          const below = flow.velocity(x.map((v, i) => (i === j ? v - h : v)));
          for (let i = 0; i < flow.dimension; i++) {
            const difference = (above[i] - below[i]) / (2 * h);
            // rounding 1e-15/h = 1e-9, truncation h² smaller still
            assert.ok(Math.abs(J.get(i, j) - difference) < 1e-8, `${name} ${i} ${j}`);
          }
        }
      }
    }
  });

  it("writes by its fast paths what it returns by its slow ones", () => {
    const net = network();
    const flow = echoStateFlow(net, u);
    const x = initialActivation(net, createRng(4));
    const F = new Float64Array(12);
    const J = new Float64Array(144);
    flow.velocityInto?.(x, F);
    flow.jacobianInto?.(x, J);
    assert.deepEqual(F, flow.velocity(x));
    assert.deepEqual(Array.from(J), flow.jacobian(x).to1DArray());
  });

  it("changes the reservoir by a matrix of rank O, however large it is [J15 eq. 24] [J15 eq. 26]", () => {
    const net = network("tanh", 5, 40);
    const change = Matrix.sub(combinedWeights(net), net.Wr);
    const { diagonal } = new SingularValueDecomposition(change, { computeLeftSingularVectors: false });
    assert.ok(diagonal[2] > 1);
    // what is left is the rounding of the subtraction
    assert.ok(diagonal[3] < 1e-13 * diagonal[0]);
  });

  it("fills the disc of radius g with the eigenvalues of Wr (circular law)", () => {
    const net = createEchoState({ units: 300, inputs: 1, outputs: 1, gain: 1.5, rng: createRng(6) });
    const { re, im } = eigenvalues(net.Wr);
    const radii = Array.from(re, (a, i) => Math.sqrt(a * a + im[i] * im[i])).sort((a, b) => a - b);
    // at N = 300 the edge is soft by about N^(−1/2); half of a uniform disc lies within g/√2
    assert.ok(radii[299] > 1.4 && radii[299] < 1.7, `largest ${radii[299]}`);
    assert.ok(Math.abs(radii[150] - 1.5 / Math.SQRT2) < 0.06, `median ${radii[150]}`);
  });

  it("has a constant that bounds the change of its Jacobian", () => {
    const net = network();
    const flow = echoStateFlow(net, u);
    const K = flow.lipschitzOfJacobian?.() ?? 0;
    const rng = createRng(7);
    for (let trial = 0; trial < 30; trial++) {
      const x = initialActivation(net, rng);
      const y = initialActivation(net, rng);
      const change = Matrix.sub(flow.jacobian(x), flow.jacobian(y));
      const { norm2 } = new SingularValueDecomposition(change);
      const distance = Math.sqrt(x.reduce((sum, v, i) => sum + (v - y[i]) ** 2, 0));
      assert.ok(norm2 <= K * distance);
    }
  });

  it("is odd without input, and only then", () => {
    const net = network();
    const x = initialActivation(net, createRng(8));
    const flow = echoStateFlow(net);
    const plus = flow.velocity(x);
    const minus = flow.velocity(x.map((v) => -v));
    // sums in one order, so opposite signs give opposite bits
    plus.forEach((v, i) => {
      assert.equal(minus[i], -v);
    });
    assert.equal(flow.odd, true);
    assert.equal(echoStateFlow(net, Float64Array.of(0, 0)).odd, true);
    assert.equal(echoStateFlow(net, u).odd, false);
    assert.equal(echoStateFlow(network("logistic")).odd, false);
  });

  it("has fixed points that do not depend on tau [J15 eq. 22]", () => {
    const x = initialActivation(network(), createRng(9));
    const F = echoStateFlow(network()).velocity(x);
    const slower = echoStateFlow({ ...network(), tau: 50 }).velocity(x);
    assert.deepEqual(slower, F);
  });

  it("draws weights of the stated distributions [J15 §10.1]", () => {
    const net = createEchoState({ units: 200, inputs: 3, outputs: 3, gain: 1.5, rng: createRng(10) });
    const weights = net.Wr.to1DArray();
    const variance = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
    // the variance of 40 000 normals is known to √(2/40 000) = 0.7 %; five of them
    assert.ok(Math.abs(variance / (1.5 ** 2 / 200) - 1) < 0.035);
    for (const m of [net.Wfb, net.B]) {
      const entries = m.to1DArray();
      assert.ok(Math.min(...entries) >= -1 && Math.max(...entries) < 1);
      const second = entries.reduce((sum, w) => sum + w * w, 0) / entries.length;
      // E u² = 1/3, standard error √(4/45/600) = 0.012
      assert.ok(Math.abs(second - 1 / 3) < 0.06);
    }
    assert.ok(net.Wo.to1DArray().every((w) => w === 0));
    const x0 = initialActivation(net, createRng(11));
    const spread = Math.sqrt(x0.reduce((sum, v) => sum + v * v, 0) / 200);
    assert.ok(Math.abs(spread - 0.5) < 0.125);
  });

  it("keeps Wr when the number of channels changes, as each matrix has its own stream", () => {
    const three = createEchoState({ units: 10, inputs: 3, outputs: 3, rng: createRng(12) });
    const four = createEchoState({ units: 10, inputs: 4, outputs: 4, rng: createRng(12) });
    assert.deepEqual(four.Wr.to1DArray(), three.Wr.to1DArray());
    const louder = createEchoState({ units: 10, inputs: 3, outputs: 3, gain: 3, rng: createRng(12) });
    assert.equal(louder.Wr.get(2, 3), 2 * three.Wr.get(2, 3));
  });

  it("has the paper's parameters by default [J15 Table 1]", () => {
    assert.deepEqual(echoStateDefaults, { units: 1000, gain: 1.5, tau: 10, activation: "tanh" });
  });

  it("keeps no reference to a readout it is given", () => {
    const Wo = Matrix.ones(3, 12);
    const net = withReadout(network(), Wo);
    Wo.set(0, 0, 7);
    assert.equal(net.Wo.get(0, 0), 1);
  });

  it("keeps no reference to weights in a flow", () => {
    const net = network();
    const flow = echoStateFlow(net);
    const x = initialActivation(net, createRng(13));
    const before = flow.velocity(x);
    net.Wr.mul(2);
    assert.deepEqual(flow.velocity(x), before);
  });

  it("gives rates in (−1, 1) or a RangeError, whatever x is [property]", () => {
    const net = network();
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 0, maxLength: 14 }), (entries) => {
        const x = Float64Array.from(entries);
        const isGood = x.length === 12 && x.every(Number.isFinite);
        for (const run of [() => firingRates(net, x), () => echoStateFlow(net).velocity(x)]) {
          if (isGood) assert.ok(run().every(Number.isFinite));
          else assert.throws(run, RangeError);
        }
      }),
    );
  });

  it("makes a whole network or throws a RangeError, whatever the options [property]", () => {
    const size = fc.oneof(fc.integer({ min: -2, max: 6 }), fc.constantFrom(Number.NaN, 1.5, Number.POSITIVE_INFINITY));
    const level = fc.oneof(fc.double({ min: -1, max: 3 }), fc.constantFrom(Number.NaN, 0, Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(size, size, size, level, level, (units, inputs, outputs, gain, tau) => {
        let net: EchoState;
        try {
          net = createEchoState({ units, inputs, outputs, gain, tau, rng: createRng(1) });
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
          return;
        }
        assert.ok([units, inputs, outputs].every((n) => Number.isInteger(n) && n > 0) && gain >= 0 && tau > 0);
        assert.ok(combinedWeights(net).to1DArray().every(Number.isFinite));
      }),
    );
  });

  it("names what is wrong", () => {
    const rng = createRng(1);
    assert.throws(() => createEchoState({ inputs: 1, outputs: 1 } as unknown as EchoStateOptions), {
      name: "RangeError",
      message: "createEchoState: rng is undefined, expected a generator made by createRng",
    });
    assert.throws(() => createEchoState(undefined as unknown as EchoStateOptions), RangeError);
    assert.throws(() => createEchoState({ rng, outputs: 1 } as unknown as EchoStateOptions), {
      message: "createEchoState: inputs is NaN, expected an integer ≥ 1",
    });
    assert.throws(() => createEchoState({ rng, inputs: 1, outputs: 1, gian: 2 } as unknown as EchoStateOptions), {
      message: /createEchoState: option "gian" is unknown, expected .*gain/,
    });
    assert.throws(() => createEchoState({ rng, inputs: 1, outputs: 1, tau: 0 }), {
      message: "createEchoState: tau is 0, expected a finite number, positive",
    });
    const net = network();
    assert.throws(() => withReadout(net, Matrix.ones(3, 11)), {
      message: "withReadout: Wo is 3×11, expected 3×12",
    });
    assert.throws(() => echoStateFlow(net, Float64Array.of(1)), {
      message: "echoStateFlow: u has length 1, expected 2",
    });
    net.Wr.set(1, 2, Number.NaN);
    assert.throws(() => echoStateFlow(net), {
      message: "echoStateFlow: network.Wr has NaN at row 1, column 2, expected finite numbers",
    });
    assert.throws(() => combinedWeights(null as unknown as EchoState), {
      message: "combinedWeights: network is null, expected an echo-state network",
    });
    assert.throws(() => firingRates(undefined as unknown as EchoState, u), RangeError);
  });
});
