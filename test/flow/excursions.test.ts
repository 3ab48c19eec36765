import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { excursionsFrom } from "rnn-dynamics/dist/flow/integrate";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose, assertRejects } from "../helpers/assertions";

const planar = (
  velocity: (x: number, y: number) => number[],
  jacobian: (x: number, y: number) => number[][],
): Flow => ({
  dimension: 2,
  velocity: ([x, y]) => Float64Array.from(velocity(x, y)),
  jacobian: ([x, y]) => new Matrix(jacobian(x, y)),
});

/** Duffing's oscillator ẍ = x − x³ − δ ẋ. At δ = 0 two homoclinic orbits x = ±√2 sech t, a figure of eight. */
const duffing = (damping: number): Flow =>
  planar(
    (x, y) => [y, x - x ** 3 - damping * y],
    (x) => [
      [0, 1],
      [1 - 3 * x * x, -damping],
    ],
  );

/** ẏ = x − x³ − 2 (E − E₀) y with the energy E = ½y² − ½x² + ¼x⁴: the level E = E₀ attracts; E₀ = 0 is the figure of eight. */
const attractingLevel = (level: number): Flow =>
  planar(
    (x, y) => [y, x - x ** 3 - (y * y - x * x + x ** 4 / 2 - 2 * level) * y],
    (x, y) => [
      [0, 1],
      [1 - 3 * x * x - (2 * x ** 3 - 2 * x) * y, -(3 * y * y - x * x + x ** 4 / 2 - 2 * level)],
    ],
  );

const origin = new Float64Array(2);
const returnsOf = (flow: Flow, options: { distance?: number } = {}) =>
  excursionsFrom(flow, origin, { rng: createRng(4), ...options }).map(({ closestReturn }) => closestReturn);
/** What claim C11 calls a return. */
const returned = 0.05;

describe("excursions from a fixed point", () => {
  it("come back where there is a homoclinic orbit: of a conservative flow, and one that attracts", () => {
    // a push of 0.01 puts a run on a level of energy up to 5e-5 beside the loop, which passes the saddle within 0.01
    for (const share of returnsOf(duffing(0))) assert.ok(share < 0.0075, `${share}`);
    // from nearer the steps decide: RK4 takes about 1e-6 of energy a round
    for (const share of returnsOf(duffing(0), { distance: 1e-4 })) assert.ok(share < 2e-3, `${share}`);
    // Euler's steps of 0.1 τ add energy: by them it is 0.27
    for (const share of returnsOf(attractingLevel(0))) assert.ok(share < 7e-4, `${share}`);
    for (const { farthest, status } of excursionsFrom(duffing(0), origin, { rng: createRng(4) })) {
      assert.equal(status, "left");
      assertClose(farthest, Math.SQRT2, 1e-3);
    }
  });

  it("measure by how much weak damping breaks a loop: √(4δ/3) of the way", () => {
    // once round the loop damping takes δ ∫ẋ² dt = 4δ/3 of energy: the run turns where ½x² is as much, at √(8δ/3) of √2
    for (const damping of [1e-4, 1e-3, 1e-2]) {
      for (const share of returnsOf(duffing(damping), { distance: 1e-4 })) {
        assertClose(share, Math.sqrt((4 * damping) / 3), 0.03, 0);
        assert.equal(share <= returned, damping < 1e-2); // what is broken by less than the tolerance counts as a loop
      }
    }
  });

  it("are told from a cycle that passes close by", () => {
    for (const level of [0.01, -0.01]) {
      // on the axis y = 0, or where it crosses x = 0
      const nearest = level > 0 ? Math.sqrt(2 * level) : Math.sqrt(1 - Math.sqrt(1 + 4 * level));
      const farthest = Math.sqrt(1 + Math.sqrt(1 + 4 * level));
      for (const share of returnsOf(attractingLevel(level))) {
        assertClose(share, nearest / farthest, 0.05, 0); // nearest is a little off the axes
        assert.ok(share > returned);
      }
    }
  });

  it("are seen however far the run goes later", () => {
    // once round a loop of size √2, and out along z to 10: z grows slowly, and is small when the loop closes
    const twice: Flow = {
      dimension: 3,
      velocity: ([x, y, z]) => Float64Array.of(y, x - x ** 3, 0.2 * z - 2e-3 * z ** 3),
      jacobian: ([x, , z]) =>
        new Matrix([
          [0, 1, 0],
          [1 - 3 * x * x, 0, 0],
          [0, 0, 0.2 - 6e-3 * z * z],
        ]),
    };
    const runs = excursionsFrom(twice, new Float64Array(3), { rng: createRng(4), distance: 1e-5, steps: 1000 });
    for (const { farthest, closestReturn } of runs) {
      assert.ok(farthest > 9.9, `${farthest}`);
      assert.ok(closestReturn < 0.01, `${closestReturn}`);
    }
  });

  it("do not come back where every run ends at an attractor", () => {
    for (const { farthest, closestReturn } of excursionsFrom(twoWells, origin, { rng: createRng(4) })) {
      assert.ok(Math.abs(farthest - Math.sqrt(1.25)) < 0.01); // at ±(1, ½)
      assert.ok(closestReturn > 0.99);
    }
  });

  it("are none from an attractor, though a push may swell before it dies, nor from a centre", () => {
    const swelling = planar(
      (x, y) => [100 * y - x, -1.1 * y],
      () => [
        [-1, 100],
        [0, -1.1],
      ],
    );
    const centre = planar(
      (x, y) => [y, -x],
      () => [
        [0, 1],
        [-1, 0],
      ],
    );
    for (const flow of [simpleRnnFlow(Matrix.zeros(2, 2)), swelling, centre]) {
      for (const { farthest, closestReturn, status } of excursionsFrom(flow, origin, { rng: createRng(4) })) {
        assertClose(farthest, 0.01, 1e-3, 0);
        assert.deepEqual([closestReturn, status], [1, "stayed"]);
      }
    }
  });

  it("do not take for a return what a saddle far from normal does to a push", () => {
    // the push swells twentyfold within 3 τ and shrinks again, long before the slow unstable mode carries it away
    const saddle: Flow = {
      dimension: 3,
      velocity: ([x, y, z]) => Float64Array.of(60 * y - x, -1.1 * y, 0.1 * z - 1e-3 * z ** 3),
      jacobian: ([, , z]) =>
        new Matrix([
          [-1, 60, 0],
          [0, -1.1, 0],
          [0, 0, 0.1 - 3e-3 * z * z],
        ]),
    };
    const runs = excursionsFrom(saddle, new Float64Array(3), { rng: createRng(4) });
    for (const { closestReturn } of runs) assert.ok(closestReturn > 0.9, `${closestReturn}`);
  });

  it("say nothing where a run leaves the finite numbers", () => {
    const explosive = planar(
      (x, y) => [x + x ** 3, -y],
      (x) => [
        [1 + 3 * x * x, 0],
        [0, -1],
      ],
    );
    for (const { closestReturn, status } of excursionsFrom(explosive, origin, { rng: createRng(4) }))
      assert.deepEqual([closestReturn, status], [1, "diverged"]);
  });

  it("say what is wrong", () => {
    const rng = createRng(4);
    assertRejects(
      () => excursionsFrom(twoWells, origin, { rng, count: 0 }),
      "excursionsFrom: count is 0, expected an integer ≥ 1",
    );
    assertRejects(
      () => excursionsFrom(twoWells, new Float64Array(3), { rng }),
      "excursionsFrom: point has length 3, expected 2",
    );
  });
});
