import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { rateFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { certify, polishFixedPoint } from "rnn-dynamics/dist/search/certify";
import { minimizeSpeed } from "rnn-dynamics/dist/search/minimize";
import { factorize } from "rnn-dynamics/dist/wasm/lu";
import { wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { toRowMajor } from "rnn-dynamics/dist/wasm/vector";
import { assertRejects } from "../helpers/assertions";
import { exactTanh, fixed, fixedPair, ONE, over, times, toNumber } from "../helpers/exact-pairs";

/** ẋ = −x + w tanh x. */
const scalar = (w: number): Flow =>
  rateFlow({ size: 1, activation: "tanh", weights: Float64Array.of(w), drive: new Float64Array(1) });

/** The positive root of x = w tanh x to some hundred digits, by Newton's method in big integers. */
function exactRoot(w: number): bigint {
  let x = fixed(w);
  for (let k = 0; k < 40; k++) {
    const t = exactTanh(x);
    const slope = times(fixed(w), ONE - times(t, t)) - ONE;
    x -= over(times(fixed(w), t) - x, slope);
  }
  return x;
}

/** A random network and where a search in it ends. */
function sample(n: number, seed: number, activation: "tanh" | "logistic" = "tanh") {
  const rng = createRng(seed);
  const draw = (length: number, scale: number) => Float64Array.from({ length }, () => scale * rng.normal());
  const flow = rateFlow({ size: n, activation, weights: draw(n * n, 0.9 / Math.sqrt(n)), drive: draw(n, 1) });
  return { flow, end: minimizeSpeed(flow, draw(n, 1)) };
}

describe("polishFixedPoint", () => {
  it("finds the root of x = w tanh x to thirty digits, and the certificate's radius holds the truth", () => {
    fc.assert(
      fc.property(fc.double({ min: 1.2, max: 8, noNaN: true }), (w) => {
        const root = exactRoot(w);
        const { x, xLow, q, status } = polishFixedPoint(scalar(w), Float64Array.of(toNumber(root) + 1e-9));
        assert.equal(status, "converged");
        assert.ok(q < 1e-56);
        const off = Math.abs(toNumber(fixedPair({ high: x[0], low: xLow[0] }) - root));
        const { isCertified, radius, eta } = certify(scalar(w), x, xLow);
        assert.ok(isCertified && off <= radius, `off by ${off}, radius ${radius}`);
        assert.ok(radius < 1e-27 * w && eta > 0); // β times the bound, (2.5² + 12) u² + 2⁻¹⁰⁰ in parts of w
        // at the double alone the certificate sees how far the root is: to within the last digit
        const alone = certify(scalar(w), x);
        assert.ok(alone.isCertified && Math.abs(toNumber(fixed(x[0]) - root)) <= alone.radius);
        assert.ok(alone.radius < 2 ** -52 * w);
      }),
      { numRuns: 40 },
    );
  });

  it("goes far below the float64 floor of q and keeps x the nearest double [J15 §6]", () => {
    for (const n of [2, 9, 40, 100]) {
      for (const activation of ["tanh", "logistic"] as const) {
        const { flow, end } = sample(n, n, activation);
        const polished = polishFixedPoint(flow, end.x);
        assert.equal(polished.status, "converged");
        assert.ok(polished.q < 1e-50 && polished.q < end.q, `q ${end.q} → ${polished.q}`);
        assert.ok(Math.sqrt(2 * polished.q) <= polished.rounding && polished.corrections >= 1);
        polished.x.forEach((value, i) => {
          assert.equal(value + polished.xLow[i], value, "x is the nearest double");
        });
        const { isCertified, radius } = certify(flow, polished.x, polished.xLow);
        assert.ok(isCertified && radius < 1e-22, `radius ${radius}`);
      }
    }
  });

  it("gains about as many digits per correction as the start has, with the J of the start", () => {
    const { flow, end } = sample(60, 7);
    const needed = [1e-3, 1e-6, 1e-9, 1e-12].map((size) => {
      const start = end.x.map((value, i) => value + size * Math.cos(i));
      return polishFixedPoint(flow, start).corrections;
    });
    // the error shrinks by K ‖d‖ each time, from 7 · size down to 1e-30: ⌈30/12⌉ = 3 from 1e-12, at most six from 1e-6
    assert.ok(needed[3] <= 3 && needed[2] <= 4 && needed[1] <= 6, `${needed}`);
    assert.ok(needed[0] >= needed[2] && needed[2] >= needed[3]);
  });

  it("gives the same with the factors at hand as with its own, and leaves both x and factors as they were", () => {
    const { flow, end } = sample(30, 3);
    const lu = factorize(toRowMajor(flow.jacobian(end.x)), 30);
    const before = end.x.slice();
    const own = polishFixedPoint(flow, end.x);
    assert.deepEqual(polishFixedPoint(flow, end.x, lu), own);
    assert.deepEqual(end.x, before);
    assert.notEqual(own.x, end.x);
    assert.ok(lu.solve(new Float64Array(30).fill(1)).every(Number.isFinite), "not released");
    lu.release();
    const memory = wasmBytesInUse();
    polishFixedPoint(flow, end.x);
    assert.equal(wasmBytesInUse(), memory);
  });

  it("returns a point of a flow without extended residual as it came, and says so", () => {
    const x = Float64Array.of(0.99, 0.5);
    const { x: same, xLow, q, corrections, status } = polishFixedPoint(twoWells, x);
    assert.deepEqual([same, xLow, corrections, status], [x, new Float64Array(2), 0, "float64 only"]);
    assert.ok(q > 0 && same !== x);
  });

  it("says when there is nothing to solve with, or nothing to gain", () => {
    const identity = rateFlow({
      size: 2,
      activation: "tanh",
      weights: Float64Array.of(1, 0, 0, 1),
      drive: new Float64Array(2),
    });
    const singular = polishFixedPoint(identity, new Float64Array(2)); // J = −I + diag r′ = 0 there
    assert.deepEqual([singular.status, singular.corrections, singular.q], ["singular", 0, 0]);
    const atRest = polishFixedPoint(scalar(2), new Float64Array(1));
    assert.deepEqual([atRest.status, atRest.corrections, atRest.q], ["converged", 0, 0]);
    // far from any fixed point J of here is of no use: never uphill
    const far = Float64Array.of(0.66);
    const lost = polishFixedPoint(scalar(2), far); // r′ ≈ ½: Newton's step leads far away
    assert.ok(lost.q <= 0.5 * scalar(2).velocity(far)[0] ** 2);
    assert.ok(lost.status === "stalled" || lost.q < 1e-40);
  });

  it("says what is wrong with its arguments", () => {
    const { flow, end } = sample(4, 1);
    assertRejects(() => polishFixedPoint(flow, end.x.slice(1)), "polishFixedPoint: x has length 3, expected 4");
    const lu = factorize(Float64Array.of(1), 1);
    assertRejects(() => polishFixedPoint(flow, end.x, lu), "polishFixedPoint: factorization.size is 1, expected 4");
    lu.release();
  });
});
