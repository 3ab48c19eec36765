import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { randomRecurrentWeights, simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { NewtonStep } from "rnn-dynamics/dist/search/steps";
import { EnergySurface } from "rnn-dynamics/dist/search/surface";
import { solve } from "rnn-dynamics/dist/wasm/lu";
import { wasmBytesInUse } from "rnn-dynamics/dist/wasm/memory";
import { norm } from "rnn-dynamics/dist/wasm/vector";

/** Newton's steps at some points in turn: ‖F + J p‖/‖F‖ of each, and how often was factorised. */
function stepsAlong(flow: Flow, points: readonly Float64Array[]) {
  const surface = new EnergySurface(flow);
  const newton = new NewtonStep(surface);
  const outcomes = points.map((x) => {
    surface.begin(x);
    surface.linearise();
    const p = new Float64Array(x.length);
    const isFound = newton.find(p);
    const image = new Float64Array(x.length);
    surface.apply(p, image);
    const residual = norm(image.map((value, i) => value + surface.F[i])) / norm(surface.F);
    return { isFound, p, residual, factorised: newton.count.single, inDouble: newton.count.double };
  });
  newton.release();
  surface.release();
  return outcomes;
}

describe("Newton's step along a search", () => {
  const n = 80;
  const flow = simpleRnnFlow(randomRecurrentWeights(n, 1.5, createRng("newton-step").split("W")));
  const rng = createRng("newton-step points");
  const first = Float64Array.from({ length: n }, () => rng.normal());
  const near = (size: number) => first.map((value) => value + size * rng.normal());

  it("is −J⁻¹F to at least two digits, with the factors of an earlier point", () => {
    const outcomes = stepsAlong(flow, [first, near(0.01), near(0.02), near(0.03)]);
    for (const { isFound, residual } of outcomes) assert.ok(isFound && residual <= 1.001e-2, `residual ${residual}`);
    assert.equal(outcomes[3].factorised, 1, "neighbours share the factors of the first");
    const F = Matrix.columnVector(flow.velocity(first));
    const exact = solve(flow.jacobian(first), Float64Array.from(F.mul(-1).to1DArray()));
    // its own float32 factors are good to κ · 6e-8, far better than asked for
    assert.ok(norm(exact.map((value, i) => value - outcomes[0].p[i])) < 1e-2 * norm(exact));
  });

  it("is asked for more the nearer the point: to 1e-8 at rest", () => {
    const [, close] = stepsAlong(flow, [first, new Float64Array(n).fill(1e-9)]);
    assert.ok(close.residual < 1.1e-2);
    const driven: Flow = {
      ...flow,
      velocityInto: (x, out) => {
        flow.velocityInto?.(x, out);
        for (let i = 0; i < n; i++) out[i] *= 1e-9; // F tiny beside x
      },
    };
    for (const { residual } of stepsAlong(driven, [first, near(0.01)])) assert.ok(residual <= 1.001e-8);
  });

  it("gets new factors where the old ones no longer serve", () => {
    const far = Float64Array.from({ length: n }, () => 30 * rng.normal());
    const outcomes = stepsAlong(flow, [first, far, first]);
    for (const { isFound, residual } of outcomes) assert.ok(isFound && residual <= 1.001e-2);
    assert.ok(outcomes[2].factorised >= 2, `${outcomes[2].factorised} factorisations`);
  });

  it("falls back on float64 where float32 has no pivot, and finds nothing where J is singular", () => {
    const linear = (entries: number[]): Flow => ({
      dimension: 2,
      velocity: (x) => Float64Array.of(entries[0] * x[0], entries[1] * x[1]),
      jacobian: () => Matrix.diag(entries),
    });
    const x = Float64Array.of(1, 1);
    const [small] = stepsAlong(linear([-1, -1e-60]), [x]);
    assert.deepEqual([small.isFound, small.inDouble, [...small.p]], [true, 1, [-1, -1]]);
    const [singular] = stepsAlong(linear([-1, 0]), [x]);
    assert.deepEqual([singular.isFound, singular.inDouble], [false, 1]);
  });

  it("gives the same bits each time, and its memory back", () => {
    const before = wasmBytesInUse();
    const points = [first, near(0.1), near(0.2)];
    assert.deepEqual(stepsAlong(flow, points), stepsAlong(flow, points));
    assert.equal(wasmBytesInUse(), before);
  });
});
