import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { updateReadout } from "rnn-dynamics/dist/network/force";
import { flipFlop } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { judge } from "rnn-dynamics/dist/page/exercise";
import { exercises as third } from "../../notebooks/solutions/03";
import { exercises as fourth } from "../../notebooks/solutions/04";
import { assertClose } from "../helpers/assertions";

describe("solutions of notebooks 03 and 04", () => {
  it("3.1 is one Euler step, and the slip does not pass [J15 eq. 22]", () => {
    const step = third["1"].solution as (x: number[], F: number[], tau: number) => number[];
    const F = Array.from(twoWells.velocity(Float64Array.of(0.5, 0.25)));
    assert.deepEqual(step([0.5, 0.25], F, 10), [0.5 + F[0] / 10, 0.25 + F[1] / 10]);
    assert.match(
      judge(third["1"], (x: number[], f: number[]) => x.map((xi, i) => xi + f[i])),
      /^differs at component 0/,
    );
  });

  it("3.2 is what an update of the readout does to the error [J15 eqs. 27, 28]", () => {
    const errorAfter = third["2"].solution as (errorBefore: number, rk: number) => number;
    const rng = createRng("3.2");
    const r = Float64Array.from({ length: 6 }, () => rng.normal());
    const P = Matrix.eye(6).mul(0.7);
    const Wo = Matrix.zeros(1, 6);
    const rk = 0.7 * r.reduce((sum, v) => sum + v * v, 0);
    updateReadout(P, Wo, r, Float64Array.of(-2));
    // z was 0 and f was 2: the error after is z − 2
    const after = Wo.getRow(0).reduce((z, w, j) => z + w * r[j], 0) - 2;
    assertClose(after, errorAfter(-2, rk), 1e-12);
  });

  it("3.3 is a word, however it is written", () => {
    assert.equal(judge(third["3"], " Smaller "), "correct");
    assert.match(judge(third["3"], "larger"), /^differs/);
  });

  it("4.1 counts as the task does, and the slip does not pass", () => {
    const { input } = flipFlop({ bits: 1, steps: 100, pulseRate: 0.01, pulseLength: 10, rng: createRng(3) });
    const on = Array.from(input.getColumn(0).keys()).filter((t) => input.get(t, 0) !== 0);
    const pulseSteps = fourth["1"].solution as (start: number, length: number) => number[];
    assert.deepEqual(on, pulseSteps(on[0], 10));
    const slip = (start: number, length: number) => Array.from({ length: length + 1 }, (_, i) => start + i);
    assert.match(judge(fourth["1"], slip), /^differs: got length 11, expected length 10/);
  });

  it("4.2 sums an ideal flip-flop to one", () => {
    const indexSum = fourth["2"].solution as (m: number[]) => number;
    assert.equal(indexSum([...Array(8).fill(0), ...Array(12).fill(1), ...Array(6).fill(2), 3]), 1);
    assert.match(
      judge(fourth["2"], (m: number[]) => m.length),
      /^differs/,
    );
  });
});
