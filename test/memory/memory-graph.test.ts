import { strict as assert } from "node:assert";
import { memoryGraph } from "rnn-dynamics/dist/memory/gates";
import { assertRejects } from "../helpers/assertions";

const patterns = (bits: number) =>
  Array.from({ length: 2 ** bits }, (_, p) => ({
    bits: Array.from({ length: bits }, (_b, k) => ((p >> (bits - 1 - k)) & 1 ? 1 : -1)),
    isHeld: true,
  }));
const passage = (from: number[], to: number[] | undefined, channel: number, isGatedByBit: boolean) => ({
  from,
  to,
  bit: channel,
  isGatedByBit,
  isAtRest: to !== undefined,
  gate: { channel },
});

describe("the graph of memories", () => {
  it("has b·2ᵇ⁻¹ edges, each between patterns one flip apart: 12 for a cube, 32 for a tesseract", () => {
    for (const [bits, count] of [
      [1, 1],
      [3, 12],
      [4, 32],
    ]) {
      const { nodes, edges } = memoryGraph(patterns(bits), []);
      assert.equal(edges.length, count);
      for (const { from, to, bit, saddles } of edges) {
        const differing = nodes[from].bits.flatMap((b, k) => (b === nodes[to].bits[k] ? [] : [k]));
        assert.deepEqual([differing, nodes[from].bits[bit], nodes[to].bits[bit], saddles], [[bit], -1, 1, []]);
      }
    }
  });

  it("finds the edge of each passage, whichever way round, and keeps strays and the restless apart", () => {
    const passages = [
      passage([1, 1], [-1, 1], 0, true),
      passage([-1, 1], [1, 1], 1, false),
      passage([-1, -1], [1, 1], 0, false),
      passage([-1, -1], undefined, 1, false),
    ];
    const { edges, strays, restless } = memoryGraph(patterns(2), passages);
    assert.deepEqual(
      edges.filter((edge) => edge.saddles.length > 0),
      [{ from: 1, to: 3, bit: 0, saddles: [0, 1], channel: 0, isGatedByBit: false }],
    );
    assert.deepEqual([strays, restless], [[2, 3], [3]]);
  });

  it("a pattern that is not listed is not held", () => {
    const { nodes } = memoryGraph([{ bits: [1, -1], isHeld: true }], []);
    assert.deepEqual(
      nodes.map((node) => node.isHeld),
      [false, false, true, false],
    );
  });

  it("refuses patterns of different lengths", () => {
    assertRejects(
      () => memoryGraph([...patterns(2), { bits: [1], isHeld: true }], []),
      "memoryGraph: memories[4].bits has length 1, expected 2",
    );
  });
});
