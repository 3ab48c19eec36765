import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { releaseWasmArray, wasmArray } from "rnn-dynamics/dist/wasm/memory";
import { dot, multiplyInto, multiplyTransposedInto, norm, toMatrix, toRowMajor } from "rnn-dynamics/dist/wasm/vector";

const rng = createRng("vector tests");
const random = (length: number): Float64Array => Float64Array.from({ length }, () => rng.normal());

/** Σ aᵢ bᵢ by the rule of summation, written out once more. */
function ruled(a: number[], b: number[]): number {
  const sums = [0, 0];
  const paired = a.length - (a.length % 2);
  for (let i = 0; i < paired; i++) sums[i % 2] += a[i] * b[i];
  return a.length % 2 ? sums[0] + sums[1] + a[paired] * b[paired] : sums[0] + sums[1];
}

describe("vectors and row-major matrices", () => {
  it("dot sums even and odd entries apart, and the last of an odd number at the end", () => {
    for (const n of [1, 2, 3, 4, 5, 64, 129]) {
      const [a, b] = [random(n), random(n)];
      assert.equal(dot(a, b), ruled([...a], [...b]));
      assert.equal(norm(a), Math.sqrt(ruled([...a], [...a])));
    }
    // in one sum this is 0, in two it is 1
    assert.equal(dot(Float64Array.of(2 ** 60, 1, -(2 ** 60), 0), Float64Array.of(1, 1, 1, 1)), 1);
  });

  const sizes = [1, 2, 3, 5, 6, 7, 12, 13, 64, 129];
  it("A x and Aᵀ x have the same bits by loops and by wasm, for all shapes", () => {
    for (const rows of sizes) {
      for (const columns of [...sizes, 300]) {
        const A = random(rows * columns);
        const resident = wasmArray(rows * columns);
        resident.set(A);
        const x = random(columns);
        const expected = Float64Array.from({ length: rows }, (_, i) =>
          ruled([...A.subarray(i * columns, (i + 1) * columns)], [...x]),
        );
        const tall = random(rows);
        const transposed = Float64Array.from({ length: columns }, (_, j) =>
          ruled(
            Array.from({ length: rows }, (_, i) => A[i * columns + j]),
            [...tall],
          ),
        );
        for (const matrix of [A, resident]) {
          const y = new Float64Array(rows);
          multiplyInto(matrix, x, y);
          assert.deepEqual(y, expected, `${rows}×${columns}`);
          const z = new Float64Array(columns);
          multiplyTransposedInto(matrix, tall, z);
          assert.deepEqual(z, transposed, `${rows}×${columns} transposed`);
        }
        releaseWasmArray(resident);
      }
    }
  });

  it("works with vectors in wasm memory", () => {
    const [A, x, y, z] = [wasmArray(30 * 40), wasmArray(40), wasmArray(30), wasmArray(40)];
    A.set(random(1200));
    x.set(random(40));
    multiplyInto(A, x, y);
    multiplyTransposedInto(A, y, z);
    const expected = new Float64Array(30);
    multiplyInto(A.slice(), x.slice(), expected);
    assert.deepEqual(y.slice(), expected);
    const back = new Float64Array(40);
    multiplyTransposedInto(A.slice(), expected, back);
    assert.deepEqual(z.slice(), back);
    for (const array of [A, x, y, z]) releaseWasmArray(array);
  });

  it("passes NaN and infinity on instead of hiding them", () => {
    const A = wasmArray(20 * 20).fill(1);
    A[5] = NaN;
    A[45] = Infinity;
    const y = new Float64Array(20);
    multiplyInto(A, new Float64Array(20).fill(1), y);
    assert.ok(Number.isNaN(y[0]) && y[1] === 20 && y[2] === Infinity);
    releaseWasmArray(A);
  });

  it("toRowMajor and toMatrix undo each other", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (rows, columns) => {
        const data = random(rows * columns);
        const m = toMatrix(data, rows, columns);
        assert.deepEqual([m.rows, m.columns], [rows, columns]);
        assert.equal(m.get(rows - 1, 0), data[(rows - 1) * columns]);
        assert.deepEqual(toRowMajor(m), data);
        assert.deepEqual(toRowMajor(Matrix.columnVector([1, 2])), Float64Array.of(1, 2));
      }),
    );
  });

  it("rejects what does not fit together", () => {
    const v = (n: number): Float64Array => new Float64Array(n);
    assert.throws(() => dot(v(2), v(3)), { name: "RangeError", message: "dot: b has length 3, expected 2" });
    assert.throws(() => multiplyInto(v(5), v(3), v(2)), {
      message: "multiplyInto: A has length 5, expected 2·3 = 6",
    });
    assert.throws(() => multiplyTransposedInto(v(5), v(3), v(2)), {
      message: "multiplyTransposedInto: A has length 5, expected 3·2 = 6",
    });
    assert.throws(() => toMatrix(v(5), 2, 3), { message: "toMatrix: data has length 5, expected 2·3 = 6" });
  });
});
