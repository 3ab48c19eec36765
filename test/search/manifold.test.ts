import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { unstableDirection, unstableManifold } from "rnn-dynamics/dist/search/saddles";
import { transitionGraph } from "rnn-dynamics/dist/search/transitions";
import { assertClose } from "../helpers/assertions";
import { decoupledFlipFlop } from "../oracles/solved-flows";

const pattern = (x: Float64Array): string => Array.from(x, (v) => (v > 0 ? "+" : "−")).join("");

describe("unstable manifolds", () => {
  it("leaves the saddle of the 2-D system along (1, λ), λ = (√3 − 1)/2 [J15 eqs. 16–17]", () => {
    const rate = (Math.sqrt(3) - 1) / 2;
    const out = unstableDirection(twoWells, Float64Array.of(0, 0));
    assert.ok(out);
    const length = Math.sqrt(1 + rate * rate);
    // eigenvalue and eigenvector of a 2×2 matrix: only rounding stands between them
    assertClose(Float64Array.of(out.rate), Float64Array.of(rate), 1e-12);
    assertClose(out.direction, Float64Array.of(1 / length, rate / length), 1e-12);
  });

  it("satisfies J v = λ v when other units are slaved to the bits", () => {
    const flow = decoupledFlipFlop(3, 2, { units: 12, rng: createRng(1) });
    const saddle = flow.fixedPoints.find((x) => stability(flow, x).unstableCount === 1) as Float64Array;
    const out = unstableDirection(flow, saddle);
    assert.ok(out);
    const Jv = flow.jacobian(saddle).mmul(Matrix.columnVector(out.direction)).to1DArray();
    // inverse iteration converges to rounding in four sweeps
    assertClose(
      Float64Array.from(Jv),
      out.direction.map((v) => out.rate * v),
      1e-10,
    );
  });

  it("follows both branches to the two nodes", () => {
    const ends = unstableManifold(twoWells, Float64Array.of(0, 0));
    assert.equal(ends.length, 2);
    assert.ok(ends.every((branch) => branch.isAtRest));
    // it stops at a speed of 1e-9; the degenerate node is approached slowly, hence the room
    assertClose(ends[0].end, Float64Array.of(-1, -0.5), 1e-6);
    assertClose(ends[1].end, Float64Array.of(1, 0.5), 1e-6);
  });

  it("in any unit of the state: from each saddle of ẋ = sin 2x to its neighbours", async () => {
    for (const s of [1e-9, 1e-6, 1e-3, 1, 1e3]) {
      const flow = {
        dimension: 2,
        velocity: ([x, y]: Float64Array) => Float64Array.of(s * Math.sin((2 * x) / s), -y),
        jacobian: ([x]: Float64Array) => new Matrix([[2 * Math.cos((2 * x) / s), 0], [0, -1]]), // biome-ignore format: rows
      };
      const starts = [-3, -1.5, -0.1, 1.4, 3.3].map((x) => Float64Array.of(x * s, 0.1 * s));
      const { points } = await findFixedPoints(flow, starts);
      const edges = await transitionGraph(flow, points, (x) => String(Math.round((2 * x[0]) / (s * Math.PI))));
      const at = ({ saddle }: { saddle: Float64Array }) => Math.round((2 * saddle[0]) / (s * Math.PI)) + 0;
      const found = edges.map((edge) => [at(edge), edge.from, edge.to, edge.isAtRest]);
      found.sort((a, b) => Number(a[0]) - Number(b[0]));
      assert.deepEqual(found, [[-2, "-3", "-1", true], [0, "-1", "1", true], [2, "1", "3", true]], `${s}`); // biome-ignore format: edges
      const [left, right] = unstableManifold(flow, new Float64Array(2), {
        attractors: [-1, 1].map((k) => Float64Array.of((k * Math.PI * s) / 2, 0)),
      });
      assert.deepEqual([left.attractor, right.attractor, left.isAtRest, right.isAtRest], [0, 1, true, true], `${s}`);
    }
  });

  it("gives no branch for a point with none or several unstable modes", () => {
    assert.deepEqual(unstableManifold(twoWells, Float64Array.of(1, 0.5)), []);
    const flow = decoupledFlipFlop(2, 2);
    assert.equal(unstableDirection(flow, new Float64Array(flow.dimension)), undefined);
  });

  it("takes a spectrum that is known already for what it is", () => {
    const known = stability(twoWells, Float64Array.of(0, 0));
    assert.deepEqual(
      unstableDirection(twoWells, Float64Array.of(0, 0), known),
      unstableDirection(twoWells, Float64Array.of(0, 0)),
    );
    assert.equal(unstableDirection(twoWells, Float64Array.of(0, 0), { ...known, unstableCount: 2 }), undefined);
  });

  it("a branch that runs out of steps says so", () => {
    const ends = unstableManifold(twoWells, Float64Array.of(0, 0), { steps: 10 });
    assert.ok(ends.every((branch) => !branch.isAtRest && branch.steps === 10));
  });

  it("the transition graph of an ideal flip-flop is a cube: 12 saddles, each joining one-flip neighbours", async () => {
    const flow = decoupledFlipFlop(3, 2);
    const points = flow.fixedPoints.map((xStar) => ({
      xStar,
      // one unstable mode for each of the three bits that stands at 0
      unstableCount: Array.from(xStar).filter((v) => v === 0).length,
    }));
    const seen: number[] = [];
    const graph = await transitionGraph(flow, points, pattern, { onProgress: (done) => seen.push(done) });
    assert.equal(graph.length, 12);
    assert.equal(seen.at(-1), 12);
    for (const { from, to } of graph) {
      assert.equal([...from].filter((sign, k) => sign !== to[k]).length, 1, `${from} → ${to}`);
    }
    assert.equal(new Set(graph.map(({ from, to }) => [from, to].sort().join())).size, 12);
  });

  it("the left eigenvector is one: Jᵀ w = λ w, wᵀ v > 0, where other units are slaved to the bits", () => {
    const flow = decoupledFlipFlop(3, 2, { units: 12, rng: createRng(1) });
    const saddle = flow.fixedPoints.find((x) => stability(flow, x).unstableCount === 1) as Float64Array;
    const out = unstableDirection(flow, saddle);
    assert.ok(out);
    const Jw = flow.jacobian(saddle).transpose().mmul(Matrix.columnVector(out.left)).to1DArray();
    assertClose(
      Float64Array.from(Jw),
      out.left.map((v) => out.rate * v),
      1e-10,
    );
    assert.ok(out.left.reduce((sum, w, i) => sum + w * out.direction[i], 0) > 0);
    // w lives on the bit alone: the slaves do not push back; v reaches the slaves
    assert.equal(out.left.filter((w) => Math.abs(w) > 1e-9).length, 1);
    assert.ok(out.direction.filter((v) => Math.abs(v) > 1e-9).length > 1);
  });

  it("known attractors end a branch early, at the same place", () => {
    const attractors = [twoWells.fixedPoints[0], twoWells.fixedPoints[2]];
    const slow = unstableManifold(twoWells, Float64Array.of(0, 0));
    const quick = unstableManifold(twoWells, Float64Array.of(0, 0), { attractors });
    assert.deepEqual(
      quick.map(({ end, isAtRest, attractor }) => [[...end], isAtRest, attractor]),
      [
        [[-1, -0.5], true, 1],
        [[1, 0.5], true, 0],
      ],
    );
    assert.ok(quick.every(({ steps }, k) => steps < slow[k].steps / 2));
  });

  it("something near the way that does not attract does not end it", () => {
    // the saddle itself, and a point on the way
    const decoys = [Float64Array.of(0, 0), Float64Array.of(0.5, 0.23)];
    const ends = unstableManifold(twoWells, Float64Array.of(0, 0), { attractors: decoys });
    assertClose(ends[1].end, Float64Array.of(1, 0.5), 1e-6);
    assert.equal(ends[1].attractor, -1);
  });

  it("a branch that does not come to rest is reported", async () => {
    const points = twoWells.fixedPoints.map((xStar) => ({ xStar, ...stability(twoWells, xStar) }));
    const [edge] = await transitionGraph(twoWells, points, pattern, { steps: 40 });
    assert.deepEqual([edge.isAtRest, edge.steps], [false, [40, 40]]);
    const [whole] = await transitionGraph(twoWells, points, pattern);
    assert.deepEqual([whole.isAtRest, whole.from, whole.to], [true, "−−", "++"]);
  });

  it("the mirror image of a saddle goes the mirrored way, without being followed", async () => {
    const flow = decoupledFlipFlop(3, 2, { units: 9, rng: createRng(4) });
    const points = flow.fixedPoints.map((xStar) => ({ xStar, ...stability(flow, xStar) }));
    const read = (x: Float64Array) => Array.from(flow.bitUnits, (unit) => Math.sign(x[unit])).join();
    const quick = await transitionGraph(flow, points, read);
    const whole = await transitionGraph(
      { ...flow, odd: false, dimension: 9, velocity: flow.velocity, jacobian: flow.jacobian },
      points,
      read,
    );
    assert.deepEqual(
      quick.map(({ from, to }) => [from, to]),
      whole.map(({ from, to }) => [from, to]),
    );
    quick.forEach(({ unstable }, i) => {
      assertClose(unstable.direction, whole[i].unstable.direction, 1e-9);
      assertClose(unstable.left, whole[i].unstable.left, 1e-9);
    });
  });

  it("the transition graph keeps copies, and wants spectra: without them no point would be a saddle", async () => {
    const flow = decoupledFlipFlop(1, 2);
    const { points } = await findFixedPoints(flow, flow.fixedPoints);
    const [edge] = await transitionGraph(flow, points, String);
    assert.ok(points.every(({ xStar }) => xStar !== edge.saddle));
    const bare = await findFixedPoints(flow, flow.fixedPoints, { withStability: false });
    await assert.rejects(
      () => transitionGraph(flow, bare.points, String),
      /^RangeError: transitionGraph: points\[0\]\.unstableCount is -1, expected a number of unstable modes/,
    );
  });

  it("refuses what it does not know, in the one form of an error", () => {
    assert.throws(
      () => unstableDirection(twoWells, Float64Array.of(0)),
      /unstableDirection: saddle has length 1, expected 2/,
    );
    assert.throws(
      () => unstableManifold(twoWells, Float64Array.of(0, 0), { steps: 0 }),
      /unstableManifold: steps is 0/,
    );
  });
});
