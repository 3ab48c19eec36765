/**
 * Claims C13 to C16 of [J15 §7, 7.1]: data in, verdict out.
 *
 * Statistics and thresholds were written down, with their reasons, before the runs that decide them (seeds 1 to 6).
 * A threshold is never moved afterwards. That C13 and C16 count memories held was settled with these seeds already seen.
 */
import type { FlipDistance } from "../memory/equidistance";
import type { TesseractView } from "../memory/tesseract-view";
import { tesseractViews } from "../memory/tesseract-view";
import { checkChoice, checkList, checkNumber, checkNumbers, checkRecord, checkShape, reject } from "../wasm/validate";
import { areBoxLengths, heldInWords, lengthsInWords } from "./c04-c09";
import type { ClaimVerdict, Verdict } from "./verdict";

/** Thresholds of claims C13 to C16, each with its reason. */
export const thresholdsC13toC16 = Object.freeze({
  /** Half of the sixteen memories: below it, "partly" would flatter. */
  halfOfMemories: 8,
  /**
   * Four seeds in five. A direction of sight at random is nearest to "edge" with a chance of 0.35: five of six seeds by
   * chance alone, 2 %; "face" (0.32), 1.5 %.
   */
  nearlyAllSeeds: 0.8,
  /** Lengths equal to 10 % have squares equal to 20 %. */
  equalSquares: 0.2,
  /** States count as lying in four dimensions if these carry nine tenths of their variance. */
  fourDimensions: 0.9,
  /** Up to 30° a direction keeps cos² = 3/4 of its variance; random subspaces of 1000 dimensions are above 85° apart. */
  keptAngle: 30,
});

const limits = thresholdsC13toC16;
const memories = 16;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const degrees = (angles: ArrayLike<number>): string => Array.from(angles, (a) => a.toFixed(0)).join(", ");

function checkAttracting(where: string, held: number, attracting: number): void {
  checkNumber(where, "held", held, "not negative");
  if (held > memories) reject(where, "held", held, `at most ${memories}`);
  checkNumber(where, "attracting", attracting, "not negative");
  if (attracting > held) reject(where, "attracting", attracting, `at most the ${held} that are held`);
}

/**
 * C13: a four-bit network trained from scratch has 16 stable states that form a tesseract.  [J15 §7]
 *
 * @param network held: memories of 16, and attracting: how many of them are attracting fixed points; distances between the
 *   memories held by number of flips, as from `flipDistances`
 * @returns reproduced if all 16 attract and lengths are those of a tesseract; partly if one of the two, or half of the memories
 * @throws RangeError if a number is out of its range
 */
export function claimC13(network: {
  held: number;
  attracting: number;
  distances: readonly FlipDistance[];
  seeds: readonly number[];
}): ClaimVerdict {
  checkRecord("claimC13", "network", network, ["distances", "seeds"]);
  const { held, attracting, distances } = network;
  checkAttracting("claimC13", held, attracting);
  checkShape("claimC13", "distances", distances, [{ flips: "number", mean: "number", spread: "number" }]);
  const isTesseract = areBoxLengths(distances);
  const isPartly = isTesseract || attracting >= limits.halfOfMemories;
  return {
    claim: "C13",
    statistic: `${held} of 16 memories held, ${attracting} of them at attracting fixed points; ${lengthsInWords(distances)}`,
    tolerance: `16 of 16 (${heldInWords}), and lengths 1 : √2 : √3 : 2 with equal edges, both to 10 %; partly: either, or half of the memories`,
    verdict: attracting === memories && isTesseract ? "reproduced" : isPartly ? "partly" : "not reproduced",
    seeds: network.seeds,
  };
}

/** From which side a network's picture shows its tesseract; undefined if its memories span none. */
export interface SeenViews {
  readonly scratch: TesseractView | undefined;
  readonly transfer: TesseractView | undefined;
}

/**
 * C14: three principal components show a hexagonal prism (edge-first) from scratch, a cuboid (face-first) after
 * transfer.  [J15 §7, Fig. 8]
 *
 * This one needs several seeds at once: one picture is right by chance in a third of the cases.
 *
 * @param set views: of each seed, the views nearest to the direction that the picture drops, as from `viewOf`
 * @returns reproduced if both hold in four seeds of five, partly if one of them does
 * @throws RangeError if there is no seed, or a view is unknown
 */
