import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { isResident, releaseWasmArray, wasmArray, wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";

const compiled = require.resolve("rnn-dynamics/dist/wasm/memory");

describe("wasm memory", () => {
  it("hands out zeros that do not overlap, and gets all of it back", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.nat(100)), { maxLength: 60 }), (requests) => {
        const before = wasmBytesInUse();
        const held: [Float64Array, number][] = [];
        const drop = (i: number): void => {
          const [[array, mark]] = held.splice(i, 1);
          assert.ok(array.every((entry) => entry === mark));
          releaseWasmArray(array);
        };
        requests.forEach(([length, choice], k) => {
          const array = wasmArray(length);
          assert.ok(array.length === length && array.every((entry) => entry === 0));
          array.fill(k + 1);
          held.push([array, k + 1]);
          if (choice > 50) drop(choice % held.length);
        });
        while (held.length > 0) drop(0);
        assert.equal(wasmBytesInUse(), before);
      }),
      { numRuns: 30 },
    );
  });

  it("knows its arrays also after another shared memory of the process has grown", () => {
    const old = wasmArray(10);
    const Memory = (
      globalThis as unknown as { WebAssembly: { Memory: new (shape: object) => { grow(n: number): void } } }
    ).WebAssembly.Memory;
    const others = [0, 1].map(() => new Memory({ initial: 1, maximum: 100, shared: true }));
    for (let k = 0; k < 3; k++) {
      others[k % 2].grow(1);
      const array = wasmArray(10);
      assert.ok(isResident(array) && isResident(old), `after growth ${k + 1}`);
      releaseWasmArray(array);
    }
    releaseWasmArray(old);
  });

  it("grows without moving: an old array stays valid and known", () => {
    const old = wasmArray(10).fill(7);
    const large: Float64Array[] = [];
    // until what earlier tests have left free is used up
    do large.push(wasmArray(1e6).fill(1));
    while (large[large.length - 1].buffer === old.buffer);
    assert.ok(old.every((entry) => entry === 7));
    assert.ok(isResident(old) && large.every(isResident) && !isResident(new Float64Array(3)));
    for (const array of [old, ...large]) releaseWasmArray(array);
  });

  it("says how many bytes are needed where there are not as many", () => {
    const before = wasmBytesInUse();
    assert.throws(() => wasmArray(2 ** 32), {
      name: "RangeError",
      message: /^wasmArray: array needs 34359738368 bytes \(\d+ are in use\), expected at most \d+: hold fewer/,
    });
    assert.throws(() => wasmArray(0), { message: "wasmArray: length is 0, expected an integer ≥ 1" });
    assert.equal(wasmBytesInUse(), before);
  });

  it("does not release twice, nor what is not its own", () => {
    const array = wasmArray(4);
    releaseWasmArray(array);
    const message = /^releaseWasmArray: array is an array of length 4, expected one from wasmArray/;
    assert.throws(() => releaseWasmArray(array), { name: "RangeError", message });
    assert.throws(() => releaseWasmArray(new Float64Array(4)), { name: "RangeError", message });
  });

  it("is given back when an array is collected", () => {
    const script = `
      const { wasmArray } = require(${JSON.stringify(compiled)});
      const { wasmBytesInUse } = require(${JSON.stringify(compiled)});
      for (let i = 0; i < 100; i++) wasmArray(1000);
      const before = wasmBytesInUse();
      const look = () => {
        gc();
        if (wasmBytesInUse() >= before / 2) return setTimeout(look, 20);
        console.log(before, wasmBytesInUse());
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
      const { wasmArray } = require(${JSON.stringify(compiled)});
      const { multiplyInto } = require(${JSON.stringify(join(dirname(compiled), "vector.js"))});
      const A = wasmArray(400).fill(1), y = new Float64Array(20);
      multiplyInto(A, new Float64Array(20).fill(2), y);
      require("node:worker_threads").parentPort.postMessage(y[19]);`;
    const worker = new Worker(script, { eval: true });
    const answer = await new Promise((resolve, fail) => worker.once("message", resolve).once("error", fail));
    await worker.terminate();
    assert.equal(answer, 40);
  });

  it("explains missing and damaged wasm in one sentence", () => {
    const folder = mkdtempSync(join(tmpdir(), "wasm-"));
    try {
      mkdirSync(join(folder, "wasm"));
      for (const file of ["memory.js", "check.js"]) {
        copyFileSync(join(dirname(compiled), file), join(folder, "wasm", file));
      }
      copyFileSync(join(dirname(compiled), "..", "places.js"), join(folder, "places.js"));
      const messageOf = (): string => {
        const script = `try { require("./wasm/memory").wasmArray(1); } catch (error) { console.log(error.message); }`;
        return spawnSync(process.execPath, ["-e", script], { encoding: "utf8", cwd: folder }).stdout.trim();
      };
      assert.match(messageOf(), /^The compiled wasm is missing \(.*rnn\.wasm\): run "npm start" once/);
      writeFileSync(join(folder, "rnn.wasm"), "not wasm");
      assert.match(messageOf(), /^The compiled wasm is damaged \(.*rnn\.wasm\): delete this file and run "npm start"/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
