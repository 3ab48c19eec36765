import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadNpy } from "rnn-dynamics/dist/network/npy";
import { loadWeights } from "rnn-dynamics/dist/network/weights";

/** The beginning of a zip archive whose first member has this name, as zipfile and PyTorch write it. */
function zip(member: string): Buffer {
  const header = Buffer.alloc(30);
  header.write("PK\x03\x04", "latin1");
  header.writeUInt16LE(member.length, 26);
  return Buffer.concat([header, Buffer.from(member), Buffer.alloc(40)]);
}

/** An .npy file with this header entry and shape, and these bytes after it. */
function npy(descr: string, shape: string, data: Buffer): Buffer {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = Buffer.from(`${dict.padEnd(117)}\n`, "latin1");
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00\x76\x00", "latin1"), header, data]);
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** First bytes as the programs write them, what is said of them, and the line that converts. */
const kinds: readonly (readonly [string, Buffer, RegExp])[] = [
  ["npz", zip("W.npy"), /is an \.npz file.*; in Python: np\.save\("Wr\.npy", np\.load\(".*"\)\["W"\]\)$/],
  [
    "sparse npz",
    zip("indices.npy"),
    /a sparse matrix.*; in Python: np\.save\(.*scipy\.sparse\.load_npz\(".*"\)\.toarray\(\)\)$/,
  ],
  [
    "pt",
    zip("sd/data.pkl"),
    /is a file of PyTorch \(\.pt\).*; in Python: np\.save\(.*torch\.load\(".*"\)\["weight_hh_l0"\]\.numpy\(\)\)$/,
  ],
  ["old pt", hex("80028a0a6cfc9c46f9206aa850192e80024de903 2e"), /is a file of PyTorch \(\.pt\)/],
  ["keras", zip("metadata.json"), /is a \.keras file.*get_weights\(\)\[1\]\.T\)$/],
  ["zip", zip("readme.txt"), /is a zip archive.*; unpack it/],
  [
    "MATLAB 5",
    Buffer.from(`${"MATLAB 5.0 MAT-file, written by Octave 7.3.0".padEnd(124)}\0\x01IM`),
    /is a \.mat file, .*scipy\.io\.loadmat\(".*"\)\["Wr"\]\)$/,
  ],
  [
    "MATLAB 4",
    hex("00000000 02000000 02000000 00000000 02000000 5700 000000000000e03f0000000000000040"),
    /is a \.mat file, .*scipy\.io\.loadmat/,
  ],
  [
    "MATLAB 7.3",
    Buffer.from("MATLAB 7.3 MAT-file".padEnd(128)),
    /MATLAB 7\.3.*h5py\.File\(".*"\)\["Wr"\]\[\(\)\]\.T\): MATLAB writes columns first/,
  ],
  ["HDF5", hex("894844460d0a1a0a 0000000000080800"), /is an HDF5 file \(\.h5\).*h5py\.File\(".*"\)\["Wr"\]\[\(\)\]\)$/],
  [
    "Octave, text",
    Buffer.from("# Created by Octave 7.3.0, Mon Nov 30\n# name: W\n"),
    /Octave's own.*; save\("-v7", "Wr\.mat", "Wr"\) in Octave, then in Python: np\.save/,
  ],
  ["Octave, binary", Buffer.from("Octave-1-L\0\x01\0\0\0W"), /Octave's own/],
  ["pickle", hex("800495ab00000000000000 8c166e756d7079"), /is a pickle of Python.*pickle\.load\(open\(".*", "rb"\)\)/],
  [
    "safetensors",
    Buffer.concat([hex("4000000000000000"), Buffer.from('{"weight_hh_l0":{"dtype":"F32"')]),
    /\.safetensors.*safetensors\.numpy\.load_file/,
  ],
  ["gzip", hex("1f8b0800000000000003"), /is compressed by gzip.*; gunzip ".*" first$/],
];

describe("files/foreign-file", () => {
  const folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-foreign-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, bytes: Buffer): string => {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };

  it("names what holds weights of another program, by its first bytes, with the line that converts it", () => {
    for (const [kind, bytes, message] of kinds) {
      // as .npy, as JSON, and under its own name
      const [asNpy, asJson, asItself] = ["Wr.npy", "net.json", "weights.bin"].map((name) => put(name, bytes));
      assert.throws(() => loadNpy(asNpy), message, kind);
      assert.throws(() => loadWeights({ Wr: asNpy }), message, kind);
      assert.throws(() => loadWeights(asJson), message, kind);
      assert.throws(() => loadWeights(asItself), new RegExp(message.source.replace(", .*", ".*")), kind);
    }
  });

  it("does not take other files for one of them", () => {
    const plain = put("Wr.npy", Buffer.from("0.5 -1\n2 0.25\n"));
    assert.throws(() => loadNpy(plain), /is not an \.npy file: .*; write it with numpy\.save$/);
    assert.throws(
      () => loadNpy(put("Wr.npy", Buffer.from('{"Wr": [[1]]}'))),
      /name it alone: loadWeights\("net\.json"\)$/,
    );
    assert.throws(
      () => loadWeights(put("weights.bin", Buffer.alloc(100))),
      /files is .*weights\.bin, expected a \.json/,
    );
  });

  it("says how a sparse matrix is saved, and gives no advice that drops an imaginary part", () => {
    const pickle = Buffer.from("\x80\x04\x95\xc3\x01scipy.sparse._csr\x94csr_matrix", "latin1");
    const sparse = put("Wr.npy", npy("|O", "()", pickle));
    assert.throws(() => loadNpy(sparse), /has dtype "\|O", .*; W is sparse: save W\.toarray\(\) instead$/);
    const list = put("Wr.npy", npy("|O", "(2,)", Buffer.from("\x80\x04numpy", "latin1")));
    assert.throws(
      () => loadNpy(list),
      /it holds objects of Python: save W\.toarray\(\) if W is sparse, else np\.array/,
    );
    for (const type of ["<c16", "<c8", ">c16"]) {
      const file = put("Wr.npy", npy(type, "(1, 1)", Buffer.alloc(16)));
      assert.throws(
        () => loadNpy(file),
        ({ message }: Error) => {
          assert.match(message, /a rate network has real weights: look at np\.abs\(W\.imag\)\.max\(\)/);
          assert.doesNotMatch(message, /astype|W\.real/);
          return true;
        },
      );
    }
    const half = put("Wr.npy", npy("<f2", "(1, 1)", Buffer.alloc(2)));
    assert.throws(() => loadNpy(half), /has dtype "<f2".*; save array\.astype\("<f8"\) instead$/);
  });
});
