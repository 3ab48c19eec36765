import assert from "node:assert/strict";
import { loadStudyResult, type NoiseResults, noiseStudy, noiseTrialsStudy, summariseNoise } from "rnn-dynamics";
import { resultsFolder } from "rnn-dynamics/dist/store/study-results";
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

  it("is, seed by seed, what the shipped study of all trials comes to", function () {
    const whole = loadStudyResult<NoiseResults>(resultsFolder, noiseTrialsStudy.name, 1);
    if (whole === undefined) return this.skip();
    const short = loadStudyResult(`${resultsFolder}/replicates`, noiseStudy.name, 1);
    assert.deepEqual(JSON.parse(JSON.stringify(summariseNoise(whole.result))), short?.result);
    assert.equal(whole.result.trials, 10);
  });
});
