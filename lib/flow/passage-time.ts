import { checkNumber, checkVector, reject, withDefaults } from "../wasm/validate";
import { checkFlowArgument, type Flow } from "./flow";
import { integrate } from "./integrate";

export interface PassageOptions {
  /** The activation that is watched. */
  unit: number;
  /** Its value at which the passage is over. */
  until: number;
  /** Step of the integration (RK4), in τ. */
  dt: number;
  /** Give up after this time, in τ. */
  longest: number;
}

export const passageDefaults: Readonly<PassageOptions> = Object.freeze({
  unit: 0,
  until: 1, // as far behind the ghost of a normal form as a start at −1 lies before it
  dt: 0.01, // RK4: the error of the time is far below the 1 % that a comparison with π/√(aμ) needs
  longest: 1e5,
});

/** Steps integrated at a time: long enough to be quick, short enough not to run far beyond the end. */
const chunk = 1000;

/**
 * Time that a trajectory takes from x0 until one of its activations rises through a given value.
 *
 * Near a vanished pair of fixed points the flow is ẋ = μ + a x², and passing from far below to far above takes
 * π/√(aμ), in τ: it grows without bound as μ → 0, although nothing ever rests there. That is a ghost.
 *
 * @param flow a vector field on N activations
 * @param x0 activation at time 0, (N), below `until` in the activation watched
 * @param options which activation, its final value, step, longest time
 * @returns time in τ, interpolated within the last step; Infinity if it does not arrive within `longest`
 * @throws RangeError if x0 or an option is out of place, or x0 is already beyond `until`
 */
export function passageTime(flow: Flow, x0: Float64Array, options?: Partial<PassageOptions>): number {
  checkFlowArgument("passageTime", flow);
  checkVector("passageTime", "x0", x0, flow.dimension);
  const { unit, until, dt, longest } = withDefaults("passageTime", options, passageDefaults);
  if (!Number.isSafeInteger(unit) || unit < 0 || unit >= flow.dimension)
    reject("passageTime", "unit", unit, `an integer from 0 to ${flow.dimension - 1}`);
  checkNumber("passageTime", "until", until, "any");
  checkNumber("passageTime", "dt", dt);
  checkNumber("passageTime", "longest", longest);
  if (x0[unit] >= until) reject("passageTime", `x0 at component ${unit}`, x0[unit], `less than until = ${until}`);
  let x = x0;
  for (let done = 0; done * dt < longest; done += chunk) {
    const { states, times, status } = integrate(flow, x, { steps: chunk, dt, method: "rk4" });
    for (let row = 1; row < states.rows; row++) {
      const [before, after] = [states.get(row - 1, unit), states.get(row, unit)];
      if (after >= until) {
        const time = done * dt + times[row - 1] + (dt * (until - before)) / (after - before);
        return time <= longest ? time : Number.POSITIVE_INFINITY;
      }
    }
    if (status === "diverged") return Number.POSITIVE_INFINITY;
    x = Float64Array.from(states.getRow(states.rows - 1));
  }
  return Number.POSITIVE_INFINITY;
}
