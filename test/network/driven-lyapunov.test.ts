import assert from "node:assert/strict";
import { type AbstractMatrix, Matrix } from "ml-matrix";
import { Growth, lyapunovExponent } from "rnn-dynamics/dist/flow/stability";
import { createEchoState, echoStateFlow, initialActivation, withReadout } from "rnn-dynamics/dist/network/echo-state";
import { loadShipped, shippedRecipes } from "rnn-dynamics/dist/network/files";
import { prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { drivenLyapunovExponent, simulate } from "rnn-dynamics/dist/network/simulate";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertRejects } from "../helpers/assertions";

const rng = createRng("driven exponents");

/** A network that feeds its output back, and an input of pulses and noise. */
function small(gain: number, activation: "tanh" | "logistic", steps: number) {
  const own = rng.split(`${gain} ${activation}`);
  const units = 60;
  const net = createEchoState({ units, inputs: 2, outputs: 1, gain, activation, rng: own.split("net") });
  const Wo = new Matrix([Array.from({ length: units }, () => own.normal(0, 0.2 / Math.sqrt(units)))]);
  const input = new Matrix(Array.from({ length: steps }, () => [own.normal(), own.uniform() < 0.02 ? 2 : 0]));
  return { net: withReadout(net, Wo), input, x0: initialActivation(net, own.split("x0")) };
}

describe("Lyapunov exponent of a driven network", () => {
  it("is the rate at which two simulations on the same input come together or part [J15 eq. 22]", () => {
    for (const [gain, activation, size] of [
      [0.9, "tanh", 1e-6],
      [1.8, "tanh", 1e-8],
      [2.5, "tanh", 1e-12],
      [3, "logistic", 1e-5],
    ] as const) {
      const { net, input, x0 } = small(gain, activation, 300);
      const { windows } = drivenLyapunovExponent(net, input, { x0, settle: 0 });
      // the same first difference, small against the curvature and large against rounding all the way
      const { difference } = new Growth(net.units, { settle: 0, window: 1, dt: 1 });
      const beside = x0.map((x, i) => x + size * difference[i]);
      const [a, b] = [x0, beside].map(
        (start) => simulate(net, input, { x0: start, record: 1 }).states as AbstractMatrix,
      );
      const distance = (row: number) => Math.hypot(...a.getRow(row).map((x, i) => x - b.getRow(row)[i]));
      for (const [k, told] of windows.entries()) {
        if (k === windows.length - 1) break; // the state after the last step is not on record
        const seen = Math.log(distance(50 * k + 50) / distance(50 * k)) / 5; // a window is five τ
        assert.ok(Math.abs(seen - told) < 1e-3, `g ${gain}, ${activation}, window ${k}: ${seen}, ${told}`);
      }
    }
  });

  it("is that of the flow's Euler map where the input is zero", () => {
    const { net, x0 } = small(0.7, "tanh", 1);
    const free = drivenLyapunovExponent(net, Matrix.zeros(3000, 2), { x0, settle: 1000 });
    const flow = lyapunovExponent(echoStateFlow(net), x0, { method: "euler", dt: 0.1, settle: 1000, steps: 2000 });
    // the two add in another order
    assert.ok(Math.abs(free.exponent - flow.exponent) < 1e-9, `${free.exponent}, ${flow.exponent}`);
    assert.equal(free.windows.length, 40);
  });

  it("is positive for the paper's reservoir, and negative for the trained network on its task", () => {
    const recipe = shippedRecipes["tanh-g1.5-seed1"];
    const { network, testing, x0 } = prepareFlipFlop({ ...recipe, steps: 1 });
    const options = { x0, settle: 500 };
    const before = drivenLyapunovExponent(network, Matrix.zeros(2000, 3), options);
    const input = testing.input.subMatrix(0, 1999, 0, 2);
    const after = drivenLyapunovExponent(loadShipped("tanh-g1.5-seed1").network, input, options);
    // an independent check found +0.040, and −0.085 with 14 % of the windows expanding; 150 τ tell them to about that
    assert.ok(Math.abs(before.exponent - 0.04) < 0.02 && before.expandingShare > 0.8, `${before.exponent}`);
    assert.ok(Math.abs(after.exponent + 0.085) < 0.04 && after.expandingShare < 0.3, `${after.exponent}`);
  });

  it("reports its progress, and returns short when the state diverges", () => {
    const { net, input, x0 } = small(0.9, "tanh", 1200);
    const seen: number[][] = [];
    drivenLyapunovExponent(net, input, { x0, onProgress: (done, total) => seen.push([done, total]) });
    assert.deepEqual(seen, [[500, 1200], [1000, 1200], [1200, 1200]]); // biome-ignore format: pairs
    input.set(700, 0, 1e308);
    const wild = { ...net, B: net.B.clone().mul(1e10) };
    const lost = drivenLyapunovExponent(wild, input, { x0, settle: 100 });
    assert.deepEqual([lost.status, lost.windows.length], ["diverged", 12]);
  });

  it("names what is wrong", () => {
    const { net, input, x0 } = small(0.9, "tanh", 100);
    assertRejects(
      () => drivenLyapunovExponent(net, input, { x0 }),
      "drivenLyapunovExponent: input has 100 rows, expected at least settle + window = 1050",
    );
    assertRejects(
      () => drivenLyapunovExponent(net, Matrix.zeros(100, 3), { x0 }),
      "drivenLyapunovExponent: input is 100×3, expected any×2",
    );
  });
});
