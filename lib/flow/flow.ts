import type { Matrix } from "ml-matrix";
import { checkFloats, checkNumber, checkVector, reject } from "../wasm/check";
import { dot, multiplyInto, norm } from "../wasm/vector";

/** A serialisable recipe: a flow that has one can be rebuilt in a worker. */
export interface FlowSpec {
  readonly kind: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * A vector field ẋ = F(x) on N activations with its Jacobian; fixed points are where F(x*) = 0.
 * [J15 eq. 1] [J15 eq. 2]
 *
 * Time is in units of τ. (The paper prints dF/dt for dx/dt in eq. 1.) Everything in `flow/`, `search/` and
 * `continuation/` knows only this: a network under a constant input becomes a flow, and a field of your own needs no more
 * than the first three members.
 */
export interface Flow {
  readonly dimension: number;
  /** F(x), (N), in activation per τ. */
  velocity(x: Float64Array): Float64Array;
  /** J(x) with J_ij = ∂F_i/∂x_j, (N×N), per τ. */
  jacobian(x: Float64Array): Matrix;
  /** Fast path: writes F(x) into `out`, (N). */
  velocityInto?(x: Float64Array, out: Float64Array): void;
  /** Fast path: writes J(x) into `out`, row-major, (N·N). */
  jacobianInto?(x: Float64Array, out: Float64Array): void;
  /** Fast path: writes J(x) v into `out`, (N), without J. */
  jacobianTimesInto?(x: Float64Array, v: Float64Array, out: Float64Array): void;
  /** F(−x) = −F(x): the origin is a fixed point, all others come in pairs ±x. */
  readonly odd?: boolean;
  /** F(x) = −x + something bounded: the index sum over all fixed points must be 1. */
  readonly boundedRates?: boolean;
  /**
   * A constant K with ‖J(x) − J(y)‖₂ ≤ K ‖x − y‖, for the certificate. A field whose second derivatives grow without
   * bound, as a polynomial's do, may answer for the ball it is asked about and Infinity when it is asked about none.
   */
  lipschitzOfJacobian?(centre?: Float64Array, radius?: number): number;
  /**
   * F at x + xLow in double-double, for judging a point beyond float64: writes high and low parts into `out` and
   * `outLow`, (N) each, and returns a bound on the length ‖·‖₂ of the error of what it wrote.
   */
  velocityExtended?(x: Float64Array, xLow: Float64Array, out: Float64Array, outLow: Float64Array): number;
  readonly spec?: FlowSpec;
  /** The constant input u it was made for, (I), where there is one. */
  readonly inputs?: Float64Array;
}

const fastPaths = ["velocityInto", "jacobianInto", "lipschitzOfJacobian", "velocityExtended"] as const;

/** Checks that something is a flow, once, where it enters. */
export function checkFlowArgument(where: string, flow: Flow): void {
  const isFlow =
    flow !== null &&
    typeof flow === "object" &&
    typeof flow.velocity === "function" &&
    typeof flow.jacobian === "function";
  if (!isFlow) reject(where, "flow", flow, "a Flow { dimension, velocity, jacobian }");
  if (!Number.isSafeInteger(flow.dimension) || flow.dimension < 1) {
    reject(where, "flow.dimension", flow.dimension, "an integer ≥ 1");
  }
  for (const name of fastPaths) {
    if (flow[name] !== undefined && typeof flow[name] !== "function")
      reject(where, `flow.${name}`, flow[name], "a function, or none");
  }
}

/**
 * Writes the velocity F(x) into `out`, by the flow's own fast path if it has one.  [J15 eq. 1]
 *
 * @param x activation, (N)
 * @param out receives F(x), (N), in activation per τ
 * @throws RangeError if the flow returns a velocity of another length
 */
export function velocityInto(flow: Flow, x: Float64Array, out: Float64Array): void {
  if (flow.velocityInto) {
    flow.velocityInto(x, out);
    return;
  }
  const F = flow.velocity(x);
  if (F.length !== out.length) reject("velocityInto", "velocity", `has length ${F.length}`, `${out.length}`);
  out.set(F);
}

/**
 * Writes the Jacobian J(x) into `out`, row-major, by the flow's own fast path if it has one.
 *
 * @param x activation, (N)
 * @param out receives J(x), (N·N), row-major, per τ
 * @throws RangeError if the flow returns a Jacobian that is not N×N
 */
export function jacobianInto(flow: Flow, x: Float64Array, out: Float64Array): void {
  if (flow.jacobianInto) {
    flow.jacobianInto(x, out);
    return;
  }
  const J = flow.jacobian(x);
  const size = flow.dimension;
  if (J.rows !== size || J.columns !== size) {
    reject("jacobianInto", "Jacobian", `is ${J.rows}×${J.columns}`, `${size}×${size}`);
  }
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j < size; j++) out[at++] = J.get(i, j);
  }
}

/**
 * J(x) v as a function (x, v, out) that writes into `out`, (N), by the flow's own fast path if it has one; `out` must not
 * be x or v.
 */
export function jacobianTimes(flow: Flow): (x: Float64Array, v: Float64Array, out: Float64Array) => void {
  if (flow.jacobianTimesInto) return (x, v, out) => flow.jacobianTimesInto?.(x, v, out);
  const J = new Float64Array(flow.dimension * flow.dimension);
  return (x, v, out) => {
    jacobianInto(flow, x, J);
    multiplyInto(J, v, out);
  };
}

/**
 * Kinetic energy of a flow, q = ½ Σᵢ Fᵢ².  [J15 eq. 4]
 *
 * q is zero exactly at fixed points, at every one of them. A minimum with q > 0 is a slow point: nothing rests there,
 * but trajectories linger. Other toolboxes report the mean of Fᵢ² instead, so never compare raw q values across codes.
 *
 * @param F velocity F(x), (N), in activation per τ
 * @returns q ≥ 0, in (activation per τ)²
 * @throws RangeError if F is empty or holds a NaN or an infinity
 */
export function kineticEnergy(F: Float64Array): number {
  checkVector("kineticEnergy", "F", F);
  return 0.5 * dot(F, F);
}

/**
 * Speed ‖F‖ = √(2q), the length of the velocity.
 *
 * @param F velocity F(x), (N), in activation per τ
 * @returns speed ≥ 0, in activation per τ
 * @throws RangeError if F is empty or holds a NaN or an infinity
 */
export function speed(F: Float64Array): number {
  checkVector("speed", "F", F);
  return norm(F);
}

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
