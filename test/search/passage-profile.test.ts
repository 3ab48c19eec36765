import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { speedAlong, speedThroughSaddle } from "rnn-dynamics/dist/search/saddles";
import { assertClose, assertRejects } from "../helpers/assertions";
import { decoupledFlipFlop, doubleWell3 } from "../oracles/solved-flows";

describe("the speed along a passage", () => {
  it("is |x − x³| on the straight way between two corners of the double well, 0 at the gate", () => {
    const profile = speedThroughSaddle(doubleWell3, Float64Array.of(0, 1, 1));
    assert.ok(profile);
    const { arcLength, speed, saddleRow, states, time } = profile;
    assert.deepEqual([arcLength[saddleRow], speed[saddleRow], time[saddleRow]], [0, 0, 0]);
    // the way is the axis itself, so its length from the saddle is x
    assertClose(
      arcLength,
      states.getColumn(0).map((x) => x * Math.sign(states.get(states.rows - 1, 0))),
      1e-12,
    );
    assertClose(
      speed,
      arcLength.map((s) => Math.abs(s - s * s * s)),
      1e-12,
    );
    assertClose(Math.max(...speed), 2 / (3 * Math.sqrt(3)), 2e-3); // at x = 1/√3, between two steps of 0.1 τ
    assertClose([arcLength[0], arcLength[arcLength.length - 1]], [-1, 1], 1e-2); // it ends where it has become slow
  });

  it("ends at the two nodes of the 2-D system [J15 eqs. 14–15]", () => {
    const profile = speedThroughSaddle(twoWells, Float64Array.of(0, 0), { restSpeed: 1e-6 });
    assert.ok(profile);
    const { states } = profile;
    assertClose(states.getRow(0), [-1, -0.5], 1e-4);
    assertClose(states.getRow(states.rows - 1), [1, 0.5], 1e-4);
  });

  it("is nothing for a point with none or several ways out", () => {
    assert.equal(speedThroughSaddle(twoWells, Float64Array.of(1, 0.5)), undefined);
    assert.equal(speedThroughSaddle(decoupledFlipFlop(2, 2), new Float64Array(2)), undefined);
  });

  it("adds up the length of any trajectory", () => {
    const { arcLength, speed } = speedAlong(
      doubleWell3,
      new Matrix([
        [0, 0, 0],
        [3, 4, 0],
        [3, 4, 12],
      ]),
    );
    assert.deepEqual([...arcLength], [0, 5, 17]);
    assertClose(speed[1], Math.sqrt(24 * 24 + 60 * 60), 1e-12);
  });

  it("refuses states of another width", () => {
    assertRejects(() => speedAlong(twoWells, Matrix.zeros(2, 3)), /speedAlong: states is 2×3, expected any×2/);
  });
});
