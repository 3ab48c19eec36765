/** The noise that takes each memory, and how far the memory was from a saddle. */
import { checkList, checkNumber, checkNumbers, checkRecord, reject } from "../wasm/validate";
import { halfLevel, type NoiseRecord } from "./noise-curves";

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
