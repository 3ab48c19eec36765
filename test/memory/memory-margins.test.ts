import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { memoryMargins } from "rnn-dynamics/dist/memory/gates";
import { memoryTable } from "rnn-dynamics/dist/memory/table";
import type { EchoState } from "rnn-dynamics/dist/network/echo-state";
import { assertClose } from "../helpers/assertions";
import { randomNetwork } from "../helpers/noise-networks";

/** Two decoupled flip-flops, ẋ = −x + w tanh x: memories at (±m, ±m), saddles at (0, ±m) and (±m, 0), a repeller at 0. */
function decoupled(w: number): EchoState {
  const I = Matrix.eye(2);
  return { ...randomNetwork(2, 2), Wr: Matrix.mul(I, w), Wfb: Matrix.zeros(2, 2), B: I, Wo: I };
}

describe("margins of memories", () => {
  const net = decoupled(2);
  const memories = memoryTable(net, { settle: 600 });

  it("are the distance to the saddle on the nearest edge: m = 2 tanh m for two flip-flops of w = 2", async () => {
    let m = 2;
    for (let k = 0; k < 100; k++) m = 2 * Math.tanh(m);
    const margins = await memoryMargins(net, memories);
    assert.equal(margins.length, 4);
    for (const [k, { bits, distance }] of margins.entries()) {
      assert.deepEqual(bits, memories[k].bits);
      assertClose(distance as number, m, 1e-9);
    }
  });

  it("are unknown where there is no edge to search from", async () => {
    const [first] = await memoryMargins(net, memories.slice(0, 1));
    assert.equal(first.distance, undefined);
    assert.deepEqual(await memoryMargins(net, []), []);
  });

  it("refuse memories that do not fit, in words", async () => {
    const short = [{ bits: [1], state: memories[0].state }];
    await assert.rejects(memoryMargins(net, short), /^RangeError: memoryMargins: memories\[0\]\.bits .* expected 2$/);
  });
});
