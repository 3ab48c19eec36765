import { norm } from "../numerics/vector";
import { type Bifurcation, type Bracket, branchPointAt, foldAt, locateCrossing } from "./bifurcation";
import { type WalkEvents, walkInterval } from "./curve-walk";
import type { Flow } from "./flow";
import type { FlowFamily } from "./flow-family";
import { isSamePlace } from "./merge";
import type { TaskPool } from "./search-work";
import { CurveWindow, type Foot, type Stance } from "./solution-curve";
import type { ComplexArray } from "./stability";
import { mirrorOf } from "./starts";

/** A fixed point from which a curve is to be followed, and the event it was found at, if any. */
export interface TraceStart {
  readonly foot: Foot;
  readonly heading: 1 | -1 | "both";
  readonly event?: Bifurcation;
}

/** A piece of a curve over which the parameter goes one way. */
export interface Piece {
  readonly heading: 1 | -1;
  /** In the order they were reached. */
  readonly feet: Foot[];
  startEvent?: Bifurcation;
  endEvent?: Bifurcation;
  /** Every event on it, at its ends or on the way. */
  readonly touches: Set<Bifurcation>;
  /** Feet that lie exactly at an event. */
  readonly singular: Set<Foot>;
  readonly counts: Map<Foot, number>;
  readonly spectra: Map<Foot, ComplexArray>;
}

/** All that is known while curves are followed. */
export interface Survey {
  readonly family: FlowFamily;
  /** The family's parameters, ascending. */
  readonly knots: readonly number[];
  readonly isOdd: boolean;
  readonly settings: {
    readonly tolerance: number;
    readonly eigenvaluesEvery: number;
    readonly mergeTolerance: number;
    readonly shortestArc: number;
    readonly mostArcs: number;
    readonly starts: (parameter: number, flow: Flow) => readonly Float64Array[];
    readonly pool: TaskPool | undefined;
    readonly onProgress: (done: number, total: number) => void;
  };
  pieces: Piece[];
  readonly events: Bifurcation[];
  readonly queue: TraceStart[];
}

/** The interval of the family as a stretch of the curve; to be released. */
export function windowOver(
  { family, knots }: Survey,
  interval: readonly [number, number],
  x: Float64Array,
): CurveWindow {
  const reach = [knots[0], knots[knots.length - 1]] as const;
  return new CurveWindow(family, interval[0], interval[1], Math.max(1, norm(x)), reach);
}

/** The fixed point that Newton's method finds from a start, at the same parameter; undefined if it finds none. */
function settled(survey: Survey, foot: Foot): Foot | undefined {
  const { knots } = survey;
  const interval = intervalFrom(knots, foot.parameter, 1) ?? intervalFrom(knots, foot.parameter, -1);
  const window = windowOver(survey, interval as [number, number], foot.x);
  const y = window.correct(window.scaled(foot), window.axis(1));
  window.release();
  return y && { parameter: foot.parameter, x: window.foot(y).x };
}

/** Follows the curve through a start until it leaves the family's parameters or joins one that is known. */
export function followFrom(survey: Survey, given: TraceStart): void {
  const foot = settled(survey, given.foot);
  if (!foot) {
    recorded(survey, unresolvedAt(given.foot));
    return;
  }
  const start = { ...given, foot };
  if (pieceThrough(survey, start.foot)) return;
  if (start.heading !== "both") {
    survey.pieces.push(...trace(survey, { ...start, heading: start.heading }));
    return;
  }
  const [back, ...farBack] = trace(survey, { ...start, heading: -1 });
  const [on, ...farOn] = trace(survey, { ...start, heading: 1 }, [back, ...farBack]);
  // a trace from a start that was not known keeps at least the piece with the start
  const isNew = (piece: Piece) => !farBack.some((other) => isReverse(other, piece));
  survey.pieces.push(joined(back, on), ...farBack, ...farOn.filter(isNew));
}

/** Whether two pieces are the far side of one closed curve, gone along both ways: a fold joins no more than two pieces. */
function isReverse(a: Piece, b: Piece): boolean {
  const isFold = a.startEvent?.kind === "saddle-node" && a.endEvent?.kind === "saddle-node";
  return isFold && a.startEvent === b.endEvent && a.endEvent === b.startEvent;
}

