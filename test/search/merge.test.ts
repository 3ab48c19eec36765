import { strict as assert } from "node:assert";
import fc from "fast-check";
import { connectedComponents } from "rnn-dynamics/dist/search/points";

const line = (...values: number[]) => values.map((value) => Float64Array.of(value));

describe("connectedComponents", () => {
  it("carries a link on: a–b and b–c puts a and c together", () => {
    assert.deepEqual(connectedComponents(line(0, 0.9, 100, 1.8), 0.91), [[0, 1, 3], [2]]);
  });

  it("measures distance in parts of max(1, ‖x‖)", () => {
    assert.deepEqual(connectedComponents(line(1000, 1000.5), 1e-3), [[0, 1]]);
    assert.deepEqual(connectedComponents(line(0, 0.5), 1e-3), [[0], [1]]);
  });

  it("with tolerance 0 joins only what is equal", () => {
    assert.deepEqual(connectedComponents(line(1, 1, 1 + 2 ** -52), 0), [[0, 1], [2]]);
  });

  it("keeps an isolated point: a lonely corner is real", () => {
    assert.deepEqual(connectedComponents(line(0, 1e-9, 100), 1e-6), [[0, 1], [2]]);
  });

  it("does not depend on the order of the points, but for the labels", () => {
    const place = fc.integer({ min: 0, max: 30 }).map((value) => value / 10);
    fc.assert(
      fc.property(fc.array(place, { maxLength: 20 }), fc.infiniteStream(fc.nat()), (values, keys) => {
        const order = values.map((_, i) => i);
        const weight = order.map(() => keys.next().value as number);
        order.sort((i, j) => weight[i] - weight[j]);
        const asSets = (components: number[][], name: (i: number) => number) =>
          components
            .map((c) =>
              c
                .map(name)
                .sort((a, b) => a - b)
                .join(),
            )
            .sort();
        const plain = connectedComponents(line(...values), 0.11);
        const shuffled = connectedComponents(line(...order.map((i) => values[i])), 0.11);
        assert.deepEqual(
          asSets(shuffled, (k) => order[k]),
          asSets(plain, (i) => i),
        );
      }),
    );
  });

  it("is a partition, ordered by first member", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true })), (values) => {
        const components = connectedComponents(line(...values), 0.1);
        assert.deepEqual(
          components.flat().sort((a, b) => a - b),
          values.map((_, i) => i),
        );
        const firsts = components.map((c) => c[0]);
        assert.deepEqual(
          firsts,
          [...firsts].sort((a, b) => a - b),
        );
      }),
    );
  });
});
