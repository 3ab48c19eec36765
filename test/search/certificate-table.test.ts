import { strict as assert } from "node:assert";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { certificateTable } from "rnn-dynamics/dist/search/report";
import { decoupledFlipFlop } from "../oracles/solved-flows";

describe("the table of certificates", () => {
  it("has one row per number of unstable modes, and the worst of each kind in it", async () => {
    const flow = decoupledFlipFlop(2, 2, { units: 6, rng: createRng("certificate table") });
    const { points } = await findFixedPoints(flow, flow.fixedPoints);
    const rows = certificateTable(points);
    assert.deepEqual(
      rows.map((row) => [row.m, row.points, row.certified]),
      [
        [0, 4, 4],
        [1, 4, 4],
        [2, 1, 1],
      ],
    );
    for (const row of rows) {
      const those = points.filter(({ unstableCount }) => unstableCount === row.m);
      const worst = (value: (i: number) => number) => Math.max(...those.map((_, i) => value(i)));
      assert.equal(
        row["q ≤"],
        worst((i) => those[i].qStar),
      );
      assert.equal(
        row["h ≤"],
        worst((i) => those[i].certificate?.h ?? Number.NaN),
      );
      assert.equal(
        row["radius ≤"],
        worst((i) => those[i].certificate?.radius ?? Number.NaN),
      );
      assert.equal(row["alone within"], -worst((i) => -(those[i].certificate?.uniqueRadius ?? Number.NaN)));
    }
  });

  it("is true to what a certificate promises: points are no nearer to each other than they are alone", async () => {
    const flow = decoupledFlipFlop(3, 1.3, { units: 9, rng: createRng("alone") });
    const { points } = await findFixedPoints(flow, flow.fixedPoints);
    const alone = certificateTable(points).map((row) => row["alone within"]);
    const gaps = points.flatMap((a, i) =>
      points.slice(0, i).map((b) => Math.sqrt(a.xStar.reduce((sum, v, k) => sum + (v - b.xStar[k]) ** 2, 0))),
    );
    assert.ok(Math.max(...alone) > 0);
    assert.ok(Math.max(...alone) <= Math.min(...gaps), `${alone} against ${Math.min(...gaps)}`);
  });

  it("shows a dash where nothing is certified", () => {
    const [row] = certificateTable([
      { unstableCount: 0, qStar: 1e-9, certificate: undefined },
      { unstableCount: 0, qStar: 1e-12, certificate: undefined },
    ]);
    assert.deepEqual([row.certified, row["q ≤"]], [0, 1e-9]);
    assert.ok([row["h ≤"], row["radius ≤"], row["alone within"]].every(Number.isNaN));
    assert.deepEqual(certificateTable([]), []);
  });

  it("says what is wrong with its argument", () => {
    assert.throws(() => certificateTable([{} as never]), /^RangeError: certificateTable: points\[0\]/);
    const certificate = {} as never;
    assert.throws(() => certificateTable([{ unstableCount: 0, qStar: 0, certificate }]), /points\[0\]\.certificate/);
  });
});
