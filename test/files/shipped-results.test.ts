import { strict as assert } from "node:assert";
import { type gainScan, story } from "rnn-claims/dist/05-long";
import { type Study, shippedResult } from "rnn-claims/dist/study";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { echoStateFlow, withReadout } from "rnn-dynamics/dist/network/echo-state";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { filmSteps } from "rnn-dynamics/dist/training/film";
import { toMatrix } from "rnn-dynamics/dist/wasm/vector";
import { assertRejects } from "../helpers/assertions";

describe("the results of long studies that are shipped", () => {
  it("are there, for both gains and every picture of the film", () => {
    const stories = shippedResult(story);
    assert.deepEqual(
      stories.map(({ gain }) => gain),
      [1.5, 0.8],
    );
    for (const { origin, tests } of stories) {
      for (const rows of [origin, tests] as readonly (readonly { step: number }[])[])
        assert.deepEqual(
          rows.map(({ step }) => step),
          filmSteps(),
        );
    }
  });

  it("are what the code gives: the origin of the gentle network after 100 steps", () => {
    const { network, training, x0 } = prepareFlipFlop({ seed: 1, gain: 0.8 });
    const head = (m: typeof training.input) =>
      toMatrix(Float64Array.from(m.to2DArray().slice(0, 100).flat()), 100, m.columns);
    const run = trainForce(network, { input: head(training.input), target: head(training.target) }, { x0 });
    const flow = echoStateFlow(withReadout(network, run.network.Wo));
    const { spectralAbscissa, unstableCount } = stability(flow, new Float64Array(1000));
    const shipped = shippedResult(story)[1].origin.find(({ step }) => step === 100);
    assert.deepEqual(
      [shipped?.spectralAbscissa, shipped?.unstableCount],
      [Number(spectralAbscissa.toFixed(6)), unstableCount],
    );
  });

  it("say how to make them where they are missing, or of another version", () => {
    const missing: Study<number> = { name: "no-such-study", version: 1, run: async () => 0 };
    assert.throws(
      () => shippedResult(missing, 7),
      /^RangeError: shippedResult: .*no-such-study-seed7\.json is not there; node .* --seeds 7 makes it$/,
    );
    assert.throws(() => shippedResult({ ...story, version: 99 }), /is of version 1, not 99; node/);
    assertRejects(
      () => shippedResult(null as unknown as typeof gainScan),
      "shippedResult: study is null, expected a record { name, version }",
    );
  });
});
