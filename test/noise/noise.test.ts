import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { memoryTable } from "rnn-dynamics/dist/memory/table";
import { type EchoState, tanhConjugate } from "rnn-dynamics/dist/network/echo-state";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { bitAccuracy, meanSquaredError } from "rnn-dynamics/dist/network/tasks";
import { noiseLevels, noiseTrial, noiseTrialDefaults, withNoise } from "rnn-dynamics/dist/noise/trial";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose } from "../helpers/assertions";
import { randomNetwork, randomSubject } from "../helpers/noise-networks";

const levels = [0, 0.01, 0.3];
/** What rounding products to single precision comes to in these short runs. */
const single = 1e-6;

/** Two memories by construction: x₁ keeps the sign of the output, alone. */
function latch(units: number): EchoState {
  const net = randomNetwork(units, 1);
  const Wr = Matrix.zeros(units, units);
  Wr.set(0, 0, 2);
  const Wo = Matrix.zeros(1, units);
  Wo.set(0, 0, 1);
  return { ...net, Wr, Wo, Wfb: Matrix.zeros(units, 1), B: Matrix.ones(units, 1) };
}

/** A state from which the outputs have the signs of some bits. */
function towards(net: EchoState, bits: readonly number[], state: Float64Array): Float64Array {
  const along = net.Wo.transpose()
    .mmul(Matrix.columnVector(bits as number[]))
    .to1DArray();
  return state.map((v, i) => 0.3 * v + 4 * along[i]);
}

describe("noise levels", () => {
  it("are the paper's: twenty from 10⁻⁴ to 1, evenly spaced on a logarithmic axis [J15 §8]", () => {
    const given = noiseLevels();
    assert.equal(given.length, 20);
    assert.equal(given[0], 1e-4);
    assert.equal(given[19], 1);
    for (const [i, level] of given.entries()) assertClose(level, 10 ** (-4 + (4 * i) / 19), 1e-13);
    assert.deepEqual(noiseTrialDefaults.levels, given);
  });
});

describe("a network with noise", () => {
  it("has weights that differ by η Z, Z being the same at every level and of variance one", () => {
    const net = randomNetwork(100, 1);
    const Z = [0.5, 2].map((level) => Matrix.sub(withNoise(net, level, createRng(3)).Wr, net.Wr).div(level));
    assert.ok(Matrix.sub(Z[0], Z[1]).abs().max() < 1e-13);
    // the variance of 10⁴ normal numbers has a standard deviation of √2/100
    assert.ok(Math.abs(Z[0].clone().mul(Z[0]).mean() - 1) < 5 * 0.0142);
    assert.deepEqual(withNoise(net, 0, createRng(3)).Wr, net.Wr);
  });
});

