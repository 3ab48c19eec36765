import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { droppedDirection, type TesseractView, tesseractViews, viewOf } from "rnn-dynamics/dist/memory/solid";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose } from "../helpers/assertions";
import { randomFrame } from "../helpers/hypercube";

const pure: Record<TesseractView, number[]> = {
  cell: [0, -1, 0, 0],
  face: [1, 0, 0, 1],
  edge: [1, -1, 0, 1],
  vertex: [-2, 2, 2, 2],
};

describe("memory/tesseract-view", () => {
  for (const [name, direction] of Object.entries(pure)) {
    it(`calls (${direction}) ${name}-first, whatever its length and signs [J15 Fig. 8]`, () => {
      const view = viewOf(Float64Array.from(direction));
      assert.equal(view.nearest, name);
      assert.ok(view.angle < 1e-13);
      assert.ok(name in tesseractViews);
    });
  }

  it("knows the angles between the four: 45°, 54.7° and 60° from the cell", () => {
    const { angles } = viewOf(Float64Array.of(3, 0, 0, 0));
    for (const [name, k] of [
      ["face", 2],
      ["edge", 3],
      ["vertex", 4],
    ] as const) {
      assertClose(angles[name], (Math.acos(1 / Math.sqrt(k)) * 180) / Math.PI, 1e-13);
    }
  });

  it("gives a random direction the shares that the docs quote", () => {
    const rng = createRng("views");
    const counts: Record<string, number> = { cell: 0, face: 0, edge: 0, vertex: 0 };
    let angle = 0;
    const total = 20_000;
    for (let i = 0; i < total; i++) {
      const view = viewOf(Float64Array.from({ length: 4 }, () => rng.normal()));
      counts[view.nearest]++;
      angle += view.angle / total;
    }
    // 20 000 trials: a standard deviation of 0.3 %
    const shares = Object.values(counts).map((n) => n / total);
    assertClose(shares, [0.16, 0.323, 0.353, 0.164], 0, 0.015);
    assert.ok(Math.abs(angle - 17.8) < 0.3, `${angle}`);
  });

  it("finds the direction along which a picture puts patterns on one point [property]", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 4 }), (seed, bits) => {
        const axes = randomFrame(10, bits, seed).mmul(randomFrame(bits, bits, seed + 1).add(Matrix.eye(bits).mul(2)));
        const shown = randomFrame(10, bits - 1, seed + 2);
        const n = droppedDirection(axes, shown);
        assert.ok(n);
        assertClose(Math.sqrt(n.reduce((sum, v) => sum + v * v, 0)), 1, 1e-12);
        assert.ok(n.reduce((sum, v) => sum + v, 0) >= 0);
        const picture = shown
          .transpose()
          .mmul(axes)
          .mmul(Matrix.columnVector([...n]));
        // the rank of a random 3×4 picture is rarely near 2, but it can be
        assert.ok(picture.norm() < 1e-9, `${picture.norm()}`);
      }),
      { numRuns: 100 },
    );
  });

  it("is the axis that is left out where the picture shows three of four orthogonal axes", () => {
    const frame = randomFrame(10, 4, 7);
    const n = droppedDirection(frame, new Matrix([0, 1, 3].map((k) => frame.getColumn(k))).transpose());
    assert.ok(n);
    assertClose(n, [0, 0, 1, 0], 1e-13);
  });

  it("returns undefined where a picture is flat", () => {
    const frame = randomFrame(10, 4, 7);
    const flat = new Matrix([0, 1, 1].map((k) => frame.getColumn(k))).transpose();
    assert.equal(droppedDirection(frame, flat), undefined);
  });

  it("names what is wrong", () => {
    assert.throws(() => viewOf(new Float64Array(4)), { message: "viewOf: direction is 0, expected a direction" });
    assert.throws(() => viewOf(new Float64Array(3)), { message: "viewOf: direction has length 3, expected 4" });
    assert.throws(() => droppedDirection(new Matrix(9, 5), new Matrix(9, 4)), {
      message: "droppedDirection: axes has 5 columns, expected 2, 3 or 4",
    });
  });
});
