/**
 * Elementary functions of our own, so that the same seed gives the same bits on every machine.
 *
 * ECMAScript leaves the accuracy of Math.exp, Math.log and Math.tanh open, and engines differ in the last bits; in a
 * chaotic network such a bit grows into another trajectory. Only +, −, ×, ÷ and comparisons are used here, which IEEE 754
 * fixes to the bit. The SIMD functions (lib/wasm/assembly/elementary.ts) do the same operations in the same order.
 *
 * The common part of exp, expm1, tanh and logistic:
 *
 *     k = nearest integer to y / ln 2,   r = y − k ln 2,   |r| ≤ ½ ln 2
 *     eʳ − 1 = r + r² S(r),              S(r) = 1/2! + r/3! + … + r¹¹/13!
 *     eʸ = 2ᵏ eʳ
 *
 * ln 2 is split in two, so that k LN2_HIGH is exact for |k| < 2²⁰; what r loses in rounding is carried along as `c`.
 * Results are kept as a sum high + low until the last operation, which keeps the error near 1 ulp.
 */
import { checkFloats, reject } from "./check";
import { isResident, loadWasm, wasmArray } from "./memory";

const LOG2_E = Math.LOG2E;
const LN2_HIGH = 0.6931471803691238; // the upper 32 bits of ln 2
const LN2_LOW = 1.9082149292705877e-10; // ln 2 − LN2_HIGH
/** 1.5 · 2⁵²: adding and subtracting it rounds to the nearest integer, ties to even. */
const ROUND = 6755399441055744;

/** 2ᵏ for k = −1074 … 1023, at index k + 1074. Every entry is exact. */
const POWERS_BIAS = 1074;
const POWERS = powersOfTwo();

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2098);
  powers[POWERS_BIAS] = 1;
  for (let k = 1; k <= 1023; k++) powers[POWERS_BIAS + k] = powers[POWERS_BIAS + k - 1] * 2;
  for (let k = 1; k <= 1074; k++) powers[POWERS_BIAS - k] = powers[POWERS_BIAS - k + 1] / 2;
  return powers;
}

/** S(r) = Σ rⁱ/(i+2)!, i = 0 … 11, summed as a tree so that the operations can overlap. */
function series(r: number): number {
  const r2 = r * r;
  const r4 = r2 * r2;
  const a = 1 / 2 + r * (1 / 6) + r2 * (1 / 24 + r * (1 / 120));
  const b = 1 / 720 + r * (1 / 5040) + r2 * (1 / 40320 + r * (1 / 362880));
  const c = 1 / 3628800 + r * (1 / 39916800) + r2 * (1 / 479001600 + r * (1 / 6227020800));
  return a + r4 * (b + r4 * c);
}

/**
 * Exponential function, eˣ.
 *
 * @param x any number
 * @returns eˣ within 1 ulp; 0 below −745.2, Infinity above 709.8, NaN for NaN
 */
export function exp(x: number): number {
  const y = x > 710 ? 710 : x < -746 ? -746 : x;
  const k = y * LOG2_E + ROUND - ROUND;
  const high = y - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const c = high - r - low;
  const m = 1 + (r + (r * r * series(r) + c));
  // two factors, since 2ᵏ alone leaves the range of doubles at both ends; the first product is exact
  const half = k * 0.5 + ROUND - ROUND;
  return m * POWERS[half + POWERS_BIAS] * POWERS[k - half + POWERS_BIAS];
}

/**
 * eˣ − 1 without cancellation near 0.
 *
 * @param x any number
 * @returns eˣ − 1 within 1 ulp, with the sign of zero kept; NaN for NaN
 */
export function expm1(x: number): number {
  if (x > 700) return exp(x);
  const y = x < -50 ? -50 : x;
  const k = y * LOG2_E + ROUND - ROUND;
  const high = y - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const c = high - r - low;
  const scale = POWERS[k + POWERS_BIAS];
  const base = scale - 1;
  const step = scale * r;
  const sum = base + step;
  const e = sum + (step - (sum - base) + scale * (r * r * series(r) + c));
  return x === 0 ? x : e;
}

/**
 * Hyperbolic tangent, tanh x = e / (e + 2) with e = e^(2|x|) − 1, given the sign of x.
 *
 * @param x any number
 * @returns tanh x within 1.5 ulp; ±1 beyond |x| = 19.1, the sign of zero kept, NaN for NaN
 */
export function tanh(x: number): number {
  const twice = Math.abs(x) * 2;
  const y = twice > 44 ? 44 : twice;
  const k = y * LOG2_E + ROUND - ROUND;
  const high = y - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const c = high - r - low;
  const scale = POWERS[k + POWERS_BIAS];
  const base = scale - 1;
  const step = scale * r;
  const sum = base + step;
  const rest = step - (sum - base) + scale * (r * r * series(r) + c);
  const e = sum + rest;
  const eLow = rest - (e - sum);
  const d = e + 2;
  const back = d - e;
  const dLow = e - (d - back) + (2 - back) + eLow;
  const t = e / d;
  const magnitude = t + (eLow - t * dLow) / d;
  return x > 0 ? magnitude : x < 0 ? -magnitude : x;
}

