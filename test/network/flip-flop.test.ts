import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { bitAccuracy, type FlipFlopOptions, flipFlop, meanSquaredError } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";

describe("flip-flop", () => {
  it("holds the sign of the last pulse on each channel, and 0 before the first [J15 §6]", () => {
    const { input, target } = flipFlop({ bits: 3, steps: 4000, rng: createRng(1) });
    for (let j = 0; j < 3; j++) {
      let held = 0;
      for (let t = 0; t < 4000; t++) {
        if (input.get(t, j) !== 0) held = input.get(t, j);
        assert.equal(target.get(t, j), held);
      }
      assert.ok(held === 1 || held === -1);
    }
    assert.equal(target.get(0, 0) === 0 || input.get(0, 0) !== 0, true);
  });

  it("has ⌊0.02 T⌋ pulses of 11 steps: one of each, drawn apart, shows", () => {
    // so few pulses that they hardly ever meet
    const { input } = flipFlop({ bits: 2, steps: 1000, pulseRate: 0.003, rng: createRng(2) });
    const lengths = [0, 1].flatMap((j) => runs(input.getColumn(j)));
    assert.equal(lengths.length, 3);
    assert.ok(lengths.every((length) => length === 11));
  });

  it("lets no pulse run past the end, and lets one end with it", () => {
    // with a pulse wanted at every step, the last that fits starts at T − 11
    const { input } = flipFlop({ bits: 1, steps: 30, pulseRate: 1, rng: createRng(3) });
    assert.ok(input.to1DArray().every((u) => u === 1 || u === -1));
    const short = flipFlop({ bits: 1, steps: 10, pulseRate: 1, rng: createRng(3) });
    assert.ok(short.input.to1DArray().every((u) => u === 0));
    assert.ok(short.target.to1DArray().every((f) => f === 0));
  });

  it("lets a pulse drawn later overwrite an earlier one, wherever it starts", () => {
    // two pulses on one channel, of any order in time: the later drawn is whole, the earlier one is cut
    let cut = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { input } = flipFlop({ bits: 1, steps: 24, pulseRate: 2 / 24, rng: createRng(seed) });
      const lengths = runs(input.getColumn(0));
      assert.ok(lengths.length === 0 || lengths.some((length) => length >= 11));
      if (lengths.length === 2 && lengths[0] + lengths[1] < 22) cut++;
    }
    assert.ok(cut > 10);
  });

  it("shares its rate over the channels: more bits, fewer pulses for each", () => {
    const edges = (bits: number): number => {
      const { input } = flipFlop({ bits, steps: 30000, rng: createRng(4) });
      let on = 0;
      for (let t = 0; t < 30000; t++) on += input.getRow(t).filter((u) => u !== 0).length;
      return on / bits / 30000;
    };
    // a channel is on for the share 1 − (1 − 0.02/bits)¹¹ of the time: 0.0711 and 0.0537
    assert.ok(Math.abs(edges(3) - 0.0711) < 0.01);
    assert.ok(Math.abs(edges(4) - 0.0537) < 0.01);
  });

  it("draws either sign, and each channel, equally often", () => {
    const { input } = flipFlop({ bits: 3, steps: 60000, rng: createRng(5) });
    const starts = [0, 0, 0];
    let sum = 0;
    for (let j = 0; j < 3; j++) {
      const column = input.getColumn(j);
      starts[j] = runs(column).length;
      sum += column.reduce((total, u) => total + u, 0);
    }
    // about 400 pulses a channel: 5 standard deviations are 80; 1200 signs of 11 steps: 5·11·√1200 = 1900
    assert.ok(Math.max(...starts) - Math.min(...starts) < 120, `${starts}`);
    assert.ok(Math.abs(sum) < 1900);
  });

  it("gives another task at the next call, and the same one from the same seed", () => {
    const rng = createRng(6);
    const first = flipFlop({ bits: 2, steps: 500, rng }).input.to1DArray();
    const second = flipFlop({ bits: 2, steps: 500, rng }).input.to1DArray();
    assert.notDeepEqual(second, first);
    assert.deepEqual(flipFlop({ bits: 2, steps: 500, rng: createRng(6) }).input.to1DArray(), first);
  });

  it("counts the error over time and outputs, and the bits that are right", () => {
    const target = new Matrix([
      [0, 1],
      [1, 1],
      [-1, 1],
    ]);
    const output = new Matrix([
      [5, 0.5],
      [0.5, -0.5],
      [-0.5, 0],
    ]);
    assert.equal(meanSquaredError(output, target), (25 + 0.25 + 0.25 + 2.25 + 0.25 + 1) / 6);
    // five bits are wanted; the third and the fifth of them are wrong, and so is an output of exactly 0
    assert.equal(bitAccuracy(output, target), 3 / 5);
    assert.equal(bitAccuracy(target, target), 1);
    assert.equal(meanSquaredError(Matrix.mul(target, -1), target), (4 * 5) / 6);
  });

  it("makes a task or throws a RangeError, whatever the options [property]", () => {
    const count = fc.oneof(
      fc.integer({ min: -3, max: 60 }),
      fc.constantFrom(Number.NaN, 2.5, Number.POSITIVE_INFINITY),
    );
    const rate = fc.oneof(fc.double({ min: -0.5, max: 1.5 }), fc.constantFrom(Number.NaN, 0, 1));
    fc.assert(
      fc.property(count, count, count, rate, (bits, steps, pulseLength, pulseRate) => {
        let task: ReturnType<typeof flipFlop>;
        try {
          task = flipFlop({ bits, steps, pulseLength, pulseRate, rng: createRng(1) });
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
          return;
        }
        assert.deepEqual([task.input.rows, task.input.columns], [steps, bits]);
        const allowed = (v: number): boolean => v === 0 || v === 1 || v === -1;
        assert.ok(task.input.to1DArray().every(allowed) && task.target.to1DArray().every(allowed));
      }),
    );
  });

  it("names what is wrong", () => {
    const rng = createRng(1);
    assert.throws(() => flipFlop({ bits: 3, steps: 100 } as unknown as FlipFlopOptions), {
      name: "RangeError",
      message: "flipFlop: rng is undefined, expected a generator made by createRng",
    });
    assert.throws(() => flipFlop({ bits: 0, steps: 100, rng }), {
      message: "flipFlop: bits is 0, expected an integer ≥ 1",
    });
    assert.throws(() => flipFlop({ bits: 3, steps: 100, rng, pulseRate: 2 }), {
      message: "flipFlop: pulseRate is 2, expected at most 1 pulse per step",
    });
    assert.throws(() => meanSquaredError(Matrix.ones(2, 2), Matrix.ones(3, 2)), {
      message: "meanSquaredError: target is 3×2, expected 2×2",
    });
    assert.throws(() => bitAccuracy(new Matrix([[Number.NaN]]), Matrix.ones(1, 1)), {
      message: "bitAccuracy: output has NaN at row 0, column 0, expected finite numbers",
    });
    assert.throws(() => bitAccuracy(Matrix.ones(1, 1), Matrix.zeros(1, 1)), {
      message: "bitAccuracy: target is 0 everywhere, expected at least one bit to hold",
    });
  });
});

/** Lengths of the stretches of one constant value other than 0. */
function runs(values: readonly number[]): number[] {
  const lengths: number[] = [];
  let last = 0;
  for (const value of values) {
    if (value !== 0 && value === last) lengths[lengths.length - 1]++;
    else if (value !== 0) lengths.push(1);
    last = value;
  }
  return lengths;
}
