import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { addChannel, createEchoState, echoStateFlow, initialActivation } from "rnn-dynamics/dist/network/echo-state";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { createRng } from "rnn-dynamics/dist/numbers/random";

const options = { units: 30, inputs: 3, outputs: 3 };
const readout = (rng: ReturnType<typeof createRng>, rows: number, columns: number) =>
  new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal())));

describe("network/transfer", () => {
  const rng = createRng("transfer");
  const net = { ...createEchoState({ ...options, rng: rng.split("net") }), Wo: readout(rng, 3, 30) };

  it("appends a random column to Wfb and B and a zero row to Wo, and leaves the rest alone [J15 §7.1]", () => {
    const wider = addChannel(net, rng.split("channel"));
    assert.deepEqual([wider.inputs, wider.outputs], [4, 4]);
    assert.equal(wider.Wr, net.Wr);
    for (const name of ["Wfb", "B"] as const) {
      assert.deepEqual(wider[name].subMatrix(0, 29, 0, 2).to1DArray(), net[name].to1DArray());
      const column = wider[name].getColumn(3);
      assert.ok(column.every((w) => w > -1 && w < 1));
      // 30 draws from U(−1, 1): mean square 1/3, spread of the mean 0.3/√30 = 0.05
      const square = column.reduce((sum, w) => sum + w * w, 0) / 30;
      assert.ok(square > 0.1 && square < 0.6, `mean square ${square}`);
    }
    assert.notDeepEqual(wider.B.getColumn(3), wider.Wfb.getColumn(3));
    assert.deepEqual(wider.Wo.subMatrix(0, 2, 0, 29).to1DArray(), net.Wo.to1DArray());
    assert.ok(wider.Wo.getRow(3).every((w) => Object.is(w, 0)));
    assert.deepEqual([net.inputs, net.outputs, net.B.columns, net.Wo.rows], [3, 3, 3, 3]);
  });

  it("changes nothing that the network does on its old channels, to the last bit [property]", () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom("tanh" as const, "logistic" as const), (seed, activation) => {
        const root = createRng(seed);
        const old = {
          ...createEchoState({ ...options, activation, rng: root.split("net") }),
          Wo: readout(root.split("Wo"), 3, 30),
        };
        const wider = addChannel(old, root.split("channel"));
        const x0 = initialActivation(old, root.split("x0"));
        const input = readout(root.split("input"), 40, 3);
        const silent = new Matrix(40, 4);
        silent.setSubMatrix(input, 0, 0);
        const before = simulate(old, input, { x0 });
        const after = simulate(wider, silent, { x0 });
        assert.deepEqual(after.finalState, before.finalState);
        assert.deepEqual(after.output.subMatrix(0, 39, 0, 2).to1DArray(), before.output.to1DArray());
        assert.ok(after.output.getColumn(3).every((z) => z === 0));
        assert.deepEqual(echoStateFlow(wider).velocity(x0), echoStateFlow(old).velocity(x0));
      }),
      { numRuns: 20 },
    );
  });

  it("can be repeated: each channel of its own stream", () => {
    const five = addChannel(addChannel(net, rng.split("channel 4")), rng.split("channel 5"));
    assert.deepEqual([five.B.columns, five.Wfb.columns, five.Wo.rows], [5, 5, 5]);
    assert.notDeepEqual(five.B.getColumn(3), five.B.getColumn(4));
  });

  it("names what is wrong", () => {
    assert.throws(() => addChannel({ ...net, inputs: 4 }, rng), {
      name: "RangeError",
      message: /^addChannel: network\.B /,
    });
    assert.throws(() => addChannel(net, undefined as never), /^RangeError: addChannel: rng is undefined/);
  });
});
