import { checkFloats, checkNumber, reject } from "../numerics/validate";
import { checkFlowArgument, type Flow, type FlowSpec } from "./flow";

/** Flows that depend on one parameter, and the values of it at which one wants to look. */
export interface FlowFamily {
  /** At least two values, growing or falling throughout; the first one is where a continuation begins. */
  readonly parameters: Float64Array;
  /**
   * The flow at any parameter between the smallest and the largest of them. F must depend on it continuously, and
   * smoothly between neighbours among `parameters`: kinks belong there, as those of readouts interpolated between snapshots.
   */
  flowAt(parameter: number): Flow;
  /** Serialisable recipe: a family with one can be rebuilt in a worker. */
  readonly spec?: FlowSpec;
}

/** Checks that something is a family, once, where it enters. */
export function checkFlowFamily(where: string, family: FlowFamily): void {
  if (typeof family !== "object" || family === null || typeof family.flowAt !== "function") {
    reject(where, "family", family, "a FlowFamily { parameters, flowAt }");
  }
  const { parameters } = family;
  checkFloats(where, "family.parameters", parameters);
  if (parameters.length < 2) reject(where, "family.parameters", `has length ${parameters.length}`, "at least 2");
  const way = Math.sign(parameters[1] - parameters[0]);
  for (let i = 0; i < parameters.length; i++) {
    checkNumber(where, `family.parameters[${i}]`, parameters[i], "any");
    if (i > 0 && (parameters[i] - parameters[i - 1]) * way <= 0) {
      reject(where, `family.parameters[${i}]`, parameters[i], "parameters that all grow or all fall");
    }
  }
  const first = family.flowAt(parameters[0]);
  checkFlowArgument(where, first);
  const { dimension } = family.flowAt(parameters[parameters.length - 1]) ?? {};
  if (dimension !== first.dimension) {
    reject(where, "dimension of the last flow", dimension, `${first.dimension}, as of the first`);
  }
}
