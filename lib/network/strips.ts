/**
 * How wasm wants its matrices: in strips of four rows, pair of columns by pair of columns, so that memory is read
 * from one end to the other (lib/wasm/assembly/products.ts and force.ts). The single-precision weights of an ensemble lie in
 * strips of sixteen rows, column by column (lib/wasm/assembly/ensemble.ts).
 */

/** What the places of the lower triangle P depend on. */
export interface Triangle {
  /** Number of rows, a multiple of four. */
  readonly padded: number;
  /** Columns from here on lie in a part of their own. */
  readonly border: number;
}

/** Where the right part of P begins. */
export function rightPart({ padded, border }: Triangle): number {
  const [strips, left] = [padded / 4, border / 4];
  return 8 * left * (left + 1) + 16 * left * (strips - left);
}

/** Where P keeps row i, column j ≤ i; lib/wasm/assembly/force.ts describes the order. */
export function triangleIndex(run: Triangle, i: number, j: number): number {
  const left = run.border / 4;
  const strip = i >> 2;
  const isRight = j >= run.border;
  const column = isRight ? j - run.border : j;
  const place = 4 * (column & ~1) + 2 * (i & 3) + (column & 1);
  if (isRight) return rightPart(run) + 8 * (strip - left) * (strip - left + 1) + place;
  return (strip < left ? 8 * strip * (strip + 1) : 8 * left * (left + 1) + 16 * left * (strip - left)) + place;
}

/**
 * Copies a matrix into strips of four rows: pair of columns by pair of columns, the four rows of a pair side by side, then
 * the last column if there are odd many, else zeros.
 */
export function fillStrips(A: Float64Array, units: number, strips: Float64Array): void {
  const padded = (units + 3) & ~3;
  const even = units & ~1;
  for (let i = 0; i < units; i++) {
    const first = (i >> 2) * 4 * (padded + 1);
    const row = first + 2 * (i & 3);
    for (let j = 0; j < even; j += 2) {
      strips[row + 4 * j] = A[i * units + j];
      strips[row + 4 * j + 1] = A[i * units + j + 1];
    }
    if (even < units) strips[first + 4 * padded + (i & 3)] = A[i * units + even];
  }
}

/** Where Wr keeps row i, column j. */
export function weightIndex(units: number, i: number, j: number): number {
  const padded = (units + 3) & ~3;
  const strip = (i >> 2) * 4 * (padded + 1);
  if (j === units - 1 && units % 2 === 1) return strip + 4 * padded + (i & 3);
  return strip + 4 * (j & ~1) + 2 * (i & 3) + (j & 1);
}

/** Rows of a strip of an ensemble's weights (lib/wasm/assembly/ensemble.ts). */
const tall = 16;

/** N rounded up to whole strips of an ensemble. */
export function ensembleRows(units: number): number {
  return Math.ceil(units / tall) * tall;
}

/** A matrix in strips of sixteen rows, column after column, sixteen numbers each; zeros below the last row. */
export function ensembleStrips(A: Float64Array, units: number): Float64Array {
  const strips = new Float64Array(ensembleRows(units) * units);
  for (let i = 0; i < units; i++) {
    const first = (i - (i % tall)) * units + (i % tall);
    for (let j = 0; j < units; j++) strips[first + tall * j] = A[i * units + j];
  }
  return strips;
}
