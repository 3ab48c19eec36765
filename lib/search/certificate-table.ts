/** How sure the points of a set are, by kind. */

import { checkList, checkRecord } from "../wasm/validate";
import type { FixedPoint } from "./fixed-point-set";

/** One row of the table of certificates: all points with the same number of unstable modes. */
export interface CertificateRow extends Record<string, unknown> {
  readonly m: number;
  readonly points: number;
  /** How many of them carry a certificate. */
  readonly certified: number;
  /** Largest q = ½‖F‖² among them. */
  readonly "q ≤": number;
  /** Largest h = βKη among those certified; ½ is the limit. NaN, a dash in the table, if none is. */
  readonly "h ≤": number;
  /** Each certified fixed point lies within this of what was computed, in activation. */
  readonly "radius ≤": number;
  /** No other fixed point lies within this of it, in activation. */
  readonly "alone within": number;
}

/**
 * The certificates of a set as rows for `table`, one for each number m of unstable modes, the worst of each kind.
 *
 * q alone proves nothing, however small. The certificate does: for h ≤ ½ exactly one fixed point lies within `alone within`
 * of what was computed, and it lies within `radius`.
 *
 * @param points as from `findFixedPoints`, with stability
 * @returns rows by ascending m
 * @throws RangeError if `points` is not a list of fixed points
 */
export function certificateTable(
  points: readonly Pick<FixedPoint, "unstableCount" | "qStar" | "certificate">[],
): CertificateRow[] {
  const where = "certificateTable";
  checkList(where, "points", points, 0, ["unstableCount", "qStar"]);
  for (const [i, { certificate }] of points.entries()) {
    const fields = ["isCertified", "h", "radius", "uniqueRadius"];
    if (certificate !== undefined) checkRecord(where, `points[${i}].certificate`, certificate, fields);
  }
  const counts = [...new Set(points.map((point) => point.unstableCount))].sort((a, b) => a - b);
  return counts.map((m) => {
    const those = points.filter((point) => point.unstableCount === m);
    const sure = those.flatMap(({ certificate: c }) => (c?.isCertified ? [c] : []));
    const largest = (values: readonly number[]) => (values.length > 0 ? Math.max(...values) : Number.NaN);
    return {
      m,
      points: those.length,
      certified: sure.length,
      "q ≤": largest(those.map(({ qStar }) => qStar)),
      "h ≤": largest(sure.map(({ h }) => h)),
      "radius ≤": largest(sure.map(({ radius }) => radius)),
      "alone within": sure.length > 0 ? Math.min(...sure.map(({ uniqueRadius }) => uniqueRadius)) : Number.NaN,
    };
  });
}
