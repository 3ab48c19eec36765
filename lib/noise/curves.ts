import { checkCount, checkList, checkNumber, checkNumbers, checkRecord, reject } from "../wasm/check";
import { exp, log } from "../wasm/elementary";

/** How one network fared in a noise study. */
export interface NoiseRecord {
  readonly name: string;
  /** Patterns of the memories it holds without noise, as "+−++", in the order of the digits in `held`. */
  readonly memories: readonly string[];
  /** Mean squared error, levels × trials. */
  readonly error: readonly (readonly number[])[];
  /** Share of wrong bits, levels × trials. */
  readonly bitErrors: readonly (readonly number[])[];
  /** A digit for each memory, 1 if it is held, levels × trials. */
  readonly held: readonly (readonly string[])[];
}

/**
 * g/√N, the standard deviation of a recurrent weight: noise of this size doubles the variance of every weight.
 *
 * @returns in the unit of a weight
 */
export function weightDeviation(net: { readonly gain: number; readonly units: number }): number {
  checkRecord("weightDeviation", "network", net, ["gain", "units"]);
  checkNumber("weightDeviation", "gain", net.gain);
  checkCount("weightDeviation", "units", net.units);
  return net.gain / Math.sqrt(net.units);
}

/** A mean over trials, and the half-width of its 95 % confidence interval. */
export interface Band {
  readonly mean: number;
  readonly halfWidth: number;
}

/** 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145];

/** 97.5 % quantile of Student's t: beyond the list the normal one with two terms of its expansion in 1/ν, good to 0.1 %. */
function quantile(degrees: number): number {
  const z = 1.959964;
  const square = z * z;
  const first = ((square + 1) * z) / 4;
  const second = (((5 * square + 16) * square + 3) * z) / 96;
  return quantiles[degrees - 1] ?? z + first / degrees + second / (degrees * degrees);
}

/**
 * Mean and 95 % confidence interval, by Student's t: mean ± t s/√n.
 *
 * @param values one number a trial
 * @returns halfWidth 0 for a single value, which says nothing about its spread
 * @throws RangeError if there is no value, or one is NaN
 */
export function confidenceBand(values: readonly number[]): Band {
  checkNumbers("confidenceBand", "values", values, 1);
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  if (n === 1) return { mean, halfWidth: 0 };
  const variance = values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / (n - 1);
  return { mean, halfWidth: quantile(n - 1) * Math.sqrt(variance / n) };
}

/** Share of the memories that are held, of those held without noise, levels × trials; 0 where there were none. */
export function heldShares(record: Pick<NoiseRecord, "held">): number[][] {
  checkRecord("heldShares", "record", record);
  const { held } = record;
  checkList("heldShares", "held", held);
  return held.map((row, l) => {
    checkList("heldShares", `held[${l}]`, row);
    return row.map((digits) => {
      if (typeof digits !== "string") reject("heldShares", "digits", digits, "a text of 0 and 1");
      return digits.length === 0 ? 0 : [...digits].filter((d) => d === "1").length / digits.length;
    });
  });
}

/**
 * A record of the first trials only, to be compared with one of fewer trials: trials of one number share their noise.
 *
 * @param record of at least so many trials
 * @param count how many are kept
 * @throws RangeError if the record has fewer
 */
export function firstTrials<Kind extends NoiseRecord>(record: Kind, count: number): Kind {
  checkRecord("firstTrials", "record", record, ["error", "bitErrors", "held"]);
  checkCount("firstTrials", "count", count);
  const of = <Value>(name: string, rows: readonly (readonly Value[])[]): Value[][] => {
    checkList("firstTrials", name, rows);
    return rows.map((row, l) => {
      checkList("firstTrials", `${name}[${l}]`, row, count);
      return row.slice(0, count);
    });
  };
  const { error, bitErrors, held } = record;
  return { ...record, error: of("error", error), bitErrors: of("bitErrors", bitErrors), held: of("held", held) };
}

/**
 * Area under a curve of errors, ∫ error dη from the first level to the last, by trapezoids: what the eye compares in a figure
 * with linear axes such as Fig. 9.  [J15 Fig. 9]
 *
 * @param levels η, ascending
 * @param errors one for each level
 */
