import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { titleText } from "rnn-dynamics/dist/figures/figure";
import * as figures from "rnn-dynamics/dist/figures/index";
import { idealSkeleton } from "rnn-dynamics/dist/figures/memories";
import { memoryGraph } from "rnn-dynamics/dist/memory/gates";
import { assertRejects } from "../helpers/assertions";

const finite = (values: unknown) => (values as number[]).filter((v) => !Number.isNaN(v));
const cube = (bits: number) =>
  Array.from({ length: 2 ** bits }, (_, p) => ({
    bits: Array.from({ length: bits }, (_b, k) => ((p >> (bits - 1 - k)) & 1 ? 1 : -1)),
    isHeld: true,
  }));
const allPassages = (bits: number) =>
  cube(bits).flatMap(({ bits: from }) =>
    from.flatMap((bit, k) => {
      const to = from.map((b, j) => (j === k ? -b : b));
      return bit < 0 ? [{ from, to, bit: k, isGatedByBit: true, isAtRest: true, gate: { channel: k } }] : [];
    }),
  );

describe("figures of the structure", () => {
  it("the transition graph: one style per input, a diamond per edge, a name per memory", () => {
    for (const [bits, edges] of [
      [3, 12],
      [4, 32],
    ]) {
      const figure = figures.transitionGraph(memoryGraph(cube(bits), allPassages(bits)));
      const lines = figure.data.filter((trace) => trace.mode === "lines");
      assert.equal(lines.length, bits);
      assert.equal(new Set(lines.map((trace) => trace.line?.dash)).size, bits);
      for (const line of lines) assert.equal(finite(line.x).length, (2 * edges) / bits);
      const saddles = figure.data.find((trace) => trace.name === "saddle");
      assert.deepEqual([finite(saddles?.x).length, saddles?.marker?.symbol], [edges, "diamond"]);
      const places = figure.data.find((trace) => trace.name === "memory");
      const heights = finite(places?.y);
      const marks = finite(places?.x).map((x, i) => `${x.toFixed(3)},${heights[i].toFixed(3)}`);
      assert.equal(new Set(marks).size, 2 ** bits); // no memory hides another
      assert.equal((figure.layout.annotations as unknown[]).length, 2 ** bits);
      assert.match(titleText(figure), /^Each edge has a saddle/);
    }
  });

  it("shows what is missing or wrong: dotted edges, open diamonds, a memory that is not held", () => {
    const passages = allPassages(3).slice(1);
    passages[0] = { ...passages[0], isGatedByBit: false, gate: { channel: 0 } };
    const memories = cube(3).map((memory, i) => ({ ...memory, isHeld: i !== 2 }));
    const figure = figures.transitionGraph(memoryGraph(memories, passages));
    const named = (name: RegExp) => figure.data.find((trace) => name.test(String(trace.name)));
    assert.deepEqual([finite(named(/^no saddle/)?.x).length, named(/^no saddle/)?.line?.dash], [2, "dot"]);
    assert.deepEqual(
      [finite(named(/wrong input/)?.x).length, named(/wrong input/)?.marker?.symbol],
      [1, "diamond-open"],
    );
    assert.equal(finite(named(/^not held/)?.x).length, 1);
    assert.equal(titleText(figure), "A saddle was found on 11 of 12 edges; the bit that flips opens 10 of them");
  });

  it("the ideal skeleton is C(b, m) 2ᵇ⁻ᵐ: 8 12 6 1, and 16 32 24 8 1", () => {
    assert.deepEqual(idealSkeleton(3), [8, 12, 6, 1]);
    assert.deepEqual(idealSkeleton(4), [16, 32, 24, 8, 1]);
  });

  it("bars of what is found stand beside the ideal, everything beyond in the last one", () => {
    const points = [0, 0, 1, 3, 115, 7].map((unstableCount) => ({ unstableCount }));
    const figure = figures.skeletonByIndex([{ name: "found", points }], 3);
    assert.deepEqual(figure.data[0].y, [8, 12, 6, 1, 0, 0, 0]);
    assert.deepEqual(figure.data[1].y, [2, 1, 0, 1, 0, 0, 2]);
    assert.equal(titleText(figure), "As many fixed points as in an ideal flip-flop at m = 3, not elsewhere");
  });

  it("tells four networks apart in grey print too: by colour, and the later ones by hatches", () => {
    const networks = ["a", "b", "c", "d"].map((name) => ({ name, points: [{ unstableCount: 0 }] }));
    const bars = figures.skeletonByIndex(networks, 4).data.slice(1);
    const shapes = bars.map(({ marker }) => (marker as { pattern: { shape: string } }).pattern.shape);
    assert.equal(new Set(bars.map(({ marker }) => marker?.color)).size, 4);
    assert.equal(new Set(shapes.slice(1)).size, 3);
  });

  it("the speed along a passage has the saddle at its dip and a memory at either end", () => {
    const profile = {
      arcLength: Float64Array.of(-2, -1, 0, 1, 2),
      speed: Float64Array.of(0, 3, 0, 4, 0),
      time: new Float64Array(5),
      states: Matrix.zeros(5, 1),
      saddleRow: 2,
    };
    const { data } = figures.speedAlongTransition(profile, { from: "−", to: "+" });
    assert.deepEqual([data[1].x, data[1].text, data[1].marker?.symbol], [[-2, 2], ["<b>−</b>", "<b>+</b>"], "circle"]);
    assert.deepEqual([data[2].x, data[2].y, data[2].marker?.symbol], [[0], [0], "diamond"]);
    assertRejects(
      () => figures.speedAlongTransition({ ...profile, saddleRow: 5 }, { from: "−", to: "+" }),
      "speedAlongTransition: profile.saddleRow is 5, expected a row of the profile",
    );
  });

  it("thresholds: a sign per bit, a lane per memory, failures named at the right", () => {
    const flips = { outcome: "flips", elsewhereFrom: Number.POSITIVE_INFINITY } as const;
    const thresholds = [
      { from: [-1, -1], channel: 0, amplitude: 0.5, ...flips },
      { from: [-1, -1], channel: 1, amplitude: 0.6, ...flips },
      { from: [1, -1], channel: 0, amplitude: 1.2, ...flips },
      { ...flips, from: [1, -1], channel: 1, amplitude: Number.POSITIVE_INFINITY, outcome: "never flips" as const },
    ];
    const figure = figures.pulseThresholds(thresholds);
    assert.deepEqual(
      figure.data.map((trace) => [trace.name, finite(trace.x).length]),
      [
        ["bit 1", 2],
        ["bit 2", 1],
        ["never flips", 1],
      ],
    );
    assert.equal(new Set(figure.data.map((trace) => trace.marker?.symbol)).size, 3);
    assert.deepEqual(figure.layout.yaxis?.ticktext, ["<b>−−</b>", "<b>+−</b>"]);
    assert.equal(titleText(figure), "2 of 4 bits flip below the amplitude of the task's pulses");
  });
});
