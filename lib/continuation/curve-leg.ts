/**
 * One leg of a curve of fixed points: the way across one interval of the parameter, and what is met on it. A leg depends on
 * the family, the foot it begins at and its heading alone, so a worker can walk it, and walk ahead of what is recorded.
 */

import type { FlowFamily } from "../flow/flow-family";
import { type Bifurcation, type Bracket, branchPointAt, foldAt, type Unfolding } from "./bifurcation";
import { type WalkLimits, walkInterval } from "./curve-walk";
import { CurveWindow, type Foot, type Stance } from "./solution-curve";

export type Heading = 1 | -1;

/** Where curves are followed, and how closely. */
export interface Course {
  readonly family: FlowFamily;
  /** The family's parameters, ascending. */
  readonly knots: readonly number[];
  /** In which states are measured, as from `unitOfState`. */
  readonly unit: number;
  readonly limits: WalkLimits;
}

/** What a leg comes to, in its order. Others are the fixed points around an event that are not on this curve. */
export type LegEntry =
  | { readonly what: "step"; readonly foot: Foot }
  | ({
      /** The parameter turns back · another curve crosses · one touches exactly at the last step, the end of the interval. */
      readonly what: "turn" | "crossing" | "touch";
    } & Unfolding);

export interface Leg {
  readonly entries: readonly LegEntry[];
  /** "lost" if the curve could not be followed to an end of the interval, "closed" if it came back to where the leg began. */
  readonly status: "arrived" | "lost" | "closed";
  /** The last place reached, and which way the parameter went there. */
  readonly foot: Foot;
  readonly heading: Heading;
}

/** The interval as a stretch of the curve; to be released. */
export function windowOver({ family, knots, unit }: Course, interval: readonly [number, number]): CurveWindow {
  const reach = [knots[0], knots[knots.length - 1]] as const;
  return new CurveWindow(family, interval[0], interval[1], unit, reach);
}

/** The knots on either side of a parameter, on the way it goes; undefined at the end. */
export function intervalFrom(
  knots: readonly number[],
  parameter: number,
  heading: Heading,
): [number, number] | undefined {
  const above = knots.findIndex((knot) => (heading > 0 ? knot > parameter : knot >= parameter));
  return above > 0 ? [knots[above - 1], knots[above]] : undefined;
}

/** The fixed point that Newton's method finds from a foot, at the same parameter; undefined if it finds none. */
export function settledFoot(course: Course, foot: Foot): Foot | undefined {
  const { knots } = course;
  const interval = intervalFrom(knots, foot.parameter, 1) ?? intervalFrom(knots, foot.parameter, -1);
  const window = windowOver(course, interval as [number, number]);
  const y = window.correct(window.scaled(foot), window.axis(1));
  window.release();
  return y && { parameter: foot.parameter, x: window.foot(y).x };
}

/** Walks from a foot across the interval that lies ahead of it; there must be one. */
export function walkLeg(course: Course, begin: Foot, heading: Heading): Leg {
  const interval = intervalFrom(course.knots, begin.parameter, heading) as [number, number];
  const window = windowOver(course, interval);
  const entries: LegEntry[] = [];
  const branchPoint = (a: Stance, b: Stance, bracket: Bracket, isTurn: boolean): Unfolding =>
    branchPointAt(window, bracket, { a, b, isTurn });
  let way = heading;
  const fold = (bracket: Bracket): { event: Bifurcation; others: [] } => ({
    event: foldAt(window, bracket, way),
    others: [],
  });
  try {
    const walked = walkInterval(window, begin, heading, course.limits, {
      step: ({ parameter, x }) => entries.push({ what: "step", foot: { parameter, x } }),
      turn(a, b, bracket, isBranchPoint) {
        entries.push({ what: "turn", ...(isBranchPoint ? branchPoint(a, b, bracket, true) : fold(bracket)) });
        way = way > 0 ? -1 : 1;
      },
      crossing: (a, b, bracket) => entries.push({ what: "crossing", ...branchPoint(a, b, bracket, false) }),
      singular(a, b) {
        const ends = { a, b: beyond(a, b), isTurn: false };
        entries.push({ what: "touch", ...branchPointAt(window, { before: b, after: b }, ends) });
      },
    });
    const { parameter, x } = walked.foot;
    return { entries, status: walked.status, foot: { parameter, x }, heading: walked.heading };
  } finally {
    window.release();
  }
}

/** As far on the other side of b as a is on this one. */
function beyond(a: Foot, b: Foot): Foot {
  return { parameter: 2 * b.parameter - a.parameter, x: b.x.map((v, i) => 2 * v - a.x[i]) };
}
