import { strict as assert } from "node:assert";
import { firstPulse, lawOverSeeds } from "rnn-claims/dist/05";
import { replicatedRuns } from "rnn-claims/dist/study";
import { median, medianInterval } from "rnn-dynamics/dist/numbers/statistics";
import type { LostRest } from "rnn-dynamics/dist/training/film";

const lost = (firstPulse: number, lostAt: number | null, modes = [0, 1]): LostRest => {
  const origin = (k: number) => ({ step: (lostAt ?? 1) - 1 + k, spectralAbscissa: k - 0.5, unstableCount: modes[k] });
  const isLost = lostAt !== null;
  return { firstPulse, lostAt, before: isLost ? origin(0) : null, at: isLost ? origin(1) : null };
};

describe("the law of the first pulse", () => {
  it("is counted apart on the seeds it was found on, and on fresh ones", () => {
    const lags = [14, 20, 17, 18, 15, 16];
    const runs = [
      ...lags.map((lag, i) => ({ seed: i + 1, result: lost(10 * i, 10 * i + lag) })),
      ...[13, 21, 14, 20, 1, 30].map((lag, i) => ({ seed: 101 + i, result: lost(5, 5 + lag, [0, i === 0 ? 2 : 1]) })),
      { seed: 107, result: lost(5, null) },
    ];
    const law = "rest lost 14–20 steps after the first pulse";
    const [found, fresh] = lawOverSeeds(runs);
    assert.deepEqual(
      [found.seeds, found[law], found["median of these steps"], found["95 % interval of it"], found["least, greatest"]],
      ["1–6", "6 of 6", 16.5, "14–20", "14, 20"],
    );
    assert.deepEqual(
      [fresh.seeds, fresh[law], fresh["least, greatest"], fresh["none grew before, one mode then"]],
      ["101–107", "2 of 7", "1, 30", "5 of 7"],
    );
    assert.deepEqual(lawOverSeeds([]), []);
  });

  it("has results that come with the project, of seeds 1 to 6 and of thirty fresh ones, and they are what the code gives", async () => {
    const runs = replicatedRuns(firstPulse);
    assert.deepEqual(
      runs.map(({ seed }) => seed),
      [...Array.from({ length: 6 }, (_, i) => 1 + i), ...Array.from({ length: 30 }, (_, i) => 101 + i)],
    );
    const [{ seed, result }] = runs;
    assert.deepEqual(await firstPulse.run(seed, {}), result);
  });
});

describe("the interval of a median", () => {
  it("is the classical one: of 6 values the 1st to the 6th, of 10 the 2nd to the 9th, of 30 the 10th to the 21st", () => {
    for (const [size, low, high] of [
      [6, 1, 6],
      [8, 1, 8],
      [9, 2, 8],
      [10, 2, 9],
      [20, 6, 15],
      [30, 10, 21],
    ]) {
      const values = Array.from({ length: size }, (_, i) => size - i);
      assert.deepEqual(medianInterval(values), [low, high], `${size}`);
      assert.equal(median(values), (size + 1) / 2);
    }
    assert.throws(() => medianInterval([1, 2, 3, 4, 5]), /medianInterval: values/);
  });
});
