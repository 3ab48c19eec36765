import assert from "node:assert/strict";
import { C17, C18, type NoiseScores } from "rnn-claims/dist/07";

/** One seed: area and half level of the three networks. */
function scores(seed: number, tanh: number[], logistic: number[], transferred: number[]): NoiseScores {
  const networks = Object.entries({ tanh, logistic, transferred }).map(([name, [area, halfLevel]]) => ({
    ...{ name, area, halfLevel },
  }));
  return { seed, networks };
}

const six = (make: (seed: number) => NoiseScores): NoiseScores[] => [1, 2, 3, 4, 5, 6].map(make);

describe("claims C17 and C18", () => {
  it("are reproduced by six seeds like the paper's Fig. 9, in which five are enough", () => {
    const likeFig9 = (seed: number): NoiseScores => scores(seed, [19, 0.01], [16.5, 0.012], [24, 0.008]);
    assert.equal(C17(six(likeFig9)).verdict, "reproduced");
    assert.equal(C18(six(likeFig9)).verdict, "reproduced");
    const withOne = six((seed) => (seed === 4 ? scores(seed, [16, 0.012], [19, 0.01], [15, 0.02]) : likeFig9(seed)));
    assert.equal(C17(withOne).verdict, "reproduced");
    assert.deepEqual(C18(withOne).seeds, [1, 2, 3, 4, 5, 6]);
    assert.equal(C18(withOne).verdict, "reproduced");
    const withTwo = withOne.map((s) => (s.seed === 5 ? { ...withOne[3], seed: 5 } : s));
    assert.equal(C17(withTwo).verdict, "partly", "alike still, by both measures");
    assert.equal(C18(withTwo).verdict, "not reproduced");
  });

  it("are partly so if the memories tell another story than the error", () => {
    const opposite = (seed: number): NoiseScores => scores(seed, [19, 0.01], [16.5, 0.003], [24, 0.02]);
    assert.equal(C17(six(opposite)).verdict, "partly");
    assert.equal(C18(six(opposite)).verdict, "partly");
    assert.match(C18(six(opposite)).statistic, /6 \(area .*\) and 0 \(memories\) of 6 seeds/);
  });

  it("are not reproduced if the logistic network is the worst by far, or the transferred one the best", () => {
    const worst = (seed: number): NoiseScores => scores(seed, [19, 0.01], [30, 0.003], [15, 0.02]);
    assert.equal(C17(six(worst)).verdict, "not reproduced");
    assert.equal(C18(six(worst)).verdict, "not reproduced");
  });

  it("call one level of the paper's twenty a difference of 10^(4/19)", () => {
    assert.ok(Math.abs(C17.limits.similarHalfLevel - 10 ** (4 / 19)) < 1e-4);
  });

  it("refuse scores that lack a network", () => {
    assert.throws(
      () => C17([{ seed: 1, networks: [1, 2, 3].map(() => ({ name: "tanh", area: 1, halfLevel: 1 })) }]),
      /^RangeError: C17: data\[0\]\.networks has no "logistic", expected tanh, logistic, transferred$/,
    );
    assert.throws(() => C18([]), /^RangeError: C18: data has length 0, expected at least 1$/);
  });
});
