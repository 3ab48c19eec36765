import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { check, type Exercise, judge, verdict } from "rnn-dynamics/dist/page/exercise";
import { inFakeKernel } from "../helpers/fake-kernel";

const doubled: Exercise = {
  solution: (x: Float64Array) => x.map((v) => 2 * v),
  probes: [[Float64Array.of(1, 2)], [Float64Array.of(-3, 0.5)]],
};
const jacobian: Exercise = {
  solution: (a: number) => new Matrix([[a, 1], [0, a]]), // biome-ignore format: as it is written on the board
  probes: [[2], [3]],
};

describe("check", () => {
  it("tells an attempt that has not been made from a wrong one", () => {
    assert.equal(judge(doubled, undefined), "not attempted yet");
    assert.equal(
      judge(doubled, () => undefined),
      "not attempted yet",
    );
    assert.equal(
      judge(doubled, (x: Float64Array) => x.map((v) => v + v)),
      "correct",
    );
    assert.equal(
      judge(doubled, (x: Float64Array) => x.map((v) => v * v)),
      "differs at component 0: got 1, expected 2",
    );
  });

  it("compares lengths, matrices, numbers and words", () => {
    assert.equal(
      judge(doubled, () => new Float64Array(3)),
      "differs: got length 3, expected length 2",
    );
    assert.equal(
      judge(jacobian, (a: number) => new Matrix([[a, 0], [1, a]])), // biome-ignore format: as on the board
      "differs at row 0, column 1: got 0, expected 1",
    );
    assert.equal(
      judge(jacobian, (a: number) => Matrix.eye(2).mul(a)),
      "differs at row 0, column 1: got 0, expected 1",
    );
    assert.equal(
      judge(jacobian, () => 3),
      "differs: got 3, expected a 2×2 matrix",
    );
    assert.equal(judge({ solution: 0.5 }, 0.5 + 1e-12), "correct");
    assert.equal(judge({ solution: 0.5, tolerance: 0.1 }, 0.45), "correct");
    assert.equal(judge({ solution: "pitchfork" }, " Pitchfork "), "correct");
    assert.equal(judge({ solution: "pitchfork" }, "fold"), 'differs: got "fold", expected "pitchfork"');
    assert.equal(judge({ solution: [[1, 2], [3, 4]] }, [[1, 2], [3, 5]]), "differs at component 1, 1: got 5, expected 4"); // biome-ignore format: one line
  });

  it("does not accept NaN, a promise or a number where a function is asked for", () => {
    assert.match(judge({ solution: 1 }, Number.NaN), /^differs: got NaN, expected 1/);
    assert.match(judge({ solution: 1 }, Promise.resolve(1)), /is an await missing/);
    assert.equal(judge(doubled, 3), "differs: got 3, expected a function");
  });

  it("gives the attempt arguments of its own, so that writing into them spoils nothing", () => {
    const inPlace = (x: Float64Array): Float64Array => {
      for (let i = 0; i < x.length; i++) x[i] *= 2;
      return x;
    };
    assert.equal(judge(doubled, inPlace), "correct");
    assert.equal(judge(doubled, inPlace), "correct");
  });

  it("reports an attempt that throws instead of throwing", () => {
    const failing = (): never => {
      throw new TypeError("x is not a function");
    };
    assert.equal(judge(doubled, failing), 'fails with "x is not a function"');
  });

  it("never throws, whatever the attempt and the number are", async () => {
    const page = await inFakeKernel(() => {
      fc.assert(
        fc.property(fc.anything(), fc.anything(), (id, attempt) => {
          check(id as string, attempt);
          judge(doubled, attempt);
          judge(jacobian, () => attempt);
          judge({ solution: attempt }, attempt);
        }),
        // values that refuse to become text
        { numRuns: 300, examples: [[{ toString: 0 }, {}], [Object.create(null), Object.create(null)]] }, // biome-ignore format: pairs
      );
    });
    assert.ok(page.printed.length >= 300);
  });

  describe("with solution modules", () => {
    const folder = mkdtempSync(join(tmpdir(), "solutions-"));
    const source = "exports.exercises = { 2: { solution: (x) => x + 1, probes: [[1], [2]] } };";
    before(() => writeFileSync(join(folder, "01.js"), source));
    before(() => writeFileSync(join(folder, "02.js"), "throw new Error('broken');"));
    after(() => rmSync(folder, { recursive: true }));

    it("finds exercise 2 of notebook 01 under 1.2", () => {
      assert.equal(
        verdict("1.2", (x: number) => 1 + x, folder),
        "correct",
      );
      assert.equal(verdict("1.2", undefined, folder), "not attempted yet");
    });

    it("says kindly what is missing", () => {
      assert.equal(verdict("1.7", 1, folder), "is not an exercise of this notebook");
      assert.equal(verdict("9.1", 1, folder), "cannot be checked: this copy has no solutions");
      assert.equal(verdict("2.1", 1, folder), "cannot be checked: broken");
      assert.match(verdict("first", 1, folder), /^is not the number of an exercise/);
    });
  });
});
