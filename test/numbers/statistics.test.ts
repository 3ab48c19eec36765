import assert from "node:assert/strict";
import fc from "fast-check";
import { rankCorrelation } from "rnn-dynamics/dist/numbers/statistics";
import { assertClose } from "../helpers/assertions";

describe("the rank correlation of two lists", () => {
  it("is Spearman's 1 − 6 Σd²/(n³ − n) without ties, and 1 or −1 for lists in the same or the opposite order", () => {
    assertClose(rankCorrelation([1, 2, 3, 4, 5], [10, 0, 30, 40, 20]), 1 - (6 * 8) / 120, 1e-14);
    fc.assert(
      fc.property(fc.uniqueArray(fc.double({ noNaN: true, min: -9, max: 9 }), { minLength: 2 }), (values) => {
        assertClose(
          rankCorrelation(
            values,
            values.map((v) => 2 * v),
          ),
          1,
          1e-12,
        );
        assertClose(
          rankCorrelation(
            values,
            values.map((v) => -v),
          ),
          -1,
          1e-12,
        );
      }),
    );
    assert.equal(rankCorrelation([1, 1], [1, 2]), 0);
    assertClose(rankCorrelation([1, 1, 2], [1, 1, 2]), 1, 1e-14);
  });

  it("is symmetric, between −1 and 1, and the ordinary correlation of ranks where values are tied", () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), { minLength: 2 });
    fc.assert(
      fc.property(values, (pairs) => {
        const [a, b] = [0, 1].map((k) => pairs.map((pair) => pair[k]));
        const rho = rankCorrelation(a, b);
        assert.ok(rho >= -1 - 1e-12 && rho <= 1 + 1e-12);
        assertClose(rankCorrelation(b, a), rho, 1e-12);
      }),
    );
    // ranks 1.5 1.5 3 4 and 1 2.5 2.5 4: deviations −1 −1 0.5 1.5 and −1.5 0 0 1.5, so 3.75 over √(4.5 · 4.5)
    assertClose(rankCorrelation([0, 0, 1, 2], [0, 1, 1, 2]), 3.75 / 4.5, 1e-14);
  });

  it("refuses lists of different lengths, in words", () => {
    assert.throws(() => rankCorrelation([1, 2], [1]), /^RangeError: rankCorrelation: b has length 1, expected 2$/);
  });
});
