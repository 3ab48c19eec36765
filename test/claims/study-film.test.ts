import { strict as assert } from "node:assert";
import {
  createRng,
  echoStateFlow,
  filmOf,
  filmSteps,
  findFixedPoints,
  networkAt,
  outputOf,
  trainingFilm,
} from "rnn-dynamics";
import { gainRow } from "rnn-dynamics/dist/claims/study-gain-scan";

const recipe = { seed: 3, gain: 0.6, bits: 2, units: 40, steps: 600, testSteps: 300 };
const steps = [0, 50, 100, 200, 400, 600];

describe("the film of a training", function () {
  this.timeout(120_000);

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

  it("tells of every snapshot, and its branches are fixed points of the network at that step", async () => {
    const { stories, branches, final } = await filmOf([recipe], steps, {});
    const [story] = stories;
    assert.deepEqual(
      story.memories.map(({ step }) => step),
      steps.filter((step) => step !== 50),
    );
    for (const rows of [story.origin, story.tests]) {
      assert.deepEqual(
        rows.map(({ step }) => step),
        steps,
      );
    }
    const film = trainingFilm(recipe, steps);
    const count = (step: number) =>
      branches.branches
        .filter((branch) => branch.steps[0] <= step && branch.steps[branch.steps.length - 1] >= step)
        .reduce((sum, { isMirrored }) => sum + (isMirrored ? 2 : 1), 0);
    assert.equal(count(0), 1); // g < 1: the origin alone
    assert.equal(
      count(600),
      Object.values(final.counts).reduce((sum, n) => sum + n, 0),
    );
    // the same points, found anew from the outputs that the record gives for them
    const net = networkAt(film, 600);
    const flow = echoStateFlow(net);
    const rng = createRng("starts");
    const starts = Array.from({ length: 8 }, () => Float64Array.from({ length: 40 }, () => rng.normal()));
    const set = await findFixedPoints(flow, starts);
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
