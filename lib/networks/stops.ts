import { Matrix } from "ml-matrix";
import { toRowMajor } from "../numerics/vector";
import type { EchoState } from "./echo-state";
import type { SimulationSetup } from "./run-setup";

/** A network as the time loops want it: row by row, with the state to start from. */
export function setupOf(net: EchoState, x0: Float64Array): SimulationSetup {
  const { units, inputs, outputs, tau, activation } = net;
  const [Wr, Wfb, B, Wo] = [net.Wr, net.Wfb, net.B, net.Wo].map(toRowMajor);
  return { Wr, Wfb, B, Wo, x: x0, units, inputs, outputs, tau, activation };
}

/**
 * Where a run over time has to stop next: to keep a state, to copy a readout, to report, or at the end.
 *
 * @param t steps done
 * @param total steps in all
 * @param every multiples at which to stop; 0 for never
 * @param marks single steps at which to stop, in ascending order
 */
export function nextStop(t: number, total: number, every: readonly number[], marks: readonly number[] = []): number {
  let stop = total;
  for (const step of every) {
    if (step > 0) stop = Math.min(stop, (Math.floor(t / step) + 1) * step);
  }
  const mark = marks.find((m) => m > t);
  return mark === undefined ? stop : Math.min(stop, mark);
}

/**
 * Every `every`-th state of a run, the first one included, as rows of one matrix; filled while the run goes, so that a long
 * record is in memory once.
 */
export class StateRecord {
  private readonly rows: Matrix;
  private count = 0;

  constructor(
    private readonly every: number,
    total: number,
    private readonly units: number,
  ) {
    this.rows = new Matrix(every > 0 ? Math.ceil(total / every) : 0, units);
  }

  /** Keeps x(t) if its turn has come. */
  keep(t: number, x: Float64Array): void {
    if (this.every > 0 && t % this.every === 0) this.rows.setRow(this.count++, x);
  }

  /** What has been kept: `{ states }`, or nothing if nothing was asked for. */
  result(): { states?: Matrix } {
    if (this.every === 0) return {};
    if (this.count === this.rows.rows) return { states: this.rows };
    const states = new Matrix(this.count, this.units);
    for (let i = 0; i < this.count; i++) states.setRow(i, this.rows.getRow(i));
    return { states };
  }
}
