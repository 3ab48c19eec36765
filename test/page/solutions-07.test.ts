import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { meanSquaredError } from "rnn-dynamics/dist/network/tasks";
import { weightDeviation } from "rnn-dynamics/dist/noise/curves";
import { withNoise } from "rnn-dynamics/dist/noise/trial";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { judge } from "rnn-dynamics/dist/page/exercise";
import { exercises } from "../../notebooks/solutions/07";
import { assertClose } from "../helpers/assertions";
import { randomNetwork } from "../helpers/noise-networks";

describe("solutions of notebook 07", () => {
  it("7.1 is noise in parts of g/√N, and the slip does not pass [J15 Table 1]", () => {
    const relativeNoise = exercises["1"].solution as (eta: number, gain: number, units: number) => number;
    assertClose(relativeNoise(0.01, 1.5, 1000), 0.01 / weightDeviation({ gain: 1.5, units: 1000 }), 1e-15);
    assert.match(
      judge(exercises["1"], (eta: number, gain: number) => eta / gain),
      /^differs/,
    );
  });

  it("7.2 is the gain that the weights of a noisy reservoir have", () => {
    const noisyGain = exercises["2"].solution as (gain: number, eta: number, units: number) => number;
    const net = randomNetwork(120, 1);
    const { Wr } = withNoise(net, 0.2, createRng(1));
    // the mean square of 14400 weights, good to √2/120
    const measured = Math.sqrt(Wr.clone().mul(Wr).sum() / 120);
    assert.ok(Math.abs(measured / noisyGain(1.5, 0.2, 120) - 1) < 3 * 0.012);
    assert.match(
      judge(exercises["2"], (gain: number, eta: number) => gain + eta),
      /^differs/,
    );
  });

  it("7.3 is the error of a readout that hears random signs", () => {
    const loudness = exercises["3"].solution as (rowNorms: number[]) => number;
    const rng = createRng("7.3");
    const w = Array.from({ length: 50 }, () => rng.normal());
    const steps = 4000;
    const z = Matrix.columnVector(
      Array.from({ length: steps }, () => w.reduce((sum, weight) => sum + weight * (2 * rng.integer(2) - 1), 0)),
    );
    const f = Matrix.columnVector(Array.from({ length: steps }, (_, t) => (t % 2 === 0 ? 1 : -1)));
    // z² of a sum of many has a relative spread of √2
    assert.ok(Math.abs(meanSquaredError(z, f) / loudness([Math.hypot(...w)]) - 1) < 4 * Math.sqrt(2 / steps));
  });
});
