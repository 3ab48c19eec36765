import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { studies } from "rnn-claims";
import { loadStudyResult, type Study, saveStudyResult } from "rnn-claims/dist/study";
import { parseSeeds } from "rnn-dynamics/dist/cli/replicate";
import { secondsLeft } from "rnn-dynamics/dist/cli/terminal";
import { projectFolder } from "rnn-dynamics/dist/places";

const command = join(projectFolder, "lib", "dist", "cli", "replicate.js");

describe("replicate", () => {
  let folder: string;
  let results: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "replicate-"));
    results = join(folder, "results");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A program that is `replicate` with two small studies: "square" writes down that it ran, "slow" never ends. */
  const program = (version = 1): string => {
    const file = join(folder, `program-${version}.cjs`);
    const text = `
      const { replicate } = require(${JSON.stringify(command)});
      const { runCommand } = require(${JSON.stringify(join(command, "..", "terminal.js"))});
      const { appendFileSync } = require("node:fs");
      const square = { name: "square", version: ${version}, async run(seed, { pool, signal, onProgress }) {
        onProgress(1, 2, "squares");
        if (typeof pool.run !== "function" || signal.aborted) throw new Error("no pool or no time");
        appendFileSync(${JSON.stringify(join(folder, "ran"))}, seed + " ");
        if (seed === 13) throw new Error("seed 13 is unlucky");
        return { square: seed * seed };
      } };
      const slow = { name: "slow", version: 1, async run(seed, { signal }) {
        if (seed === 1) return {};
        console.log("waiting");
        await new Promise((_, reject) => {
          const alive = setInterval(() => {}, 1000);
          signal.addEventListener("abort", () => { clearInterval(alive); reject(signal.reason); });
        });
      } };
      const summary = (kept) => [kept.map(({ study, result }) => study + " " + result.square).join(", ")];
      runCommand((words) => replicate(words, [square, slow], ${JSON.stringify(results)}, summary));`;
    writeFileSync(file, text);
    return file;
  };
  const run = (args: readonly string[], version = 1) =>
    spawnSync(process.execPath, [program(version), ...args], { encoding: "utf8" });
  const ran = (): string => readFileSync(join(folder, "ran"), "utf8");

  it("runs a study over seeds, keeps each result, and says so in a line each and in counts", () => {
    const { stdout, stderr, status } = run(["--seeds", "2-4", "--study", "square"]);
    assert.equal(stderr, "");
    assert.match(
      stdout,
      /^square {2}seed 2 {2}[\d.]+ s\n(square.*\n){2}square 4, square 9, square 16\n3 run, 0 kept from before\n3 passed, 0 failed\n$/,
    );
    assert.equal(status, 0);
    assert.deepEqual(
      readdirSync(results),
      [2, 3, 4].map((seed) => `square-seed${seed}.json`),
    ); // and nothing half written
    assert.deepEqual(loadStudyResult(results, "square", 3)?.result, { square: 9 });
  });

  it("skips what is kept, runs what another version of the study made again", () => {
    run(["--seeds", "1-2", "--study", "square"]);
    assert.match(run(["--seeds", "1-3", "--study", "square"]).stdout, /1 run, 2 kept from before\n3 passed, 0 failed/);
    assert.equal(ran(), "1 2 3 ");
    assert.match(run(["--seeds", "2", "--study", "square"], 2).stdout, /1 run, 0 kept/);
    assert.equal(ran(), "1 2 3 2 ");
    assert.equal(loadStudyResult(results, "square", 2)?.version, 2);
  });

  it("goes on after a study that throws, and says which it was", () => {
    const { stdout, status } = run(["--seeds", "12-14", "--study", "square"]);
    assert.match(stdout, /square {2}seed 13 {2}FAILED\n {2}seed 13 is unlucky\n/);
    assert.match(stdout, /2 run, 0 kept from before\n2 passed, 1 failed\n$/);
    assert.equal(status, 1);
    assert.deepEqual(readdirSync(results), ["square-seed12.json", "square-seed14.json"]);
  });

  it("names a damaged result and leaves it alone", () => {
    run(["--seeds", "1-2", "--study", "square"]);
    const file = join(results, "square-seed2.json");
    const whole = readFileSync(file, "utf8");
    const damage: [string, RegExp][] = [
      [
        whole.replace('"square": 4', '"square": 5'),
        /seed2\.json is damaged: it does not match its checksum; restore it/,
      ],
      [whole.slice(0, 40), /seed2\.json is truncated or damaged: not JSON \(it ends too early\); .*delete it/],
      ["{}", /is not a study's result of this library/],
      [readFileSync(join(results, "square-seed1.json"), "utf8"), /seed2\.json holds "square", seed 1/],
    ];
    for (const [text, complaint] of damage) {
      writeFileSync(file, text);
      const { stdout, status } = run(["--seeds", "1-2", "--study", "square"]);
      assert.match(stdout, complaint);
      assert.match(stdout, /0 run, 1 kept from before\n1 passed, 1 failed\n$/);
      assert.equal(status, 1);
      assert.equal(readFileSync(file, "utf8"), text);
    }
    assert.equal(ran(), "1 2 ");
  });

  it("stops at an interrupt, keeps what is done, and goes on from there", async function () {
    if (process.platform === "win32") this.skip(); // there no other process can send an interrupt
    const child = spawn(process.execPath, [program(), "--seeds", "1-3"], { stdio: ["ignore", "pipe", "inherit"] });
    const { text, code } = await stopAt(child, "waiting");
    assert.match(text, /slow {2}seed 2 {2}interrupted\n/);
    assert.match(text, /\n4 run, 0 kept from before, 2 left: the same command goes on\n4 passed, 0 failed\n$/);
    assert.equal(code, 130);
    assert.deepEqual(readdirSync(results), ["slow-seed1.json", ...[1, 2, 3].map((seed) => `square-seed${seed}.json`)]);
    assert.match(run(["--seeds", "1-3", "--study", "square"]).stdout, /0 run, 3 kept from before\n3 passed/);
  });

  /** Sends an interrupt once the output holds the word. */
  const stopAt = (child: ChildProcess, word: string): Promise<{ text: string; code: number | null }> =>
    new Promise((resolve) => {
      let text = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        text += chunk;
        if (text.endsWith(`${word}\n`)) child.kill("SIGINT");
      });
      child.on("close", (code) => resolve({ text, code }));
    });

  for (const [args, complaint] of [
    [[], /--seeds is missing/],
    [["--seeds", "6-1"], /"6-1" is neither a seed nor a range/],
    [["--seeds", "one"], /"one" is neither a seed/],
    [["--seeds", ""], /"" is neither a seed/],
    [["--seeds", "1-99999999999"], /more than 1000 seeds/],
    [["--seeds", "1", "--study", "no-such"], /no study is called no-such/],
    [["--seeds", "1", "--stduy", "square"], /--stduy/],
    [["1-6"], /1-6/],
  ] as const) {
    it(`explains itself and runs nothing when called with ${args.join(" ") || "nothing"}`, () => {
      const { stdout, stderr, status } = run(args);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, complaint);
      assert.match(
        stderr,
        /\nusage: npm run replicate -- --seeds 1-6 \[--study NAME\]…\n.*\n {2}NAME: square, slow\n$/,
      );
      assert.throws(() => readdirSync(results), /ENOENT/);
    });
  }

  it("reads lists and ranges of seeds", () => {
    assert.deepEqual(parseSeeds("1-6"), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(parseSeeds("11-13, 2,12"), [2, 11, 12, 13]);
    assert.deepEqual(parseSeeds("0"), [0]);
  });

  it("says how long all will take from the runs that have ended: of the same kind, else of any", () => {
    assert.equal(secondsLeft(["a", "a"], new Map(), 3), undefined);
    const seen = new Map([["a", [10, 20]]]);
    assert.equal(secondsLeft(["a", "a", "b"], seen, 5), 15 - 5 + 15 + 15);
    assert.equal(secondsLeft(["b", "a"], new Map([...seen, ["b", [60]]]), 100), 15);
  });
});

