import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { jupyterDataFolder, writeKernelspec } from "rnn-dynamics/dist/cli/lab";
import { projectFolder } from "rnn-dynamics/dist/places";

describe("cli/lab", () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "jupyter data "));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  const lab = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    spawnSync(process.execPath, [join(projectFolder, "lib", "dist", "cli", "lab.js"), ...args], {
      encoding: "utf8",
      env: { ...process.env, JUPYTER_DATA_DIR: data, ...env },
    });

  it("writes a kernelspec with absolute paths that exist", () => {
    const { status, stdout } = lab({}, "--no-open");
    assert.equal(status, 0);
    const file = join(data, "kernels", "tslab", "kernel.json");
    assert.ok(stdout.includes(file));
    const spec = JSON.parse(readFileSync(file, "utf8"));
    assert.deepEqual([spec.display_name, spec.language], ["TypeScript (tslab)", "typescript"]);
    const [node, option, preload, tslab, ...rest] = spec.argv;
    for (const path of [node, preload, tslab]) assert.ok(isAbsolute(path) && existsSync(path), path);
    assert.deepEqual([option, ...rest], ["--require", "kernel", "--config-path={connection_file}"]);
  });

  it("keeps somebody's own kernelspec beside the new one, and does not take its own for one", () => {
    const file = join(data, "kernels", "tslab", "kernel.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '{"argv": ["tslab"], "display_name": "TypeScript"}');
    writeKernelspec(data);
    writeKernelspec(data);
    assert.match(readFileSync(`${file}.before`, "utf8"), /"argv": \["tslab"\]/);
  });

  it("says in one line how to get a Jupyter when there is none", () => {
    const { status, stdout } = lab({ PATH: data });
    assert.equal(status, 0);
    assert.match(stdout, /\nNo Jupyter found: "pip install jupyterlab", [^\n]*\n$/);
  });

  it("answers an unknown option with those there are", () => {
    const { status, stderr } = lab({}, "--open");
    assert.equal(status, 1);
    assert.equal(stderr, "lab: --open is unknown, expected --no-open or nothing\n");
  });

  it("knows where each system's Jupyter looks for kernels", () => {
    assert.equal(jupyterDataFolder({ JUPYTER_DATA_DIR: "/x" }, "linux", "/home/a"), "/x");
    assert.equal(jupyterDataFolder({}, "linux", "/home/a"), join("/home/a", ".local", "share", "jupyter"));
    assert.equal(jupyterDataFolder({ XDG_DATA_HOME: "/d" }, "linux", "/home/a"), join("/d", "jupyter"));
    assert.equal(jupyterDataFolder({}, "darwin", "/Users/a"), join("/Users/a", "Library", "Jupyter"));
    assert.equal(jupyterDataFolder({ APPDATA: "/roaming" }, "win32", "/a"), join("/roaming", "jupyter"));
  });
});
