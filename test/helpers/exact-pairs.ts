/** Pairs of doubles as quotients of big integers, and what a computed pair lacks to an exact value. */
import type * as doubleDouble from "../oracles/double-double";

type DoubleDouble = doubleDouble.DoubleDouble;

/** Fractional bits: 400, or 120 decimal digits. Numbers below 1e-100 lose digits, which these tests do not look at. */
export const BITS = 400n;
export const ONE = 1n << BITS;

/** A double, rounded to the 400 bits. */
export function fixed(x: number): bigint {
  const word = new BigUint64Array(Float64Array.of(Math.abs(x)).buffer)[0];
  const biased = Number(word >> 52n);
  const fraction = word & ((1n << 52n) - 1n);
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const shift = BITS + BigInt(Math.max(biased, 1) - 1075);
  const size = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return x < 0 ? -size : size;
}

export const fixedPair = ({ high, low }: DoubleDouble): bigint => fixed(high) + fixed(low);

export const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;
export const over = (a: bigint, b: bigint): bigint => (a << BITS) / b;

/** eˣ by the Taylor series of x / 2⁶⁴, squared 64 times with 200 bits to spare. */
export function exactExp(x: bigint): bigint {
  const spare = 200n;
  const one = ONE << spare;
  const small = (x << spare) >> 64n;
  let term = one;
  let sum = one;
  for (let i = 1n; term !== 0n && term !== -1n; i++) {
    term = ((term * small) >> (BITS + spare)) / i;
    sum += term;
  }
  for (let i = 0; i < 64; i++) sum = (sum * sum) >> (BITS + spare);
  return sum >> spare;
}

export function exactTanh(x: bigint): bigint {
  const size = x < 0n ? -x : x;
  const e = exactExp(-2n * size);
  const magnitude = over(ONE - e, ONE + e);
  return x < 0n ? -magnitude : magnitude;
}

export function exactLogistic(x: bigint): bigint {
  const e = exactExp(x < 0n ? x : -x);
  return x < 0n ? over(e, ONE + e) : over(ONE, ONE + e);
}

/** A fixed-point number as a double, to about 15 digits. */
export function toNumber(x: bigint): number {
  const size = x < 0n ? -x : x;
  const drop = BigInt(Math.max(0, size.toString(2).length - 60));
  const value = Number(size >> drop) * 2 ** Number(drop - BITS);
  return x < 0n ? -value : value;
}

/** |computed − exact| / |exact|. */
export function relativeError(computed: DoubleDouble, exact: bigint): number {
  const difference = fixedPair(computed) - exact;
  return difference === 0n ? 0 : Math.abs(toNumber(difference) / toNumber(exact));
}