describe("results of studies", () => {
  const folder = mkdtempSync(join(tmpdir(), "study-results-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const save = (result: unknown, study = "tried") =>
    saveStudyResult(folder, { study, version: 1, seed: 1, seconds: 1.5, result });

  it("come back as they were", () => {
    const result = { list: [1, -2.5, 1e-300], nested: { text: "+−+", flag: true, nothing: null } };
    save(result);
    const back = loadStudyResult(folder, "tried", 1);
    assert.deepEqual(back?.result, result);
    assert.equal(back?.seconds, 1.5);
    assert.equal(loadStudyResult(folder, "tried", 2), undefined);
  });

  it("hold nothing that JSON would lose", () => {
    const bad: [unknown, RegExp][] = [
      [{ rows: [1, Number.NaN] }, /saveStudyResult: result\.rows\[1\] is NaN, expected a finite number/],
      [{ q: Number.POSITIVE_INFINITY }, /result\.q is Infinity/],
      [{ x: new Float64Array(2) }, /result\.x is an array of length 2, expected numbers, texts, lists and records/],
      [{ counts: new Map() }, /result\.counts is an object/],
      [undefined, /result is undefined/],
    ];
    for (const [result, complaint] of bad) assert.throws(() => save(result, "bad"), complaint);
    assert.equal(loadStudyResult(folder, "bad", 1), undefined);
  });

  it("stay in their folder, whatever a study is called", () => {
    for (const name of ["../up", "", "a/b", "A B"])
      assert.throws(() => save({}, name), /expected a name in kebab case/);
  });

  it("belong to studies with names of their own", () => {
    const all = Object.values(studies) as Study<unknown>[];
    const names = all.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, version } of all) {
      assert.match(name, /^[a-z0-9][a-z0-9.-]*$/);
      assert.ok(Number.isInteger(version) && version >= 1);
    }
  });
});
