import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { releaseWasmArray, wasmArray, wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { MinimalResiduals, type PreconditionedSystem } from "rnn-dynamics/dist/wasm/single";
import { multiplyInto, norm } from "rnn-dynamics/dist/wasm/vector";

const identity = (v: Float64Array, out: Float64Array): void => out.set(v);

/** ‖b − A x‖/‖b‖. */
function residual({ apply }: PreconditionedSystem, x: Float64Array, b: Float64Array): number {
  const image = new Float64Array(b.length);
  apply(x, image);
  return norm(image.map((value, i) => b[i] - value)) / norm(b);
}

function solve(system: PreconditionedSystem, b: Float64Array, most: number, tolerance = 1e-12) {
  const krylov = new MinimalResiduals(b.length, most);
  const x = new Float64Array(b.length);
  const outcome = krylov.solve(system, b, x, tolerance);
  krylov.release();
  return { ...outcome, x };
}

describe("minimal residuals", () => {
  it("solve any system in as many steps as it has unknowns, and know their residual", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.integer(), (n, seed) => {
        const rng = createRng(seed);
        const A = Float64Array.from({ length: n * n }, (_, k) => rng.normal() + (k % (n + 1) === 0 ? 8 : 0));
        const b = Float64Array.from({ length: n }, () => rng.normal());
        const system = {
          apply: (v: Float64Array, out: Float64Array) => multiplyInto(A, v, out),
          precondition: identity,
        };
        const { x, steps, residual: known } = solve(system, b, n, 1e-13);
        assert.ok(steps <= n);
        // κ is a few here, so the recurrence loses no more than a few units in the last place
        assert.ok(residual(system, x, b) < 1e-12 && Math.abs(residual(system, x, b) - known) < 1e-12);
      }),
    );
  });

  it("need one step for each direction in which the approximate inverse is off, and one for the rest", () => {
    const n = 40;
    for (const bad of [0, 1, 3, 7]) {
      const diagonal = Float64Array.from({ length: n }, (_, i) => (i < bad ? 10 * (i + 2) : 1));
      const apply = (v: Float64Array, out: Float64Array): void => out.set(v.map((value, i) => value * diagonal[i]));
      const { steps } = solve({ apply, precondition: identity }, new Float64Array(n).fill(1), n);
      assert.equal(steps, bad + 1);
    }
  });

  it("know the true residual when the approximate inverse is rounded to float32", () => {
    const n = 30;
    const rng = createRng("krylov");
    const d = Float64Array.from({ length: n }, () => 1 + rng.uniform());
    const system: PreconditionedSystem = {
      apply: (v, out) => out.set(v.map((value, i) => d[i] * value + 0.1 * v[(i + 1) % n])),
      precondition: (v, out) => out.set(v.map((value, i) => Math.fround(value / d[i]))),
    };
    const b = Float64Array.from({ length: n }, () => rng.normal());
    for (const tolerance of [1e-3, 1e-8, 1e-14]) {
      const { x, residual: known } = solve(system, b, n, tolerance);
      assert.ok(known <= tolerance);
      assert.ok(Math.abs(residual(system, x, b) - known) < 1e-15 + 1e-10 * known);
    }
  });

  it("never lie: out of steps, out of numbers, or with nothing to do, they say what is left", () => {
    const n = 6;
    const shift = (v: Float64Array, out: Float64Array): void => out.set(v.map((_, i) => v[(i + n - 1) % n]));
    const b = Float64Array.from({ length: n }, (_, i) => (i === 0 ? 1 : 0));
    const early = solve({ apply: shift, precondition: identity }, b, n - 1);
    assert.deepEqual([early.steps, early.residual], [n - 1, 1]); // a cyclic shift gives nothing before the last step
    const broken = solve({ apply: (_, out) => out.fill(Number.NaN), precondition: identity }, b, n);
    assert.deepEqual([broken.steps, broken.residual, ...broken.x], [0, 1, ...new Float64Array(n)]);
    const nothing = solve({ apply: shift, precondition: identity }, new Float64Array(n), n);
    assert.deepEqual([nothing.steps, nothing.residual, ...nothing.x], [0, 0, ...new Float64Array(n)]);
  });

  it("give their memory back", () => {
    const before = wasmBytesInUse();
    new MinimalResiduals(10, 4).release();
    assert.equal(wasmBytesInUse(), before);
    const kept = wasmArray(4);
    releaseWasmArray(kept);
  });
});
