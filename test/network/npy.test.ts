import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { loadNpy, saveNpy } from "rnn-dynamics/dist/network/npy";

/**
 * Files written by NumPy 2.4.6, in base64: numpy.lib.format.write_array(f, x, version) for
 * a = np.array([[1, 2.5, -3], [4, -0.0, 1e-300]]).
 */
const byNumpy = {
  /** a, version 1 */
  c8: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADwPwAAAAAAAARAAAAAAAAACMAAAAAAAAAQQAAAAAAAAACAWfP4wh9upQE=",
  /** np.asfortranarray(a), version 1 */
  f8: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADwPwAAAAAAABBAAAAAAAAABEAAAAAAAAAAgAAAAAAAAAjAWfP4wh9upQE=",
  /** np.asfortranarray(a[:, :2].astype("<f4")), version 2 */
  f4: "k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IFRydWUsICdzaGFwZSc6ICgyLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AACAQAAAIEAAAACA",
  /** a[0], version 3 */
  vector:
    "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADwPwAAAAAAAARAAAAAAAAACMA=",
  /** a.astype(">f8") */
  bigEndian:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/8AAAAAAAAEAEAAAAAAAAwAgAAAAAAABAEAAAAAAAAIAAAAAAAAAAAaVuH8L481k=",
  /** np.arange(4).reshape(2, 2) */
  integers:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAA==",
  /** np.zeros((1, 1, 2)) */
  cube: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDEsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAAAA",
  /** np.array(3.0) */
  scalar:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAIQA==",
  /** np.zeros((0, 3)) */
  empty:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=",
  /** np.array([[1, np.nan]]) */
  nan: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADwPwAAAAAAAPh/",
  /** np.zeros(1, dtype=[("a", "<f8")]) */
  record:
    "k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJzxmOCcpXSwgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAA==",
};
const a = [
  [1, 2.5, -3],
  [4, -0, 1e-300],
];

describe("network/npy", () => {
  const folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-npy-"));
  const file = join(folder, "a.npy");
  before(() => mkdirSync(folder, { recursive: true })); // gone after a first run in the same process
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => rmSync(file, { force: true, recursive: true }));
  const bytes = (name: keyof typeof byNumpy) => Buffer.from(byNumpy[name], "base64");
  const load = (contents: Buffer): Matrix => {
    writeFileSync(file, contents);
    return loadNpy(file);
  };
  const same = (m: Matrix, expected: readonly number[][]) => {
    assert.deepEqual([m.rows, m.columns], [expected.length, expected[0].length]);
    for (const [i, row] of expected.entries())
      for (const [j, entry] of row.entries()) assert.ok(Object.is(m.get(i, j), entry), `${m.get(i, j)} at ${i}, ${j}`);
  };
  const refused = (contents: Buffer, message: RegExp) =>
    assert.throws(
      () => load(contents),
      (error: Error) => {
        assert.ok(error instanceof RangeError && error.message.startsWith(`loadNpy: ${file} `), String(error));
        assert.match(error.message, message);
        return true;
      },
    );

  it("reads what NumPy wrote: both orders, both precisions, versions 1 to 3, vectors", () => {
    same(load(bytes("c8")), a);
    same(load(bytes("f8")), a);
    same(load(bytes("f4")), [
      [1, 2.5],
      [4, -0],
    ]);
    same(load(bytes("vector")), [[1], [2.5], [-3]]);
  });

  it("writes the very bytes of numpy.save", () => {
    saveNpy(file, new Matrix(a));
    assert.deepEqual(readFileSync(file), bytes("c8"));
    assert.deepEqual(readdirSync(folder), ["a.npy"]); // nothing half written stays
  });

  it("gives back every finite double of a matrix of any shape [property]", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const shape = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }));
    const matrices = shape.chain(([rows, columns]) => {
      const row = fc.array(finite, { minLength: columns, maxLength: columns });
      return fc.array(row, { minLength: rows, maxLength: rows });
    });
    fc.assert(
      fc.property(matrices, (rows) => {
        saveNpy(file, new Matrix(rows));
        same(loadNpy(file), rows);
        assert.equal(readFileSync(file).indexOf("\n") % 64, 63); // the numbers begin at a multiple of 64
      }),
      { numRuns: 40 },
    );
  });

  it("refuses what is no matrix of floats, and says how to save it", () => {
    refused(bytes("bigEndian"), /has dtype ">f8", expected "<f8" or "<f4"; save array\.astype\("<f8"\) instead/);
    refused(bytes("integers"), /has dtype "<i8"/);
    refused(bytes("record"), /has dtype a record or something else/);
    refused(bytes("cube"), /has shape \(1, 1, 2\), expected \(n,\) or \(rows, columns\); reshape/);
    refused(bytes("scalar"), /has shape \(\), expected/);
    refused(bytes("empty"), /has shape \(0, 3\), expected/);
    refused(bytes("nan"), /has NaN at row 0, column 1; a network needs finite weights/);
    refused(Buffer.from("hello"), /is not an \.npy file: it does not begin with/);
    refused(Buffer.alloc(0), /is not an \.npy file/);
  });

  it("refuses a file that is cut short, wherever, or longer than it says [property]", () => {
    const whole = bytes("f8");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) =>
        refused(
          whole.subarray(0, length),
          /is not an \.npy file|has a damaged header|is cut short: \d+ bytes of numbers/,
        ),
      ),
    );
    refused(Buffer.concat([whole, Buffer.alloc(8)]), /goes on after its numbers: 56 bytes .* \(2, 3\) says 48/);
  });

  it("takes any damage to the header as a value or as words, never as a surprise [property]", () => {
    const whole = bytes("c8");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        try {
          assert.equal(load(damaged).size, 6);
        } catch (error) {
          assert.ok(error instanceof RangeError && error.message.startsWith("loadNpy: "), String(error));
        }
      }),
      { numRuns: 150 },
    );
    const version = Buffer.from(whole);
    version[6] = 4;
    refused(version, /has a damaged header: version 4, expected 1, 2 or 3/);
    refused(
      Buffer.from(whole.toString("latin1").replace("'shape'", "'shade'"), "latin1"),
      /damaged header: no order, or/,
    );
  });

  it("names a file that cannot be read", () => {
    assert.throws(
      () => loadNpy(join(folder, "none.npy")),
      /loadNpy: .*none\.npy cannot be read, there is no such file/,
    );
    assert.throws(() => loadNpy(folder), /cannot be read, it is a folder/);
    assert.throws(() => loadNpy(""), /loadNpy: file is empty, expected a path/);
  });

  it("replaces an .npy file, and nothing else", () => {
    saveNpy(file, new Matrix([[1]]));
    saveNpy(file, new Matrix([[2]]));
    same(loadNpy(file), [[2]]);
    writeFileSync(file, "my thesis");
    assert.throws(
      () => saveNpy(file, new Matrix([[1]])),
      /saveNpy: .* is there and is no \.npy file, so it is left alone/,
    );
    assert.equal(readFileSync(file, "utf8"), "my thesis");
    rmSync(file);
    mkdirSync(file);
    assert.throws(() => saveNpy(file, new Matrix([[1]])), /left alone/);
    assert.throws(() => saveNpy(join(folder, "no", "a.npy"), new Matrix([[1]])), /cannot be written, there is no such/);
    assert.throws(() => saveNpy(file, new Matrix([[Number.NaN]])), /saveNpy: m has NaN at row 0, column 0/);
  });
});
