import assert from "node:assert/strict";
import { areBoxLengths } from "rnn-claims/dist/04";
import { C13, C14, C15, C16 } from "rnn-claims/dist/06";
import { flipDistances } from "rnn-dynamics/dist/memory/box";
import { cornersOf, randomFrame } from "../helpers/hypercube";

const lengths = (...scale: number[]) => {
  const frame = randomFrame(20, 4, 1);
  scale.forEach((s, k) => {
    frame.setColumn(
      k,
      frame.getColumn(k).map((v) => s * v),
    );
  });
  return flipDistances(cornersOf(frame));
};

describe("claims C13 to C16 [J15 §7]", () => {
  it("C13 is reproduced by a tesseract of 16 attractors, partly by either half of it, and not by neither", () => {
    const [right, wrong] = [lengths(50, 50, 50, 50), lengths(50, 50, 50, 90)];
    assert.ok(areBoxLengths(right));
    assert.ok(!areBoxLengths(wrong));
    const verdict = (attracting: number, distances: typeof right) => C13({ held: 16, attracting, distances }).verdict;
    assert.equal(verdict(16, right), "reproduced");
    assert.equal(verdict(16, wrong), "partly");
    assert.equal(verdict(3, right), "partly");
    assert.equal(verdict(8, wrong), "partly");
    assert.equal(verdict(7, wrong), "not reproduced");
    assert.equal(verdict(0, []), "not reproduced");
    assert.match(
      C13({ held: 16, attracting: 16, distances: right }).statistic,
      /16 of 16 memories held, 16 of them at attracting fixed points; lengths 50\.0 : 70\.7 : 86\.6 : 100\.0/,
    );
  });

  it("C13 judges lengths to 10 %, and not by the mean alone", () => {
    assert.ok(areBoxLengths(lengths(47, 50, 50, 53)));
    assert.ok(!areBoxLengths(lengths(40, 50, 50, 60)));
    const bent = lengths(50, 50, 50, 50).map((row) => (row.flips === 4 ? { ...row, mean: 1.11 * row.mean } : row));
    assert.ok(!areBoxLengths(bent));
  });

  it("C14 needs both pictures in four seeds of five", () => {
    const pair = (scratch: "edge" | "vertex" | undefined, transfer: "face" | "cell") => ({ scratch, transfer });
    const set = (edges: number, faces: number, total = 6) =>
      Array.from({ length: total }, (_, i) => pair(i < edges ? "edge" : "vertex", i < faces ? "face" : "cell"));
    const verdict = (views: ReturnType<typeof set>) => C14({ views }).verdict;
    assert.equal(verdict(set(5, 6)), "reproduced");
    assert.equal(verdict(set(5, 4)), "partly");
    assert.equal(verdict(set(0, 6)), "partly");
    assert.equal(verdict(set(4, 4)), "not reproduced");
    assert.equal(verdict([pair(undefined, "cell")]), "not reproduced");
  });

  it("C14's threshold is passed by chance in 2.3 % and 1.5 % of the cases", () => {
    const fiveOfSix = (p: number) => 6 * p ** 5 * (1 - p) + p ** 6;
    assert.ok(Math.abs(fiveOfSix(0.353) - 0.023) < 0.001 && Math.abs(fiveOfSix(0.323) - 0.0155) < 0.001);
    assert.ok(5 / 6 >= C14.limits.nearlyAllSeeds && 4 / 6 < C14.limits.nearlyAllSeeds);
  });

  it("C15 is wrong as stated where four dimensions forbid it, else reproduced or not", () => {
    const verdict = (inequality: number, least: number, inFour: number) =>
      C15({ inequality, least, inFour, edgeSpread: 0.05 }).verdict;
    assert.equal(verdict(0.41, 0.41, 0.97), "wrong as stated");
    assert.equal(verdict(0.41, 0.41, 0.5), "not reproduced");
    assert.equal(verdict(0.41, 0.1, 0.97), "not reproduced");
    assert.equal(verdict(0.19, 0.41, 0.5), "reproduced");
  });

  it("C16 asks for the angles and for all sixteen", () => {
    const verdict = (attracting: number, angle: number) =>
      C16({ held: 16, attracting, angles: [10, 12, angle], controlAngles: [80] }).verdict;
    assert.equal(verdict(16, 29), "reproduced");
    assert.equal(verdict(16, 31), "partly");
    assert.equal(verdict(15, 29), "partly");
    assert.equal(verdict(15, 31), "not reproduced");
  });

  it("have frozen thresholds, and name what is wrong", () => {
    assert.ok([C13, C14, C15, C16].every(({ limits }) => Object.isFrozen(limits)));
    assert.throws(() => C13({ held: 17, attracting: 1, distances: [] }), {
      message: "C13: data.held is 17, expected at most 16",
    });
    assert.throws(() => C13({ held: 12, attracting: 13, distances: [] }), {
      message: "C13: data.attracting is 13, expected at most the 12 that are held",
    });
    assert.throws(
      () => C14({ views: [{ scratch: "corner" as never, transfer: "face" }] }),
      /^RangeError: C14: data\.views\[0\]\.scratch is "corner"/,
    );
    assert.throws(
      () => C15({ inequality: Number.NaN, least: 0, inFour: 1, edgeSpread: 0 }),
      /^RangeError: C15: data\.inequality is NaN/,
    );
    assert.throws(
      () => C16({ held: 1, attracting: 1, angles: [], controlAngles: [] }),
      /^RangeError: C16: data\.angles has length 0/,
    );
  });
});
