import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asTerminal, type NotebookOutput } from "rnn-dynamics/dist/cli/notebook-file";
import { chooseNotebooks, failureReport, runNotebook, verdictLines } from "rnn-dynamics/dist/cli/run-notebooks";
import { projectFolder } from "rnn-dynamics/dist/places";
import { notRun } from "../helpers/not-run";
import { createNotebookFolder, type NotebookFolder, streamText } from "../helpers/notebook-folder";

const command = join(projectFolder, "lib", "dist", "cli", "run-notebooks.js");
const onPurpose = { tags: ["raises-exception"] };

describe("cli/run-notebooks", () => {
  let folder: NotebookFolder;
  before(() => {
    folder = createNotebookFolder();
  });
  after(() => folder.remove());

  const run = (name: string, timeout = 1200) =>
    runNotebook(join(folder.path, `${name}.ipynb`), { out: folder.out, timeout });
  const runCommand = (...args: string[]) =>
    spawnSync(process.execPath, [command, "--from", folder.path, "--out", folder.out, ...args], { encoding: "utf8" });

  describe("a notebook that passes", () => {
    it("is saved beside, with outputs and counts, and the notebook itself stays as it was", async () => {
      const file = folder.write(
        "01-pass",
        "const a: number = 20;\nconsole.log('step 1\\rstep 2');",
        "console.error('careful');\na + 1",
        "import * as tslab from 'tslab';\ntslab.display.html('<b>bold</b>\\n<i>i</i>');",
        "tslab.display.raw('application/json', { deep: [1, 2] } as unknown as string);",
      );
      const before = readFileSync(file, "utf8");
      const outcome = await run("01-pass");
      assert.equal(outcome.failure, undefined);
      assert.deepEqual([outcome.cells, outcome.cellsRun], [4, 4]);
      assert.equal(readFileSync(file, "utf8"), before);
      const [, first, second, third] = folder.executed("01-pass").cells;
      assert.equal(first.execution_count, 1);
      assert.equal(streamText(first), "step 2\n");
      assert.equal(streamText(second, "stderr"), "careful\n");
      assert.equal(streamText(second), "21\n");
      const shown = third.outputs?.find((o) => o.output_type === "display_data");
      assert.deepEqual(shown?.data["text/html"], ["<b>bold</b>\n", "<i>i</i>"]);
      assert.deepEqual(
        readdirSync(folder.out).filter((name) => name.includes("part")),
        [],
      );
    });

    it("is valid nbformat 4.5", function () {
      const python = ["import json, sys, nbformat", "nbformat.validate(json.load(open(sys.argv[1])))"].join("\n");
      const file = join(folder.out, "01-pass.ipynb");
      if (spawnSync("/usr/bin/python3", ["-c", "import nbformat"]).status !== 0) notRun(this, "nbformat missing");
      const { status, stderr } = spawnSync("/usr/bin/python3", ["-c", python, file], { encoding: "utf8" });
      assert.equal(status, 0, stderr);
    });

    it("keeps 2000 lines of one cell, before and after lib is imported, and an updated display is what it last was", async () => {
      const lines = "for (let i = 0; i < 2000; i++) console.log('line ' + i);";
      const display =
        "import * as tslab from 'tslab';\nconst d = tslab.newDisplay();\nd.text('first');\nd.text('last');";
      // tslab alone drops what follows some 500 messages of one turn, and with them the word that the cell is done
      folder.write("02-many", lines, "console.log('next');", 'import { numbers } from "rnn-dynamics";', lines, display);
      const outcome = await run("02-many");
      assert.equal(outcome.failure, undefined);
      const { cells } = folder.executed("02-many");
      const printed = Array.from({ length: 2000 }, (_, i) => `line ${i}\n`).join("");
      assert.deepEqual(
        [1, 2, 4].map((cell) => streamText(cells[cell])),
        [printed, "next\n", printed],
      );
      const shown = cells[5].outputs?.filter((o) => o.output_type === "display_data");
      assert.deepEqual(
        shown?.map((o) => o.data["text/plain"]),
        [["last"]],
      );
    });

    it("may hold cells that are meant to fail: they are kept as `error` outputs, with the true lines", async () => {
      const throwing = (source: string) => ({ source, metadata: onPurpose });
      folder.write(
        "03-on-purpose",
        "interface Pair { a: number }\n\nfunction inner(p: Pair): number {\n  // why\n  if (p.a > 1) throw new RangeError('too big');\n  return p.a;\n}",
        throwing("\n// a comment\nconst pair: Pair = { a: 3 };\n\ninner(\n  pair);"),
        throwing(
          "type T = number;\n\nconst list = [1, 2].map((v: T) => {\n  if (v > 1) {\n    throw new Error('two\\nlines'); }\n  return v;\n});",
        ),
        throwing("const u: string = 'a';\nconst v: number = u;"),
        throwing("const nothing = JSON.parse('null');\nconst made = {\n  a: 1,\n  b: nothing.c,\n};"),
        throwing(
          "const wait = (ms: number) => new Promise((r) => setTimeout(r, ms));\nawait wait(5);\n\nthrow new TypeError('late');",
        ),
        throwing("throw 'only a text';"),
        throwing("import { numbers } from 'rnn-dynamics';\n\nnumbers.rng({} as string);"),
        "console.log('still here');",
      );
      const outcome = await run("03-on-purpose");
      assert.equal(outcome.failure, undefined, outcome.failure && failureReport(outcome.failure));
      const { cells } = folder.executed("03-on-purpose");
      const errorOf = (index: number) =>
        cells[index].outputs?.find(
          (o): o is Extract<NotebookOutput, { output_type: "error" }> => o.output_type === "error",
        );
      assert.equal(errorOf(2)?.ename, "RangeError");
      assert.deepEqual(errorOf(2)?.traceback, [
        "RangeError: too big",
        "    at inner (cell 2, line 5)",
        "    at cell 3, line 5",
      ]);
      assert.match(
        errorOf(3)?.traceback.join("\n") ?? "",
        /^Error: two\nlines\n {4}at cell 4, line 5\n[\s\S]*at cell 4, line 3$/,
      );
      assert.equal(errorOf(4)?.ename, "TypeScriptError");
      assert.match(errorOf(4)?.traceback[0] ?? "", /^2:7 - Type 'string' is not assignable/);
      assert.match(errorOf(5)?.traceback.join("\n") ?? "", /^TypeError: Cannot read .*\n {4}at cell 6, line 4$/);
      assert.match(errorOf(6)?.traceback.join("\n") ?? "", /^TypeError: late\n {4}at (async )?cell 7, line 4$/);
      assert.deepEqual([errorOf(7)?.ename, errorOf(7)?.evalue], ["Error", "only a text"]);
      assert.match(errorOf(8)?.traceback.join("\n") ?? "", /at cell 9, line 3$/);
      assert.equal(streamText(cells[9]), "still here\n");
      for (const cell of cells.slice(2, 9)) assert.equal(streamText(cell, "stderr"), "");
    });
  });

  describe("a notebook that fails", () => {
    it("names the cell, the line, the message, and shows the source; the rest does not run", async () => {
      folder.write("04-throws", "1;", "interface Gone { a: number }\n\nconst x = 1;\nthrow new Error('broken');", "2;");
      const { failure, cellsRun } = await run("04-throws");
      assert.ok(failure);
      assert.equal(cellsRun, 2);
      assert.deepEqual([failure.reason, failure.cell, failure.error.place], ["error", 3, { cell: 3, line: 4 }]);
      const report = failureReport(failure).split("\n");
      assert.equal(report[0], "  cell 3, line 4: Error: broken");
      assert.equal(report[4], "  > 4 | throw new Error('broken');");
      const { cells } = folder.executed("04-throws");
      assert.equal(cells[2].execution_count, 2);
      assert.deepEqual([cells[3].execution_count, cells[3].outputs], [null, []]);
    });

    it("is told of a type error in the line that was written", async () => {
      folder.write("05-type", "const s = 1;\n\nconst t: string = s;\nconsole.log(t);");
      const { failure } = await run("05-type");
      assert.equal(failure?.error.name, "TypeScriptError");
      assert.deepEqual(failure?.error.place, { cell: 2, line: 3 });
    });

    it("is told of a rejection that nothing awaits, also when it comes after its cell", async () => {
      folder.write("06-stray", "console.log(1);\nvoid Promise.reject(new Error('lost'));", "2;");
      const { failure } = await run("06-stray");
      assert.deepEqual([failure?.reason, failure?.cell, failure?.error.message], ["stray rejection", 2, "lost"]);
      assert.equal(failure?.error.place?.line, 2);
      folder.write("07-late", "setTimeout(() => {\n  void Promise.reject(new Error('late'));\n}, 100);\n0;", "2;");
      const late = (await run("07-late")).failure;
      assert.deepEqual([late?.reason, late?.error.message], ["stray rejection", "late"]);
      assert.deepEqual(late?.error.place, { cell: 2, line: 2 });
    });

    it("is stopped at its limit, whether it waits or computes; a cell may have a limit of its own", async () => {
      folder.write("08-waits", "await new Promise((r) => setTimeout(r, 1e6));");
      const waits = await run("08-waits", 1);
      assert.equal(waits.failure?.reason, "time limit");
      assert.equal(waits.failure?.error.message, "the cell ran longer than its limit of 1 s");
      folder.write("09-computes", { source: "while (true) {}", metadata: { timeout: 1 } });
      assert.equal((await run("09-computes")).failure?.reason, "time limit");
      folder.write("10-longer", {
        source: "await new Promise((r) => setTimeout(r, 1500));",
        metadata: { timeout: 1200 },
      });
      assert.equal((await run("10-longer", 1)).failure, undefined);
    });

    it("is told of a kernel that dies, with its last words", async () => {
      folder.write(
        "11-dies",
        "import { writeSync } from 'fs';\nwriteSync(2, 'goodbye\\n');\nprocess.kill(process.pid, 'SIGKILL');",
      );
      const { failure } = await run("11-dies");
      assert.equal(failure?.reason, "kernel died");
      assert.match(failure?.error.message ?? "", /^the kernel died \(signal SIGKILL\)\ngoodbye$/);
      folder.write("12-exits", { source: "process.exit(3);", metadata: onPurpose });
      assert.match((await run("12-exits")).failure?.error.message ?? "", /exit code 3/);
    });
  });

  describe("the command", () => {
    it("prints a line per notebook and the counts last, goes on after one that is none, and exits with 1 when one fails", () => {
      const torn = join(folder.path, "19-torn.ipynb");
      writeFileSync(torn, '{"cells": [');
      folder.write("20-good", "1;");
      folder.write("21-bad", "throw new Error('no');");
      const { status, stdout } = runCommand("19", "20", "21-bad");
      assert.equal(status, 1);
      const lines = stdout.trim().split("\n");
      assert.match(lines[1], /19-torn.ipynb: not a notebook/);
      assert.match(lines[2], /^20-good {3}1 cells +\d+\.\d s {2}passed$/);
      assert.match(lines[3], /^21-bad +1 of 1 cells +\d+\.\d s {2}FAILED$/);
      assert.equal(lines[4], "  cell 2, line 1: Error: no");
      assert.equal(lines.at(-1), "1 passed, 2 failed");
      rmSync(torn);
    });

    it("computes what is shipped, too, when it starts from scratch", () => {
      folder.write(
        "23-long",
        "const recompute = false;   // takes an hour\nconst other = false;",
        "[recompute, other]",
      );
      const answer = (): string => streamText(folder.executed("23-long").cells[2]).replace(/\s/g, "");
      assert.equal(runCommand("23").status, 0);
      assert.equal(answer(), "[false,false]");
      assert.equal(runCommand("23", "--scratch").status, 0);
      assert.equal(answer(), "[true,false]");
    });

    it("prints no verdict of an earlier run as measured by a notebook that has failed before it", () => {
      const verdict = (claim: string, statistic: string) =>
        JSON.stringify({ claim, statistic, tolerance: "", verdict: "reproduced", seeds: [1] });
      const record = (...verdicts: string[]) =>
        `import * as claims from "rnn-claims";\nclaims.record([${verdicts.join(", ")}]);`;
      folder.write("04-recorded", record(verdict("C8", "seen then"), verdict("C9", "seen then")));
      assert.match(runCommand("04-recorded").stdout, /C8[^\n]*\n +measured: seen then\n +C9/);
      folder.write("04-recorded", record(verdict("C9", "seen now")), "throw new Error('too early');");
      const { status, stdout } = runCommand("04-recorded");
      assert.equal(status, 1);
      assert.match(stdout, /C9[^\n]*\n +measured: seen now\n/);
      assert.doesNotMatch(stdout, /C8|seen then/);
    });

    it("lists the notebooks with their titles", () => {
      const { status, stdout } = runCommand("--list");
      assert.equal(status, 0);
      assert.match(stdout, /^01-pass {2}A title$/m);
    });

    it("answers an unknown name or option with what there is", () => {
      assert.match(runCommand("99").stderr, /^run-notebooks: no notebook is called 99; there are 01-pass, /);
      assert.match(runCommand("--fast").stderr, /--fast/);
      assert.match(runCommand("--timeout", "soon").stderr, /--timeout is soon, expected a number of seconds above 0/);
      assert.equal(runCommand("99").status, 1);
    });

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      it(`leaves no kernel behind after ${signal}, and the earlier executed copy as it was`, async function () {
        if (process.platform === "win32") notRun(this, "signals missing");
        const pidFile = join(folder.path, `${signal}.pid`);
        const child = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })`;
        folder.write(
          "23-long",
          `const child = ${child};\nrequire('fs').writeFileSync(${JSON.stringify(pidFile)}, process.pid + ' ' + child.pid + '\\n');`,
          "await new Promise((r) => setTimeout(r, 1e6));",
        );
        mkdirSync(folder.out, { recursive: true });
        const copy = join(folder.out, "23-long.ipynb");
        writeFileSync(copy, "the copy of an earlier run");
        const runner = spawn(process.execPath, [command, "--from", folder.path, "--out", folder.out, "23"]);
        const ended = new Promise<number | null>((resolve) => runner.once("exit", resolve));
        const pids = await waitFor(() => existsSync(pidFile) && /^(\d+) (\d+)\n$/.exec(readFileSync(pidFile, "utf8")));
        runner.kill(signal);
        assert.equal(await ended, signal === "SIGINT" ? 130 : 143);
        for (const pid of [Number(pids[1]), Number(pids[2])]) await waitFor(() => !isAlive(pid));
        assert.equal(readFileSync(copy, "utf8"), "the copy of an earlier run");
      });
    }
  });

  it("shows what a terminal would show of a text with carriage returns", () => {
    assert.equal(asTerminal("10 %\r20 %\rdone\nnext\r\nlast\r"), "done\nnext\nlast");
  });

  it("chooses notebooks by number, name or file, in the order asked for", () => {
    const names = ["01-one", "04-four", "10-ten"];
    assert.deepEqual(chooseNotebooks([], names), names);
    assert.deepEqual(chooseNotebooks(["04", "01-one.ipynb", "notebooks/10-ten.ipynb"], names), [
      "04-four",
      "01-one",
      "10-ten",
    ]);
    assert.throws(() => chooseNotebooks(["1"], names), /no notebook is called 1; there are 01-one, 04-four, 10-ten/);
  });

  it("repeats the verdicts that this run has recorded, and only those", () => {
    const verdict = { claim: "C8", says: "", statistic: "115 modes", tolerance: "", verdict: "reproduced", seeds: [1] };
    mkdirSync(folder.out, { recursive: true });
    writeFileSync(join(folder.out, "verdicts.json"), JSON.stringify({ C8: verdict }));
    const lines = verdictLines(["C8", "C9"], folder.out);
    assert.equal(lines.length, 1);
    assert.match(lines[0], /^ {2}C8 {2}reproduced +the central fixed point is a saddle\n +measured: 115 modes$/);
    assert.deepEqual(verdictLines(["C1"], folder.out), []);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // a dead child that nobody has waited for still has a number
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, "utf8"));
}

async function waitFor<T>(condition: () => T | false | null | undefined): Promise<T> {
  for (;;) {
    const value = condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
