import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { echoStateFlow, firingRates, tanhConjugate } from "rnn-dynamics/dist/network/echo-state";
import { assertClose } from "../helpers/assertions";
import { randomNetwork } from "../helpers/noise-networks";

describe("the tanh conjugate of a logistic network", () => {
  const net = randomNetwork(7, 2, { activation: "logistic" });
  const { network, bias, offset } = tanhConjugate(net);
  const y = Float64Array.from({ length: 7 }, (_, i) => Math.sin(3 * i + 1));
  const x = y.map((v) => 2 * v);

  it("moves as the logistic network does: with x = 2 y, F(x) = 2 (F′(y) + b), under any input", () => {
    const u = Float64Array.of(0.3, -1);
    const ours = echoStateFlow(network, u).velocity(y);
    const theirs = echoStateFlow(net, u).velocity(x);
    for (let i = 0; i < 7; i++) assertClose(2 * (ours[i] + bias[i]), theirs[i], 1e-13);
  });

  it("says the same: z = z′ + c", () => {
    const read = (of: typeof net, at: Float64Array): number[] =>
      of.Wo.mmul(Matrix.columnVector(Array.from(firingRates(of, at)))).to1DArray();
    const theirs = read(net, x);
    for (const [o, z] of read(network, y).entries()) assertClose(z + offset[o], theirs[o], 1e-13);
  });

  it("has a quarter of the gain, and weights that are exact", () => {
    assert.equal(network.gain, net.gain / 4);
    assert.deepEqual(network.Wr.clone().mul(4).to2DArray(), net.Wr.to2DArray());
  });

  it("exists for logistic networks only", () => {
    assert.throws(
      () => tanhConjugate(randomNetwork(7, 2)),
      /^RangeError: tanhConjugate: network.activation is "tanh", expected "logistic"$/,
    );
  });
});
