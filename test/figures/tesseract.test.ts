import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { figureJson } from "rnn-dynamics/dist/figures/figure";
import * as figures from "rnn-dynamics/dist/figures/index";
import { tesseractFrames } from "rnn-dynamics/dist/figures/tesseract";
import { assertClose } from "../helpers/assertions";
import { patterns } from "../helpers/hypercube";

const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const corners4 = patterns(4).map((bits) => ({ bits, at: bits.map((bit, k) => bit * (24 + k)) }));

describe("figures/tesseract", () => {
  const frames = tesseractFrames();

  it("turns rigidly from cell by face and edge to vertex, in steps too small to jump [J15 Fig. 8]", () => {
    assert.equal(frames.length, 25);
    for (const frame of frames) {
      const F = new Matrix(frame);
      assert.ok(Matrix.sub(F.mmul(F.transpose()), Matrix.eye(4)).norm() < 1e-12);
    }
    [0, 8, 16, 24].forEach((i, k) => {
      const sight = frames[i][3];
      assertClose(
        sight,
        [0, 1, 2, 3].map((j) => (j <= k ? 1 / Math.sqrt(k + 1) : 0)),
        1e-12,
      );
    });
    for (const [i, frame] of frames.entries()) {
      if (i > 0) assert.ok(frame.every((row, k) => dot(row, frames[i - 1][k]) > Math.cos((6 * Math.PI) / 180)));
    }
  });

  it("shows a cube, a cuboid, a hexagonal prism and a rhombic dodecahedron", () => {
    const places = (i: number) =>
      new Set(
        patterns(4).map((bits) =>
          frames[i]
            .slice(0, 3)
            .map((row) => (Math.round(1e6 * dot(row, bits)) || 0) / 1e6)
            .join(),
        ),
      );
    // corners that fall together: all in pairs; on the middle of a cuboid's long edges… ; the axis of a prism; the centre
    assert.deepEqual(
      [0, 8, 16, 24].map((i) => places(i).size),
      [8, 12, 14, 15],
    );
    const farthest = (i: number) =>
      Math.max(...patterns(4).map((bits) => Math.sqrt(dot(bits, bits) - dot(frames[i][3], bits) ** 2)));
    assertClose(farthest(0), Math.sqrt(3), 1e-12);
    assertClose(farthest(24), 2, 1e-12);
  });

  it("has a slider that moves edges and corners of both tesseracts", () => {
    const figure = figures.tesseractRotation(corners4, "One tesseract, four solids");
    const [slider] = figure.layout.sliders as {
      active: number;
      steps: { label: string; args: [Record<string, number[][]>, number[]] }[];
    }[];
    assert.equal(slider.steps.length, 25);
    assert.match(slider.steps[slider.active].label, /hexagonal prism/);
    assert.equal(figure.data.length, 4);
    // the picture is what the active step shows
    for (const axis of ["x", "y", "z"]) {
      const [moved] = slider.steps[slider.active].args;
      assert.deepEqual(
        moved[axis],
        figure.data.map((trace) => trace[axis]),
      );
      assert.ok(slider.steps.every(({ args }) => args[0][axis][0].length === 96 && args[0][axis][1].length === 16));
    }
    // 25 steps go into the notebook's output: small enough
    assert.ok(figureJson(figure).length < 150_000);
  });

  it("lays the perfect picture over the measured one: the same corners, turned and scaled as a whole", () => {
    // a measured picture that is a perfect one: seen along (1, −1, 0, 1), then turned about z and made 20 times larger
    const rows = [
      [1, 1, 0, 0],
      [0, 0, 1, 0],
      [1, -1, 0, -2],
    ].map((row) => row.map((v) => v / Math.sqrt(dot(row, row))));
    const at = (bits: number[]) => {
      const [x, y, z] = rows.map((row) => 20 * dot(row, bits));
      return [0.6 * x - 0.8 * y, 0.8 * x + 0.6 * y, z];
    };
    const corners = patterns(4)
      .map((bits) => ({ bits, at: at(bits) }))
      .slice(2);
    const figure = figures.idealBesideMeasured({ corners, direction: Float64Array.of(1, -1, 0, 1) }, "Edge-first");
    assert.match(figure.data[0].name ?? "", /perfect, edge-first: a hexagonal prism/);
    const [ideal, measured] = [figure.data[1], figure.data[3]];
    assert.equal((ideal.x as number[]).length, 16);
    for (const [i, name] of (measured.text as string[]).entries()) {
      const j = (ideal.text as string[]).indexOf(name);
      for (const axis of ["x", "y", "z"] as const) {
        // coordinates are drawn to a hundredth
        assertClose((ideal[axis] as number[])[j], (measured[axis] as number[])[i], 0, 0.0101);
      }
    }
    assert.deepEqual([figure.data[0].scene, figure.data[2].scene], ["scene", "scene2"]);
  });

  it("names what is wrong", () => {
    assert.throws(() => figures.tesseractRotation([{ bits: [1, 1, 1, 1], at: [1, 2, 3] }], ""), {
      message: "tesseractRotation: corners[0].at has length 3, expected at least 4",
    });
    assert.throws(() => figures.idealBesideMeasured({ corners: corners4, direction: new Float64Array(3) }, ""), {
      message: "viewOf: direction has length 3, expected 4",
    });
  });
});
