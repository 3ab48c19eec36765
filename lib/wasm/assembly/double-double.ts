/**
 * The residual of a flow of rates in double-double:  F = −x + W r(x) + d,  x = high + low.
 *
 * The operations on pairs are those of test/oracles/double-double.ts, where they are explained, in the same order; a
 * function leaves its result in `H` and `L`, as it can return but one number.
 */

let H: f64 = 0.0;
let L: f64 = 0.0;

// @ts-ignore: decorator
@inline const SPLIT = 134217729.0;
// @ts-ignore: decorator
@inline const LOG2_E = 1.4426950408889634;
// @ts-ignore: decorator
@inline const ROUND = 6755399441055744.0;
// @ts-ignore: decorator
@inline const SHRINK = 1.0 / 32.0;

// @ts-ignore: decorator
@inline
function twoSum(a: f64, b: f64): void {
  const high = a + b;
  const part = high - a;
  H = high;
  L = a - (high - part) + (b - part);
}

// @ts-ignore: decorator
@inline
function quickTwoSum(a: f64, b: f64): void {
  const high = a + b;
  H = high;
  L = b - (high - a);
}

// @ts-ignore: decorator
@inline
function twoProduct(a: f64, b: f64): void {
  const high = a * b;
  const scaledA = SPLIT * a;
  const a1 = scaledA - (scaledA - a);
  const a2 = a - a1;
  const scaledB = SPLIT * b;
  const b1 = scaledB - (scaledB - b);
  const b2 = b - b1;
  H = high;
  L = a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2;
}

function add(aHigh: f64, aLow: f64, bHigh: f64, bLow: f64): void {
  twoSum(aHigh, bHigh);
  const s = H, sLow = L;
  twoSum(aLow, bLow);
  const t = H, tLow = L;
  quickTwoSum(s, sLow + t);
  quickTwoSum(H, tLow + L);
}

function multiplyPairs(aHigh: f64, aLow: f64, bHigh: f64, bLow: f64): void {
  twoProduct(aHigh, bHigh);
  quickTwoSum(H, L + (aHigh * bLow + aLow * bHigh));
}

function divide(aHigh: f64, aLow: f64, bHigh: f64, bLow: f64): void {
  const first = aHigh / bHigh;
  multiplyPairs(-first, 0.0, bHigh, bLow);
  add(aHigh, aLow, H, L);
  const rest = H, restLow = L;
  const second = rest / bHigh;
  multiplyPairs(-second, 0.0, bHigh, bLow);
  add(rest, restLow, H, L);
  const third = H / bHigh;
  quickTwoSum(first, second);
  add(H, L, third, 0.0);
}

/** One step of Horner's rule:  (H, L) ← (H, L) r + c. */
// @ts-ignore: decorator
@inline
function horner(r: f64, rLow: f64, c: f64, cLow: f64): void {
  multiplyPairs(H, L, r, rLow);
  add(H, L, c, cLow);
}

/** Leaves e^(y − k ln 2) − 1 in H, L; returns 2ᵏ. */
function reduced(y: f64, yLow: f64): f64 {
  const k = y * LOG2_E + ROUND - ROUND;
  twoSum(y, -(k * 0.6931471805598903));
  add(H, L, yLow, 0.0);
  add(H, L, -(k * 5.49792301870721e-14), 0.0);
  add(H, L, -(k * 1.1612227229362532e-26), 0.0);
  const r = H * SHRINK, rLow = L * SHRINK;
  H = 1.6059043836821613e-10;
  L = 1.2585294588752098e-26;
  horner(r, rLow, 2.08767569878681e-9, -1.20734505911326e-25);
  horner(r, rLow, 2.505210838544172e-8, -1.448814070935912e-24);
  horner(r, rLow, 2.755731922398589e-7, 2.3767714622250297e-23);
  horner(r, rLow, 2.7557319223985893e-6, -1.858393274046472e-22);
  horner(r, rLow, 2.48015873015873e-5, 2.1511947866775882e-23);
  horner(r, rLow, 0.0001984126984126984, 1.7209558293420705e-22);
  horner(r, rLow, 0.001388888888888889, -5.300543954373577e-20);
  horner(r, rLow, 0.008333333333333333, 1.1564823173178714e-19);
  horner(r, rLow, 0.041666666666666664, 2.3129646346357427e-18);
  horner(r, rLow, 0.16666666666666666, 9.25185853854297e-18);
  horner(r, rLow, 0.5, 0.0);
  multiplyPairs(H, L, r, rLow);
  horner(r, rLow, r, rLow);
  for (let i = 0; i < 5; i++) {
    const e = H, eLow = L;
    multiplyPairs(e, eLow, e, eLow);
    add(H, L, 2.0 * e, 2.0 * eLow);
  }
  return reinterpret<f64>((<i64>k + 1023) << 52);
}

