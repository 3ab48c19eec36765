import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { digestOf } from "rnn-dynamics/dist/files/sealed";
import { createEchoState, type EchoState, withReadout } from "rnn-dynamics/dist/network/echo-state";
import { loadNetwork, saveNetwork } from "rnn-dynamics/dist/network/files";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { type FlipFlopRecipe, prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { createRng } from "rnn-dynamics/dist/numbers/random";

const recipe: Partial<FlipFlopRecipe> = { seed: "store", units: 20, steps: 100, testSteps: 50, gain: 0.9 };

/** The fields of a file, loosely, to be damaged one by one. */
type Fields = Record<string, unknown> & {
  recipe: Record<string, unknown>;
  readout: Record<string, unknown> & { data: string };
};

describe("network/networks", () => {
  let folder: string;
  let file: string;
  let trained: EchoState;
  let whole: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-store-"));
    const { network, training, x0 } = prepareFlipFlop(recipe);
    trained = trainForce(network, training, { x0 }).network;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    file = join(folder, "net.json");
    rmSync(file, { recursive: true, force: true });
    saveNetwork(file, trained, recipe, { command: "a test" });
    whole = readFileSync(file, "utf8");
  });

  /** Puts something else in the file; expects that loading names it, and leaves it alone. */
  function expectRefused(text: string, message: RegExp): void {
    writeFileSync(file, text);
    assert.throws(
      () => loadNetwork(file),
      (error: Error) => {
        assert.ok(error.message.startsWith(`loadNetwork: ${file} `), error.message);
        assert.match(error.message, message);
        return true;
      },
    );
    assert.equal(readFileSync(file, "utf8"), text);
  }

  /** The file with a field changed, with a checksum that is right again unless told otherwise. */
  function damaged(change: (fields: Fields) => void, isSigned = true): string {
    const { checksum, ...fields } = JSON.parse(whole) as Fields & { checksum: string };
    change(fields as Fields);
    return JSON.stringify({ ...fields, checksum: isSigned ? digestOf(JSON.stringify(fields)) : checksum });
  }

  /** The data of the readout with some of its bytes changed. */
  function withBytes(data: string, change: (bytes: Buffer) => void): string {
    const bytes = Buffer.from(data, "base64");
    change(bytes);
    return bytes.toString("base64");
  }

  it("gives back the very same bits of every matrix, and all it was made from", () => {
    const loaded = loadNetwork(file);
    for (const name of ["Wr", "Wfb", "Wo", "B"] as const) {
      assert.deepEqual(loaded.network[name].to1DArray(), trained[name].to1DArray());
    }
    const prepared = prepareFlipFlop(recipe);
    assert.deepEqual(loaded.recipe, prepared.recipe);
    assert.deepEqual(loaded.x0, prepared.x0);
    assert.deepEqual(loaded.training.target.to1DArray(), prepared.training.target.to1DArray());
    assert.deepEqual(loaded.testing.input.to1DArray(), prepared.testing.input.to1DArray());
    assert.equal(loaded.provenance.command, "a test");
    assert.match(loaded.provenance.library, /^\d+\.\d+\.\d+$/);
    assert.match(loaded.provenance.checksum, /^sha256:[0-9a-f]{64}$/);
    assert.equal(loaded.provenance.file, file);
  });

  it("keeps every float64, negative zero and the smallest included [property]", () => {
    const bare = prepareFlipFlop(recipe).network;
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 60, maxLength: 60 }), (weights) => {
        saveNetwork(file, withReadout(bare, Matrix.from1DArray(3, 20, weights)), recipe);
        const back = loadNetwork(file).network.Wo.to1DArray();
        assert.ok(back.every((w, i) => Object.is(w, weights[i])));
      }),
      { numRuns: 20 },
    );
  });

  it("writes the same file from the same network, byte for byte", () => {
    saveNetwork(file, trained, recipe, { command: "a test" });
    assert.equal(readFileSync(file, "utf8"), whole);
  });

  it("stores little-endian bytes, whatever the machine", () => {
    const { readout } = JSON.parse(whole) as Fields;
    const bytes = Buffer.from(readout.data, "base64");
    assert.equal(bytes.readDoubleLE(8), trained.Wo.get(0, 1));
  });

  it("refuses a truncated file, wherever it is cut [property]", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: whole.length - 3 }), (length) => {
        expectRefused(whole.slice(0, length), /is truncated or damaged: not JSON .*; restore it from a copy/);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses an empty file", () => expectRefused("", /is not a network file: not JSON/));

  it("refuses a readout with one bit flipped, any bit [property]", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 479 }), fc.integer({ min: 0, max: 7 }), (byte, bit) => {
        const text = damaged((fields) => {
          fields.readout.data = withBytes(fields.readout.data, (bytes) => {
            bytes[byte] ^= 1 << bit;
          });
        }, false);
        expectRefused(
          text,
          /is damaged: its contents do not match its checksum; restore it from a copy .*git checkout/,
        );
      }),
      { numRuns: 50 },
    );
  });

  it("refuses any other byte changed, or says the same network [property]", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 32, max: 126 }), (at, code) => {
        writeFileSync(file, whole.slice(0, at) + String.fromCharCode(code) + whole.slice(at + 1));
        try {
          // white space, or the same byte
          assert.deepEqual(loadNetwork(file).network.Wo.to1DArray(), trained.Wo.to1DArray());
        } catch (error) {
          assert.ok(error instanceof Error && error.message.startsWith(`loadNetwork: ${file} `), String(error));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("refuses a parameter changed by hand", () => {
    const text = damaged((fields) => {
      fields.recipe.gain = 0.91;
    }, false);
    expectRefused(text, /is damaged: its contents do not match its checksum/);
  });

  it("refuses a NaN or an infinity in the readout, even with a right checksum", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const text = damaged((fields) => {
        fields.readout.data = withBytes(fields.readout.data, (bytes) => bytes.writeDoubleLE(value, 8 * 7));
      });
      expectRefused(text, new RegExp(`has a readout with ${value} at component 7`));
    }
  });

  it("refuses wrong shapes, even with a right checksum", () => {
    const transposed = damaged((fields) => Object.assign(fields.readout, { rows: 20, columns: 3 }));
    expectRefused(transposed, /has a readout of 20×3, expected 3×20/);
    const short = damaged((fields) => {
      fields.readout.data = fields.readout.data.slice(0, 320);
    });
    expectRefused(short, /has a readout of 30 numbers, expected 60 numbers in clean base64/);
    const dirty = damaged((fields) => {
      fields.readout.data = `!${fields.readout.data}`;
    });
    expectRefused(dirty, /expected 60 numbers in clean base64/);
    const missing = damaged((fields) => {
      delete (fields as Record<string, unknown>).readout;
    });
    expectRefused(missing, /has a readout of undefined×undefined, expected 3×20/);
    const otherCode = damaged((fields) => {
      fields.readout.encoding = "hex";
    });
    expectRefused(otherCode, /has a readout encoded as "hex"/);
  });

  it("refuses a recipe that cannot be followed, even with a right checksum", () => {
    for (const [change, message] of [
      [{ units: -1 }, /has a recipe that cannot be followed \(flipFlopRecipe: units is -1/],
      [{ activation: "relu" }, /activation: name is "relu"/],
      [{ colour: "red" }, /option "colour" is unknown/],
    ] as const) {
      const text = damaged((fields) => Object.assign(fields.recipe, change));
      expectRefused(text, message);
    }
    const none = damaged((fields) => Object.assign(fields, { recipe: null }));
    expectRefused(none, /has a recipe that cannot be followed/);
  });

  it("refuses a reservoir that its seed does not give", () => {
    const text = damaged((fields) => {
      fields.recipe.seed = "another";
    });
    expectRefused(text, /needs another reservoir than the one that version .* draws from seed another; train it again/);
  });

  it("refuses foreign files: other JSON, a list, text, a picture", () => {
    expectRefused(
      '{"name":"package","version":"1.0.0"}',
      /is not a network of this library; name a file whose "format"/,
    );
    expectRefused("[1,2,3]", /is not a network file: no JSON object/);
    expectRefused("null", /is not a network file: no JSON object/);
    expectRefused("Wo = zeros(3, 1000)", /is not a network file: not JSON/);
    expectRefused("\u0000\u0001PNG", /is not a network file: not JSON/);
  });

  it("refuses a newer format by name", () => {
    const text = damaged((fields) => Object.assign(fields, { version: 2 }));
    expectRefused(text, /has format version 2, this library reads 1; use a newer library/);
  });

  it("says that a file is missing, or is a folder, or is far too long", () => {
    const missing = join(folder, "missing.json");
    assert.throws(() => loadNetwork(missing), {
      message: `loadNetwork: ${missing} cannot be read, there is no such file or folder`,
    });
    assert.throws(() => loadNetwork(folder), { message: `loadNetwork: ${folder} cannot be read, it is a folder` });
    writeFileSync(file, Buffer.alloc(33 * 1024 * 1024, 32));
    assert.throws(() => loadNetwork(file), /has 34603008 bytes, expected at most 33554432/);
  });

  it("does not save over a damaged or foreign file, nor over a network of another recipe", () => {
    for (const text of [whole.slice(0, 200), "my notes", '{"a":1}']) {
      writeFileSync(file, text);
      assert.throws(() => saveNetwork(file, trained, recipe), /exists and is not a whole network, so it is left alone/);
      assert.equal(readFileSync(file, "utf8"), text);
    }
    writeFileSync(file, whole);
    const other = { ...recipe, steps: 101 };
    const { network } = prepareFlipFlop(other);
    assert.throws(() => saveNetwork(file, network, other), /holds a network of another recipe, so it is left alone/);
    assert.equal(readFileSync(file, "utf8"), whole);
    saveNetwork(file, network, other, { replace: true });
    assert.equal(loadNetwork(file).recipe.steps, 101);
  });

  it("leaves nothing beside the file, also when it cannot be written", () => {
    assert.deepEqual(readdirSync(folder), ["net.json"]);
    const nowhere = join(folder, "no such folder", "net.json");
    assert.throws(() => saveNetwork(nowhere, trained, recipe), {
      message: `saveNetwork: ${nowhere} cannot be written, there is no such file or folder; the file is as it was`,
    });
    rmSync(file);
    mkdirSync(file);
    assert.throws(() => saveNetwork(file, trained, recipe, { replace: true }), /cannot be written, it is a folder/);
    assert.deepEqual(readdirSync(folder), ["net.json"]);
  });

  it("does not save a network under a recipe that is not its own", () => {
    const stranger = createEchoState({ units: 20, inputs: 3, outputs: 3, gain: 0.9, rng: createRng(5) });
    const elsewhere = join(folder, "elsewhere.json");
    assert.throws(() => saveNetwork(elsewhere, stranger, recipe), {
      name: "RangeError",
      message: "saveNetwork: network has another reservoir, expected the one of its recipe, seed store",
    });
    assert.throws(() => saveNetwork(elsewhere, { ...trained, tau: 20 }, recipe), {
      message: "saveNetwork: network.tau is 20, expected 10, as in its recipe",
    });
    assert.throws(() => saveNetwork(elsewhere, { ...trained, activation: "logistic" }, recipe), RangeError);
    assert.throws(() => loadNetwork(elsewhere), /no such file/);
  });

  it("names what is wrong in a call", () => {
    assert.throws(() => saveNetwork("", trained, recipe), {
      name: "RangeError",
      message: "saveNetwork: file is empty, expected a path",
    });
    assert.throws(() => loadNetwork(7 as unknown as string), { message: "loadNetwork: file is 7, expected a path" });
    assert.throws(() => saveNetwork(file, trained, recipe, { overwrite: true } as never), {
      message: /saveNetwork: option "overwrite" is unknown, expected command, replace/,
    });
    assert.throws(() => saveNetwork(file, null as unknown as EchoState, recipe), {
      message: "saveNetwork: network is null, expected an echo-state network",
    });
  });
});
