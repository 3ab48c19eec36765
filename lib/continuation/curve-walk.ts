import { type Bracket, locateCrossing, locateTurn, widthOf } from "./bifurcation";
import { arcStep, type CurveWindow, type Foot, parameterStep, type Stance } from "./solution-curve";

/** What a walk tells as it goes. */
export interface WalkEvents {
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
export function walkInterval(
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
