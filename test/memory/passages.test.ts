import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { C9 } from "rnn-claims/dist/04";
import { memoryPassages, outputOf, patternOf } from "rnn-dynamics/dist/memory/gates";
import { memoryDefaults } from "rnn-dynamics/dist/memory/table";
import type { EchoState } from "rnn-dynamics/dist/network/echo-state";
import { clearOutput } from "rnn-dynamics/dist/network/tasks";
import { noiseTrialDefaults } from "rnn-dynamics/dist/noise/trial";

/** Three units, each a bit of its own: F = −x + 2 tanh x, z = tanh x. Its memories are s = ±1.915, 2 tanh s = s. */
const ideal: EchoState = {
  units: 3,
  inputs: 3,
  outputs: 3,
  gain: 0,
  tau: 10,
  activation: "tanh",
  Wr: Matrix.zeros(3, 3),
  Wfb: Matrix.eye(3).mul(2),
  Wo: Matrix.eye(3),
  B: Matrix.eye(3),
};

describe("passages between memories", () => {
  it("the output is Wo times the rates [J15 eq. 23]", () => {
    assert.deepEqual(
      Array.from(outputOf(ideal, Float64Array.of(0, 1, -1)), (v) => v.toFixed(6)),
      ["0.000000", "0.761594", "-0.761594"],
    );
  });

  it("a pattern is named only by outputs that are clear", () => {
    assert.deepEqual(patternOf(Float64Array.of(0.9, -1.2, 0.6)), [1, -1, 1]);
    assert.deepEqual(patternOf(Float64Array.of(0.9, -0.4, 0.11)), [1, -1, 1]);
    assert.equal(patternOf(Float64Array.of(0.9, -0.09, 0.6)), undefined);
    // one threshold for what is held, what survives noise, and what a point stands for
    assert.deepEqual([clearOutput, memoryDefaults.margin, noiseTrialDefaults.margin], [0.1, 0.1, 0.1]);
  });

  it("every edge saddle of an ideal flip-flop joins memories one flip apart, and C9 is reproduced", async () => {
    const s = 1.9150080481545;
    const values = [-s, 0, s];
    const points = values
      .flatMap((a) => values.flatMap((b) => values.map((c) => Float64Array.of(a, b, c))))
      .map((xStar) => ({ xStar, unstableCount: Array.from(xStar).filter((v) => v === 0).length }));
    const passages = await memoryPassages(ideal, points);
    assert.equal(passages.length, 12);
    assert.equal(C9({ passages }).verdict, "reproduced");
    for (const { from, to, bit, gate, isGatedByBit, isAtRest } of passages) {
      assert.ok(isAtRest && isGatedByBit);
      assert.deepEqual([gate.channel, gate.sign], [bit, to?.[bit]]);
      assert.ok(gate.selectivity > 1e12); // no other channel reaches it, but for rounding
      assert.equal(from?.[bit], -(to?.[bit] ?? 0));
    }
  });

  it("with crossed or turned inputs the gates are another channel's, or open the wrong way", async () => {
    const s = 1.9150080481545;
    const saddle = [{ xStar: Float64Array.of(0, s, -s), unstableCount: 1 }];
    const gateWith = async (B: number[][]) => (await memoryPassages({ ...ideal, B: new Matrix(B) }, saddle))[0];
    const crossed = await gateWith([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    assert.deepEqual([crossed.bit, crossed.gate.channel, crossed.isGatedByBit], [0, 1, false]);
    const turned = await gateWith([
      [-1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    assert.deepEqual([turned.bit, turned.gate.channel, turned.isGatedByBit], [0, 0, false]);
  });
});
