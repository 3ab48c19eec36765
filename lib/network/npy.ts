/**
 * Matrices in NumPy's file format .npy, versions 1 to 3: what `numpy.save` writes and `numpy.load` reads.
 *
 *     bytes 0–5    \x93NUMPY
 *     bytes 6, 7   version, major and minor
 *     then         length of the header, 2 bytes little-endian (version 1) or 4 (versions 2, 3)
 *     then         the header, a Python dict: { 'descr': '<f8', 'fortran_order': False, 'shape': (3, 1000), }
 *     then         the numbers, row by row, or column by column in Fortran's order
 *
 * A reader of our own, because a file that is cut short or of another type must be told from a whole one; what npm
 * offers takes such files for whole.
 */
import { existsSync } from "node:fs";
import type { Matrix } from "ml-matrix";
import { foreignFile } from "../files/foreign-file";
import { firstBytes, readBytes, refuseFile, shown } from "../files/json-file";
import { bytesOf, floatsIn } from "../files/sealed";
import { writeAside } from "../files/write-aside";
import { checkMatrix, reject } from "../wasm/check";
import { toMatrix } from "../wasm/vector";

const magic = Buffer.from("\x93NUMPY", "latin1");
/** Node reads no more at once; a matrix of 16 000 × 16 000 in float64. */
const mostBytes = 2 ** 31 - 1;

/** A header holds three entries; NumPy itself refuses more than 10 000 signs. */
const mostHeader = 2 ** 16 + 12;

/** Which dtypes are read, and how a number is taken out of the bytes. */
const dtypes: Readonly<Record<string, { readonly size: number; read(bytes: Buffer): Float64Array }>> = {
  "<f8": { size: 8, read: floatsIn },
  "<f4": {
    size: 4,
    read: (bytes) => Float64Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i)),
  },
};

interface Header {
  readonly descr: string;
  readonly isColumnMajor: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly offset: number;
}

