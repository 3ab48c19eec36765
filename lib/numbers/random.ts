import { createHash } from "node:crypto";
import { checkCount, checkNumber, reject } from "../wasm/check";
import { log } from "../wasm/elementary";

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

/**
 * Random numbers that are the same bits on every machine.
 *
 * A generator is the 32-bit xoshiro128** of Blackman and Vigna. Its state is the SHA-256 digest of a *seed path*: the
 * seed, then the names it was split by. So `createRng(1).split("network")` is one fixed stream, whatever else was drawn
 * before or beside it, and a new matrix can be given a stream of its own without changing any other.
 */

/** A stream of random numbers. Drawing moves it on; splitting does not. */
export interface Rng {
  /** An independent stream that depends only on this one's seed path and the name, not on what has been drawn. */
  split(name: string): Rng;
  /** A number in [low, high), 53 random bits wide; [0, 1) by default. */
  uniform(low?: number, high?: number): number;
  /** A normal number, by Marsaglia's polar method. */
  normal(mean?: number, sd?: number): number;
  /** An integer in 0 … n − 1, each exactly equally likely. */
  integer(n: number): number;
  /** The integers 0 … n − 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array;
}

/** What a stream may be seeded by: any integer, or any text. */
export type Seed = number | string | bigint;

/**
 * A random number generator, fixed by its seed.
 *
 * The integer 1 and the bigint 1n are the same seed; the text "1" is another one.
 *
 * @param seed an integer (a bigint beyond 2⁵³) or a text
 * @throws RangeError if the seed is anything else: a fraction, NaN, an object
 */
export function createRng(seed: Seed): Rng {
  if (typeof seed === "string") return rngAt(["text", seed]);
  if (typeof seed === "bigint" || Number.isSafeInteger(seed)) return rngAt(["integer", String(seed)]);
  return reject("createRng", "seed", seed, "an integer, a bigint or a text");
}

/** Whether a caller's `rng` is one: the check of every function that draws. */
export function checkRng(where: string, rng: Rng): void {
  const draws = ["split", "uniform", "normal", "integer", "permutation"] as const;
  const isRng = typeof rng === "object" && rng !== null && draws.every((name) => typeof rng[name] === "function");
  if (!isRng) reject(where, "rng", rng, "a generator made by createRng");
}

function rngAt(path: readonly string[]): Rng {
  const next = xoshiro128(stateOf(path));
  let spare = 0;
  let hasSpare = false;

  // 27 high bits of one draw, 26 of the next: every multiple of 2⁻⁵³ in [0, 1) is equally likely
  const unit = (): number => {
    const high = next() >>> 5;
    return (high * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
  };

  const standardNormal = (): number => {
    if (hasSpare) {
      hasSpare = false;
      return spare;
    }
    for (;;) {
      const u = 2 * unit() - 1;
      const v = 2 * unit() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const stretch = Math.sqrt((-2 * log(s)) / s);
        spare = v * stretch;
        hasSpare = true;
        return u * stretch;
      }
    }
  };

  const below = (n: number): number => {
    // a draw past the last whole multiple of n would favour the small integers: draw again
    if (n <= 0x100000000) {
      const limit = 0x100000000 - (0x100000000 % n);
      for (;;) {
        const draw = next();
        if (draw < limit) return draw % n;
      }
    }
    const limit = 0x20000000000000 - (0x20000000000000 % n);
    for (;;) {
      const draw = unit() * 0x20000000000000;
      if (draw < limit) return draw % n;
    }
  };

  return {
    split(name) {
      if (typeof name !== "string" || name === "") reject("split", "name", describeName(name), "a text, not empty");
      return rngAt([...path, name]);
    },
    uniform(low = 0, high = 1) {
      checkNumber("uniform", "low", low, "any");
      checkNumber("uniform", "high", high, "any");
      if (!(low < high)) reject("uniform", "high", high, `above low = ${low}`);
      const width = high - low;
      if (width === Number.POSITIVE_INFINITY) reject("uniform", "high − low", width, "a finite number");
      for (;;) {
        // rounding may reach `high` when the interval is a few floats wide
        const value = low + width * unit();
        if (value < high) return value;
      }
    },
    normal(mean = 0, sd = 1) {
      checkNumber("normal", "mean", mean, "any");
      checkNumber("normal", "sd", sd, "not negative");
      return mean + sd * standardNormal();
    },
    integer(n) {
      checkCount("integer", "n", n);
      return below(n);
    },
    permutation(n) {
      checkCount("permutation", "n", n, 0);
      if (n > 0x7fffffff) reject("permutation", "n", n, "at most 2147483647");
      const order = new Int32Array(n);
      for (let i = 0; i < n; i++) {
        const j = below(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
      return order;
    },
  };
}

/** The first 128 bits of the digest of a path. */
function stateOf(path: readonly string[]): Int32Array {
  // JSON keeps the borders between names, so that ["a", "bc"] and ["ab", "c"] are different paths
  const digest = createHash("sha256").update(JSON.stringify(path), "utf8").digest();
  return Int32Array.of(digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), digest.readInt32LE(12));
}

function describeName(name: unknown): unknown {
  return name === "" ? "is empty" : name;
}
