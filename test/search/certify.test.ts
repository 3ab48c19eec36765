import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { ghostOfSaddleNode, saddleNodeFamily, twoWells } from "rnn-dynamics/dist/flow/plane";
import { simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { certify, polishFixedPoint } from "rnn-dynamics/dist/search/certify";
import { minimizeSpeed } from "rnn-dynamics/dist/search/minimize";
import { wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { assertClose, assertRejects } from "../helpers/assertions";
import { decoupledFlipFlop, doubleWell3 } from "../oracles/solved-flows";

const distance = (a: Float64Array, b: Float64Array) => Math.sqrt(a.reduce((s, v, i) => s + (v - b[i]) * (v - b[i]), 0));

describe("certify", () => {
  it("certifies every true fixed point, with a radius that holds the closed form", () => {
    for (const flow of [twoWells, doubleWell3, decoupledFlipFlop(3, 2), decoupledFlipFlop(2, 1.3)]) {
      for (const x of flow.fixedPoints) {
        const { isCertified, radius, h } = certify(flow, x);
        assert.ok(isCertified && h < 1e-10 && radius < 1e-12);
        const near = x.map((value, i) => value + 1e-6 * (i + 1));
        const nearby = certify(flow, near);
        assert.ok(nearby.isCertified && nearby.radius >= distance(near, x));
        assert.ok(nearby.radius < 1.1 * nearby.eta, "the radius is about the Newton step");
        assert.ok(nearby.uniqueRadius > nearby.radius);
      }
    }
  });

  it("does not certify a point that is far from all fixed points, nor the printed (1, −½)", () => {
    assert.equal(certify(twoWells, Float64Array.of(1, -0.5)).isCertified, false);
    const flow = decoupledFlipFlop(3, 2);
    for (const x of flow.fixedPoints) {
      const moved = certify(
        flow,
        x.map((value) => value + 0.4),
      );
      assert.deepEqual([moved.isCertified, moved.radius, moved.uniqueRadius], [false, Number.POSITIVE_INFINITY, 0]);
    }
  });

  it("does not certify a ghost, however slow", () => {
    for (const mu of [0.1, 1e-3, 1e-8, 1e-12]) {
      const { isCertified, h } = certify(saddleNodeFamily(mu), ghostOfSaddleNode(mu));
      assert.equal(isCertified, false);
      assert.ok(h > 0.5);
    }
  });

  it("is never wrong in one dimension, where the truth is known: ẋ = −x + w tanh x", () => {
    const flow = decoupledFlipFlop(1, 2);
    fc.assert(
      fc.property(fc.double({ min: -4, max: 4, noNaN: true }), (value) => {
        const x = Float64Array.of(value);
        const { isCertified, radius, uniqueRadius } = certify(flow, x);
        if (!isCertified) return;
        const inside = flow.fixedPoints.filter((known) => distance(known, x) <= radius * (1 + 1e-12));
        assert.equal(inside.length, 1, "exactly one fixed point within the radius");
        assert.equal(flow.fixedPoints.filter((known) => distance(known, x) < uniqueRadius * (1 - 1e-9)).length, 1);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses at a singular Jacobian, without NaN", () => {
    const merged = certify(saddleNodeFamily(0), Float64Array.of(0, 0));
    assert.deepEqual(
      [merged.isCertified, merged.beta, merged.h],
      [false, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    );
    const nearly = certify(saddleNodeFamily(0), Float64Array.of(1e-300, 0));
    assert.equal(nearly.isCertified, false);
    for (const value of Object.values(nearly)) assert.ok(!Number.isNaN(value));
  });

  it("has the parts it is made of: β = 1/σ_min, h = β K η", () => {
    const W = Matrix.diag([0.5, -0.25]);
    const { beta, eta, K, h } = certify(simpleRnnFlow(W), Float64Array.of(0.1, 0.1));
    const slopes = [0.5, -0.25].map((w) => 1 - w * (1 - Math.tanh(0.1) * Math.tanh(0.1)));
    assertClose(beta, 1 / Math.min(...slopes), 1e-6);
    assertClose(h, beta * K * eta, 1e-15);
    assert.ok(K >= 0.5 * (4 / (3 * Math.sqrt(3))));
  });

  it("counts rounding in: the radius at a nearest float is not zero, except at the origin", () => {
    const flow = decoupledFlipFlop(1, 2);
    assert.ok(certify(flow, flow.fixedPoints[2]).radius > 0);
    assert.equal(certify(flow, new Float64Array(1)).radius, 0);
  });

  it("takes F from double-double where the flow has it, so that the radius is the distance and not an estimate", () => {
    const flow = simpleRnnFlow(Matrix.diag([2, 3, 0.5]));
    const { velocityExtended: _, ...plain } = flow;
    const { x, xLow } = polishFixedPoint(flow, minimizeSpeed(flow, Float64Array.of(1.9, -2.9, 0)).x);
    const [pair, double, estimate] = [certify(flow, x, xLow), certify(flow, x), certify(plain, x)];
    for (const certificate of [pair, double, estimate]) assert.ok(certificate.isCertified);
    assert.ok(pair.radius < 1e-27);
    // the double x is ‖xLow‖ away from the pair, and that from the fixed point not noticeably
    assertClose(double.radius, Math.sqrt(xLow.reduce((sum, value) => sum + value * value, 0)), 1e-6, 0);
    assert.ok(estimate.radius > double.radius);
    assertRejects(
      () => certify(plain, x, xLow),
      "certify: flow.velocityExtended is undefined, expected a function, as xLow is not zero",
    );
    assert.deepEqual(certify(plain, x, new Float64Array(3)), estimate);
    assertRejects(() => certify(flow, x, xLow.slice(1)), "certify: xLow has length 2, expected 3");
    const far = x.map(() => 1e-3);
    assert.throws(
      () => certify(flow, x, far),
      /^RangeError: certify: xLow\[0\] is 0\.001, expected at most .*e-16 in size/,
    );
  });

  it("is not fooled by a bound: an extended residual that may be off by much certifies nothing", () => {
    const flow = simpleRnnFlow(Matrix.diag([2, 3]));
    const { x } = polishFixedPoint(flow, minimizeSpeed(flow, Float64Array.of(1.9, 2.9)).x);
    const vague: Flow = {
      ...flow,
      velocityExtended: (at, low, out, outLow) => {
        flow.velocityExtended?.(at, low, out, outLow);
        return 1;
      },
    };
    assert.equal(certify(vague, x).isCertified, false);
    assert.equal(certify({ ...vague, velocityExtended: () => Number.NaN }, x).isCertified, false);
  });

  it("claims no ball for a point alone that holds another fixed point, at it or beside it", () => {
    for (const flow of [twoWells, doubleWell3, decoupledFlipFlop(2, 1.3), decoupledFlipFlop(3, 2)]) {
      for (const [i, point] of flow.fixedPoints.entries()) {
        for (const by of [0, 1e-9, 1e-4]) {
          const x = point.map((value) => value + by);
          const { isCertified, radius, uniqueRadius } = certify(flow, x);
          if (!isCertified) continue;
          const others = flow.fixedPoints.filter((_, j) => j !== i).map((other) => distance(other, x));
          assert.ok(uniqueRadius < Math.min(...others) && uniqueRadius > radius);
        }
      }
    }
    const linear: Flow = {
      dimension: 1,
      velocity: (x) => Float64Array.of(1 - x[0]),
      jacobian: () => new Matrix([[-1]]),
      lipschitzOfJacobian: () => 0,
    };
    assert.equal(certify(linear, Float64Array.of(0.5)).uniqueRadius, Number.POSITIVE_INFINITY);
  });

  it("is not fooled by flows built around the start vector of its iterations", () => {
    let word = 1;
    const start = [0, 0, 0].map(() => {
      word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
      return word / 4294967296 - 0.5;
    });
    // W start = 0, so the iteration for ‖W‖₂ sees nothing; from x = 3 the fixed point is 1.085 away
    const W = new Matrix([
      [2, (-2 * start[0]) / start[1], 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    const blind = simpleRnnFlow(W);
    assert.ok((blind.lipschitzOfJacobian?.() ?? 0) > 1);
    assert.equal(certify(blind, Float64Array.of(3, 0, 0)).isCertified, false);
    // J's slow direction is at right angles to the start: no fixed point anywhere, β = 500
    const length = Math.sqrt(start[0] ** 2 + start[1] ** 2);
    const v = [start[0] / length, start[1] / length];
    const n = [-v[1], v[0]];
    const along = (x: Float64Array, e: number[]) => x[0] * e[0] + x[1] * e[1];
    const ghost: Flow = {
      dimension: 2,
      lipschitzOfJacobian: () => 2,
      velocity: (x) => Float64Array.from(n, (e, i) => (1e-6 + along(x, n) ** 2) * e - along(x, v) * v[i]),
      jacobian: (x) => new Matrix(n.map((e, i) => n.map((f, j) => 2 * along(x, n) * e * f - v[i] * v[j]))),
    };
    const { isCertified, beta } = certify(
      ghost,
      Float64Array.from(n, (e) => 1e-3 * e),
    );
    assert.equal(isCertified, false);
    assertClose(beta, 500, 1e-9);
  });

  it("gives its memory back, also when a flow throws", () => {
    const broken: Flow = {
      dimension: 40,
      velocity: (x) => x.slice(),
      jacobian: () => {
        throw new Error("no Jacobian");
      },
      lipschitzOfJacobian: () => 1,
    };
    const before = wasmBytesInUse();
    for (const call of [certify, minimizeSpeed]) assert.throws(() => call(broken, new Float64Array(40).fill(1)));
    assert.equal(wasmBytesInUse(), before);
  });

  it("answers with numbers, never NaN, at any point", () => {
    const rng = createRng("certify tests");
    const flows: Flow[] = [twoWells, doubleWell3, decoupledFlipFlop(3, 2)];
    const scale = fc.constantFrom(0, 1e-300, 1e-8, 1, 10, 1e8, 1e150);
    fc.assert(
      fc.property(scale, fc.constantFrom(...flows), (size, flow) => {
        const x = Float64Array.from({ length: flow.dimension }, () => size * rng.normal());
        const F = flow.velocity(x);
        if (!F.every(Number.isFinite)) return;
        for (const value of Object.values(certify(flow, x))) assert.ok(!Number.isNaN(value));
      }),
    );
  });

  it("says what is wrong with its arguments", () => {
    assertRejects(() => certify(twoWells, new Float64Array(1)), "certify: x has length 1, expected 2");
    const { lipschitzOfJacobian: _, ...plain } = twoWells;
    assertRejects(
      () => certify(plain, new Float64Array(2)),
      "certify: flow.lipschitzOfJacobian is undefined, expected a function: the certificate needs a bound on how J changes",
    );
  });
});
