import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { checkWritable, makeFolder, writeAside } from "rnn-dynamics/dist/files/write-aside";
import { memoryFolder } from "../helpers/memory-folder";

describe("files/write-aside", () => {
  let folder: string;
  beforeEach(() => {
    folder = memoryFolder("write aside ");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is safe between threads, which share the number of their process", async () => {
    const file = join(folder, "a.json");
    const script = `const { workerData } = require("node:worker_threads");
      const { writeAside } = require(workerData.module);
      for (let k = 0; k < 200; k++) writeAside("test", workerData.file, workerData.text);`;
    const module = require.resolve("rnn-dynamics/dist/files/write-aside");
    const texts = ["a", "b", "c", "d"].map((sign) => sign.repeat(50_000));
    const ends = texts.map((text) => {
      const worker = new Worker(script, { eval: true, workerData: { module, file, text } });
      return new Promise((done, fail) => worker.once("error", fail).once("exit", done));
    });
    assert.deepEqual(await Promise.all(ends), [0, 0, 0, 0]);
    assert.ok(texts.includes(readFileSync(file, "utf8")));
    assert.deepEqual(readdirSync(folder), ["a.json"]);
  });

  it("leaves nothing beside a file that cannot be written, and takes a long name", () => {
    const name = `${"n".repeat(240)}.json`;
    writeAside("test", join(folder, name), "whole");
    assert.equal(readFileSync(join(folder, name), "utf8"), "whole");
    mkdirSync(join(folder, "taken"));
    assert.throws(
      () => writeAside("test", join(folder, "taken"), ""),
      /^Error: test: .*taken cannot be written, it is a folder/,
    );
    const long = join(folder, "n".repeat(300));
    assert.throws(
      () => writeAside("test", long, ""),
      /cannot be written, its name is too long; the file is as it was$/,
    );
    assert.deepEqual(readdirSync(folder).sort(), [name, "taken"].sort());
  });

  it("says beforehand what would be in the way", () => {
    checkWritable("test", join(folder, "new", "deep", "a.json"));
    assert.deepEqual(readdirSync(join(folder, "new", "deep")), []);
    writeFileSync(join(folder, "file"), "mine");
    assert.throws(
      () => makeFolder("test", join(folder, "file")),
      /^Error: test: .*file cannot be made, a file of that name/,
    );
    assert.throws(
      () => checkWritable("test", join(folder, "file", "x", "a.json")),
      /cannot be made, a part of its path is not/,
    );
    assert.throws(
      () => checkWritable("test", join(folder, "new")),
      /new cannot be written, it is a folder; move it away/,
    );
  });
});
