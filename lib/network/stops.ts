import { type AbstractMatrix, WrapperMatrix2D } from "ml-matrix";
import { reject } from "../wasm/validate";
import { toRowMajor } from "../wasm/vector";
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

/** Numbers of a record: 8 bytes each, or 4 and then good to 6·10⁻⁸. */
export type RecordedAs = "float64" | "float32";

/**
 * Every `every`-th state of a run, the first one included, as rows of one matrix; kept while the run goes, so that a long
 * record is in memory once.
 */
export class StateRecord {
  private readonly rows: (Float64Array | Float32Array)[] = [];

  constructor(
    private readonly every: number,
    private readonly as: RecordedAs,
  ) {}

  /** Keeps x(t) if its turn has come. */
  keep(t: number, x: Float64Array): void {
    if (this.every > 0 && t % this.every === 0)
      this.rows.push(this.as === "float32" ? Float32Array.from(x) : x.slice());
  }

  /** What has been kept: `{ states }`, or nothing if nothing was asked for. */
  result(): { states?: AbstractMatrix } {
    return this.every === 0 ? {} : { states: new WrapperMatrix2D(this.rows) };
  }
}

/** @throws RangeError unless it is "float64" or "float32" */
export function checkRecordedAs(where: string, value: unknown): void {
  if (value !== "float64" && value !== "float32") reject(where, "recordAs", value, '"float64" or "float32"');
}
