import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { createEchoState, type EchoState, firingRates, initialActivation } from "rnn-dynamics/dist/network/echo-state";
import {
  type ForceOptions,
  forceDefaults,
  readoutByRidge,
  trainForce,
  updateReadout,
} from "rnn-dynamics/dist/network/force";
import { prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { flipFlop, type Task } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";

const small = { units: 23, steps: 160, testSteps: 20, gain: 0.9 };

/** The protocol of the original code, written out with matrices: the slow twin of `trainForce`. */
function protocol(net: EchoState, task: Task, x0: Float64Array, alpha: number, trainEvery: number) {
  const column = (v: ArrayLike<number>): Matrix => Matrix.columnVector(Array.from(v));
  const P = Matrix.eye(net.units).mul(1 / alpha);
  const Wo = net.Wo.clone();
  let x = column(x0);
  const output: number[][] = [];
  const rates: number[][] = [];
  for (let t = 0; t < task.input.rows; t++) {
    const r = firingRates(net, Float64Array.from(x.to1DArray()));
    const z = Wo.mmul(column(r));
    const drive = net.Wr.mmul(column(r))
      .add(net.Wfb.mmul(z))
      .add(net.B.mmul(column(task.input.getRow(t))));
    x = Matrix.add(x, drive.sub(x).mul(1 / net.tau));
    if ((t + 1) % trainEvery === 0) {
      updateReadout(
        P,
        Wo,
        r,
        Float64Array.from(z.to1DArray(), (v, j) => v - task.target.get(t, j)),
      );
      rates.push(Array.from(r));
    }
    output.push(z.to1DArray());
  }
  return { Wo, x, output: new Matrix(output), rates: new Matrix(rates) };
}

const largest = (m: Matrix): number => Math.max(...m.to1DArray().map(Math.abs));

describe("force", () => {
  it("follows the original's protocol step by step [J15 eq. 22] [J15 eq. 27] [J15 eq. 28]", () => {
    for (const activation of ["tanh", "logistic"] as const) {
      for (const [alpha, trainEvery] of [
        [1, 2],
        [0.1, 1],
        [5, 3],
      ]) {
        const { network, training, x0 } = prepareFlipFlop({ ...small, activation });
        const fast = trainForce(network, training, { x0, alpha, trainEvery });
        const slow = protocol(network, training, x0, alpha, trainEvery);
        // only the order of summation differs; 160 steps at gain 0.9 amplify 1e-16 little
        assert.ok(largest(Matrix.sub(fast.network.Wo, slow.Wo)) < 1e-10 * largest(slow.Wo));
        assert.ok(largest(Matrix.sub(fast.output, slow.output)) < 1e-10);
        assert.ok(largest(Matrix.sub(Matrix.columnVector(Array.from(fast.finalState)), slow.x)) < 1e-10);
      }
    }
  });

  it("is ridge regression with penalty alpha on the rates it visited", () => {
    const { network, training, x0 } = prepareFlipFlop(small);
    for (const alpha of [0.3, 1]) {
      const trained = trainForce(network, training, { x0, alpha, record: 1 });
      const states = trained.states as Matrix;
      const taught = Array.from({ length: states.rows }, (_, t) => t).filter((t) => (t + 1) % 2 === 0);
      const rates = new Matrix(
        taught.map((t) => Array.from(firingRates(network, Float64Array.from(states.getRow(t))))),
      );
      const targets = new Matrix(taught.map((t) => training.target.getRow(t)));
      const ridge = readoutByRidge(rates, targets, alpha);
      // RᵀR + αI has a condition of 1e4 or so here
      assert.ok(largest(Matrix.sub(trained.network.Wo, ridge)) < 1e-9 * largest(ridge));
    }
  });

  it("changes the weights at every second step only, the second one first", () => {
    const { network, training, x0 } = prepareFlipFlop(small);
    const steps = [0, 1, 2, 3, 4, 5, 6];
    // a target of 1 from the start, so that every weight step does something
    const task = { input: training.input, target: Matrix.ones(training.target.rows, 3) };
    const { snapshots } = trainForce(network, task, { x0, snapshotAt: steps });
    const changes = steps.slice(1).map((s) => largest(Matrix.sub(snapshots[s].Wo, snapshots[s - 1].Wo)) > 0);
    assert.deepEqual(changes, [false, true, false, true, false, true]);
  });

  it("keeps every record in step: z before the weights change, errors and norms after it", () => {
    const { network, training, x0 } = prepareFlipFlop(small);
    const steps = Array.from({ length: 161 }, (_, i) => i);
    const trained = trainForce(network, training, { x0, record: 1, snapshotAt: steps });
    const states = trained.states as Matrix;
    assert.deepEqual(states.getRow(0), Array.from(x0));
    for (let t = 0; t < 160; t++) {
      const r = Matrix.columnVector(Array.from(firingRates(network, Float64Array.from(states.getRow(t)))));
      const z = trained.snapshots[t].Wo.mmul(r).to1DArray();
      const output = trained.output.getRow(t);
      let squares = 0;
      for (let j = 0; j < 3; j++) {
        assert.ok(Math.abs(output[j] - z[j]) < 1e-13);
        squares += (output[j] - training.target.get(t, j)) ** 2;
        const norm = trained.snapshots[t + 1].Wo.getRowVector(j).norm();
        assert.ok(Math.abs(trained.readoutNorm.get(t, j) - norm) <= 1e-14 * norm);
      }
      assert.ok(Math.abs(trained.squaredError[t] - squares / 3) < 1e-13);
    }
    assert.deepEqual(trained.snapshots[160].Wo.to1DArray(), trained.network.Wo.to1DArray());
  });

  it("gives the same bits whatever is recorded, reported or copied on the way", () => {
    const { network, training, x0 } = prepareFlipFlop({ ...small, steps: 350 });
    const plain = trainForce(network, training, { x0 });
    const busy = trainForce(network, training, { x0, record: 3, snapshotAt: [7, 0, 7, 101, 350], onProgress() {} });
    assert.deepEqual(busy.network.Wo.to1DArray(), plain.network.Wo.to1DArray());
    assert.deepEqual(busy.output.to1DArray(), plain.output.to1DArray());
    assert.deepEqual(
      busy.snapshots.map(({ step }) => step),
      [0, 7, 101, 350],
    );
    assert.equal(busy.states?.rows, 117);
  });

  it("leaves nothing of its work in the network it was given", () => {
    const { network, training, x0 } = prepareFlipFlop(small);
    const before = JSON.stringify([network, training, Array.from(x0)]);
    const trained = trainForce(network, training, { x0 });
    assert.equal(JSON.stringify([network, training, Array.from(x0)]), before);
    assert.equal(trained.network.Wr, network.Wr);
  });

  it("goes on from the readout it finds, as transfer to another task needs", () => {
    const { network, training, x0 } = prepareFlipFlop(small);
    const first = trainForce(network, training, { x0 });
    const second = trainForce(first.network, training, { x0, snapshotAt: [0] });
    assert.deepEqual(second.snapshots[0].Wo.to1DArray(), first.network.Wo.to1DArray());
  });

  it("keeps the error small while it trains [J15 Fig. 5c]", () => {
    const { network, training, x0 } = prepareFlipFlop({ units: 150, steps: 3000, gain: 0.8 });
    const { squaredError, output } = trainForce(network, training, { x0 });
    const sorted = Float64Array.from(squaredError).sort();
    // the mean is carried by the flips, where the target jumps before the output can; between them it is small
    assert.ok(sorted[1500] < 0.02, `median ${sorted[1500]}`);
    const untrained = simulate(network, training.input, { x0 }).output;
    assert.ok(largest(untrained) === 0 && largest(output) > 1);
  });

  it("returns short when it diverges, with its status, finite records and a finite readout", () => {
    const rng = createRng(1);
    const net = createEchoState({ units: 8, inputs: 1, outputs: 1, tau: 0.1, activation: "logistic", rng });
    const task = flipFlop({ bits: 1, steps: 1000, rng });
    const trained = trainForce(net, task, { x0: initialActivation(net, rng), record: 10, snapshotAt: [0, 1000] });
    assert.equal(trained.status, "diverged");
    const rows = trained.output.rows;
    assert.ok(rows > 100 && rows < 1000);
    assert.deepEqual([trained.squaredError.length, trained.readoutNorm.rows], [rows, rows]);
    for (const m of [trained.output, trained.readoutNorm, trained.states as Matrix, trained.network.Wo]) {
      assert.ok(m.to1DArray().every(Number.isFinite));
    }
    assert.deepEqual(
      trained.snapshots.map(({ step }) => step),
      [0],
    );
  });

  it("has the paper's parameters by default [J15 Table 1]", () => {
    assert.equal(forceDefaults.alpha, 1);
    assert.equal(forceDefaults.trainEvery, 2);
  });

  it("ends with finite records and a status, or throws a RangeError [property]", () => {
    const { network, training, x0 } = prepareFlipFlop({ units: 5, steps: 12, testSteps: 1, bits: 1 });
    const level = fc.oneof(fc.double(), fc.constantFrom(0, 1, 5e-324, 1e308, Number.NaN));
    fc.assert(
      fc.property(level, fc.oneof(fc.integer({ min: -1, max: 20 }), level), level, (alpha, trainEvery, f) => {
        const target = Matrix.ones(12, 1).mul(f);
        let trained: ReturnType<typeof trainForce>;
        try {
          trained = trainForce(network, { input: training.input, target }, { x0, alpha, trainEvery });
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
          return;
        }
        assert.ok(alpha > 0 && Number.isInteger(trainEvery) && trainEvery > 0 && Number.isFinite(f));
        assert.ok(trained.network.Wo.to1DArray().every(Number.isFinite));
        assert.ok(trained.output.to1DArray().every(Number.isFinite));
        assert.equal(trained.status === "diverged", trained.output.rows < 12);
        if (trained.status === "completed") assert.equal(trained.digitsLostAt, undefined);
      }),
    );
  });

  it("keeps its bits: a golden training", () => {
    const { network, training, x0 } = prepareFlipFlop({ units: 64, steps: 400, testSteps: 20 });
    const { network: trained } = trainForce(network, training, { x0 });
    const bytes = Buffer.alloc(8 * 3 * 64);
    trained.Wo.to1DArray().forEach((w, i) => {
      bytes.writeDoubleLE(w, 8 * i);
    });
    // made by: node node_modules/mocha/bin/mocha.js data/cache/build/test/network/force.test.js -g golden
    // with the plain loops, whose order of summation wasm must keep
    assert.equal(
      createHash("sha256").update(bytes).digest("hex"),
      "c2cced50a7a0ce7aa5ac1eaa1dec1abf4f2ddf80ed6cc079473171aede1eec30",
    );
  });

  it("names what is wrong", () => {
    const { network, training, x0 } = prepareFlipFlop(small);
    assert.throws(() => trainForce(network, training, {} as ForceOptions), {
      name: "RangeError",
      message: "trainForce: x0 is undefined, expected a Float64Array",
    });
    assert.throws(() => trainForce(network, { input: training.input } as Task, { x0 }), {
      message: "trainForce: task.target is undefined, expected an ml-matrix Matrix",
    });
    assert.throws(() => trainForce(network, { ...training, target: Matrix.ones(160, 2) }, { x0 }), {
      message: "trainForce: task.target is 160×2, expected 160×3",
    });
    assert.throws(() => trainForce(network, training, { x0, alpha: 0 }), {
      message: "trainForce: alpha is 0, expected a finite number, positive",
    });
    assert.throws(() => trainForce(network, training, { x0, snapshotAt: [161] }), {
      message: "trainForce: snapshotAt has step 161, expected at most the 160 steps of the task",
    });
    assert.throws(() => trainForce(network, training, { x0, snapshotAt: 5 as unknown as number[] }), {
      message: "trainForce: snapshotAt is 5, expected an array of steps",
    });
    assert.throws(() => trainForce(network, training, { x0, learningRate: 1 } as unknown as ForceOptions), {
      message: /trainForce: option "learningRate" is unknown, expected .*alpha/,
    });
    assert.throws(() => trainForce(network, null as unknown as Task, { x0 }), {
      message: "trainForce: task is null, expected { input, target }",
    });
  });
});
