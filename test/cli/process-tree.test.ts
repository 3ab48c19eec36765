import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser } from "rnn-dynamics/dist/page/export";
import { projectFolder } from "rnn-dynamics/dist/places";
import { notRun } from "../helpers/not-run";
import { createNotebookFolder, type NotebookFolder } from "../helpers/notebook-folder";

const cli = join(projectFolder, "lib", "dist", "cli");
const node = JSON.stringify(process.execPath);

describe("one process tree", () => {
  let folder: NotebookFolder;
  const started: ChildProcess[] = [];
  const temporaries: string[] = [];
  before(function () {
    if (process.platform === "win32") notRun(this, "signals missing");
    folder = createNotebookFolder();
  });
  after(() => {
    for (const child of started) child.kill("SIGKILL");
    for (const temporary of temporaries) rmSync(temporary, { recursive: true, force: true });
    folder?.remove();
  });

  /** Starts a command in the project, with a folder of its own for what it leaves, and as if it were npm's child. */
  function start(command: string, args: readonly string[]): { child: ChildProcess; temporary: string } {
    const temporary = mkdtempSync(join(tmpdir(), "t-")); // short: a browser makes a socket in it
    temporaries.push(temporary);
    const env = { ...process.env, TMPDIR: temporary, npm_lifecycle_event: "start" };
    const child = spawn(command, args, { cwd: projectFolder, env, stdio: "ignore" });
    started.push(child);
    return { child, temporary };
  }

  /** A notebook that starts a process of its own, says who they are, and then computes, or waits, for ever. */
  function writeLongNotebook(name: string, forEver: string, before = ""): () => Promise<number[]> {
    const file = join(folder.path, `${name}.pids`);
    const stay = `["-e", "setInterval(() => {}, 1000)"]`;
    const other = `require("child_process").spawn(process.execPath, ${stay}, { stdio: "ignore" })`;
    const note = `const fs = require("fs"), file = ${JSON.stringify(file)};
      fs.writeFileSync(file + ".part", [process.pid, process.ppid, other.pid].join(" ")); fs.renameSync(file + ".part", file);`;
    folder.write(name, `${before}\n0;`, `const other = ${other};\n{ ${note} }\n${forEver}`);
    return async () => {
      await until(() => existsSync(file));
      return readFileSync(file, "utf8").split(" ").map(Number);
    };
  }
  const runs = (name: string): string[] => ["--from", folder.path, "--out", join(folder.out, name), name];
  const waits = "await new Promise((resolve) => setTimeout(resolve, 1e8));";
  const computes = "while (true) {}";

  async function isAllOver(pids: readonly number[], temporary: string): Promise<void> {
    for (const pid of pids) await until(() => !isAlive(pid));
    await until(() => readdirSync(temporary).length === 0);
  }

  it("ends on a signal to npm, to a shell in between, or to node itself, and leaves no temporary folder", async () => {
    const setUp = join("lib", "cli", "setup.mjs");
    const ends = ["npm-SIGINT", "npm-SIGHUP", "shell-SIGTERM", "node-SIGINT"].map(async (name) => {
      const [who, signal] = name.split("-");
      const pidsOf = writeLongNotebook(name, waits);
      const script = `${node} ${setUp} start ${runs(name).join(" ")}`;
      const { child, temporary } =
        who === "npm"
          ? start("npm", ["start", "--silent", "--", ...runs(name)])
          : who === "shell"
            ? start("sh", ["-c", `${script} && true`])
            : start(process.execPath, [setUp, "start", ...runs(name)]);
      const pids = await pidsOf();
      child.kill(signal as NodeJS.Signals);
      await isAllOver(pids, temporary);
    });
    await Promise.all(ends);
  });

  it("leaves no kernel behind when the runner is killed, whether the cell waits or computes, and no browser", async () => {
    const figure = '{ data: [{ type: "scatter", x: [1, 2], y: [1, 2] }], layout: {} }';
    const file = JSON.stringify(join(folder.path, "line.svg"));
    const browser = `import { figures } from "rnn-dynamics"; await figures.save(${figure}, ${file});`;
    const cases = [
      ["killed-waits", waits, findBrowser() ? browser : ""],
      ["killed-computes", computes, ""],
    ];
    const ends = cases.map(async ([name, forEver, before]) => {
      const pidsOf = writeLongNotebook(name, forEver, before);
      const { child, temporary } = start(process.execPath, [join(cli, "run-notebooks.js"), ...runs(name)]);
      const pids = await pidsOf();
      if (before !== "") assert.ok(existsSync(join(folder.path, "line.svg")), "no browser has drawn");
      child.kill("SIGKILL");
      await isAllOver(pids, temporary);
    });
    await Promise.all(ends);
  });

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`of the gate ends on ${signal}, with workers that compute`, async () => {
      const tests = mkdtempSync(join(folder.path, "tests-"));
      const file = join(tests, "pids");
      const test = `const fs = require("fs"), os = require("os"), path = require("path");
        it("computes", () => {
          fs.mkdtempSync(path.join(os.tmpdir(), "of-a-test-"));
          fs.writeFileSync(${JSON.stringify(file)} + ".part", [process.pid, process.ppid, process.env.RNN_DYNAMICS_TESTS].join("\\n"));
          fs.renameSync(${JSON.stringify(file)} + ".part", ${JSON.stringify(file)});
          while (true) {}
        });`;
      writeFileSync(join(tests, "a.test.js"), test);
      writeFileSync(join(tests, "b.test.js"), 'it("passes", () => {});');
      const gate = `process.on("SIGTERM", () => process.exit(143));
        require(${JSON.stringify(join(cli, "gate.js"))}).runTests(${JSON.stringify(tests)}, "ignore");`;
      const { child, temporary } = start(process.execPath, ["-e", gate]);
      await until(() => existsSync(file));
      const [pid, parent, inProject] = readFileSync(file, "utf8").split("\n");
      const pids = [pid, parent].map(Number);
      const other = createNotebookFolder(); // of a test that runs beside
      child.kill(signal);
      for (const pid of pids) await until(() => !isAlive(pid));
      // who is killed cannot remove anything
      if (signal === "SIGTERM") await until(() => readdirSync(temporary).length === 0 && !existsSync(inProject));
      else rmSync(inProject, { recursive: true });
      assert.ok(existsSync(other.path));
      other.remove();
    });
  }
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

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 3600; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("waited for three minutes");
}
