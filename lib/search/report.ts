import { checkFlowArgument, type Flow } from "../flow/flow";
import { checkCount, checkList, checkRecord, checkShape, reject } from "../wasm/check";
import type { SearchEnd } from "./find-all";
import { type FixedPoint, type FixedPointSet, isSamePoint } from "./points";
import { mirrorOf } from "./starts";

/**
 * Least coverage at which a set can be judged. Below a half the next start of the kind is more likely to end at a point not
 * yet known than at one of these, so that a search which stops has stopped too early.
 */
export const leastCoverage = 0.5;

/**
 * A point with more unstable modes than this belongs to a crowded middle, which no search can complete: a flip-flop of b bits
 * has at most b, and a few more where training added some.
 */
export const crowdedFrom = 20;

/** What speaks against completeness, gravest first within each kind. */
export type CompletenessReason =
  | "the index sum is wrong"
  | "mirror images are missing"
  | "no fixed point at all"
  | Open
  | Unknown;

/** A place is left open: with it all checks may hold, or none. */
type Open = "a degenerate point has no index" | "a continuum of fixed points is suspected" | "places are undecided";

/** Nothing is missing that one knows of, but one would not know. */
type Unknown = "the middle holds exponentially many" | "no index sum is known for this flow" | "too few starts agree";

export interface Completeness {
  /** Σ sign det(−J) over all fixed points found that are not degenerate. */
  readonly indexSum: number;
  /** What the sum must be, 1 for F = −x + bounded; undefined if the flow does not say. */
  readonly expectedIndexSum?: number;
  /** Indices of points with singular J: they are not counted. */
  readonly degenerate: number[];
  /** Indices of points whose mirror image is missing; empty if the flow is not odd. */
  readonly unpaired: number[];
  /** The flow is odd, so the origin is a fixed point, and it is not among the points. */
  readonly isOriginMissing: boolean;
  /** Good–Turing: estimated chance that a further start of the sampled kind ends at a point already known. */
  readonly coverage?: number;
  /** Chao1: a lower bound of the number of points that starts of the sampled kind can reach. */
  readonly chao1?: number;
  /** Number of starts these two estimates rest on. */
  readonly sampled: number;
  /** Indices of slow points that may be fixed points: as slow as one, and undecided. */
  readonly undecided: number[];
  /**
   * "gap found": a check fails. "unknown": none fails, or one may fail because of places that are undecided; and the checks
   * are too few to tell. "no gap found": all checks hold. Necessary for completeness, never a proof of it.
   */
  readonly verdict: "gap found" | "no gap found" | "unknown";
  /** Why not "no gap found"; empty if it is. */
  readonly reasons: readonly CompletenessReason[];
  /** verdict is "no gap found". */
  readonly noGapFound: boolean;
}

/**
 * Does a set of fixed points show signs of being incomplete?
 *
 *     F(x) = −x + bounded   ⇒   Σ sign det(−J(x*)) = Σ (−1)^(unstable eigenvalues) = 1    over *all* fixed points
 *
 * (the degree of −F on a large ball is that of the identity). A set with another sum is incomplete. The converse does not hold:
 * a single attractor sums to 1. An odd flow adds two checks: the origin is in, and points come in pairs ±x. Coverage is
 * 1 − f₁/n and Chao1 is S + f₁²/(2 f₂), f_k being the number of points found k times, over the n starts of kind
 * "trajectory" or, if there are none, "given" that ended at a fixed point; both weigh a point by the size of its basin.
 *
 * Where these checks cannot tell, completeness is *unknown*: no sum is known for the flow, places are undecided, the middle
 * is crowded (`crowdedFrom`), or coverage is below `leastCoverage`.
 *
 * @param set as from `findFixedPoints`
 * @param flow the flow it was found for
 * @param crowded most unstable modes of a point before the middle counts as crowded, by default `crowdedFrom`
 * @throws RangeError if one of them is not what it should be
 */
