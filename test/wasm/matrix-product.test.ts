import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { loadWasm, releaseWasmArray, wasmArray, wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { GEMM_WORK, multiplyMatrices, multiplyRowMajor } from "rnn-dynamics/dist/wasm/vector";
import { plainGemm } from "../helpers/plain-eigen";

const shape = fc.tuple(
  fc.integer({ min: 1, max: 23 }),
  fc.integer({ min: 1, max: 23 }),
  fc.integer({ min: 1, max: 23 }),
);

function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  return a.map((_, k) => a[(k % rows) * columns + Math.floor(k / rows)]);
}

describe("products of matrices", () => {
  it("on paper: a rotation by 90° twice is −1", () => {
    const turn = new Matrix([
      [0, -1],
      [1, 0],
    ]);
    assert.deepEqual(multiplyMatrices(turn, turn).to2DArray(), [
      [-1, 0],
      [0, -1],
    ]);
    assert.deepEqual(
      multiplyRowMajor(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6), 1, 3, 1),
      Float64Array.of(32),
    );
  });

  it("have the bits of the textbook loops for any shape, sign and transposition", () => {
    const more = fc.constantFrom<[number, number, number]>([97, 9, 300], [4, 101, 257], [193, 5, 2], [1, 1, 600]);
    fc.assert(
      fc.property(fc.oneof(shape, more), fc.integer(), fc.boolean(), fc.boolean(), (sizes, seed, left, right) => {
        const [m, n, k] = sizes;
        const rng = createRng(seed);
        const draw = (length: number): Float64Array => Float64Array.from({ length }, () => rng.normal());
        const [A, B, C] = [draw(m * k), draw(k * n), draw(m * n)];
        const [a, b, c, work] = [m * k, k * n, m * n, GEMM_WORK].map((length) => wasmArray(length));
        a.set(left ? transpose(A, m, k) : A);
        b.set(right ? transpose(B, k, n) : B);
        c.set(C);
        const [ca, cb] = [left ? m : k, right ? k : n];
        const sign = seed % 2 === 0 ? 1 : -1;
        const [l, r] = [left ? 1 : 0, right ? 1 : 0];
        const [pc, pa, pb] = [c.byteOffset, a.byteOffset, b.byteOffset];
        loadWasm().gemm(pc, 8 * n, pa, 8 * ca, l, pb, 8 * cb, r, m, n, k, sign, work.byteOffset);
        plainGemm(C, A, B, [m, n, k], sign);
        assert.deepEqual(c.slice(), C);
        for (const array of [a, b, c, work]) releaseWasmArray(array);
      }),
      { numRuns: 60 },
    );
  });

  it("leave what lies beside a block as it was", () => {
    const [c, a, work] = [wasmArray(10 * 10), wasmArray(25), wasmArray(GEMM_WORK)];
    c.fill(7);
    a.fill(1);
    const at = c.byteOffset + 8 * 22;
    loadWasm().gemm(at, 80, a.byteOffset, 40, 0, a.byteOffset, 40, 0, 5, 5, 5, 1, work.byteOffset);
    for (const [k, x] of c.entries()) {
      const [i, j] = [Math.floor(k / 10), k % 10];
      assert.equal(x, i >= 2 && i < 7 && j >= 2 && j < 7 ? 12 : 7);
    }
    for (const array of [c, a, work]) releaseWasmArray(array);
  });

  it("agree with ml-matrix, and reject shapes that do not fit, leaving no memory behind", () => {
    const before = wasmBytesInUse();
    const rng = createRng("products");
    const [A, B] = [
      Matrix.from1DArray(
        7,
        12,
        Array.from({ length: 84 }, () => rng.normal()),
      ),
      Matrix.from1DArray(
        12,
        5,
        Array.from({ length: 60 }, () => rng.normal()),
      ),
    ];
    const difference = Matrix.sub(multiplyMatrices(A, B), A.mmul(B));
    assert.ok(Math.max(...difference.to1DArray().map(Math.abs)) < 1e-14); // twelve roundings of numbers near 1
    const table: [() => unknown, string][] = [
      [() => multiplyMatrices(A, A), "multiplyMatrices: B is 7×12, expected 12 rows"],
      [
        () => multiplyRowMajor(new Float64Array(5), new Float64Array(6), 2, 3, 2),
        "multiplyRowMajor: A has length 5, expected 6",
      ],
      [
        () => multiplyRowMajor(new Float64Array(6), new Float64Array(6), 0, 3, 2),
        "multiplyRowMajor: rows is 0, expected an integer ≥ 1",
      ],
    ];
    for (const [run, message] of table) assert.throws(run, { name: "RangeError", message });
    assert.equal(wasmBytesInUse(), before);
  });
});
