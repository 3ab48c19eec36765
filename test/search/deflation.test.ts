import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { type Flow, speed } from "rnn-dynamics/dist/flow/flow";
import { simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { deflatedNewton } from "rnn-dynamics/dist/search/explore";
import { decoupledFlipFlop, doubleWell3, rotatedFlipFlop } from "../oracles/solved-flows";

const rng = createRng("deflation tests");
const apart = (a: Float64Array, b: Float64Array): number => Math.hypot(...a.map((v, i) => v - b[i]));

describe("deflatedNewton", () => {
  it("finds, one after the other, all fixed points of a flow that has three, from one and the same start", () => {
    const flow = decoupledFlipFlop(1, 1.5);
    const start = Float64Array.of(0.9);
    const known: Float64Array[] = [];
    for (let k = 0; k < 3; k++) {
      const found = deflatedNewton(flow, start, known);
      assert.ok(found, `after ${k} points`);
      known.push(found);
    }
    assert.deepEqual(
      known.map(([x]) => Math.round(x / flow.root)).sort((a, b) => a - b),
      [-1, 0, 1],
    );
  });

  it("never returns a known point, and what it returns is at rest", () => {
    const flow = decoupledFlipFlop(2, 2, { units: 30, rng: rng.split("two bits") });
    const draws = rng.split("starts");
    let arrived = 0;
    for (let k = 0; k < 20; k++) {
      const known = flow.fixedPoints.filter((_, i) => i % 2 === k % 2);
      const x0 = Float64Array.from({ length: 30 }, () => draws.normal());
      const found = deflatedNewton(flow, x0, known);
      if (!found) continue;
      arrived++;
      assert.ok(speed(flow.velocity(found)) <= 1e-6);
      assert.ok(known.every((point) => apart(point, found) > 1e-3));
      assert.ok(flow.fixedPoints.some((point) => apart(point, found) < 1e-4));
    }
    assert.ok(arrived >= 5, `${arrived} of 20`);
  });

  it("is Newton's method where nothing is known: errors are squared", () => {
    const flow = rotatedFlipFlop(Matrix.eye(2), 2);
    const [corner] = flow.fixedPoints;
    const near = corner.map((v) => v + 1e-2);
    const once = deflatedNewton(flow, near, [], { steps: 2, speed: 1e-3 });
    assert.ok(once && apart(once, corner) < 20 * 1e-4, "one step of Newton from 1e-2 leaves about 1e-4");
  });

  it("gives up when the steps are spent, when J is singular, and when the field is not finite", () => {
    const [far] = doubleWell3.fixedPoints;
    assert.equal(deflatedNewton(doubleWell3, far.map((v) => 40 * v), [], { steps: 2 }), undefined); // biome-ignore format: one line
    const pitchfork = simpleRnnFlow(new Matrix([[1, 0], [0, 0]])); // biome-ignore format: a matrix
    assert.equal(deflatedNewton(pitchfork, Float64Array.of(0, 1), [], { steps: 1 }), undefined);
    const broken: Flow = {
      dimension: 1,
      velocity: () => Float64Array.of(Number.NaN),
      jacobian: () => new Matrix([[1]]),
    };
    assert.equal(deflatedNewton(broken, Float64Array.of(1), []), undefined);
    assert.equal(deflatedNewton(doubleWell3, far, [far]), undefined); // from one that is known
  });

  it("leaves its arguments alone", () => {
    const flow = decoupledFlipFlop(1, 1.5);
    const start = Float64Array.of(0.9);
    deflatedNewton(flow, start, []);
    assert.deepEqual(start, Float64Array.of(0.9));
  });
});
