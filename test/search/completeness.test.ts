import { strict as assert } from "node:assert";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { saddleNodeFamily, twoWells } from "rnn-dynamics/dist/flow/plane";
import { randomRecurrentWeights, simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import type { FixedPointSet } from "rnn-dynamics/dist/search/points";
import { completeness, leastCoverage } from "rnn-dynamics/dist/search/report";
import type { Start } from "rnn-dynamics/dist/search/starts";
import { assertClose, assertRejects } from "../helpers/assertions";
import { decoupledFlipFlop, doubleWell3 } from "../oracles/solved-flows";

const without = (set: FixedPointSet, i: number): FixedPointSet => ({
  ...set,
  points: set.points.filter((_, k) => k !== i),
});

describe("completeness", () => {
  const flow = decoupledFlipFlop(3, 2);
  let all: FixedPointSet;
  before(async () => {
    // twice each: from as many starts as points nobody could tell that there are no more
    all = await findFixedPoints(flow, [...flow.fixedPoints, ...flow.fixedPoints]);
  });

  it("the indices of all 27 sum to 1, and no gap is found", () => {
    const { indexSum, expectedIndexSum, unpaired, isOriginMissing, degenerate, noGapFound, verdict, reasons } =
      completeness(all, flow);
    assert.deepEqual([indexSum, expectedIndexSum, isOriginMissing, noGapFound], [1, 1, false, true]);
    assert.deepEqual([unpaired, degenerate, verdict, reasons], [[], [], "no gap found", []]);
  });

  it("is unknown at coverage 0, though all 27 are in, and from half of the starts on it is not", async () => {
    const once = completeness(await findFixedPoints(flow, flow.fixedPoints), flow);
    assert.deepEqual([once.indexSum, once.coverage, once.verdict, once.noGapFound], [1, 0, "unknown", false]);
    assert.deepEqual(once.reasons, ["too few starts agree"]);
    // f₁ = 13 of n = 13 + 14·2 starts
    const most = completeness(await findFixedPoints(flow, [...flow.fixedPoints, ...flow.fixedPoints.slice(13)]), flow);
    assert.ok((most.coverage as number) >= leastCoverage && most.noGapFound);
  });

  it("is unknown for 26 of the 27 points of a tilted double well, whose sum nobody has said", async () => {
    // ẋᵢ = xᵢ − xᵢ³ + 0.1: three roots each, by the cosine of a third of an angle
    const roots = [0, 1, 2].map((k) => {
      const angle = Math.acos((0.1 * 3 * Math.sqrt(3)) / 2) / 3 - (2 * Math.PI * k) / 3;
      return (2 / Math.sqrt(3)) * Math.cos(angle);
    });
    for (const x of roots) assert.ok(Math.abs(x - x ** 3 + 0.1) < 1e-15);
    const tilted: Flow = {
      ...doubleWell3,
      odd: false,
      velocity: (x) => x.map((value) => value - value ** 3 + 0.1),
    };
    const places = roots.flatMap((x) => roots.flatMap((y) => roots.map((z) => Float64Array.of(x, y, z))));
    const near = [...places.slice(1), ...places.slice(1)].map((x, i) => x.map((value) => value + 1e-3 * Math.sin(i)));
    const set = await findFixedPoints(tilted, near);
    const { verdict, noGapFound, reasons, coverage } = completeness(set, tilted);
    assert.deepEqual([set.points.length, coverage, verdict, noGapFound], [26, 1, "unknown", false]);
    assert.deepEqual(reasons, ["no index sum is known for this flow"]);
  });

  it("is unknown beside a place that is undecided, and beside a crowded middle, whatever the sum", async () => {
    const slow = { ...all.points[0], undecided: "J is singular to rounding" as const };
    const open = completeness({ ...all, slowPoints: [slow] }, flow);
    assert.deepEqual([open.verdict, open.undecided, open.reasons], ["unknown", [0], ["places are undecided"]]);
    const crowded = all.points.map((point, i) => (i === 0 ? { ...point, unstableCount: 92 } : point));
    assert.deepEqual(completeness({ ...all, points: crowded }, flow).verdict, "unknown");
    // a gap that is seen stays one, unless what is open may fill it
    const { points } = without(all, 0);
    assert.equal(completeness({ ...all, points }, flow).verdict, "gap found");
    assert.equal(completeness({ ...all, points, slowPoints: [slow] }, flow).verdict, "unknown");
  });

  it("notices any single point that is missing", () => {
    for (let i = 0; i < 27; i++) {
      const { noGapFound, indexSum, unpaired, isOriginMissing } = completeness(without(all, i), flow);
      assert.equal(noGapFound, false);
      assert.ok(indexSum === 0 || indexSum === 2);
      assert.ok(unpaired.length === 1 || isOriginMissing);
    }
  });

  it("does not prove anything: one attractor alone also sums to 1", async () => {
    const lonely = await findFixedPoints(flow, [flow.fixedPoints[0]]);
    assert.equal(completeness(lonely, flow).indexSum, 1);
    assert.equal(completeness(lonely, flow).noGapFound, false, "but its mirror and the origin are missed");
  });

  it("sums to 1 for a quiet random network, whose only fixed point is the origin", async () => {
    const quiet = simpleRnnFlow(randomRecurrentWeights(20, 0.5, createRng("quiet")));
    const rng = createRng("quiet starts");
    const starts = Array.from({ length: 10 }, () => Float64Array.from({ length: 20 }, () => rng.normal()));
    const set = await findFixedPoints(quiet, starts);
    assert.deepEqual([set.points.length, completeness(set, quiet).noGapFound], [1, true]);
  });

  it("expects no sum of a flow that is not −x + bounded", async () => {
    const set = await findFixedPoints(twoWells, twoWells.fixedPoints);
    const { expectedIndexSum, indexSum, verdict, noGapFound } = completeness(set, twoWells);
    assert.deepEqual([expectedIndexSum, indexSum, verdict, noGapFound], [undefined, 1, "unknown", false]);
  });

  it("flags a degenerate point instead of counting it", async () => {
    const merged = saddleNodeFamily(0);
    const set = await findFixedPoints(merged, merged.fixedPoints);
    const { degenerate, indexSum, noGapFound } = completeness(set, merged);
    assert.deepEqual([set.points.length, degenerate, indexSum, noGapFound], [2, [0], 1, false]);
  });

  it("estimates coverage from the starts of kind trajectory: 1 − f₁/n and S + f₁²/(2f₂)", () => {
    const outcomesFor = (...points: number[]) =>
      points.map((point) => ({ ...all.outcomes[0], kind: "trajectory" as const, point }));
    const mixed = [...outcomesFor(0, 0, 0, 1, 1, 2, 3, -1), { ...all.outcomes[0], kind: "origin" as const, point: 4 }];
    const { coverage, chao1, sampled } = completeness({ ...all, outcomes: mixed }, flow);
    assert.equal(sampled, 7); // the lost start and the origin do not count
    assertClose(coverage as number, 1 - 2 / 7, 1e-15);
    assertClose(chao1 as number, 4 + 4 / 2, 1e-15);
    const noPairs = completeness({ ...all, outcomes: outcomesFor(0, 1, 2) }, flow);
    assert.deepEqual([noPairs.coverage, noPairs.chao1], [0, 3 + 3]); // bias-corrected: f₁(f₁ − 1)/2
  });

  it("Chao1 grows towards the true number when starts are spread evenly", async () => {
    const rng = createRng("coverage");
    const starts: Start[] = Array.from({ length: 200 }, () => ({
      x: Float64Array.from({ length: 3 }, () => 3 * rng.normal()),
      kind: "trajectory",
    }));
    const { coverage, chao1 } = completeness(await findFixedPoints(flow, starts), flow);
    assert.ok((coverage as number) > 0.9 && (chao1 as number) > 20 && (chao1 as number) < 40);
  });

  it("gives no estimate when there is nothing to estimate from", () => {
    const { coverage, chao1, sampled, noGapFound } = completeness({ points: [], slowPoints: [], outcomes: [] }, flow);
    assert.deepEqual([coverage, chao1, sampled, noGapFound], [undefined, undefined, 0, false]);
  });

  it("says what is wrong with its arguments", () => {
    assertRejects(
      () => completeness([] as unknown as FixedPointSet, flow),
      "completeness: set is an array of length 0, expected a FixedPointSet, as from findFixedPoints",
    );
  });
});
