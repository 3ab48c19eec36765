import assert from "node:assert/strict";
import fc from "fast-check";
import { C1, C2, C3, type DescentRace, descentRatio, racesByEnd } from "rnn-claims/dist/01-02";
import { verdictTable } from "rnn-claims/dist/ledger";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { orderOf } from "rnn-dynamics/dist/numbers/statistics";
import { assertClose, assertRejects } from "../helpers/assertions";

const point = (x: number, y: number, unstableCount: number) => ({ xStar: Float64Array.of(x, y), unstableCount });
const truth = [point(1, 0.5, 0), point(0, 0, 1), point(-1, -0.5, 0)];
const search = (seed: number, points: typeof truth) => ({ seed, points });

describe("claim C1", () => {
  it("is reproduced when every search finds the closed-form set, in any order", () => {
    const verdict = C1([search(1, truth), search(2, [...truth].reverse())]);
    assert.equal(verdict.verdict, "reproduced");
    assert.deepEqual(verdict.seeds, [1, 2]);
  });

  it("judges by the same points that the flow itself knows [J15 eqs. 14, 15]", () => {
    const points = twoWells.fixedPoints.map((xStar) => ({ xStar, unstableCount: xStar[0] === 0 ? 1 : 0 }));
    assert.equal(C1([{ seed: 1, points }]).verdict, "reproduced");
  });

  it("is not reproduced by the point the paper prints, by a wrong kind, by a missing or an extra point", () => {
    const misprint = [point(1, 0.5, 0), point(0, 0, 1), point(1, -0.5, 0)];
    const wrongKind = [point(1, 0.5, 0), point(0, 0, 0), point(-1, -0.5, 0)];
    for (const points of [misprint, wrongKind, truth.slice(1), [...truth, point(2, 2, 0)]]) {
      assert.equal(C1([search(1, points)]).verdict, "not reproduced");
    }
  });

  it("is partly reproduced from half of the seeds on", () => {
    assert.equal(C1([search(1, truth), search(2, [])]).verdict, "partly");
    assert.equal(C1([search(1, truth), search(2, []), search(3, [])]).verdict, "not reproduced");
  });

  it("asks for at least one search", () => {
    assertRejects(() => C1([]), "C1: data has length 0, expected at least 1");
  });
});

const x = Float64Array.of(0);
const cost = (evaluations: number, q = 0) => ({
  q,
  x,
  evaluations: { velocity: evaluations, jacobian: 0, products: 0 },
});
const race = (system: string, gradient: number, cg: number, q = 0): DescentRace => ({
  system,
  seed: 1,
  gradient: cost(gradient),
  cg: cost(cg, q),
});

describe("claim C2", () => {
  it("counts F, J and products alike", () => {
    const gradient = { q: 0, x, evaluations: { velocity: 10, jacobian: 20, products: 30 } };
    const cg = { q: 0, x, evaluations: { velocity: 1, jacobian: 2, products: 3 } };
    assert.equal(descentRatio({ system: "a", seed: 1, gradient, cg }), 10);
  });

  it("lets CG lose when it ends at a slow point", () => {
    assert.equal(descentRatio(race("a", 1000, 10, 1e-4)), 0);
  });

  it("takes the median over starts and the weakest system", () => {
    const strong = [race("a", 1000, 10), race("a", 2000, 10), race("a", 100, 10)]; // median 100
    assert.equal(C2(strong).verdict, "reproduced");
    assert.equal(C2([...strong, race("b", 50, 10)]).verdict, "partly");
    assert.equal(C2([race("a", 15, 10)]).verdict, "not reproduced");
  });

  it("shows heaps that one median would hide", () => {
    const races = [race("a", 300, 10), race("b", 40, 10), race("a", 280, 10), race("a", 290, 10)];
    assert.deepEqual(
      racesByEnd(races, ({ system }) => system),
      [
        { "ends at": "a", races: 3, "times the work of CG": 29 },
        { "ends at": "b", races: 1, "times the work of CG": 4 },
      ],
    );
    assertRejects(() => racesByEnd([], () => "a"), "racesByEnd: races has length 0, expected at least 1");
  });

  it("says so when the median is only a lower bound", () => {
    const cutOff = { ...race("a", 1000, 10), gradient: cost(1000, 1e-5) };
    assert.match(C2([cutOff]).statistic, /at least 100\.0/);
    assert.doesNotMatch(C2([race("a", 1000, 10)]).statistic, /at least/);
  });
});

describe("claim C3", () => {
  it("finds the order of a power law", () => {
    const distances = [1e-3, 1e-2, 1e-1];
    for (const order of [0.5, 1, 2]) {
      // a straight line in logarithms: exact up to rounding
      assertClose(
        orderOf(
          distances,
          distances.map((d) => 3 * d ** order),
        ),
        order,
        1e-12,
      );
    }
  });

  it("needs both the order and a small error near by; the worst seed decides [J15 eq. 12]", () => {
    const distances = [1e-4, 1e-2];
    const good = { seed: 1, distances, errors: [1e-4, 1e-2] };
    const flat = { seed: 2, distances, errors: [0.005, 0.006] };
    const bad = { seed: 3, distances, errors: [0.5, 0.6] };
    assert.equal(C3([good]).verdict, "reproduced");
    assert.equal(C3([good, flat]).verdict, "partly");
    assert.equal(C3([good, bad]).verdict, "not reproduced");
  });

  it("rejects unequal lengths, and what has no logarithm", () => {
    assertRejects(() => orderOf([1, 2, 3], [1, 2]), "orderOf: errors has length 2, expected 3, as distances");
    assertRejects(() => orderOf([1, 0], [1, 2]), "orderOf: distances[1] is 0, expected a finite number, positive");
    assertRejects(
      () => C3([{ seed: 1, distances: [1, 2], errors: [1] }]),
      "C3: data[0].errors has length 1, expected at least 2",
    );
  });
});

describe("verdictTable", () => {
  it("shortens runs of seeds, lists others, and names their absence", () => {
    const verdict = C1([search(1, truth)]);
    const seedsOf = (seeds: number[]) => verdictTable([{ ...verdict, seeds }])[0].seeds;
    assert.equal(seedsOf([1, 2, 3, 4, 5]), "1–5");
    assert.equal(seedsOf([1, 4, 9]), "1, 4, 9");
    assert.equal(seedsOf([1, 2]), "1, 2");
    assert.equal(seedsOf([]), "none needed");
  });

  it("holds only words, for any statistic", () => {
    fc.assert(
      fc.property(fc.string(), (statistic) => {
        const [row] = verdictTable([{ ...C1([search(1, truth)]), statistic }]);
        assert.ok(Object.values(row).every((cell) => typeof cell === "string"));
        assert.equal(row.measured, statistic);
      }),
    );
  });
});

describe("thresholds of C1 to C3", () => {
  it("have not moved since before the runs that decide", () => {
    assert.deepEqual(C1.limits, { distance: 1e-6, partly: 0.5 });
    assert.deepEqual(C2.limits, { much: 10, faster: 2 });
    assert.deepEqual(C3.limits, { order: 0.9, error: 0.01 });
    assert.ok([C1, C2, C3].every(({ limits }) => Object.isFrozen(limits)));
  });

  it("count a minimisation as arrived at q ≤ 1e-24", () => {
    assert.equal(descentRatio(race("a", 100, 10, 1e-24)), 10);
    assert.equal(descentRatio(race("a", 100, 10, 2e-24)), 0);
  });
});
