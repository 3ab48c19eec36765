import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { type Continuation, continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import type { Flow, FlowFamily } from "rnn-dynamics/dist/flow/flow";
import { saddleNodeFamily } from "rnn-dynamics/dist/flow/plane";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { createEchoState, initialActivation } from "rnn-dynamics/dist/network/echo-state";
import { simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { createPool, type JobPool } from "rnn-dynamics/dist/pool";
import { readoutFamily } from "rnn-dynamics/dist/training/family";
import { assertClose, assertRejectsLater } from "../helpers/assertions";
import { decoupledFlipFlop } from "../oracles/solved-flows";

const range = (from: number, to: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
/** ẋ = f(x, μ) on one activation. */
const scalar = (
  parameters: Float64Array,
  f: (x: number, mu: number) => number,
  slope: (x: number, mu: number) => number,
  odd = false,
): FlowFamily => ({
  parameters,
  flowAt: (mu): Flow => ({
    dimension: 1,
    odd,
    velocity: (x) => Float64Array.of(f(x[0], mu)),
    jacobian: (x) => new Matrix([[slope(x[0], mu)]]),
  }),
});
const at = (...points: number[][]) => ({ points: points.map((x) => ({ xStar: Float64Array.from(x) })) });
const pitchfork = (parameters: Float64Array, odd = false) =>
  scalar(
    parameters,
    (x, mu) => mu * x - x * x * x,
    (x, mu) => mu - 3 * x * x,
    odd,
  );
const fold = (parameters: Float64Array) =>
  scalar(
    parameters,
    (x, mu) => mu - x * x,
    (x) => -2 * x,
  );
const transcritical = (parameters: Float64Array) =>
  scalar(
    parameters,
    (x, mu) => mu * x - x * x,
    (x, mu) => mu - 2 * x,
  );
/** Every point of every branch is a fixed point, parameters ascend, counts are those of the eigenvalues. */
function assertSound(family: FlowFamily, { branches, events }: Continuation): void {
  for (const branch of branches) {
    branch.points.forEach((x, i) => {
      const flow = family.flowAt(branch.parameters[i]);
      const isEvent = events.some((e) => e.parameter === branch.parameters[i]);
      // an event is known to its width: its fixed point to about the root of that
      assertClose(flow.velocity(x), new Float64Array(x.length), isEvent ? 1e-5 : 1e-9);
      if (i > 0) assert.ok(branch.parameters[i] >= branch.parameters[i - 1]);
      if (!isEvent) assert.equal(branch.unstableCounts[i], stability(flow, x).unstableCount);
    });
  }
}
const told = ({ events }: Continuation): string => events.map(({ kind, change }) => `${kind} ${change}`).join(", ");

/** ẋ = μ + c + a x + d x² − x³ with coefficients from a seed, where its folds are, and its roots on a fine grid. */
function cubicOf(seed: number, count: number): { family: FlowFamily; folds: number[]; rootsAt(mu: number): number[] } {
  const rng = createRng(seed);
  const [a, d, c] = [1, 2, 3].map(() => rng.uniform(-1.5, 1.5));
  const value = (x: number, mu: number) => mu + c + a * x + d * x * x - x * x * x;
  const family = scalar(range(-2, 2, count), value, (x) => a + 2 * d * x - 3 * x * x);
  const folds = [-1, 1].map((sign) => -value((d + sign * Math.sqrt(d * d + 3 * a)) / 3, 0));
  const grid = Array.from({ length: 16000 }, (_, i) => (i - 8000) / 2000 + 1e-5);
  return { family, folds, rootsAt: (mu) => grid.filter((x) => value(x, mu) * value(x + 1 / 2000, mu) < 0) };
}

describe("continuation of fixed points along a family", () => {
  for (const odd of [true, false]) {
    for (const [name, parameters, starts] of [
      ["forwards", range(-1, 1.3, 8), [[0]]],
      ["with the event at one of the parameters", range(-1, 1, 21), [[0]]],
      ["backwards from all three", range(1.3, -1, 8), [[0], [Math.sqrt(1.3)], [-Math.sqrt(1.3)]]],
      ["backwards from one arm alone", range(1.3, -1, 8), [[Math.sqrt(1.3)]]],
    ] as [string, Float64Array, number[][]][]) {
      it(`pitchfork ẋ = μx − x³ at μ = 0, ${name}${odd ? ", known to be odd" : ""}: both arms x = ±√μ`, async () => {
        const family = pitchfork(parameters, odd);
        const result = await continueFixedPoints(family, at(...starts));
        assert.equal(told(result), "pitchfork birth");
        const [event] = result.events;
        assertClose(event.parameter, 0, 1e-6);
        assertClose(event.x, [0], 1e-5);
        assertClose(event.eigenvalues.re, [0], 1e-5);
        assert.ok(event.width <= 1e-6);
        assert.deepEqual(
          [...event.branches].sort((a, b) => a - b),
          result.branches.map((_, i) => i),
        );
        const last = parameters[0] < parameters[1] ? parameters[parameters.length - 1] : parameters[0];
        const ends = result.branches.filter((b) => b.endsAt < 0 && b.parameters[b.parameters.length - 1] === last);
        assertClose(
          ends.map(({ points }) => points[points.length - 1][0]).sort((a, b) => a - b),
          [-Math.sqrt(last), 0, Math.sqrt(last)],
          1e-9,
        );
        assertSound(family, result);
      });
    }
  }

  for (const count of [8, 11]) {
    it(`saddle-node ẋ = μ − x²: a pair vanishes at μ = 0, on a grid of ${count}`, async () => {
      const family = fold(range(1, -1, count));
      for (const starts of [[[1]], [[1], [-1]]]) {
        const result = await continueFixedPoints(family, at(...starts));
        assert.equal(told(result), "saddle-node birth"); // growing μ gives birth to them
        assertClose(result.events[0].parameter, 0, 1e-9);
        assert.deepEqual([...result.events[0].branches], [0, 1]);
        assert.deepEqual(
          result.branches.map(({ startsAt, endsAt }) => [startsAt, endsAt]),
          [
            [0, -1],
            [0, -1],
          ],
        );
        assertSound(family, result);
      }
    });
  }

  it("a pair that is born unseen is found where a search is asked for, and followed back to its birth", async () => {
    const family = fold(range(-1, 1, 9));
    const starts = (mu: number) => (mu === 1 ? [Float64Array.of(0.5)] : []);
    const none = await continueFixedPoints(family, at());
    assert.deepEqual([none.branches.length, none.events.length, [...none.searchedAt]], [0, 0, [-1]]);
    const result = await continueFixedPoints(family, at(), { starts });
    assert.equal(told(result), "saddle-node birth");
    assert.deepEqual([...result.searchedAt], [-1, 1]);
    assertSound(family, result);
  });

  for (const count of [8, 11]) {
    it(`transcritical ẋ = μx − x²: two cross at μ = 0 and exchange stability, on a grid of ${count}`, async () => {
      const family = transcritical(range(-1, 1, count));
      for (const starts of [[[0]], [[0], [-1]], [[-1]]]) {
        const result = await continueFixedPoints(family, at(...starts));
        assert.equal(told(result), "transcritical exchange");
        assertClose(result.events[0].parameter, 0, 1e-6);
        const at1 = result.branches.flatMap(({ parameters, points }) => {
          const last = parameters.length - 1;
          return parameters[last] === 1 ? [points[last][0]] : [];
        });
        assertClose(
          at1.sort((a, b) => a - b),
          [0, 1],
          1e-9,
        );
        assertSound(family, result);
      }
    });
  }

  it("a Hopf bifurcation: the pair μ ± 2i crosses at μ = 0, and the origin stays", async () => {
    const family: FlowFamily = {
      parameters: range(-1, 1, 8),
      flowAt: (mu) => ({
        dimension: 2,
        velocity: ([x, y]) => {
          const s = mu - x * x - y * y;
          return Float64Array.of(s * x - 2 * y, 2 * x + s * y);
        },
        jacobian: ([x, y]) =>
          new Matrix([
            [mu - 3 * x * x - y * y, -2 - 2 * x * y],
            [2 - 2 * x * y, mu - x * x - 3 * y * y],
          ]),
      }),
    };
    for (const eigenvaluesEvery of [1, 10]) {
      const result = await continueFixedPoints(family, at([0, 0]), { eigenvaluesEvery });
      assert.equal(told(result), "Hopf loss");
      assertClose(result.events[0].parameter, 0, 1e-6);
      assertClose([...result.events[0].eigenvalues.im], [2, -2], 1e-6);
      assert.equal(result.branches.length, 1);
      assertSound(family, result);
    }
    const unseen = await continueFixedPoints(family, at([0, 0]), { eigenvaluesEvery: 0 });
    assert.deepEqual([told(unseen), [...new Set(unseen.branches[0].unstableCounts)]], ["", [-1]]);
  });

  it("an imperfect pitchfork ẋ = ε + μx − x³ is a fold at μ = 3(ε/2)^⅔ beside a branch that only bends", async () => {
    const family = scalar(
      range(1, -1, 8),
      (x, mu) => 0.01 + mu * x - x * x * x,
      (x, mu) => mu - 3 * x * x,
    );
    const result = await continueFixedPoints(family, at([1.00496], [-0.01], [-0.99496]));
    assert.equal(told(result), "saddle-node birth");
    const root = -(0.005 ** (1 / 3)); // double root of x³ − μx − ε
    assertClose(result.events[0].parameter, 3 * root * root, 1e-8);
    assertClose(result.events[0].x, [root], 1e-6);
    assert.equal(result.branches.length, 3);
    assertSound(family, result);
  });

  it("two folds of ẋ = μ + x − x³/3 at μ = ±⅔ are walked around: three branches from one point", async () => {
    const family = scalar(
      range(-2, 2, 9),
      (x, mu) => mu + x - (x * x * x) / 3,
      (x) => 1 - x * x,
    );
    const result = await continueFixedPoints(family, at([-2.3553]));
    assert.equal(told(result), "saddle-node birth, saddle-node death");
    assertClose(
      result.events.map(({ parameter }) => parameter),
      [-2 / 3, 2 / 3],
      1e-9,
    );
    assert.deepEqual(
      result.branches.map(({ startsAt, endsAt }) => [startsAt, endsAt]),
      [
        [-1, 1],
        [0, 1],
        [0, -1],
      ],
    );
    assertSound(family, result);
  });

  it("a closed curve x² + μ² = 1 is gone around once, from a start on it, whatever the grid", async () => {
    for (const parameters of [Float64Array.of(-2, 0, 2), range(-2, 2, 9), Float64Array.of(-2, 0.9, 2)]) {
      const family = scalar(
        parameters,
        (x, mu) => 1 - x * x - mu * mu,
        (x) => -2 * x,
      );
      const { branches, events } = await continueFixedPoints(family, at(), {
        starts: (mu) => (Math.abs(mu) < 1 ? [1, -1].map((x) => Float64Array.of(x * Math.sqrt(1 - mu * mu))) : []),
      });
      assert.deepEqual(
        events.map(({ kind, change }) => [kind, change]),
        [
          ["saddle-node", "birth"],
          ["saddle-node", "death"],
        ],
      );
      assert.deepEqual(
        branches.map(({ startsAt, endsAt }) => [startsAt, endsAt]),
        [
          [0, 1],
          [0, 1],
        ],
      );
    }
  });

  it("beside a fold no step leaps to the curve that goes on beyond it: ẋ = μ − x + w tanh kx, wherever the grid begins and ends", async () => {
    for (const k of [3, 10]) {
      for (const w of [0.8, 2]) {
        const root = Math.acosh(Math.sqrt(w * k)); // w k sech² = 1 at the fold
        const fold = root / k - w * Math.tanh(root);
        for (const above of [0.02, 0.1, 0.3]) {
          for (let below = 0.05; below < 1.3; below += 0.1) {
            const high = fold + above * Math.abs(fold);
            const family = scalar(
              Float64Array.of(high, fold - below * Math.abs(fold)),
              (x, mu) => mu - x + w * Math.tanh(k * x),
              (x) => -1 + (w * k) / Math.cosh(k * x) ** 2,
            );
            let x = high + w;
            for (let i = 0; i < 200; i++) x = high + w * Math.tanh(k * x); // falls monotonically to the upper fixed point
            const { events } = await continueFixedPoints(family, at([x]), { eigenvaluesEvery: 0 });
            const [first] = events.filter(({ parameter }) => parameter < 0);
            assert.equal(first?.kind, "saddle-node", `k = ${k}, w = ${w}, from ${above} to ${below}`);
            assertClose(first.parameter, fold, 1e-4);
          }
        }
      }
    }
  });

  it("the family in the plane: node and saddle meet at μ = 0, the node at x = 1 goes on", async () => {
    const family: FlowFamily = { parameters: range(-0.5, 0.5, 8), flowAt: saddleNodeFamily };
    const points = saddleNodeFamily(-0.5).fixedPoints.map((xStar) => ({ xStar }));
    const result = await continueFixedPoints(family, { points });
    assert.equal(told(result), "saddle-node death");
    assertClose(result.events[0].parameter, 0, 1e-9);
    assert.deepEqual([...result.events[0].branches], [0, 1]);
    assertSound(family, result);
  });

  it("two Hill switches in one flow, the folds of one within those of the other: eight folds on one curve", async () => {
    // ẋᵢ = p − cᵢ + kᵢ x²/(1 + x²) − x: folds where k 2x/(1 + x²)² = 1, at p = c + x − k x²/(1 + x²)
    const [k, c] = [
      [2.2, 3],
      [0, 0.15],
    ];
    const folds = [0, 1].map((i) => {
      const excess = (x: number) => (2 * k[i] * x) / (1 + x * x) ** 2 - 1; // largest at x = √⅓
      const zero = (below: number, above: number): number => {
        let [a, b] = [below, above];
        for (let n = 0; n < 60; n++) [a, b] = excess((a + b) / 2) > 0 ? [(a + b) / 2, b] : [a, (a + b) / 2];
        return a;
      };
      const at = (x: number) => c[i] + x - (k[i] * x * x) / (1 + x * x);
      return [at(zero(Math.sqrt(1 / 3), 4)), at(zero(Math.sqrt(1 / 3), 0))];
    });
    assert.ok(folds[1][0] < folds[0][0] && folds[0][1] < folds[1][1], String(folds));
    const family: FlowFamily = {
      parameters: range(-1, 1, 9),
      flowAt: (p) => ({
        dimension: 2,
        velocity: (x) => x.map((v, i) => p - c[i] + (k[i] * v * v) / (1 + v * v) - v),
        jacobian: (x) => Matrix.diag(Array.from(x, (v, i) => (2 * k[i] * v) / (1 + v * v) ** 2 - 1)),
      }),
    };
    const start = [0, 1].map((i) => {
      let x = -1.5;
      for (let n = 0; n < 500; n++) x += 0.1 * (-1 - c[i] + (k[i] * x * x) / (1 + x * x) - x);
      return x;
    });
    const result = await continueFixedPoints(family, at(start));
    // the inner switch folds twice on each of the three branches of the outer one
    const wanted = [folds[1][0], ...Array(3).fill(folds[0][0]), ...Array(3).fill(folds[0][1]), folds[1][1]];
    assert.equal(
      told(result),
      [...Array(4).fill("saddle-node birth"), ...Array(4).fill("saddle-node death")].join(", "),
    );
    assertClose(
      result.events.map(({ parameter }) => parameter),
      wanted,
      1e-8,
    );
    assert.equal(result.branches.length, 9);
    assertSound(family, result);
  });

  it("Brusselator: the fixed point (a, b/a) loses its stability in a Hopf bifurcation at b = 1 + a²", async () => {
    const a = 1.3;
    const family: FlowFamily = {
      parameters: range(0.5, 4, 5),
      flowAt: (b) => ({
        dimension: 2,
        velocity: ([x, y]) => Float64Array.of(a - (b + 1) * x + x * x * y, b * x - x * x * y),
        jacobian: ([x, y]) =>
          new Matrix([
            [2 * x * y - b - 1, x * x],
            [b - 2 * x * y, -x * x],
          ]),
      }),
    };
    const result = await continueFixedPoints(family, at([a, 0.5 / a]));
    assert.equal(told(result), "Hopf loss");
    assertClose(result.events[0].parameter, 1 + a * a, 1e-5);
    assertClose([...result.events[0].eigenvalues.im], [a, -a], 1e-5); // ω² = det J = a²
    assertSound(family, result);
  });

  it("Lorenz: a pitchfork of the origin at r = 1, Hopf bifurcations of both arms at r = σ(σ + b + 3)/(σ − b − 1)", async () => {
    const [sigma, b] = [10, 8 / 3];
    for (const knots of [2, 5, 16]) {
      const family: FlowFamily = {
        parameters: range(0.5, 30, knots),
        flowAt: (r) => ({
          dimension: 3,
          velocity: ([x, y, z]) => Float64Array.of(sigma * (y - x), x * (r - z) - y, x * y - b * z),
          jacobian: ([x, y, z]) =>
            new Matrix([
              [-sigma, sigma, 0],
              [r - z, -1, -x],
              [y, x, -b],
            ]),
        }),
      };
      const result = await continueFixedPoints(family, at([0, 0, 0]), { eigenvaluesEvery: 1 });
      assert.equal(told(result), "pitchfork birth, Hopf loss, Hopf loss");
      const hopf = (sigma * (sigma + b + 3)) / (sigma - b - 1);
      assertClose(
        result.events.map(({ parameter }) => parameter),
        [1, hopf, hopf],
        1e-4,
      );
      assert.equal(result.branches.length, 3);
      assertSound(family, result);
    }
  });

  for (const bits of [2, 3]) {
    it(`${bits} pitchforks at once are called what they are: several eigenvalues cross`, async () => {
      const family: FlowFamily = {
        parameters: range(0.5, 1.5, 8),
        flowAt: (w) => simpleRnnFlow(Matrix.eye(bits).mul(w)),
      };
      const result = await continueFixedPoints(family, at(new Array(bits).fill(0)));
      assert.deepEqual(
        result.events.map(({ kind, eigenvalues }) => [kind, eigenvalues.re.length]),
        [["multiple", bits]],
      );
      assertClose(result.events[0].parameter, 1, 1e-6);
      assertSound(family, result);
    });
  }

  it("27 fixed points of a planted network all end in the centre when its weights shrink", async () => {
    const planted = decoupledFlipFlop(3, 1.6, { units: 12, rng: createRng(1) });
    const family: FlowFamily = {
      parameters: range(1, 0.4, 6),
      flowAt: (s) => simpleRnnFlow(planted.W.clone().mul(s)),
    };
    const result = await continueFixedPoints(family, { points: planted.fixedPoints.map((xStar) => ({ xStar })) });
    assert.deepEqual(
      result.events.map(({ kind }) => kind),
      ["multiple"],
    );
    assertClose(result.events[0].parameter, 1 / 1.6, 1e-6);
    assert.equal(result.branches.length, 27);
    assert.equal(result.branches.filter(({ startsAt }) => startsAt < 0).length, 1);
    assertSound(family, result);
  });

  it("bits of different weights make a cascade of pitchforks, each with its saddles [property]", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
        const rng = createRng(seed);
        const weights = [0, 1].map((k) => 1 + 0.35 * k + 0.1 * rng.uniform());
        const W = new Matrix(4, 4);
        for (let k = 0; k < 2; k++) {
          W.set(k, k, weights[k]);
          for (const slave of [2, 3]) W.set(slave, k, rng.normal());
        }
        const family: FlowFamily = {
          parameters: range(0.5, 1.2, 6),
          flowAt: (s) => simpleRnnFlow(W.clone().mul(s)),
        };
        const result = await continueFixedPoints(family, at([0, 0, 0, 0]));
        // bit 1 splits the origin; then bit 0 splits all three
        assert.equal(result.events.length, 4, told(result));
        assert.ok(result.events.every(({ kind, change }) => kind === "pitchfork" && change === "birth"));
        assertClose(
          result.events.map(({ parameter }) => parameter),
          [1 / weights[1], 1 / weights[0], 1 / weights[0], 1 / weights[0]],
          1e-5,
        );
        const atEnd = result.branches.filter((b) => b.endsAt < 0).map((b) => b.unstableCounts.at(-1));
        assert.deepEqual(atEnd.sort(), [0, 0, 0, 0, 1, 1, 1, 1, 2]);
        assertSound(family, result);
      }),
      { numRuns: 15 },
    );
  });

  it("every fixed point of a cubic is found along the whole family, from those at its beginning [property]", async () => {
    // the solutions of k μ + c = x³ − a x − d x² form one curve, a graph over x: nothing can hide from the walk
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 2, max: 15 }), async (seed, count) => {
        // drawn, not shrunk: a fold exactly at the end of the family is no fold yet, and rightly called unresolved
        const { family, folds, rootsAt } = cubicOf(seed, count);
        const result = await continueFixedPoints(family, at(...rootsAt(-2).map((x) => [x])));
        assert.ok(!result.events.some(({ kind }) => kind === "unresolved"), told(result));
        assertSound(family, result);
        // where a fold lies outside of the family, its two sides do not meet in it
        const isWhole = folds.every((mu) => !(Math.abs(mu) >= 2));
        for (const mu of isWhole ? family.parameters : []) {
          // two roots in one cell of the list go unseen in it, so what is listed must be found, not the reverse
          const found = result.branches.flatMap(({ parameters, points }) => {
            const k = parameters.indexOf(mu);
            return k >= 0 ? [points[k][0]] : [];
          });
          const roots = rootsAt(mu);
          for (const x of roots)
            assert.ok(
              found.some((y) => Math.abs(y - x) < 1e-3),
              `x = ${x} at ${mu}`,
            );
          assert.ok(found.length >= roots.length && found.length <= 3);
        }
      }),
      { numRuns: 60 },
    );
  });

  for (const [seed, count, why] of [
    [14, 4, "a fold just beyond one of the parameters"],
    [14, 7, "a fold just before one of them"],
    [263917083, 6, "both"],
    [888948712, 10, "two folds so close that one arc would cut across both"],
  ] as [number, number, string][]) {
    it(`finds both folds of a cubic: ${why}`, async () => {
      const { family, folds, rootsAt } = cubicOf(seed, count);
      const result = await continueFixedPoints(family, at(...rootsAt(-2).map((x) => [x])));
      assert.equal(told(result), "saddle-node birth, saddle-node death");
      assertClose(
        result.events.map(({ parameter }) => parameter),
        folds.sort((x, y) => x - y),
        1e-12,
      );
      assertSound(family, result);
    });
  }

  it("a fold at the very end is a fold; a start that is no fixed point is said to be unresolved", async () => {
    const atEnd = await continueFixedPoints(fold(range(1, 0, 4)), at([1]));
    assert.deepEqual(
      atEnd.events.map(({ kind, branches }) => [kind, [...branches]]),
      [["saddle-node", [0, 1]]],
    );
    assertClose(atEnd.events[0].parameter, 0, 1e-9);
    const nowhere = await continueFixedPoints(fold(range(-1, 1, 4)), at([0.3]));
    assert.deepEqual([told(nowhere), nowhere.branches.length], ["unresolved unknown", 0]);
  });

  it("is the same to the last bit, whoever walks: this thread, one worker, two or three", async () => {
    const rng = createRng(1); // a pitchfork, folds and Hopf bifurcations
    const net = createEchoState({ units: 14, inputs: 2, outputs: 2, gain: 1.1, rng });
    const readout = Matrix.from1DArray(2, 14, [...Array(28)].map(() => rng.normal())); // biome-ignore format: one thing
    const snapshots = [0, 10, 40, 50, 80].map((step) => ({ step, Wo: readout.clone().mul(step / 40) }));
    const family = readoutFamily(net, snapshots);
    const guesses = Array.from({ length: 6 }, (_, s) => initialActivation(net, rng.split(`guess ${s}`)));
    const options = { eigenvaluesEvery: 1, starts: (step: number) => (step === 50 ? guesses : []) };
    const origin = at([...new Float64Array(14)]);
    const progress: [number, number][] = [];
    const onProgress = (done: number, total: number) => progress.push([done, total]);
    const alone = await continueFixedPoints(family, origin, { ...options, onProgress });
    assert.ok(
      progress.every(([done, total], i) => done === i + 1 && total >= done),
      "progress only grows",
    );
    assert.equal(progress[progress.length - 1][0], progress[progress.length - 1][1]);
    assert.ok(alone.branches.length >= 9 && alone.events.some(({ kind }) => kind === "Hopf"), told(alone));
    for (const threads of [1, 2, 3]) {
      const pool = createPool({ threads });
      try {
        assert.deepEqual(await continueFixedPoints(family, origin, { ...options, pool }), alone);
      } finally {
        await pool.close();
      }
    }
  });

  it("stops with the pool: what a cancelled worker was asked for rejects, and so does the whole", async () => {
    const net = createEchoState({ units: 60, inputs: 1, outputs: 1, gain: 0.9, rng: createRng(3) });
    const snapshots = [0, 1].map((step) => ({ step, Wo: Matrix.ones(1, 60).mul(step) }));
    const pool = createPool({ threads: 2 });
    const asked = continueFixedPoints(readoutFamily(net, snapshots), at([...new Float64Array(60)]), { pool });
    setImmediate(() => pool.cancel());
    await assert.rejects(asked, { name: "AbortError" });
    await pool.close();
  });

  it("refuses what it does not know, in the one form of an error", async () => {
    const family = fold(range(1, -1, 5));
    await assertRejectsLater(
      () => continueFixedPoints(family, at([1, 2])),
      /points\[0\]\.xStar has length 2, expected 1/,
    );
    await assertRejectsLater(
      () => continueFixedPoints({ ...family, parameters: Float64Array.of(0, 1, 1) }, at([1])),
      /family\.parameters\[2\] is 1, expected parameters that all grow or all fall/,
    );
    await assertRejectsLater(() => continueFixedPoints(family, at([1]), { mostArcs: 0 }), /mostArcs is 0/);
    const notPool = { pool: {} as unknown as JobPool };
    await assertRejectsLater(() => continueFixedPoints(family, at([1]), notPool), /pool is .*, expected a pool/);
  });
});
