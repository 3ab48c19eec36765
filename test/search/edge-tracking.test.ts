import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { trackEdge } from "rnn-dynamics/dist/search/explore";
import { decoupledFlipFlop } from "../oracles/solved-flows";

const apart = (a: Float64Array, b: Float64Array): number => Math.hypot(...a.map((v, i) => v - b[i]));

/** ẋ = −x (x² − 2) (x² − 4) / 10, ẏ = x² − 4 − y: attractors at x = −2, 0, 2, saddles at ±√2, all on the parabola y = x² − 4. */
const threeWells: Flow = {
  dimension: 2,
  velocity: ([x, y]) => Float64Array.of((-x * (x * x - 2) * (x * x - 4)) / 10, x * x - 4 - y),
  jacobian: ([x]) => new Matrix([[(-5 * x ** 4 + 18 * x * x - 8) / 10, 0], [2 * x, -1]]), // biome-ignore format: a matrix
};

/** The boundary is an eighth of the way from either end. */
const near = 0.1;

describe("trackEdge", () => {
  it("stops beside the saddle, though a third attractor lies between the two: in each direction another one", () => {
    for (const side of [-1, 1]) {
      const state = trackEdge(threeWells, Float64Array.of(2 * side, 0), Float64Array.of(-2 * side, 0), { near });
      assert.ok(state, "a state");
      assert.ok(apart(state.x, Float64Array.of(side * Math.SQRT2, -2)) < 1e-3, `${state.x}`);
    }
  });

  it("finds the saddle of each edge of a cube whose field is known, in 30 dimensions", () => {
    const flow = decoupledFlipFlop(3, 2, { units: 30, rng: createRng("edge tracking tests") });
    const corners = flow.fixedPoints.filter((x) => [...flow.bitUnits].every((unit) => x[unit] !== 0));
    assert.equal(corners.length, 8);
    let edges = 0;
    for (const [i, a] of corners.entries()) {
      for (const b of corners.slice(0, i)) {
        const flips = [...flow.bitUnits].filter((unit) => a[unit] * b[unit] < 0).length;
        if (flips !== 1) continue;
        const state = trackEdge(flow, a, b);
        const middle = a.map((v, k) => (v + b[k]) / 2);
        assert.ok(state && apart(state.x, middle) < 1e-3 * apart(a, b), "the middle of an edge is its saddle");
        edges++;
      }
    }
    assert.equal(edges, 12);
  });

  it("follows a boundary on which motion is slow, until it comes to the saddle", () => {
    // ẋ = 2(x − x³), ẏ = (x² − y)/10: on the boundary x = 0 the way from (0, 1) to the saddle takes tens of τ
    const slow: Flow = {
      dimension: 2,
      velocity: ([x, y]) => Float64Array.of(2 * (x - x * x * x), (x * x - y) / 10),
      jacobian: ([x]) => new Matrix([[2 - 6 * x * x, 0], [x / 5, -0.1]]), // biome-ignore format: a matrix
    };
    const [a, b] = [Float64Array.of(-1, 1), Float64Array.of(1.2, 1)]; // a segment that is not halved by the boundary
    const once = trackEdge(slow, a, b);
    assert.ok(once && Math.abs(once.x[0]) < 0.1 && once.x[1] > 0.1, `${once?.x}`);
    assert.equal(once.passed.length, 0);
    const followed = trackEdge(slow, a, b, { stretches: 12, attractors: [a, Float64Array.of(1, 1)] });
    assert.ok(followed && apart(followed.x, new Float64Array(2)) < 0.02, `${followed?.x}`);
    assert.ok(followed.passed.length > 2 && followed.passed.every(({ speed }) => speed >= followed.speed));
  });

  it("refuses to look between an attractor and itself", () => {
    const a = Float64Array.of(-2, 0);
    assert.throws(() => trackEdge(threeWells, a, a.slice()), {
      name: "RangeError",
      message: "trackEdge: b is a, expected another attractor",
    });
  });

  it("says nothing where no trajectory has returned in time", () => {
    assert.equal(
      trackEdge(threeWells, Float64Array.of(-2, 0), Float64Array.of(2, 0), { steps: 1, near: 1e-12 }),
      undefined,
    );
  });
});
