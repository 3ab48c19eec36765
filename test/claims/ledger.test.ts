import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClaimVerdict } from "rnn-claims/dist/claim";
import { allClaims, ledger, readVerdicts, recordVerdicts } from "rnn-claims/dist/ledger";
import { projectFolder } from "rnn-dynamics/dist/places";
import { memoryFolder } from "../helpers/memory-folder";

describe("the ledger of claims", () => {
  let folder: string;
  beforeEach(() => {
    folder = memoryFolder("ledger ");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const judged = (claim: string, statistic: string): ClaimVerdict => ({
    claim,
    statistic,
    tolerance: "none",
    verdict: "partly",
    seeds: [1],
  });

  it("lists all twenty claims in order, judged or not", () => {
    const rows = ledger(join(folder, "none.json"), join(folder, "none.json"));
    assert.deepEqual(
      rows.map((row) => row.claim),
      Array.from({ length: 20 }, (_, i) => `C${i + 1}`),
    );
    assert.ok(rows.every((row) => row.verdict === "not judged yet" && row.from === "–"));
    assert.equal(allClaims.length, 20);
  });

  it("prefers what this machine measured to what was shipped, and says which it shows", () => {
    const [shipped, own] = [join(folder, "shipped.json"), join(folder, "out", "verdicts.json")];
    recordVerdicts([judged("C1", "shipped 1"), judged("C2", "shipped 2")], shipped);
    recordVerdicts([judged("C2", "own 2")], own);
    const [c1, c2, c3] = ledger(shipped, own);
    assert.deepEqual([c1.measured, c1.from], ["shipped 1", "shipped"]);
    assert.deepEqual([c2.measured, c2.from], ["own 2", "this machine"]);
    assert.equal(c3.from, "–");
  });

  it("keeps verdicts of other claims when one is judged again", () => {
    const file = join(folder, "verdicts.json");
    recordVerdicts([judged("C4", "first"), judged("C5", "kept")], file);
    recordVerdicts([judged("C4", "second")], file);
    const rows = ledger(join(folder, "none.json"), file);
    assert.equal(rows[3].measured, "second");
    assert.equal(rows[4].measured, "kept");
  });

  it("names a damaged file, and leaves it as it is", () => {
    const file = join(folder, "verdicts.json");
    const whole = { C1: judged("C1", "kept") };
    const damaged: [string, RegExp][] = [
      ['{"C1": {"claim"', /is truncated or damaged: not JSON \(it ends too early\)/],
      ["", /is not a file of verdicts: not JSON \(it is empty\)/],
      ["[]", /is not a file of verdicts: no JSON object/],
      ["\ufeff[1", /is truncated or damaged: not JSON \(it ends too early\)/],
      [JSON.stringify({ C2: whole.C1 }), /"C2" holds no verdict, it is another claim's/],
      [JSON.stringify({ C1: null }), /"C1" holds no verdict, it is another claim's/],
      [JSON.stringify({ C1: { ...whole.C1, statistic: 3 } }), /its statistic is no line of text/],
      [JSON.stringify({ C1: { ...whole.C1, statistic: "a\u001b[2J" } }), /its statistic is no line of text/],
      [JSON.stringify({ C1: { ...whole.C1, verdict: "true" } }), /its verdict is none of reproduced, partly/],
      [JSON.stringify({ C1: { ...whole.C1, seeds: ["1"] } }), /its seeds are no list of numbers/],
    ];
    for (const [text, message] of damaged) {
      writeFileSync(file, text);
      for (const read of [() => recordVerdicts([judged("C1", "fresh")], file), () => ledger(file, file)]) {
        assert.throws(read, (error: Error) => {
          assert.match(error.message, message);
          assert.ok(error.message.includes(file) && error.message.includes("it is left as it is: move it away"));
          return true;
        });
        assert.equal(readFileSync(file, "utf8"), text);
      }
    }
    assert.deepEqual(readdirSync(folder), ["verdicts.json"]); // no lock stays
  });

  it("takes a byte-order mark, which editors on Windows write, for what it is", () => {
    const file = join(folder, "verdicts.json");
    writeFileSync(file, `\ufeff${JSON.stringify({ C1: judged("C1", "kept") })}`);
    recordVerdicts([judged("C2", "fresh")], file);
    const rows = ledger(file, join(folder, "none.json"));
    assert.deepEqual([rows[0].measured, rows[1].measured], ["kept", "fresh"]);
  });

  it("refuses what is no verdict before anything is written", () => {
    const file = join(folder, "verdicts.json");
    const wrong: [unknown, RegExp][] = [
      [null, /recordVerdicts: verdicts is null, expected an array/],
      [[null], /verdicts\[0\] is no verdict: it is no record, expected what claims\.C1/],
      [[{ ...judged("C1", "x"), claim: "" }], /its claim is no line of text/],
      [[judged("C1", "two\nlines")], /its statistic is no line of text/],
    ];
    for (const [given, message] of wrong) assert.throws(() => recordVerdicts(given as ClaimVerdict[], file), message);
    assert.ok(!existsSync(file));
  });

  it("keeps a claim of any name, also one that JavaScript has a use for", () => {
    const file = join(folder, "verdicts.json");
    recordVerdicts([judged("__proto__", "kept"), judged("constructor", "kept, too")], file);
    recordVerdicts([judged("C1", "fresh")], file);
    assert.deepEqual(Object.keys(readVerdicts(file)), ["__proto__", "constructor", "C1"]);
  });

  describe("recorded by several processes at once", () => {
    /**
     * Starts a process that records verdicts one by one, with claims of its own; resolves with its exit code. If a dead
     * process is named, its lock is left before each of them, as by one that was killed while it held it.
     */
    const record = (file: string, name: string, count: number, dead = ""): Promise<number | null> => {
      const script = `const { recordVerdicts } = require("rnn-claims/dist/ledger");
        const { writeFileSync } = require("node:fs");
        const { hostname } = require("node:os");
        const [file, dead] = process.argv.slice(1);
        for (let i = 0; i < ${count}; i++) {
          if (dead) try { writeFileSync(file + ".lock", dead + " 0 " + hostname(), { flag: "wx" }); } catch {}
          recordVerdicts([{ claim: "${name}" + i, statistic: "s", tolerance: "t", verdict: "partly", seeds: [i] }], file);
        }`;
      const child = spawn(process.execPath, ["-e", script, file, dead], { cwd: projectFolder, stdio: "inherit" });
      return new Promise((done) => child.once("close", done));
    };

    it("are all kept: 1,000 of 1,000", async () => {
      const file = join(folder, "out", "verdicts.json");
      assert.deepEqual(await Promise.all([record(file, "A", 500), record(file, "B", 500)]), [0, 0]);
      assert.equal(Object.keys(readVerdicts(file)).length, 1000);
      assert.deepEqual(readdirSync(join(folder, "out")), ["verdicts.json"]);
    });

    it("are all kept when others are killed meanwhile, and leave their locks", async () => {
      const file = join(folder, "verdicts.json");
      const dead = spawnSync(process.execPath, ["-e", "console.log(process.pid)"], { encoding: "utf8" }).stdout.trim();
      const codes = await Promise.all(["A", "B", "C"].map((name) => record(file, name, 50, dead)));
      assert.deepEqual(codes, [0, 0, 0]);
      assert.equal(Object.keys(readVerdicts(file)).length, 150);
      assert.deepEqual(readdirSync(folder), ["verdicts.json"]);
    });

    it("wait for a lock that is held, and take an old one away", () => {
      const file = join(folder, "verdicts.json");
      const lock = `${file}.lock`;
      writeFileSync(lock, `${process.pid} 0 another-machine`);
      const old = Date.now() / 1000 - 60;
      utimesSync(lock, old, old);
      recordVerdicts([judged("C1", "fresh")], file);
      assert.deepEqual(readdirSync(folder), ["verdicts.json"]);
    });
  });
});
