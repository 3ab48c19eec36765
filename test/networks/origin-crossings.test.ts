import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import {
  continueFixedPoints,
  createEchoState,
  createRng,
  echoStateFlow,
  originCrossings,
  readoutFamily,
  stability,
  withReadout,
} from "rnn-dynamics";
import { assertClose, assertRejects } from "../helpers/assertions";

const drawn = (seed: number, units = 20, outputs = 3, gain = 0.8) => {
  const rng = createRng(seed);
  const net = createEchoState({ units, inputs: outputs, outputs, gain, rng: rng.split("net") });
  const snapshots = [0, 10, 30, 40].map((step) => {
    const draw = rng.split(`Wo ${step}`);
    const Wo = Array.from({ length: outputs * units }, () => (step === 0 ? 0 : draw.normal(0, 0.4)));
    return { step, Wo: Matrix.from1DArray(outputs, units, Wo) };
  });
  return { net, snapshots };
};

describe("real eigenvalues of the origin that pass through zero", () => {
  it("are where the closed form says: one output, no reservoir", () => {
    const net = createEchoState({ units: 9, inputs: 1, outputs: 1, gain: 0, rng: createRng(2) });
    // Wfb Wo with Wo = p Wfbᵀ/‖Wfb‖² has the eigenvalue p: J(0) is singular at p = 1, with v = Wfb/‖Wfb‖
    const length = net.Wfb.norm();
    const Wo = net.Wfb.transpose().div(length ** 2);
    const grown = [0, 2].map((p, i) => ({ step: i, Wo: Wo.clone().mul(p) }));
    const [crossing, ...others] = originCrossings(net, grown);
    assert.equal(others.length, 0);
    assertClose(crossing.parameter, 0.5, 1e-14);
    assertClose(crossing.growth, 2, 1e-12); // λ = p − 1 with p = 2 · parameter
    const v = net.Wfb.to1DArray().map((w) => w / length);
    const fourth = v.reduce((sum, x) => sum + x ** 4, 0);
    assertClose(crossing.cubic, -fourth / 3, 1e-12); // w = v, as W is symmetric
    assert.deepEqual([crossing.change, crossing.pair], ["loss", "born"]);
    const sign = crossing.direction[0] * v[0] > 0 ? 1 : -1;
    assertClose(
      crossing.direction,
      v.map((x) => sign * x),
      1e-12,
    );
  });

  it("change the parity of the number of unstable modes, whatever the network", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 1.6, noNaN: true }),
        (...draw) => {
          const [seed, outputs, gain] = draw;
          const { net, snapshots } = drawn(seed, 12, outputs, gain);
          const crossings = originCrossings(net, snapshots);
          const modes = snapshots.map(({ Wo }) => stability(echoStateFlow(withReadout(net, Wo)), new Float64Array(12)));
          for (let i = 1; i < snapshots.length; i++) {
            const between = crossings.filter(
              ({ parameter }) => parameter > snapshots[i - 1].step && parameter <= snapshots[i].step,
            );
            assert.equal(Math.abs(modes[i].unstableCount - modes[i - 1].unstableCount - between.length) % 2, 0);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are the pitchforks that a continuation of the origin finds, pairs and all [J15 §9]", async () => {
    const { net, snapshots } = drawn(3);
    const crossings = originCrossings(net, snapshots);
    assert.ok(crossings.length > 0);
    const start = [{ xStar: new Float64Array(20) }];
    const { events } = await continueFixedPoints(readoutFamily(net, snapshots), { points: start });
    const own = events.filter(({ x, kind }) => x.every((v) => v === 0) && kind !== "Hopf");
    assert.deepEqual(
      own.map(({ kind, change }) => `${kind}, ${change}`),
      crossings.map(({ pair }) => `pitchfork, ${pair === "born" ? "birth" : "death"}`),
    );
    own.forEach(({ parameter, width }, i) => {
      assert.ok(Math.abs(parameter - crossings[i].parameter) <= 2 * width, `${parameter}`);
    });
  });

  it("need an odd flow and readouts in order", () => {
    const { net, snapshots } = drawn(1);
    assertRejects(
      () => originCrossings({ ...net, activation: "logistic" }, snapshots),
      'originCrossings: activation is "logistic", expected "tanh": F must be odd',
    );
    assertRejects(
      () => originCrossings(net, [snapshots[1], snapshots[0]]),
      "originCrossings: snapshots[1].step is 0, expected more than 10: steps ascend",
    );
  });
});
