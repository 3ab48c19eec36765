import { checkList, checkPattern, checkVector, reject, withDefaults } from "../wasm/validate";

export interface SkeletonOptions {
  /** Only one of each mirror pair (its first bit that is not 0 is +1), and the centre: enough where F(−x) = −F(x). */
  half: boolean;
}

export const skeletonDefaults: Readonly<SkeletonOptions> = Object.freeze({ half: false });

/** 3ᵇ guesses of N numbers each: 59 049 for ten bits. */
const mostBits = 10;

/** A guess of where a fixed point may be: the mean of all memories that agree with a pattern of −1, 0 (either), +1. */
export interface SkeletonPoint {
  /** −1, 0 or +1 for each bit; the number of zeros is the number of unstable modes in an ideal flip-flop. */
  readonly pattern: readonly number[];
  readonly state: Float64Array;
}

/**
 * The 3ᵇ places where an ideal flip-flop of b bits has its fixed points: for three bits the 8 corners, the middles of
 * 12 edges and 6 faces, and the centre of the cube that its memories span.
 *
 * A pattern for which no memory is given is left out.
 *
 * @param memories bits (each ±1) and state (N) of each memory the network holds
 * @param options half: leave out mirror images
 * @returns one guess per pattern, in order of the patterns, from (−1, −1, …) to (+1, +1, …)
 * @throws RangeError if there is no memory, states or patterns differ in length, or there are more than ten bits
 */
export function memorySkeleton(
  memories: readonly { readonly bits: readonly number[]; readonly state: Float64Array }[],
  options?: Partial<SkeletonOptions>,
): SkeletonPoint[] {
  const where = "memorySkeleton";
  checkList(where, "memories", memories, 1, ["bits", "state"]);
  const { half } = withDefaults(where, options, skeletonDefaults);
  const [{ bits, state }] = memories;
  memories.forEach((m, i) => {
    checkPattern(where, `memories[${i}].bits`, m.bits, bits.length);
    checkVector(where, `memories[${i}].state`, m.state, state.length);
  });
  if (bits.length > mostBits) reject(where, "memories[0].bits", `has length ${bits.length}`, `at most ${mostBits}`);
  const patterns = Array.from({ length: 3 ** bits.length }, (_, p) =>
    bits.map((_bit, k) => (Math.floor(p / 3 ** (bits.length - 1 - k)) % 3) - 1),
  );
  return patterns.flatMap((pattern) => {
    if (half && (pattern.find((want) => want !== 0) ?? 1) < 0) return [];
    const those = memories.filter((m) => pattern.every((want, k) => want === 0 || want === m.bits[k]));
    if (those.length === 0) return [];
    return [{ pattern, state: state.map((_, i) => those.reduce((sum, m) => sum + m.state[i], 0) / those.length) }];
  });
}
