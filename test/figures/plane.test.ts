import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import * as figures from "rnn-dynamics/dist/figures/index";
import { integrate } from "rnn-dynamics/dist/flow/integrate";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { minimizeSpeed } from "rnn-dynamics/dist/search/minimize";
import { assertClose, assertRejects } from "../helpers/assertions";
import { named, titleOf, xy } from "../helpers/figure-parts";

describe("phasePortrait", () => {
  const points = [
    { xStar: Float64Array.of(1, 0.5), kind: "attractor" as const },
    { xStar: Float64Array.of(-1, -0.5), kind: "attractor" as const },
    { xStar: Float64Array.of(0, 0), kind: "saddle" as const },
  ];
  const fig2 = figures.phasePortrait(twoWells, { energy: true, nullclines: true, points, title: "two wells" });

  it("has the layers of Fig. 2: contour, arrows, both nullclines, points by kind [J15 Fig. 2]", () => {
    assert.deepEqual(
      fig2.data.map((trace) => trace.name),
      ["kinetic energy q", "velocity F", "ẋ = 0", "ẏ = 0", "attractor", "saddle"],
    );
    assert.equal(titleOf(fig2), "two wells");
  });

  it("samples q = ½|F|² [J15 eq. 4]", () => {
    const { x, y, z } = named(fig2, "kinetic energy q");
    const [a, b] = [Number(x?.[7]), Number(y?.[60])];
    const F = twoWells.velocity(Float64Array.of(a, b));
    assertClose((z as Float64Array[])[60][7], (F[0] ** 2 + F[1] ** 2) / 2, 1e-14);
  });

  it("draws nullclines where the velocity has a zero component", () => {
    const { x, y } = xy(fig2, "ẏ = 0");
    for (let i = 0; i < x.length; i++) if (!Number.isNaN(x[i])) assertClose(y[i], x[i] / 2, 1e-12);
    const vertical = xy(fig2, "ẋ = 0");
    for (let i = 0; i < vertical.x.length; i++) {
      if (Number.isNaN(vertical.x[i])) continue;
      // interpolation over a cell of 1/30 is good to about 1e-4
      assert.ok(Math.min(Math.abs(Math.abs(vertical.x[i]) - 1), Math.abs(vertical.y[i])) < 1e-3);
    }
  });

  it("points its arrows along F", () => {
    const { x, y } = xy(fig2, "velocity F");
    for (let i = 0; i < x.length; i += 7) {
      const middle = Float64Array.of((x[i] + x[i + 1]) / 2, (y[i] + y[i + 1]) / 2);
      const [f, g] = twoWells.velocity(middle);
      const [dx, dy] = [x[i + 1] - x[i], y[i + 1] - y[i]];
      assert.ok(dx * f + dy * g > 0);
      assertClose(dx * g - dy * f, 0, 0, 1e-12);
    }
  });

  it("tells kinds by shape and by colour", () => {
    const [attractor, saddle] = [named(fig2, "attractor"), named(fig2, "saddle")];
    assert.notEqual(attractor.marker?.symbol, saddle.marker?.symbol);
    assert.notEqual(attractor.marker?.color, saddle.marker?.color);
    assert.deepEqual(xy(fig2, "attractor"), { x: [1, -1], y: [0.5, -0.5] });
  });

  it("shows only what it is asked for", () => {
    assert.deepEqual(
      figures.phasePortrait(twoWells, { arrows: false, energy: "log" }).data.map((trace) => trace.name),
      ["kinetic energy q"],
    );
  });

  it("draws all trajectories as one trace with gaps", () => {
    const { states } = integrate(twoWells, Float64Array.of(0.2, 1), { steps: 5 });
    const { x } = xy(figures.phasePortrait(twoWells, { trajectories: [states, states] }), "trajectory");
    assert.equal(x.length, 2 * 7);
    assert.ok(Number.isNaN(x[6]) && x[7] === 0.2);
  });

  it("takes planar flows only, in a window that runs upwards", () => {
    assertRejects(
      () => figures.phasePortrait(simpleRnnFlow(Matrix.eye(3))),
      "phasePortrait: flow.dimension is 3, expected 2",
    );
    assertRejects(() => figures.phasePortrait(twoWells, { window: { x: [1, -1], y: [0, 1] } }), /window\.x/);
  });
});

describe("figures of minimisers", () => {
  const start = Float64Array.of(-0.4, 1.3);
  const records = (["gradient", "cg", "dogleg"] as const).map((method) => ({
    name: method,
    ...minimizeSpeed(twoWells, start, { method, recordPath: true }),
  }));

  it("follow every step of each path", () => {
    const figure = figures.descentPaths(twoWells, records);
    for (const { name, path } of records) assert.equal(xy(figure, name).x.length, path?.rows);
  });

  it("show q after every step, each method with a dash and a symbol of its own", () => {
    const figure = figures.descentCurves(records);
    for (const { name, qPath } of records) assert.deepEqual(named(figure, name).y, qPath);
    assert.equal(new Set(figure.data.map((trace) => trace.line?.dash)).size, 3);
    assert.equal(new Set(figure.data.map((trace) => trace.marker?.symbol)).size, 3);
  });

  it("ask for recorded paths", () => {
    const bare = { name: "cg", ...minimizeSpeed(twoWells, start, { method: "cg" }) };
    assertRejects(() => figures.descentPaths(twoWells, [bare]), /record "cg" has no path, expected recordPath: true/);
    assertRejects(() => figures.descentCurves([bare]), /record "cg" has no qPath/);
    assertRejects(
      () => figures.descentCurves([]),
      "descentCurves: the first argument has length 0, expected at least 1",
    );
  });
});