/** Two pieces that start at the same foot, as one. */
function joined(back: Piece, on: Piece): Piece {
  const piece = newPiece(1, [...back.feet.slice(1).reverse(), ...on.feet], back.endEvent);
  piece.endEvent = on.endEvent;
  for (const event of [...back.touches, ...on.touches]) piece.touches.add(event);
  for (const foot of [...back.singular, ...on.singular]) piece.singular.add(foot);
  return piece;
}

function newPiece(heading: 1 | -1, feet: Foot[], startEvent?: Bifurcation): Piece {
  return {
    heading,
    feet,
    startEvent,
    touches: new Set(startEvent ? [startEvent] : []),
    singular: new Set(),
    counts: new Map(),
    spectra: new Map(),
  };
}

/** The piece that passes through a fixed point at one of the family's parameters, or through its mirror image. */
function pieceThrough(survey: Survey, { parameter, x }: Foot, among: readonly Piece[] = []): Piece | undefined {
  const { mergeTolerance } = survey.settings;
  const image = survey.isOdd ? mirrorOf(x) : x;
  return [...survey.pieces, ...among].find((piece) =>
    piece.feet.some(
      (foot) =>
        foot.parameter === parameter &&
        foot.x !== x &&
        (isSamePlace(foot.x, x, mergeTolerance) || (survey.isOdd && isSamePlace(foot.x, image, mergeTolerance))),
    ),
  );
}

/** The event of this kind, at this place, that is known already, or this one as a new one. */
function recorded(survey: Survey, event: Bifurcation): { event: Bifurcation; isNew: boolean } {
  const { knots, settings } = survey;
  const span = (knots[knots.length - 1] - knots[0]) / (knots.length - 1);
  const image = mirrorOf(event.x);
  const same = survey.events.find(
    (other) =>
      other.kind === event.kind &&
      Math.abs(other.parameter - event.parameter) <= other.width + event.width + 100 * settings.tolerance * span &&
      (isSamePlace(other.x, event.x, 1e-2) || (survey.isOdd && isSamePlace(other.x, image, 1e-2))),
  );
  if (same) return { event: same, isNew: false };
  survey.events.push(event);
  return { event, isNew: true };
}

/** The knots on either side of a parameter, on the way it goes; undefined at the end. */
function intervalFrom(knots: readonly number[], parameter: number, heading: 1 | -1): [number, number] | undefined {
  const above = knots.findIndex((knot) => (heading > 0 ? knot > parameter : knot >= parameter));
  return above > 0 ? [knots[above - 1], knots[above]] : undefined;
}

/** Follows one curve; returns its pieces, without those that turned out to be known, here or among others. */
function trace(
  survey: Survey,
  start: TraceStart & { readonly heading: 1 | -1 },
  others: readonly Piece[] = [],
): Piece[] {
  const { knots, settings } = survey;
  let heading = start.heading;
  let foot: Foot = start.foot;
  const first = newPiece(
    heading,
    start.event ? [{ parameter: start.event.parameter, x: start.event.x }, foot] : [foot],
  );
  if (start.event) {
    first.startEvent = start.event;
    first.touches.add(start.event);
    first.singular.add(first.feet[0]);
  }
  const made = [first];
  const last = () => made[made.length - 1];
  for (;;) {
    const interval = intervalFrom(knots, foot.parameter, heading);
    if (!interval) return made;
    const window = windowOver(survey, interval, foot.x);
    const walked = walkInterval(window, foot, heading, settings, recorder(survey, made));
    window.release();
    ({ heading, foot } = walked);
    if (walked.status === "lost") {
      endLost(survey, last(), foot, heading, interval);
      return made;
    }
    const known = pieceThrough(survey, foot, [...others, ...made.slice(0, -1)]);
    if (!known) continue;
    // the rest has been followed before; a piece that came out of an event is a part of it
    const duplicate = last();
    if (duplicate.startEvent) {
      for (const event of duplicate.touches) known.touches.add(event);
      made.pop();
    } else endUnresolved(survey, duplicate, foot);
    return made;
  }
}

/** Shorter than this part of the interval, the way from where a curve was lost to a parameter of the family is nothing. */
const nextTo = 1e-3;

/**
 * A curve that was lost. If that is next to one of the family's parameters, a branch point may sit exactly there, where the
 * walk can neither stop nor step across.
 */
