import assert from "node:assert/strict";
import { claimC17, claimC18, type NoiseScores, thresholdsC17andC18 } from "rnn-dynamics/dist/claims/c17-c18";

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
    assert.equal(claimC17({ scores: six(likeFig9) }).verdict, "reproduced");
    assert.equal(claimC18({ scores: six(likeFig9) }).verdict, "reproduced");
    const withOne = six((seed) => (seed === 4 ? scores(seed, [16, 0.012], [19, 0.01], [15, 0.02]) : likeFig9(seed)));
    assert.equal(claimC17({ scores: withOne }).verdict, "reproduced");
    assert.deepEqual(claimC18({ scores: withOne }).seeds, [1, 2, 3, 4, 5, 6]);
    assert.equal(claimC18({ scores: withOne }).verdict, "reproduced");
    const withTwo = withOne.map((s) => (s.seed === 5 ? { ...withOne[3], seed: 5 } : s));
    assert.equal(claimC17({ scores: withTwo }).verdict, "partly", "alike still, by both measures");
    assert.equal(claimC18({ scores: withTwo }).verdict, "not reproduced");
  });

  it("are partly so if the memories tell another story than the error", () => {
    const opposite = (seed: number): NoiseScores => scores(seed, [19, 0.01], [16.5, 0.003], [24, 0.02]);
    assert.equal(claimC17({ scores: six(opposite) }).verdict, "partly");
    assert.equal(claimC18({ scores: six(opposite) }).verdict, "partly");
    assert.match(claimC18({ scores: six(opposite) }).statistic, /6 \(area .*\) and 0 \(memories\) of 6 seeds/);
  });

  it("are not reproduced if the logistic network is the worst by far, or the transferred one the best", () => {
    const worst = (seed: number): NoiseScores => scores(seed, [19, 0.01], [30, 0.003], [15, 0.02]);
    assert.equal(claimC17({ scores: six(worst) }).verdict, "not reproduced");
    assert.equal(claimC18({ scores: six(worst) }).verdict, "not reproduced");
  });

  it("call one level of the paper's twenty a difference of 10^(4/19)", () => {
    assert.ok(Math.abs(thresholdsC17andC18.similarHalfLevel - 10 ** (4 / 19)) < 1e-4);
  });

  it("refuse scores that lack a network", () => {
    assert.throws(
      () =>
        claimC17({ scores: [{ seed: 1, networks: [1, 2, 3].map(() => ({ name: "tanh", area: 1, halfLevel: 1 })) }] }),
      /^RangeError: claimC17: scores\[0\]\.networks has no "logistic", expected tanh, logistic, transferred$/,
    );
    assert.throws(() => claimC18({ scores: [] }), /^RangeError: claimC18: scores has length 0, expected at least 1$/);
  });
});