export function areaUnder(levels: readonly number[], errors: readonly number[]): number {
  checkLevels("areaUnder", levels, errors);
  return levels.slice(1).reduce((sum, level, l) => sum + ((level - levels[l]) * (errors[l] + errors[l + 1])) / 2, 0);
}

/**
 * The noise level at which a falling share first comes down to one half, on a logarithmic axis between two levels.
 *
 * @param levels η > 0, ascending
 * @param shares one for each level, 0 to 1
 * @returns η; the first level if the share is below one half from there on, the last one if it never comes down
 */
export function halfLevel(levels: readonly number[], shares: readonly number[]): number {
  checkLevels("halfLevel", levels, shares);
  const l = shares.findIndex((share) => share <= 0.5);
  if (l <= 0) return levels[l === 0 ? 0 : levels.length - 1];
  const part = (shares[l - 1] - 0.5) / (shares[l - 1] - shares[l]);
  return exp(log(levels[l - 1]) + part * (log(levels[l]) - log(levels[l - 1])));
}

function checkLevels(where: string, levels: readonly number[], values: readonly number[]): void {
  checkNumbers(where, "levels", levels, 1);
  checkNumbers(where, "values", values);
  if (values.length !== levels.length) reject(where, "values", `has length ${values.length}`, `${levels.length}`);
  for (const [l, level] of levels.entries()) {
    if (!(level > (l === 0 ? 0 : levels[l - 1]))) reject(where, `levels[${l}]`, level, "ascending numbers above 0");
  }
}

/** The noise that takes each memory, and how far the memory was from a saddle. */

/**
 * For each memory, the noise level at which half of the trials have lost it.
 *
 * @param levels η, ascending
 * @param record memories, and which of them each trial held at each level
 * @returns η, one for each memory, in order
 * @throws RangeError if levels and record do not fit
 */
export function lossLevels(levels: readonly number[], record: NoiseRecord): number[] {
  const where = "lossLevels";
  checkNumbers(where, "levels", levels, 1);
  checkRecord(where, "record", record);
  const { memories, held } = record;
  checkList(where, "record.memories", memories);
  checkList(where, "record.held", held, levels.length);
  for (const [l, row] of held.entries()) {
    checkList(where, `record.held[${l}]`, row, 1);
    for (const [t, digits] of row.entries()) {
      const isWhole = typeof digits === "string" && digits.length === memories.length && /^[01]*$/.test(digits);
      if (!isWhole) reject(where, `record.held[${l}][${t}]`, digits, `${memories.length} digits, 0 or 1`);
    }
  }
  return memories.map((_, m) => {
    const shares = held.map((row) => row.filter((digits) => digits[m] === "1").length / row.length);
    return halfLevel(levels, shares);
  });
}

/** Memories of one network: how far the nearest saddle is, and when noise takes them. */
export interface MarginPoints {
  readonly name: string;
  /** In activation; null where no saddle was found, no list if none was looked for. */
  readonly margins?: readonly (number | null)[];
  /** η at which half of the trials have lost the memory. */
  readonly lossLevels: readonly number[];
}

/** One memory with a known margin. */
export interface MarginPair {
  /** To the nearest saddle found, in activation. */
  readonly distance: number;
  /** η at which half of the trials have lost the memory. */
  readonly loss: number;
}

/**
 * The memories of a network of which the distance to a saddle is known.
 *
 * @param network margins and loss levels in the same order
 * @returns those with a margin, in order; none if no saddle was found
 * @throws RangeError if the two differ in length, or hold a NaN
 */
export function marginPairs(network: MarginPoints): MarginPair[] {
  const where = "marginPairs";
  checkRecord(where, "network", network, ["lossLevels"]);
  const { margins = [], lossLevels: losses } = network;
  checkNumbers(where, "lossLevels", losses);
  checkList(where, "margins", margins);
  if (margins.length > 0 && margins.length !== losses.length) {
    reject(where, "margins", `has length ${margins.length}`, `${losses.length}, as lossLevels`);
  }
  return losses.flatMap((loss, m) => {
    const distance = margins[m];
    if (typeof distance !== "number") return [];
    checkNumber(where, `margins[${m}]`, distance, "not negative");
    return [{ distance, loss }];
  });
}
