/**
 * What a worker can be asked to do. Each export is a task: plain data in, plain data out.
 *
 * A flow arrives as its recipe. The recipe's arrays lie in memory that threads share, so sending it costs nothing; the
 * worker copies them once, and keeps the flow for the next task of the same search.
 */
import { lookAtSnapshot, type SnapshotLook, type SnapshotTask } from "../claims/study-story";
import { type Spectrum, spectrumOf } from "../dynamics/branch-spectra";
import { deflatedNewton } from "../dynamics/deflation";
import { type EdgeState, trackEdge } from "../dynamics/edge-tracking";
import type { Flow } from "../dynamics/flow";
import { type MinimizeOptions, type Minimum, minimizeSpeed } from "../dynamics/minimize";
import { type Judgement, judgeCandidate, type NamedSpec } from "../dynamics/search-work";
import { type Stability, stability } from "../dynamics/stability";
import type { NoiseOutcome } from "../networks/noise-outcome";
import { type NoiseTask, runNoiseTask } from "../networks/noise-trials";
import { flowFromSpec } from "../networks/rate-flow";
import type { FlipFlopRecipe } from "../networks/recipe";
import { trainedReadout } from "../store/trained";

let known: { key: string; flow: Flow } | undefined;

/** One flow is kept: a search asks for the same one again and again, and a network of 1000 units takes 8 MB. */
function flowOf({ key, spec }: NamedSpec): Flow {
  if (known?.key !== key) known = { key, flow: flowFromSpec(spec) };
  return known.flow;
}

/** Minimises q from one start. */
export function minimize(task: { flow: NamedSpec; x: Float64Array; options: Partial<MinimizeOptions> }): Minimum {
  return minimizeSpeed(flowOf(task.flow), task.x, task.options);
}

/** The spectrum at one point. */
export function spectrum(task: { flow: NamedSpec; x: Float64Array }): Stability {
  return stability(flowOf(task.flow), task.x);
}

/** The spectrum of a Jacobian. */
export function eigenvalues(task: { J: Float64Array; size: number }): Spectrum {
  return spectrumOf(task.J, task.size);
}

/** What the Jacobian says about a candidate. */
export function judge(task: { flow: NamedSpec; x: Float64Array }): Judgement {
  return judgeCandidate(flowOf(task.flow), task.x);
}

/** A state near the saddle between two attractors. */
export function edge(task: { flow: NamedSpec; a: Float64Array; b: Float64Array }): EdgeState | undefined {
  return trackEdge(flowOf(task.flow), task.a, task.b);
}

/** Newton's method away from known points. */
export function deflate(task: {
  flow: NamedSpec;
  x: Float64Array;
  known: readonly Float64Array[];
}): Float64Array | undefined {
  return deflatedNewton(flowOf(task.flow), task.x, task.known);
}

/** Trains a network: its readout, or undefined if training diverges. */
export function train(task: { recipe: FlipFlopRecipe }): Float64Array | undefined {
  return trainedReadout(task.recipe);
}

/** One trial of a noise study. */
export function noise(task: NoiseTask): NoiseOutcome[][] {
  return runNoiseTask(task);
}

/** A look at one snapshot of a training. */
export function snapshot(task: SnapshotTask): SnapshotLook {
  return lookAtSnapshot(task);
}
