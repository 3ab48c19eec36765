import { strict as assert } from "node:assert";
import { flipFlop } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { judge } from "rnn-dynamics/dist/page/exercise";
import { distance } from "rnn-dynamics/dist/wasm/vector";
import { exercises } from "../../notebooks/solutions/06";
import { assertClose } from "../helpers/assertions";
import { cornersOf, randomFrame } from "../helpers/hypercube";

describe("solutions of notebook 06", () => {
  it("6.1 gives a bit of four the pulses of one of three, and the slip does not pass", () => {
    const pulseRate = exercises["1"].solution as (bits: number) => number;
    const pulsesPerBit = (bits: number, rate: number): number => {
      const { input } = flipFlop({ bits, steps: 60_000, pulseRate: rate, rng: createRng(6) });
      return input.to1DArray().filter((u) => u !== 0).length / 11 / bits;
    };
    const [three, right, slip] = [pulsesPerBit(3, pulseRate(3)), pulsesPerBit(4, pulseRate(4)), pulsesPerBit(4, 0.02)];
    // 400 pulses a bit: the sampling error of the ratio is below 5 %, overlaps take 2 % more
    assert.ok(Math.abs(right / three - 1) < 0.08, `${right / three}`);
    assert.ok(Math.abs(slip / three - 0.75) < 0.06, `${slip / three}`);
    assert.equal(pulseRate(3), 0.02);
    assert.match(
      judge(exercises["1"], () => 0.02),
      /^differs/,
    );
  });

  it("6.2 is the distance between two corners of a box", () => {
    const boxDistance = exercises["2"].solution as (edges: number[], one: number[], other: number[]) => number;
    const edges = [50, 48, 53, 47];
    const frame = randomFrame(9, 4, 3);
    for (const [k, edge] of edges.entries())
      frame.setColumn(
        k,
        frame.getColumn(k).map((v) => edge * v),
      );
    const corners = cornersOf(frame);
    for (const a of corners) {
      for (const b of corners)
        assertClose(boxDistance(edges, a.bits, b.bits), distance(a.state, b.state), 1e-10, 1e-10);
    }
  });
});
