/** Comparison of time loops: each side goes on from where it stands, a few steps a sample. */
import { interleave, relativeDifference, stepsFor } from "./measure";
import { type Row, timedRow, type Unit } from "./report";

/** One implementation of a time loop, in the middle of a run. */
export interface StepSide {
  readonly name: string;
  /** Does some steps; returns the seconds they took. */
  advance(steps: number): number | Promise<number>;
  /** What is compared after the same number of steps: the readout, or the state. */
  result(): Float64Array | Promise<Float64Array>;
  /** Gives memory back. */
  release?(): void;
}

export interface StepComparison {
  readonly work: string;
  readonly size: number;
  readonly unit: Unit;
  /** The number of steps of a sample is a multiple of this. */
  readonly multiple: number;
  readonly rounds: number;
  /** Seconds that a sample should take. */
  readonly wanted: number;
  /** Steps that the task has. */
  readonly available: number;
  /** Seconds per step at the machine's limit. */
  readonly limit?: number;
}

/** Steps after which the results are compared; they are the warm-up too, and a slow side stops at the first. */
const checkpoints = [20, 200];
const patience = 2.5;

interface Warm {
  readonly side: StepSide;
  readonly perStep: number;
  readonly results: Map<number, Float64Array>;
}

async function warmUp(side: StepSide): Promise<Warm> {
  const results = new Map<number, Float64Array>();
  let done = 0;
  let perStep = 0;
  for (const checkpoint of checkpoints) {
    const steps = checkpoint - done;
    if (done > 0 && perStep * steps > patience) break;
    perStep = (await side.advance(steps)) / steps;
    done = checkpoint;
    results.set(done, (await side.result()).slice());
  }
  return { side, perStep, results };
}

/** Times all sides in turn; the difference is that from the plain loops after as many steps as both have gone together. */
export async function compareSteps(sides: readonly StepSide[], comparison: StepComparison): Promise<Row[]> {
  const { work, size, unit, multiple, rounds, wanted, available, limit } = comparison;
  const warm: Warm[] = [];
  for (const side of sides) warm.push(await warmUp(side));
  const most = Math.floor((available - checkpoints[checkpoints.length - 1]) / rounds);
  const samples = await interleave(
    warm.map(({ side, perStep }) => {
      const steps = stepsFor(perStep, wanted, multiple, most);
      return { name: side.name, sample: async () => (await side.advance(steps)) / steps };
    }),
    rounds,
    { budget: 10 * wanted * rounds },
  );
  for (const side of sides) side.release?.();
  const plain = warm.find(({ side }) => side.name === "plain loops");
  return warm.map(({ side, results }, i): Row => {
    const compared = plain && side !== plain.side ? lastDifference(results, plain.results) : undefined;
    const seconds = samples[i].map(({ value }) => value);
    return timedRow({ work, size, side: side.name, unit }, seconds, {
      ...(compared ? { difference: compared.difference, note: `after ${compared.steps} steps` } : {}),
      ...(side.name === "ours" ? { limit } : {}),
    });
  });
}

function lastDifference(
  results: ReadonlyMap<number, Float64Array>,
  plain: ReadonlyMap<number, Float64Array>,
): { steps: number; difference: number } | undefined {
  for (const steps of [...checkpoints].reverse()) {
    const ours = results.get(steps);
    const theirs = plain.get(steps);
    if (ours && theirs) return { steps, difference: relativeDifference(ours, theirs) };
  }
  return undefined;
}
