/**
 * The generator xoshiro128** 1.1 of Blackman and Vigna (2018): 32-bit integers, period 2¹²⁸ − 1.
 *
 * @param state four 32-bit integers, not all zero (then 1, 0, 0, 0 is used: the all-zero state would stay zero)
 * @returns a function that gives the next integer in 0 … 2³² − 1 at each call
 */
export function xoshiro128(state: Int32Array): () => number {
  let [a, b, c, d] = state;
  if ((a | b | c | d) === 0) a = 1;
  return () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
}
