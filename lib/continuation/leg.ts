/**
 * One leg of a curve of fixed points: the way across one interval of the parameter, and what is met on it. A leg depends on
 * the family, the foot it begins at and its heading alone, so a worker can walk it, and walk ahead of what is recorded.
 */

import type { FlowFamily } from "../flow/flow";
import {
  type Bifurcation,
  type Bracket,
  branchPointAt,
  foldAt,
  locateCrossing,
  locateTurn,
  type Unfolding,
  widthOf,
} from "./bifurcation";
import { arcStep, CurveWindow, type Foot, parameterStep, type Stance } from "./curve";
import { pieceThrough, type Survey, type TraceStart } from "./trace";

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

/** What a walk tells as it goes. */
interface WalkEvents {
  /** A new point of the curve. */
  step(next: Stance): void;
  /** The parameter turned back between two points, within the bracket; `isBranchPoint` if another curve crosses there. */
  turn(a: Stance, b: Stance, bracket: Bracket, isBranchPoint: boolean): void;
  /** Another curve crosses between two points, within the bracket. */
  crossing(a: Stance, b: Stance, bracket: Bracket): void;
  /** Another curve touches exactly here, at the end of an interval. */
  singular(a: Stance, b: Stance): void;
}

export interface WalkLimits {
  /** Shortest arc, in parts of the interval and of the unit of the state: below it the curve is given up. */
  readonly shortestArc: number;
  /** Most arcs in one interval. */
  readonly mostArcs: number;
  /** Width to which an event is located, in parts of the interval. */
  readonly tolerance: number;
}

/** First arc tried where a straight step fails, and the longest one. */
const firstArc = 0.1;
const longestArc = 0.5;
/** After a refusal, a step to the end of the interval is tried only if it is not longer than so many arcs. */
const arcsAhead = 4;
/** A turn that is also a branch point is looked at from as near as this, lest a fold and a crossing be taken for one. */
const nearArc = 0.02;
/** In scaled coordinates: a curve that comes back to where it began comes as near as this. */
const samePoint = 1e-7;
/** Width, in parts of the interval, to which a turn can be located: at a fold the parameter is stationary. */
const sharpTurn = 1e-6;

/**
 * Walks the curve from a foot to one of the two ends of an interval of the parameter: in one step if it can, else by arc
 * length, around folds.
 *
 * @returns the heading at the end, or "lost" with the last point reached; "closed" if the curve came back to where it began
 */
function walkInterval(
  window: CurveWindow,
  begin: Foot,
  heading: 1 | -1,
  limits: WalkLimits,
  events: WalkEvents,
): { status: "arrived" | "lost" | "closed"; heading: 1 | -1; foot: Foot } {
  const begun = window.stand(window.scaled(begin), window.axis(heading));
  let way = heading;
  if (!begun) return { status: "lost", heading, foot: begin };
  let stance: Stance = begun;
  let orientation = stance.orientation;
  let arc = firstArc;
  let maySkip = true;
  let hasComeRound = false;
  for (let n = 0; n < limits.mostArcs; n++) {
    const end = way > 0 ? window.high : window.low;
    const reach = maySkip ? Number.POSITIVE_INFINITY : arcsAhead * arc;
    const ahead = (stance.y[window.size] + reach * stance.tangent[window.size]) * window.P;
    const isWithin = way > 0 ? ahead >= end : ahead <= end;
    const straight: Stance | undefined = isWithin ? parameterStep(window, stance, end) : undefined;
    const next: Stance | undefined = straight ?? arcStep(window, stance, arc);
    const hasTurned: boolean = next !== undefined && next.tangent[window.size] * way < 0;
    const hasStrayed = next !== undefined && !hasTurned && (next.y[window.size] - stance.y[window.size]) * way <= 0;
    const hasCrossed: boolean = next !== undefined && next.orientation * orientation < 0;
    const turn = next && hasTurned ? locateTurn(window, stance, next) : undefined;
    const width = limits.tolerance * window.P;
    const crossing = next && hasCrossed && !hasTurned ? locateCrossing(window, stance, next, width) : undefined;
    // a turn that cannot be located lies beyond the end of the interval: go there first; a crossing that cannot is none,
    // but a leap between two curves that part
    const isWide =
      (turn && widthOf(turn) > sharpTurn * window.P) || (crossing !== undefined && widthOf(crossing) > width);
    const isVague = isWide && arc > 4 * limits.shortestArc;
    if (!next || hasStrayed || isVague || (hasTurned && hasCrossed && arc > nearArc)) {
      arc /= 2;
      maySkip = false;
      if (arc < limits.shortestArc) return { status: "lost", heading: way, foot: stance };
      continue;
    }
    if (turn) {
      events.turn(stance, next, turn, hasCrossed);
      way = way > 0 ? -1 : 1;
      hasComeRound ||= way === heading;
    } else if (crossing) events.crossing(stance, next, crossing);
    if (hasComeRound && way === heading && passes(window, stance, next, begun)) {
      return { status: "closed", heading: way, foot: begin };
    }
    events.step(next);
    if (next.orientation === 0 && orientation !== 0) events.singular(stance, next);
    if (straight) return { status: "arrived", heading: way, foot: next };
    maySkip = false;
    arc = Math.min(longestArc, 1.5 * arc);
    if (next.orientation !== 0) orientation = next.orientation;
    stance = next;
  }
  return { status: "lost", heading: way, foot: stance };
}

