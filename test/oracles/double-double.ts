/**
 * Double-double arithmetic: a number as an unevaluated sum of two doubles, high + low with |low| ≤ ½ ulp(high), good to
 * 106 bits or 32 digits. For where float64 cannot see any more: the residual of a fixed point.
 *
 * Sums and products of doubles are exact as pairs (Knuth; Dekker and Veltkamp, no fused multiply-add), the operations on
 * pairs are those analysed by Joldes, Muller & Popescu (2017). u = 2⁻⁵³, so u² = 1.2e-32:
 *
 *     add ≤ 3 u² + O(u³)     multiply ≤ 5 u²     divide, sqrt ≤ 10 u²     expm1, exp, tanh, logistic ≤ 2⁻¹⁰⁰, about 60 u²
 *
 * all relative, the last line measured, not proved. They hold while nothing leaves 1e-290 … 1e290; beyond, low parts
 * underflow or products overflow, which leaves about a double's digits, or nothing finite. Wasm
 * (lib/wasm/assembly/double-double.ts) do the same operations in the same order.
 */
import { checkRecord, reject } from "rnn-dynamics/dist/wasm/check";

/** high + low, with high the double nearest to the sum. */
export interface DoubleDouble {
  readonly high: number;
  readonly low: number;
}

/** 2²⁷ + 1: splits a double into two halves of 26 bits. */
const SPLIT = 134217729;
const LOG2_E = Math.LOG2E;
/** 1.5 · 2⁵²: adding and subtracting it rounds to the nearest integer. */
const ROUND = 6755399441055744;
/** ln 2 in three parts; the first two have 42 bits, so that their products with an exponent are exact. */
const LN2 = [0.6931471805598903, 5.49792301870721e-14, 1.1612227229362532e-26] as const;
/** 1/n! for n = 2 … 13, high and low. */
const INVERSE_FACTORIALS: readonly DoubleDouble[] = [
  { high: 0.5, low: 0 },
  { high: 0.16666666666666666, low: 9.25185853854297e-18 },
  { high: 0.041666666666666664, low: 2.3129646346357427e-18 },
  { high: 0.008333333333333333, low: 1.1564823173178714e-19 },
  { high: 0.001388888888888889, low: -5.300543954373577e-20 },
  { high: 0.0001984126984126984, low: 1.7209558293420705e-22 },
  { high: 2.48015873015873e-5, low: 2.1511947866775882e-23 },
  { high: 2.7557319223985893e-6, low: -1.858393274046472e-22 },
  { high: 2.755731922398589e-7, low: 2.3767714622250297e-23 },
  { high: 2.505210838544172e-8, low: -1.448814070935912e-24 },
  { high: 2.08767569878681e-9, low: -1.20734505911326e-25 },
  { high: 1.6059043836821613e-10, low: 1.2585294588752098e-26 },
];
/** The argument of the series is the rest of the reduction, divided by 2⁵ and so below 0.011: 13 terms suffice. */
const HALVINGS = 5;

function check(where: string, thing: string, value: DoubleDouble): void {
  checkRecord(where, thing, value, ["high", "low"]);
  if (typeof value.high !== "number" || typeof value.low !== "number") {
    reject(where, thing, value, "numbers { high, low }");
  }
}

/** a + b exactly (Knuth's two-sum). */
export function twoSum(a: number, b: number): DoubleDouble {
  const high = a + b;
  const part = high - a;
  return { high, low: a - (high - part) + (b - part) };
}

/** a + b exactly, for |a| ≥ |b| or a = 0. */
function quickTwoSum(a: number, b: number): DoubleDouble {
  const high = a + b;
  return { high, low: b - (high - a) };
}

/** a b exactly, as long as it neither overflows nor falls below 1e-290 (Dekker's product by Veltkamp's splitting). */
export function twoProduct(a: number, b: number): DoubleDouble {
  const high = a * b;
  const scaledA = SPLIT * a;
  const a1 = scaledA - (scaledA - a);
  const a2 = a - a1;
  const scaledB = SPLIT * b;
  const b1 = scaledB - (scaledB - b);
  const b2 = b - b1;
  return { high, low: a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2 };
}

/** a + b. */
export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  check("add", "a", a);
  check("add", "b", b);
  const s = twoSum(a.high, b.high);
  const t = twoSum(a.low, b.low);
  const c = quickTwoSum(s.high, s.low + t.high);
  return quickTwoSum(c.high, t.low + c.low);
}

/** −a. */
export function negate(a: DoubleDouble): DoubleDouble {
  check("negate", "a", a);
  return { high: -a.high, low: -a.low };
}

/** a b. */
export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  check("multiply", "a", a);
  check("multiply", "b", b);
  const p = twoProduct(a.high, b.high);
  return quickTwoSum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

