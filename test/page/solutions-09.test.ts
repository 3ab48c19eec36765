import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { judge } from "rnn-dynamics/dist/page/exercise";
import { exercises } from "../../notebooks/solutions/09";
import { assertClose } from "../helpers/assertions";

describe("solutions of notebook 09", () => {
  it("9.1 counts the turns of a rotation: W = [[1, −ω], [ω, 1]] turns with ω radians per τ", () => {
    const frequency = exercises["1"].solution as (im: number, tau: number) => number;
    const { eigenvalues } = stability(
      simpleRnnFlow(
        new Matrix([
          [1, -0.4],
          [0.4, 1],
        ]),
      ),
      new Float64Array(2),
    );
    // a period is 2π/ω in τ, and τ is 10 steps
    assertClose(frequency(eigenvalues.im[0], 10), 1 / (10 * ((2 * Math.PI) / 0.4)), 1e-12);
    assertClose(frequency(eigenvalues.im[1], 10), frequency(eigenvalues.im[0], 10), 1e-12);
  });

  it("9.2 is what `stability` says of the steps, and the slip does not pass", () => {
    const isStable = exercises["2"].solution as (re: number, im: number, tau: number) => boolean;
    for (const [a, b] of [
      [0.9, 1.5],
      [0.9, 0.5],
      [-1.5, 0],
      [1.01, 0.1],
    ]) {
      const flow = simpleRnnFlow(
        new Matrix([
          [a, -b],
          [b, a],
        ]),
      ); // λ = a − 1 ± ib
      for (const tau of [1, 10, 1000]) {
        const { spectralRadius } = stability(flow, new Float64Array(2), { dt: 1 / tau });
        assert.equal(isStable(a - 1, b, tau), spectralRadius < 1);
      }
    }
    assert.match(
      judge(exercises["2"], (re: number) => re < 0),
      /^differs: got true, expected false/,
    );
  });

  it("9.3 drives a unit by its bias through an input of 1", () => {
    const withBias = exercises["3"].solution as (U: number[][], b: number[]) => number[][];
    const B = new Matrix(
      withBias(
        [
          [1, 2],
          [3, 4],
        ],
        [5, 6],
      ),
    );
    assert.deepEqual(B.mmul(Matrix.columnVector([10, 100, 1])).to1DArray(), [215, 436]);
  });
});
