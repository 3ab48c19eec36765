/** What a task found, as records for bench.json and as lines for a reader. */
import { type Summary, summarize } from "./measure";

export type Unit = "µs" | "ms" | "s";

/** One side of one comparison; without a time, `note` says why. */
export interface Row {
  /** What was timed: "step", "LU and one solve" … */
  readonly work: string;
  /** N, number of units; 0 where there is none. */
  readonly size: number;
  readonly side: string;
  readonly unit: Unit;
  /** In `unit`. */
  readonly time?: Summary;
  /** Relative difference of the result from that of the plain loops, or of ours where there are none. */
  readonly difference?: number;
  /** Part of the machine's limit that is reached, 1 = all of it. */
  readonly share?: number;
  readonly note?: string;
}

/** A figure to be reached. */
export interface Target {
  readonly what: string;
  readonly kind: "at least" | "at most";
  readonly limit: number;
  /** What follows the number: "×", " ms" … */
  readonly unit: string;
  /** Missing if it could not be measured; then `note` says why. */
  readonly measured?: number;
  readonly note?: string;
}

export interface TaskResult {
  readonly letter: string;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly targets: readonly Target[];
}

const perSecond: Record<Unit, number> = { µs: 1e6, ms: 1e3, s: 1 };

/** Seconds in another unit. */
export function inUnit(summary: Summary, unit: Unit): Summary {
  const factor = perSecond[unit];
  const { median, low, high, least, count } = summary;
  return { median: median * factor, low: low * factor, high: high * factor, least: least * factor, count };
}

/** A row from samples in seconds. */
export function timedRow(
  { work, size, side, unit }: Pick<Row, "work" | "size" | "side" | "unit">,
  seconds: readonly number[],
  more: Pick<Row, "difference" | "note"> & { readonly limit?: number } = {},
): Row {
  const { limit, ...rest } = more;
  const time = summarize(seconds);
  const share = limit === undefined ? {} : { share: limit / time.median };
  return { work, size, side, unit, time: inUnit(time, unit), ...share, ...rest };
}

/** Three digits, without an exponent where one can do without. */
export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size < 1e-3 || size >= 1e7) return value.toExponential(1);
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals);
}

/** `ok`, or by how much the target is missed, or why there is nothing to say. */
export function verdict({ kind, limit, measured, note }: Target): string {
  if (measured === undefined) return note ?? "not run";
  const isOk = kind === "at least" ? measured >= limit : measured <= limit;
  if (isOk) return "ok";
  const factor = kind === "at least" ? limit / measured : measured / limit;
  return factor < 2
    ? `missed by ${Math.max(1, Math.round((factor - 1) * 100))} %`
    : `missed by a factor of ${short(factor)}`;
}

/** `target … measured … ok`. */
export function targetLine(target: Target): string {
  const sign = target.kind === "at least" ? "≥" : "≤";
  const head = `target ${target.what} ${sign} ${short(target.limit)}${target.unit}`;
  if (target.measured === undefined) return `${head}  ${verdict(target)}`;
  const note = target.note ? `  (${target.note})` : "";
  return `${head}  measured ${short(target.measured)}${target.unit}  ${verdict(target)}${note}`;
}

/** The rows of a task as a table; times as median and quartiles, and how many times ours each takes. */
export function tableLines(rows: readonly Row[]): string[] {
  const head = ["work", "N", "side", "median", "quartiles", "least", "× ours", "difference", "of limit", ""];
  const body = rows.map((row) => {
    const ours = rows.find((other) => other.side === "ours" && other.work === row.work && other.size === row.size);
    const { time, difference, share } = row;
    return [
      row.work,
      row.size > 0 ? String(row.size) : "",
      row.side,
      time ? `${short(time.median)} ${row.unit}` : "–",
      time ? `${short(time.low)}–${short(time.high)}` : "",
      time ? short(time.least) : "",
      time && ours?.time ? short(time.median / ours.time.median) : "",
      difference === undefined ? "" : short(difference),
      share === undefined ? "" : `${Math.round(100 * share)} %`,
      row.note ?? "",
    ];
  });
  const widths = head.map((_, i) => Math.max(...[head, ...body].map((cells) => cells[i].length)));
  const isText = (i: number): boolean => i === 0 || i === 2 || i === head.length - 1;
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isText(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd();
  return [head, ...body].map(line);
}

/** The quicker of some rows: of one library with one and with more threads, say. */
export function best(rows: readonly Row[], work: string, size: number, side: string): number | undefined {
  const times = rows
    .filter((row) => row.work === work && row.size === size && row.side.startsWith(side))
    .flatMap((row) => (row.time ? [row.time.median] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** A target on how many times as long as ours a side takes, at its best number of threads. */
export function speedTarget(
  rows: readonly Row[],
  { what, work, size, side, limit }: { what: string; work: string; size: number; side: string; limit: number },
): Target {
  const ours = best(rows, work, size, "ours");
  const theirs = best(rows, work, size, side);
  const reason = rows.find((row) => row.side.startsWith(side) && row.time === undefined)?.note;
  const measured = ours !== undefined && theirs !== undefined ? theirs / ours : undefined;
  return {
    what,
    kind: "at least",
    limit,
    unit: "×",
    measured,
    ...(measured === undefined ? { note: reason ?? "not run" } : {}),
  };
}