export function completeness(set: FixedPointSet, flow: Flow, crowded: number = crowdedFrom): Completeness {
  checkFlowArgument("completeness", flow);
  checkCount("completeness", "crowded", crowded, 0);
  if (!Array.isArray(set?.points) || !Array.isArray(set?.outcomes)) {
    reject("completeness", "set", set, "a FixedPointSet, as from findFixedPoints");
  }
  checkShape("completeness", "set", set, {
    points: [{ xStar: "vector" }],
    "slowPoints?": [{}],
    outcomes: [{}],
    "continuum?": "list",
  });
  const { points, slowPoints = [] } = set;
  const indexSum = points.reduce((sum, point) => sum + point.index, 0);
  const degenerate = points.flatMap((point, i) => (point.index === 0 ? [i] : []));
  const undecided = slowPoints.flatMap((point, i) => (point.undecided === undefined ? [] : [i]));
  const unpaired = flow.odd ? points.flatMap((_, i) => (hasMirror(set, i) ? [] : [i])) : [];
  const isOriginMissing = flow.odd === true && !points.some((point) => isSamePoint(point, origin(flow)));
  const expectedIndexSum = flow.boundedRates ? 1 : undefined;
  const estimates = coverageOf(set);
  const { coverage = 0 } = estimates;
  const gaps = holding({
    "the index sum is wrong": expectedIndexSum !== undefined && indexSum !== expectedIndexSum,
    "mirror images are missing": unpaired.length > 0 || isOriginMissing,
    "no fixed point at all": points.length === 0,
  });
  const open = holding({
    "a degenerate point has no index": degenerate.length > 0,
    "a continuum of fixed points is suspected": (set.continuum?.length ?? 0) > 0,
    "places are undecided": undecided.length > 0,
  });
  const unknown = holding({
    "the middle holds exponentially many": points.some((point) => point.unstableCount > crowded),
    "no index sum is known for this flow": expectedIndexSum === undefined,
    "too few starts agree": coverage < leastCoverage,
  });
  // a flow without a known sum may have no fixed point
  const isGap = open.length === 0 && gaps.some((gap) => gap !== "no fixed point at all");
  const reasons = [...open, ...gaps, ...unknown];
  const verdict = reasons.length === 0 ? "no gap found" : isGap ? "gap found" : "unknown";
  return {
    indexSum,
    ...(expectedIndexSum === undefined ? {} : { expectedIndexSum }),
    degenerate,
    unpaired,
    isOriginMissing,
    ...estimates,
    undecided,
    verdict,
    reasons,
    noGapFound: verdict === "no gap found",
  };
}

/** Those of the reasons that hold, in their order. */
function holding(reasons: Readonly<Partial<Record<CompletenessReason, boolean>>>): CompletenessReason[] {
  return (Object.keys(reasons) as CompletenessReason[]).filter((reason) => reasons[reason]);
}

/** Whether something is known to be missing, or a place is open: deflation may then help. */
export function isOpen({ reasons }: Completeness): boolean {
  const unknown: readonly CompletenessReason[] = [
    "the middle holds exponentially many",
    "no index sum is known for this flow",
    "too few starts agree",
  ];
  return reasons.some((reason) => !unknown.includes(reason));
}

/** The origin, where an odd flow rests exactly. */
function origin({ dimension }: Flow): { xStar: Float64Array } {
  return { xStar: new Float64Array(dimension) };
}

function hasMirror(set: FixedPointSet, index: number): boolean {
  const point = set.points[index];
  const image = { ...point, xStar: mirrorOf(point.xStar) };
  return set.points.some((other) => isSamePoint(other, image));
}

function coverageOf(set: FixedPointSet): { coverage?: number; chao1?: number; sampled: number } {
  const kind = set.outcomes.some((outcome) => outcome.kind === "trajectory") ? "trajectory" : "given";
  const found = set.outcomes.filter((outcome) => outcome.kind === kind && outcome.point >= 0);
  if (found.length === 0) return { sampled: 0 };
  const hits = new Map<number, number>();
  for (const { point } of found) hits.set(point, (hits.get(point) ?? 0) + 1);
  const times = (k: number) => [...hits.values()].filter((count) => count === k).length;
  const [once, twice] = [times(1), times(2)];
  // the second form is the bias-corrected one, for when nothing was found exactly twice
  const unseen = twice > 0 ? (once * once) / (2 * twice) : (once * (once - 1)) / 2;
  return { coverage: 1 - once / found.length, chao1: hits.size + unseen, sampled: found.length };
}

/* Whether a set of fixed points can be complete, said in words. */

/** A set, the flow it was found for, and a name to head its column. */
export interface JudgedSet {
  readonly name: string;
  /** As from `findFixedPoints`, or from `findAllFixedPoints`, which also says why it ended. */
  readonly set: FixedPointSet & { readonly ended?: SearchEnd };
  readonly flow: Flow;
}

