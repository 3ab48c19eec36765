import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { firingRates } from "rnn-dynamics/dist/network/echo-state";
import { heldByPart, splitNoise } from "rnn-dynamics/dist/noise/parts";
import { noiseTrial, withNoise } from "rnn-dynamics/dist/noise/trial";
import { trialRng } from "rnn-dynamics/dist/noise/trials";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose } from "../helpers/assertions";
import { randomNetwork, randomSubject } from "../helpers/noise-networks";

/** One output that holds either sign, with noise that a mean rate turns into a push. */
function latch(units: number) {
  const net = randomNetwork(units, 1, { activation: "logistic" });
  const Wr = Matrix.zeros(units, units);
  // unit 0 keeps itself at 2 or −2: −x + 8 (r − ½) has zeros there, all others rest at 0
  Wr.set(0, 0, 8);
  for (let j = 1; j < units; j++) Wr.set(0, j, -8 / (units - 1));
  const Wo = Matrix.zeros(1, units);
  Wo.set(0, 0, 2);
  for (let j = 1; j < units; j++) Wo.set(0, j, -2 / (units - 1));
  return { ...net, Wr, Wo, Wfb: Matrix.zeros(units, 1), B: Matrix.zeros(units, 1) };
}

describe("the two parts of a noise", () => {
  it("push as the mean rate with the sums of rows, and as the deviations from the mean rate [J15 §8]", () => {
    const net = randomNetwork(30, 2, { activation: "logistic" });
    const noisy = withNoise(net, 0.3, createRng("Z"));
    const { rowMeans, rest } = splitNoise(net, noisy);
    const r = firingRates(
      net,
      Float64Array.from({ length: 30 }, (_, i) => Math.sin(i)),
    );
    const mean = r.reduce((sum, v) => sum + v, 0) / 30;
    const push = (Wr: Matrix, of: Float64Array) =>
      Matrix.sub(Wr, net.Wr)
        .mmul(Matrix.columnVector(Array.from(of)))
        .to1DArray();
    const ones = new Float64Array(30).fill(1);
    assertClose(
      push(rowMeans.Wr, r),
      push(noisy.Wr, ones).map((sum) => mean * sum),
      1e-12,
    );
    assertClose(
      push(rest.Wr, r),
      push(
        noisy.Wr,
        r.map((v) => v - mean),
      ),
      1e-12,
    );
    const sum = Matrix.add(rowMeans.Wr, rest.Wr).sub(net.Wr);
    assert.ok(Matrix.sub(sum, noisy.Wr).abs().max() < 1e-14);
    assert.deepEqual([rowMeans.Wfb, rest.Wo, rest.B], [net.Wfb, net.Wo, net.B]);
  });

  it("have one part in N of the variance, and the rest of it", () => {
    const net = randomNetwork(100, 1);
    const { rowMeans, rest } = splitNoise(net, withNoise(net, 1, createRng("Z")));
    const variance = (Wr: Matrix) =>
      Matrix.sub(Wr, net.Wr)
        .to1DArray()
        .reduce((sum, v) => sum + v * v, 0) / 1e4;
    // a hundred row means, each of variance 1/100: their mean square is good to √(2/100) of itself
    assert.ok(Math.abs(100 * variance(rowMeans.Wr) - 1) < 4 * 0.142);
    assert.ok(Math.abs(variance(rest.Wr) - 0.99) < 4 * 0.0142);
  });

  it("take memories as a trial with that part alone does, level by level, a mean over trials", () => {
    const net = latch(24);
    const memories = [1, -1].map((sign) => {
      const state = new Float64Array(24);
      state[0] = 3 * sign;
      return { bits: [sign], state };
    });
    const levels = [0, 0.2, 2];
    const rows = heldByPart(net, memories, 6, { levels, trials: 3, hold: 60 });
    assert.deepEqual(rows[0], { level: 0, whole: 1, rowMeans: 1, rest: 1 });
    for (const [l, level] of levels.entries()) {
      const shares = { whole: 0, rowMeans: 0, rest: 0 };
      for (const trial of [1, 2, 3]) {
        const noisy = withNoise(net, level, trialRng(6, trial));
        for (const [part, network] of Object.entries({ whole: noisy, ...splitNoise(net, noisy) })) {
          const subject = randomSubject(network, 20, { memories });
          const [[{ held }]] = noiseTrial([subject], createRng(1), { levels: [0], hold: 60 });
          shares[part as keyof typeof shares] += (held.split("1").length - 1) / 2 / 3;
        }
      }
      const { level: given, ...found } = rows[l];
      assert.equal(given, level);
      for (const part of ["whole", "rowMeans", "rest"] as const) assertClose(found[part], shares[part], 1e-14);
    }
    assert.ok(rows[2].whole < 1, "something is lost");
  });

  it("are told of as they are done, and refuse what does not fit, in words", () => {
    const net = latch(8);
    const memories = [{ bits: [1], state: new Float64Array(8).fill(2) }];
    const seen: number[][] = [];
    heldByPart(net, memories, 1, { levels: [0.1, 1], trials: 2, hold: 4, onProgress: (...of) => seen.push(of) });
    assert.deepEqual(seen, [
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    assert.throws(() => heldByPart(net, [], 1), /^RangeError: heldByPart: memories has length 0, expected at least 1$/);
    assert.throws(() => heldByPart(net, memories, 0.5), /^RangeError: heldByPart: seed is 0.5, expected an integer$/);
    assert.throws(() => heldByPart(net, memories, 1, { trials: 0 }), /trials is 0, expected an integer ≥ 1/);
    assert.throws(() => splitNoise(net, randomNetwork(9, 1)), /^RangeError: splitNoise: noisy\.Wr .*9×9.*expected 8×8/);
  });
});
