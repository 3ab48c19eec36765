import { mirrorOf } from "../search/starts";
import { dot, norm } from "../wasm/vector";
import { type Bifurcation, branchPointAt, type Spectrum, type Unfolding } from "./bifurcation";
import type { ContinueOptions, CurveWork } from "./continue";
import type { Foot } from "./curve";
import { type Course, type Heading, intervalFrom, type Leg, windowOver } from "./leg";

/** A fixed point from which a curve is to be followed, and the event it was found at, if any. */
export interface TraceStart {
  readonly foot: Foot;
  readonly heading: Heading | "both";
  readonly event?: Bifurcation;
}

/** A piece of a curve over which the parameter goes one way. */
export interface Piece {
  readonly heading: Heading;
  /** In the order they were reached. */
  readonly feet: Foot[];
  startEvent?: Bifurcation;
  endEvent?: Bifurcation;
  /** Every event on it, at its ends or on the way. */
  readonly touches: Set<Bifurcation>;
  /** Feet that lie exactly at an event, and the event. */
  readonly singular: Map<Foot, Bifurcation>;
  readonly counts: Map<Foot, number>;
  readonly spectra: Map<Foot, Spectrum>;
  /** Feet after which, up to the next one, all changes of stability are known. */
  readonly settled: Set<Foot>;
}

/** All that is known while curves are followed. */
export interface Survey extends Course {
  readonly work: CurveWork;
  readonly isOdd: boolean;
  readonly settings: ContinueOptions;
  pieces: Piece[];
  readonly events: Bifurcation[];
  readonly queue: TraceStart[];
  /** Starts followed and sections counted so far, for progress. */
  done: number;
}

/** Follows the curve through a start until it leaves the family's parameters or joins one that is known. */
export async function followFrom(survey: Survey, given: TraceStart): Promise<void> {
  const foot = await survey.work.settle(given.foot);
  if (!foot) {
    recorded(survey, unresolvedAt(given.foot));
    return;
  }
  const start = { ...given, foot };
  if (pieceThrough(survey, start.foot) || (start.event && isOnPiece(survey, start.foot))) return;
  if (start.heading !== "both") {
    survey.pieces.push(...(await trace(survey, { ...start, heading: start.heading })));
    return;
  }
  const [back, ...farBack] = await trace(survey, { ...start, heading: -1 });
  const [on, ...farOn] = await trace(survey, { ...start, heading: 1 }, [back, ...farBack]);
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
  for (const [foot, event] of [...back.singular, ...on.singular]) piece.singular.set(foot, event);
  return piece;
}

function newPiece(heading: Heading, feet: Foot[], startEvent?: Bifurcation): Piece {
  return {
    heading,
    feet,
    startEvent,
    touches: new Set(startEvent ? [startEvent] : []),
    singular: new Map(),
    counts: new Map(),
    spectra: new Map(),
    settled: new Set(),
  };
}

/** The piece that passes through a fixed point at one of the family's parameters, or through its mirror image. */
export function pieceThrough(survey: Survey, { parameter, x }: Foot, among: readonly Piece[] = []): Piece | undefined {
  const near = survey.settings.mergeTolerance * survey.unit;
  const image = survey.isOdd ? mirrorOf(x) : x;
  return [...survey.pieces, ...among].find((piece) =>
    piece.feet.some(
      (foot) =>
        foot.parameter === parameter &&
        foot.x !== x &&
        (distance(foot.x, x) <= near || (survey.isOdd && distance(foot.x, image) <= near)),
    ),
  );
}

/** Whether a fixed point between two of the family's parameters lies on a piece that is known. */
function isOnPiece(survey: Survey, { parameter, x }: Foot): boolean {
  const interval = intervalFrom(survey.knots, parameter, 1) ?? intervalFrom(survey.knots, parameter, -1);
  const window = windowOver(survey, interval as [number, number]);
  const isBetween = (a: Foot, b: Foot): boolean => {
    const share = (parameter - a.parameter) / (b.parameter - a.parameter);
    if (!(share >= 0 && share <= 1)) return false;
    const guess = a.x.map((v, i) => v + share * (b.x[i] - v));
    if (distance(guess, x) > distance(a.x, b.x)) return false;
    const y = window.correct(window.scaled({ parameter, x: guess }), window.axis(1));
    return y !== undefined && distance(window.foot(y).x, x) <= survey.settings.mergeTolerance * survey.unit;
  };
  try {
    return survey.pieces.some(({ feet }) => feet.some((foot, i) => i > 0 && isBetween(feet[i - 1], foot)));
  } finally {
    window.release();
  }
}

/** How far two places are apart. */
function distance(x: Float64Array, y: Float64Array): number {
  return norm(x.map((v, i) => v - y[i]));
}

/** In parts of the unit of the state: where an event is seen from two sides, its places agree to this. */
export const samePlace = 1e-2;

