import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { driftingFlow } from "rnn-claims/dist/01-ghosts";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { createRng, type Rng } from "rnn-dynamics/dist/numbers/random";
import { certify } from "rnn-dynamics/dist/search/certify";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { findAllFixedPoints } from "rnn-dynamics/dist/search/find-all";
import { minimizeSpeed } from "rnn-dynamics/dist/search/minimize";
import type { FixedPointSet } from "rnn-dynamics/dist/search/points";
import { completeness, completenessBadge } from "rnn-dynamics/dist/search/report";
import { doubleWell3 } from "../oracles/solved-flows";

const rng = createRng("undecided tests");

/** A field in one dimension with f′ and a bound on |f″| for |x| up to what is asked; without the bound if none is given. */
function onLine(f: (x: number) => number, slope: (x: number) => number, bend?: (most: number) => number): Flow {
  return {
    dimension: 1,
    velocity: (x) => Float64Array.of(f(x[0])),
    jacobian: (x) => new Matrix([[slope(x[0])]]),
    ...(bend ? { lipschitzOfJacobian: (c, r = 0) => (c ? bend(Math.abs(c[0]) + r) : Number.POSITIVE_INFINITY) } : {}),
  };
}

/** The same flow with states in another unit: F_s(x) = s F(x/s). */
function inUnits(flow: Flow, s: number): Flow {
  const { lipschitzOfJacobian: K } = flow;
  return {
    dimension: flow.dimension,
    velocity: (x) => flow.velocity(x.map((value) => value / s)).map((value) => s * value),
    jacobian: (x) => flow.jacobian(x.map((value) => value / s)),
    ...(flow.odd ? { odd: true } : {}),
    ...(K
      ? {
          lipschitzOfJacobian: (c, r) =>
            c && r !== undefined
              ? K(
                  c.map((value) => value / s),
                  r / s,
                ) / s
              : K() / s,
        }
      : {}),
  };
}

const withoutBound = ({ lipschitzOfJacobian: _, ...flow }: Flow): Flow => flow;
const cloud = (size: number, count: number, spread: number, name: string): Float64Array[] => {
  const draws = rng.split(name);
  return Array.from({ length: count }, () => Float64Array.from({ length: size }, () => spread * draws.normal()));
};
const units = [1e-9, 1e-6, 1e-3, 1, 1e3];

/** Drift along u with J = −I + u vᵀ, and with `bend` a quadratic part at right angles to v: v·F = e stays. */
function drifting(n: number, e: number, bend: number, draws: Rng): Flow {
  const plain = driftingFlow(n, e, draws.split("plain"));
  if (bend === 0 || n === 1) return plain;
  const v = Float64Array.from(
    { length: n },
    (_, j) => plain.jacobian(new Float64Array(n)).get(0, j) + (j === 0 ? 1 : 0),
  );
  const other = Float64Array.from({ length: n }, () => draws.normal());
  const part = other.reduce((s, a, i) => s + a * v[i], 0) / v.reduce((s, a) => s + a * a, 0);
  const p = other.map((a, i) => a - part * v[i]);
  const length = Math.sqrt(p.reduce((s, a) => s + a * a, 0)) || 1;
  return {
    dimension: n,
    velocity: (x) => plain.velocity(x).map((a, i) => a + (0.5 * bend * x[0] * x[0] * p[i]) / length),
    jacobian: (x) => {
      const J = plain.jacobian(x);
      for (let i = 0; i < n; i++) J.set(i, 0, J.get(i, 0) + (bend * x[0] * p[i]) / length);
      return J;
    },
    lipschitzOfJacobian: () => bend,
  };
}

