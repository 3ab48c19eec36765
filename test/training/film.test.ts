import { strict as assert } from "node:assert";
import { prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { originCrossings, originDates } from "rnn-dynamics/dist/training/crossings";
import {
  firstPulseOf,
  lostRest,
  memoriesAt,
  networkAt,
  originOf,
  returnsAt,
  testRunAt,
  trainingFilm,
  typedEvents,
} from "rnn-dynamics/dist/training/film";
import { assertRejects, assertRejectsLater } from "../helpers/assertions";

describe("the runs behind C10 to C12, on a small network", () => {
  const steps = Array.from({ length: 601 }, (_, step) => step);
  const film = trainingFilm({ seed: 3, gain: 0.8, units: 40, steps: 600, testSteps: 300 }, steps);

  it("keep the readouts of the training, the last of which is the trained one", () => {
    assert.deepEqual(
      film.snapshots.map(({ step }) => step),
      steps,
    );
    assert.deepEqual(networkAt(film, 600).Wo.to2DArray(), film.trained.Wo.to2DArray());
    assert.equal(networkAt(film, 0).Wo.norm(), 0);
    assert.deepEqual(networkAt(film, 199.5).Wo.to2DArray(), film.snapshots[199].Wo.to2DArray()); // the one before
    assertRejects(() => networkAt(film, -1), "networkAt: step is -1, expected a finite number, not negative");
  });

  it("find the origin near the border of rest before training, where the circular law puts it", () => {
    const { spectralAbscissa, unstableCount } = originOf(networkAt(film, 0), 0);
    assert.ok(spectralAbscissa < 0.2 && spectralAbscissa > -0.6, `${spectralAbscissa}`);
    assert.equal(unstableCount > 0, spectralAbscissa > 0);
  });

  it("type the origin's dates as pitchforks although they are not told that the flow is odd", async () => {
    const dates = originDates(film.network, film.snapshots);
    assert.ok(dates.length > 1);
    const first = dates.slice(0, 2);
    assert.deepEqual(
      await typedEvents(film, first),
      first.map((step) => ({ step, kind: "pitchfork" })),
    );
    const within = originCrossings(film.network, film.snapshots).map(({ parameter }) => Math.ceil(parameter));
    assert.deepEqual(within, dates); // one crossing in each leap, and none in the others
    await assertRejectsLater(
      () => typedEvents({ ...film, snapshots: film.snapshots.slice(150) }, [150]),
      "typedEvents: film lacks step 150, or the one before, expected both snapshots",
    );
  });

  it("date the loss of rest by the first pulse: until then the readout is exactly zero", () => {
    const recipe = { seed: 3, gain: 0.5, units: 60, steps: 400, testSteps: 10 };
    const { firstPulse, lostAt, before, at } = lostRest(recipe);
    const { training, network } = prepareFlipFlop(recipe);
    assert.equal(firstPulse, firstPulseOf(training));
    assert.ok(training.target.getRow(firstPulse).some((value) => value !== 0));
    const { snapshots } = trainingFilm(recipe, steps.slice(0, 401));
    assert.ok(snapshots.slice(0, firstPulse + 1).every(({ Wo }) => Wo.norm() === 0));
    assert.ok(snapshots[firstPulse + 2].Wo.norm() > 0); // it changes at every second step
    assert.equal(lostAt, originDates(network, snapshots)[0]);
    assert.deepEqual([before?.unstableCount, at?.unstableCount], [0, 1]);
    assert.deepEqual([before?.step, at?.step], [Number(lostAt) - 1, lostAt]);
  });

  it("measure the test run, the memories and the returns", () => {
    const untrained = testRunAt(film, 0);
    assert.deepEqual([untrained.patterns, untrained.meanSquaredError > 0.3], [0, true]); // its output is zero
    assert.ok(testRunAt(film, 600).patterns > 0);
    assert.deepEqual(memoriesAt(film, 0, { settle: 60 }), { step: 0, held: [], resting: 0 });
    for (const share of returnsAt(film, 600)) assert.ok(share >= 0 && share <= 1);
  });
});
