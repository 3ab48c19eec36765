import { strict as assert } from "node:assert";
import { kineticEnergyGradient } from "rnn-dynamics/dist/flow/energy";
import { ghostOfSaddleNode, saddleNodeFamily, twoWells } from "rnn-dynamics/dist/flow/plane";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { assertClose, assertRejects } from "../helpers/assertions";
import { checkFlow } from "../helpers/check-flow";

const points = [
  [0.3, 0.7],
  [-1.2, 0.4],
  [0.9, -0.8],
].map((p) => Float64Array.from(p));

describe("planar", () => {
  describe("twoWells", () => {
    it("is a flow", () => checkFlow(twoWells, points));

    it("is the paper's formula [J15 eq. 14, eq. 15]", () => {
      assertClose(twoWells.velocity(Float64Array.of(0.3, 0.7)), [(1 - 0.09) * 0.7, 0.15 - 0.7], 1e-15);
    });

    it("has the paper's Jacobian [J15 eq. 16, eq. 17]", () => {
      assertClose(twoWells.jacobian(Float64Array.of(0.3, 0.7)), [-0.42, 0.91, 0.5, -1], 1e-15);
    });

    it("rests at (1, ½), (0, 0) and (−1, −½), and not at the printed (1, −½) [J15 §3.1]", () => {
      assert.equal(twoWells.fixedPoints.length, 3);
      for (const x of twoWells.fixedPoints) assert.ok(twoWells.velocity(x).every((value) => value === 0));
      assertClose(twoWells.velocity(Float64Array.of(1, -0.5)), [0, 1], 0);
    });

    it("has two degenerate nodes, λ = −1 twice, and a saddle with λ = (−1 ± √3)/2 [J15 §3.1]", () => {
      for (const x of [twoWells.fixedPoints[0], twoWells.fixedPoints[2]]) {
        const { eigenvalues, kind, shape } = stability(twoWells, x);
        assertClose(eigenvalues.re, [-1, -1], 1e-7); // a double eigenvalue is found to √u = 1.5e-8
        assertClose(eigenvalues.im, [0, 0], 1e-7);
        assert.deepEqual([kind, shape], ["attractor", "degenerate node"]);
      }
      const saddle = stability(twoWells, twoWells.fixedPoints[1]);
      assertClose(saddle.eigenvalues.re, [(-1 + Math.sqrt(3)) / 2, (-1 - Math.sqrt(3)) / 2], 1e-14);
      assert.deepEqual([saddle.kind, saddle.unstableCount], ["saddle", 1]);
    });
  });

  describe("saddleNodeFamily", () => {
    it("is a flow on both sides of the bifurcation and at it", () => {
      for (const mu of [-0.3, 0, 0.02]) checkFlow(saddleNodeFamily(mu), points);
    });

    it("has a node, a saddle and a node before, and one node after the bifurcation", () => {
      const before = saddleNodeFamily(-0.25);
      assert.deepEqual(
        before.fixedPoints.map((x) => [...x]),
        [
          [-0.5, -0.25],
          [0.5, 0.25],
          [1, 0.5],
        ],
      );
      for (const x of before.fixedPoints) assert.ok(before.velocity(x).every((value) => value === 0));
      assert.deepEqual(
        before.fixedPoints.map((x) => stability(before, x).kind),
        ["attractor", "saddle", "attractor"],
      );
      assert.equal(saddleNodeFamily(0.25).fixedPoints.length, 1);
      const merged = saddleNodeFamily(0);
      assert.deepEqual(
        merged.fixedPoints.map((x) => stability(merged, x).kind),
        ["degenerate", "attractor"],
      );
    });

    it("lists the double point once where the saddle meets the other node, μ = −1", () => {
      assert.equal(saddleNodeFamily(-1).fixedPoints.length, 2);
    });

    it("leaves a ghost: a minimum of q with q > 0 and a singular Jacobian", () => {
      for (const mu of [0.3, 0.01, 1e-6]) {
        const ghost = ghostOfSaddleNode(mu);
        const flow = saddleNodeFamily(mu);
        assertClose(kineticEnergyGradient(flow, ghost), [0, 0], 0, 1e-15);
        assertClose(flow.jacobian(ghost).get(0, 0), 0, 0, 1e-15);
        assert.ok(flow.velocity(ghost)[0] > 0.6 * mu);
      }
      assertClose(ghostOfSaddleNode(1e-6)[0], 0.5e-6, 1e-5); // μ/2 to first order
    });
  });

  it("says what is wrong with its arguments", () => {
    assertRejects(() => saddleNodeFamily(Number.NaN), "saddleNodeFamily: mu is NaN, expected a finite number");
    assertRejects(() => ghostOfSaddleNode(-1), "ghostOfSaddleNode: mu is -1, expected a finite number, positive");
    assertRejects(() => ghostOfSaddleNode(0.5), "ghostOfSaddleNode: mu is 0.5, expected less than 1/3");
    assertRejects(() => twoWells.velocity(new Float64Array(3)), "velocity: x has length 3, expected 2");
  });
});
