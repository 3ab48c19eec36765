import assert from "node:assert/strict";
import fc from "fast-check";
import { rateFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { norm } from "rnn-dynamics/dist/wasm/vector";
import { assertRejects } from "../helpers/assertions";
import { exactLogistic, exactTanh, fixed, fixedPair, times, toNumber } from "../helpers/exact-pairs";
import { plainExtendedVelocity } from "../helpers/plain-extended";

type Name = "tanh" | "logistic";

/** A random flow and a random pair x + xLow. */
function sample(n: number, activation: Name, seed: number, size: number) {
  const rng = createRng(seed);
  const draw = (length: number, scale: number) => Float64Array.from({ length }, () => scale * rng.normal());
  const weights = draw(n * n, 1.5 / Math.sqrt(n));
  const drive = seed % 2 === 0 ? new Float64Array(n) : draw(n, 1);
  const x = draw(n, size);
  const xLow = x.map((value) => value * 2 ** -54 * rng.uniform());
  const flow = rateFlow({ size: n, activation, weights, drive });
  const [out, outLow] = [new Float64Array(n), new Float64Array(n)];
  const bound = flow.velocityExtended?.(x, xLow, out, outLow) ?? Number.NaN;
  return { flow, weights, drive, x, xLow, out, outLow, bound };
}

const names = fc.constantFrom<Name>("tanh", "logistic");
const sizes = fc.constantFrom(0, 1e-12, 0.01, 1, 5, 100);

describe("the extended residual of a flow of rates", () => {
  it("has the bits of the textbook loop", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 21 }), names, fc.integer(), sizes, (n, activation, seed, size) => {
        const { weights, drive, x, xLow, out, outLow } = sample(n, activation, seed, size);
        const pairs = [...x].map((high, i) => ({ high, low: xLow[i] }));
        const plain = plainExtendedVelocity(activation, weights, drive, pairs);
        const expected = [plain.map(({ high }) => high), plain.map(({ low }) => low)];
        assert.deepEqual([[...out], [...outLow]].flat().map(sameZero), expected.flat().map(sameZero));
      }),
    );
  });

  it("lies within its bound of the exact one, by big integers, and far below what float64 sees [J15 eq. 18]", () => {
    let nearest = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), names, fc.integer(), sizes, (n, activation, seed, size) => {
        const { weights, drive, x, xLow, out, outLow, bound } = sample(n, activation, seed, size);
        const exactX = [...x].map((high, i) => fixedPair({ high, low: xLow[i] }));
        const r = exactX.map(activation === "tanh" ? exactTanh : exactLogistic);
        const errors = Float64Array.from(out, (high, i) => {
          const sum = r.reduce((total, rj, j) => total + times(fixed(weights[i * n + j]), rj), 0n);
          const exact = sum - exactX[i] + fixed(drive[i]);
          return toNumber(fixedPair({ high, low: outLow[i] }) - exact);
        });
        const scale = norm(x) + norm(r.length > 0 ? Float64Array.from(r, toNumber) : x) * norm(weights) + norm(drive);
        // the oracle's own numbers end at 2⁻⁴⁰⁰
        assert.ok(norm(errors) <= bound + 1e-110, `error ${norm(errors)}, bound ${bound}`);
        assert.ok(bound <= 1e-28 * scale);
        if (bound > 0) nearest = Math.max(nearest, norm(errors) / bound);
      }),
      { numRuns: 300 },
    );
    assert.ok(nearest > 1e-6, `and the bound is not idle: the error was up to ${nearest} of it`);
  });

  it("agrees with the float64 velocity as far as that goes", () => {
    for (const activation of ["tanh", "logistic"] as const) {
      const { flow, x, out } = sample(100, activation, 3, 2);
      const F = flow.velocity(x);
      for (let i = 0; i < 100; i++) assert.ok(Math.abs(F[i] - out[i]) < 1e-13);
    }
  });

  it("is exactly odd for tanh without drive, and exactly zero at the origin", () => {
    const { flow, x, xLow, out, outLow } = sample(10, "tanh", 2, 1);
    const [back, backLow] = [new Float64Array(10), new Float64Array(10)];
    flow.velocityExtended?.(
      x.map((value) => -value),
      xLow.map((value) => -value),
      back,
      backLow,
    );
    for (let i = 0; i < 10; i++) assert.ok(back[i] === -out[i] && backLow[i] === -outLow[i]);
    const zero = new Float64Array(10);
    assert.equal(flow.velocityExtended?.(zero, zero, back, backLow), 0);
    assert.deepEqual([...back, ...backLow].map(sameZero), new Array(20).fill(0));
  });

  it("keeps no memory and says what is wrong with its arguments", () => {
    const { flow, x, xLow, out, outLow } = sample(5, "tanh", 1, 1);
    const before = wasmBytesInUse();
    flow.velocityExtended?.(x, xLow, out, outLow);
    assert.equal(wasmBytesInUse(), before);
    assertRejects(
      () => flow.velocityExtended?.(x, xLow.slice(1), out, outLow),
      "velocityExtended: xLow has length 4, expected 5",
    );
    assertRejects(
      () => flow.velocityExtended?.(x.fill(Number.NaN), xLow, out, outLow),
      "velocityExtended: x has NaN at component 0, expected finite numbers",
    );
  });
});

/** −0 as 0: a sum that vanishes has no sign worth keeping. */
function sameZero(value: number): number {
  return value === 0 ? 0 : value;
}
