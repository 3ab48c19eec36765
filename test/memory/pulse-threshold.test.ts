import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { pulseThresholds } from "rnn-dynamics/dist/memory/pulses";
import type { EchoState } from "rnn-dynamics/dist/network/echo-state";
import { assertClose, assertRejects } from "../helpers/assertions";

/** Units that are bits of their own, F = −x + w tanh x + b u: the threshold can be worked out by hand. */
const bits = (weights: number[], input: number[]): EchoState => ({
  units: weights.length,
  inputs: weights.length,
  outputs: weights.length,
  gain: 0,
  tau: 10,
  activation: "tanh",
  Wr: Matrix.zeros(weights.length, weights.length),
  Wfb: Matrix.diag(weights),
  Wo: Matrix.eye(weights.length),
  B: Matrix.diag(input),
});
/** s = w tanh s. */
const restOf = (w: number): number => {
  let s = w;
  for (let k = 0; k < 200; k++) s = w * Math.tanh(s);
  return s;
};
const memoriesOf = (weights: number[]) =>
  Array.from({ length: 2 ** weights.length }, (_, p) => {
    const pattern = weights.map((_w, k) => ((p >> k) & 1 ? 1 : -1));
    return { bits: pattern, state: Float64Array.from(pattern, (bit, k) => bit * restOf(weights[k])) };
  });
/** Amplitude at which `length` Euler steps bring one bit from its rest exactly to 0, its saddle. */
const byHand = (w: number, b: number, length: number): number => {
  const endOf = (amplitude: number) => {
    let x = -restOf(w);
    for (let t = 0; t < length; t++) x += (-x + w * Math.tanh(x) + b * amplitude) / 10;
    return x;
  };
  let [low, high] = [0, 100];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (endOf(middle) > 0) high = middle;
    else low = middle;
  }
  return high;
};

describe("the smallest pulse that flips a bit", () => {
  const weights = [2, 1.5];
  const input = [1, 0.8];

  it("brings a bit of its own just over its saddle, from each memory and for each bit", () => {
    const thresholds = pulseThresholds(bits(weights, input), memoriesOf(weights), { tolerance: 1e-4 });
    assert.equal(thresholds.length, 8);
    for (const { channel, amplitude, outcome, elsewhereFrom } of thresholds) {
      assert.deepEqual([outcome, elsewhereFrom], ["flips", Number.POSITIVE_INFINITY]);
      // from above, and no further than the tolerance
      const exact = byHand(weights[channel], input[channel], 11);
      assert.ok(amplitude >= exact - 1e-12 && amplitude <= exact + 1e-4, `${amplitude}, expected ${exact}`);
    }
  });

  it("falls with the length of the pulse", () => {
    const of = (pulseLength: number) =>
      pulseThresholds(bits(weights, input), memoriesOf(weights).slice(0, 1), { pulseLength })[0].amplitude;
    assertClose(of(22), byHand(2, 1, 22), 1e-3);
    assert.ok(of(22) < of(11) && of(11) < of(8));
  });

  it("says so when no amplitude up to the largest flips the bit", () => {
    const net = bits(weights, [1, 1e-6]);
    const [first, second] = pulseThresholds(net, memoriesOf(weights).slice(0, 1));
    assert.equal(first.outcome, "flips");
    assert.deepEqual(
      [second.outcome, second.amplitude, second.elsewhereFrom],
      ["never flips", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    );
  });

  it("says so when the pulse leads elsewhere: an input that is wired to the other bit as well", () => {
    const net = bits(weights, input);
    const B = new Matrix([
      [1, 0],
      [2, 1], // input 1 pushes bit 2 harder than its own
    ]);
    const [crossed, own] = pulseThresholds({ ...net, B }, memoriesOf(weights).slice(0, 1));
    assert.deepEqual([crossed.outcome, crossed.elsewhere], ["lands elsewhere", [-1, 1]]);
    assert.ok(crossed.elsewhereFrom < 3);
    assert.equal(own.outcome, "flips");
  });

  it("takes mirror images over only where they are exact, and reports each once", () => {
    const seen: number[] = [];
    const all = pulseThresholds(bits(weights, input), memoriesOf(weights), { onProgress: (done) => seen.push(done) });
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7, 8]);
    const bent = memoriesOf(weights).map(({ bits: b, state }) => ({ bits: b, state: state.map((v) => v + 1e-9) }));
    const computed = pulseThresholds(bits(weights, input), bent);
    assertClose(
      all.map((t) => t.amplitude),
      computed.map((t) => t.amplitude),
      1e-6,
    );
  });

  it("refuses what does not fit", () => {
    const net = bits(weights, input);
    assertRejects(
      () => pulseThresholds(net, [{ bits: [1], state: new Float64Array(2) }]),
      "pulseThresholds: memories[0].bits has length 1, expected 2",
    );
    assertRejects(() => pulseThresholds(net, [], { scan: 0 }), /pulseThresholds: scan is 0/);
  });
});
