/**
 * Files that other programs keep weights in, told by their first bytes, each with the one line that makes an .npy of them.
 *
 * The bytes were seen in files of NumPy 2.4, SciPy 1.17, h5py 3.7, PyTorch 1.13 and Octave 7.3.
 */

/** What a file is, as "is …", and how it becomes one that can be read. */
export interface ForeignFile {
  readonly what: string;
  readonly advice: string;
}

const startsWith = (bytes: Buffer, signs: string, at = 0): boolean =>
  bytes.subarray(at, at + signs.length).equals(Buffer.from(signs, "latin1"));

/** A line of Python that saves one matrix as NumPy does. */
const save = (matrix: string): string => `in Python: np.save("Wr.npy", ${matrix})`;

/**
 * The kind of a file that is neither .npy nor JSON, and the line that converts it; undefined for an unknown one.
 *
 * @param bytes its beginning: 512 bytes say enough
 * @param file its name, for the line
 */
export function foreignFile(bytes: Buffer, file: string): ForeignFile | undefined {
  const name = JSON.stringify(file);
  if (startsWith(bytes, "PK\x03\x04")) return zipFile(bytes, name);
  if (startsWith(bytes, "\x89HDF\r\n\x1a\n")) {
    return { what: "is an HDF5 file (.h5)", advice: save(`h5py.File(${name})["Wr"][()]`) };
  }
  if (startsWith(bytes, "MATLAB 7.3")) {
    const advice = `${save(`h5py.File(${name})["Wr"][()].T`)}: MATLAB writes columns first, hence .T`;
    return { what: "is a .mat file of MATLAB 7.3", advice };
  }
  if (startsWith(bytes, "MATLAB 5.0") || isMatlab4(bytes)) {
    return { what: "is a .mat file", advice: save(`scipy.io.loadmat(${name})["Wr"]`) };
  }
  if (startsWith(bytes, "Octave-1-") || startsWith(bytes, "# Created by Octave")) {
    return {
      what: "is a file of Octave's own",
      advice:
        'save("-v7", "Wr.mat", "Wr") in Octave, then in Python: np.save("Wr.npy", scipy.io.loadmat("Wr.mat")["Wr"])',
    };
  }
  if (startsWith(bytes, "\x80") && startsWith(bytes, "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 2))
    return torchFile(name);
  if (startsWith(bytes, "\x80") && bytes[1] >= 2 && bytes[1] <= 5) {
    return { what: "is a pickle of Python", advice: save(`np.asarray(pickle.load(open(${name}, "rb")), dtype="<f8")`) };
  }
  if (startsWith(bytes, '{"', 8) && bytes.readUInt32LE(4) === 0) {
    return { what: "is a .safetensors file", advice: save(`safetensors.numpy.load_file(${name})["weight_hh_l0"]`) };
  }
  if (startsWith(bytes, "\x1f\x8b")) return { what: "is compressed by gzip", advice: `gunzip ${name} first` };
  return undefined;
}

/** A zip archive, by the name of its first member: NumPy's .npz, PyTorch's .pt, Keras' .keras. */
function zipFile(bytes: Buffer, name: string): ForeignFile {
  const member = bytes.length < 30 ? "" : bytes.subarray(30, 30 + bytes.readUInt16LE(26)).toString("latin1");
  if (/(^|\/)(data\.pkl|\.format_version|version|byteorder)$/.test(member)) return torchFile(name);
  if (/^(indices|indptr|format|shape|data|row|col|offsets)\.npy$/.test(member)) {
    return { what: "is an .npz file with a sparse matrix", advice: save(`scipy.sparse.load_npz(${name}).toarray()`) };
  }
  if (member.endsWith(".npy")) {
    return {
      what: "is an .npz file, an archive of .npy files",
      advice: save(`np.load(${name})["${member.slice(0, -4)}"]`),
    };
  }
  if (/^(metadata|config)\.json$|\.weights\.h5$/.test(member)) {
    return { what: "is a .keras file", advice: save(`keras.models.load_model(${name}).layers[0].get_weights()[1].T`) };
  }
  return { what: "is a zip archive", advice: "unpack it, and name the file with the matrix" };
}

const torchFile = (name: string): ForeignFile => ({
  what: "is a file of PyTorch (.pt)",
  advice: save(`torch.load(${name})["weight_hh_l0"].numpy()`),
});

/** MATLAB 4 has no magic number: a type below 5000 of four digits MOPT, two sizes, a flag, the length of a short name. */
function isMatlab4(bytes: Buffer): boolean {
  if (bytes.length < 21) return false;
  const [type, rows, columns, isComplex, nameLength] = [0, 4, 8, 12, 16].map((at) => bytes.readInt32LE(at));
  if (![0, 1, 2, 10, 20, 30, 40, 50].includes(type) || rows < 1 || columns < 1 || isComplex >> 1 !== 0) return false;
  const name = bytes.subarray(20, 20 + nameLength);
  return nameLength > 1 && nameLength <= 64 && /^[A-Za-z]\w*\0$/.test(name.toString("latin1"));
}
