import { strict as assert } from "node:assert";
import {
  memoriesAt,
  networkAt,
  originCrossings,
  originOf,
  returnsAt,
  testRunAt,
  trainingFilm,
  typedEvents,
} from "rnn-dynamics";
import { assertRejects } from "../helpers/assertions";

describe("the runs behind C10 to C12, on a small network", function () {
  this.timeout(60_000);
  const film = trainingFilm({ seed: 3, gain: 0.8, units: 40, steps: 600, testSteps: 300 }, [0, 50, 100, 200, 600]);

  it("keep the readouts of the training, the last of which is the trained one", () => {
    assert.deepEqual(
      film.snapshots.map(({ step }) => step),
      [0, 50, 100, 200, 600],
    );
    assert.deepEqual(networkAt(film, 600).Wo.to2DArray(), film.trained.Wo.to2DArray());
    assert.equal(networkAt(film, 0).Wo.norm(), 0);
    assert.deepEqual(networkAt(film, 199).Wo.to2DArray(), film.snapshots[2].Wo.to2DArray()); // the one before
    assertRejects(() => networkAt(film, -1), "networkAt: step is -1, expected a finite number, not negative");
  });

  it("find the origin near the border of rest before training, where the circular law puts it", () => {
    const { spectralAbscissa, unstableCount } = originOf(networkAt(film, 0), 0);
    assert.ok(spectralAbscissa < 0.2 && spectralAbscissa > -0.6, `${spectralAbscissa}`);
    assert.equal(unstableCount > 0, spectralAbscissa > 0);
  });

  it("type every crossing as a pitchfork although they are not told that the flow is odd", async () => {
    const crossings = originCrossings(film.network, film.snapshots);
    assert.ok(crossings.length > 0);
    const events = await typedEvents(film, crossings);
    events.forEach(({ kind, step }, i) => {
      assert.equal(kind, "pitchfork");
      assert.ok(Math.abs(step - crossings[i].parameter) < 0.01);
    });
  });

  it("measure the test run, the memories and the returns", () => {
    const untrained = testRunAt(film, 0);
    assert.deepEqual([untrained.patterns, untrained.meanSquaredError > 0.3], [0, true]); // its output is zero
    assert.ok(testRunAt(film, 600).patterns > 0);
    assert.deepEqual(memoriesAt(film, 0, { settle: 60 }), { step: 0, held: [], resting: 0 });
    for (const share of returnsAt(film, 600)) assert.ok(share >= 0 && share <= 1);
  });
});
