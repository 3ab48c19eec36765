import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng, xoshiro128 } from "rnn-dynamics/dist/numbers/random";

const bitsOf = (x: number): string => new BigUint64Array(Float64Array.of(x).buffer)[0].toString(16).padStart(16, "0");

describe("random", () => {
  it("steps as the reference implementation of xoshiro128** 1.1 does", () => {
    // the first outputs of Blackman and Vigna's C code from the state 1, 2, 3, 4
    const next = xoshiro128(Int32Array.of(1, 2, 3, 4));
    const first = Array.from({ length: 10 }, next);
    assert.deepEqual(
      first,
      [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
    );
  });

  it("leaves the all-zero state, which would stay zero for ever", () => {
    const next = xoshiro128(new Int32Array(4));
    assert.ok(Array.from({ length: 20 }, next).some((draw) => draw !== 0));
  });

  it("gives normals of mean 0, variance 1, skewness 0 and kurtosis 3", () => {
    const rng = createRng(1);
    const n = 200_000;
    const moments = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = rng.normal();
      for (let k = 0; k < 4; k++) moments[k] += x ** (k + 1) / n;
    }
    // standard errors 1, √2, √15, √96 over √n; five of them
    const se = 5 / Math.sqrt(n);
    assert.ok(Math.abs(moments[0]) < se);
    assert.ok(Math.abs(moments[1] - 1) < Math.SQRT2 * se);
    assert.ok(Math.abs(moments[2]) < Math.sqrt(15) * se);
    assert.ok(Math.abs(moments[3] - 3) < Math.sqrt(96) * se);
  });

  it("gives normals whose distribution is the normal one (Kolmogorov and Smirnov)", () => {
    const rng = createRng("normals");
    const n = 20_000;
    const sorted = Float64Array.from({ length: n }, () => rng.normal(2, 3)).sort();
    let distance = 0;
    for (let i = 0; i < n; i++) {
      distance = Math.max(distance, Math.abs(normalDistribution((sorted[i] - 2) / 3) - (i + 0.5) / n));
    }
    // the chance that D exceeds 1.95/√n is 0.001
    assert.ok(distance < 1.95 / Math.sqrt(n), `D = ${distance}`);
  });

  it("gives uniforms that fill their interval evenly, ends kept", () => {
    const rng = createRng(2);
    const n = 100_000;
    const counts = new Array(20).fill(0);
    for (let i = 0; i < n; i++) {
      const x = rng.uniform(-1, 1);
      assert.ok(x >= -1 && x < 1);
      counts[Math.floor((x + 1) * 10)]++;
    }
    assert.ok(chiSquared(counts, n / 20) < 43.8, "beyond the 0.999 point of χ² with 19 degrees of freedom");
  });

  it("gives uniforms of 53 bits, down to the last one", () => {
    const rng = createRng(3);
    let odd = 0;
    for (let i = 0; i < 1000; i++) odd += (rng.uniform() * 2 ** 53) % 2;
    assert.ok(odd > 400 && odd < 600, `${odd} of 1000 have the last bit set`);
  });

  it("never reaches the upper end, even of an interval one float wide", () => {
    const rng = createRng(4);
    for (let i = 0; i < 200; i++) assert.equal(rng.uniform(1, 1 + Number.EPSILON), 1);
  });

  it("gives each integer below n equally often, also where n does not divide 2³²", () => {
    const rng = createRng(5);
    const counts = new Array(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[rng.integer(7)]++;
    assert.ok(chiSquared(counts, 10_000) < 22.5, "beyond the 0.999 point of χ² with 6 degrees of freedom");
    // without rejection the lower third of 0 … 3·2³⁰ − 1 would come up twice as often as the rest
    let low = 0;
    for (let i = 0; i < 30_000; i++) low += rng.integer(3 * 2 ** 30) < 2 ** 30 ? 1 : 0;
    assert.ok(Math.abs(low - 10_000) < 5 * Math.sqrt(30_000 * (1 / 3) * (2 / 3)), `${low} of 30 000`);
  });

  it("gives every permutation of four equally often", () => {
    const rng = createRng(6);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const key = rng.permutation(4).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    assert.equal(counts.size, 24);
    assert.ok(chiSquared([...counts.values()], 1000) < 49.7, "beyond the 0.999 point of χ² with 23 degrees of freedom");
  });

  it("splits into a stream that depends on the path alone, not on what was drawn", () => {
    const fresh = createRng(7).split("network");
    const used = createRng(7);
    for (let i = 0; i < 11; i++) used.normal();
    used.split("something else").uniform();
    assert.deepEqual(firstDraws(used.split("network")), firstDraws(fresh));
  });

  it("keeps the borders between the names of a path", () => {
    const a = firstDraws(createRng(7).split("ab").split("c"));
    const b = firstDraws(createRng(7).split("a").split("bc"));
    const c = firstDraws(createRng("7").split("ab").split("c"));
    assert.notDeepEqual(a, b);
    assert.notDeepEqual(a, c);
  });

  it("gives streams that are not correlated with one another", () => {
    const root = createRng(8);
    const n = 20_000;
    for (const [one, other] of [
      [root.split("a"), root.split("b")],
      [root, root.split("a")],
      [createRng(9), createRng(10)],
    ]) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += one.normal() * other.normal();
      assert.ok(Math.abs(sum / Math.sqrt(n)) < 4, `correlation ${sum / n}`);
    }
  });

  it("is one stream for an integer and the same bigint, and takes bigints of any size", () => {
    assert.deepEqual(firstDraws(createRng(1n)), firstDraws(createRng(1)));
    assert.deepEqual(firstDraws(createRng(-0)), firstDraws(createRng(0)));
    assert.notDeepEqual(firstDraws(createRng(2n ** 80n)), firstDraws(createRng(2n ** 80n + 1n)));
  });

  it("gives draws in range for any seed [property]", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer(), fc.string(), fc.bigInt()),
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 0, max: 50 }),
        (seed, n, length) => {
          const rng = createRng(seed);
          assert.ok(Number.isFinite(rng.normal()));
          const draw = rng.integer(n);
          assert.ok(Number.isSafeInteger(draw) && draw >= 0 && draw < n);
          assert.deepEqual(
            Array.from(rng.permutation(length).sort()),
            Array.from({ length }, (_, i) => i),
          );
        },
      ),
    );
  });

  it("ends with a number in range or a RangeError, whatever it is given [property]", () => {
    const nasty = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 5e-324, 1e308));
    fc.assert(
      fc.property(nasty, nasty, (a, b) => {
        const rng = createRng(11);
        rejectsOr(
          () => rng.uniform(a, b),
          (x) => x >= a && x < b,
        );
        rejectsOr(
          () => rng.integer(a),
          (x) => x >= 0 && x < a,
        );
        rejectsOr(
          () => createRng(a).uniform(),
          (x) => x >= 0 && x < 1,
        );
      }),
    );
  });

  it("keeps its bits: a golden record", () => {
    // Made by: node -e 'const r = require("rnn-dynamics").numbers.rng(1).split("golden"); console.log(r.uniform(), …)'.
    // The first three were also computed by an independent program in Python (hashlib, struct, math.log).
    const rng = createRng(1).split("golden");
    assert.deepEqual(
      [bitsOf(rng.uniform()), bitsOf(rng.normal()), bitsOf(rng.normal()), bitsOf(rng.normal(1, 0.5))],
      ["3fab15c81a412870", "3fe0a15531820b24", "bff119be7300a48d", "3ff6353e4c8aa774"],
    );
    assert.deepEqual(Array.from(rng.permutation(8)), [4, 3, 0, 6, 1, 2, 5, 7]);
    assert.equal(rng.integer(2 ** 40), 91163325533);
  });

  it("names what is wrong", () => {
    const rng = createRng(1);
    assert.throws(() => createRng(1.5), {
      name: "RangeError",
      message: "createRng: seed is 1.5, expected an integer, a bigint or a text",
    });
    assert.throws(() => rng.uniform(1, 1), { message: "uniform: high is 1, expected above low = 1" });
    assert.throws(() => rng.uniform(0, Number.NaN), { message: "uniform: high is NaN, expected a finite number" });
    assert.throws(() => rng.normal(0, -1), { message: "normal: sd is -1, expected a finite number, not negative" });
    assert.throws(() => rng.integer(0), { message: "integer: n is 0, expected an integer ≥ 1" });
    assert.throws(() => rng.permutation(2 ** 31), {
      message: "permutation: n is 2147483648, expected at most 2147483647",
    });
    assert.throws(() => rng.split(""), { message: "split: name is empty, expected a text, not empty" });
  });
});

function firstDraws(rng: ReturnType<typeof createRng>): number[] {
  return Array.from({ length: 5 }, () => rng.uniform());
}

function rejectsOr(draw: () => number, isRight: (x: number) => boolean): void {
  let value: number;
  try {
    value = draw();
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error));
    return;
  }
  assert.ok(isRight(value), `${value}`);
}

function chiSquared(counts: readonly number[], expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Φ(x) by Abramowitz and Stegun 26.2.17, good to 7.5e-8. */
function normalDistribution(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return x >= 0 ? 1 - upper : upper;
}
