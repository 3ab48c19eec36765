import { strict as assert } from "node:assert";
import { integrate } from "rnn-dynamics/dist/flow/integrate";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { findAllFixedPoints } from "rnn-dynamics/dist/search/find-all";
import type { FixedPointSet } from "rnn-dynamics/dist/search/points";
import { completenessBadge } from "rnn-dynamics/dist/search/report";
import { decoupledFlipFlop } from "../oracles/solved-flows";

const rng = createRng("completeness badge");
const flow = decoupledFlipFlop(3, 2, { units: 12, rng });
const say = (set: FixedPointSet, check: string): unknown =>
  completenessBadge([{ name: "it", set, flow }]).find((row) => row.check === check)?.it;
const judged = (set: FixedPointSet) => say(set, "judgement");

describe("the badge of completeness", () => {
  let all: FixedPointSet;
  before(async () => {
    all = await findFixedPoints(flow, [...flow.fixedPoints, ...flow.fixedPoints]);
  });

  it("finds no gap in all 27 points of an ideal flip-flop, and says that this is no proof", () => {
    assert.equal(say(all, "index sum"), "1 (must be 1)");
    assert.equal(say(all, "points without a mirror image"), 0);
    assert.equal(judged(all), "no gap found (which is no proof)");
  });

  it("finds the gap when a point is taken out: by the sum, by its mirror image, by the origin", () => {
    const without = (m: number, count: number): FixedPointSet => {
      const out = all.points.filter(({ unstableCount }) => unstableCount === m).slice(0, count);
      return { ...all, points: all.points.filter((point) => !out.includes(point)) };
    };
    assert.equal(judged(without(1, 1)), "incomplete: the index sum is wrong");
    assert.equal(say(without(1, 1), "points without a mirror image"), 1);
    assert.equal(say(without(0, 8), "index sum"), "−7 (must be 1)");
    // a corner and an edge: the sum stays, their images are left
    const pair = without(0, 1);
    const edge = pair.points.findIndex(({ unstableCount }) => unstableCount === 1);
    const balanced = { ...pair, points: pair.points.filter((_, i) => i !== edge) };
    assert.equal(say(balanced, "index sum"), "1 (must be 1)");
    assert.equal(judged(balanced), "incomplete: mirror images are missing");
    assert.equal(judged({ ...all, points: [] }), "incomplete: the index sum is wrong");
  });

  it("does not trust a sum beside a degenerate point, nor a crowded middle, nor a search that ran out", () => {
    const changed = (change: object): FixedPointSet => ({
      ...all,
      points: all.points.map((point, i) => (i === 0 ? { ...point, ...change } : point)),
    });
    assert.equal(judged(changed({ index: 0 })), "unknown: a degenerate point has no index");
    assert.equal(judged(changed({ unstableCount: 92 })), "unknown: the middle holds exponentially many");
    assert.equal(
      judged({ ...all, ended: "starts spent" } as FixedPointSet),
      "unknown: the search ran out before its rule held",
    );
  });

  it("says how a full search ended, and what its independent starts tell of coverage", async () => {
    const start = flow.fixedPoints[0].map((v) => v + 0.5);
    const { states } = integrate(flow, start, { steps: 60 });
    const memories = flow.fixedPoints.slice(0, 8);
    const set = await findAllFixedPoints(flow, { states, rng: rng.split("search"), memories });
    assert.equal(say(set, "the search"), "stopped: a round of fresh starts found nothing new");
    const { coverage, chao1, sampled } = set.completeness;
    assert.equal(
      say(set, "a further start from the test run finds a known point"),
      `${(100 * (coverage as number)).toFixed(0)} % (by ${sampled} starts)`,
    );
    assert.equal(say(set, "such starts can reach (Chao1)"), `at least ${(chao1 as number).toFixed(0)}`);
  });

  it("puts one set beside the other, under headings of their own", () => {
    const rows = completenessBadge([
      { name: "a", set: all, flow },
      { name: "b", set: { ...all, points: all.points.slice(1) }, flow },
    ]);
    assert.ok(rows.every((row) => Object.keys(row).join() === "check,a,b"));
    const twice = [
      { name: "a", set: all, flow },
      { name: "a", set: all, flow },
    ];
    assert.throws(() => completenessBadge(twice), /^RangeError: completenessBadge: sets\[1\]\.name/);
    assert.throws(() => completenessBadge([{ name: "check", set: all, flow }]), /sets\[0\]\.name/);
    assert.throws(() => completenessBadge([]), /^RangeError: completenessBadge: sets has length 0/);
  });
});
