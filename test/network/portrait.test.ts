import { strict as assert } from "node:assert";
import { Matrix, pseudoInverse } from "ml-matrix";
import { createEchoState, initialActivation } from "rnn-dynamics/dist/network/echo-state";
import { portraitOf, simulate, startCloud } from "rnn-dynamics/dist/network/simulate";
import { principalComponents } from "rnn-dynamics/dist/numbers/principal-components";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose, assertRejects } from "../helpers/assertions";

const rng = createRng(7);
const net = createEchoState({ units: 15, inputs: 2, outputs: 2, gain: 1.2, rng: rng.split("net") });
const x0 = initialActivation(net, rng.split("x0"));

describe("the portraits of Fig. 7 [J15 §6.1]", () => {
  it("start from s Wfb z: in the plane of the feedback, as far out as five times its edges", () => {
    const cloud = startCloud(net, createRng(1), { count: 400 });
    const [a, b] = [0, 1].map((k) => net.Wfb.getColumn(k));
    const inverse = pseudoInverse(new Matrix([a, b]).transpose());
    let farthest = 0;
    for (const x of cloud) {
      const [p, q] = inverse.mmul(Matrix.columnVector(Array.from(x))).to1DArray();
      assertClose(
        x,
        Float64Array.from(a, (v, i) => p * v + q * b[i]),
        1e-10,
      );
      assert.ok(Math.max(Math.abs(p), Math.abs(q)) < 5);
      farthest = Math.max(farthest, Math.abs(p), Math.abs(q));
    }
    assert.ok(farthest > 4, `${farthest}`);
    assert.deepEqual(startCloud(net, createRng(1), { count: 3 }), cloud.slice(0, 3));
  });

  it("are the simulation, in other coordinates", () => {
    const cloud = startCloud(net, createRng(1), { count: 2 });
    const input = Matrix.zeros(40, 2);
    input.set(3, 1, 1);
    const projection = principalComponents(new Matrix([x0, ...cloud]), 2);
    const { test, runs } = portraitOf(net, { cloud, x0, input, projection }, { steps: 20, record: 4 });
    const { states } = simulate(net, input, { x0, record: 4 });
    assert.deepEqual(test.to2DArray(), projection.project(states as Matrix).to2DArray());
    const alone = simulate(net, Matrix.zeros(21, 2), { x0: cloud[1], record: 4 });
    assertClose(runs[1].to1DArray(), projection.project(alone.states as Matrix).to1DArray(), 1e-9);
  });

  it("need a projection and starts that fit", () => {
    const projection = principalComponents(new Matrix([x0, x0.map((v) => 2 * v)]), 1);
    const input = Matrix.zeros(4, 2);
    assertRejects(
      () => portraitOf(net, { cloud: [new Float64Array(3)], x0, input, projection }),
      "portraitOf: cloud[0] has length 3, expected 15",
    );
    assertRejects(() => startCloud(net, createRng(1), { count: 0 }), "startCloud: count is 0, expected an integer ≥ 1");
  });
});