describe("where there is no fixed point", () => {
  it("nothing that drifts is certified: N = 1 … 60, e = 1e-3 and less, K = 0 and nearly, any unit, anywhere", () => {
    const power = (from: number, to: number) => fc.integer({ min: from, max: to }).map((k) => 10 ** k);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        power(-16, -3),
        fc.oneof(fc.constant(0), power(-18, -6)),
        fc.constantFrom(...units),
        power(-3, 6),
        fc.integer(),
        (n, e, bend, s, size, seed) => {
          const draws = createRng(seed);
          const flow = inUnits(drifting(n, e, bend, draws), s);
          const x = Float64Array.from({ length: n }, () => s * size * draws.normal());
          const { isCertified, reason, radius, beta } = certify(flow, x);
          assert.ok(!isCertified, `certified within ${radius}`);
          assert.equal(reason, "J is singular to rounding");
          assert.deepEqual([radius, beta], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });

  it("where large terms of F cancel, a certificate holds the zero in its radius, and a double zero has none", () => {
    // [F, F′, most |F″|]: each is ½x²·(1 or 2) + I near 0, of terms that are of size 1, or 1000
    const kinds: [(x: number, I: number) => number, (x: number, I: number) => number, number, (I: number) => number][] =
      [
        [
          (x, I) => 1 - Math.cos(x) + (1 + Math.cos(x)) * I,
          (x, I) => Math.sin(x) * (1 - I),
          2,
          (I) => 2 * Math.atan(I),
        ],
        [(x, I) => (x + 1) ** 2 - 2 * (x + 1) + 1 + I, (x) => 2 * (x + 1) - 2, 2, (I) => I],
        [(x, I) => 1e3 + x * x - 1e3 + I, (x) => 2 * x, 2, (I) => I],
        [(x, I) => Math.tanh(x) ** 2 + 1 - 1 + I, (x) => 2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2), 2, Math.atanh],
      ];
    const tally = { zero: 0, none: 0, double: 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.double({ min: -20, max: -2, noNaN: true }).map((k) => 10 ** k),
        fc.constantFrom("zero", "none", "double"),
        fc.constantFrom(...units),
        fc.double({ min: -12, max: -1, noNaN: true }).map((k) => 10 ** k),
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.boolean(),
        ([f, slope, most, zeroAt], size, what, s, small, share, isScaled) => {
          const I = what === "zero" ? -size : what === "none" ? size : 0;
          const flow = inUnits(onLine((x) => f(x, I), (x) => slope(x, I), () => most), s); // biome-ignore format: a formula
          const x = isScaled ? Math.sqrt(size) * (share > 0 ? share : 1 + small) : small;
          const { isCertified, radius } = certify(flow, Float64Array.of(s * x));
          if (!isCertified) return;
          tally[what]++;
          const far = Math.abs(Math.abs(x) - zeroAt(Math.sqrt(size)));
          assert.ok(what === "zero" && far <= (radius / s) * (1 + 1e-6), `${what}: x = ${x}, I = ${I}, ${radius / s}`);
        },
      ),
      { numRuns: 3000, seed: 3 },
    );
    assert.ok(tally.zero > 200, `${tally.zero} simple zeros keep their certificate`);
  });

  it("nor is it at the origin itself, where neither η nor ‖x‖ tells of rounding", () => {
    // 10⁻⁸ x + x² + 10⁻¹⁴ has no zero; beside 1000 it is 0 from x = −10⁻⁸ to 10⁻⁸
    const lost = onLine((x) => 1e3 + 1e-8 * x + x * x + 1e-14 - 1e3, (x) => 1e-8 + 2 * x, () => 2); // biome-ignore format: a formula
    const kept = onLine((x) => 1e-8 * x + x * x, (x) => 1e-8 + 2 * x, () => 2); // biome-ignore format: a formula
    for (const x of [0, 1e-20, 1e-12, -1e-11]) {
      const { reason } = certify(lost, Float64Array.of(x));
      assert.equal(reason, "J changes too much over a Newton step", `x = ${x}`);
      const { radius } = certify(kept, Float64Array.of(x));
      assert.ok(radius >= Math.abs(x) && radius <= 1.01 * Math.abs(x), `x = ${x}: ${radius}`);
    }
  });

  it("a search calls it undecided or slow, with the reason, and completeness unknown", async () => {
    for (const [n, e] of [
      [2, 1e-3],
      [7, 1e-9],
      [30, 1e-13],
    ] as const) {
      // biome-ignore format: pairs
      for (const flow of [driftingFlow(n, e, rng.split(`${n}`)), withoutBound(driftingFlow(n, e, rng.split(`${n}`)))]) {
        const set = await findFixedPoints(flow, cloud(n, 12, 1, "drift"));
        assert.equal(set.points.length, 0);
        assert.ok(set.slowPoints.length > 0);
        const reasons = new Set(set.slowPoints.map(({ undecided }) => undecided));
        assert.deepEqual([...reasons], [e > 1e-6 ? undefined : "J is singular to rounding"]);
        assert.equal(completeness(set, flow).verdict, "unknown");
      }
    }
  });

  it("a linear flow that is well conditioned keeps its certificate, with the distance as radius", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(...units), fc.integer(), (n, s, seed) => {
        const draws = createRng(seed);
        // A = −2 I + G/(2√n), ‖G‖ near 2√n: κ near 3
        const A = Matrix.from1DArray(
          n,
          n,
          Array.from({ length: n * n }, () => draws.normal() / (4 * Math.sqrt(n))),
        );
        A.sub(Matrix.eye(n, n).mul(2));
        const rest = Float64Array.from({ length: n }, () => s * draws.normal());
        const linear: Flow = {
          dimension: n,
          velocity: (x) => Float64Array.from(A.mmul(Matrix.columnVector(x.map((a, i) => a - rest[i]))).to1DArray()),
          jacobian: () => A.clone(),
          lipschitzOfJacobian: () => 0,
        };
        const x = rest.map((value) => value + s * draws.normal());
        const { isCertified, radius, uniqueRadius } = certify(linear, x);
        const far = Math.sqrt(x.reduce((sum, a, i) => sum + (a - rest[i]) ** 2, 0));
        assert.ok(isCertified && radius >= far && radius <= far * (1 + 1e-9), `${radius} for ${far}`);
        assert.equal(uniqueRadius, Number.POSITIVE_INFINITY);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it("a double zero without a bound on J is no saddle: undecided, as is a triple one", async () => {
    const starts = [-1, -0.3, 0.2, 0.7, 1.5, 6.4, 6.9, 7.2, 7.7].map((x) => Float64Array.of(x));
    for (const [f, slope] of [
      [(x: number) => x * x, (x: number) => 2 * x],
      [(x: number) => x ** 3, (x: number) => 3 * x * x],
      [(x: number) => (x - 1) ** 2, (x: number) => 2 * (x - 1)],
      [(x: number) => (x - 7) * Math.abs(x - 7), (x: number) => 2 * Math.abs(x - 7)],
    ] as const) {
      for (const s of units) {
        const { points, slowPoints } = await findFixedPoints(
          inUnits(onLine(f, slope), s),
          starts.map((x) => x.map((v) => s * v)),
        );
        assert.ok(points.every(({ index, unstableCount }) => index === 0 && unstableCount === 0));
        assert.ok(points.length + slowPoints.length >= 1 && points.length <= 1);
        assert.ok(slowPoints.every(({ undecided }) => undecided !== undefined));
      }
    }
    // a simple zero stays one: x² − 10⁻⁴, an attractor and a repeller
    const { points } = await findFixedPoints(onLine((x) => x * x - 1e-4, (x) => 2 * x), starts); // biome-ignore format: a formula
    const found = points.map(({ xStar, unstableCount }) => [Math.round(xStar[0] * 1e6), unstableCount]);
    assert.deepEqual(found.sort(), [[-10000, 0], [10000, 1]]); // biome-ignore format: pairs
  });
});

describe("which points are one", () => {
  it("in small and large units: ẋ = x − x³/s² has three, alone within √⅓ s, with and without a bound", async () => {
    const cubic = onLine((x) => x - x ** 3, (x) => 1 - 3 * x * x, (most) => 6 * most); // biome-ignore format: a formula
    for (const flow of [cubic, withoutBound(cubic), { ...cubic, odd: true }]) {
      for (const s of [1e3, 1, 1e-3, 1e-6, 1e-7, 1e-9]) {
        const starts = [-1.3, -0.4, -0.1, 0.2, 0.6, 1.4].map((v) => Float64Array.of(v * s));
        const { points, slowPoints } = await findFixedPoints(inUnits(flow, s), starts, { followMirrors: true });
        const found = points.map(({ xStar, unstableCount, index }) => [
          Math.round((1e6 * xStar[0]) / s) + 0,
          unstableCount,
          index,
        ]);
        assert.deepEqual(found.sort((a, b) => a[0] - b[0]), [[-1e6, 0, 1], [0, 1, -1], [1e6, 0, 1]], `${s}`); // biome-ignore format: triples
        assert.equal(slowPoints.length, 0);
      }
    }
  });

  it("a search for all finds the 27 of a double well in any unit, told of the corners alone", async () => {
    for (const s of units) {
      const flow = inUnits(doubleWell3, s);
      const corners = doubleWell3.fixedPoints.filter((x) => x.every((v) => v !== 0)).map((x) => x.map((v) => s * v));
      const states = new Matrix(corners.map((x) => [...x].map((v, i) => v * (1 + 0.01 * Math.cos(i)))));
      const sources = { states, memories: corners, rng: rng.split("all in units") };
      const { points, ended, slowPoints } = await findAllFixedPoints(flow, sources, { batch: 40 });
      const places = new Set(points.map(({ xStar }) => [...xStar].map((v) => Math.round((1e6 * v) / s) + 0).join()));
      assert.deepEqual([points.length, places.size, slowPoints.length, ended], [27, 27, 0, "nothing new"], `${s}`);
    }
  });

  it("down to 10⁻⁷ apart, each ball excluding the other, whatever the starts", async () => {
    for (const gap of [1e-4, 1e-6, 1e-7]) {
      // (x − 1)(x − 1 − gap), as a product so that rounding does not blur it
      const close = onLine((x) => (x - 1) * (x - 1 - gap), (x) => 2 * (x - 1) - gap, () => 2); // biome-ignore format: a formula
      for (const s of [1e-9, 1, 1e3]) {
        for (const flow of [inUnits(close, s), withoutBound(inUnits(close, s))]) {
          const starts = cloud(1, 30, 1, `close ${gap}`).map((x) => Float64Array.of(s * (1 + x[0])));
          const { points } = await findFixedPoints(flow, starts);
          const places = points.map(({ xStar }) => (xStar[0] / s - 1) / gap).sort((a, b) => a - b);
          assert.equal(points.length, 2, `${places}, ${gap} apart in units of ${s}`);
          assert.ok(Math.abs(places[0]) < 0.3 && Math.abs(places[1] - 1) < 0.3, `${places}`);
          for (const { certificate } of points) if (certificate) assert.ok(certificate.uniqueRadius < s * gap * 1.3);
        }
      }
    }
  });

  it("a drift of 10⁻⁸ to 10⁻¹⁴ along a line has the three points it has: ẋ = e (x − x³), ẏ = −y", async () => {
    for (const e of [1e-8, 1e-12, 1e-14]) {
      const nearLine: Flow = {
        dimension: 2,
        velocity: ([x, y]) => Float64Array.of(e * (x - x ** 3), -y),
        jacobian: ([x]) => new Matrix([[e * (1 - 3 * x * x), 0], [0, -1]]), // biome-ignore format: a matrix
        lipschitzOfJacobian: (c, r = 0) => (c ? 6 * e * (Math.abs(c[0]) + r) : Number.POSITIVE_INFINITY),
      };
      for (const flow of [nearLine, withoutBound(nearLine)]) {
        for (const s of [1, 1e-9, 1e3]) {
          const starts = cloud(2, 40, 1, "near-line").map((x) => x.map((v) => s * v));
          const { points } = await findFixedPoints(inUnits(flow, s), starts);
          const found = points.map(({ xStar, index }) => [Math.round(xStar[0] / s) + 0, index]);
          assert.deepEqual(found.sort((a, b) => a[0] - b[0]), [[-1, 1], [0, -1], [1, 1]], `e = ${e}, units of ${s}`); // biome-ignore format: pairs
          for (const { xStar, within } of points) {
            // the search may stop as far off as speeds of e are rounding; `within` holds the truth
            const off = Math.abs(xStar[0] / s - Math.round(xStar[0] / s));
            assert.ok(off <= within / s && off < 0.05, `${xStar[0] / s} within ${within / s}`);
          }
        }
      }
    }
  });

  it("a place between two points, in the balls of both, joins them no more than it is one", async () => {
    // the search ends at x = 0.5675 for want of slope: alone within 0.577 of 0 and within 0.457 of 1
    const e = 1e-8;
    const nearLine: Flow = {
      dimension: 2,
      velocity: ([x, y]) => Float64Array.of(e * (x - x ** 3), -y),
      jacobian: ([x]) => new Matrix([[e * (1 - 3 * x * x), 0], [0, -1]]), // biome-ignore format: a matrix
      lipschitzOfJacobian: (c, r = 0) => (c ? 6 * e * (Math.abs(c[0]) + r) : Number.POSITIVE_INFINITY),
    };
    const starts = [0, 1, 0.5675].map((x) => Float64Array.of(x, 0));
    const options = { minimize: { gradientTolerance: 1 } }; // every start is where its search ends
    const { points, slowPoints, outcomes } = await findFixedPoints(nearLine, starts, options);
    assert.deepEqual([points.length, slowPoints.length], [2, 0]);
    assert.deepEqual([outcomes[2].point, outcomes[2].x], [1, starts[2]]);
  });
});

describe("a continuum of fixed points", () => {
  /** ṙ = r (1 − r²) at right angles to a circle, ż = −z: the unit circle is at rest, and the origin. */
  const circle: Flow = {
    dimension: 3,
    velocity: ([x, y, z]) => Float64Array.of(x * (1 - x * x - y * y), y * (1 - x * x - y * y), -z),
    jacobian: ([x, y]) => {
      const a = 1 - x * x - y * y;
      return new Matrix([[a - 2 * x * x, -2 * x * y, 0], [-2 * x * y, a - 2 * y * y, 0], [0, 0, -1]]); // biome-ignore format: a matrix
    },
    lipschitzOfJacobian: (c, r = 0) => (c ? 12 * (Math.hypot(c[0], c[1]) + r) : Number.POSITIVE_INFINITY),
  };
  /** ẋ = −x + u (v·x), u·v = 1: all multiples of u are at rest. */
  const line: Flow = driftingFlow(5, 0, rng.split("line"));

  for (const [name, flow] of Object.entries({ circle, line })) {
    it(`is suspected on a ${name}, by the search, completeness and the badge, with and without a bound, in any unit`, async () => {
      for (const s of [1, 1e-9, 1e3]) {
        for (const one of [inUnits(flow, s), withoutBound(inUnits(flow, s))]) {
          const starts = cloud(flow.dimension, 40, 1, name).map((x) => x.map((v) => s * v));
          const set = await findFixedPoints(one, starts);
          // the origin of the circle is a point of its own; whatever else is called one lies on no line
          assert.ok(set.points.length <= 1, `${set.points.length} points in units of ${s}`);
          assert.ok((set.continuum ?? []).length >= 3, `${set.slowPoints.length} slow points in units of ${s}`);
          for (const k of set.continuum ?? []) assert.ok(set.slowPoints[k].undecided !== undefined);
          const { verdict, reasons, noGapFound } = completeness(set, one);
          assert.deepEqual([verdict, noGapFound], ["unknown", false]);
          assert.ok(reasons.includes("a continuum of fixed points is suspected"));
          const badge = completenessBadge([{ name, set, flow: one }]);
          assert.equal(badge[badge.length - 1][name], "unknown: a continuum of fixed points is suspected");
        }
      }
    });
  }

  it("ends a search for all of them, which says so", async () => {
    const states = new Matrix(cloud(3, 30, 1, "all of a circle").map((x) => [...x]));
    const search = await findAllFixedPoints(circle, { states, rng: rng.split("all") }, { batch: 12 });
    assert.equal(search.ended, "continuum suspected");
    assert.equal(search.completeness.verdict, "unknown");
  });

  it("is not suspected where degenerate points are few and apart: sin² x", async () => {
    const apart = onLine((x) => Math.sin(x) ** 2, (x) => Math.sin(2 * x), () => 2); // biome-ignore format: a formula
    const set: FixedPointSet = await findFixedPoints(apart, cloud(1, 40, 6, "apart"));
    assert.ok(set.slowPoints.filter(({ undecided }) => undecided).length >= 3);
    assert.equal(set.continuum, undefined);
  });

  it("is a matter of J as well: minimiser, certificate and reason agree at a place of the circle", () => {
    const { x } = minimizeSpeed(circle, Float64Array.of(0.6, 1.1, 0.4));
    assert.ok(Math.abs(Math.hypot(x[0], x[1]) - 1) < 1e-6);
    assert.equal(certify(circle, x).isCertified, false);
  });
});
