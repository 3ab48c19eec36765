/**
 * tanh and the logistic function, two at a time. The same operations in the same order as lib/wasm/elementary.ts,
 * where the method is explained; a test compares the bits.
 */

// @ts-ignore: decorator
@inline const LOG2_E = 1.4426950408889634;
// @ts-ignore: decorator
@inline const LN2_HIGH = 0.6931471803691238;
// @ts-ignore: decorator
@inline const LN2_LOW = 1.9082149292705877e-10;
// @ts-ignore: decorator
@inline const ROUND = 6755399441055744.0;

// @ts-ignore: decorator
@inline
function series(r: v128, r2: v128): v128 {
  const r4 = f64x2.mul(r2, r2);
  const a = f64x2.add(
    f64x2.add(f64x2.splat(1.0 / 2.0), f64x2.mul(r, f64x2.splat(1.0 / 6.0))),
    f64x2.mul(r2, f64x2.add(f64x2.splat(1.0 / 24.0), f64x2.mul(r, f64x2.splat(1.0 / 120.0)))),
  );
  const b = f64x2.add(
    f64x2.add(f64x2.splat(1.0 / 720.0), f64x2.mul(r, f64x2.splat(1.0 / 5040.0))),
    f64x2.mul(r2, f64x2.add(f64x2.splat(1.0 / 40320.0), f64x2.mul(r, f64x2.splat(1.0 / 362880.0)))),
  );
  const c = f64x2.add(
    f64x2.add(f64x2.splat(1.0 / 3628800.0), f64x2.mul(r, f64x2.splat(1.0 / 39916800.0))),
    f64x2.mul(r2, f64x2.add(f64x2.splat(1.0 / 479001600.0), f64x2.mul(r, f64x2.splat(1.0 / 6227020800.0)))),
  );
  return f64x2.add(a, f64x2.mul(r4, f64x2.add(b, f64x2.mul(r4, c))));
}

/** 2ᵏ for integers −1022 ≤ k ≤ 1023: adding ROUND leaves k + 1023 in the low bits, the shift makes it the exponent. */
// @ts-ignore: decorator
@inline
function powerOfTwo(k: v128): v128 {
  return i64x2.shl(f64x2.add(k, f64x2.splat(ROUND + 1023.0)), 52);
}

// @ts-ignore: decorator
@inline
function tanh2(x: v128): v128 {
  const twice = f64x2.mul(f64x2.abs(x), f64x2.splat(2.0));
  const y = f64x2.pmin(twice, f64x2.splat(44.0)); // keeps NaN: pmin(a, b) is b < a ? b : a
  const k = f64x2.sub(f64x2.add(f64x2.mul(y, f64x2.splat(LOG2_E)), f64x2.splat(ROUND)), f64x2.splat(ROUND));
  const high = f64x2.sub(y, f64x2.mul(k, f64x2.splat(LN2_HIGH)));
  const low = f64x2.mul(k, f64x2.splat(LN2_LOW));
  const r = f64x2.sub(high, low);
  const c = f64x2.sub(f64x2.sub(high, r), low);
  const r2 = f64x2.mul(r, r);
  const scale = powerOfTwo(k);
  const base = f64x2.sub(scale, f64x2.splat(1.0));
  const step = f64x2.mul(scale, r);
  const sum = f64x2.add(base, step);
  const rest = f64x2.add(
    f64x2.sub(step, f64x2.sub(sum, base)),
    f64x2.mul(scale, f64x2.add(f64x2.mul(r2, series(r, r2)), c)),
  );
  const e = f64x2.add(sum, rest);
  const eLow = f64x2.sub(rest, f64x2.sub(e, sum));
  const d = f64x2.add(e, f64x2.splat(2.0));
  const back = f64x2.sub(d, e);
  const dLow = f64x2.add(
    f64x2.add(f64x2.sub(e, f64x2.sub(d, back)), f64x2.sub(f64x2.splat(2.0), back)),
    eLow,
  );
  const t = f64x2.div(e, d);
  const magnitude = f64x2.add(t, f64x2.div(f64x2.sub(eLow, f64x2.mul(t, dLow)), d));
  return v128.or(magnitude, v128.and(x, f64x2.splat(-0.0)));
}

// @ts-ignore: decorator
@inline
function logistic2(x: v128): v128 {
  const y = f64x2.neg(f64x2.pmin(f64x2.abs(x), f64x2.splat(746.0)));
  const k = f64x2.sub(f64x2.add(f64x2.mul(y, f64x2.splat(LOG2_E)), f64x2.splat(ROUND)), f64x2.splat(ROUND));
  const high = f64x2.sub(y, f64x2.mul(k, f64x2.splat(LN2_HIGH)));
  const low = f64x2.mul(k, f64x2.splat(LN2_LOW));
  const r = f64x2.sub(high, low);
  const c = f64x2.sub(f64x2.sub(high, r), low);
  const r2 = f64x2.mul(r, r);
  const one = f64x2.splat(1.0);
  const sum = f64x2.add(one, r);
  const rest = f64x2.add(f64x2.sub(r, f64x2.sub(sum, one)), f64x2.add(f64x2.mul(r2, series(r, r2)), c));
  const m = f64x2.add(sum, rest);
  const half = f64x2.sub(f64x2.add(f64x2.mul(k, f64x2.splat(0.5)), f64x2.splat(ROUND)), f64x2.splat(ROUND));
  const first = powerOfTwo(half);
  const second = powerOfTwo(f64x2.sub(k, half));
  const e = f64x2.mul(f64x2.mul(m, first), second);
  const eLow = f64x2.mul(f64x2.mul(f64x2.sub(rest, f64x2.sub(m, sum)), first), second);
  const d = f64x2.add(one, e);
  const dLow = f64x2.add(f64x2.sub(e, f64x2.sub(d, one)), eLow);
  const isNegative = f64x2.lt(x, f64x2.splat(0.0));
  const n = v128.bitselect(e, one, isNegative);
  const nLow = v128.and(eLow, isNegative);
  const t = f64x2.div(n, d);
  return f64x2.add(t, f64x2.div(f64x2.sub(nLow, f64x2.mul(t, dLow)), d));
}

/** out = tanh x, (n). `out` may be `x`. */
export function tanhInto(x: usize, out: usize, n: i32): void {
  const end = (<usize>n & ~1) << 3;
  for (let o: usize = 0; o < end; o += 16) v128.store(out + o, tanh2(v128.load(x + o)));
  if (n & 1) v128.store64_lane(out + end, tanh2(v128.load64_zero(x + end)), 0);
}

/** out = 1 / (1 + exp(−x)), (n). `out` may be `x`. */
export function logisticInto(x: usize, out: usize, n: i32): void {
  const end = (<usize>n & ~1) << 3;
  for (let o: usize = 0; o < end; o += 16) v128.store(out + o, logistic2(v128.load(x + o)));
  if (n & 1) v128.store64_lane(out + end, logistic2(v128.load64_zero(x + end)), 0);
}
