/**
 * exp, log, tanh and the logistic function of a double as quotients of big integers, right to some 60 decimal digits
 * more than a double holds, over the whole range of doubles.
 */

/** Fractional bits. The smallest double is 2⁻¹⁰⁷⁴, which leaves over 200 bits for its function values. */
const BITS = 1340n;
const ONE = 1n << BITS;

/** A positive or negative quotient of integers. */
export interface Quotient {
  readonly over: bigint;
  readonly under: bigint;
}

/** x = mantissa · 2^exponent, exactly. */
function parts(x: number): { mantissa: bigint; exponent: number } {
  const word = new BigUint64Array(Float64Array.of(Math.abs(x)).buffer)[0];
  const biased = Number(word >> 52n);
  const fraction = word & ((1n << 52n) - 1n);
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

function fixed(x: number): bigint {
  const { mantissa, exponent } = parts(x);
  return mantissa << (BITS + BigInt(exponent)); // 1340 − 1074 > 0: always exact
}

/** e^x for a fixed-point x ≥ 0: Taylor series of x / 2¹⁶, squared sixteen times. */
function fixedExp(x: bigint): bigint {
  let whole = 0n;
  let rest = x;
  while (rest > ONE) {
    rest -= ONE;
    whole += 1n;
  }
  const small = rest >> 16n;
  let term = ONE;
  let sum = ONE;
  for (let i = 1n; term > 0n; i++) {
    term = ((term * small) >> BITS) / i;
    sum += term;
  }
  for (let i = 0; i < 16; i++) sum = (sum * sum) >> BITS;
  return whole === 0n ? sum : (sum * power(E, whole)) >> BITS;
}

/** Fixed-point power of e by repeated squaring. */
function power(base: bigint, exponent: bigint): bigint {
  let result = ONE;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) >> BITS;
    square = (square * square) >> BITS;
  }
  return result;
}

const E = fixedExp(ONE - 1n); // short of e by 2⁻¹³⁴⁰ e, which does not matter

export function exactExp(x: number): Quotient {
  const e = fixedExp(fixed(Math.abs(x)));
  return x < 0 ? { over: ONE, under: e } : { over: e, under: ONE };
}

export function exactExpm1(x: number): Quotient {
  const { over, under } = exactExp(x);
  return { over: over - under, under };
}

export function exactTanh(x: number): Quotient {
  const e = fixedExp(2n * fixed(Math.abs(x)));
  return { over: x < 0 ? ONE - e : e - ONE, under: e + ONE };
}

export function exactLogistic(x: number): Quotient {
  const { over, under } = exactExp(x);
  return { over, under: over + under };
}

/** ln x from a double y close to it: y + 2 (x − eʸ)/(x + eʸ) is off by (ln x − y)³/12, far below any double. */
export function exactLog(x: number, y: number): Quotient {
  const { over, under } = exactExp(y);
  const scaled = fixed(x) * under;
  const e = over << BITS;
  const correction = (2n * (scaled - e) * ONE) / (scaled + e);
  return { over: fixed(y) + correction, under: ONE };
}

/** |value − exact| in units of the last place of value. */
export function ulpsOff(value: number, exact: Quotient): number {
  const { mantissa, exponent } = parts(value);
  const difference =
    exponent >= 0
      ? (mantissa << BigInt(exponent)) * exact.under - exact.over
      : mantissa * exact.under - (exact.over << BigInt(-exponent));
  const size = difference < 0n ? -difference : difference;
  const unit = exponent >= 0 ? exact.under << BigInt(exponent) : exact.under;
  return Number((size * 1000n) / unit) / 1000;
}
