import { checkFlowFamily, type Flow, type FlowFamily, unitOfState } from "../flow/flow";
import type { ComplexArray } from "../flow/stability";
import type { JobPool } from "../pool";
import { findFixedPoints } from "../search/find";
import { mirrorOf } from "../search/starts";
import { type NamedSpec, nameOf, ownWork, pooledWork, type Work, warnWithoutSpec } from "../search/work";
import {
  checkCount,
  checkList,
  checkNumber,
  checkVector,
  type LongCall,
  longCallDefaults,
  reject,
  withDefaults,
} from "../wasm/check";
import { norm } from "../wasm/vector";
import type { Bifurcation } from "./bifurcation";
import type { Foot } from "./curve";
import { type Course, type Leg, scoutsOf, settledFoot, walkLeg } from "./leg";
import { changesBetween, countModes, spectrumAt } from "./spectra";
import { followFrom, type Piece, type Survey, samePlace, type TraceStart } from "./trace";

/** A bifurcation, and which branches come together there. */
export interface BranchEvent extends Bifurcation {
  /** Indices into `branches`. */
  readonly branches: readonly number[];
}

/** A piece of the curve of fixed points over which the parameter grows: one fixed point carried along. */
export interface FixedPointBranch {
  /** Ascending; those of the family and, where the curve bends or begins or ends, some between them. */
  readonly parameters: Float64Array;
  /** x* at each of them, (N). */
  readonly points: readonly Float64Array[];
  /** Number of unstable modes at each of them; −1 where it is not known. */
  readonly unstableCounts: Int32Array;
  /** The eigenvalue of largest real part at each of them, in 1/τ; NaN where none were computed. */
  readonly leading: ComplexArray;
  /** Index into `events` of what happens at its smaller end; −1 if it reaches the smallest parameter. */
  readonly startsAt: number;
  /** Index into `events` of what happens at its larger end; −1 if it reaches the largest parameter. */
  readonly endsAt: number;
  /** Index of the branch of the mirror images −x*, which was not followed itself; −1 if this one was followed. */
  readonly mirrorOf: number;
}

/** What became of a set of fixed points along a family of flows. */
export interface Continuation {
  readonly branches: readonly FixedPointBranch[];
  /** By growing parameter. */
  readonly events: readonly BranchEvent[];
  /**
   * Parameters at which the whole space was searched: the first one, by whoever found the set, and those for which
   * `starts` gave some. Fixed points that come and go between them, on no curve that was followed, are not in here.
   */
  readonly searchedAt: Float64Array;
}

export interface ContinueOptions extends LongCall {
  /** Width to which an event is located, in parts of the interval between neighbouring parameters. */
  tolerance: number;
  /** Eigenvalues are computed at every so-manieth parameter of the family, and next to events; 0 for none at all. */
  eigenvaluesEvery: number;
  /** Fixed points closer than this, in parts of the unit of the state, are one. */
  mergeTolerance: number;
  /** Shortest arc, in parts of the interval and of the unit of the state, before a curve is given up. */
  shortestArc: number;
  /** Most arcs in one interval. */
  mostArcs: number;
  /** Starts of a search at one of the family's parameters, for fixed points born elsewhere; none for no search. */
  starts: (parameter: number, flow: Flow) => readonly Float64Array[];
  /**
   * Workers to share the curves and eigenvalues of a family with a `spec`, from `createPool`; without one this thread
   * computes alone, with the same result.
   */
  pool: JobPool | undefined;
}

export const continueDefaults: Readonly<ContinueOptions> = Object.freeze({
  tolerance: 1e-6, // twenty halvings; an event is then known to a ten-thousandth of a training step
  eigenvaluesEvery: 10, // half a second each at N = 1000, while a step of the curve takes a fifth
  mergeTolerance: 1e-6, // as in findDefaults
  shortestArc: 1e-6, // a millionth of the way: folds sharper than this are not told from cusps
  mostArcs: 400,
  starts: () => [],
  pool: undefined,
  ...longCallDefaults,
});

