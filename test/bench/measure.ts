/** Times that can be compared although the machine is shared: both sides in turn, several rounds, medians. */

/** One of the things compared. */
export interface Side {
  readonly name: string;
  /** At most so many rounds, spread over all of them: for what takes long. */
  readonly rounds?: number;
  /** One sample, in seconds per unit of work; the side takes the time itself, since its work may be another process's. */
  readonly sample: (round: number) => number | Promise<number>;
}

/** What is told of a side's samples: the median, the quartiles as the spread, and the least. */
export interface Summary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** What it takes when nobody disturbs. */
  readonly least: number;
  readonly count: number;
}

/** A sample, and the round it belongs to: samples of one round were taken one after the other. */
export interface Sample {
  readonly round: number;
  readonly value: number;
}

/**
 * Median and quartiles, interpolated between neighbours.
 *
 * @throws RangeError if there is no value or one of them is not a finite number
 */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("summarize: values is empty, expected at least one");
  if (!values.every(Number.isFinite)) throw new RangeError("summarize: values has a NaN or infinity, expected numbers");
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    least: sorted[0],
    count: sorted.length,
  };
}

function quantile(sorted: readonly number[], part: number): number {
  const place = part * (sorted.length - 1);
  const before = Math.floor(place);
  const after = Math.min(before + 1, sorted.length - 1);
  return sorted[before] + (place - before) * (sorted[after] - sorted[before]);
}

/** Whether a side that is to have `own` of all `rounds` rounds has a sample in this one: evenly spread, the last one too. */
export function takesPart(round: number, rounds: number, own: number): boolean {
  const share = Math.min(own, rounds) / rounds;
  // the small addition keeps 3 · (1/3) from falling just below 1
  return Math.floor((round + 1) * share + 1e-9) > Math.floor(round * share + 1e-9);
}

/** The order of the sides in a round: turned by one from round to round, so that nobody always follows the same one. */
export function orderOf(round: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i + round) % count);
}

export interface InterleaveOptions {
  /** A side that has spent so many seconds sits out the rest; it has at least one sample. */
  readonly budget?: number;
  /** Milliseconds between two sides: threads of a linear-algebra library go on spinning for a while. */
  readonly pause?: number;
}

/**
 * Takes samples of all sides in turn.
 *
 * @returns the samples of each side, in the order of the sides
 */
export async function interleave(
  sides: readonly Side[],
  rounds: number,
  { budget = Number.POSITIVE_INFINITY, pause = 200 }: InterleaveOptions = {},
): Promise<Sample[][]> {
  const samples: Sample[][] = sides.map(() => []);
  const spent = sides.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    for (const i of orderOf(round, sides.length)) {
      const side = sides[i];
      if (!takesPart(round, rounds, side.rounds ?? rounds) || (samples[i].length > 0 && spent[i] > budget)) continue;
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      const start = performance.now();
      samples[i].push({ round, value: await side.sample(round) });
      spent[i] += (performance.now() - start) / 1000;
    }
  }
  return samples;
}

/**
 * What is measured: the time that passes, or what the processor spends on this process. The latter stays meaningful
 * where others use the machine, as long as one thread does the work.
 */
export type Clock = "wall" | "processor";

let now = wallSeconds;

function wallSeconds(): number {
  return performance.now() / 1000;
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Chooses the clock of `timed`, for this process. */
export function useClock(clock: Clock): void {
  now = clock === "wall" ? wallSeconds : processorSeconds;
}

/** Seconds that some work takes. */
export function timed(work: () => void): number {
  const start = now();
  work();
  return now() - start;
}

/** Seconds that pass until some work of other threads is done, by the clock on the wall. */
export async function timedWait(work: () => Promise<unknown>): Promise<number> {
  const start = wallSeconds();
  await work();
  return wallSeconds() - start;
}

/**
 * How many steps make one sample: enough for the wanted time, at least and at most so many, and a multiple of something.
 *
 * @param perStep seconds a step takes
 * @param wanted seconds a sample should take
 */
export function stepsFor(perStep: number, wanted: number, multiple: number, most: number): number {
  const steps = Math.min(most, wanted / Math.max(perStep, 1e-9));
  return multiple * Math.max(1, Math.floor(steps / multiple + 1e-9));
}

/** ‖a − b‖ / ‖b‖. @throws RangeError if the lengths differ */
export function relativeDifference(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) throw new RangeError(`relativeDifference: a has length ${a.length}, expected ${b.length}`);
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  if (size === 0) return difference === 0 ? 0 : Number.POSITIVE_INFINITY;
  return Math.sqrt(difference / size);
}
