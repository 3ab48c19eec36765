import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { createEchoState, echoStateFlow, initialActivation } from "rnn-dynamics/dist/network/echo-state";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { meanPeriod, toneTask, toneTaskDefaults } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { assertClose } from "../helpers/assertions";

const column = (m: Matrix) => Float64Array.from(m.to1DArray());

describe("network/tone-task", () => {
  it("plays a period of P/u steps while the input is u", () => {
    for (const level of [0.5, 1, 1.3]) {
      const { input, target } = toneTask({ rng: createRng(1), steps: 2000, levels: [level], amplitude: 0.7 });
      assert.ok(input.to1DArray().every((u) => u === level));
      assertClose(meanPeriod(column(target)), 60 / level, 1e-4); // crossings lie on straight lines between steps
      assert.ok(target.max() <= 0.7 && target.max() > 0.69 && target.min() < -0.69);
    }
  });

  it("keeps an input for `hold` steps, draws from all levels, and never lets the output jump", () => {
    const { input, target } = toneTask({ rng: createRng(2), steps: 12000 });
    const { levels, hold, unitPeriod } = toneTaskDefaults;
    const u = column(input);
    const changes = [...u.keys()].filter((t) => t > 0 && u[t] !== u[t - 1]);
    assert.ok(changes.length > 10 && changes.every((t) => t % hold === 0));
    assert.deepEqual([...new Set(u)].sort(), [...levels]);
    const f = column(target);
    for (let t = 1; t < f.length; t++) assert.ok(Math.abs(f[t] - f[t - 1]) <= (2 * Math.PI) / unitPeriod);
    assert.equal(f[0], 0);
  });

  it("is the same for the same stream, bit for bit, and moves the stream on", () => {
    const rng = createRng(3);
    const [first, second] = [toneTask({ rng, steps: 3000 }), toneTask({ rng, steps: 3000 })];
    assert.deepEqual(toneTask({ rng: createRng(3), steps: 3000 }).target.to1DArray(), first.target.to1DArray());
    assert.notDeepEqual(first.input.to1DArray(), second.input.to1DArray());
  });

  it("says what it was not given rightly", () => {
    const rng = createRng(1);
    const bad: [object, RegExp][] = [
      [{ rng }, /toneTask: steps is NaN/],
      [{ rng, steps: 10, levels: [] }, /levels has length 0, expected at least 1/],
      [{ rng, steps: 10, levels: [Number.POSITIVE_INFINITY] }, /levels\[0\] is Infinity/],
      [{ rng, steps: 10, unitPeriod: 0 }, /unitPeriod is 0/],
      [{ rng, steps: 10, hold: 1.5 }, /hold is 1\.5/],
      [{ rng, steps: 10, periods: [60] }, /option "periods" is unknown/],
    ];
    for (const [options, message] of bad)
      assert.throws(() => toneTask(options as Parameters<typeof toneTask>[0]), message);
  });

  it("can be learnt, and leaves a fixed point with one unstable pair inside a large orbit [SB13]", async () => {
    const rng = createRng(21);
    const untrained = createEchoState({ units: 300, inputs: 1, outputs: 1, gain: 1.2, rng: rng.split("network") });
    const task = toneTask({ steps: 12000, rng: rng.split("training") });
    const { network, finalState } = trainForce(untrained, task, {
      x0: initialActivation(untrained, rng.split("start")),
    });
    const input = new Matrix(Array(2000).fill([0.8]));
    const { output, states } = simulate(network, input, { x0: finalState, record: 5 });
    assertClose(meanPeriod(column(output).subarray(1000)), 75, 0.03); // 0.8 lies between two trained inputs
    const middle = Float64Array.from(states?.subMatrix(200, 399, 0, 299).mean("column") ?? []);
    const flow = echoStateFlow(network, Float64Array.of(0.8));
    const { points } = await findFixedPoints(flow, [middle]);
    assert.equal(points.length, 1);
    const { unstableCount, eigenvalues } = stability(flow, points[0].xStar);
    assert.equal(unstableCount, 2);
    assert.ok(eigenvalues.im[0] !== 0 && eigenvalues.im[0] === -eigenvalues.im[1]);
  });
});

describe("network/period", () => {
  it("finds the period of a sampled sine of any phase and height", () => {
    for (const [period, phase, height] of [
      [60, 0, 1],
      [33.3, 1, 5],
      [120.5, 2, 0.01],
    ]) {
      const wave = Float64Array.from(
        { length: 2000 },
        (_, t) => 3 + height * Math.sin((2 * Math.PI * t) / period + phase),
      );
      assertClose(meanPeriod(wave), period, 1e-4);
    }
  });

  it("has no period to tell of what rests, falls or turns only once", () => {
    for (const values of [[1], [1, 1, 1], [3, 2, 1], [0, 1, 0]])
      assert.ok(Number.isNaN(meanPeriod(Float64Array.from(values))));
    assert.throws(() => meanPeriod(Float64Array.of(1, Number.NaN)), /meanPeriod: values has NaN at component 1/);
  });
});
