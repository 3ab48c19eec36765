import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix, pseudoInverse } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { ghostOfSaddleNode, type SolvedFlow, saddleNodeFamily, twoWells } from "rnn-dynamics/dist/flow/plane";
import { stability } from "rnn-dynamics/dist/flow/stability";
import * as jobs from "rnn-dynamics/dist/jobs";
import { createEchoState, echoStateFlow } from "rnn-dynamics/dist/network/echo-state";
import { simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import type { Job, JobPool } from "rnn-dynamics/dist/pool";
import { certify } from "rnn-dynamics/dist/search/certify";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import type { FixedPoint } from "rnn-dynamics/dist/search/points";
import type { Start } from "rnn-dynamics/dist/search/starts";
import { assertClose, assertRejectsLater } from "../helpers/assertions";
import { decoupledFlipFlop, doubleWell3, rotatedFlipFlop } from "../oracles/solved-flows";

const rng = createRng("fixed points tests");
const cloud = (size: number, count: number, spread: number, name: string): Float64Array[] => {
  const draws = rng.split(name);
  return Array.from({ length: count }, () => Float64Array.from({ length: size }, () => spread * draws.normal()));
};

/** Each point found is one of the closed forms within 1e-9, and none is found twice. Returns how many were found. */
function matchClosedForms(flow: SolvedFlow, points: readonly FixedPoint[]): number {
  const matched = points.map(({ xStar }) =>
    flow.fixedPoints.findIndex((known) => known.every((value, i) => Math.abs(value - xStar[i]) < 1e-9)),
  );
  assert.ok(!matched.includes(-1), "a point found is none of the closed forms");
  assert.equal(new Set(matched).size, points.length, "a point was found twice");
  return points.length;
}

describe("findFixedPoints", () => {
  it("finds the three fixed points of the paper from a grid, every start ending in one [J15 §3.1, Fig. 2]", async () => {
    const grid = Array.from({ length: 15 * 15 }, (_, k) =>
      Float64Array.of(-1.5 + (k % 15) / 5 + 0.01, -1.5 + Math.floor(k / 15) / 5 + 0.02),
    );
    const { points, slowPoints, outcomes } = await findFixedPoints(twoWells, grid);
    assert.equal(matchClosedForms(twoWells, points), 3);
    assert.equal(slowPoints.length, 0);
    assert.ok(outcomes.every(({ point }) => point >= 0));
    assert.ok(points.every(({ certificate }) => certificate?.isCertified));
    assert.deepEqual(points.map(({ unstableCount }) => unstableCount).sort(), [0, 0, 1]);
    assert.ok(
      points.every(({ xStar }) => Math.abs(xStar[0] - 1) > 0.1 || Math.abs(xStar[1] + 0.5) > 0.1),
      "(1, −½)",
    );
  });

  it("finds exactly the 27 of a 3-bit flip-flop hidden in 12 units", async () => {
    const flow = decoupledFlipFlop(3, 2, { units: 12, rng });
    const { points, slowPoints } = await findFixedPoints(flow, cloud(12, 600, 3, "27"));
    assert.equal(matchClosedForms(flow, points), 27);
    assert.equal(slowPoints.length, 0);
    const census = [0, 1, 2, 3].map((n) => points.filter((p) => p.unstableCount === n).length);
    assert.deepEqual(census, [8, 12, 6, 1]);
  });

  it("polishes what it finds: the certificate of a point is that of the pair xStar + xLow", async () => {
    const flow = decoupledFlipFlop(2, 1.7, { units: 30, rng: rng.split("polished") });
    const { points } = await findFixedPoints(flow, cloud(30, 40, 2, "polished"), { withStability: false });
    assert.ok(points.length > 4);
    for (const { xStar, xLow, qStar, certificate } of points) {
      const pair = certify(flow, xStar, xLow);
      assert.ok(certificate?.isCertified && pair.isCertified);
      // the same F and bound; J is taken a rounding error apart, which β and K feel in their last digits
      assertClose(certificate.eta, pair.eta, 1e-6, 1e-40);
      assertClose(certificate.radius, pair.radius, 1e-6, 1e-40);
      assert.ok(qStar < 1e-50, `${qStar}`); // 32 digits where float64 has 16
      assert.ok(xStar.every((x) => x === 0) || certificate.radius < 1e-25);
    }
  });

  it("finds the 27 of the rotated field", async () => {
    const half = Math.sqrt(0.5);
    const Q = new Matrix([
      [half, half, 0],
      [-0.5, 0.5, half],
      [0.5, -0.5, half],
    ]);
    const flow = rotatedFlipFlop(Q, 2);
    const { points } = await findFixedPoints(flow, cloud(3, 300, 1.5, "rotated"));
    assert.equal(matchClosedForms(flow, points), 27);
  });

  it("finds all basins of the eight-corner double well", async () => {
    const { points } = await findFixedPoints(doubleWell3, cloud(3, 250, 1, "wells"));
    assert.equal(matchClosedForms(doubleWell3, points), 27);
    assert.equal(points.filter((p) => p.unstableCount === 0).length, 8);
  });

  it("finds what was planted: W = X tanh(X)⁺ rests at the columns of X and their mirrors", async () => {
    const planted = cloud(9, 3, 1, "planted");
    const X = new Matrix(planted.map((x) => [...x])).transpose();
    const rates = X.clone().apply(function (this: Matrix, i: number, j: number) {
      this.set(i, j, Math.tanh(this.get(i, j)));
    });
    const flow = simpleRnnFlow(X.mmul(pseudoInverse(rates)));
    const near = planted.map((x) => x.map((value, i) => value + 0.01 * (i % 2 === 0 ? 1 : -1)));
    const { points } = await findFixedPoints(flow, near, { followMirrors: true });
    for (const x of planted) {
      for (const target of [x, x.map((value) => -value)]) {
        assert.ok(points.some(({ xStar }) => xStar.every((value, i) => Math.abs(value - target[i]) < 1e-9)));
      }
    }
  });

  it("calls the ghost past the bifurcation a slow point, never a fixed point", async () => {
    const starts = cloud(2, 60, 0.6, "ghost");
    for (const mu of [0.1, 1e-2, 1e-4, 1e-6]) {
      const flow = saddleNodeFamily(mu);
      for (const withCertificate of [true, false]) {
        const asked = withCertificate ? flow : withoutCertificate(flow);
        const { points, slowPoints, outcomes } = await findFixedPoints(asked, starts);
        assert.equal(matchClosedForms(flow, points), 1);
        assert.equal(slowPoints.length, 1, `μ = ${mu}`);
        assertClose(slowPoints[0].xStar, ghostOfSaddleNode(mu), 0, 0.05 * Math.sqrt(mu));
        assert.ok(slowPoints[0].qStar > 0);
        assert.ok(outcomes.every(({ point, slowPoint }) => point >= 0 !== slowPoint >= 0));
      }
    }
  });

  it("keeps the two apart just before they merge", async () => {
    const flow = saddleNodeFamily(-1e-6); // x = ±0.001
    const { points } = await findFixedPoints(flow, cloud(2, 60, 0.6, "before"));
    assert.equal(matchClosedForms(flow, points), 3);
  });

  it("keeps every start's outcome, in order, with what it was", async () => {
    const starts: Start[] = [
      { x: Float64Array.of(0.9, 0.4), kind: "trajectory" },
      { x: Float64Array.of(1e200, 1), kind: "noise" },
      { x: Float64Array.of(-0.9, -0.6), kind: "lattice" },
      { x: Float64Array.of(1.1, 0.6), kind: "noise" },
    ];
    const { points, outcomes } = await findFixedPoints(twoWells, [...starts, Float64Array.of(0, 0)]);
    assert.deepEqual(
      outcomes.map(({ kind, point, status }) => [kind, point, status]),
      [
        ["trajectory", 0, "converged"],
        ["noise", -1, "diverged"],
        ["lattice", 1, "converged"],
        ["noise", 0, "converged"],
        ["given", 2, "converged"],
      ],
    );
    assert.ok(!("x" in outcomes[1]) && outcomes[1].q === Number.POSITIVE_INFINITY);
    assert.deepEqual(
      outcomes.slice(0, 4).map(({ start }) => start),
      starts.map(({ x }) => x),
    );
    assert.deepEqual(
      points.map(({ hits }) => hits),
      [2, 1, 1],
    );
    assert.deepEqual(points[0].xInit, points[0].qStar === outcomes[0].q ? starts[0].x : starts[3].x);
  });

  it("reports a start that ran out of iterations as such, not as a slow point", async () => {
    const { points, slowPoints, outcomes } = await findFixedPoints(twoWells, [Float64Array.of(-1.7, 1.9)], {
      minimize: { maxIterations: 1 },
    });
    assert.deepEqual([points.length, slowPoints.length, outcomes[0].status], [0, 0, "iteration limit"]);
  });

  it("does not depend on the order of the starts, but for the labels", async () => {
    const starts = cloud(2, 40, 1, "order");
    const backwards = [...starts].reverse();
    const [a, b] = [await findFixedPoints(twoWells, starts), await findFixedPoints(twoWells, backwards)];
    const key = ({ xStar }: FixedPoint) => xStar.join();
    assert.deepEqual(a.points.map(key).sort(), b.points.map(key).sort());
    for (const [i, outcome] of a.outcomes.entries()) {
      const same = b.outcomes[starts.length - 1 - i];
      assert.equal(key(a.points[outcome.point]), key(b.points[same.point]));
    }
  });

  it("every method finds the same three points", async () => {
    const starts = cloud(2, 30, 1, "methods");
    for (const method of ["dogleg", "cg", "gradient"] as const) {
      const { points } = await findFixedPoints(twoWells, starts, { minimize: { method, maxIterations: 3000 } });
      assert.equal(matchClosedForms(twoWells, points), 3);
    }
  });

  it("index equals (−1)^unstableCount at every point, and sums to 1 over all 27", async () => {
    const flow = decoupledFlipFlop(3, 1.5);
    const { points } = await findFixedPoints(flow, flow.fixedPoints);
    assert.equal(points.length, 27);
    for (const { index, unstableCount } of points) assert.equal(index, unstableCount % 2 === 0 ? 1 : -1);
    assert.equal(
      points.reduce((sum, { index }) => sum + index, 0),
      1,
    );
  });

  it("follows mirrors when asked, as further starts of kind mirror", async () => {
    const { points, outcomes } = await findFixedPoints(twoWells, [Float64Array.of(0.9, 0.4)], { followMirrors: true });
    assert.equal(points.length, 2);
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ["given", "mirror"],
    );
  });

  it("writes the constant input on the set and on each point, as copies", async () => {
    const net = createEchoState({ units: 6, inputs: 2, outputs: 1, gain: 0.5, rng: rng.split("input") });
    const u = Float64Array.of(0.5, -1);
    const set = await findFixedPoints(echoStateFlow(net, u), [new Float64Array(6)]);
    assert.equal(set.points.length, 1);
    assert.deepEqual(set.inputs, u);
    assert.deepEqual(set.points[0].inputs, u);
    assert.notEqual(set.points[0].inputs, set.inputs);
    const silent = await findFixedPoints(echoStateFlow(net), [new Float64Array(6)]);
    assert.ok(!("inputs" in silent) && !("inputs" in silent.points[0]));
  });

  it("works out one spectrum for two mirror images, and each is that of its own Jacobian", async () => {
    const flow = decoupledFlipFlop(2, 1.7, { units: 8, rng: rng.split("mirrored spectra") });
    const asked: string[] = [];
    const pool: JobPool = {
      threads: 1,
      async run<Result>({ name }: Job, payload: unknown): Promise<Result> {
        asked.push((payload as { piece: string }).piece);
        return (jobs as unknown as Record<string, (payload: unknown) => Result>)[name](payload);
      },
    };
    const { points } = await findFixedPoints(flow, flow.fixedPoints.slice(0, 5), { followMirrors: true, pool });
    assert.equal(points.length, 9);
    assert.equal(asked.filter((piece) => piece === "spectrum").length, 5);
    for (const { xStar, eigenvalues, unstableCount } of points) {
      const own = stability(flow, xStar);
      assertClose(eigenvalues?.re ?? [], own.eigenvalues.re, 1e-9);
      assert.equal(unstableCount, own.unstableCount);
    }
    assert.equal(new Set(points.map(({ eigenvalues }) => eigenvalues?.re)).size, 9, "a spectrum is shared, not copied");
  });

  it("leaves out the eigenvalues when not asked for, and says −1", async () => {
    const { points } = await findFixedPoints(twoWells, [Float64Array.of(0.9, 0.4)], { withStability: false });
    assert.ok(!("eigenvalues" in points[0]));
    assert.equal(points[0].unstableCount, -1);
    assert.equal(points[0].index, 1);
  });

  it("reports progress after each start, and lets the event loop in between", async () => {
    const calls: [number, number][] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    await findFixedPoints(twoWells, cloud(2, 50, 1, "progress"), {
      onProgress: (done, total) => calls.push([done, total]),
    });
    clearInterval(timer);
    assert.deepEqual(
      calls,
      [...Array(50).keys()].map((i) => [i + 1, 50]),
    );
    assert.ok(ticks > 0, "a timer fired during the search");
  });

  it("with no starts finds nothing", async () => {
    assert.deepEqual(await findFixedPoints(twoWells, []), { points: [], slowPoints: [], outcomes: [] });
  });

  it("ends with finite numbers whatever the starts", async () => {
    const number = fc.oneof(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const pair = fc.tuple(number, number).map((p) => Float64Array.from(p));
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { maxLength: 4 }), fc.constantFrom(0.01, 0, -0.2), async (starts, mu) => {
        const { points, slowPoints, outcomes } = await findFixedPoints(saddleNodeFamily(mu), starts, {
          minimize: { maxIterations: 60 },
        });
        assert.equal(outcomes.length, starts.length);
        for (const { xStar, qStar, speed, eigenvalues } of [...points, ...slowPoints]) {
          assert.ok([...xStar, qStar, speed, ...(eigenvalues?.re ?? [])].every(Number.isFinite));
        }
        for (const { point, slowPoint } of outcomes) {
          assert.ok(point < points.length && slowPoint < slowPoints.length && (point < 0 || slowPoint < 0));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("says what is wrong with its arguments", async () => {
    const good = Float64Array.of(0, 1);
    await assertRejectsLater(
      () => findFixedPoints(twoWells, [good, Float64Array.of(1)]),
      "findFixedPoints: starts[1] has length 1, expected 2",
    );
    await assertRejectsLater(
      () => findFixedPoints(twoWells, good as unknown as Float64Array[]),
      "findFixedPoints: starts is an array of length 2, expected an array of Float64Array or Start",
    );
    await assertRejectsLater(
      () => findFixedPoints(twoWells, [good], { mergeTolerance: -1 }),
      "findFixedPoints: mergeTolerance is -1, expected a finite number, not negative",
    );
    await assertRejectsLater(
      () => findFixedPoints(twoWells, [good], { tolerance: 1 } as object),
      /^findFixedPoints: option "tolerance" is unknown, expected minimize, /,
    );
    for (const starts of [[], [good]]) {
      await assertRejectsLater(
        () => findFixedPoints(twoWells, starts, { minimize: { method: "x" as "cg" } }),
        'findFixedPoints: method is "x", expected "dogleg" or "cg" or "gradient"',
      );
    }
    await assertRejectsLater(
      () => findFixedPoints(twoWells, [good], { minimize: { thorough: "no" as unknown as boolean } }),
      'findFixedPoints: thorough is "no", expected true or false',
    );
    await assertRejectsLater(
      () => findFixedPoints(twoWells, [[1, 1]] as unknown as Float64Array[]),
      "findFixedPoints: starts[0] is an array of length 2, expected a Float64Array",
    );
    await assertRejectsLater(
      () => findFixedPoints({} as Flow, [good]),
      "findFixedPoints: flow is an object, expected a Flow { dimension, velocity, jacobian }",
    );
  });
});

function withoutCertificate(flow: Flow): Flow {
  const { lipschitzOfJacobian: _, ...rest } = flow;
  return rest;
}
