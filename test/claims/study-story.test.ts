import { strict as assert } from "node:assert";
import { branchesOf, gainRow, storyOf } from "rnn-claims/dist/05-long";
import { outputOf } from "rnn-dynamics/dist/memory/gates";
import { echoStateFlow } from "rnn-dynamics/dist/network/echo-state";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { createPool } from "rnn-dynamics/dist/pool";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { skeletonAt } from "rnn-dynamics/dist/training/branches";
import { filmSteps, networkAt, trainingFilm } from "rnn-dynamics/dist/training/film";

const recipe = { seed: 3, gain: 0.6, bits: 2, units: 40, steps: 600, testSteps: 300 };
const steps = [0, 50, 100, 200, 400, 600];

describe("the film of a training", () => {
  it("has a picture every 50 steps to 2000 and twenty more on a logarithmic scale", () => {
    const all = filmSteps();
    assert.deepEqual(
      all.slice(0, 41),
      Array.from({ length: 41 }, (_, k) => 50 * k),
    );
    assert.equal(all.length, 61);
    assert.equal(all[60], 30000);
    const ratios = all.slice(41).map((step, k) => step / all[40 + k]);
    for (const ratio of ratios) assert.ok(Math.abs(ratio - 15 ** 0.05) < 0.01, `${ratio}`);
    assert.deepEqual(filmSteps(120), [0, 50, 100, 120]);
  });

  it("tells of every snapshot, of the memories at most", async () => {
    const story = await storyOf(recipe, steps);
    for (const rows of [story.origin, story.tests]) {
      assert.deepEqual(
        rows.map(({ step }) => step),
        steps,
      );
    }
    assert.deepEqual(
      story.memories.map(({ step }) => step),
      steps.filter((step) => step !== 50),
    );
    for (const { re, spectralAbscissa, unstableCount } of story.origin) {
      assert.ok(Math.abs(re[0] - spectralAbscissa) < 1e-4);
      assert.equal(unstableCount > 0, spectralAbscissa > 0);
    }
  });

  it("is the same whoever looks at the snapshots", async () => {
    const pool = createPool({ threads: 2 });
    try {
      assert.deepEqual(await storyOf(recipe, steps, { pool }), await storyOf(recipe, steps));
    } finally {
      await pool.close();
    }
  });

  it("has branches that are fixed points of the network at their step, all that searches have found", async () => {
    const { branches, searches } = await branchesOf(recipe, steps, [200, 600]);
    const count = (step: number) => [...skeletonAt(branches, step).values()].reduce((sum, n) => sum + n, 0);
    assert.equal(count(0), 1); // g < 1: the origin alone
    for (const { step, points, counts } of searches) {
      assert.ok(count(step) >= points, `${count(step)} and ${points} at ${step}`);
      assert.equal(
        Object.values(counts).reduce((sum, n) => sum + n, 0),
        points,
      );
    }
    // the same points, found anew, have the outputs that the record gives for them
    const net = networkAt(trainingFilm(recipe, steps), 600);
    const rng = createRng("starts");
    const starts = Array.from({ length: 8 }, () => Float64Array.from({ length: 40 }, () => rng.normal()));
    const set = await findFixedPoints(echoStateFlow(net), starts);
    assert.ok(set.points.length > 1);
    for (const { xStar } of set.points) {
      const z = outputOf(net, xStar);
      const near = branches.branches.some(({ states }) => {
        const end = states[states.length - 1];
        const same = (sign: number) => z.every((v, k) => Math.abs(v - sign * end[k]) < 2e-3);
        return same(1) || same(-1);
      });
      assert.ok(near, `${z}`);
    }
  });

  it("has rows for a scan of gains", async () => {
    const row = await gainRow(recipe, {});
    assert.equal(row.gain, 0.6);
    assert.equal(row.before.unstableCount, 0);
    assert.equal(
      row.points,
      Object.values(row.counts).reduce((sum, n) => sum + n, 0),
    );
    assert.ok(row.resting <= row.held && row.held <= 4);
  });
});
