import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runInThisContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { createEchoState, initialActivation } from "rnn-dynamics/dist/network/echo-state";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { createForceRun, createSimulationRun, type ForceSetup, type KernelRun } from "rnn-dynamics/dist/network/run";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { flipFlop } from "rnn-dynamics/dist/network/tasks";
import { advanceForce, advanceSimulation } from "rnn-dynamics/dist/network/time-loop";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { loadWasm, wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { threadsFor } from "rnn-dynamics/dist/wasm/second-thread";
import { setUp, signals, train } from "../helpers/force-runs";

const lib = dirname(require.resolve("rnn-dynamics"));
const isAlone = availableParallelism() < 2;

type Run = ReturnType<typeof createForceRun>;

/** A run that uses both threads at every call, whatever the clock says. */
function together(setup: ForceSetup): Run {
  const run = createForceRun(setup, 2);
  (run as KernelRun).pace.left = Number.POSITIVE_INFINITY;
  return run;
}

/** Starts the second thread if there is none and waits until it is ready; one that never comes ends at mocha's limit. */
async function whenReady(): Promise<void> {
  const run = together(setUp(1));
  while (loadWasm().secondState() !== 1) {
    train(advanceForce, run, signals(setUp(1), 1));
    await sleep(20);
  }
  run.release();
}

/** Bytes of all that a training leaves. */
function traces(run: Run, s: ReturnType<typeof signals>, done: number): Record<string, unknown> {
  const { output, readoutNorm } = s;
  const parts = { output, readoutNorm, x: run.x.slice(), Wo: run.Wo.slice(), P: run.inverseCorrelation() };
  const bytes = Object.entries(parts).map(([name, part]) => [name, Buffer.from(part.buffer).toString("latin1")]);
  return { done, ...Object.fromEntries(bytes) };
}

function assertSame(got: Record<string, unknown>, expected: Record<string, unknown>, where: string): void {
  for (const name of Object.keys(expected)) assert.ok(got[name] === expected[name], `${where}: ${name} differs`);
}

/**
 * Repeats some work of so many pieces until the second thread has done all. It may miss one where other processes hold it
 * up, for longer than many repetitions of a small network's work: so time passes between them.
 */
async function byBoth(pieces: number, work: () => number): Promise<void> {
  while (work() !== pieces) await sleep(5);
}

/** The same training by two threads and by one; returns how many pieces the second thread has done. */
function compare(setup: ForceSetup, steps: number, change?: (s: ReturnType<typeof signals>) => void): number {
  const before = loadWasm().secondDone();
  const [two, one] = [together, (s: ForceSetup) => createForceRun(s)].map((create) => {
    const run = create(setup);
    const s = signals(setup, steps);
    change?.(s);
    const result = traces(run, s, train(advanceForce, run, s, 3));
    run.release();
    return { result, pieces: loadWasm().secondDone() };
  });
  assertSame(two.result, one.result, `N = ${setup.units}, ${setup.activation}`);
  assert.equal(one.pieces, two.pieces);
  return two.pieces - before;
}

(isAlone ? describe.skip : describe)("second thread", () => {
  beforeEach(whenReady);

  it("gives the bits of one in training: x, Wo, P, outputs and norms", async () => {
    for (const units of [1, 3, 8, 17, 64, 129]) {
      for (const activation of ["tanh", "logistic"] as const) {
        // 83 steps are two chunks
        await byBoth(2, () => compare(setUp(units, { activation, trainEvery: units === 17 ? 3 : 2 }), 83));
      }
    }
    for (const units of [500, 501]) await byBoth(2, () => compare(setUp(units), 100));
    await byBoth(2, () => compare(setUp(1000), 65));
  });

  it("gives the bits of one in simulation", async () => {
    for (const units of [2, 7, 33, 500, 501, 1000]) {
      const rng = createRng(units);
      const setup = setUp(units, { Wo: Float64Array.from({ length: 3 * units }, () => rng.normal(0, 1 / units)) });
      const results: object[] = [];
      for (const threads of [1, 2] as const) {
        const s = signals(setup, 130);
        let x = new Float64Array();
        await byBoth(threads === 2 ? 3 : 0, () => {
          const run = createSimulationRun(setup, threads);
          (run as KernelRun).pace.left = Number.POSITIVE_INFINITY;
          const before = loadWasm().secondDone();
          assert.equal(advanceSimulation(run, s.input, 130, s.output), 130);
          x = run.x.slice();
          run.release();
          return loadWasm().secondDone() - before;
        });
        results.push({ output: s.output, x });
      }
      assert.deepEqual(results[0], results[1], `N = ${units}`);
    }
  });

  it("gives the bits of one through trainForce and simulate, states and snapshots included", () => {
    const rng = createRng("threads");
    const net = createEchoState({ units: 500, inputs: 3, outputs: 3, rng: rng.split("network") });
    const task = flipFlop({ bits: 3, steps: 400, rng: rng.split("task") });
    const x0 = initialActivation(net, rng.split("x0"));
    const trained = ([1, 2, undefined] as const).map((threads) =>
      trainForce(net, task, { x0, threads, record: 7, snapshotAt: [50, 333] }),
    );
    for (const other of trained.slice(1)) {
      assert.deepEqual(other.network.Wo.to1DArray(), trained[0].network.Wo.to1DArray());
      assert.deepEqual(other, trained[0]);
    }
    const runs = ([1, 2, undefined] as const).map((threads) =>
      simulate(trained[0].network, task.input, { x0, threads, record: 3 }),
    );
    assert.deepEqual(runs[1], runs[0]);
    assert.deepEqual(runs[2], runs[0]);
  });

  it("stops at the step where one thread stops, whichever half diverges, and what is left is the same", () => {
    // τ < ½ makes the Euler step overshoot: the activation grows by 1 − 1/τ at every step
    for (const units of [9, 64]) compare(setUp(units, { tau: 0.2 }), 700);
    for (const unit of [2, 61]) {
      const setup = setUp(64);
      setup.x[unit] = Number.MAX_VALUE;
      const B = new Float64Array(128);
      B[2 * unit] = Number.MAX_VALUE;
      for (const step of [70, 71]) {
        compare({ ...setup, B, tau: 0.5 }, 100, (s) => s.input.fill(0).fill(1, 2 * step));
      }
    }
  });

  it("stops at a target that is not a number, and works on afterwards", async () => {
    for (const step of [0, 10, 71, 98])
      compare(setUp(70), 100, (s) => s.target.fill(Number.NaN, 3 * step, 3 * step + 1));
    await byBoth(2, () => compare(setUp(70), 100));
  });

  it("gives all memory back", () => {
    const before = wasmBytesInUse();
    const run = together(setUp(600));
    train(advanceForce, run, signals(setUp(600), 10));
    run.release();
    assert.ok(wasmBytesInUse() <= before); // arrays of other tests may be collected meanwhile
  });

  it("survives an interrupt of the first: it does not spin, gives the memory back, and does the next run right", async function () {
    if (process.platform === "win32") this.skip();
    const before = wasmBytesInUse();
    for (let round = 0; round < 3; round++) {
      const setup = setUp(700);
      const run = together(setup);
      const s = signals(setup, 40);
      let ended: Promise<unknown> | undefined;
      const loop = (): never => {
        for (;;) {
          train(advanceForce, run, s);
          // from within: an interrupt that came before the loop would end the whole process
          ended ??= once(spawn("/bin/sh", ["-c", `sleep 0.${2 + round}; kill -INT ${process.pid}`]), "exit");
        }
      };
      const context = globalThis as unknown as { interrupted?: () => never };
      context.interrupted = loop;
      assert.throws(() => runInThisContext("interrupted()", { breakOnSigint: true }), {
        code: "ERR_SCRIPT_EXECUTION_INTERRUPTED",
      });
      delete context.interrupted;
      await ended;
      await sleep(50);
      const { user, system } = process.cpuUsage();
      await sleep(400);
      const used = process.cpuUsage({ user, system });
      assert.ok(used.user + used.system < 200_000, `${used.user + used.system} µs of 400 000 were spent waiting`);
      if (round === 1) compare(setup, 70);
      run.release();
      assert.ok(wasmBytesInUse() <= before); // arrays of other tests may be collected meanwhile
      while (loadWasm().secondState() !== 1) {
        await sleep(5);
        compare(setup, 70); // it is ready again, or is started again if it has left for want of work
      }
      compare(setup, 70);
    }
  });

  it("is not asked for in a worker, and by small networks", async () => {
    assert.equal(threadsFor(499), 1);
    assert.equal(threadsFor(500), 2);
    const code = `
      const { threadsFor } = require(${JSON.stringify(join(lib, "wasm", "second-thread.js"))});
      require("node:worker_threads").parentPort.postMessage(threadsFor(1000));`;
    const worker = new Worker(code, { eval: true });
    const [answer] = await once(worker, "message");
    assert.equal(answer, 1);
    await worker.terminate();
  });

  const program = (more: string): string => `
    const { network, numbers } = require(${JSON.stringify(lib)});
    const rng = numbers.rng(1);
    const net = network.create({ units: 60, inputs: 3, outputs: 3, rng });
    const task = network.flipFlop({ bits: 3, steps: 3000, rng });
    const train = () => network.train(net, task, { x0: network.initialActivation(net, numbers.rng(2)), threads: 2 });
    const { loadWasm } = require(${JSON.stringify(join(lib, "wasm", "memory.js"))});
    ${more}`;
  const node = (args: string[], code: string) =>
    spawnSync(process.execPath, [...args, "-e", program(code)], { encoding: "utf8", timeout: 20 * 60_000 });

  it("does not keep a process alive, nor the end of one back", () => {
    for (const end of ["", "process.exit(0)", "process.exitCode = 0"]) {
      const code = `const go = () => {
          train();
          if (loadWasm().secondDone() === 0) return void setTimeout(go, 20);
          console.log("both");
          ${end}
        };
        go();`;
      const { stdout, stderr, status, signal } = node([], code);
      assert.deepEqual({ stdout, stderr, status, signal }, { stdout: "both\n", stderr: "", status: 0, signal: null });
    }
  });

  it("is done without, in silence, where no thread may be started", function () {
    const flag = ["--permission", "--experimental-permission"].find((f) => process.allowedNodeEnvironmentFlags.has(f));
    if (flag === undefined) this.skip();
    const code = "train(); console.log(train().status, loadWasm().secondDone());";
    const { stdout, status } = node([flag, "--allow-fs-read=*"], code);
    assert.deepEqual({ stdout, status }, { stdout: "completed 0\n", status: 0 });
  });

  it("is one or two", () => {
    assert.throws(() => createForceRun(setUp(4), 3 as 2), {
      name: "RangeError",
      message: "createForceRun: threads is 3, expected 1 or 2",
    });
    const rng = createRng(1);
    const net = createEchoState({ units: 5, inputs: 3, outputs: 3, rng });
    const task = flipFlop({ bits: 3, steps: 50, rng });
    const x0 = initialActivation(net, rng);
    assert.throws(() => trainForce(net, task, { x0, threads: 0 as 1 }), /^RangeError: trainForce: threads is 0, exp/);
    assert.throws(() => simulate(net, task.input, { x0, threads: 4 as 1 }), /^RangeError: simulate: threads is 4, exp/);
  });
});
