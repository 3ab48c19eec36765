import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { releaseWasmArray, wasmArray, wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { SingleFactors } from "rnn-dynamics/dist/wasm/single";
import { plainFactorizeSingle, plainSolveSingle } from "../helpers/plain-single";

const rng = createRng("single-factors tests");
const random = (length: number): Float64Array => Float64Array.from({ length }, () => rng.normal());

/** The same by wasm and by plain loops: whether it went well, and A⁻¹ b. */
function both(A: Float64Array, n: number, b: Float64Array) {
  const resident = wasmArray(n * n);
  resident.set(A);
  const factors = new SingleFactors(n);
  const isSound = factors.update(resident);
  const x = new Float64Array(n);
  factors.solve(b, x);
  factors.release();
  releaseWasmArray(resident);

  const lu = Float32Array.from(A);
  const pivots = new Int32Array(n);
  const isPlainSound = plainFactorizeSingle(lu, n, pivots) === 1;
  const scale = b.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0) || 1;
  const z = Float32Array.from(b, (entry) => entry / scale);
  plainSolveSingle(lu, n, pivots, z);
  const plain = Float64Array.from(z, (entry) => entry * scale);
  return { compiled: { isSound, x }, plain: { isSound: isPlainSound, x: plain } };
}

describe("factors in single precision", () => {
  it("have the bits of the textbook loops with every operation rounded, for sizes around every block", () => {
    for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 40, 41, 63, 64, 65, 100, 129, 200]) {
      const { compiled, plain } = both(random(n * n), n, random(n));
      assert.deepEqual(compiled, plain, `n = ${n}`);
      assert.ok(compiled.isSound);
    }
  });

  it("have them for nasty entries, too, and agree on what cannot be factorised", () => {
    const entry = fc.constantFrom(0, -0, 1, -1, 2, 0.1, 1e-3, -1e20, 1e-30, 1e-42, 3e38, 1e300, -1e-300);
    const sizes = fc.integer({ min: 1, max: 12 });
    const matrix = sizes.chain((n) => fc.array(entry, { minLength: n * n, maxLength: n * n }));
    let refused = 0;
    fc.assert(
      fc.property(matrix, fc.integer(), (entries, seed) => {
        const n = Math.sqrt(entries.length);
        const draws = createRng(seed);
        const b = Float64Array.from({ length: n }, () => draws.normal());
        const { compiled, plain } = both(Float64Array.from(entries), n, b);
        assert.equal(compiled.isSound, plain.isSound);
        if (!compiled.isSound) refused++;
        // beyond the range of float32 it is only certain that there is no finite answer: padding makes NaN of infinities
        if (compiled.isSound && plain.x.every(Number.isFinite)) assert.deepEqual(compiled.x, plain.x);
        else if (compiled.isSound) assert.ok(!compiled.x.every(Number.isFinite));
      }),
      { numRuns: 500 },
    );
    assert.ok(refused > 0);
  });

  it("invert to about six digits", () => {
    const n = 50;
    const A = random(n * n);
    for (let i = 0; i < n; i++) A[i * n + i] += 20; // κ of a few, so that 6e-8 κ stays below 1e-5
    const exact = random(n);
    const b = Float64Array.from(exact, (_, i) => exact.reduce((sum, value, j) => sum + A[i * n + j] * value, 0));
    const { x } = both(A, n, b).compiled;
    for (let i = 0; i < n; i++) assert.ok(Math.abs(x[i] - exact[i]) < 1e-5);
  });

  it("keep residuals of any size in range", () => {
    for (const size of [1e-300, 1e-60, 1e60, 1e300]) {
      const { x } = both(Float64Array.of(2, 0, 0, 4), 2, Float64Array.of(size, 4 * size)).compiled;
      assert.deepEqual(x, Float64Array.of(0.125 * (4 * size), 4 * size * 0.25));
    }
  });

  it("give their memory back", () => {
    const before = wasmBytesInUse();
    new SingleFactors(37).release();
    assert.equal(wasmBytesInUse(), before);
  });
});