function endLost(survey: Survey, piece: Piece, foot: Foot, heading: 1 | -1, interval: readonly [number, number]): void {
  const knot = interval[heading > 0 ? 1 : 0];
  const before = piece.feet[piece.feet.length - 2];
  const share = before ? (knot - before.parameter) / (foot.parameter - before.parameter) : Number.NaN;
  if (!(Math.abs(knot - foot.parameter) <= nextTo * (interval[1] - interval[0])) || !Number.isFinite(share)) {
    endUnresolved(survey, piece, foot);
    return;
  }
  const centre: Foot = { parameter: knot, x: before.x.map((v, i) => v + share * (foot.x[i] - v)) };
  const window = windowOver(survey, interval, foot.x);
  const unfolding = branchPointAt(window, { before: foot, after: centre }, { a: before, isTurn: false });
  window.release();
  const { event, isNew } = recorded(survey, unfolding.event);
  if (isNew) for (const other of unfolding.others) survey.queue.push({ ...other, event });
  piece.endEvent = event;
  piece.touches.add(event);
}

/** A curve that cannot be followed, or runs into another one without a bifurcation having been seen. */
function endUnresolved(survey: Survey, piece: Piece, foot: Foot): void {
  const { event } = recorded(survey, unresolvedAt(foot));
  piece.endEvent = event;
  piece.touches.add(event);
}

function unresolvedAt({ parameter, x }: Foot): Bifurcation {
  const none = new Float64Array(0);
  return { kind: "unresolved", change: "unknown", parameter, width: 0, x, eigenvalues: { re: none, im: none } };
}

/** Turns what the walk meets into pieces, events, and further starts. */
function recorder(survey: Survey, made: Piece[]): WalkEvents {
  const last = () => made[made.length - 1];
  const width = (window: CurveWindow) => survey.settings.tolerance * window.P;
  const touch = (piece: Piece, event: Bifurcation) => {
    const foot: Foot = { parameter: event.parameter, x: event.x };
    piece.feet.push(foot);
    piece.singular.add(foot);
    piece.touches.add(event);
  };
  const spawn = (event: Bifurcation, others: readonly { readonly foot: Foot; readonly heading: 1 | -1 }[]) => {
    for (const { foot, heading } of others) {
      const isImage = survey.isOdd && survey.queue.some((s) => isOppositeStart(s, event, foot, heading));
      if (!isImage) survey.queue.push({ foot, heading, event });
    }
  };
  const branchPoint = (window: CurveWindow, a: Stance, b: Stance, turn?: Bracket): Bifurcation => {
    const bracket = turn ?? locateCrossing(window, a, b, width(window));
    const isTurn = turn !== undefined;
    const { event, others } = branchPointAt(window, bracket, { a, b, isTurn });
    const { event: known, isNew } = recorded(survey, event);
    if (isNew) spawn(known, others);
    return known;
  };
  return {
    step: ({ parameter, x }) => last().feet.push({ parameter, x }),
    turn(window, a, b, bracket, isBranchPoint) {
      const { heading } = last();
      const event = isBranchPoint
        ? branchPoint(window, a, b, bracket)
        : recorded(survey, foldAt(window, bracket, heading)).event;
      touch(last(), event);
      last().endEvent = event;
      const next = newPiece(heading > 0 ? -1 : 1, [], event);
      made.push(next);
      touch(next, event);
    },
    crossing: (window, a, b) => touch(last(), branchPoint(window, a, b)),
    singular(window, a, b) {
      const { event, others } = branchPointAt(window, { before: b, after: b }, { a, b: beyond(a, b), isTurn: false });
      const { event: known, isNew } = recorded(survey, event);
      if (isNew) spawn(known, others);
      last().touches.add(known);
      last().singular.add(last().feet[last().feet.length - 1]);
    },
  };
}

/** As far on the other side of b as a is on this one. */
function beyond(a: Foot, b: Foot): Foot {
  return { parameter: 2 * b.parameter - a.parameter, x: b.x.map((v, i) => 2 * v - a.x[i]) };
}

/** Whether a start in the queue is the mirror image of another one from the same event. */
function isOppositeStart(queued: TraceStart, event: Bifurcation, foot: Foot, heading: 1 | -1): boolean {
  if (queued.event !== event || queued.heading !== heading) return false;
  return isSamePlace(queued.foot.x, mirrorOf(foot.x), 1e-3 * Math.min(1, norm(foot.x)));
}
