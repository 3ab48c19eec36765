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

/** Vectors of one length as the rows of a matrix. */
export function stackRows(rows: readonly Float64Array[], columns: number): Matrix {
  const stacked = new Matrix(rows.length, columns);
  for (let i = 0; i < rows.length; i++) stacked.setRow(i, rows[i]);
  return stacked;
}
