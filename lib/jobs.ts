/**
 * What a worker can be asked to do for lib. Each export is a job: plain data in, plain data out.
 *
 * A flow arrives as its recipe. The recipe's arrays lie in memory that threads share, so sending it costs nothing; the
 * worker copies them once, and keeps the flow for the next job of the same search.
 */
import { curvePieces, type PlainCourse } from "./continuation/continue";
import type { Course } from "./continuation/leg";
import type { Flow, FlowFamily } from "./flow/flow";
import { trainedReadout } from "./network/files";
import { flowFromSpec } from "./network/rate-flow";
import type { FlipFlopRecipe } from "./network/recipe";
import type { NoiseOutcome } from "./noise/trial";
import { type NoiseTask, runNoiseTask } from "./noise/trials";
import { type NamedSpec, type PieceJob, pieceOf, searchPieces } from "./search/work";
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

/** A piece of the work of following curves. */
export function curve(job: PieceJob<PlainCourse>): unknown {
  return pieceOf(curvePieces, job, courseOf(job.subject));
}

/** A piece of the work of a search. */
export function search(job: PieceJob<NamedSpec>): unknown {
  return pieceOf(searchPieces, job, flowOf(job.subject));
}

/** Trains a network: its readout, or undefined if training diverges. */
export function train(job: { recipe: FlipFlopRecipe }): Float64Array | undefined {
  return trainedReadout(job.recipe);
}

/** One trial of a noise study. */
export function noise(task: NoiseTask): NoiseOutcome[][] {
  return runNoiseTask(task);
}
