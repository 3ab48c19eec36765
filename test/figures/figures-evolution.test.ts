import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { figureJson, titleText } from "rnn-dynamics/dist/figures/figure";
import * as figures from "rnn-dynamics/dist/figures/index";
import type { GainRow } from "rnn-dynamics/dist/figures/training";
import type { BranchRecord } from "rnn-dynamics/dist/training/branches";
import { assertRejects } from "../helpers/assertions";

const path = (rows: number, scale: number) =>
  new Matrix(Array.from({ length: rows }, (_, i) => [scale * i, 0.123456 * i, -i]));
const portraits = [100, 200, 700].map((step) => ({ step, test: path(5, 3), runs: [path(4, 1), path(3, -2)] }));
const final = new Matrix([
  [20, 0, 0],
  [-20, 0, 0],
]);

describe("Fig. 7 and its film [J15 §6.1]", () => {
  it("has a scene for each step, one view, the same reach in all, and the final points in each", () => {
    const { data, layout } = figures.phaseEvolution(portraits, final, "A cube grows");
    assert.equal(titleText({ data, layout }), "A cube grows");
    const scenes = ["scene", "scene2", "scene3"].map(
      (name) => (layout as Record<string, { camera: object; xaxis: object }>)[name],
    );
    for (const { camera, xaxis } of scenes) assert.deepEqual([camera, xaxis], [scenes[0].camera, scenes[0].xaxis]);
    assert.deepEqual((scenes[0].xaxis as { range: number[] }).range, [-20, 20]);
    const green = data.filter(({ name }) => name === "fixed points at the end");
    assert.deepEqual(
      green.map(({ x, scene }) => [x, scene]),
      ["scene", "scene2", "scene3"].map((scene) => [[20, -20], scene]),
    );
    const texts = (layout.annotations as { text: string }[]).map(({ text }) => text);
    assert.deepEqual(texts, ["a) after 100 steps", "b) after 200 steps", "c) after 700 steps"]);
  });

  it("keeps runs apart by gaps, and coordinates to a tenth", () => {
    const [runs] = figures.phaseEvolution(portraits, final, "A cube grows").data;
    assert.deepEqual(runs.y, [0, 0.1, 0.2, 0.4, Number.NaN, 0, 0.1, 0.2]);
  });

  it("as a film has a frame for each step that changes both kinds of runs and says when it is", () => {
    const film = figures.phaseFilm(portraits, final, "A cube grows");
    assert.deepEqual(
      film.frames?.map(({ name, traces }) => [name, traces]),
      [
        ["100", [0, 1]],
        ["200", [0, 1]],
        ["700", [0, 1]],
      ],
    );
    assert.deepEqual(
      film.frames?.map(({ layout }) => (layout as { annotations: { text: string }[] }).annotations[0].text),
      portraits.map(({ step }) => `after ${step} steps`),
    );
    assert.ok(figureJson(film).length < 9000);
    assertRejects(
      () => figures.phaseFilm([{ ...portraits[0], test: new Matrix([[1, 2]]) }], final, ""),
      "phaseFilm: projection has 2 axes, expected at least 3",
    );
  });
});

const stories = [1.5, 0.8].map((gain) => ({
  gain,
  origin: [0, 50, 5000].map((step) => ({ step, spectralAbscissa: gain - 1 + step, unstableCount: step === 0 ? 0 : 4 })),
  memories: [0, 100].map((step) => ({ step, held: step === 0 ? [] : ["+++", "−−−"], resting: 0 })),
  tests: [0, 100].map((step) => ({ step, meanSquaredError: 1 + step, bitAccuracy: 0.5, patterns: 1 })),
}));

describe("figures of a training", () => {
  it("show the origin up to a step, with the edge of the disc, and zero modes below one", () => {
    const { data } = figures.originOverTraining(stories, 100, "The origin gives way");
    const [abscissa, modes, edge] = data;
    assert.deepEqual(
      [abscissa.x, abscissa.y],
      [
        [0, 50],
        [0.5, 50.5],
      ],
    );
    assert.deepEqual(
      [modes.y, modes.text],
      [
        [0.4, 4],
        ["0", "4"],
      ],
    );
    assert.deepEqual(edge.y, [0.5, 0.5]);
    assert.equal(data.length, 6);
  });

  it("show when rest was lost against the first pulse, fresh seeds apart, with the law and the paper's steps", () => {
    const run = (seed: number, firstPulse: number, lostAt: number | null) => ({
      seed,
      result: { firstPulse, lostAt, before: null, at: null },
    });
    const runs = [run(1, 10, 30), run(6, 150, 168), run(101, 20, 25), run(102, 20, null)];
    const { data, layout } = figures.lostRest(runs, "Rest ends with the first lesson");
    assert.deepEqual(
      data.map(({ x, y }) => [x, y]),
      [
        [
          [0, 160],
          [14, 174],
        ],
        [
          [0, 160],
          [20, 180],
        ],
        [
          [10, 150],
          [30, 168],
        ],
        [[20], [25]],
      ],
    );
    const [{ y0, y1 }] = layout.shapes as { y0: number; y1: number }[];
    assert.deepEqual([y0, y1], [100, 200]);
  });

  it("show memories and test error, without step 0, which a logarithmic axis has not", () => {
    const [held, error] = figures.learningOverTraining(stories, "Memories come in pairs").data;
    assert.deepEqual([held.x, held.y, error.y], [[100], [2], [101]]);
  });
});

const record: BranchRecord = {
  branches: [
    {
      steps: [0, 10, 20, 30],
      states: [[0], [0], [0], [0]],
      unstable: [0, 0, 1, 1],
      startsAt: -1,
      endsAt: -1,
      isMirrored: false,
    },
    { steps: [12.5, 20, 30], states: [[0], [1], [2]], unstable: [-1, 0, 0], startsAt: 0, endsAt: -1, isMirrored: true },
  ],
  events: [{ step: 12.5, kind: "pitchfork", change: "birth", state: [0], branches: [0, 1] }],
};

describe("the skeleton of a training", () => {
  it("counts mirror images, and takes the number of modes next to an event", () => {
    const at = (step: number) =>
      [...figures.skeletonOverTraining(record, [step], "").data].map(({ y }) => (y as number[])[0]);
    assert.deepEqual(at(10), [1, 0, 0, 0]);
    assert.deepEqual(at(20), [2, 1, 0, 0]);
    assert.deepEqual(at(30), [2, 1, 0, 0]);
    const [attractors] = figures.skeletonOverTraining(record, [10, 20], "").data;
    assert.deepEqual(
      [attractors.x, attractors.y],
      [
        [10, 20, 40],
        [1, 2, 2],
      ],
    ); // a column for the last step, too
  });
});

describe("the scan of gains", () => {
  it("fills the signs of sets whose index sum is 1", () => {
    const origin = { step: 0, spectralAbscissa: -0.2, unstableCount: 0 };
    const row = (gain: number, indexSum: number): GainRow => ({
      ...{
        gain,
        before: origin,
        after: { ...origin, spectralAbscissa: gain },
        meanSquaredError: 0.1,
      },
      ...{ held: 8, resting: 6, points: 27, indexSum },
    });
    const { data } = figures.gainScan([row(0.8, 1), row(1.5, 3)], "The gain decides");
    assert.deepEqual(data[data.length - 1].marker?.symbol, ["circle", "circle-open"]);
    assert.deepEqual(data[0].y, [0.8, 1.5]);
    assert.deepEqual(
      (data[2].y as number[]).map((v) => v.toFixed(1)),
      ["-0.2", "0.5"],
    );
  });
});
