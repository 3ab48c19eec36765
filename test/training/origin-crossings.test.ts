import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix, pseudoInverse } from "ml-matrix";
import { continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { createEchoState, echoStateFlow, withReadout } from "rnn-dynamics/dist/network/echo-state";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { originCrossings, originDates } from "rnn-dynamics/dist/training/crossings";
import { readoutFamily } from "rnn-dynamics/dist/training/family";
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

  it("are typed also beside an end of the straight line, where the family has no flow to look at", async () => {
    const net = createEchoState({ units: 9, inputs: 1, outputs: 1, gain: 0, rng: createRng(2) });
    const inverse = pseudoInverse(net.Wfb);
    for (const [from, to, at] of [
      [0.997, 1.997, 0.003],
      [0.003, 1.003, 0.997],
    ]) {
      const line = [from, to].map((p, step) => ({ step, Wo: inverse.clone().mul(p) }));
      const { events } = await continueFixedPoints(readoutFamily(net, line), {
        points: [{ xStar: new Float64Array(9) }],
      });
      assert.deepEqual(
        events.map(({ kind }) => kind),
        ["pitchfork"],
      );
      assertClose(events[0].parameter, at, 1e-5);
    }
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

describe("dates of the origin in training", () => {
  it("are the snapshots between which the parity of the number of unstable modes changes, whatever the network", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 1.6, noNaN: true }),
        (...draw) => {
          const { net, snapshots } = drawn(draw[0], 12, draw[1], draw[2]);
          const modes = snapshots.map(
            ({ Wo }) => stability(echoStateFlow(withReadout(net, Wo)), new Float64Array(12)).unstableCount,
          );
          const changed = snapshots.flatMap(({ step }, i) =>
            i > 0 && (modes[i] - modes[i - 1]) % 2 !== 0 ? [step] : [],
          );
          assert.deepEqual(originDates(net, snapshots), changed);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are of the readouts themselves: Wo = p Wfb⁺ without a reservoir has the eigenvalue p, once for each output", () => {
    for (const outputs of [1, 2, 3]) {
      const net = createEchoState({ units: 9, inputs: 1, outputs, gain: 0, rng: createRng(2) });
      const inverse = pseudoInverse(net.Wfb);
      // p = 1 is singular to rounding at most; 0.5 → 2 passes it, whatever lies between
      const grown = [0, 0.5, 2, 3, 0.9].map((p, step) => ({ step, Wo: inverse.clone().mul(p) }));
      // an even number of eigenvalues that pass together leave the sign as it is
      assert.deepEqual(originDates(net, grown), outputs % 2 === 1 ? [2, 4] : []);
      const modes = grown.map(({ Wo }) => stability(echoStateFlow(withReadout(net, Wo)), new Float64Array(9)));
      assert.deepEqual(
        modes.map(({ unstableCount }) => unstableCount),
        [0, 0, outputs, outputs, 0],
      );
    }
  });

  it("pass over a readout without a sign", () => {
    const net = createEchoState({ units: 4, inputs: 1, outputs: 1, gain: 0, rng: createRng(2) });
    const exact = { ...net, Wfb: Matrix.columnVector([1, 0, 0, 0]) };
    const at = (...values: number[]) =>
      originDates(
        exact,
        values.map((p, step) => ({ step, Wo: new Matrix([[p, 0, 0, 0]]) })),
      );
    assert.deepEqual(at(0, 1, 2), [2]); // D = 1, 0, −1
    assert.deepEqual(at(0, 1, 0), []);
  });

  it("need an odd flow", () => {
    const { net, snapshots } = drawn(1);
    assertRejects(
      () => originDates({ ...net, activation: "logistic" }, snapshots),
      'originDates: activation is "logistic", expected "tanh": F must be odd',
    );
  });
});