/**
 * Logistic function, 1 / (1 + e⁻ˣ), written as E / (1 + E) with E = eˣ for x < 0.
 *
 * @param x any number
 * @returns the logistic function within 1.5 ulp, down to the smallest subnormal; NaN for NaN
 */
export function logistic(x: number): number {
  const size = Math.abs(x);
  const y = size > 746 ? -746 : -size;
  const k = y * LOG2_E + ROUND - ROUND;
  const high = y - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const c = high - r - low;
  const sum = 1 + r;
  const rest = r - (sum - 1) + (r * r * series(r) + c);
  const m = sum + rest;
  const half = k * 0.5 + ROUND - ROUND;
  const first = POWERS[half + POWERS_BIAS];
  const second = POWERS[k - half + POWERS_BIAS];
  const e = m * first * second;
  const eLow = (rest - (m - sum)) * first * second;
  const d = 1 + e;
  const dLow = e - (d - 1) + eLow;
  const n = x < 0 ? e : 1;
  const nLow = x < 0 ? eLow : 0;
  const t = n / d;
  return t + (nLow - t * dLow) / d;
}

const BITS = new Float64Array(1);
const WORDS = new Uint32Array(BITS.buffer);
BITS[0] = 1; // 0x3FF00000_00000000: tells where this machine keeps the upper word
const UPPER = WORDS[1] === 0x3ff00000 ? 1 : 0;

/**
 * Natural logarithm, from x = 2ᵏ m with √½ ≤ m < √2:
 *
 *     f = m − 1,  s = f / (2 + f),  ln m = 2 (s + s³/3 + s⁵/5 + …) = f − f²/2 + s (f²/2 + 2 s² (1/3 + s²/5 + …))
 *
 * @param x any number
 * @returns ln x within 1 ulp; −Infinity at ±0, NaN below 0 and for NaN
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const isTiny = x < 2.2250738585072014e-308;
  BITS[0] = isTiny ? x * 18014398509481984 : x; // × 2⁵⁴ makes a subnormal normal
  const upper = WORDS[UPPER];
  let k = (upper >>> 20) - 1023 - (isTiny ? 54 : 0);
  WORDS[UPPER] = (upper & 0xfffff) | 0x3ff00000;
  let m = BITS[0];
  if (m * 0.5 >= Math.SQRT1_2) {
    m *= 0.5;
    k += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const halfSquare = 0.5 * f * f;
  const correction = s * (halfSquare + logSeries(s * s));
  return k * LN2_HIGH - (halfSquare - (correction + k * LN2_LOW) - f);
}

/** 2z (1/3 + z/5 + z²/7 + … + z¹⁰/23) for 0 ≤ z ≤ 0.0295. */
function logSeries(z: number): number {
  const z2 = z * z;
  const z4 = z2 * z2;
  const a = 2 / 3 + z * (2 / 5) + z2 * (2 / 7 + z * (2 / 9));
  const b = 2 / 11 + z * (2 / 13) + z2 * (2 / 15 + z * (2 / 17));
  const c = 2 / 19 + z * (2 / 21) + z2 * (2 / 23);
  return z * (a + z4 * (b + z4 * c));
}

/** Below this length a call into wasm costs more than it saves. */
const SHORT = 16;
/** Components that go through wasm memory at a time, when the caller's arrays lie elsewhere. */
const CHUNK = 2048;
let chunk: Float64Array | undefined;

/**
 * Hyperbolic tangent of each component, the same bits as `tanh`. Writes into `out`, which may be `x` itself.
 *
 * @param x activations, (N)
 * @param out receives tanh xᵢ, (N)
 * @throws RangeError if the lengths differ
 */
export function tanhInto(x: Float64Array, out: Float64Array): void {
  checkFloats("tanhInto", "x", x);
  checkFloats("tanhInto", "out", out);
  if (x.length !== out.length) reject("tanhInto", "out", `has length ${out.length}`, `${x.length}`);
  if (x.length < SHORT) for (let i = 0; i < x.length; i++) out[i] = tanh(x[i]);
  else applyTo(loadWasm().tanhInto, x, out);
}

/**
 * Logistic function of each component, the same bits as `logistic`. Writes into `out`, which may be `x` itself.
 *
 * @param x activations, (N)
 * @param out receives 1 / (1 + exp(−xᵢ)), (N)
 * @throws RangeError if the lengths differ
 */
export function logisticInto(x: Float64Array, out: Float64Array): void {
  checkFloats("logisticInto", "x", x);
  checkFloats("logisticInto", "out", out);
  if (x.length !== out.length) reject("logisticInto", "out", `has length ${out.length}`, `${x.length}`);
  if (x.length < SHORT) for (let i = 0; i < x.length; i++) out[i] = logistic(x[i]);
  else applyTo(loadWasm().logisticInto, x, out);
}

function applyTo(apply: (x: number, out: number, n: number) => void, x: Float64Array, out: Float64Array): void {
  if (isResident(x) && isResident(out)) {
    apply(x.byteOffset, out.byteOffset, x.length);
    return;
  }
  chunk ??= wasmArray(CHUNK);
  for (let i = 0; i < x.length; i += CHUNK) {
    const n = Math.min(CHUNK, x.length - i);
    chunk.set(x.subarray(i, i + n));
    apply(chunk.byteOffset, chunk.byteOffset, n);
    out.set(chunk.subarray(0, n), i);
  }
}
