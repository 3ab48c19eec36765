import * as doubleDouble from "../oracles/double-double";

type DoubleDouble = doubleDouble.DoubleDouble;
const { add, logistic, multiply, negate, tanh, twoProduct, twoSum } = doubleDouble;

/** The textbook loop behind the wasm of the extended residual, F = −x + W r(x) + d: what the bits are compared with. */
export function plainExtendedVelocity(
  activation: "tanh" | "logistic",
  W: Float64Array,
  drive: Float64Array,
  x: readonly DoubleDouble[],
): DoubleDouble[] {
  const rates = x.map(activation === "tanh" ? tanh : logistic);
  return x.map((xi, i) => {
    const row = W.subarray(i * x.length, (i + 1) * x.length);
    return add(add(plainExtendedDot(row, rates), negate(xi)), { high: drive[i], low: 0 });
  });
}

function plainExtendedDot(w: Float64Array, r: readonly DoubleDouble[]): DoubleDouble {
  const sums = [0, 0];
  const rests = [0, 0];
  const even = w.length & ~1;
  for (let j = 0; j < even; j++) {
    const p = twoProduct(w[j], r[j].high);
    const s = twoSum(sums[j & 1], p.high);
    sums[j & 1] = s.high;
    rests[j & 1] += s.low + (p.low + w[j] * r[j].low);
  }
  const sum = add(twoSum(sums[0], rests[0]), twoSum(sums[1], rests[1]));
  return even === w.length ? sum : add(sum, multiply({ high: w[even], low: 0 }, r[even]));
}
