import assert from "node:assert/strict";
import { type NoiseResults, noise, noiseByTrial, summariseNoise } from "rnn-claims/dist/07";
import { replicatedRuns, shippedResult } from "rnn-claims/dist/study";
import { marginPairs } from "rnn-dynamics/dist/noise/curves";
import { noiseLevels } from "rnn-dynamics/dist/noise/trial";
import { rankCorrelation } from "rnn-dynamics/dist/numbers/statistics";
import { assertClose } from "../helpers/assertions";

const study: NoiseResults = {
  ...{ seed: 4, trials: 2, levels: [0.1, 1], weightDeviation: 0.05 },
  networks: [
    {
      ...{ name: "tanh", memories: ["+", "−"], undisturbed: { error: 0.1, bitErrors: 0.01 }, readoutNorm: [2.5] },
      error: [
        [0.5, 0.7],
        [3, 5],
      ],
      bitErrors: [
        [0.1, 0.3],
        [0.5, 0.5],
      ],
      held: [
        ["11", "10"],
        ["00", "00"],
      ],
      margins: [1.5, null],
    },
  ],
};

describe("a noise study in short", () => {
  it("has means over trials, the area under the printed curve, and the level that takes half of the memories", () => {
    const short = summariseNoise(study);
    const [tanh] = short.networks;
    assert.deepEqual([short.seed, short.trials, tanh.memories], [4, 2, 2]);
    assert.deepEqual(tanh.error, [0.6, 4]);
    assert.deepEqual(tanh.bitErrors, [0.2, 0.5]);
    assert.deepEqual(tanh.held, [0.75, 0]);
    assertClose(tanh.area, 0.9 * 2.3, 1e-14);
    // from 3/4 to nothing over a decade: one half is a third of the way down
    assertClose(tanh.halfLevel, 0.1 * 10 ** (1 / 3), 1e-12);
    assert.deepEqual(tanh.margins, [1.5, null]);
    assertClose(tanh.lossLevels[1], 0.1, 1e-12);
  });

  it("is, for seed 1, what the shipped study of all trials comes to", () => {
    const whole = shippedResult(noiseByTrial);
    const [first] = replicatedRuns(noise).map(({ result }) => result);
    assert.deepEqual(JSON.parse(JSON.stringify(summariseNoise(whole))), first);
    assert.equal(whole.trials, 10);
    assert.deepEqual(whole.levels, noiseLevels());
  });
});

describe("what notebook 07 says in titles and explanations", () => {
  const study = shippedResult(noiseByTrial);
  const seeds = replicatedRuns(noise).map(({ result }) => result);
  const rows = summariseNoise(study).networks;
  const of = (networks: typeof rows, name: string) => networks.find((n) => n.name === name) as (typeof rows)[0];
  const all = ["tanh", "logistic", "transferred", "quarter gain"] as const;

  it("is true of the shipped study: who is loudest, who forgets first, and where on the axis of Fig. 9", () => {
    const by = (measure: (n: (typeof rows)[0]) => number) =>
      [...all].sort((a, b) => measure(of(rows, a)) - measure(of(rows, b)));
    assert.deepEqual(
      by(({ error }) => error[19]),
      ["logistic", "tanh", "transferred", "quarter gain"],
    );
    assert.deepEqual(
      by(({ halfLevel }) => halfLevel),
      ["logistic", "transferred", "tanh", "quarter gain"],
    );
    assert.ok(
      all.every((name) => of(rows, name).halfLevel < 0.01),
      "within the first hundredth of the axis",
    );
    const norms = (name: string) => of(rows, name).readoutNorm.reduce((sum, w) => sum + (w * w) / 4, 0);
    for (const name of ["tanh", "transferred", "quarter gain"]) {
      assert.ok(of(rows, name).error[19] < norms(name) && of(rows, name).error[19] > norms(name) / 2, name);
    }
    assert.ok(of(rows, "logistic").error[19] < norms("logistic") / 4);
  });

  it("is true of the conjugate: the logistic network's errors to every digit, also where noise makes the motion chaotic", () => {
    const [logistic, conjugate] = ["logistic", "conjugate"].map((name) => study.networks.find((n) => n.name === name));
    const trials = conjugate?.error[0].length as number;
    for (let l = 0; l < 20; l++) assert.deepEqual(logistic?.error[l].slice(0, trials), conjugate?.error[l]);
  });

  it("is true of all six seeds: quarter gain keeps memories longest, and the distance to a saddle foretells nothing", () => {
    assert.deepEqual(
      seeds.map(({ seed }) => seed),
      [1, 2, 3, 4, 5, 6],
    );
    for (const { networks } of seeds) {
      const others = all.slice(0, 3).map((name) => of(networks, name).halfLevel);
      assert.ok(of(networks, "quarter gain").halfLevel > Math.max(...others));
    }
    for (const name of all) {
      const within = seeds.flatMap(({ networks }) => {
        const pairs = marginPairs(of(networks, name));
        const [distances, losses] = [pairs.map((p) => p.distance), pairs.map((p) => p.loss)];
        return pairs.length > 1 ? [rankCorrelation(distances, losses)] : [];
      });
      assert.ok(Math.min(...within) < 0 && Math.max(...within) > 0, `${name} ${within}`);
    }
    // the activation of quarter gain is half that of a network with the logistic function: x = 2y
    const together = rows.flatMap((row) => {
      const unit = row.name === "quarter gain" ? 2 : 1;
      return marginPairs(row).map(({ distance, loss }) => ({ distance: unit * distance, loss }));
    });
    const overall = rankCorrelation(
      together.map((p) => p.distance),
      together.map((p) => p.loss),
    );
    assert.ok(Math.abs(overall) < 0.2, `${overall}`);
  });
});