/** One check, and what each set has to say to it. */
export interface BadgeRow extends Record<string, unknown> {
  readonly check: string;
}

/**
 * The badge of completeness as rows for `table`: one check per row, one set per column, the judgement in the last row.
 *
 * No check proves a set complete; the best that can be said is "no gap found", and "unknown" where checks cannot tell. Coverage and Chao1 rest on starts of one
 * kind (see `completeness`) and weigh a point by its basin: they speak of what such starts reach, mostly attractors.
 *
 * @param sets sets with name and flow
 * @throws RangeError if one of them is not a set, its flow no flow, or two have one name
 */
export function completenessBadge(sets: readonly JudgedSet[]): BadgeRow[] {
  const where = "completenessBadge";
  checkList(where, "sets", sets, 1, ["name", "set", "flow"]);
  const names = ["check", ...sets.map(({ name }) => name)];
  const judged = sets.map(({ name, set, flow }, i) => {
    if (typeof name !== "string" || names.indexOf(name) <= i) {
      reject(where, `sets[${i}].name`, name, "a heading of its own");
    }
    checkRecord(where, `sets[${i}].set`, set, ["points", "outcomes"]);
    return { name, set, of: completeness(set, flow) };
  });
  type Judged = (typeof judged)[number];
  const row = (check: string, say: (one: Judged) => string | number): BadgeRow => ({
    check,
    ...Object.fromEntries(judged.map((one) => [one.name, say(one)])),
  });
  return [
    row(
      "fixed points found, from so many starts (mirror images included)",
      ({ set }) => `${set.points.length}, from ${set.outcomes.length}`,
    ),
    row("index sum", ({ of }) => sumInWords(of)),
    row("points without a mirror image", ({ of }) => of.unpaired.length + (of.isOriginMissing ? 1 : 0)),
    row(`a further start ${sampledFrom(sets)} finds a known point`, ({ of }) => coverageInWords(of)),
    row("such starts can reach (Chao1)", ({ of }) =>
      of.chao1 === undefined ? "–" : `at least ${of.chao1.toFixed(0)}`,
    ),
    row("the search", ({ set }) => (set.ended === undefined ? "tried the starts it was given" : ends[set.ended])),
    row("judgement", (one) => judgement(one.set, one.of)),
  ];
}

const ends: Readonly<Record<SearchEnd, string>> = {
  "no gap found": "stopped: a round of fresh starts found nothing new",
  "nothing new": "stopped: a round of fresh starts found nothing new",
  "continuum suspected": "gave up: places at rest lie in between others",
  "crowded middle": "gave up: new points only in the crowded middle",
  "starts spent": "spent its starts",
  "iterations spent": "spent its iterations",
};

const signed = (count: number): string => String(count).replace("-", "−");

function sumInWords({ indexSum, expectedIndexSum: wanted, degenerate }: Completeness): string {
  const beside = degenerate.length > 0 ? `, beside ${degenerate.length} degenerate` : "";
  return `${signed(indexSum)}${wanted === undefined ? "" : ` (must be ${signed(wanted)})`}${beside}`;
}

/** Which starts coverage speaks of, see `completeness`. */
function sampledFrom(sets: readonly JudgedSet[]): string {
  const isOfRun = ({ set }: JudgedSet): boolean => set.outcomes.some(({ kind }) => kind === "trajectory");
  if (sets.every(isOfRun)) return "from the test run";
  return sets.some(isOfRun) ? "from the test run, or like those given," : "like those given";
}

function coverageInWords({ coverage, sampled }: Completeness): string {
  return coverage === undefined ? "–" : `${(100 * coverage).toFixed(0)} % (by ${sampled} starts)`;
}

/** The verdict of `completeness` and the first reason for it; a search that ran out has no rule to rest on. */
function judgement(set: FixedPointSet & { ended?: SearchEnd }, { verdict, reasons }: Completeness): string {
  if (verdict !== "no gap found") {
    const because = reasons.includes("the middle holds exponentially many")
      ? "the middle holds exponentially many"
      : reasons[0];
    return `${verdict === "gap found" ? "incomplete" : "unknown"}: ${because}`;
  }
  const isDone = set.ended === undefined || set.ended === "no gap found";
  return isDone ? "no gap found (which is no proof)" : "unknown: the search ran out before its rule held";
}

/* How sure the points of a set are, by kind. */

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
