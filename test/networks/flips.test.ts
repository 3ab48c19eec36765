import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { type EchoState, flipTable } from "rnn-dynamics";
import { assertRejects } from "../helpers/assertions";

/** Three units, each a bit of its own: F = −x + 2 tanh x + b u, memories at ±1.915. */
const ideal = (strength: number): EchoState => ({
  units: 3,
  inputs: 3,
  outputs: 3,
  gain: 0,
  tau: 10,
  activation: "tanh",
  Wr: Matrix.zeros(3, 3),
  Wfb: Matrix.eye(3).mul(2),
  Wo: Matrix.eye(3),
  B: Matrix.eye(3).mul(strength),
});

const patterns = Array.from({ length: 8 }, (_, i) => [4, 2, 1].map((bit) => (i & bit ? 1 : -1)));
const memories = patterns.map((bits) => ({ bits, state: Float64Array.from(bits, (b) => 1.9150080481545 * b) }));

describe("single flips", () => {
  it("are 24 in three bits, all right when a pulse is strong enough", () => {
    const flips = flipTable(ideal(5), memories);
    assert.equal(flips.length, 24);
    for (const { from, channel, wanted, reached, isRight } of flips) {
      assert.ok(isRight);
      assert.deepEqual(reached, wanted);
      assert.equal(wanted[channel], -from[channel]);
    }
  });

  it("fail when it is too weak: the state falls back to where it was", () => {
    const flips = flipTable(ideal(0.5), memories);
    assert.ok(flips.every(({ from, reached, isRight }) => !isRight && String(reached) === String(from)));
  });

  it("reach nothing when the bits die away", () => {
    const forgetful = { ...ideal(5), Wfb: Matrix.eye(3).mul(0.5) };
    assert.ok(flipTable(forgetful, memories).every(({ reached, isRight }) => !isRight && reached === undefined));
  });

  it("refuse memories that do not fit", () => {
    assertRejects(
      () => flipTable(ideal(5), [{ bits: [1], state: Float64Array.of(0, 0, 0) }]),
      "flipTable: memories[0].bits has length 1, expected 3",
    );
  });
});
