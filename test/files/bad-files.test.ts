import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { ledger, recordVerdicts } from "rnn-claims/dist/ledger";
import { loadStudyResult, saveStudyResult } from "rnn-claims/dist/study";
import { readFingerprints } from "rnn-dynamics/dist/cli/bits";
import { writeKernelspec } from "rnn-dynamics/dist/cli/lab";
import { readNotebook, sourceOf, titleOf, writeNotebook } from "rnn-dynamics/dist/cli/notebook-file";
import { figuresIn, galleryPage, galleryPictures } from "rnn-dynamics/dist/cli/ship";
import { studentPackage } from "rnn-dynamics/dist/cli/student-copy";
import { titleText } from "rnn-dynamics/dist/figures/figure";
import { digestOf, libraryVersion } from "rnn-dynamics/dist/files/sealed";
import { createEchoState } from "rnn-dynamics/dist/network/echo-state";
import { loadNetwork, saveNetwork, trainedNetwork } from "rnn-dynamics/dist/network/files";
import { loadNpy, saveNpy } from "rnn-dynamics/dist/network/npy";
import { prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { loadWeights, saveWeights } from "rnn-dynamics/dist/network/weights";
import { noiseShelf } from "rnn-dynamics/dist/noise/trials";
import { createRng, type Rng } from "rnn-dynamics/dist/numbers/random";
import { jsonText, withBrokenBytes, withWrongValue } from "../helpers/bad-files";
import { memoryFolder } from "../helpers/memory-folder";

const count = 5000; // for every reader

/** Something that reads files of one kind, and a whole file of that kind. */
interface Reader {
  readonly name: string;
  readonly file: string;
  readonly whole: Buffer;
  /** Reads the file and goes through what it holds, as those do who asked for it. */
  read(): unknown;
  /** Writes where the file is: what is damaged there must stay. */
  write?(): unknown;
  /** The checksum of the record is made right again after a change, so that it is not the checksum that tells. */
  sign?(contents: Record<string, unknown>): object;
  /** It keeps what it finds beside, whatever it is. */
  readonly takesAll?: boolean;
  /** A cache: what it cannot use it keeps beside, and goes on. */
  readonly isCache?: boolean;
}

describe("bad files", () => {
  const traces = Error.stackTraceLimit;
  before(() => {
    Error.stackTraceLimit = 0; // no one looks at them
  });
  after(() => {
    Error.stackTraceLimit = traces;
  });

  const folder = memoryFolder("bad files ");
  const at = (...names: string[]): string => {
    const file = join(folder, ...names);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  };
  const kept = (file: string, make: () => void): Buffer => {
    make();
    return readFileSync(file);
  };

  const sealed = ({ checksum: _, ...contents }: Record<string, unknown>): object => ({
    ...contents,
    checksum: digestOf(JSON.stringify(contents)),
  });
  const recipe = { seed: 3, bits: 1, units: 2, steps: 4, testSteps: 2 };
  const network = prepareFlipFlop(recipe).network;
  const readers: Reader[] = [];
  const add = (reader: Omit<Reader, "whole"> & { whole: Buffer | object | (() => void) }): void => {
    const { whole, file } = reader;
    const bytes = Buffer.isBuffer(whole)
      ? whole
      : typeof whole === "function"
        ? kept(file, whole as () => void)
        : Buffer.from(JSON.stringify(whole, null, 1));
    readers.push({ ...reader, whole: bytes });
  };

  {
    const file = at("network", "net.json");
    add({
      name: "loadNetwork",
      file,
      whole: () => saveNetwork(file, network, recipe),
      read: () => assert.ok(loadNetwork(file).network.Wo.to1DArray().every(Number.isFinite)),
      write: () => saveNetwork(file, network, recipe),
      sign: sealed,
    });
  }
  {
    const outcome = { study: "tones", version: 1, seed: 2, seconds: 3, result: { a: [1, 2], b: { c: "x" } } };
    const file = at("study", "tones-seed2.json");
    add({
      name: "loadStudyResult",
      file,
      whole: () => saveStudyResult(dirname(file), outcome),
      read: () => assert.ok(Number.isSafeInteger(loadStudyResult(dirname(file), "tones", 2)?.version)),
      write: () => saveStudyResult(dirname(file), outcome),
      sign: sealed,
    });
  }
  {
    const file = at("verdicts", "verdicts.json");
    const verdict = { statistic: "8 of 8", tolerance: "all", verdict: "reproduced", seeds: [1, 2] } as const;
    add({
      name: "ledger",
      file,
      whole: () => recordVerdicts([{ claim: "C1", ...verdict }, { claim: "C2", ...verdict }], file), // biome-ignore format: two
      read: () => ledger(file, file).map((row) => assert.equal(typeof row.measured, "string")),
      write: () => recordVerdicts([{ claim: "C3", ...verdict }], file),
    });
  }
  {
    const file = at("npy", "Wr.npy");
    const m = new Matrix([[1, 2.5, -3], [4, 0, 1e-300]]); // biome-ignore format: a matrix
    add({
      name: "loadNpy",
      file,
      whole: () => saveNpy(file, m),
      read: () => assert.ok(loadNpy(file).to1DArray().every(Number.isFinite)),
      write: () =>
        readFileSync(file).subarray(0, 6).toString("latin1") === "\x93NUMPY" ? undefined : saveNpy(file, m),
    });
  }
  const net = createEchoState({ units: 3, inputs: 2, outputs: 1, rng: createRng(5) });
  {
    const files = saveWeights(at("weights"), net);
    add({
      name: "loadWeights, .npy",
      file: files.B,
      whole: readFileSync(files.B),
      read: () => assert.equal(loadWeights(files).B.rows, 3),
    });
    const file = at("weights json", "net.json");
    const lists = Object.fromEntries((["Wr", "Wfb", "Wo", "B"] as const).map((key) => [key, net[key].to2DArray()]));
    add({
      name: "loadWeights, JSON",
      file,
      whole: { ...lists, tau: 5, activation: "tanh" },
      read: () => assert.ok(loadWeights(file).Wr.to1DArray().every(Number.isFinite)),
    });
  }
  {
    const prepared = prepareFlipFlop(recipe);
    const subject = { name: "n", network, x0: prepared.x0, testing: prepared.testing };
    const outcomes = [[{ meanSquaredError: 1, bitErrorRate: 0.5, held: "10" }]];
    const shelf = noiseShelf([subject], 1, { levels: [0.1], hold: 5, margin: 0.1 }, at("shelf"));
    shelf.keep(1, outcomes);
    const file = join(at("shelf"), readdirSync(at("shelf"))[0]);
    add({
      name: "noiseShelf",
      file,
      whole: readFileSync(file),
      read: () => shelf.get(1)?.map((row) => assert.equal(typeof row[0].meanSquaredError, "number")),
      sign: ({ outcomes: found }) => ({ checksum: digestOf(JSON.stringify(found) ?? ""), outcomes: found }),
      isCache: true,
    });
  }
  add({
    name: "readFingerprints",
    file: at("bits.json"),
    whole: { a: "0".repeat(64), b: "f".repeat(64) },
    read: () => Object.values(readFingerprints(at("bits.json"))).map((word) => assert.equal(word.length, 64)),
  });
  const picture = {
    file: "a.png",
    notebook: "01-a",
    title: "A",
    caption: "C.",
    alt: "D",
    paper: { quote: "Q", where: "§1" },
  };
  add({
    name: "galleryPictures",
    file: at("gallery.json"),
    whole: [picture, { file: "b.gif", notebook: "02-b", caption: "E.", alt: "F" }],
    read: () => galleryPage(galleryPictures(at("gallery.json"))),
  });
  const figure = { data: [{ type: "scatter", x: [1] }], layout: { title: { text: "Growth" }, width: 300 } };
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "tslab" } },
    cells: [
      { cell_type: "markdown", id: "a", metadata: { tags: ["lecturer"] }, source: ["# Title\n", "text"] },
      {
        cell_type: "code",
        id: "b",
        metadata: { tags: ["raises-exception"], timeout: 5 },
        source: "1 + 1",
        execution_count: 1,
        outputs: [{ output_type: "display_data", metadata: {}, data: { "application/vnd.plotly.v1+json": figure } }],
      },
    ],
  };
  add({
    name: "readNotebook",
    file: at("01.ipynb"),
    whole: notebook,
    read: () => {
      const read = readNotebook(at("01.ipynb"));
      for (const cell of read.cells) assert.equal(typeof sourceOf(cell) + typeof cell.metadata.tags?.includes("x"), typeof cell.metadata.tags === "undefined" ? "stringundefined" : "stringboolean"); // biome-ignore format: both
      assert.doesNotMatch(titleOf(read), /\p{Cc}/u);
      writeNotebook(at("copy", "01.ipynb"), read);
    },
  });
  add({
    name: "figuresIn",
    file: at("executed.ipynb"),
    whole: notebook,
    read: () => figuresIn(at("executed.ipynb")).map((found) => assert.equal(typeof titleText(found), "string")),
  });
  add({
    name: "libraryVersion",
    file: at("package.json"),
    whole: { name: "rnn-dynamics", version: "0.1.0", main: "dist/index.js" },
    read: () => assert.match(libraryVersion(at("package.json")), /^\d/),
  });
  add({
    name: "studentPackage",
    file: at("student", "package.json"),
    whole: { name: "x", version: "0.1.0", scripts: { start: "a", test: "b" } },
    read: () => JSON.parse(studentPackage(at("student", "package.json"))),
  });
  {
    const file = at("jupyter", "kernels", "tslab", "kernel.json");
    const spec = { argv: ["node"], display_name: "Another", language: "typescript" };
    add({
      name: "writeKernelspec",
      file,
      takesAll: true,
      whole: spec,
      read: () => {
        const old = readFileSync(file);
        writeKernelspec(at("jupyter"));
        assert.deepEqual(readFileSync(`${file}.before`), old);
        rmSync(`${file}.before`);
      },
    });
  }

  /** Words of JavaScript's engine and of the system, which say nothing to whoever has the file. */
  const engine =
    /is not a function|is not iterable|Cannot (read|convert|set|destructure)|Maximum call stack|Invalid (array|typed|string|time)|Unexpected (token|end|non)|in JSON at|is not valid JSON|allocation failed|too long$|\bE[A-Z]{4,}:|\[object|Reduce of empty|out of range|not supported/;

  /** What is wrong with how a reader answered, or nothing. */
  function complaint(error: unknown, file: string): string | undefined {
    if (!(error instanceof Error)) return "no error";
    const { message } = error;
    if (error.constructor !== RangeError && error.constructor !== Error) return "an engine's error";
    if (engine.test(message.replaceAll(file, ""))) return "an engine's words";
    if (/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]/u.test(message)) return "more than a line";
    if (message.length > 600 + 2 * file.length) return `${message.length} signs`;
    if (!message.includes(basename(file)) || !/^(\w[\w-]*: |.*: not a notebook, )/.test(message)) return "no name";
    return /; |, expected |left alone/.test(message) ? undefined : "no advice";
  }

  /** One seed in the gate, a fresh one in each round of search-faults, as for every property. */
  const draws = (name: string): Rng => createRng(`bad files, ${name}, ${fc.readConfigureGlobal()?.seed}`);

  /** A bad file of a reader: never the whole one. */
  function badFile(rng: Rng, reader: Reader): Buffer {
    for (;;) {
      const bytes = damaged(rng, reader);
      if (!bytes.equals(reader.whole)) return bytes;
    }
  }

  function damaged(rng: Rng, { whole, sign }: Reader): Buffer {
    if (whole[0] === 0x93 || rng.integer(2) === 0) return withBrokenBytes(rng, whole);
    let contents = withWrongValue(rng, JSON.parse(whole.toString()));
    if (rng.integer(3) === 0) contents = withWrongValue(rng, contents);
    if (sign && rng.integer(4) > 0) {
      try {
        contents = sign(contents as Record<string, unknown>);
      } catch {
        // nested so deeply that it cannot be signed
      }
    }
    try {
      return jsonText(rng, contents);
    } catch {
      return withBrokenBytes(rng, whole);
    }
  }

  for (const reader of readers) {
    it(`${reader.name}: ${count} files, no engine's error, none replaced, none over one line [property]`, () => {
      const rng = draws(reader.name);
      const { file, isCache = false } = reader;
      const complaints: string[] = [];
      let refused = 0;
      for (let k = 0; k < count; k++) {
        const bytes = badFile(rng, reader);
        writeFileSync(file, bytes);
        let fault: string | undefined;
        let message = "";
        let isRefused = false;
        try {
          reader.read();
        } catch (error) {
          isRefused = true;
          message = String((error as Error).message);
          fault = isCache ? "a cache that throws" : complaint(error, file);
        }
        if (isCache && !existsSync(file)) {
          isRefused = true;
          if (!readFileSync(`${file}.damaged`).equals(bytes)) fault = "not kept";
        }
        if (isRefused) refused++;
        if (isRefused && reader.write) {
          try {
            reader.write();
          } catch (error) {
            message = String((error as Error).message);
            fault ??= complaint(error, file);
          }
        }
        if (isRefused && !isCache && !readFileSync(file).equals(bytes)) fault = "replaced";
        if (fault) complaints.push(`${fault}: ${message.slice(0, 300)} ← ${JSON.stringify(bytes.subarray(0, 200).toString("latin1"))}`); // biome-ignore format: one line
      }
      assert.deepEqual(complaints.slice(0, 5), [], `${complaints.length} complaints`);
      assert.ok(
        reader.takesAll || refused > count / 4,
        `only ${refused} of ${count} were refused: the harness breaks too little`,
      );
    });
  }

  it("trainedNetwork: a kept network that is damaged is put aside, and trained again [property]", async () => {
    rmSync(join(folder, "trained"), { recursive: true, force: true }); // what an earlier round has left
    const place = at("trained", "x");
    await trainedNetwork(recipe, { folder: dirname(place) });
    const [name] = readdirSync(dirname(place));
    const file = join(dirname(place), name);
    const reader = { name: "trainedNetwork", file, whole: readFileSync(file), read: () => {}, sign: sealed };
    const rng = draws("trainedNetwork");
    const refuse = { threads: 1, run: () => Promise.reject(new Error("to be trained")) };
    for (let k = 0; k < count; k++) {
      const bytes = badFile(rng, reader);
      writeFileSync(file, bytes);
      try {
        await trainedNetwork(recipe, { folder: dirname(file), pool: refuse });
      } catch (error) {
        assert.equal((error as Error).message, "to be trained");
        assert.ok(readFileSync(`${file}.damaged`).equals(bytes));
        assert.ok(!existsSync(file));
      }
    }
  });
});