export function claimC14(set: { views: readonly SeenViews[]; seeds: readonly number[] }): ClaimVerdict {
  checkRecord("claimC14", "set", set, ["views", "seeds"]);
  checkList("claimC14", "views", set.views, 1);
  set.views.forEach((pair, i) => {
    checkRecord("claimC14", `views[${i}]`, pair);
    for (const name of ["scratch", "transfer"] as const) {
      const view = pair[name];
      if (view !== undefined) checkChoice("claimC14", `views[${i}].${name}`, view, Object.keys(tesseractViews));
    }
  });
  const total = set.views.length;
  const edges = set.views.filter(({ scratch }) => scratch === "edge").length;
  const faces = set.views.filter(({ transfer }) => transfer === "face").length;
  const held = [edges, faces].filter((count) => count / total >= limits.nearlyAllSeeds).length;
  const list = (name: keyof SeenViews): string => set.views.map((pair) => pair[name] ?? "none").join(", ");
  return {
    claim: "C14",
    statistic: `edge-first from scratch in ${edges} of ${total} (${list("scratch")}); face-first after transfer in ${faces} of ${total} (${list("transfer")})`,
    tolerance: "both in 80 % of the seeds; partly: one of them. By chance 35 % and 32 %",
    verdict: (["not reproduced", "partly", "reproduced"] as const)[held],
    seeds: set.seeds,
  };
}

/**
 * C15: the distances between the 16 states are roughly equal.  [J15 §7.1]
 *
 * Where the states lie in four dimensions this is more than untrue: it is impossible, see `leastInequality`.
 *
 * @param states inequality and least: what `distanceInequality` and `leastInequality(n, 4)` say of the memories held;
 *   inFour: part of their variance in four dimensions; edgeSpread: relative spread of the one-flip distances
 * @returns reproduced if all are equal to 10 %; else wrong as stated, where geometry forbids it
 * @throws RangeError if a number is out of its range
 */
export function claimC15(states: {
  inequality: number;
  least: number;
  inFour: number;
  edgeSpread: number;
  seeds: readonly number[];
}): ClaimVerdict {
  checkRecord("claimC15", "states", states, ["seeds"]);
  for (const name of ["inequality", "least", "inFour", "edgeSpread"] as const) {
    checkNumber("claimC15", name, states[name], "not negative");
  }
  const { inequality, least, inFour, edgeSpread } = states;
  const isForbidden = inFour >= limits.fourDimensions && least > limits.equalSquares;
  const otherwise: Verdict = isForbidden ? "wrong as stated" : "not reproduced";
  return {
    claim: "C15",
    statistic: `squared distances spread by ${percent(inequality)} about their mean, in four dimensions (${percent(inFour)} of the variance) at least ${percent(least)}; one-flip distances by ${percent(edgeSpread)}`,
    tolerance: "reproduced: at most 20 % (10 % in length); else wrong as stated if four dimensions forbid it",
    verdict: inequality <= limits.equalSquares ? "reproduced" : otherwise,
    seeds: states.seeds,
  };
}

/**
 * C16: transfer keeps the cube of the three-bit network and adds eight points.  [J15 §7.1, Fig. 8 b]
 *
 * @param transfer held: memories, of 16, after transfer, and attracting: how many of them are attracting fixed points; angles: principal angles
 *   between the three bit axes before and after, in degrees; controlAngles: the same for the network with the same
 *   weights that was trained on the four-bit task from an empty readout, which decides nothing but says what keeps the cube
 * @returns reproduced if all angles are at most 30° and all 16 attract; partly if one of the two holds
 * @throws RangeError if there is no angle, or a number is out of its range
 */
export function claimC16(transfer: {
  held: number;
  attracting: number;
  angles: ArrayLike<number>;
  controlAngles: ArrayLike<number>;
  seeds: readonly number[];
}): ClaimVerdict {
  checkRecord("claimC16", "transfer", transfer, ["angles", "controlAngles", "seeds"]);
  const { held, attracting, angles, controlAngles } = transfer;
  checkAttracting("claimC16", held, attracting);
  checkNumbers("claimC16", "angles", angles, 1);
  checkNumbers("claimC16", "controlAngles", controlAngles);
  const isKept = Array.from(angles).every((angle) => angle <= limits.keptAngle);
  const isWhole = attracting === memories;
  return {
    claim: "C16",
    statistic: `bit axes before and after are ${degrees(angles)}° apart (from an empty readout: ${degrees(controlAngles) || "–"}°); ${held} of 16 memories held, ${attracting} of them at attracting fixed points`,
    tolerance: `all angles ≤ 30°, and 16 of 16 (${heldInWords}); partly: one of the two`,
    verdict: isKept && isWhole ? "reproduced" : isKept || isWhole ? "partly" : "not reproduced",
    seeds: transfer.seeds,
  };
}
