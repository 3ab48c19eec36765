import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { numericalJacobian } from "rnn-dynamics/dist/flow/energy";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { assertClose } from "./assertions";

/**
 * What every Flow must keep, at each of the points given: the derivative is the derivative, the fast paths agree with
 * the plain ones bit by bit, what the flow says of itself is true, and nothing touches its arguments.
 */
export function checkFlow(flow: Flow, points: readonly Float64Array[]): void {
  assert.ok(points.length > 0, "checkFlow needs points");
  for (const x of points) {
    const before = x.slice();
    checkVelocity(flow, x);
    checkJacobian(flow, x);
    if (flow.jacobianTimesInto) checkJacobianTimes(flow, x);
    if (flow.velocityExtended) checkExtended(flow, x);
    if (flow.odd) checkOdd(flow, x);
    if (flow.lipschitzOfJacobian) checkLipschitz(flow, x);
    assert.deepEqual(x, before, "the flow modified its argument");
  }
}

function checkVelocity(flow: Flow, x: Float64Array): void {
  const F = flow.velocity(x);
  assert.equal(F.length, flow.dimension);
  assert.ok(F.every(Number.isFinite), "velocity is finite");
  assert.notEqual(F, flow.velocity(x), "velocity returns a new array each time");
  assert.deepEqual(flow.velocity(x), F, "velocity has no memory");
  if (!flow.velocityInto) return;
  const out = new Float64Array(flow.dimension).fill(Number.NaN); // a slot that is not written shows
  flow.velocityInto(x, out);
  assert.deepEqual(out, F, "velocityInto agrees with velocity");
}

/** The extended velocity is the velocity, to the rounding of the latter: some N u of the largest term. */
function checkExtended(flow: Flow, x: Float64Array): void {
  const [F, FLow] = [new Float64Array(x.length).fill(Number.NaN), new Float64Array(x.length).fill(Number.NaN)];
  const bound = flow.velocityExtended?.(x, new Float64Array(x.length), F, FLow) ?? Number.NaN;
  const scale = 1 + Math.max(...[...x, ...F].map(Math.abs));
  assertClose(F, flow.velocity(x), 0, 1e-15 * x.length * scale);
  assert.ok(
    FLow.every((low, i) => F[i] + low === F[i]),
    "the low parts are below the last digit",
  );
  assert.ok(bound >= 0 && bound < 1e-20 * scale * x.length, `bound ${bound}`);
}

function checkJacobian(flow: Flow, x: Float64Array): void {
  const J = flow.jacobian(x);
  assert.deepEqual([J.rows, J.columns], [flow.dimension, flow.dimension]);
  // central differences lose about 1e-10 of the largest entry; 1e-7 leaves room for large second derivatives
  const scale = Math.max(1, ...J.to1DArray().map(Math.abs));
  assertClose(J, numericalJacobian(flow, x), 1e-7, 1e-7 * scale);
  if (!flow.jacobianInto) return;
  const out = new Float64Array(flow.dimension * flow.dimension).fill(Number.NaN);
  flow.jacobianInto(x, out);
  assert.deepEqual([...out], J.to1DArray(), "jacobianInto agrees with jacobian");
}

function checkJacobianTimes(flow: Flow, x: Float64Array): void {
  const v = x.map((_, i) => 1 / (i + 1) - 0.3);
  const out = new Float64Array(flow.dimension).fill(Number.NaN);
  flow.jacobianTimesInto?.(x, v, out);
  const Jv = flow.jacobian(x).mmul(Matrix.columnVector(Array.from(v)));
  // a sum of N products in another order
  assertClose(out, Float64Array.from(Jv.to1DArray()), 1e-12, 1e-13 * (1 + flow.jacobian(x).norm()));
}

function checkOdd(flow: Flow, x: Float64Array): void {
  const forth = flow.velocity(x);
  const back = flow.velocity(x.map((value) => -value));
  for (let i = 0; i < x.length; i++) assert.ok(back[i] === -forth[i], `F(−x) = −F(x) fails at component ${i}`);
}

/** ‖J(x + d) − J(x)‖₂ ≤ ‖·‖_F, so only a Frobenius norm above √N K‖d‖ would be a contradiction. */
function checkLipschitz(flow: Flow, x: Float64Array): void {
  const d = x.map((_, i) => 1e-3 * (i % 2 === 0 ? 1 : -1));
  const length = Math.sqrt(d.reduce((sum, value) => sum + value * value, 0));
  const K = flow.lipschitzOfJacobian?.(x, length) ?? Number.POSITIVE_INFINITY;
  assert.ok(K > 0, "K is positive");
  const change = flow
    .jacobian(x.map((value, i) => value + d[i]))
    .sub(flow.jacobian(x))
    .norm();
  const bound = Math.sqrt(flow.dimension) * K * length;
  assert.ok(change <= bound * (1 + 1e-9), `J changes by ${change}, K allows ${bound}`);
}