/** Whether a step of the curve passes through a point of it. */
function passes(window: CurveWindow, a: Stance, b: Stance, point: Stance): boolean {
  const share = (point.parameter - a.parameter) / (b.parameter - a.parameter);
  if (!(share >= 0 && share <= 1)) return false;
  const guess = a.y.map((v, i) => v + share * (b.y[i] - v));
  guess[window.size] = point.y[window.size];
  const y = window.correct(guess, window.axis(1));
  return y?.every((v, i) => Math.abs(v - point.y[i]) <= samePoint) ?? false;
}

/** A way that may be walked ahead. */
interface Way {
  readonly start: TraceStart;
  readonly heading: Heading;
}

/** Walks ahead of a survey, see `scoutsOf`. */
export interface Scouts {
  /** Sends those that are free ahead of the start that is followed now. */
  send(followed: TraceStart): void;
  /** To be called at the end, and after a failure: none is sent any more. */
  dismiss(): void;
}

/**
 * A survey records one leg after the other, in one order. Scouts keep the other threads busy meanwhile: they ask for the legs
 * the other way from the start that is followed now, and from those that wait in the queue, so that these are there when
 * their turn comes. Nothing they find is recorded, so the result is the same without them; a curve that is known by its turn
 * was walked for nothing.
 */
export function scoutsOf(survey: Survey): Scouts {
  const { queue, work } = survey;
  const sent: Record<Heading, WeakSet<TraceStart>> = { 1: new WeakSet(), [-1]: new WeakSet() };
  let followed: TraceStart | undefined;
  let away = 0;
  let isOver = false;

  /** The next way nobody has gone; from the start that is followed only the second one. */
  const nextWay = (): Way | undefined => {
    const ways = queue.flatMap((start) => waysFrom(start));
    if (followed?.heading === "both") ways.unshift({ start: followed, heading: 1 });
    return ways.find(({ start, heading }) => !sent[heading].has(start));
  };
  const isWanted = (start: TraceStart): boolean => !isOver && (start === followed || queue.includes(start));
  const walk = async ({ start, heading }: Way): Promise<void> => {
    let foot = await work.settle(start.foot);
    let way = heading;
    while (foot && isWanted(start) && !pieceThrough(survey, foot) && intervalFrom(survey.knots, foot.parameter, way)) {
      const leg = await work.walk(foot, way);
      if (leg.status !== "arrived") return;
      foot = leg.foot;
      way = leg.heading;
    }
  };
  const send = (): void => {
    while (!isOver && away < work.lanes - 1) {
      const way = nextWay();
      if (!way) return;
      sent[way.heading].add(way.start);
      away++;
      // what fails ahead fails again, and is told of, when the survey gets there
      walk(way)
        .catch(() => {
          isOver = true;
        })
        .finally(() => {
          away--;
          send();
        });
    }
  };
  return {
    send(start) {
      followed = start;
      send();
    },
    dismiss() {
      isOver = true;
    },
  };
}

/** Both directions in the order a survey takes them, or the one that is asked for. */
function waysFrom(start: TraceStart): Way[] {
  const headings: Heading[] = start.heading === "both" ? [-1, 1] : [start.heading];
  return headings.map((heading) => ({ start, heading }));
}
