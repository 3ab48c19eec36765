import { checkCount, checkNumber, checkVector, withDefaults } from "../wasm/validate";
import { checkFlowArgument, type Flow } from "./flow";
import { integrate } from "./integrate";

export interface SeparationOptions {
  /** Distance of the two starts, in activation. */
  offset: number;
  /** Steps followed. */
  steps: number;
  /** Length of a step, in τ. */
  dt: number;
  /** Keep every `record`-th distance. */
  record: number;
}

export const separationDefaults: Readonly<SeparationOptions> = Object.freeze({
  /** Small enough to grow for a long time before it reaches the size of the states, large against rounding. */
  offset: 1e-6,
  steps: 1000,
  /** The step of the paper's map. */
  dt: 0.1,
  record: 10,
});

/** How far apart two trajectories are that started close together. */
export interface Separation {
  /** In τ. */
  readonly times: Float64Array;
  /** ‖x − x′‖, in activation; the first is the offset. */
  readonly distance: Float64Array;
}

/**
 * Follows two trajectories that start close together: their distance falls, stays, or grows exponentially (chaos).
 *
 * The second start differs by the same small amount in every activation, so that no direction is favoured by chance.
 *
 * @param flow a vector field
 * @param x0 the first start, (N)
 * @param options offset, steps, dt, record
 * @returns times and distances; shorter than asked for if one of the two diverges
 * @throws RangeError if x0 or an option is out of place
 */
export function separationFrom(flow: Flow, x0: Float64Array, options?: Partial<SeparationOptions>): Separation {
  checkFlowArgument("separationFrom", flow);
  checkVector("separationFrom", "x0", x0, flow.dimension);
  const { offset, ...path } = withDefaults("separationFrom", options, separationDefaults);
  checkNumber("separationFrom", "offset", offset);
  checkCount("separationFrom", "record", path.record);
  checkCount("separationFrom", "steps", path.steps, 0);
  checkNumber("separationFrom", "dt", path.dt);
  const first = integrate(flow, x0, path);
  const by = offset / Math.sqrt(x0.length);
  const second = integrate(
    flow,
    x0.map((v) => v + by),
    path,
  );
  const rows = Math.min(first.states.rows, second.states.rows);
  const distance = new Float64Array(rows);
  for (let t = 0; t < rows; t++) {
    let squared = 0;
    for (let i = 0; i < x0.length; i++) {
      const difference = first.states.get(t, i) - second.states.get(t, i);
      squared += difference * difference;
    }
    distance[t] = Math.sqrt(squared);
  }
  return { times: first.times.slice(0, rows), distance };
}
