import assert from "node:assert/strict";
import type { FlowSpec } from "rnn-dynamics/dist/flow/flow";
import { randomRecurrentWeights, simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { createPool, libJob, type WorkerPool } from "rnn-dynamics/dist/pool";
import { type Minimum, minimizeSpeed } from "rnn-dynamics/dist/search/minimize";

describe("pool", () => {
  const rng = createRng("pool");
  const flow = simpleRnnFlow(randomRecurrentWeights(30, 1.5, rng.split("weights")));
  const starts = [0, 1, 2, 3].map((k) => {
    const stream = rng.split(`start ${k}`);
    return Float64Array.from({ length: 30 }, () => stream.normal());
  });
  const minimization = (key: string, spec: FlowSpec | undefined, x: Float64Array) => ({
    subject: { key, spec },
    piece: "minimize",
    rest: [x],
  });
  const search = (pool: WorkerPool): Promise<Minimum[]> =>
    Promise.all(starts.map((x) => pool.run<Minimum>(libJob("search"), minimization("a", flow.spec, x))));

  it("gives the bits of the calling thread, with one worker and with two", async () => {
    const here = starts.map((x) => minimizeSpeed(flow, x));
    for (const threads of [1, 2]) {
      const pool = createPool({ threads });
      const there = await search(pool);
      await pool.close();
      for (const [i, minimum] of there.entries()) {
        assert.deepEqual(Array.from(minimum.x), Array.from(here[i].x), `${threads} threads, start ${i}`);
        assert.equal(minimum.iterations, here[i].iterations);
      }
    }
  });

  it("stops what is running when it is cancelled, and can be used again", async () => {
    const pool = createPool({ threads: 1 });
    const stopped = search(pool);
    pool.cancel();
    await assert.rejects(stopped, { name: "AbortError" });
    assert.equal((await search(pool)).length, starts.length);
    await pool.close();
  });

  it("passes over a result that was ready when its task was cancelled: nobody waits for it", async () => {
    const pool = createPool({ threads: 1 });
    await search(pool); // the worker is there, and takes the next task at once
    const stopped = pool.run(libJob("search"), minimization("a", flow.spec, starts[0]));
    // this thread sleeps, the worker does not: its message arrives in a turn after the one that cancels
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    pool.cancel();
    await assert.rejects(stopped, { name: "AbortError" });
    await new Promise((resolve) => setTimeout(resolve, 50)); // an error without a listener would come now
    assert.equal((await search(pool)).length, starts.length);
    await pool.close();
  });

  it("passes on what a task throws", async () => {
    const pool = createPool({ threads: 1 });
    const spec = { kind: "no such flow", parameters: {} };
    const wrong = pool.run(libJob("search"), minimization("b", spec, starts[0]));
    await assert.rejects(wrong, /flowFromSpec: spec.kind is "no such flow", expected "rate flow"/);
    await pool.close();
  });

  it("says what is wrong with its options", () => {
    assert.throws(() => createPool({ threads: 0 }), /createPool: threads is 0, expected an integer ≥ 1/);
  });
});
