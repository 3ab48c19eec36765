/** When a flip-flop loses a bit: how often a pulse goes wrong, by the time the network had to come to rest before it. */
import type { Matrix } from "ml-matrix";
import { checkMatrix, checkNumber, checkNumbers, checkRecord, reject, withDefaults } from "../wasm/validate";

export interface LapseOptions {
  /** Time constant of the network, in steps. */
  tau: number;
  /** Where one class of pauses ends and the next begins, in τ, ascending; the last class is open. */
  edges: readonly number[];
  /** A pulse counts only if no other one comes for so long after its start, in τ: an output needs time to answer. */
  answer: number;
}

export const lapseDefaults: Readonly<LapseOptions> = Object.freeze({
  tau: 10, // the paper's
  edges: Object.freeze([2, 4, 8]), // classes of about equal size, pulses coming every 5 τ
  answer: 4, // a flip is over 2 to 3 τ after the start of its pulse
});

/** Pulses after pauses of about the same length. */
export interface LapseRow extends Record<string, unknown> {
  /** From the end of the pulse before, as text: "2–4 τ". */
  readonly pause: string;
  /** Pulses that found every bit right. */
  readonly pulses: number;
  /** How many of them left a bit wrong. */
  readonly lost: number;
}

interface Pulse {
  readonly start: number;
  readonly end: number;
}

/**
 * Pulses that cost a bit, by the pause before them.
 *
 * Counted are pulses that find all outputs on the side of their targets, and are followed by no other for a while. Such a
 * pulse is lost if an output is on the wrong side when the next one comes. Channels whose target is still 0 do not count.
 *
 * @param output z, (T×O)
 * @param task the input (T×I) and the target (T×O) of the same run
 * @param options see `lapseDefaults`
 * @returns one row per class of pauses, ascending
 * @throws RangeError if the shapes differ, or the edges do not ascend
 */
export function lapsesByPause(
  output: Matrix,
  task: { readonly input: Matrix; readonly target: Matrix },
  options?: Partial<LapseOptions>,
): LapseRow[] {
  const where = "lapsesByPause";
  checkMatrix(where, "output", output);
  checkRecord(where, "task", task, ["input", "target"]);
  checkMatrix(where, "task.input", task.input, output.rows);
  checkMatrix(where, "task.target", task.target, output.rows, output.columns);
  const { tau, edges, answer } = withDefaults(where, options, lapseDefaults);
  checkNumber(where, "tau", tau);
  checkNumber(where, "answer", answer, "not negative");
  checkNumbers(where, "edges", edges);
  edges.forEach((edge, i) => {
    const before = edges[i - 1] ?? 0;
    if (!(edge > before)) reject(where, `edges[${i}]`, edge, `a number above ${before}`);
  });
  const lower = [0, ...edges];
  const rows = lower.map((from, i) => ({
    pause: i < edges.length ? `${from}–${edges[i]} τ` : `over ${from} τ`,
    pulses: 0,
    lost: 0,
  }));
  const pulses = pulsesOf(task.input);
  for (const [i, { start }] of pulses.entries()) {
    const next = pulses[i + 1]?.start ?? output.rows;
    if (i === 0 || start === 0 || !areBitsRight(output, task.target, start - 1) || next - start < answer * tau)
      continue;
    const pause = Math.max(0, start - pulses[i - 1].end) / tau;
    const row = rows[edges.filter((edge) => pause >= edge).length];
    row.pulses++;
    if (!areBitsRight(output, task.target, next - 1)) row.lost++;
  }
  return rows;
}

/** The pulses of all channels, by their start. */
function pulsesOf(input: Matrix): Pulse[] {
  const found: Pulse[] = [];
  for (let k = 0; k < input.columns; k++) {
    const at = (t: number): number => (t >= 0 && t < input.rows ? input.get(t, k) : 0);
    for (let t = 0; t < input.rows; t++) {
      if (at(t) === 0 || at(t) === at(t - 1)) continue;
      let end = t + 1;
      while (at(end) === at(t)) end++;
      found.push({ start: t, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function areBitsRight(output: Matrix, target: Matrix, t: number): boolean {
  return target.getRow(t).every((wanted, j) => wanted === 0 || wanted * output.get(t, j) > 0);
}
