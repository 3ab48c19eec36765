import assert from "node:assert/strict";
import { kineticEnergyGradient } from "rnn-dynamics/dist/flow/energy";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { randomRecurrentWeights, simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { judge } from "rnn-dynamics/dist/page/exercise";
import { eigenvalues } from "rnn-dynamics/dist/wasm/eigen";
import * as first from "../../notebooks/solutions/01";
import * as second from "../../notebooks/solutions/02";
import { assertClose } from "../helpers/assertions";

describe("solutions of notebooks 01 and 02", () => {
  it("1.1 is the kinetic energy, not the mean square [J15 eq. 4]", () => {
    assert.equal(first.energyOf(Float64Array.of(3, 4)), 12.5);
    assert.match(
      judge(first.exercises["1"], (F: Float64Array) => (F[0] ** 2 + F[1] ** 2) / F.length / 2),
      /^differs/,
    );
  });

  it("1.2 mends what nudging shows to be wrong: J F for Jᵀ F [J15 eq. 9]", () => {
    const place = Float64Array.of(0.3, 0.7);
    // central differences with h = 1e-6 are good to about 1e-10 here
    assertClose(first.mended(place), first.measuredGradient(place), 1e-8);
    assert.deepEqual(first.mended(place), kineticEnergyGradient(twoWells, place));
    assert.match(judge(first.exercises["2"], first.slipped), /^differs at component 0/);
    assert.equal(judge(first.exercises["2"], first.mended), "correct");
  });

  it("1.3 is close to two, and far from four", () => {
    assert.equal(judge(first.exercises["3"], 2), "correct");
    assert.match(judge(first.exercises["3"], 4), /^differs/);
  });

  it("2.1 is the slope of tanh, as differences measure it", () => {
    for (const x of [-1.3, 0, 0.4]) {
      const measured = (Math.tanh(x + 1e-6) - Math.tanh(x - 1e-6)) / 2e-6;
      assertClose(second.slopeOf(Math.tanh(x)), measured, 1e-9);
    }
  });

  it("2.2 gives the entries of the Jacobian, and the slip does not pass [J15 eq. 20]", () => {
    const W = randomRecurrentWeights(4, 1.5, createRng(1));
    const x = Float64Array.of(0.3, -1, 2, 0.1);
    const J = simpleRnnFlow(W).jacobian(x);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) assertClose(second.mendedEntry(W.get(i, j), x[j], i === j), J.get(i, j), 1e-14);
    }
    assert.match(judge(second.exercises["2"], second.slippedEntry), /^differs/);
  });

  it("2.3 is the share that the circular law predicts, and a network has", () => {
    assertClose(second.shareBeyond(1), 0, 0, 1e-12);
    const { re } = eigenvalues(randomRecurrentWeights(300, 2, createRng(1)));
    // eigenvalues repel, so the count scatters by a few only: 3 % of N leaves room at N = 300
    assertClose(re.filter((a) => a > 1).length / 300, second.shareBeyond(2), 0, 0.03);
  });

  it("leave no exercise without probes or value", () => {
    for (const [number, exercise] of [...Object.entries(first.exercises), ...Object.entries(second.exercises)]) {
      assert.equal(judge(exercise, undefined), "not attempted yet", number);
      assert.equal(judge(exercise, exercise.solution), "correct", number);
    }
  });
});
