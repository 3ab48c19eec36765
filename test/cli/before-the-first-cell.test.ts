import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runNotebook } from "rnn-dynamics/dist/cli/run-notebooks";
import { after as afterTime } from "rnn-dynamics/dist/cli/terminal";
import { projectFolder } from "rnn-dynamics/dist/places";
import { createNotebookFolder, type NotebookFolder } from "../helpers/notebook-folder";

const command = join(projectFolder, "lib", "dist", "cli", "run-notebooks.js");

describe("cli/run-notebooks, before the first cell", () => {
  let folder: NotebookFolder;
  let file: string;
  before(() => {
    folder = createNotebookFolder();
    file = folder.write("01-pass", "1 + 1");
  });
  after(() => folder.remove());

  const refused = (out: string, message: RegExp) =>
    assert.rejects(runNotebook(file, { out, timeout: 60 }), (error: Error) => {
      assert.doesNotMatch(error.message, /\n/);
      assert.match(error.message, message);
      return true;
    });

  it("tells of an output folder that cannot be written", async () => {
    const taken = join(folder.path, "taken");
    writeFileSync(taken, "mine");
    await refused(taken, /run-notebooks: .*taken cannot be made, a file of that name is in the way/);
    await refused(join(taken, "deeper"), /cannot be made, a part of its path is not a folder/);
    assert.equal(readFileSync(taken, "utf8"), "mine");
    const held = join(folder.path, "held");
    mkdirSync(join(held, "01-pass.ipynb"), { recursive: true });
    await refused(held, /01-pass\.ipynb cannot be written, it is a folder; move it away/);
    const figures = join(folder.path, "with figures");
    mkdirSync(figures);
    writeFileSync(join(figures, "figures"), "mine");
    if (process.platform !== "win32" && process.getuid?.() !== 0) {
      const closed = join(folder.path, "closed"); // root may write everywhere
      mkdirSync(closed);
      chmodSync(closed, 0o500);
      await refused(closed, /cannot be written, permission is denied; name another folder/);
    }
    await refused(figures, /figures cannot be made, a file of that name is in the way/);
  });

  it("never puts the executed copy in the place of the notebook", () => {
    const before = readFileSync(file, "utf8");
    const args = [command, "--from", folder.path, "--out", folder.path, "01-pass"];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stdout, /01-pass\.ipynb is the notebook itself; name another folder for the executed copy\n/);
    assert.equal(readFileSync(file, "utf8"), before);
  });

  it("tells of a damaged file of verdicts, which the notebook would meet when it records its own", async () => {
    const out = join(folder.path, "verdicts");
    mkdirSync(out);
    writeFileSync(join(out, "verdicts.json"), "{");
    await refused(out, /readVerdicts: .*verdicts\.json is truncated or damaged.*; it is left as it is: move it away/);
  });

  it("tells of a time limit that is none, with its bound", () => {
    for (const word of ["0", "-1", "soon", "1e999", "31622401", "x\ny"]) {
      const run = spawnSync(process.execPath, [command, "--from", folder.path, `--timeout=${word}`], {
        encoding: "utf8",
      });
      assert.equal(run.status, 1);
      assert.match(
        run.stderr,
        /^run-notebooks: --timeout is .*, expected a number of seconds above 0, at most 31622400 \(a year\)\nusage/,
      );
    }
  });

  it("takes a time limit beyond the 24.8 days that a timer of Node holds: the cell runs", async () => {
    const { failure } = await runNotebook(file, { out: folder.out, timeout: 30 * 24 * 3600 });
    assert.equal(failure, undefined);
    let isOver = false;
    const callOff = afterTime(2 ** 31 + 1000, () => {
      isOver = true;
    });
    await new Promise((done) => setTimeout(done, 50));
    callOff();
    assert.equal(isOver, false); // a timer of Node that is too long fires after 1 ms
  });

  it("ends without a word when nobody reads on, as in npm start | head", async () => {
    const args = [command, "--from", folder.path, "--out", folder.out, "01", "01", "01"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (text) => {
      errors += text;
    });
    // the first line is read, then the reader goes; the next line finds nobody
    await new Promise((done) => child.stdout.once("data", done));
    child.stdout.destroy();
    const code = await new Promise((done) => child.once("close", done));
    assert.equal(errors, "");
    assert.equal(code, 141);
  });
});
