import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { C4, C5, C6, C7, C8, C9, countByTolerance, type MemoryCorner } from "rnn-claims/dist/04";
import { flipDistances } from "rnn-dynamics/dist/memory/box";

const patterns = Array.from({ length: 8 }, (_, i) => [4, 2, 1].map((bit) => (i & bit ? 1 : -1)));

/** The corners of a box with edges 2a, 2b, 2c in a space of five dimensions. */
const box = (scale: number[], isAttractor = true): MemoryCorner[] =>
  patterns.map((bits) => ({
    bits,
    isHeld: true,
    isAttractor,
    state: Float64Array.from([...bits.map((b, k) => b * scale[k]), 3, -1]),
  }));

describe("claims C4 to C9", () => {
  it("C4 is reproduced when few errors are large and the norms end at 7", () => {
    const squaredError = Float64Array.from({ length: 100 }, (_, t) => (t < 10 ? 1.5 : 0.001));
    const verdictAt = (norms: number[]) => C4({ squaredError, readoutNorm: new Matrix([[0, 0, 0], norms]) }).verdict;
    assert.equal(verdictAt([6.9, 6.6, 7.4]), "reproduced");
    assert.equal(verdictAt([6.9, 6.6, 9.4]), "partly");
    assert.equal(
      C4({ squaredError: squaredError.map(() => 1), readoutNorm: new Matrix([[1]]) }).verdict,
      "not reproduced",
    );
  });

  it("C5 tells performing from being better than guessing", () => {
    const judged = (errors: number[], share: number) => C5({ errors, accuracies: errors.map(() => share) });
    assert.equal(judged([0.05, 0.13], 0.99).verdict, "reproduced");
    assert.equal(judged([0.16, 0.72], 0.88).verdict, "partly");
    assert.equal(judged([1.9, 1.9], 0.52).verdict, "not reproduced");
    // mean 2, deviation √(2/3 · 3/2) = 1
    assert.match(
      judged([1, 2, 3], 0.8).statistic,
      /2\.000 ± 1\.000 \(mean ± standard deviation over 3 inputs\); 80\.0 %/,
    );
    assert.throws(
      () => C5({ errors: [0.1, Number.NaN], accuracies: [1, 1] }),
      /C5: data\.errors\[1\] is NaN, expected/,
    );
  });

  it("C6 counts points by tolerance, and judges the range of the paper and the dependence apart", () => {
    assert.deepEqual(countByTolerance([1e-27, 1e-12, 1e-3], [1e-2, 1e-10, 1e-20]), [3, 2, 1]);
    const spread = (exact: number, slow: number) => [...Array(exact).fill(1e-26), ...Array(slow).fill(1e-4)];
    assert.equal(C6({ residuals: spread(12, 6) }).verdict, "reproduced");
    assert.equal(C6({ residuals: spread(8, 6) }).verdict, "partly");
    assert.equal(C6({ residuals: spread(12, 0) }).verdict, "partly");
    assert.equal(C6({ residuals: spread(31, 0) }).verdict, "not reproduced");
  });

  it("distances in a cube are 1 : √2 : √3 with 12, 12 and 4 pairs", () => {
    const rows = flipDistances(box([1, 1, 1]));
    assert.deepEqual(
      rows.map((r) => r.pairs),
      [12, 12, 4],
    );
    rows.forEach((row) => {
      assert.ok(Math.abs(row.mean - 2 * Math.sqrt(row.flips)) < 1e-12);
      assert.ok(row.spread < 1e-12);
    });
  });

  it("C7 wants eight attractors and a cube, not a box", () => {
    assert.equal(C7({ memories: box([1, 1, 1]) }).verdict, "reproduced");
    assert.equal(C7({ memories: box([1, 1, 2]) }).verdict, "partly");
    assert.equal(C7({ memories: box([1, 1, 1], false) }).verdict, "partly");
    assert.equal(C7({ memories: box([1, 1, 2], false) }).verdict, "not reproduced");
    // a memory that is not held counts for nothing, wherever its state is, and whatever point has its signs
    const lost = box([1, 1, 1]).map((m, i) =>
      [1, 6].includes(i) ? { ...m, isHeld: false, state: m.state.map(() => 9) } : m,
    );
    const { verdict, statistic, tolerance } = C7({ memories: lost });
    assert.equal(verdict, "partly");
    assert.match(
      statistic,
      /^6 of 8 memories held, 6 of them at .*; lengths 2\.0 : 2\.8 : 3\.5, spread of the edges 0\.0 %/,
    );
    assert.match(tolerance, /farther than 0\.1 on its side of 0/);
    assert.throws(() => C7({ memories: [] }), /C7: data\.memories has length 0, expected 8/);
  });

  it("C8 is decided by the eigenvalues at the origin", () => {
    assert.equal(C8({ unstableCount: 115, dimension: 1000 }).verdict, "reproduced");
    assert.equal(C8({ unstableCount: 0, dimension: 1000 }).verdict, "wrong as stated");
    assert.equal(C8({ unstableCount: 1000, dimension: 1000 }).verdict, "wrong as stated");
  });

  it("C9 wants saddles on the edges of the cube, most edges having one", () => {
    const edges = patterns.flatMap((from, i) =>
      patterns
        .slice(0, i)
        .filter((to) => from.filter((b, k) => b !== to[k]).length === 1)
        .map((to) => ({ from, to })),
    );
    assert.equal(edges.length, 12);
    assert.equal(C9({ passages: edges }).verdict, "reproduced");
    assert.equal(C9({ passages: edges.slice(0, 6) }).verdict, "partly");
    const astray = edges.map(({ from }) => ({ from, to: undefined }));
    assert.equal(C9({ passages: astray }).verdict, "not reproduced");
    assert.equal(C9({ passages: [] }).verdict, "not reproduced");
    assert.match(C9({ passages: [...edges, ...edges] }).statistic, /24 of 24 .* 12 of 12/);
  });
});
