import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { createForceRun, createSimulationRun, type ForceRun } from "rnn-dynamics/dist/network/run";
import { advanceForce, advanceSimulation } from "rnn-dynamics/dist/network/time-loop";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { assertClose } from "../helpers/assertions";
import { setUp, signals, train } from "../helpers/force-runs";
import { referenceAdvanceForce, referenceAdvanceSimulation } from "../oracles/plain-loop";

describe("time loops", () => {
  for (const activation of ["tanh", "logistic"] as const) {
    it(`training has the same bits by wasm and by plain loops (${activation})`, () => {
      for (const units of [1, 2, 3, 4, 5, 7, 64, 129]) {
        const setup = setUp(units, { activation, trainEvery: units === 7 ? 3 : 2 });
        // longer than a chunk, and begun in the middle of a period
        const [s, t] = [signals(setup, 83), signals(setup, 83)];
        const [run, other] = [createForceRun(setup), createForceRun(setup)];
        assert.equal(train(advanceForce, run, s, 5), 83);
        assert.equal(train(referenceAdvanceForce, other, t, 5), 83);
        assert.deepEqual(s.output, t.output, `output, N = ${units}`);
        assert.deepEqual(s.readoutNorm, t.readoutNorm, `readoutNorm, N = ${units}`);
        assert.deepEqual(run.x.slice(), other.x.slice(), `x, N = ${units}`);
        assert.deepEqual(run.Wo.slice(), other.Wo.slice(), `Wo, N = ${units}`);
        assert.deepEqual(run.inverseCorrelation(), other.inverseCorrelation(), `P, N = ${units}`);
        run.release();
        other.release();
      }
    });
  }

  it("simulation has the same bits by wasm and by plain loops, and those of training that never comes", () => {
    for (const units of [1, 2, 3, 5, 64, 129]) {
      const rng = createRng(units);
      const Wo = Float64Array.from({ length: 3 * units }, () => rng.normal(0, 1 / units));
      const setup = setUp(units, { Wo, trainEvery: 1000 });
      const results = [advanceSimulation, referenceAdvanceSimulation].map((advance) => {
        const run = createSimulationRun(setup);
        const s = signals(setup, 130);
        assert.equal(advance(run, s.input, 130, s.output), 130);
        const x = run.x.slice();
        run.release();
        return { output: s.output, x };
      });
      assert.deepEqual(results[0], results[1], `N = ${units}`);
      const run = createForceRun(setup);
      const s = signals(setup, 130);
      train(advanceForce, run, s);
      assert.deepEqual(s.output, results[0].output);
      run.release();
    }
  });

  it("does not depend on how the steps are divided among calls, nor on which of the two makes them", () => {
    const setup = setUp(21);
    const whole = signals(setup, 200);
    const run = createForceRun(setup);
    train(advanceForce, run, whole);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 6 }), fc.boolean(), (lengths, isMixed) => {
        const parts = signals(setup, 200);
        const other = createForceRun(setup);
        let first = 0;
        for (const [k, length] of [...lengths, 200].entries()) {
          const steps = Math.min(length, 200 - first);
          const cut = (a: Float64Array): Float64Array => {
            const width = a.length / 200;
            return a.subarray(first * width, (first + steps) * width);
          };
          const advance = isMixed && k % 2 ? referenceAdvanceForce : advanceForce;
          const { input, target, output, readoutNorm } = parts;
          advance(other, cut(input), cut(target), first, steps, cut(output), cut(readoutNorm));
          first += steps;
        }
        assert.deepEqual(parts.output, whole.output);
        assert.deepEqual(other.Wo.slice(), run.Wo.slice());
        other.release();
      }),
      { numRuns: 20 },
    );
    run.release();
  });

  it("has the bits it has always had", () => {
    // made by: node node_modules/mocha/bin/mocha.js data/cache/build/test/network/force-loop.test.js -g "always had",
    // which prints the digest. It must never change: the shipped networks would no longer retrain to their bits
    const hash = createHash("sha256");
    for (const activation of ["tanh", "logistic"] as const) {
      const setup = setUp(65, { activation });
      const s = signals(setup, 300);
      const run = createForceRun(setup);
      train(advanceForce, run, s);
      for (const part of [s.output, s.readoutNorm, run.x, run.Wo]) hash.update(new Uint8Array(part.slice().buffer));
      run.release();
    }
    assert.equal(hash.digest("hex"), "887b59e94615d3b86255ea3a050bc78b409bfead687f4a895d247239780fa250");
  });

  it("equals naive recursive least squares with a dense P, k = P r, P − c k kᵀ, Wo − c e kᵀ [J15 eqs. 27, 28]", () => {
    const units = 50;
    const setup = setUp(units, { alpha: 0.5 });
    const steps = 120;
    const s = signals(setup, steps);
    const run = createForceRun(setup);
    train(advanceForce, run, s);

    const [Wr, Wfb, B] = [
      Matrix.from1DArray(units, units, setup.Wr),
      Matrix.from1DArray(units, 3, setup.Wfb),
      Matrix.from1DArray(units, 2, setup.B),
    ];
    let P = Matrix.eye(units, units).mul(1 / 0.5);
    let Wo = Matrix.zeros(3, units);
    let x = Matrix.columnVector(setup.x);
    const outputs: number[] = [];
    for (let t = 0; t < steps; t++) {
      const r = Matrix.columnVector(x.to1DArray().map(Math.tanh));
      const z = Wo.mmul(r);
      outputs.push(...z.to1DArray());
      const u = Matrix.columnVector(s.input.slice(2 * t, 2 * t + 2));
      const F = Wr.mmul(r).add(Wfb.mmul(z)).add(B.mmul(u)).sub(x);
      x = Matrix.add(x, F.div(10));
      if ((t + 1) % 2 === 0) {
        const k = P.mmul(r);
        const c = 1 / (1 + r.transpose().mmul(k).get(0, 0));
        const e = Matrix.sub(z, Matrix.columnVector(s.target.slice(3 * t, 3 * t + 3)));
        P = Matrix.sub(P, k.mmul(k.transpose()).mul(c));
        Wo = Matrix.sub(Wo, e.mmul(k.transpose()).mul(c));
      }
    }
    // both have rounding errors of some 1e-16 per step; chaos and the inverse multiply them by less than 1e6 here
    assertClose(s.output, outputs, 1e-9);
    assertClose(run.Wo, Wo, 1e-9);
    assertClose(run.inverseCorrelation(), P, 1e-9);
    assertClose(
      s.readoutNorm.slice(-3),
      [0, 1, 2].map((o) => Math.hypot(...Wo.getRow(o))),
      1e-9,
    );
    run.release();
  });

  it("keeps P symmetric and positive definite, and shrinking from I/alpha", () => {
    const setup = setUp(30, { alpha: 2 });
    const s = signals(setup, 600);
    const run = createForceRun(setup);
    assertClose(run.inverseCorrelation(), Matrix.eye(30, 30).mul(0.5), 0);
    train(advanceForce, run, s);
    const P = Matrix.from1DArray(30, 30, run.inverseCorrelation());
    assert.ok(P.isSymmetric());
    assert.ok(new CholeskyDecomposition(P).isPositiveDefinite());
    assert.ok(P.trace() < 30 * 0.5);
    run.release();
  });

  it("returns short when the activation diverges, by both ways at the same step, and keeps the last finite one", () => {
    // τ < ½ makes the Euler step overshoot: the activation grows by 1 − 1/τ at every step
    const setup = setUp(9, { tau: 0.2 });
    const results = [advanceForce, referenceAdvanceForce].map((advance) => {
      const run = createForceRun(setup);
      const s = signals(setup, 700);
      const done = train(advance, run, s);
      assert.ok(run.x.every(Number.isFinite));
      const x = run.x.slice();
      run.release();
      return { done, x };
    });
    // 4ⁿ leaves the range of doubles after some 512 steps
    assert.ok(results[0].done > 400 && results[0].done < 700, `${results[0].done} steps`);
    assert.deepEqual(results[0], results[1]);
    const run = createSimulationRun(setup);
    const s = signals(setup, 700);
    const done = advanceSimulation(run, s.input, 700, s.output);
    assert.ok(done > 400 && done < 700);
    assert.ok(s.output.subarray(0, done * 3).every(Number.isFinite));
    assert.ok(s.output.subarray(done * 3).every((z) => z === 0));
    run.release();
  });

  it("returns short when a target or an input is not a number", () => {
    const setup = setUp(12);
    for (const thing of ["input", "target"] as const) {
      for (const advance of [advanceForce, referenceAdvanceForce]) {
        const run = createForceRun(setup);
        const s = signals(setup, 100);
        s[thing][71 * (s[thing].length / 100)] = NaN; // step 71 is one that trains
        assert.equal(train(advance, run, s), 71, thing);
        run.release();
      }
    }
  });

  it("gives all of its memory back, after a refusal too", () => {
    const before = wasmBytesInUse();
    const setup = setUp(40);
    const run = createForceRun(setup);
    assert.ok(wasmBytesInUse() > before);
    run.release();
    run.release();
    assert.equal(wasmBytesInUse(), before);
    assert.throws(() => createForceRun({ ...setup, alpha: 0 }));
    assert.equal(wasmBytesInUse(), before);
  });

  it("rejects what cannot be run", () => {
    const setup = setUp(4);
    const nan = setup.Wr.slice();
    nan[3] = NaN;
    const run = createForceRun(setup);
    const released = createForceRun(setup);
    released.release();
    const s = signals(setup, 5);
    const simulation = createSimulationRun(setup);
    const table: [() => unknown, string][] = [
      [
        () => createForceRun({ ...setup, Wr: nan }),
        "createForceRun: Wr has NaN at component 3, expected finite numbers",
      ],
      [() => createForceRun({ ...setup, units: 0 }), "createForceRun: units is 0, expected an integer ≥ 1"],
      [() => createForceRun({ ...setup, x: new Float64Array(5) }), "createForceRun: x has length 5, expected 4"],
      [() => createForceRun({ ...setup, tau: 0 }), "createForceRun: tau is 0, expected a finite number, positive"],
      [
        () => createForceRun({ ...setup, activation: "relu" as "tanh" }),
        'createForceRun: activation is "relu", expected "tanh" or "logistic"',
      ],
      [() => train(advanceForce, released, s), "advanceForce: run is released, expected one in use"],
      [
        () => advanceForce(run, s.input, s.target, 0, 4, s.output, s.readoutNorm),
        "advanceForce: input has length 10, expected 8",
      ],
      [
        () => train(advanceForce, simulation as ForceRun, s),
        "advanceForce: run is a simulation, expected one from createForceRun",
      ],
      [
        () => advanceSimulation({} as ForceRun, s.input, 5, s.output),
        "advanceSimulation: run is an object, expected one from createForceRun or createSimulationRun",
      ],
      [
        () => advanceSimulation(simulation, s.input, -1, s.output),
        "advanceSimulation: steps is -1, expected an integer ≥ 0",
      ],
    ];
    for (const [attempt, message] of table) assert.throws(attempt, { name: "RangeError", message });
    run.release();
    simulation.release();
  });
});
