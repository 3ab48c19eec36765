import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { type Continuation, continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import type { Flow } from "rnn-dynamics/dist/flow/flow";

const grid = (from: number, to: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
const follow = (parameters: Float64Array, flowAt: (p: number) => Flow, every = 1) =>
  continueFixedPoints(
    { parameters, flowAt },
    { points: [{ xStar: new Float64Array(flowAt(parameters[0]).dimension) }] },
    { eigenvaluesEvery: every },
  );
const atEnd = ({ branches }: Continuation, end: number): number =>
  branches.filter(({ parameters }) => parameters[parameters.length - 1] === end).length;

/** ẋᵢ = (p − cᵢ) xᵢ − xᵢ³. */
const pitchforks =
  (places: readonly number[]) =>
  (p: number): Flow => ({
    dimension: places.length,
    velocity: (x) => x.map((v, i) => (p - places[i]) * v - v ** 3),
    jacobian: (x) => Matrix.diag(Array.from(x, (v, i) => p - places[i] - 3 * v * v)),
  });

/** Pairs of activations that turn with frequencies ωᵢ and grow at rates μᵢ(p), each a Hopf normal form. */
const turning =
  (rates: (p: number) => readonly number[]) =>
  (p: number): Flow => {
    const frequencies = [2, 3.3];
    const mu = rates(p);
    return {
      dimension: 4,
      velocity: (x) =>
        Float64Array.from(
          [0, 1].flatMap((k) => {
            const [a, b] = [x[2 * k], x[2 * k + 1]];
            const s = mu[k] - a * a - b * b;
            return [s * a - frequencies[k] * b, frequencies[k] * a + s * b];
          }),
        ),
      jacobian: (x) => {
        const J = Matrix.zeros(4, 4);
        for (const k of [0, 1]) {
          const [a, b] = [x[2 * k], x[2 * k + 1]];
          J.set(2 * k, 2 * k, mu[k] - 3 * a * a - b * b);
          J.set(2 * k, 2 * k + 1, -frequencies[k] - 2 * a * b);
          J.set(2 * k + 1, 2 * k, frequencies[k] - 2 * a * b);
          J.set(2 * k + 1, 2 * k + 1, mu[k] - a * a - 3 * b * b);
        }
        return J;
      },
    };
  };

describe("several bifurcations in one interval of the parameter", () => {
  for (const [gap, knots] of [
    [0.3, 6],
    [0.3, 21], // one exactly at a parameter, but for rounding
    [0.05, 6],
    [0.05, 2],
    [0.001, 6],
    [0.001, 2],
    [0.001, 3], // the first one exactly at a parameter
  ]) {
    it(`two pitchforks ${gap} apart, ${knots} parameters: both, and both again on the arms of the first; nine branches`, async () => {
      const found = await follow(grid(-1, 1, knots), pitchforks([0, gap]));
      assert.deepEqual(
        found.events.map(({ kind, change }) => `${kind} ${change}`),
        Array(4).fill("pitchfork birth"),
      );
      found.events.forEach(({ parameter }, i) => {
        assert.ok(Math.abs(parameter - (i === 0 ? 0 : gap)) < 5e-6, `${parameter}`); // 1e-6 of an interval of 2
      });
      assert.equal(found.events.filter(({ x }) => Math.hypot(...x) < 1e-3).length, 2);
      assert.equal(atEnd(found, 1), 9);
    });
  }

  for (const gap of [0.05, 0.001]) {
    it(`three pitchforks ${gap} apart: 13 events, 27 branches`, async () => {
      const found = await follow(grid(-1, 1, 4), pitchforks([0, gap, 2.3 * gap]));
      assert.deepEqual(
        [found.events.length, new Set(found.events.map(({ kind }) => kind)).size, atEnd(found, 1)],
        [13, 1, 27],
      );
    });
  }

  for (const knots of [5, 6]) {
    it(`three units with gains g, 0.99 g and 0.98 g, ${knots} parameters: 27 fixed points at g = 1.5`, async () => {
      const gains = [1, 0.99, 0.98];
      const found = await follow(grid(0.5, 1.5, knots), (p) => ({
        dimension: 3,
        odd: true,
        velocity: (x) => x.map((v, i) => -v + gains[i] * p * Math.tanh(v)),
        jacobian: (x) => Matrix.diag(gains.map((g, i) => -1 + (g * p) / Math.cosh(x[i]) ** 2)),
      }));
      const ofOrigin = found.events.filter(({ x }) => Math.hypot(...x) < 1e-3);
      assert.deepEqual(
        ofOrigin.map(({ kind, parameter }) => [kind, parameter.toFixed(4)]),
        gains.map((g) => ["pitchfork", (1 / g).toFixed(4)]),
      );
      assert.equal(atEnd(found, 1.5), 27);
    });
  }

  for (const [gap, knots] of [
    [0.3, 2],
    [0.05, 2],
    [0.01, 7],
  ]) {
    it(`two pitchforks ${gap} apart that undo each other, ${knots} parameters: both, whether eigenvalues are looked at or not`, async () => {
      for (const every of [0, 1]) {
        const { events, branches } = await follow(
          grid(-1, 1, knots),
          (p) => ({
            dimension: 1,
            velocity: ([x]) => Float64Array.of(-p * (p - gap) * x - x ** 3),
            jacobian: ([x]) => new Matrix([[-p * (p - gap) - 3 * x * x]]),
          }),
          every,
        );
        assert.deepEqual(
          events.map(({ kind, change }) => `${kind} ${change}`),
          ["pitchfork birth", "pitchfork death"],
        );
        assert.equal(branches.length, 3); // the curve of both arms is closed, and gone around once
      }
    });
  }

  for (const [gap, knots] of [
    [0.05, 2],
    [0.05, 3],
    [0.001, 2],
    [0.001, 7],
  ]) {
    it(`two Hopf bifurcations ${gap} apart, ${knots} parameters, whether they add up or undo each other`, async () => {
      for (const [rates, second] of [
        [(p: number) => [p, p - gap], "loss"],
        [(p: number) => [-p * (p - gap), -1], "gain"],
      ] as const) {
        const { events, branches } = await follow(grid(-1, 1, knots), turning(rates));
        assert.deepEqual(
          events.map(({ kind, change }) => [kind, change]),
          [
            ["Hopf", "loss"],
            ["Hopf", second],
          ],
        );
        events.forEach(({ parameter }, i) => {
          assert.ok(Math.abs(parameter - i * gap) < 5e-6, `${parameter}`);
        });
        assert.equal(branches.length, 1);
      }
    });
  }
});
