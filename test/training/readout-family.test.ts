import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import { createEchoState, echoStateFlow, initialActivation, withReadout } from "rnn-dynamics/dist/network/echo-state";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { readoutFamily } from "rnn-dynamics/dist/training/family";
import { assertClose, assertRejects } from "../helpers/assertions";
import { checkFlow } from "../helpers/check-flow";

const rng = createRng(5);
const net = createEchoState({ units: 13, inputs: 2, outputs: 2, gain: 0.7, rng });
const readout = (name: string) => {
  const draw = rng.split(name);
  return Matrix.from1DArray(
    2,
    13,
    Array.from({ length: 26 }, () => draw.normal()),
  );
};
const snapshots = [0, 10, 40].map((step) => ({ step, Wo: readout(`Wo ${step}`) }));

describe("the flows of a network in training", () => {
  const family = readoutFamily(net, snapshots);
  const x = initialActivation(net, rng.split("x"));

  it("are the network's own at each snapshot", () => {
    assert.deepEqual([...family.parameters], [0, 10, 40]);
    for (const { step, Wo } of snapshots) {
      const own = echoStateFlow(withReadout(net, Wo));
      // the same sums in another order
      assertClose(family.flowAt(step).velocity(x), own.velocity(x), 1e-13);
      assertClose(family.flowAt(step).jacobian(x), own.jacobian(x), 1e-13);
    }
  });

  it("are mixtures of two neighbours in between, as F is linear in the readout", () => {
    const [before, after] = [family.flowAt(10).velocity(x), family.flowAt(40).velocity(x)];
    assertClose(
      family.flowAt(25).velocity(x),
      before.map((v, i) => (v + after[i]) / 2),
      1e-13,
    );
  });

  it("are flows: shapes, fast paths, derivatives", () => {
    checkFlow(family.flowAt(7.5), [x]);
    assert.equal(family.flowAt(7.5).odd, true);
  });

  it("carry the memory of a growing readout from its birth: one pitchfork of the origin", async () => {
    const bare = createEchoState({ units: 12, inputs: 1, outputs: 1, gain: 0, rng: createRng(2) });
    // Wfb Wo with Wo = p Wfbᵀ/‖Wfb‖² has the eigenvalue p: the origin of −x + p … gives way at p = 1
    const length = bare.Wfb.norm() ** 2;
    const Wo = bare.Wfb.transpose().div(length);
    const grown = [0, 1.7].map((p, i) => ({ step: i, Wo: Wo.clone().mul(p) }));
    const { events, branches } = await continueFixedPoints(readoutFamily(bare, grown), {
      points: [{ xStar: new Float64Array(12) }],
    });
    assert.deepEqual(
      events.map(({ kind, change }) => `${kind} ${change}`),
      ["pitchfork birth"],
    );
    assertClose(events[0].parameter, 1 / 1.7, 1e-5);
    assert.equal(branches.length, 3);
  });

  it("refuses steps that do not ascend, and parameters out of reach", () => {
    assertRejects(
      () => readoutFamily(net, [snapshots[1], snapshots[0]]),
      /snapshots\[1\]\.step is 0, expected more than 10/,
    );
    assertRejects(() => family.flowAt(41), "flowAt: parameter is 41, expected 0 to 40");
  });
});