/** Whether the null vectors of two events, where both are known, are one: else two branch points lie close together. */
function isSameDirection(a: Bifurcation, b: Bifurcation): boolean {
  return !a.direction || !b.direction || Math.abs(dot(a.direction, b.direction)) > 0.9;
}

/** The event of this kind, at this place, that is known already, or this one as a new one. */
export function recorded(survey: Survey, event: Bifurcation): { event: Bifurcation; isNew: boolean } {
  const { knots, settings, unit } = survey;
  const span = (knots[knots.length - 1] - knots[0]) / (knots.length - 1);
  const image = mirrorOf(event.x);
  const same = survey.events.find(
    (other) =>
      other.kind === event.kind &&
      other.kind !== "Hopf" &&
      Math.abs(other.parameter - event.parameter) <= other.width + event.width + 100 * settings.tolerance * span &&
      ((distance(other.x, event.x) <= samePlace * unit && isSameDirection(other, event)) ||
        (survey.isOdd && distance(other.x, image) <= samePlace * unit && isSameDirection(other, event))),
  );
  if (same) return { event: same, isNew: false };
  survey.events.push(event);
  return { event, isNew: true };
}

/** Follows one curve; returns its pieces, without those that turned out to be known, here or among others. */
async function trace(
  survey: Survey,
  start: TraceStart & { readonly heading: Heading },
  others: readonly Piece[] = [],
): Promise<Piece[]> {
  const { knots, work } = survey;
  let heading = start.heading;
  let foot: Foot = start.foot;
  const first = newPiece(
    heading,
    start.event ? [{ parameter: start.event.parameter, x: start.event.x }, foot] : [foot],
  );
  if (start.event) {
    first.startEvent = start.event;
    first.touches.add(start.event);
    first.singular.set(first.feet[0], start.event);
  }
  const made = [first];
  const last = () => made[made.length - 1];
  for (;;) {
    const interval = intervalFrom(knots, foot.parameter, heading);
    if (!interval) return made;
    const leg = await work.walk(foot, heading);
    record(survey, made, leg);
    ({ heading, foot } = leg);
    if (leg.status === "lost") {
      endLost(survey, last(), foot, heading, interval);
      return made;
    }
    if (leg.status === "closed") {
      made.pop(); // it ends where the first one begins
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
function endLost(
  survey: Survey,
  piece: Piece,
  foot: Foot,
  heading: Heading,
  interval: readonly [number, number],
): void {
  const knot = interval[heading > 0 ? 1 : 0];
  const before = piece.feet[piece.feet.length - 2];
  const share = before ? (knot - before.parameter) / (foot.parameter - before.parameter) : Number.NaN;
  if (!(Math.abs(knot - foot.parameter) <= nextTo * (interval[1] - interval[0])) || !Number.isFinite(share)) {
    endUnresolved(survey, piece, foot);
    return;
  }
  const centre: Foot = { parameter: knot, x: before.x.map((v, i) => v + share * (foot.x[i] - v)) };
  const window = windowOver(survey, interval);
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

/** Turns what a leg came to into pieces, events, and further starts. */
function record(survey: Survey, made: Piece[], { entries }: Leg): void {
  const last = () => made[made.length - 1];
  const touch = (piece: Piece, event: Bifurcation) => {
    const foot: Foot = { parameter: event.parameter, x: event.x };
    piece.feet.push(foot);
    piece.singular.set(foot, event);
    piece.touches.add(event);
  };
  for (const entry of entries) {
    if (entry.what === "step") {
      last().feet.push(entry.foot);
      continue;
    }
    const event = noted(survey, entry);
    if (entry.what === "touch") {
      last().touches.add(event);
      last().singular.set(last().feet[last().feet.length - 1], event);
      continue;
    }
    touch(last(), event);
    if (entry.what === "crossing") continue;
    last().endEvent = event;
    made.push(newPiece(last().heading > 0 ? -1 : 1, [], event));
    touch(last(), event);
  }
}

/** The event as it is known; if it is new, the fixed points around it are followed later. */
export function noted(survey: Survey, { event, others }: Unfolding): Bifurcation {
  const { event: known, isNew } = recorded(survey, event);
  if (!isNew) return known;
  for (const { foot, heading } of others) {
    const isImage = survey.isOdd && survey.queue.some((s) => isOppositeStart(s, known, foot, heading));
    if (!isImage) survey.queue.push({ foot, heading, event: known });
  }
  return known;
}

/** Whether a start in the queue is the mirror image of another one from the same event. */
function isOppositeStart(queued: TraceStart, event: Bifurcation, foot: Foot, heading: Heading): boolean {
  if (queued.event !== event || queued.heading !== heading) return false;
  return distance(queued.foot.x, mirrorOf(foot.x)) <= 1e-3 * norm(foot.x);
}
