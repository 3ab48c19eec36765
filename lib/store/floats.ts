import { createHash } from "node:crypto";
import type { Matrix } from "ml-matrix";

/** The bytes of a matrix: float64, little-endian on every machine, row by row. */
export function bytesOf(m: Matrix): Buffer {
  const bytes = Buffer.alloc(8 * m.rows * m.columns);
  let at = 0;
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < m.columns; j++) at = bytes.writeDoubleLE(m.get(i, j), at);
  }
  return bytes;
}

/** The numbers in such bytes. */
export function floatsIn(bytes: Buffer): Float64Array {
  const floats = new Float64Array(bytes.length / 8);
  for (let i = 0; i < floats.length; i++) floats[i] = bytes.readDoubleLE(8 * i);
  return floats;
}

/** SHA-256 of some bytes or of a text, with its name in front. */
export function digestOf(...parts: readonly (Buffer | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest("hex")}`;
}
