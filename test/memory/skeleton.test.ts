import { strict as assert } from "node:assert";
import { memorySkeleton } from "rnn-dynamics/dist/memory/box";
import { assertRejects } from "../helpers/assertions";

const patterns = Array.from({ length: 8 }, (_, i) => [4, 2, 1].map((bit) => (i & bit ? 1 : -1)));
const memories = patterns.map((bits) => ({ bits, state: Float64Array.from(bits) }));

describe("the skeleton of a cube of memories", () => {
  it("has 27 = 8 + 12 + 6 + 1 points, each where its pattern says", () => {
    const points = memorySkeleton(memories);
    const zeros = points.map(({ pattern }) => pattern.filter((v) => v === 0).length);
    assert.deepEqual(
      [0, 1, 2, 3].map((n) => zeros.filter((z) => z === n).length),
      [8, 12, 6, 1],
    );
    for (const { pattern, state } of points) assert.deepEqual(Array.from(state), pattern);
  });

  it("has 14 of them without mirror images: with theirs they are all 27", () => {
    const points = memorySkeleton(memories, { half: true }).map(({ pattern }) => pattern);
    assert.equal(points.length, 14);
    const all = new Set([...points, ...points.map((p) => p.map((v) => 0 - v))].map(String));
    assert.equal(all.size, 27);
  });

  it("leaves out what no memory speaks for", () => {
    const points = memorySkeleton(memories.slice(0, 1));
    assert.equal(points.length, 8);
    for (const { state } of points) assert.deepEqual(state, memories[0].state);
  });

  it("refuses no memories, and memories that do not fit together", () => {
    assertRejects(() => memorySkeleton([]), "memorySkeleton: memories has length 0, expected at least 1");
    const odd = { bits: [1], state: Float64Array.of(0, 0, 0) };
    assertRejects(
      () => memorySkeleton([memories[0], odd]),
      "memorySkeleton: memories[1].bits has length 1, expected 3",
    );
  });
});
