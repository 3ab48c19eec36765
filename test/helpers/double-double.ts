/** Complex numbers of about 32 digits, as pairs of unevaluated sums of two doubles: a reference for tests. */

/** A sum high + low with |low| ≤ half a unit in the last place of high. */
export type Double = readonly [high: number, low: number];
export type Complex = readonly [re: Double, im: Double];

function quickSum(a: number, b: number): Double {
  const s = a + b;
  return [s, b - (s - a)];
}

function twoSum(a: number, b: number): Double {
  const s = a + b;
  const t = s - a;
  return [s, a - (s - t) + (b - t)];
}

/** a b exactly (Dekker). */
function twoProduct(a: number, b: number): Double {
  const p = a * b;
  const [ah, al] = split(a);
  const [bh, bl] = split(b);
  return [p, ah * bh - p + ah * bl + al * bh + al * bl];
}

function split(a: number): Double {
  const t = 134217729 * a; // 2²⁷ + 1
  const high = t - (t - a);
  return [high, a - high];
}

function add(a: Double, b: Double): Double {
  const [s, e] = twoSum(a[0], b[0]);
  return quickSum(s, e + a[1] + b[1]);
}

function multiply(a: Double, b: Double): Double {
  const [p, e] = twoProduct(a[0], b[0]);
  return quickSum(p, e + a[0] * b[1] + a[1] * b[0]);
}

const negative = (a: Double): Double => [-a[0], -a[1]];

function divide(a: Double, b: Double): Double {
  let quotient: Double = [a[0] / b[0], 0];
  for (let k = 0; k < 2; k++) {
    const rest = add(a, negative(multiply(quotient, b)));
    quotient = add(quotient, [rest[0] / b[0], 0]);
  }
  return quotient;
}

export const complex = (re: number, im = 0): Complex => [
  [re, 0],
  [im, 0],
];
export const plus = (a: Complex, b: Complex): Complex => [add(a[0], b[0]), add(a[1], b[1])];
export const minus = (a: Complex, b: Complex): Complex => [add(a[0], negative(b[0])), add(a[1], negative(b[1]))];
export const times = (a: Complex, b: Complex): Complex => [
  add(multiply(a[0], b[0]), negative(multiply(a[1], b[1]))),
  add(multiply(a[0], b[1]), multiply(a[1], b[0])),
];

export function over(a: Complex, b: Complex): Complex {
  const square = add(multiply(b[0], b[0]), multiply(b[1], b[1]));
  const [re, im] = times(a, [b[0], negative(b[1])]);
  return [divide(re, square), divide(im, square)];
}

export const modulus = (a: Complex): number => Math.hypot(a[0][0], a[1][0]);
