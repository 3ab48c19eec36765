import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { lapsesByPause } from "rnn-dynamics/dist/memory/pulses";
import { flipFlop } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertRejects } from "../helpers/assertions";

/** One channel with pulses of 11 steps: rows [start, sign]. */
const taskOf = (steps: number, pulses: readonly (readonly [number, number])[]) => {
  const input = Matrix.zeros(steps, 1);
  const target = Matrix.zeros(steps, 1);
  for (const [start, sign] of pulses) {
    for (let t = start; t < Math.min(start + 11, steps); t++) input.set(t, 0, sign);
    for (let t = start; t < steps; t++) target.set(t, 0, sign);
  }
  return { input, target };
};

describe("lapses by pause", () => {
  const pulses = [
    [10, 1],
    [70, -1], // 4.9 τ after the end of the first
    [140, 1], // 5.9 τ
    [165, -1], // 1.4 τ, but the next comes soon
    [180, 1], // 0.4 τ
    [400, -1], // 20.9 τ
  ] as const;
  const task = taskOf(500, pulses);

  it("counts each pulse that had time to answer in the class of its pause, and finds nothing lost where all is right", () => {
    assert.deepEqual(lapsesByPause(task.target, task), [
      { pause: "0–2 τ", pulses: 1, lost: 0 },
      { pause: "2–4 τ", pulses: 0, lost: 0 },
      { pause: "4–8 τ", pulses: 1, lost: 0 },
      { pause: "over 8 τ", pulses: 1, lost: 0 },
    ]);
  });

  it("calls a pulse lost that leaves a bit wrong, and leaves out one that finds a bit wrong", () => {
    const output = task.target.clone();
    for (let t = 200; t < 410; t++) output.set(t, 0, -1); // lost after the pulse at 180, and back with that at 400
    const rows = lapsesByPause(output, task);
    assert.deepEqual(
      rows.map(({ pulses: count, lost }) => [count, lost]),
      [
        [1, 1],
        [0, 0],
        [1, 0],
        [0, 0],
      ],
    );
  });

  it("does not ask what was before the first step, when several channels pulse at once there", () => {
    const input = Matrix.zeros(100, 2);
    for (let t = 0; t < 5; t++) for (const channel of [0, 1]) input.set(t, channel, 1);
    const all = lapsesByPause(Matrix.ones(100, 2), { input, target: Matrix.ones(100, 2) });
    assert.ok(all.every(({ pulses: count }) => count === 0));
  });

  it("gives the perfect network of any task no lapse, and counts a pulse at most once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 3 }), (seed, bits) => {
        const any = flipFlop({ bits, steps: 800, rng: createRng(seed) });
        const rows = lapsesByPause(any.target, any);
        assert.ok(rows.every(({ lost }) => lost === 0));
        assert.ok(rows.reduce((sum, { pulses: count }) => sum + count, 0) < 16);
      }),
      { numRuns: 40 },
    );
  });

  it("says what is wrong with its arguments", () => {
    const { target } = task;
    assertRejects(
      () => lapsesByPause(target, task, { edges: [4, 2] }),
      "lapsesByPause: edges[1] is 2, expected a number above 4",
    );
    assert.throws(() => lapsesByPause(new Matrix(3, 1), task), /^RangeError: lapsesByPause: task.input/);
  });
});
