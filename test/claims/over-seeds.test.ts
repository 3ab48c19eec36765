import assert from "node:assert/strict";
import { type ClaimVerdict, type Verdict, verdictOverSeeds } from "rnn-claims/dist/claim";

const verdictOf = (verdict: Verdict, seed: number, claim = "C5"): ClaimVerdict => ({
  claim,
  statistic: `measured ${seed}`,
  tolerance: "at most 1",
  verdict,
  seeds: [seed],
});
const over = (...verdicts: Verdict[]): ClaimVerdict =>
  verdictOverSeeds(verdicts.map((word, i) => verdictOf(word, i + 1)));

describe("a verdict over seeds", () => {
  it("is what four seeds in five say", () => {
    const [yes, part, no, wrong] = ["reproduced", "partly", "not reproduced", "wrong as stated"] as const;
    assert.equal(over(yes, yes, yes, yes, no).verdict, "reproduced");
    assert.equal(over(yes, yes, yes, no, no).verdict, "partly");
    assert.equal(over(no, no, no, no, yes).verdict, "not reproduced");
    assert.equal(over(wrong, wrong, wrong, wrong, yes).verdict, "wrong as stated");
    assert.equal(over(part, part, part, part, part).verdict, "partly");
    assert.equal(over(part, part, no, no, no).verdict, "not reproduced");
    assert.equal(over(part, yes, no, no).verdict, "partly");
  });

  it("counts the seeds, and repeats what the first measured", () => {
    const { statistic, seeds, claim } = over("partly", "reproduced", "partly");
    assert.equal(statistic, "reproduced in 1 of 3 seeds, partly in 2; seed 1: measured 1");
    assert.deepEqual([claim, seeds], ["C5", [1, 2, 3]]);
  });

  it("of one seed is that seed's", () => {
    assert.deepEqual(over("partly"), verdictOf("partly", 1));
  });

  it("does not mix claims, and needs one", () => {
    const mixed = [verdictOf("partly", 1), verdictOf("partly", 2, "C6")];
    assert.throws(
      () => verdictOverSeeds(mixed),
      /verdictOverSeeds: verdicts has one on C6, expected verdicts on C5 only/,
    );
    assert.throws(() => verdictOverSeeds([]), RangeError);
  });
});