/** tanh of a pair, into H and L. */
export function tanhPair(x: f64, xLow: f64): void {
  const isNegative = x < 0.0;
  let y = isNegative ? -2.0 * x : 2.0 * x;
  let yLow = isNegative ? -2.0 * xLow : 2.0 * xLow;
  if (y > 80.0) {
    y = 80.0;
    yLow = 0.0;
  }
  const scale = reduced(y, yLow);
  const rest = H, restLow = L;
  twoSum(scale, -1.0);
  add(H, L, scale * rest, scale * restLow);
  const e = H, eLow = L;
  add(e, eLow, 2.0, 0.0);
  divide(e, eLow, H, L);
  if (isNegative) {
    H = -H;
    L = -L;
  }
}

/** Logistic function of a pair, into H and L. */
export function logisticPair(x: f64, xLow: f64): void {
  const isNegative = x < 0.0;
  let y = isNegative ? x : -x;
  let yLow = isNegative ? xLow : -xLow;
  if (y < -700.0) {
    y = -700.0;
    yLow = 0.0;
  }
  const scale = reduced(y, yLow);
  add(1.0, 0.0, H, L);
  const e = scale * H, eLow = scale * L;
  add(1.0, 0.0, e, eLow);
  if (isNegative) divide(e, eLow, H, L);
  else divide(1.0, 0.0, H, L);
}

/**
 * Rates of n pairs, and the two halves of each high part, as the products need them: `r` is room for 4n numbers and
 * receives high parts, low parts, upper halves, lower halves.
 */
export function extendedRates(x: usize, xLow: usize, r: usize, n: i32, isLogistic: bool): void {
  const bytes = <usize>n << 3;
  for (let o: usize = 0; o < bytes; o += 8) {
    if (isLogistic) logisticPair(load<f64>(x + o), load<f64>(xLow + o));
    else tanhPair(load<f64>(x + o), load<f64>(xLow + o));
    const scaled = SPLIT * H;
    const upper = scaled - (scaled - H);
    const p = r + o;
    store<f64>(p, H);
    store<f64>(p + bytes, L);
    store<f64>(p + (bytes << 1), upper);
    store<f64>(p + (bytes << 1) + bytes, H - upper);
  }
}

/**
 * Σ wⱼ rⱼ into H and L: every product and every sum of high parts is exact, what they leave is summed apart. Even columns
 * in one lane and odd ones in the other, an odd last one on its own.
 */
export function extendedDot(w: usize, r: usize, n: i32): void {
  const bytes = <usize>n << 3;
  const end = (<usize>n & ~1) << 3;
  const split = f64x2.splat(SPLIT);
  const low = r + bytes, upper = low + bytes, lower = upper + bytes;
  let s = f64x2.splat(0.0), rest = s;
  for (let o: usize = 0; o < end; o += 16) {
    const a = v128.load(w + o), b = v128.load(r + o);
    const p = f64x2.mul(a, b);
    const scaled = f64x2.mul(split, a);
    const a1 = f64x2.sub(scaled, f64x2.sub(scaled, a));
    const a2 = f64x2.sub(a, a1);
    const b1 = v128.load(upper + o), b2 = v128.load(lower + o);
    const e = f64x2.add(
      f64x2.add(f64x2.add(f64x2.sub(f64x2.mul(a1, b1), p), f64x2.mul(a1, b2)), f64x2.mul(a2, b1)),
      f64x2.mul(a2, b2),
    );
    const sum = f64x2.add(s, p);
    const part = f64x2.sub(sum, s);
    const t = f64x2.add(f64x2.sub(s, f64x2.sub(sum, part)), f64x2.sub(p, part));
    s = sum;
    rest = f64x2.add(rest, f64x2.add(t, f64x2.add(e, f64x2.mul(a, v128.load(low + o)))));
  }
  twoSum(f64x2.extract_lane(s, 0), f64x2.extract_lane(rest, 0));
  const even = H, evenLow = L;
  twoSum(f64x2.extract_lane(s, 1), f64x2.extract_lane(rest, 1));
  add(even, evenLow, H, L);
  if (n & 1) {
    const total = H, totalLow = L;
    multiplyPairs(load<f64>(w + end), 0.0, load<f64>(r + end), load<f64>(low + end));
    add(total, totalLow, H, L);
  }
}

/** out + outLow = F(x + xLow), (n); W is n × n without padding, `r` from `extendedRates`. */
export function extendedVelocity(
  W: usize, r: usize, x: usize, xLow: usize, drive: usize, out: usize, outLow: usize, n: i32,
): void {
  const bytes = <usize>n << 3;
  for (let o: usize = 0; o < bytes; o += 8) {
    extendedDot(W, r, n);
    add(H, L, -load<f64>(x + o), -load<f64>(xLow + o));
    add(H, L, load<f64>(drive + o), 0.0);
    store<f64>(out + o, H);
    store<f64>(outLow + o, L);
    W += bytes;
  }
}
