import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { isResident, kernelArray, kernelBytesInUse, releaseKernelArray } from "rnn-dynamics/dist/wasm/memory";

const compiled = require.resolve("rnn-dynamics/dist/wasm/memory");

describe("memory of the kernels", () => {
  it("hands out zeros that do not overlap, and gets all of it back", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.nat(100)), { maxLength: 60 }), (requests) => {
        const before = kernelBytesInUse();
        const held: [Float64Array, number][] = [];
        const drop = (i: number): void => {
          const [[array, mark]] = held.splice(i, 1);
          assert.ok(array.every((entry) => entry === mark));
          releaseKernelArray(array);
        };
        requests.forEach(([length, choice], k) => {
          const array = kernelArray(length);
          assert.ok(array.length === length && array.every((entry) => entry === 0));
          array.fill(k + 1);
          held.push([array, k + 1]);
          if (choice > 50) drop(choice % held.length);
        });
        while (held.length > 0) drop(0);
        assert.equal(kernelBytesInUse(), before);
      }),
      { numRuns: 30 },
    );
  });

  it("knows its arrays also after another shared memory of the process has grown", () => {
    const old = kernelArray(10);
    const Memory = (
      globalThis as unknown as { WebAssembly: { Memory: new (shape: object) => { grow(n: number): void } } }
    ).WebAssembly.Memory;
    const others = [0, 1].map(() => new Memory({ initial: 1, maximum: 100, shared: true }));
    for (let k = 0; k < 3; k++) {
      others[k % 2].grow(1);
      const array = kernelArray(10);
      assert.ok(isResident(array) && isResident(old), `after growth ${k + 1}`);
      releaseKernelArray(array);
    }
    releaseKernelArray(old);
  });

  it("grows without moving: an old array stays valid and known", () => {
    const old = kernelArray(10).fill(7);
    const large: Float64Array[] = [];
    // until what earlier tests have left free is used up
    do large.push(kernelArray(1e6).fill(1));
    while (large[large.length - 1].buffer === old.buffer);
    assert.ok(old.every((entry) => entry === 7));
    assert.ok(isResident(old) && large.every(isResident) && !isResident(new Float64Array(3)));
    for (const array of [old, ...large]) releaseKernelArray(array);
  });

  it("says how many bytes are needed where there are not as many", () => {
    const before = kernelBytesInUse();
    assert.throws(() => kernelArray(2 ** 32), {
      name: "RangeError",
      message: /^kernelArray: array needs 34359738368 bytes \(\d+ are in use\), expected at most \d+: hold fewer/,
    });
    assert.throws(() => kernelArray(0), { message: "kernelArray: length is 0, expected an integer ≥ 1" });
    assert.equal(kernelBytesInUse(), before);
  });

  it("does not release twice, nor what is not its own", () => {
    const array = kernelArray(4);
    releaseKernelArray(array);
    const message = /^releaseKernelArray: array is an array of length 4, expected one from kernelArray/;
    assert.throws(() => releaseKernelArray(array), { name: "RangeError", message });
    assert.throws(() => releaseKernelArray(new Float64Array(4)), { name: "RangeError", message });
  });

  it("is given back when an array is collected", () => {
    const script = `
      const { kernelArray } = require(${JSON.stringify(compiled)});
      const { kernelBytesInUse } = require(${JSON.stringify(compiled)});
      for (let i = 0; i < 100; i++) kernelArray(1000);
      const before = kernelBytesInUse();
      const look = () => {
        gc();
        if (kernelBytesInUse() >= before / 2) return setTimeout(look, 20);
        console.log(before, kernelBytesInUse());
      };
      setTimeout(look, 20);`;
    const { stdout } = spawnSync(process.execPath, ["--expose-gc", "-e", script], {
      encoding: "utf8",
      timeout: 20 * 60_000,
    });
    const [before, after] = stdout.trim().split(" ").map(Number);
    assert.ok(before >= 800_000 && after < before / 2, `${before} bytes before, ${after} after`);
  });

  it("works in a worker thread, each with a memory of its own", async () => {
    const script = `
      const { kernelArray } = require(${JSON.stringify(compiled)});
      const { multiplyInto } = require(${JSON.stringify(join(dirname(compiled), "vector.js"))});
      const A = kernelArray(400).fill(1), y = new Float64Array(20);
      multiplyInto(A, new Float64Array(20).fill(2), y);
      require("node:worker_threads").parentPort.postMessage(y[19]);`;
    const worker = new Worker(script, { eval: true });
    const answer = await new Promise((resolve, fail) => worker.once("message", resolve).once("error", fail));
    await worker.terminate();
    assert.equal(answer, 40);
  });

  it("explains missing and damaged kernels in one sentence", () => {
    const folder = mkdtempSync(join(tmpdir(), "kernels-"));
    try {
      mkdirSync(join(folder, "wasm"));
      for (const file of ["memory.js", "check.js"]) {
        copyFileSync(join(dirname(compiled), file), join(folder, "wasm", file));
      }
      copyFileSync(join(dirname(compiled), "..", "places.js"), join(folder, "places.js"));
      const messageOf = (): string => {
        const script = `try { require("./wasm/memory").kernelArray(1); } catch (error) { console.log(error.message); }`;
        return spawnSync(process.execPath, ["-e", script], { encoding: "utf8", cwd: folder }).stdout.trim();
      };
      assert.match(messageOf(), /^The compiled kernels are missing \(.*kernels\.wasm\): run "npm start" once/);
      writeFileSync(join(folder, "kernels.wasm"), "not wasm");
      assert.match(
        messageOf(),
        /^The compiled kernels are damaged \(.*kernels\.wasm\): delete this file and run "npm start"/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
