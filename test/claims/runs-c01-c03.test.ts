import assert from "node:assert/strict";
import {
  C1,
  C2,
  C3,
  hessianErrorsFromSeeds,
  hessianErrorsNear,
  raceMinimizers,
  searchesFromSeeds,
} from "rnn-claims/dist/01-02";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { randomRecurrentWeights, simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { startsInBox } from "rnn-dynamics/dist/search/starts";
import { assertRejects, assertRejectsLater } from "../helpers/assertions";

describe("runs behind C1 to C3", () => {
  it("spread starts over the whole box and nowhere else", () => {
    const starts = startsInBox(3, 200, createRng(1), 2);
    const all = starts.flatMap((start) => Array.from(start));
    assert.ok(Math.max(...all) > 1.9 && Math.max(...all) <= 2);
    assert.ok(Math.min(...all) < -1.9 && Math.min(...all) >= -2);
  });

  it("give the same searches for the same seed, and find all three points from five [J15 Fig. 2]", async () => {
    const once = await searchesFromSeeds(twoWells, [1, 2, 3, 4, 5]);
    const again = await searchesFromSeeds(twoWells, [1]);
    assert.deepEqual(again[0].points, once[0].points);
    assert.equal(C1(once).verdict, "reproduced");
  });

  it("race both methods from the same starts, CG ahead in the plane", async () => {
    const done: number[] = [];
    const onProgress = (n: number) => done.push(n);
    const races = await raceMinimizers({ system: "plane", flowOf: () => twoWells }, [1, 2], { count: 5, onProgress });
    assert.deepEqual(done, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.notEqual(C2(races).verdict, "not reproduced");
  });

  it("give gradient descent enough work to lose by more than the threshold of C2", async () => {
    const network = (seed: number) => simpleRnnFlow(randomRecurrentWeights(20, 1.5, createRng(seed).split("weights")));
    const [race] = await raceMinimizers({ system: "network", flowOf: network }, [1], { count: 1 });
    const spent = race.gradient.evaluations.velocity + race.gradient.evaluations.jacobian;
    const { velocity, jacobian, products } = race.cg.evaluations;
    assert.ok(
      race.gradient.q <= 1e-24 || spent + race.gradient.evaluations.products >= 30 * (velocity + jacobian + products),
    );
  });

  it("show a first-order error of JᵀJ near a fixed point [J15 eq. 12]", async () => {
    const errors = await hessianErrorsFromSeeds([1], [1e-3, 1e-2, 1e-1], { units: 20 });
    assert.equal(C3(errors).verdict, "reproduced");
  });

  it("show second order at the origin, where tanh has no curvature", () => {
    const W = randomRecurrentWeights(20, 0.8, createRng(1));
    const errors = hessianErrorsNear(W, new Float64Array(20), [1e-3, 1e-2], createRng(2));
    // ratio 100 for ten times the distance; a tenth of it leaves room for the next order
    assert.ok(errors[1] / errors[0] > 90 && errors[1] / errors[0] < 110);
  });

  it("refuse what they cannot run", async () => {
    assertRejects(() => startsInBox(0, 1, createRng(1)), /^startsInBox: dimension is 0, expected an integer ≥ 1$/);
    await assertRejectsLater(
      () => searchesFromSeeds(twoWells, []),
      "searchesFromSeeds: seeds is an array of length 0, expected an array of at least one seed",
    );
    await assertRejectsLater(
      () => hessianErrorsFromSeeds([1], [0.1, 1], { units: 5, gain: 0.5 }),
      /fixed points are all at the origin, expected gain above 1/,
    );
  });
});
