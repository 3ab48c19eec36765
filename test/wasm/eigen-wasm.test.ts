import assert from "node:assert/strict";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { loadWasm, releaseWasmArray, wasmArray } from "rnn-dynamics/dist/wasm/memory";
import { GEMM_WORK } from "rnn-dynamics/dist/wasm/vector";
import { plainChase, plainHessenberg, plainPanels, plainSweep } from "../helpers/plain-eigen";

const rng = createRng("eigen kernel tests");
const random = (length: number): Float64Array => Float64Array.from({ length }, () => rng.normal());

/** Copies arrays and workspaces into wasm memory, runs, and returns what became of the first. */
function inKernels(arrays: (Float64Array | number)[], run: (...at: number[]) => void): Float64Array {
  const owned = arrays.map((a) => wasmArray(typeof a === "number" ? a : a.length));
  for (const [i, a] of arrays.entries()) if (typeof a !== "number") owned[i].set(a);
  run(...owned.map((a) => a.byteOffset));
  const first = owned[0].slice();
  for (const a of owned) releaseWasmArray(a);
  return first;
}

/** A random Hessenberg matrix, row-major. */
const hessenbergMatrix = (n: number): Float64Array =>
  random(n * n).map((a, k) => (k % n < Math.floor(k / n) - 1 ? 0 : a));

describe("the eigenvalue functions have the bits of the textbook loops:", () => {
  it("reduction to Hessenberg form, a column at a time", () => {
    for (const n of [1, 2, 3, 4, 5, 8, 17, 64, 129]) {
      const stride = n + (n % 2);
      const A = random(n * n);
      const padded = new Float64Array(stride * stride);
      for (let i = 0; i < n; i++) padded.set(A.subarray(i * n, (i + 1) * n), i * stride);
      const h = inKernels([padded, 4 * stride], (at, work) => {
        const [v, w, v2, w2] = [0, 1, 2, 3].map((i) => work + 8 * stride * i);
        loadWasm().hessenberg(at, stride, stride, 0, v, w, v2, w2);
      });
      plainHessenberg(A, n);
      assert.deepEqual(
        A.map((_, k) => h[Math.floor(k / n) * stride + (k % n)]),
        A,
        `n = ${n}`,
      );
    }
  });

  it("the same from a later column on, with further rows that collect Q", () => {
    for (const [n, rows, first] of [
      [4, 8, 0],
      [12, 30, 5],
      [38, 40, 32],
      [40, 80, 39],
    ]) {
      const A = random(n * rows);
      const h = inKernels([A, 4 * rows], (at, work) => {
        const [v, w, v2, w2] = [0, 1, 2, 3].map((i) => work + 8 * rows * i);
        loadWasm().hessenberg(at, n, rows, first, v, w, v2, w2);
      });
      plainHessenberg(A, n, rows, first);
      assert.deepEqual(h, A, `n = ${n}`);
    }
  });

  it("reduction to Hessenberg form by panels, also where a column needs no reflection", () => {
    for (const [n, columns] of [
      [34, 32],
      [70, 64],
      [138, 96],
      [102, 64],
    ]) {
      const A = random(n * n);
      if (n === 102) for (let i = 0; i < n; i++) A[i * n + 3] = i > 4 ? 0 : A[i * n + 3];
      if (n === 102) A.fill(0, 6 * n);
      const room = (4 * 32 + 1) * n + 32 * 34 + GEMM_WORK;
      const h = inKernels([A, room], (at, work) => loadWasm().reducePanels(at, n, columns, work));
      plainPanels(A, n, columns);
      assert.deepEqual(h, A, `n = ${n}`);
    }
  });

  it("a double-shift sweep, for blocks shorter and longer than the delay of reflections", () => {
    for (const [n, l, m, end, top, columns] of [
      [3, 0, 0, 2, 0, 3],
      [8, 1, 2, 6, 1, 7],
      [30, 0, 0, 29, 0, 30],
      [31, 4, 4, 27, 0, 31],
      [64, 3, 10, 63, 3, 64],
      [130, 0, 1, 129, 0, 130],
      [130, 20, 22, 99, 0, 130],
    ]) {
      const H = hessenbergMatrix(n);
      if (n === 64) H[30 * n + 29] = 0; // a reflection in the middle may find nothing to do
      const h = inKernels([H, 5 * (n + 2)], (at, waiting) =>
        loadWasm().sweep(at, 8 * n, top, l, m, end, columns, 0.4, -0.3, 0.3, waiting),
      );
      plainSweep(H, n, { l, m, end, top, columns }, [0.4, -0.3, 0.3]);
      assert.deepEqual(h, H, `n = ${n}`);
    }
  });

  it("a sweep of many bulges, from blocks as short as three rows to several rounds", () => {
    for (const [n, l, end, bulges] of [
      [3, 0, 2, 1],
      [7, 1, 5, 3],
      [49, 0, 48, 1],
      [50, 0, 49, 4],
      [97, 2, 93, 16],
      [180, 0, 179, 24],
      [231, 60, 229, 5],
    ]) {
      const H = hessenbergMatrix(n);
      if (n === 180) H[90 * n + 89] = 0;
      const pairs = Array.from({ length: bulges }, () => [rng.normal(), rng.normal(), rng.normal()] as const);
      const room = (3 * bulges + 32 + 3) * 32 + 3 * bulges * 32;
      const h = inKernels([H, Float64Array.from(pairs.flat()), room], (at, shifts, work) =>
        loadWasm().chase(at, 8 * n, l, end, shifts, bulges, work),
      );
      plainChase(H, n, l, end, pairs);
      assert.deepEqual(h, H, `n = ${n}`);
    }
  });
});
