import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { bitAxes, bitFrame, boxSkeleton } from "rnn-dynamics/dist/memory/box";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { distance, norm } from "rnn-dynamics/dist/wasm/vector";
import { assertClose } from "../helpers/assertions";
import { cornersOf, randomFrame } from "../helpers/hypercube";

const oblique = randomFrame(12, 4, 1).mmul(
  new Matrix([
    [50, 10, 0, 0],
    [0, 40, 0, -5],
    [0, 0, 45, 0],
    [0, 0, 8, 60],
  ]),
);
const centre = Float64Array.from({ length: 12 }, (_, i) => i / 3);

describe("memory/bit-axes", () => {
  it("finds the axes a box was built with, also where some of its corners are missing [J15 §7]", () => {
    const corners = cornersOf(oblique, centre);
    for (const kept of [corners, corners.filter((_, i) => ![0, 5, 6, 15].includes(i)), corners.slice(3, 12)]) {
      const fit = bitAxes(kept);
      assert.ok(fit);
      assert.ok(Matrix.sub(fit.axes, oblique).norm() < 1e-11);
      assert.ok(distance(fit.centre, centre) < 1e-11);
      assert.ok(fit.unexplained < 1e-25);
      assertClose(fit.lengths[0], 50, 1e-12);
      // columns 0 and 1 of the mixture: (50, 0) and (10, 40)
      assertClose(fit.cosines.get(0, 1), 10 / Math.sqrt(1700), 1e-12);
      assertClose(fit.cosines.get(2, 2), 1, 1e-14);
    }
  });

  it("says how much no box explains", () => {
    const corners = cornersOf(oblique);
    const rng = createRng(4);
    const bent = corners.map((c) => ({ ...c, state: c.state.map((v) => v + rng.normal()) }));
    const fit = bitAxes(bent);
    // noise of variance 1 in 12 dimensions against half edges of 25: 12/(50² + 41² + 46² + 60²)/4 ≈ 0.5 %, less 5 of 15 fitted
    assert.ok(fit && fit.unexplained > 0.001 && fit.unexplained < 0.01, `${fit?.unexplained}`);
  });

  it("returns undefined where the memories do not tell the axes apart", () => {
    const corners = cornersOf(oblique);
    assert.equal(bitAxes(corners.filter(({ bits }) => bits[2] > 0)), undefined);
    assert.equal(bitAxes(corners.filter(({ bits }) => bits[0] === bits[3])), undefined);
    assert.equal(bitAxes(corners.slice(0, 4)), undefined);
    assert.ok(bitAxes(corners.filter((_, i) => [0, 1, 2, 4, 8].includes(i))));
  });

  it("names what is wrong", () => {
    assert.throws(() => bitAxes([]), { message: "bitAxes: memories has length 0, expected at least 1" });
    const bad = [{ bits: [1, 0], state: Float64Array.of(1) }];
    assert.throws(() => bitAxes(bad), {
      name: "RangeError",
      message: "bitAxes: memories[0].bits[1] is 0, expected -1 or 1",
    });
  });
});

describe("boxSkeleton", () => {
  const fit = bitAxes(cornersOf(oblique, centre).filter((_, i) => i !== 5));
  assert.ok(fit);

  it("has corners, middles of edges, faces and cells, and the centre: 81 places, the missing corner too [J15 §7]", () => {
    const guesses = boxSkeleton(fit);
    const zeros = guesses.map(({ pattern }) => pattern.filter((want) => want === 0).length);
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((m) => zeros.filter((z) => z === m).length),
      [16, 32, 24, 8, 1],
    );
    for (const { bits, state } of cornersOf(oblique, centre)) {
      const guess = guesses.find(({ pattern }) => String(pattern) === String(bits));
      assert.ok(guess && distance(guess.state, state) < 1e-10);
    }
    const middle = guesses.find(({ pattern }) => String(pattern) === "1,0,-1,1");
    const [a, b] = [
      [1, 1, -1, 1],
      [1, -1, -1, 1],
    ].map((bits) => guesses.find((g) => String(g.pattern) === String(bits)));
    assert.ok(middle && a && b);
    assertClose(
      middle.state,
      a.state.map((v, i) => (v + b.state[i]) / 2),
      1e-12,
      1e-12,
    );
  });

  it("leaves out mirror images where half is enough", () => {
    const half = boxSkeleton(fit, { half: true });
    assert.equal(half.length, 41);
    assert.equal(new Set(half.flatMap(({ pattern }) => [pattern.join(), pattern.map((v) => 0 - v).join()])).size, 81);
  });
});

describe("memory/bit-frame", () => {
  it("is rigid: coordinates keep the distances of what lies in the box's own dimensions [property]", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const axes = randomFrame(9, 3, seed)
          .mmul(randomFrame(3, 3, seed + 1))
          .mul(20);
        const corners = cornersOf(axes, centre.slice(0, 9));
        const fit = bitAxes(corners);
        assert.ok(fit);
        const { frame, coordinates } = bitFrame(fit);
        assert.ok(Matrix.sub(frame.transpose().mmul(frame), Matrix.eye(3)).norm() < 1e-12);
        const at = corners.map(({ state }) => coordinates(state));
        for (let i = 1; i < 8; i++) {
          assertClose(distance(at[0], at[i]), distance(corners[0].state, corners[i].state), 1e-11);
        }
        // right angles and equal lengths: the coordinates are the bits, times half an edge
        at.forEach((y, i) => {
          assertClose(
            y,
            corners[i].bits.map((bit) => 10 * bit),
            1e-11,
          );
        });
      }),
      { numRuns: 20 },
    );
  });

  it("is nearer to oblique axes than the frame of Gram and Schmidt", () => {
    const fit = bitAxes(cornersOf(oblique));
    assert.ok(fit);
    const { frame } = bitFrame(fit);
    // of all orthonormal frames the polar factor has the largest trace of Qᵀ A
    const trace = (Q: Matrix) => Q.transpose().mmul(fit.axes).trace();
    for (let seed = 1; seed < 20; seed++) assert.ok(trace(frame) >= trace(frame.mmul(randomFrame(4, 4, seed))));
    const slightly = new Matrix([
      [0.995, -0.0998749, 0, 0],
      [0.0998749, 0.995, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ]);
    assert.ok(trace(frame) > trace(frame.mmul(slightly)));
    assert.ok(norm(bitFrame(fit).coordinates(fit.centre)) < 1e-12);
  });
});
