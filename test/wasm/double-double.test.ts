import assert from "node:assert/strict";
import fc from "fast-check";
import {
  exactExp,
  exactLogistic,
  exactTanh,
  fixed,
  fixedPair,
  ONE,
  over,
  relativeError,
  times,
} from "../helpers/exact-pairs";
import * as doubleDouble from "../oracles/double-double";

const { add, divide, exp, expm1, logistic, multiply, negate, sqrt, tanh, twoProduct, twoSum } = doubleDouble;
type DoubleDouble = doubleDouble.DoubleDouble;

/** u² with u = 2⁻⁵³, the unit of a pair. */
const unit = 2 ** -106;

/** Doubles of sizes 2⁻³⁰ … 2³⁰, whose products and quotients stay within the 400 bits of the oracle. */
const double = fc
  .tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -30, max: 30 }), fc.boolean())
  .map(([m, e, isNegative]) => (isNegative ? -1 : 1) * m * 2 ** e);
const pair = fc
  .tuple(double, fc.double({ min: -1, max: 1, noNaN: true }))
  .map(([high, part]) => twoSum(high, high * part * 2 ** -54));
const between = (least: number, most: number) =>
  fc
    .tuple(fc.double({ min: least, max: most, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }))
    .map(([high, part]) => twoSum(high, high * part * 2 ** -54));

/** Largest relative error over many random arguments. */
function worst(
  arbitrary: fc.Arbitrary<DoubleDouble>,
  f: (x: DoubleDouble) => DoubleDouble,
  exact: (x: bigint) => bigint,
) {
  let largest = 0;
  fc.assert(
    fc.property(arbitrary, (x) => {
      const value = f(x);
      assert.equal(value.high + value.low, value.high, "the high part is the nearest double");
      largest = Math.max(largest, relativeError(value, exact(fixedPair(x))));
    }),
    { numRuns: 400 },
  );
  return largest;
}

describe("double-double", () => {
  it("adds and multiplies doubles without error", () => {
    fc.assert(
      fc.property(double, double, (a, b) => {
        assert.equal(fixedPair(twoSum(a, b)), fixed(a) + fixed(b));
        assert.equal(fixedPair(twoProduct(a, b)), times(fixed(a), fixed(b)));
      }),
      { numRuns: 1000 },
    );
  });

  it("adds, multiplies, divides and takes roots of pairs to the bounds of the literature", () => {
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const [x, y] = [fixedPair(a), fixedPair(b)];
        if (x + y !== 0n) assert.ok(relativeError(add(a, b), x + y) <= 3.01 * unit);
        assert.ok(relativeError(multiply(a, b), times(x, y)) <= 5.01 * unit);
        assert.ok(relativeError(divide(a, b), over(x, y)) <= 10 * unit);
        const root = sqrt(a.high < 0 ? negate(a) : a);
        const square = x < 0n ? -x : x;
        // twice the error of a root is the error of its square
        const off = times(fixedPair(root), fixedPair(root)) - square;
        assert.ok(Math.abs(Number((off * (1n << 120n)) / square)) <= 20 * unit * 2 ** 120);
      }),
      { numRuns: 1000 },
    );
  });

  it("adds pairs that all but cancel", () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: -8, max: 8 }), (a, steps) => {
        const b = twoSum(-a.high, -a.low + steps * a.high * 2 ** -104);
        const sum = fixedPair(a) + fixedPair(b);
        if (sum === 0n) assert.equal(fixedPair(add(a, b)), 0n);
        else assert.ok(relativeError(add(a, b), sum) <= 3.01 * unit);
      }),
    );
  });

  it("has e, √2 and tanh 1 to 32 digits", () => {
    const digits = (text: string): bigint => (BigInt(text.replace(".", "")) * ONE) / 10n ** BigInt(text.length - 2);
    const e = digits("2.7182818284590452353602874713526624977572470937");
    const root = digits("1.4142135623730950488016887242096980785696718754");
    const tanh1 = digits("0.7615941559557648881194582826047935904127685972");
    const one = { high: 1, low: 0 };
    assert.ok(relativeError(exp(one), e) < 1e-29 && exp(one).high === Math.E);
    assert.ok(relativeError(sqrt({ high: 2, low: 0 }), root) < 1e-31);
    assert.ok(relativeError(tanh(one), tanh1) < 1e-29);
  });

  it("has exp, expm1, tanh and the logistic function to 2⁻¹⁰⁰ against big integers [property]", () => {
    const claimed = 2 ** -100;
    const ranges: [number, number][] = [
      [-1e-9, 1e-9],
      [-0.1, 0.1],
      [-2, 2],
      [-30, 30],
    ];
    for (const [least, most] of ranges) {
      const x = between(least, most);
      const found = {
        exp: worst(x, exp, exactExp),
        expm1: worst(x, expm1, (y) => exactExp(y) - ONE),
        tanh: worst(x, tanh, exactTanh),
        logistic: worst(x, logistic, exactLogistic),
      };
      for (const [name, error] of Object.entries(found)) {
        assert.ok(error <= claimed, `${name} on [${least}, ${most}]: 2^${Math.log2(error)}`);
      }
    }
  });

  it("keeps what the functions have by themselves: symmetry, limits, the value at 0", () => {
    for (const high of [1e-200, 1e-9, 0.3, 5, 39, 41, 1e5, 1e300]) {
      const x = { high, low: 0 };
      assert.deepEqual(tanh(negate(x)), negate(tanh(x)));
    }
    const zero = { high: 0, low: 0 };
    assert.deepEqual(
      [exp(zero), logistic(zero)],
      [
        { high: 1, low: 0 },
        { high: 0.5, low: 0 },
      ],
    );
    assert.equal(tanh(zero).high, 0);
    assert.equal(expm1(zero).high, 0);
    assert.equal(tanh({ high: 1e5, low: 0 }).high, 1);
    assert.ok(logistic({ high: -1e5, low: 0 }).high < 1e-303 && logistic({ high: 1e5, low: 0 }).high === 1);
    // r(x) + r(−x) = 1
    const sum = add(logistic({ high: 0.7, low: 0 }), logistic({ high: -0.7, low: 0 }));
    assert.ok(Math.abs(sum.high - 1 + sum.low) < 1e-29);
    assert.ok(Number.isNaN(sqrt({ high: -1, low: 0 }).high) && sqrt(zero).high === 0);
    assert.ok(Number.isNaN(tanh({ high: Number.NaN, low: 0 }).high));
  });

  it("says what is wrong with its arguments", () => {
    const bad = 3 as unknown as DoubleDouble;
    for (const [name, call] of Object.entries({ negate, sqrt, exp, expm1, tanh, logistic })) {
      assert.throws(() => call(bad), { name: "RangeError", message: new RegExp(`^${name}: `) });
    }
    for (const [name, call] of Object.entries({ add, multiply, divide })) {
      assert.throws(() => call({ high: 1, low: 0 }, { high: "1" } as unknown as DoubleDouble), {
        name: "RangeError",
        message: new RegExp(`^${name}: b`),
      });
    }
  });
});
