import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { rateFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { eigenvalues } from "rnn-dynamics/dist/wasm/eigen";

const rng = createRng("feed-forward");

/** A matrix without a loop, units in any order: `entry` from each unit to those after it, and on the diagonal. */
function loopFree(n: number, entry: (i: number, j: number) => number): Matrix {
  const order = rng.permutation(n);
  const A = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) A.set(order[i], order[j], entry(i, j));
  return A;
}

/** Units that drive all later ones by `weight`. */
function driven(n: number, weight: number) {
  const weights = new Float64Array(n * n);
  for (let i = 0; i < n; i++) weights.fill(weight, i * n, i * n + i);
  return rateFlow({ size: n, activation: "tanh", weights, drive: new Float64Array(n) });
}

/** Copies A's blocks along a diagonal, with `link` in every place below them, rows and columns scrambled. */
function chained(blocks: readonly Matrix[], link: number): Matrix {
  const n = blocks.reduce((sum, block) => sum + block.rows, 0);
  const whole = Matrix.zeros(n, n);
  let at = 0;
  for (const block of blocks) {
    for (let i = at; i < at + block.rows; i++) for (let j = 0; j < at; j++) whole.set(i, j, link);
    whole.setSubMatrix(block, at, at);
    at += block.rows;
  }
  const order = Array.from(rng.permutation(n));
  return whole.selection(order, order);
}

describe("eigenvalues of networks that fall into parts", () => {
  it("are the diagonal to the bit without a loop, whatever the order and the size of the weights", () => {
    for (const n of [1, 2, 3, 4, 8, 20, 53, 300]) {
      for (const size of [1e-200, 1e-3, 1, 1e6, 1e200]) {
        const A = loopFree(n, (i, j) => (i === j ? rng.normal() : rng.uniform() < 0.5 ? size * rng.normal() : 0));
        const { re, im } = eigenvalues(A);
        assert.deepEqual(re, Float64Array.from(A.diagonal()).sort().reverse(), `N ${n}, weights ${size}`);
        assert.ok(im.every((y) => y === 0));
      }
    }
  });

  it("make a driven chain an attractor with λ = −1, for weights of 1 and of 1e15", async () => {
    for (const [n, weight] of [
      [5, 10],
      [15, 10],
      [21, 5],
      [53, 1],
      [4, 1e15],
    ]) {
      const flow = driven(n, weight);
      const origin = new Float64Array(n);
      const { kind, shape, unstableCount, neutralCount, spectralAbscissa, spectralRadius } = stability(flow, origin);
      assert.deepEqual(
        { kind, shape, unstableCount, neutralCount, spectralAbscissa, spectralRadius },
        {
          kind: "attractor",
          shape: "degenerate node",
          unstableCount: 0,
          neutralCount: 0,
          spectralAbscissa: -1,
          spectralRadius: 0.9,
        },
        `N ${n}, weight ${weight}`,
      );
      if (weight > 1e6) continue;
      const { points } = await findFixedPoints(flow, [origin]);
      // of 15 units and more J is singular to rounding (σ_min below 1e-13): the determinant has no sign, the spectrum has
      assert.deepEqual([points[0].unstableCount, points[0].index], [0, n < 15 ? 1 : 0]);
    }
  });

  it("are those of each loop by itself, to the bit, also with single units between the loops", () => {
    // LAPACK's permutation does not find the unit between two loops
    const loop = (scale: number) => new Matrix([[0, 1, 0], [0, 0, 1], [scale, 0.5, 0.25]]); // biome-ignore format: a matrix
    const blocks = [loop(1), new Matrix([[0.125]]), loop(-2), new Matrix([[-0.3]]), loop(3)];
    const alone = blocks.map((block) => eigenvalues(block));
    const pairs = (found: { re: Float64Array; im: Float64Array }) => Array.from(found.re, (x, i) => [x, found.im[i]]);
    const wanted = alone.flatMap(pairs).sort(([a, b], [c, d]) => c - a || d - b);
    for (const link of [0, 1, 1e12]) {
      const found = pairs(eigenvalues(chained(blocks, link)));
      // a scrambled block is another matrix, whose last bit may differ; the units between are exact
      assert.ok(
        found.every(([x, y], i) => Math.hypot(x - wanted[i][0], y - wanted[i][1]) < 1e-14),
        `link ${link}`,
      );
      for (const unit of [0.125, -0.3]) assert.ok(found.some(([x, y]) => x === unit && y === 0));
    }
  });

  it("tell a slow mode from a neutral one by the part it belongs to, not by the largest weight", () => {
    // λ = −1e-3 in one unit, driven by 1e12: beside ‖J‖ it is nothing, beside its own unit it is all
    const flow = { dimension: 2, velocity: (x: Float64Array) => Float64Array.of(-x[0], 1e12 * x[0] - 1e-3 * x[1]), jacobian: () => new Matrix([[-1, 0], [1e12, -1e-3]]) }; // biome-ignore format: a flow
    const { kind, shape, unstableCount } = stability(flow, new Float64Array(2));
    assert.deepEqual([kind, shape, unstableCount], ["attractor", "node", 0]);
  });

  it("keep a loop that is hardly there: it is no part that could be cut off", () => {
    const [n, weight] = [15, 10];
    for (const back of [1e-12, 1e-16, 1e-20, 1e-60]) {
      const J = Matrix.zeros(n, n);
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) J.set(i, j, i === j ? -1 : weight);
      J.set(0, n - 1, back);
      // for μ = λ + 1 the rows give μⁿ = back · weight (μ + weight)ⁿ⁻²
      let [low, high] = [0, 10];
      for (let k = 0; k < 200; k++) {
        const middle = (low + high) / 2;
        const excess = n * Math.log(middle) - (n - 2) * Math.log(middle + weight) - Math.log(back * weight);
        if (excess > 0) high = middle;
        else low = middle;
      }
      // balanced by powers of two the loop has norm about μ, and its eigenvalue a condition of about 1e3
      assert.ok(Math.abs(eigenvalues(J).re[0] + 1 - low) < 1e-10, `${back}: ${eigenvalues(J).re[0] + 1}, ${low}`);
    }
  });
});
