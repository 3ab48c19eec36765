import { checkFloats, checkNumber, reject } from "../wasm/validate";
import { norm } from "../wasm/vector";
import { checkFlowArgument, type Flow, type FlowSpec, jacobianInto, velocityInto } from "./flow";

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

/**
 * The unit in which a family's states are measured: how far from a point one must go before F is no longer linear, in a
 * direction in which every component goes as far as the others,
 *
 *     maxᵢ |F(x + d v) − F(x) − d J v|ᵢ ≥ ⅒ d ‖J v‖/√N,      ‖v‖ = 1.
 *
 * So it is that of the dynamics, √N for a network of tanh units, wherever the origin of its states lies and whatever they
 * are measured in. A typical one of those that the first, the middle and the last flow give.
 *
 * @param family checked
 * @param points states around which to look, (N) each; the origin, if there are none
 * @returns d > 0; of flows that are linear all the way, the size of the points, or 1
 */
export function unitOfState(family: FlowFamily, points: readonly Float64Array[]): number {
  const { parameters } = family;
  const [low, high] = [parameters[0], parameters[parameters.length - 1]];
  const flows = [low, low + (high - low) / 2, high].map((parameter) => family.flowAt(parameter));
  const around = points.length > 0 ? points.slice(0, 3) : [new Float64Array(flows[0].dimension)];
  const found = flows.flatMap((flow) =>
    around.flatMap((x) => [1, -1].flatMap((way) => linearReach(flow, x, way) ?? [])),
  );
  const sorted = found.sort((a, b) => a - b);
  if (sorted.length > 0) return sorted[sorted.length >> 1];
  return Math.max(...around.map(norm)) || 1;
}

/** Distances that are tried, as powers of four: from 10⁻³⁶ to 10³⁶. */
const reachPowers = 60;

function linearReach(flow: Flow, x: Float64Array, way: number): number | undefined {
  const { dimension: size } = flow;
  const v = Float64Array.from(x, (_, i) => (way * ((i * 7919) % 13 < 6 ? -1 : 1)) / Math.sqrt(size));
  const [F, beside, slope] = [x, x, x].map(() => new Float64Array(size));
  const J = new Float64Array(size * size);
  jacobianInto(flow, x, J);
  velocityInto(flow, x, F);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) slope[i] += J[i * size + j] * v[j];
  }
  const rounding = 1e-13 * (norm(x) + norm(F));
  for (let k = -reachPowers; k <= reachPowers; k++) {
    const d = 4 ** k;
    const wanted = (0.1 * d * norm(slope)) / Math.sqrt(size);
    if (!(wanted > rounding)) continue;
    velocityInto(
      flow,
      x.map((entry, i) => entry + d * v[i]),
      beside,
    );
    if (beside.some((value, i) => Math.abs(value - F[i] - d * slope[i]) >= wanted)) return d;
  }
  return undefined;
}