/** An array as it is in a file: the numbers row by row, and its shape, with one or two sizes. */
export interface NpyArray {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/**
 * Reads an .npy file with a matrix in it.
 *
 * @param file path; float64 or float32, little-endian, in C or Fortran order; a vector of shape (n,) is an n×1 matrix
 * @returns a new matrix
 * @throws RangeError that names the file, what is wrong with it, and what to do: not .npy, a damaged header,
 *   another dtype, another number of dimensions, cut short, too long, a NaN or an infinity
 * @throws Error if there is no such file, or it cannot be read
 */
export function loadNpy(file: string): Matrix {
  const { data, shape } = readNpy("loadNpy", file);
  return toMatrix(data, shape[0], shape[1] ?? 1);
}

/** The same for a caller with a name and shapes of its own. */
export function readNpy(where: string, file: string): NpyArray {
  if (typeof file !== "string" || file === "") reject(where, "file", file === "" ? "is empty" : file, "a path");
  const bytes = readBytes(where, file, mostBytes);
  const header = readHeader(where, file, bytes);
  const { descr, shape, offset } = header;
  const count = shape.reduce((product, size) => product * size, 1);
  const wanted = count * dtypes[descr].size;
  const got = bytes.length - offset;
  if (got !== wanted) {
    const what = got < wanted ? "is cut short" : "goes on after its numbers";
    refuseFile(
      where,
      file,
      `${what}: ${got} bytes of numbers, while its shape (${shape.join(", ")}) says ${wanted}`,
      saveAgain,
    );
  }
  const stored = dtypes[descr].read(bytes.subarray(offset));
  const data = header.isColumnMajor && shape.length === 2 ? transposed(stored, shape[1], shape[0]) : stored;
  const bad = data.findIndex((entry) => !Number.isFinite(entry));
  if (bad >= 0) {
    const columns = shape[1] ?? 1;
    const place = `row ${Math.floor(bad / columns)}, column ${bad % columns}`;
    refuseFile(where, file, `has ${data[bad]} at ${place}`, "a network needs finite weights");
  }
  return { data, shape };
}

/**
 * Writes a matrix as `numpy.save` does: format 1.0, float64 little-endian, in C order.
 *
 * The file is written aside and renamed. One that is there already is replaced if it is an .npy file, and left alone
 * if it is anything else.
 *
 * @param file path, ending in `.npy` by custom
 * @param m matrix, (rows×columns), finite
 * @throws RangeError if the matrix is not finite or the file is something else; Error if it cannot be written
 */
export function saveNpy(file: string, m: Matrix): void {
  const where = "saveNpy";
  if (typeof file !== "string" || file === "") reject(where, "file", file === "" ? "is empty" : file, "a path");
  checkMatrix(where, "m", m);
  if (!isNpyOrNothing(file))
    refuseFile(where, file, "is there and is no .npy file, so it is left alone", "name another file");
  const dict = `{'descr': '<f8', 'fortran_order': False, 'shape': (${m.rows}, ${m.columns}), }`;
  // the numbers begin at a multiple of 64 bytes, after spaces and a line end
  const length = Math.ceil((magic.length + 4 + dict.length + 1) / 64) * 64 - magic.length - 4;
  const sizes = Buffer.from([1, 0, length & 255, length >> 8]);
  const header = Buffer.from(`${dict.padEnd(length - 1)}\n`, "latin1");
  writeAside(where, file, Buffer.concat([magic, sizes, header, bytesOf(m)]));
}

const saveAgain = "save it again with numpy.save";

function readHeader(where: string, file: string, bytes: Buffer): Header {
  if (!bytes.subarray(0, 6).equals(magic)) {
    const foreign = foreignFile(bytes.subarray(0, 512), file);
    if (foreign) refuseFile(where, file, `${foreign.what}, no .npy`, foreign.advice);
    const advice = /^\s*\{/.test(bytes.subarray(0, 64).toString("latin1"))
      ? 'if it is JSON with all matrices, name it alone: loadWeights("net.json")'
      : "write it with numpy.save";
    refuseFile(where, file, "is not an .npy file: it does not begin with \\x93NUMPY", advice);
  }
  const damaged = (what: string): never => refuseFile(where, file, `has a damaged header: ${what}`, saveAgain);
  const version = bytes[6];
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) damaged("it ends too early");
  if (version < 1 || version > 3) damaged(`version ${version}, expected 1, 2 or 3`);
  const offset = start + (version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  if (bytes.length < offset) damaged("it ends too early");
  if (offset > mostHeader) damaged(`it has ${offset} bytes`);
  const text = bytes.subarray(start, offset).toString("latin1");
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape'\s*:\s*\(([\d,L\s]*)\)/.exec(text)?.[1];
  if (order === undefined || sizes === undefined) return damaged("no order, or no shape");
  if (descr === undefined || !Object.hasOwn(dtypes, descr)) {
    const other = descr === undefined ? "a record or something else" : shown(descr);
    const advice = otherType(descr ?? "", bytes.subarray(offset, offset + 4096));
    refuseFile(where, file, `has dtype ${other}, expected "<f8" or "<f4"`, advice);
  }
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  if (shape.length < 1 || shape.length > 2 || shape.some((size) => size < 1)) {
    refuseFile(
      where,
      file,
      `has shape (${sizes.trim().slice(0, 60)}), expected (n,) or (rows, columns)`,
      "reshape the array and save it again",
    );
  }
  return { descr, isColumnMajor: order === "True", shape, offset };
}

/** How an array of another type is saved so that it can be read, and nothing of it is lost unseen. */
function otherType(descr: string, data: Buffer): string {
  if (/^[<>=|]c/.test(descr))
    return "a rate network has real weights: look at np.abs(W.imag).max() for what the rest is";
  if (descr !== "|O") return 'save array.astype("<f8") instead';
  const pickle = data.toString("latin1");
  if (pickle.includes("scipy.sparse")) return "W is sparse: save W.toarray() instead";
  return 'it holds objects of Python: save W.toarray() if W is sparse, else np.array(W, dtype="<f8")';
}

/** Rows become columns. */
function transposed(data: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
  }
  return result;
}

/** Whether there is no such file, or one that begins as an .npy file does. */
function isNpyOrNothing(file: string): boolean {
  if (!existsSync(file)) return true; // writing will say what is the matter, if anything is
  try {
    return firstBytes("saveNpy", file).subarray(0, magic.length).equals(magic);
  } catch {
    return false; // a folder
  }
}
