import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { exp, expm1, log, logistic, logisticInto, tanh, tanhInto } from "rnn-dynamics/dist/wasm/elementary";
import { releaseWasmArray, wasmArray } from "rnn-dynamics/dist/wasm/memory";
import {
  exactExp,
  exactExpm1,
  exactLog,
  exactLogistic,
  exactTanh,
  type Quotient,
  ulpsOff,
} from "../helpers/exact-elementary";

/** Points that spread evenly over signs and powers of two, the same at every run. */
function spread(count: number, least: number, greatest: number): number[] {
  const points: number[] = [];
  const low = Math.log2(least);
  const high = Math.log2(greatest);
  for (let i = 0; i < count; i++) {
    // multiples of the golden ratio fill [0, 1] evenly
    const a = (i * 0.6180339887498949) % 1;
    const magnitude = Math.min(greatest, 2 ** (low + (high - low) * a));
    points.push(i % 2 ? -magnitude : magnitude);
  }
  return points;
}

function worst(
  points: number[],
  f: (x: number) => number,
  exact: (x: number, y: number) => Quotient,
): [number, number] {
  let most = 0;
  let where = 0;
  for (const x of points) {
    const y = f(x);
    const off = ulpsOff(y, exact(x, y));
    if (off > most) [most, where] = [off, x];
  }
  return [most, where];
}

const subnormals = [5e-324, -5e-324, 1e-320, -3.3e-310, 2.2250738585072009e-308, 2.2250738585072014e-308];
/** Where the reduction by ln 2 changes its integer. */
const seams = Array.from({ length: 41 }, (_, k) => (k - 20.5) * Math.LN2).flatMap((x) => [x, x / 2, x * (1 + 2e-16)]);

const cases: [string, number[], (x: number) => number, (x: number, y: number) => Quotient][] = [
  ["tanh", [...spread(3000, 1e-12, 30), ...spread(200, 5e-324, 1e-12), ...subnormals, ...seams], tanh, exactTanh],
  [
    "logistic",
    [...spread(3000, 1e-3, 745), ...spread(200, 5e-324, 1), ...subnormals, ...seams],
    logistic,
    exactLogistic,
  ],
  [
    "exp",
    [...spread(3000, 1e-3, 709), ...spread(200, 5e-324, 1), ...subnormals, ...seams, -745, -710, 709.78],
    exp,
    exactExp,
  ],
  ["expm1", [...spread(3000, 1e-12, 700), ...spread(200, 5e-324, 1), ...subnormals, ...seams], expm1, exactExpm1],
  [
    "log",
    [...spread(3000, 1e-3, 2), ...spread(500, 5e-324, 1.7e308), 1 - 1.2e-16, 1 + 2.3e-16, ...subnormals, ...seams]
      .map(Math.abs)
      .filter((x) => x !== 1),
    log,
    exactLog,
  ],
];

describe("elementary functions", () => {
  for (const [name, points, f, exact] of cases) {
    it(`${name} is within 1.5 ulp of the exact value, from subnormals to the largest arguments`, () => {
      const [ulps, x] = worst(points, f, exact);
      assert.ok(ulps <= 1.5, `${ulps} ulp at ${x}`);
    });
  }

  it("agrees with the exact reference only as well as it should: Math.tanh shifted by 3 ulp is caught", () => {
    const x = 0.7;
    assert.ok(ulpsOff(tanh(x) + 3 * 2 ** -53, exactTanh(x)) > 1.5);
  });

  it("takes the limits and special values exactly", () => {
    const table: [(x: number) => number, number, number][] = [
      [tanh, 0, 0],
      [tanh, -0, -0],
      [tanh, Infinity, 1],
      [tanh, -Infinity, -1],
      [tanh, 1e300, 1],
      [tanh, NaN, NaN],
      [logistic, 0, 0.5],
      [logistic, -0, 0.5],
      [logistic, Infinity, 1],
      [logistic, -Infinity, 0],
      [logistic, -800, 0],
      [logistic, NaN, NaN],
      [exp, 0, 1],
      [exp, -0, 1],
      [exp, 710, Infinity],
      [exp, Infinity, Infinity],
      [exp, -Infinity, 0],
      [exp, -746, 0],
      [exp, NaN, NaN],
      [expm1, 0, 0],
      [expm1, -0, -0],
      [expm1, -1e9, -1],
      [expm1, Infinity, Infinity],
      [expm1, -Infinity, -1],
      [expm1, NaN, NaN],
      [log, 1, 0],
      [log, 0, -Infinity],
      [log, -0, -Infinity],
      [log, -1, NaN],
      [log, -Infinity, NaN],
      [log, Infinity, Infinity],
      [log, NaN, NaN],
    ];
    for (const [f, x, expected] of table) {
      assert.ok(Object.is(f(x), expected), `${f.name}(${x}) is ${f(x)}, expected ${expected}`);
    }
  });

  it("tanh is odd and never leaves [−1, 1]; logistic(x) + logistic(−x) is 1", () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        assert.ok(Object.is(tanh(-x), -tanh(x)));
        if (Number.isNaN(x)) return;
        assert.ok(Math.abs(tanh(x)) <= 1);
        // both terms are right to 1.5 ulp of at most 1
        assert.ok(Math.abs(logistic(x) + logistic(-x) - 1) <= 4e-16);
      }),
    );
  });

  const vectors: [string, (x: Float64Array, out: Float64Array) => void, (x: number) => number][] = [
    ["tanhInto", tanhInto, tanh],
    ["logisticInto", logisticInto, logistic],
  ];
  for (const [name, into, scalar] of vectors) {
    it(`${name} gives the bits of ${scalar.name} for every length, in place or not, resident or not`, () => {
      const special = [NaN, Infinity, -Infinity, 0, -0, ...subnormals, ...seams, ...spread(300, 1e-20, 800)];
      for (const length of [1, 2, 3, 5, 15, 16, 17, 64, 129, 2047, 2048, 2049, 4097]) {
        const x = Float64Array.from({ length }, (_, i) => special[(i * 7 + length) % special.length]);
        const expected = x.map(scalar);
        const out = new Float64Array(length);
        into(x, out);
        assert.deepEqual(out, expected);
        const resident = wasmArray(length);
        resident.set(x);
        into(resident, resident);
        assert.deepEqual(resident.slice(), expected);
        releaseWasmArray(resident);
        into(x, x);
        assert.deepEqual(x, expected);
      }
    });

    it(`${name} rejects an output of another length`, () => {
      assert.throws(() => into(new Float64Array(3), new Float64Array(4)), {
        name: "RangeError",
        message: `${name}: out has length 4, expected 3`,
      });
    });
  }

  it("has the bits it has always had", () => {
    // made by: node node_modules/mocha/bin/mocha.js data/cache/build/test/wasm/elementary.test.js -g "always had",
    // which prints the digest. It must never change: the shipped networks would no longer retrain to their bits
    const grid = Float64Array.from({ length: 60001 }, (_, i) => (i - 30000) / 1024);
    const hash = createHash("sha256");
    for (const f of [tanh, logistic, exp, expm1]) hash.update(new Uint8Array(grid.map(f).buffer));
    hash.update(new Uint8Array(grid.map((x) => log(Math.abs(x) + 1 / 4096)).buffer));
    assert.equal(hash.digest("hex"), "11c84a06a13ed1172b2718514ae8f696bdde1fbb101653936c9aae2530d6aba8");
  });
});
