import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { writeKernelspec } from "rnn-dynamics/dist/cli/lab";
import { listNotebooks } from "rnn-dynamics/dist/cli/notebook-file";
import { projectFolder } from "rnn-dynamics/dist/places";
import { notRun } from "../helpers/not-run";
import { createNotebookFolder, type NotebookFolder, streamText } from "../helpers/notebook-folder";

// Users may run the notebooks with Python's tools; what works there must not depend on this project's runner.
describe("cli/nbconvert", () => {
  let jupyter: string;
  let folder: NotebookFolder;
  before(function () {
    if (spawnSync("jupyter", ["nbconvert", "--version"]).status !== 0) notRun(this, "jupyter nbconvert missing");
  });
  beforeEach(() => {
    jupyter = mkdtempSync(join(tmpdir(), "jupyter-"));
    folder = createNotebookFolder();
  });
  afterEach(() => {
    folder.remove();
    rmSync(jupyter, { recursive: true, force: true });
  });

  const convert = (file: string, env: NodeJS.ProcessEnv) => {
    const args = ["nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=1200"];
    // its 4 s for the rest of an output are short on a busy machine: it goes on without what has not arrived by then
    args.push("--ExecutePreprocessor.startup_timeout=1200", "--ExecutePreprocessor.iopub_timeout=1200");
    args.push("--output-dir", folder.out, file);
    const own = { JUPYTER_DATA_DIR: join(jupyter, "data"), JUPYTER_RUNTIME_DIR: join(jupyter, "runtime") };
    return spawnSync("jupyter", args, {
      encoding: "utf8",
      env: { ...process.env, RNN_DYNAMICS_OUT: folder.out, ...own, ...env },
      maxBuffer: 1 << 28,
    });
  };

  /** The kernelspec that `tslab install` writes: found by JUPYTER_PATH, with `tslab` looked up in PATH. */
  const stockKernel = (): NodeJS.ProcessEnv => {
    const spec = join(jupyter, "path", "kernels", "tslab", "kernel.json");
    mkdirSync(dirname(spec), { recursive: true });
    const argv = ["tslab", "kernel", "--config-path", "{connection_file}"];
    writeFileSync(spec, JSON.stringify({ argv, display_name: "TypeScript", language: "typescript" }));
    const bin = join(projectFolder, "node_modules", ".bin");
    return {
      JUPYTER_PATH: join(jupyter, "path"),
      PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
    };
  };

  it("runs a notebook unchanged in the stock kernel", () => {
    const file = folder.write(
      "small",
      'import { flow } from "rnn-dynamics";\nflow.twoWells.dimension',
      "for (let i = 0; i < 2000; i++) console.log('line ' + i);",
    );
    const { status, stderr } = convert(file, stockKernel());
    assert.equal(status, 0, stderr);
    const { cells } = folder.executed("small");
    assert.equal(streamText(cells[1]), "2\n");
    assert.equal(streamText(cells[2]).split("\n").length, 2001);
  });

  it("runs a notebook in the kernel that `npm run lab` registers", () => {
    writeKernelspec(join(jupyter, "data"));
    const { status, stderr } = convert(folder.write("small", "1 + 1"), {});
    assert.equal(status, 0, stderr);
    assert.equal(streamText(folder.executed("small").cells[1]), "2\n");
  });

  it("runs notebook 01 unchanged in the stock kernel", () => {
    const notebooks = join(projectFolder, "notebooks");
    const name = listNotebooks(notebooks).find((n) => n.startsWith("01"));
    assert.ok(name && existsSync(join(notebooks, `${name}.ipynb`)));
    const before = readFileSync(join(notebooks, `${name}.ipynb`), "utf8");
    const { status, stderr } = convert(join(notebooks, `${name}.ipynb`), stockKernel());
    assert.equal(status, 0, stderr);
    assert.equal(readFileSync(join(notebooks, `${name}.ipynb`), "utf8"), before);
    const outputs = folder.executed(name).cells.flatMap((cell) => cell.outputs ?? []);
    // more than a handful of figures, tables and numbers, and no error among them
    assert.ok(outputs.length >= 5);
    assert.ok(outputs.every((output) => output.output_type !== "error"));
  });
});
