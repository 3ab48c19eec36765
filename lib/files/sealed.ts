import { createHash } from "node:crypto";
import { endianness } from "node:os";
import { join } from "node:path";
import type { Matrix } from "ml-matrix";
import { codeFolder } from "../places";
import { toRowMajor } from "../wasm/vector";
import { readJsonRecord, refuseFile } from "./json-file";
import { writeAside } from "./write-aside";

/** Version of this library, as its package.json says. */
export function libraryVersion(file: string = join(codeFolder, "..", "package.json")): string {
  const advice = "restore it: git checkout -- lib/package.json";
  const { version } = readJsonRecord("libraryVersion", file, { kind: "a package.json", advice });
  if (typeof version === "string" && /^\d[\w.+-]*$/.test(version)) return version;
  return refuseFile("libraryVersion", file, "has no version", advice);
}

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

/**
 * Writes a record as JSON with its seal, `checksum`: the sha-256 of all before it, written without white space.
 *
 * @param indent spaces of the text, which the seal does not depend on
 * @throws Error if the file cannot be written
 */
export function writeSealed(where: string, file: string, contents: object, indent: number): void {
  const whole = { ...contents, checksum: digestOf(JSON.stringify(contents)) };
  writeAside(where, file, `${JSON.stringify(whole, null, indent)}\n`);
}

/** Whether a record that was read is the one that was sealed, order of fields and all. */
export function isWhole({ checksum, ...contents }: Readonly<Record<string, unknown>>): boolean {
  return digestOf(JSON.stringify(contents)) === checksum;
}
