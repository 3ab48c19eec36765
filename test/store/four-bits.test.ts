import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countsByModes, fourBitsFile, loadFourBits, shippedNames } from "rnn-dynamics";
import { saveFourBits } from "rnn-dynamics/dist/store/four-bits";

describe("store/four-bits", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "four-bits-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("ships a skeleton of every network of four bits, in less than 300 kB", () => {
    const skeletons = loadFourBits();
    assert.deepEqual(
      Object.keys(skeletons),
      shippedNames().filter((name) => name.includes("4bit")),
    );
    assert.ok(statSync(fourBitsFile).size < 300_000);
    for (const skeleton of Object.values(skeletons)) {
      // all points are certified, and the index sum is that of the counts
      assert.ok(skeleton.points.every(({ radius }) => radius >= 0));
      const sum = skeleton.points.reduce((total, { modes }) => total + (modes % 2 === 0 ? 1 : -1), 0);
      assert.equal(sum, skeleton.indexSum);
      assert.ok(countsByModes(skeleton)[0] >= 8);
    }
  });

  it("keeps what it is given, and refuses what it did not write", () => {
    const file = join(folder, "kept.json");
    const skeletons = loadFourBits();
    saveFourBits(skeletons, file);
    assert.deepEqual(loadFourBits(file), skeletons);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"modes":0', '"modes":1'));
    assert.throws(() => loadFourBits(file), {
      name: "RangeError",
      message: /is damaged: it does not match its checksum; restore it/,
    });
    writeFileSync(file, text.slice(0, 100));
    assert.throws(() => loadFourBits(file), /truncated or damaged: not JSON/);
    writeFileSync(file, "{}");
    assert.throws(() => loadFourBits(file), /holds no four-bit skeletons/);
    writeFileSync(file, "null");
    assert.throws(() => loadFourBits(file), /holds no four-bit skeletons/);
    assert.throws(() => loadFourBits(join(folder, "none.json")), /none\.json is missing; restore it/);
  });
});
