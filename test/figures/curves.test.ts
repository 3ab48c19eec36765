import assert from "node:assert/strict";
import * as figures from "rnn-dynamics/dist/figures/index";
import { integrate } from "rnn-dynamics/dist/flow/integrate";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { assertRejects } from "../helpers/assertions";
import { titleOf, xy } from "../helpers/figure-parts";

describe("figures of ghosts", () => {
  it("show the first component against time", () => {
    const trajectory = integrate(twoWells, Float64Array.of(0.2, 1), { steps: 5 });
    const figure = figures.timeCourses([{ name: "a", ...trajectory }]);
    assert.deepEqual(xy(figure, "a").y, trajectory.states.getColumn(0));
    assert.deepEqual(xy(figure, "a").x, Array.from(trajectory.times));
  });

  it("show measured passages over the law, in order of μ", () => {
    const rows = [0.04, 0.01].map((mu) => ({ mu, measured: 2 / mu, predicted: 1 / mu }));
    const figure = figures.passageTimes(rows);
    assert.deepEqual(xy(figure, "measured"), { x: [0.01, 0.04], y: [200, 50] });
    assert.equal(figure.layout.xaxis?.type, "log");
    assertRejects(() => figures.passageTimes([]), "passageTimes: the first argument has length 0, expected at least 1");
  });
});

describe("figures of Jacobians", () => {
  it("show one line per seed on logarithmic axes", () => {
    const curves = [1, 2].map((seed) => ({ name: `seed ${seed}`, distances: [0.1, 1], errors: [0.01, 0.1] }));
    const figure = figures.hessianErrors(curves);
    assert.deepEqual(
      figure.data.map((trace) => trace.name),
      ["seed 1", "seed 2"],
    );
    assert.equal(figure.layout.yaxis?.type, "log");
  });

  it("part the eigenvalues at the line and draw the disc", () => {
    const figure = figures.spectrumDisc({ re: Float64Array.of(1.2, 1, -0.5), im: Float64Array.of(0, 0.3, 0) }, 1.5);
    assert.deepEqual(
      figure.data.map((trace) => Array.from(trace.x as number[])),
      [[1, -0.5], [1.2]],
    );
    const [disc] = figure.layout.shapes as Record<string, number>[];
    assert.deepEqual([disc.x0, disc.x1, disc.y0, disc.y1], [-1.5, 1.5, -1.5, 1.5]);
    assertRejects(
      () => figures.spectrumDisc({ re: Float64Array.of(1), im: new Float64Array(2) }, 1),
      "spectrumDisc: im has length 2, expected 1",
    );
  });

  it("state a claim in every title", () => {
    for (const figure of [
      figures.phasePortrait(twoWells),
      figures.spectrumDisc({ re: Float64Array.of(1), im: Float64Array.of(0) }, 1),
    ]) {
      assert.match(titleOf(figure), /\w+ \w+ \w+ \w+/);
    }
  });
});
