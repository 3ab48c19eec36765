/**
 * What a worker can be asked to do for lib. Each export is a job: plain data in, plain data out.
 *
 * A flow arrives as its recipe. The recipe's arrays lie in memory that threads share, so sending it costs nothing; the
 * worker copies them once, and keeps the flow for the next job of the same search.
 */
import type { Spectrum, Unfolding } from "./continuation/bifurcation";
import type { PlainCourse } from "./continuation/continue";
import type { Foot } from "./continuation/curve";
import { type Course, type Heading, type Leg, settledFoot, walkLeg } from "./continuation/leg";
import { changesBetween, type ModeChange, spectrumAt } from "./continuation/spectra";
import type { Flow, FlowFamily } from "./flow/flow";
import { type Stability, stability } from "./flow/stability";
import { trainedReadout } from "./network/files";
import { flowFromSpec } from "./network/rate-flow";
import type { FlipFlopRecipe } from "./network/recipe";
import type { NoiseOutcome } from "./noise/trial";
import { type NoiseTask, runNoiseTask } from "./noise/trials";
import { type DeflationOptions, deflatedNewton, type EdgeOptions, type TrackedEdge, trackEdge } from "./search/explore";
import { type MinimizeOptions, type Minimum, minimizeSpeed } from "./search/minimize";
import { holdsOnePoint, type Judgement, judgeCandidate, type NamedSpec } from "./search/work";
import { familyFromSpec } from "./training/family";

let known: { key: string; flow: Flow } | undefined;

/** One flow is kept: a search asks for the same one again and again, and a network of 1000 units takes 8 MB. */
function flowOf({ key, spec }: NamedSpec): Flow {
  if (known?.key !== key) known = { key, flow: flowFromSpec(spec) };
  return known.flow;
}

let knownFamily: { key: string; family: FlowFamily } | undefined;

/** One family is kept, too. */
function courseOf({ family: { key, spec }, knots, unit, limits }: PlainCourse): Course {
  if (knownFamily?.key !== key) knownFamily = { key, family: familyFromSpec(spec) };
  return { family: knownFamily.family, knots, unit, limits };
}

/** The fixed point near a foot of a curve. */
export function settle(job: { course: PlainCourse; foot: Foot }): Foot | undefined {
  return settledFoot(courseOf(job.course), job.foot);
}

/** The way of a curve across one interval. */
export function leg(job: { course: PlainCourse; foot: Foot; heading: Heading }): Leg {
  return walkLeg(courseOf(job.course), job.foot, job.heading);
}

/** The eigenvalues at a foot of a curve. */
export function footSpectrum(job: { course: PlainCourse; foot: Foot }): Spectrum {
  return spectrumAt(courseOf(job.course), job.foot);
}

/** What happens between two feet of a curve that their eigenvalues tell of. */
export function modeChanges(job: { course: PlainCourse; between: ModeChange }): Unfolding[] {
  return changesBetween(courseOf(job.course), job.between);
}

/** Minimises q from one start. */
export function minimize(job: { flow: NamedSpec; x: Float64Array; options: Partial<MinimizeOptions> }): Minimum {
  return minimizeSpeed(flowOf(job.flow), job.x, job.options);
}

/** The spectrum at one point. */
export function spectrum(job: { flow: NamedSpec; x: Float64Array }): Stability {
  return stability(flowOf(job.flow), job.x);
}

/** What the Jacobian says about a candidate. */
export function judge(job: { flow: NamedSpec; x: Float64Array }): Judgement {
  return judgeCandidate(flowOf(job.flow), job.x);
}

/** Whether two places can only be near one fixed point. */
export function holdsOne(job: { flow: NamedSpec; a: Float64Array; b: Float64Array }): boolean {
  return holdsOnePoint(flowOf(job.flow), job.a, job.b);
}

/** A state near the saddle between two attractors. */
export function edge(job: {
  flow: NamedSpec;
  a: Float64Array;
  b: Float64Array;
  options: Partial<EdgeOptions>;
}): TrackedEdge | undefined {
  return trackEdge(flowOf(job.flow), job.a, job.b, job.options);
}

/** Newton's method away from known points. */
export function deflate(job: {
  flow: NamedSpec;
  x: Float64Array;
  known: readonly Float64Array[];
  options: Partial<DeflationOptions>;
}): Float64Array | undefined {
  return deflatedNewton(flowOf(job.flow), job.x, job.known, job.options);
}

/** Trains a network: its readout, or undefined if training diverges. */
export function train(job: { recipe: FlipFlopRecipe }): Float64Array | undefined {
  return trainedReadout(job.recipe);
}

/** One trial of a noise study. */
export function noise(task: NoiseTask): NoiseOutcome[][] {
  return runNoiseTask(task);
}
