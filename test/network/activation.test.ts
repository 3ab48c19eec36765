import assert from "node:assert/strict";
import { type ActivationName, activation } from "rnn-dynamics/dist/network/rate-flow";

const names: ActivationName[] = ["tanh", "logistic"];
const grid = Float64Array.from({ length: 2001 }, (_, i) => (i - 1000) / 100);

function ratesOf(name: ActivationName, x: Float64Array): Float64Array {
  const r = new Float64Array(x.length);
  activation(name).rateInto(x, r);
  return r;
}

describe("activation", () => {
  it("gives tanh x and 1 / (1 + e⁻ˣ) [J15 eq. 19]", () => {
    const tanh = ratesOf("tanh", grid);
    const logistic = ratesOf("logistic", grid);
    grid.forEach((x, i) => {
      // Math.* is good to an ulp or two, ours as well
      assert.ok(Math.abs(tanh[i] - Math.tanh(x)) <= 1e-15);
      assert.ok(Math.abs(logistic[i] - 1 / (1 + Math.exp(-x))) <= 1e-15);
    });
  });

  for (const name of names) {
    const { slope, curvature, maxSlope, maxCurvature } = activation(name);

    it(`${name}: slope and curvature match finite differences of the rate`, () => {
      const h = 1e-4;
      for (const x of [-3.1, -1.2, -0.4, 0.3, 0.9, 2.2]) {
        const [below, at, above] = ratesOf(name, Float64Array.of(x - h, x, x + h));
        // h²/6 r‴ and h²/12 r⁗ are below 1e-8; rounding in the second difference is 1e-16/h² = 1e-8
        assert.ok(Math.abs(slope(at) - (above - below) / (2 * h)) < 1e-8);
        assert.ok(Math.abs(curvature(at) - (above - 2 * at + below) / (h * h)) < 1e-7);
      }
    });

    it(`${name}: the largest slope and curvature are reached, and never passed`, () => {
      const rates = Array.from(ratesOf(name, grid));
      const steepest = Math.max(...rates.map(slope));
      const sharpest = Math.max(...rates.map((r) => Math.abs(curvature(r))));
      // the grid of 0.01 comes within (0.005)² of either maximum
      assert.ok(steepest <= maxSlope && steepest > maxSlope * (1 - 1e-4));
      assert.ok(sharpest <= maxCurvature && sharpest > maxCurvature * (1 - 1e-4));
    });
  }

  it("is odd for tanh, to the last bit, and not for the logistic function", () => {
    const plus = ratesOf("tanh", grid);
    const minus = ratesOf(
      "tanh",
      grid.map((x) => -x),
    );
    plus.forEach((r, i) => {
      assert.equal(minus[i], -r === 0 ? minus[i] : -r);
    });
    assert.equal(activation("tanh").isOdd, true);
    assert.equal(activation("logistic").isOdd, false);
  });

  it("keeps the digits of a slope near saturation, where 1 − r² loses them", () => {
    const [r] = ratesOf("tanh", Float64Array.of(8));
    const exact = 4 * Math.exp(-16) * (1 - 2 * Math.exp(-16));
    // r itself is rounded to 1e-16 of 1, which is 1e-9 of 1 − r
    assert.ok(Math.abs(activation("tanh").slope(r) / exact - 1) < 1e-8);
  });

  it("names what is wrong", () => {
    assert.throws(() => activation("relu" as ActivationName), {
      name: "RangeError",
      message: 'activation: name is "relu", expected "tanh" or "logistic"',
    });
    assert.throws(() => activation(undefined as unknown as ActivationName), {
      message: 'activation: name is undefined, expected "tanh" or "logistic"',
    });
  });
});