/**
 * Carries fixed points along a family of flows and reports what happens to them, as typed and located events.
 *
 * Each fixed point lies on a curve F(x, p) = 0, which is followed by predictor and corrector, in the parameter where that
 * is safe and by arc length where not [Keller 1977; Seydel, Practical Bifurcation and Stability Analysis]: so a fixed point
 * that vanishes is followed around the fold to the one it met, and on. Events are seen by their signs,
 *
 *     fold                    the tangent turns back in p                                  → saddle-node
 *     branch point            sign det (J F_p; cᵀ) changes                                 → pitchfork, transcritical
 *     complex pair            the number of unstable modes changes by two                  → Hopf
 *
 * and bracketed to a tolerance: a crossing that cannot be is a leap between two curves that part, and is taken back. A step
 * is believed only if the point in its middle lies on the curve and the tangents explain both halves, each component in parts
 * of its own way, in whatever unit states are measured. Signs of det J cancel where two curves cross in one step, numbers of
 * unstable modes do not: where eigenvalues are computed, each mode that crosses is an event of its own. Two events that undo
 * each other show in a parabola through the ends and the middle of a step. At a branch point the flow is reduced to the null
 * vector (Lyapunov–Schmidt) [Kuznetsov;
 * Govaerts]; counting its fixed points on either side tells the kind, and those that were not known are followed, too.
 *
 * What is not seen: pairs that are born and stay on curves of their own (give `starts`), and two events that undo each other
 * between two samples without leaving a trace in the middle. An imperfection that moves a fixed point by less than 1e-9 of
 * the unit of the state (`unitOfState`: how far the flow is linear) is taken for none: a pitchfork is then called perfect.
 *
 * @param family flows that depend on one parameter
 * @param set fixed points at the first of its parameters, as from `findFixedPoints`
 * @param options see `continueDefaults`
 * @returns branches (pieces over which the parameter grows) and events
 * @throws RangeError if the family, a point or an option is out of place
 */
export async function continueFixedPoints(
  family: FlowFamily,
  set: { readonly points: readonly { readonly xStar: Float64Array }[] },
  options?: Partial<ContinueOptions>,
): Promise<Continuation> {
  const where = "continueFixedPoints";
  checkFlowFamily(where, family);
  const settings = withDefaults(where, options, continueDefaults);
  checkSettings(where, settings);
  if (typeof set !== "object" || set === null) reject(where, "set", set, "a FixedPointSet { points }");
  checkList(where, "set.points", set.points, 0, ["xStar"]);
  const given = Array.from(family.parameters);
  const ends = [family.flowAt(given[0]), family.flowAt(given[given.length - 1])];
  for (const [i, { xStar }] of set.points.entries()) {
    checkVector(where, `points[${i}].xStar`, xStar, ends[0].dimension);
  }
  const { tolerance, shortestArc, mostArcs } = settings;
  const knots = given[0] < given[1] ? given : given.slice().reverse();
  const unit = unitOfState(
    family,
    set.points.map(({ xStar }) => xStar),
  );
  const course = { family, knots, unit, limits: { tolerance, shortestArc, mostArcs } };
  const survey: Survey = {
    ...course,
    work: curveWork(course, settings.pool),
    isOdd: ends.every((flow) => flow.odd === true),
    settings,
    pieces: [],
    events: [],
    queue: [],
    done: 0,
  };
  const heading = given[0] < given[1] ? 1 : -1;
  const searchedAt = [given[0]];
  for (const { xStar } of set.points) survey.queue.push({ foot: { parameter: given[0], x: xStar }, heading });
  await followQueue(survey);
  for (const parameter of given) {
    const flow = family.flowAt(parameter);
    const starts = settings.starts(parameter, flow);
    if (starts.length === 0) continue;
    if (parameter !== given[0]) searchedAt.push(parameter);
    const { points } = await findFixedPoints(flow, starts, { withStability: false });
    for (const { xStar } of points) survey.queue.push({ foot: { parameter, x: xStar }, heading: "both" });
    await followQueue(survey);
  }
  // eigenvalues may tell of branch points: what leaves them is followed and looked at in its turn
  if (settings.eigenvaluesEvery > 0) while (await countModes(survey)) await followQueue(survey);
  return reported(survey, Float64Array.from(searchedAt));
}

function checkSettings(where: string, settings: ContinueOptions): void {
  for (const name of ["tolerance", "mergeTolerance", "shortestArc"] as const) checkNumber(where, name, settings[name]);
  checkCount(where, "eigenvaluesEvery", settings.eigenvaluesEvery, 0);
  checkCount(where, "mostArcs", settings.mostArcs);
  for (const name of ["starts", "onProgress"] as const) {
    if (typeof settings[name] !== "function") reject(where, name, settings[name], "a function");
  }
}

/** Follows what is in the queue, and what turns up on the way. */
async function followQueue(survey: Survey): Promise<void> {
  const scouts = scoutsOf(survey);
  try {
    while (survey.queue.length > 0) {
      const start = survey.queue.shift() as TraceStart;
      scouts.send(start);
      await followFrom(survey, start);
      survey.done++;
      survey.settings.onProgress(survey.done, survey.done + survey.queue.length);
    }
  } finally {
    scouts.dismiss();
  }
}