describe("a noise trial", () => {
  it("adds η Z to the recurrent weights, the same Z at every level [J15 §8]", () => {
    const subject = randomSubject(randomNetwork(13, 2), 90);
    const outcomes = noiseTrial([subject], createRng("trial"), { levels });
    for (const [l, level] of levels.entries()) {
      const { output } = simulate(withNoise(subject.network, level, createRng("trial")), subject.testing.input, {
        x0: subject.x0,
      });
      const [{ meanSquaredError: error, bitErrorRate }] = outcomes[l];
      assertClose(error, meanSquaredError(output, subject.testing.target), single);
      assertClose(bitErrorRate, 1 - bitAccuracy(output, subject.testing.target), 1e-14);
    }
  });

  it("gives each network the outcome it has alone, bit for bit, whether it shares its reservoir or not", () => {
    const net = randomNetwork(12, 2);
    const memories = [{ bits: [1, -1], state: Float64Array.from({ length: 12 }, (_, i) => i / 3 - 1) }];
    const subjects = [
      randomSubject(net, 70, { memories }),
      randomSubject({ ...randomNetwork(12, 3, {}, "other"), Wr: net.Wr, activation: "logistic" }, 70),
      randomSubject(randomNetwork(12, 1, {}, "stranger"), 70),
      randomSubject({ ...net, Wr: Matrix.mul(net.Wr, 1 / 4) }, 70, { noiseScale: 1 / 4, memories }),
    ];
    const together = noiseTrial(subjects, createRng(5), { levels });
    subjects.forEach((subject, i) => {
      const alone = noiseTrial([subject], createRng(5), { levels });
      assert.deepEqual(
        together.map((row) => row[i]),
        alone.map(([outcome]) => outcome),
      );
    });
  });

  it("disturbs weights that are a quarter of another network's by a quarter of the noise", () => {
    const net = randomNetwork(9, 2);
    const quarter = { ...net, Wr: Matrix.mul(net.Wr, 1 / 4) };
    const subject = randomSubject(quarter, 60, { noiseScale: 1 / 4 });
    const [[outcome]] = noiseTrial([subject], createRng("trial"), { levels: [0.2] });
    const { output } = simulate(withNoise(quarter, 0.05, createRng("trial")), subject.testing.input, {
      x0: subject.x0,
    });
    assertClose(outcome.meanSquaredError, meanSquaredError(output, subject.testing.target), single);
  });

  it("gives the conjugate of a logistic network the logistic network's outcome, at any level", () => {
    const logistic = randomNetwork(15, 2, { activation: "logistic" });
    const { network } = tanhConjugate(logistic);
    const subject = randomSubject(logistic, 80);
    const conjugate = { ...subject, network, x0: subject.x0.map((x) => x / 2), noiseScale: 1 / 4, rateShift: 1 };
    for (const row of noiseTrial([subject, conjugate], createRng(2), { levels })) {
      assertClose(row[0].meanSquaredError, row[1].meanSquaredError, 1e-9);
      assert.equal(row[0].bitErrorRate, row[1].bitErrorRate);
    }
    const biasless = noiseTrial([{ ...conjugate, rateShift: 0 }], createRng(2), { levels });
    assert.notEqual(biasless[0][0].bitErrorRate, noiseTrial([subject], createRng(2), { levels })[0][0].bitErrorRate);
  });

  it("counts a memory as held while the network stays there, mirror images included", () => {
    const net = latch(6);
    const memories = memoryTable(net, { settle: 300 });
    assert.deepEqual(
      memories.map(({ isHeld }) => isHeld),
      [true, true],
    );
    const subject = randomSubject(net, 30, { memories });
    const held = (level: number, seed = 8): string =>
      noiseTrial([subject], createRng(seed), { levels: [level] })[0][0].held;
    assert.equal(held(0), "11");
    assert.equal(held(0.001), "11");
    // among weights of 1000 the latch's own weight of 2 is nothing: some draws turn it round, and opposites go together
    const drawn = Array.from({ length: 12 }, (_, seed) => held(1000, seed));
    assert.deepEqual([...new Set(drawn)].sort(), ["00", "11"]);
    const wrong = memories.map(({ bits, state }) => ({ bits: bits.map((b) => -b), state }));
    assert.equal(noiseTrial([{ ...subject, memories: wrong }], createRng(8), { levels: [0] })[0][0].held, "00");
  });

  it("calls held what a simulation from the memory calls held: right in every row of the second half", () => {
    const net = randomNetwork(20, 2);
    const rng = createRng("probes");
    const memories = [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ].map((bits) => ({ bits, state: Float64Array.from({ length: 20 }, () => 2 * rng.normal()) }));
    const quiet = { ...net, Wr: Matrix.eye(20).mul(1.8), Wfb: Matrix.zeros(20, 2) };
    for (const network of [quiet, { ...quiet, activation: "logistic" as const }]) {
      // put on the right side of zero, so that some of them stay
      const own = memories.map(({ bits, state }) => ({ bits, state: towards(network, bits, state) }));
      const subject = randomSubject(network, 20, { memories: own });
      let kept = 0;
      for (const hold of [2, 7, 40]) {
        for (const [l, [{ held }]] of noiseTrial([subject], createRng(4), { levels, hold }).entries()) {
          const noisy = withNoise(network, levels[l], createRng(4));
          const expected = own.map(({ bits, state }) => {
            const { output } = simulate(noisy, Matrix.zeros(hold, 2), { x0: state });
            const rows = output.to2DArray().slice(Math.floor(hold / 2));
            return rows.every((row) => row.every((z, k) => z * bits[k] > 0.1)) ? "1" : "0";
          });
          assert.equal(held, expected.join(""));
          kept += [...held].filter((digit) => digit === "1").length;
        }
      }
      assert.ok(kept > 0 && kept < 36, `${kept} of 36 held`);
    }
  });

  it("refuses steps so long that a trajectory leaves the finite numbers, and bears the longest that do not", () => {
    const net = randomNetwork(6, 1);
    const [input, target] = [Matrix.zeros(2000, 1), Matrix.ones(2000, 1)];
    const subject = (tau: number) => randomSubject({ ...net, tau }, 20, { testing: { input, target } });
    assert.equal(simulate(subject(0.2).network, input, { x0: subject(0.2).x0 }).status, "diverged");
    assert.throws(
      () => noiseTrial([subject(10), subject(0.2)], createRng(1), { levels }),
      /^RangeError: noiseTrial: subjects\[1\]\.network\.tau is 0.2, expected at least 0.5 steps$/,
    );
    const [[{ meanSquaredError: error }]] = noiseTrial([subject(0.5)], createRng(1), { levels: [0] });
    const { output, status } = simulate(subject(0.5).network, input, { x0: subject(0.5).x0 });
    assert.equal(status, "completed");
    assertClose(error, meanSquaredError(output, target), single);
  });

  it("refuses what does not fit, in words", () => {
    const good = randomSubject(randomNetwork(6, 1), 20);
    const call =
      (changes: object, options = {}) =>
      () =>
        noiseTrial([good, { ...good, ...changes }], createRng(1), options);
    assert.throws(
      call({ network: randomNetwork(7, 1) }),
      /subjects\[1\]\.network has 7 units, expected 6, as the first/,
    );
    assert.throws(call({ noiseScale: 0.3 }), /subjects\[1\]\.noiseScale is 0.3, expected a power of two/);
    assert.throws(call({ memories: [{ bits: [1, 1], state: good.x0 }] }), /memories\[0\]\.bits .*expected 1$/);
    assert.throws(call({}, { levels: [-1] }), /levels\[0\] is -1/);
    assert.throws(call({}, { levels: [] }), /levels/);
    assert.throws(call({}, { hold: 1e7 }), /hold is 10000000, expected at most 1000000 steps/);
    assert.throws(call({ rateShift: 1e7 }), /rateShift is 10000000, expected at most 1e6/);
    assert.throws(call({ testing: { ...good.testing, input: Matrix.ones(19, 1) } }), /expected 20×1/);
  });
});
