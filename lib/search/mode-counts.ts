import { checkCount, checkList, reject } from "../wasm/validate";

/**
 * How many fixed points have m unstable modes, for m = 0, 1, … and for all above, as a row for `table`.
 *
 * @param points fixed points with their number of unstable modes
 * @param most m up to which counts stand alone; 5 shows the centre of a three-bit flip-flop and what it splits into
 * @returns { "m = 0": 8, "m = 1": 12, …, "m > 5": 0 }
 * @throws RangeError if a number of modes is not an integer ≥ 0: stability was not asked for
 */
export function modeCounts(points: readonly { readonly unstableCount: number }[], most = 5): Record<string, number> {
  checkList("modeCounts", "points", points, 0, ["unstableCount"]);
  checkCount("modeCounts", "most", most, 0);
  if (most > 1e4) reject("modeCounts", "most", most, "at most 10000 columns");
  points.forEach(({ unstableCount }, i) => {
    if (!Number.isSafeInteger(unstableCount) || unstableCount < 0) {
      reject("modeCounts", `points[${i}].unstableCount`, unstableCount, "an integer ≥ 0");
    }
  });
  const alone = Array.from({ length: most + 1 }, (_, m): [string, number] => [
    `m = ${m}`,
    points.filter((p) => p.unstableCount === m).length,
  ]);
  return { ...Object.fromEntries(alone), [`m > ${most}`]: points.filter((p) => p.unstableCount > most).length };
}
