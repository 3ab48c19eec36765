import { createHash } from "node:crypto";
import { endianness } from "node:os";
import type { Matrix } from "ml-matrix";
import { toRowMajor } from "../wasm/vector";

/** The bytes of a matrix: float64, little-endian on every machine, row by row. */
export function bytesOf(m: Matrix): Buffer {
  return littleEndian(Buffer.from(toRowMajor(m).buffer));
}

/** The numbers in such bytes. */
export function floatsIn(bytes: Buffer): Float64Array {
  const floats = new Float64Array(Math.floor(bytes.length / 8));
  littleEndian(Buffer.from(bytes.subarray(0, 8 * floats.length))).copy(Buffer.from(floats.buffer));
  return floats;
}

/** A vector as text: base64 of its bytes, float64, little-endian. */
export function textOf(values: Float64Array): string {
  return littleEndian(Buffer.from(values.slice().buffer)).toString("base64");
}

/** The vector in such a text. */
export function floatsFrom(text: string): Float64Array {
  return floatsIn(Buffer.from(text, "base64"));
}

/** Turns native doubles into little-endian ones, or back; in place. */
function littleEndian(bytes: Buffer): Buffer {
  return endianness() === "LE" ? bytes : bytes.swap64();
}

/** SHA-256 of some bytes or of a text, with its name in front. */
export function digestOf(...parts: readonly (Buffer | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest("hex")}`;
}
