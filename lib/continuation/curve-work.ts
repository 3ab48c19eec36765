import {
  allAtOnce,
  inTurns,
  type NamedSpec,
  nameOf,
  oneByOne,
  type TaskPool,
  warnWithoutSpec,
} from "../search/search-work";
import type { Spectrum, Unfolding } from "./bifurcation";
import { changesBetween, type ModeChange, spectrumAt } from "./branch-spectra";
import { type Course, type Heading, type Leg, settledFoot, walkLeg } from "./curve-leg";
import type { WalkLimits } from "./curve-walk";
import type { Foot } from "./solution-curve";

/** The pieces that following curves consists of, each done as a whole by one thread: here, or in a worker. */
export interface CurveWork {
  /** The fixed point near a foot, see `settledFoot`. */
  settle(foot: Foot): Promise<Foot | undefined>;
  /** The leg ahead of a foot, see `walkLeg`. */
  walk(foot: Foot, heading: Heading): Promise<Leg>;
  /** The eigenvalues at a foot. */
  spectrum(foot: Foot): Promise<Spectrum>;
  /** What happens between two feet that their eigenvalues tell of, see `changesBetween`. */
  changes(between: ModeChange): Promise<Unfolding[]>;
  /** Does one piece of work for each item: one after the other here, all at once with a pool; results in their order. */
  each<Item, Result>(items: readonly Item[], work: (item: Item, i: number) => Promise<Result>): Promise<Result[]>;
  /** How many pieces can be done at once. */
  readonly lanes: number;
}

/** A course as a worker is told of it. */
export interface PlainCourse {
  readonly family: NamedSpec;
  readonly knots: readonly number[];
  readonly unit: number;
  readonly limits: WalkLimits;
}

/**
 * The work of following curves. A family with a `spec` is followed by the pool's workers; one without by this thread, which
 * is said once. What has been walked from a foot is remembered as long as the foot is in use, so that one may ask ahead.
 */
export function curveWork(course: Course, pool: TaskPool | undefined): CurveWork {
  const spec = pool && course.family.spec;
  if (pool && spec) return remembering(pooledWork(course, spec, pool));
  if (pool) warnWithoutSpec("family");
  return remembering({
    settle: (foot) => inTurns(() => settledFoot(course, foot)),
    walk: (foot, heading) => inTurns(() => walkLeg(course, foot, heading)),
    spectrum: (foot) => inTurns(() => spectrumAt(course, foot)),
    changes: (between) => inTurns(() => changesBetween(course, between)),
    each: oneByOne,
    lanes: 1,
  });
}

function pooledWork({ family, knots, unit, limits }: Course, spec: NamedSpec["spec"], pool: TaskPool): CurveWork {
  const course: PlainCourse = { family: { key: nameOf(family), spec }, knots, unit, limits };
  return {
    settle: (foot) => pool.run("settle", { course, foot }),
    walk: (foot, heading) => pool.run("leg", { course, foot, heading }),
    spectrum: (foot) => pool.run("footSpectrum", { course, foot }),
    changes: (between) => pool.run("modeChanges", { course, between }),
    each: allAtOnce,
    lanes: pool.threads,
  };
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