/** The survey as its caller sees it, mirror images added. */
function reported(survey: Survey, searchedAt: Float64Array): Continuation {
  const { pieces } = survey;
  const { mergeTolerance } = survey.settings;
  const isOwnMirror = (x: Float64Array, within: number) => norm(x) <= within * survey.unit;
  const isOwnPiece = ({ feet, singular }: Piece) =>
    feet.every((foot) => isOwnMirror(foot.x, singular.has(foot) ? samePlace : mergeTolerance));
  const mirrored = survey.isOdd ? pieces.filter((piece) => !isOwnPiece(piece)) : [];
  const imageOf = new Map(mirrored.map((piece, i) => [piece, pieces.length + i]));
  const events: (Bifurcation & { branches: number[] })[] = [];
  const place = new Map<Bifurcation, number>();
  const placeOfImage = new Map<Bifurcation, number>();
  for (const event of survey.events) {
    const own = pieces.flatMap((piece, i) => (piece.touches.has(event) ? [i] : []));
    const images = own.flatMap((i) => imageOf.get(pieces[i]) ?? []);
    const isShared = !survey.isOdd || isOwnMirror(event.x, samePlace);
    place.set(event, events.push({ ...event, branches: isShared ? [...own, ...images] : own }) - 1);
    placeOfImage.set(event, isShared ? events.length - 1 : events.push({ ...opposite(event), branches: images }) - 1);
  }
  const order = events.map((_, i) => i).sort((i, j) => events[i].parameter - events[j].parameter || i - j);
  const rank = new Int32Array(order.length);
  order.forEach((i, k) => {
    rank[i] = k;
  });
  const numberIn = (places: Map<Bifurcation, number>, event: Bifurcation | undefined) =>
    event ? rank[places.get(event) as number] : -1;
  const branches = [
    ...pieces.map((piece) => branchOf(piece, 1, -1, (event) => numberIn(place, event))),
    ...mirrored.map((piece) => branchOf(piece, -1, pieces.indexOf(piece), (event) => numberIn(placeOfImage, event))),
  ];
  return { branches, events: order.map((i) => events[i]), searchedAt };
}

function opposite(event: Bifurcation): Bifurcation {
  return { ...event, x: mirrorOf(event.x) };
}

function branchOf(
  piece: Piece,
  sign: 1 | -1,
  original: number,
  numberOf: (event: Bifurcation | undefined) => number,
): FixedPointBranch {
  const isForward = piece.heading > 0;
  const feet = isForward ? piece.feet : piece.feet.slice().reverse();
  const places = feet.map((foot) => piece.spectra.get(foot));
  return {
    parameters: Float64Array.from(feet, (foot) => foot.parameter),
    points: feet.map(({ x }) => (sign > 0 ? x.slice() : mirrorOf(x))),
    unstableCounts: Int32Array.from(feet, (foot) => piece.counts.get(foot) ?? -1),
    leading: {
      re: Float64Array.from(places, (spectrum) => spectrum?.re[0] ?? Number.NaN),
      im: Float64Array.from(places, (spectrum) => spectrum?.im[0] ?? Number.NaN),
    },
    startsAt: numberOf(isForward ? piece.startEvent : piece.endEvent),
    endsAt: numberOf(isForward ? piece.endEvent : piece.startEvent),
    mirrorOf: original,
  };
}

/** The pieces that following curves consists of. */
export const curvePieces = { settle: settledFoot, walk: walkLeg, spectrum: spectrumAt, changes: changesBetween };

export interface CurveWork extends Work<typeof curvePieces> {
  /** How many pieces can be done at once. */
  readonly lanes: number;
}

/** A course as a worker is told of it. */
export type PlainCourse = Omit<Course, "family"> & { readonly family: NamedSpec };

/**
 * The work of following curves. A family with a `spec` is followed by the pool's workers; one without by this thread, which
 * is said once. What has been walked from a foot is remembered as long as the foot is in use, so that one may ask ahead.
 */
function curveWork(course: Course, pool: JobPool | undefined): CurveWork {
  const { family, ...rest } = course;
  const { spec } = family;
  if (pool && spec) {
    const plain: PlainCourse = { ...rest, family: { key: nameOf(family), spec } };
    return remembering({ ...pooledWork(curvePieces, "curve", plain, pool), lanes: pool.threads });
  }
  if (pool) warnWithoutSpec("family");
  return remembering({ ...ownWork(curvePieces, course), lanes: 1 });
}

function remembering(work: CurveWork): CurveWork {
  const settled = new WeakMap<Foot, Promise<Foot | undefined>>();
  const legs = { 1: new WeakMap<Foot, Promise<Leg>>(), [-1]: new WeakMap<Foot, Promise<Leg>>() };
  return {
    ...work,
    settle: (foot) => once(settled, foot, () => work.settle(foot)),
    walk: (foot, heading) => once(legs[heading], foot, () => work.walk(foot, heading)),
  };
}

function once<Result>(done: WeakMap<Foot, Promise<Result>>, foot: Foot, make: () => Promise<Result>): Promise<Result> {
  const made = done.get(foot) ?? make();
  done.set(foot, made);
  return made;
}