/** a / b by long division, three quotients of doubles. */
export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  check("divide", "a", a);
  check("divide", "b", b);
  const first = a.high / b.high;
  let rest = add(a, multiply({ high: -first, low: 0 }, b));
  const second = rest.high / b.high;
  rest = add(rest, multiply({ high: -second, low: 0 }, b));
  const third = rest.high / b.high;
  return add(quickTwoSum(first, second), { high: third, low: 0 });
}

/** √a; NaN below zero. */
export function sqrt(a: DoubleDouble): DoubleDouble {
  check("sqrt", "a", a);
  const root = Math.sqrt(a.high);
  if (!(root > 0) || root === Number.POSITIVE_INFINITY) return { high: root, low: 0 };
  const rest = add(a, negate(twoProduct(root, root)));
  return add({ high: root, low: 0 }, divide(rest, { high: 2 * root, low: 0 }));
}

/** 2ᵏ and e^(y − k ln 2) − 1 for a finite y, k the nearest integer to y/ln 2. */
function reduced(y: DoubleDouble): { scale: number; rest: DoubleDouble } {
  const k = y.high * LOG2_E + ROUND - ROUND;
  let r = add(twoSum(y.high, -(k * LN2[0])), { high: y.low, low: 0 });
  r = add(r, { high: -(k * LN2[1]), low: 0 });
  r = add(r, { high: -(k * LN2[2]), low: 0 });
  r = { high: r.high / 2 ** HALVINGS, low: r.low / 2 ** HALVINGS };
  let sum = INVERSE_FACTORIALS[INVERSE_FACTORIALS.length - 1];
  for (let n = INVERSE_FACTORIALS.length - 2; n >= 0; n--) sum = add(multiply(sum, r), INVERSE_FACTORIALS[n]);
  let rest = add(multiply(multiply(sum, r), r), r); // r + r² (1/2! + r/3! + …): relative error kept for small r
  for (let i = 0; i < HALVINGS; i++) {
    // e²ʳ − 1 = (eʳ − 1)² + 2 (eʳ − 1)
    rest = add(multiply(rest, rest), { high: 2 * rest.high, low: 2 * rest.low });
  }
  return { scale: powerOfTwo(k), rest };
}

/** 2ᵏ for −1022 ≤ k ≤ 1023, exactly: repeated squaring of 2 or ½. */
function powerOfTwo(k: number): number {
  let result = 1;
  let square = k < 0 ? 0.5 : 2;
  for (let left = Math.abs(k); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    if (left > 1) square *= square;
  }
  return result;
}

/** The argument, kept within ± limit. */
function clamp(x: DoubleDouble, limit: number): DoubleDouble {
  if (x.high > limit) return { high: limit, low: 0 };
  return x.high < -limit ? { high: -limit, low: 0 } : x;
}

/** Beyond ±700 exponentials approach the ends of the range of doubles: arguments are taken for ±700. */
const EXP_LIMIT = 700;
/** 1 − tanh x is below 2⁻¹⁰⁸ beyond half of this. */
const TANH_LIMIT = 80;

/** eˣ − 1 without cancellation near 0; arguments beyond ±700 count as ±700. */
export function expm1(x: DoubleDouble): DoubleDouble {
  check("expm1", "x", x);
  const { scale, rest } = reduced(clamp(x, EXP_LIMIT));
  return add(twoSum(scale, -1), { high: scale * rest.high, low: scale * rest.low });
}

/** eˣ; arguments beyond ±700 count as ±700. */
export function exp(x: DoubleDouble): DoubleDouble {
  check("exp", "x", x);
  const { scale, rest } = reduced(clamp(x, EXP_LIMIT));
  const e = add({ high: 1, low: 0 }, rest);
  return { high: scale * e.high, low: scale * e.low };
}

/** tanh x = e/(e + 2) with e = e^(2|x|) − 1, given the sign of x. */
export function tanh(x: DoubleDouble): DoubleDouble {
  check("tanh", "x", x);
  const isNegative = x.high < 0;
  const twice = isNegative ? { high: -2 * x.high, low: -2 * x.low } : { high: 2 * x.high, low: 2 * x.low };
  const e = expm1(clamp(twice, TANH_LIMIT));
  const magnitude = divide(e, add(e, { high: 2, low: 0 }));
  return isNegative ? negate(magnitude) : magnitude;
}

/** Logistic function 1/(1 + e⁻ˣ), written as E/(1 + E) with E = eˣ for x < 0; arguments beyond ±700 count as ±700. */
export function logistic(x: DoubleDouble): DoubleDouble {
  check("logistic", "x", x);
  const isNegative = x.high < 0;
  const e = exp(isNegative ? x : negate(x));
  return divide(isNegative ? e : { high: 1, low: 0 }, add({ high: 1, low: 0 }, e));
}
