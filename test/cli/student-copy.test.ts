import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listNotebooks, type Notebook, notebookFile, sourceOf } from "rnn-dynamics/dist/cli/notebook-file";
import { studentCopy, withoutAnswers } from "rnn-dynamics/dist/cli/student-copy";
import { projectFolder } from "rnn-dynamics/dist/places";

const command = join(projectFolder, "lib", "dist", "cli", "student-copy.js");

describe("cli/student-copy", () => {
  let folder: string;
  let copy: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "student copy "));
    copy = join(folder, "for students");
    studentCopy(copy);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const filesOf = (place: string) =>
    readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(place.length + 1)
          .replaceAll("\\", "/"),
      );
  const notebook = (place: string, name: string): Notebook =>
    JSON.parse(readFileSync(notebookFile(join(place, "notebooks"), name), "utf8"));
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, [command, ...args], { encoding: "utf8", cwd: folder, env: { ...process.env, ...env } });

  it("holds every notebook and all of lib and data that is shipped, and nothing else", () => {
    const files = filesOf(copy);
    assert.deepEqual(listNotebooks(join(copy, "notebooks")), listNotebooks(join(projectFolder, "notebooks")));
    const known =
      /^(LICENSE|CITATION\.cff|README\.md|package(-lock)?\.json|\.gitignore|lib\/.*|notebooks\/[^/]+\.ipynb|notebooks\/claims\/.*|data\/(README\.md|(figures|networks|results)\/.*))$/;
    assert.deepEqual(
      files.filter((path) => !known.test(path)),
      [],
    );
    const left = files.filter((path) => /(^|\/)(solutions|test|node_modules|dist|\.git|cache|out)\//.test(path));
    assert.deepEqual(left, []);
    const lib = (place: string) => filesOf(join(place, "lib")).filter((path) => !/^(dist|node_modules)\//.test(path));
    assert.deepEqual(lib(copy).sort(), lib(projectFolder).sort());
    assert.deepEqual(readdirSync(folder), ["for students"]); // nothing half made beside it
  });

  it("has no answer and no link to one, and all the rest of every notebook", () => {
    for (const name of listNotebooks(join(copy, "notebooks"))) {
      const [given, original] = [notebook(copy, name), notebook(projectFolder, name)];
      assert.equal(
        given.cells.length,
        original.cells.filter((cell) => !cell.metadata.tags?.includes("lecturer")).length,
      );
      for (const cell of given.cells) {
        const text = sourceOf(cell);
        assert.doesNotMatch(text, /solutions\/|<summary>[^<]*\b(answers?|solutions?)\b/i, name);
        if (cell.cell_type !== "code") continue;
        assert.deepEqual(cell.outputs, []);
        assert.ok(original.cells.some((other) => sourceOf(other) === text));
      }
    }
  });

  it("takes out what is an answer, and leaves what explains", () => {
    const explanation = "<details><summary>One explanation</summary>\n\nBecause.\n\n</details>";
    assert.deepEqual(withoutAnswers(`a\n\n${explanation}\n\nb`), { text: `a\n\n${explanation}\n\nb`, count: 0 });
    for (const summary of ["Answers", "Solution", "One solution", "solutions"]) {
      const { text, count } = withoutAnswers(
        `a <details>\n<summary>${summary}</summary>1 (b): see Fig. 2.</details> b ${explanation}`,
      );
      assert.equal(count, 1);
      assert.equal(text, `a ${summary}: *(Not in this copy: your lecturer has it.)* b ${explanation}`);
    }
    const linked = withoutAnswers('(4.1: <a href="solutions/04.ts">solutions/04.ts</a>) [mine](solutions/01.ts)');
    assert.deepEqual(linked, { text: "(4.1: not in this copy) mine (not in this copy)", count: 2 });
  });

  it("drops outputs, and cells that are tagged for the lecturer", () => {
    const project = join(folder, "small");
    for (const part of ["lib", "notebooks", "data"]) mkdirSync(join(project, part), { recursive: true });
    for (const file of ["package.json", "package-lock.json"])
      copyFileSync(join(projectFolder, file), join(project, file));
    const cell = (source: string, tags: string[]) => ({
      ...{ cell_type: "code", metadata: { tags }, source, execution_count: 3 },
      outputs: [{ output_type: "stream", name: "stdout", text: "42" }],
    });
    const cells = [cell("1", []), cell("2", ["lecturer"])];
    writeFileSync(
      join(project, "notebooks", "01-own.ipynb"),
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }),
    );
    writeFileSync(join(project, "notebooks", "notes.txt"), "for me only");
    const made = studentCopy(join(folder, "of small"), project); // no git, no licence: not missed
    assert.deepEqual([made.notebooks, made.answers], [1, 0]);
    const given = notebook(made.folder, "01-own");
    assert.deepEqual(
      given.cells.map(({ source, outputs, execution_count }) => [source, outputs, execution_count]),
      [[["1"], [], null]],
    );
    assert.ok(!existsSync(join(made.folder, "notebooks", "notes.txt")));
    for (const place of [project, made.folder]) rmSync(place, { recursive: true });
  });

  it("sets itself up, checks kindly, and runs a notebook", () => {
    const packages = join(copy, "node_modules");
    mkdirSync(packages);
    for (const name of readdirSync(join(projectFolder, "node_modules"))) {
      const [from, to] = [join(projectFolder, "node_modules", name), join(packages, name)];
      if (name === "rnn-dynamics") symlinkSync(join(copy, "lib"), to, "junction");
      else if (name === "rnn-claims") symlinkSync(join(copy, "notebooks", "claims"), to, "junction");
      else if (name.endsWith(".json")) copyFileSync(from, to);
      else if (!name.startsWith(".")) symlinkSync(from, to, "junction");
    }
    const inCopy = (...args: string[]) => spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
    const setUp = inCopy("lib/cli/setup.mjs");
    assert.deepEqual([setUp.status, setUp.stderr], [0, ""]);
    assert.equal(
      setUp.stdout,
      "Compiling lib …\nCompiling wasm …\nCompiling plotly.js …\nCompiling claims …\nCompiling commands …\n",
    );
    const check = 'require("rnn-dynamics").check("1.1", () => 42)';
    assert.equal(inCopy("-e", check).stdout, "1.1 cannot be checked: this copy has no solutions\n");
    const start = inCopy("lib/dist/cli/run-notebooks.js", "01");
    assert.match(start.stdout, /\n1 passed, 0 failed\n$/, start.stdout + start.stderr);
    const { scripts } = JSON.parse(readFileSync(join(copy, "package.json"), "utf8"));
    assert.deepEqual(Object.keys(scripts), ["start", "lab"]);
  });

  it("asks for packages as the lockfile has them, so that npm ci accepts it", () => {
    const contents = (place: string) => JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
    const { scripts: _, ...given } = contents(copy);
    const { scripts: __, ...original } = contents(projectFolder);
    assert.deepEqual(given, original);
  });

  it("is made by a command that says what it did, in the folder where npm was called", () => {
    const { stdout, stderr, status } = run(["made"], { INIT_CWD: folder });
    assert.equal(stderr, "");
    assert.match(
      stdout,
      /^\d+ notebooks, \d+ files, \d+ answers taken out → .*made\nTry it: cd "made" && npm start -- 01\n$/,
    );
    assert.equal(status, 0);
    rmSync(join(folder, "made"), { recursive: true });
  });

  it("goes into an empty folder, never into one that holds something or out of place", () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    assert.equal(studentCopy(empty).folder, empty);
    writeFileSync(join(folder, "thesis.txt"), "mine");
    const refused: [string, RegExp][] = [
      [empty, /student-copy: .*empty holds \.gitignore and more, expected a new or empty folder$/],
      [join(folder, "thesis.txt"), /thesis\.txt is a file, expected a new or empty folder$/],
      [join(folder, "no", "such"), /lies in .*no, which does not exist, expected a folder whose parent exists$/],
      [join(projectFolder, "handout"), /handout is in the project itself, expected a folder outside it, such as/],
      [projectFolder, /is in the project itself/],
      ["", /student-copy: the folder is missing/],
    ];
    const before = readdirSync(folder).sort();
    for (const [target, message] of refused) assert.throws(() => studentCopy(target), message);
    assert.deepEqual(readdirSync(folder).sort(), before);
    assert.equal(readFileSync(join(folder, "thesis.txt"), "utf8"), "mine");
    assert.ok(!existsSync(join(projectFolder, "handout")));
  });

  it("leaves nothing behind when it cannot be finished", () => {
    const broken = join(folder, "broken");
    mkdirSync(join(broken, "notebooks"), { recursive: true });
    for (const file of ["package.json", "package-lock.json"])
      copyFileSync(join(projectFolder, file), join(broken, file));
    cpSync(join(projectFolder, "LICENSE"), join(broken, "LICENSE"));
    writeFileSync(join(broken, "notebooks", "01-damaged.ipynb"), "{");
    const before = readdirSync(folder).sort();
    assert.throws(() => studentCopy(join(folder, "never"), broken), /01-damaged\.ipynb: not a notebook/);
    rmSync(join(broken, "package.json"));
    assert.throws(
      () => studentCopy(join(folder, "never"), broken),
      /student-copy: .*broken.package\.json cannot be read, there is no such file/,
    );
    assert.deepEqual(readdirSync(folder).sort(), before);
  });

  for (const [args, complaint] of [
    [[], /0 folders are named, expected one folder/],
    [["a", "b"], /2 folders are named/],
    [["--force"], /--force is unknown/],
  ] as const) {
    it(`explains itself when called with ${args.join(" ") || "nothing"}`, () => {
      const { stdout, stderr, status } = run(args);
      assert.deepEqual([stdout, status], ["", 2]);
      assert.match(stderr, complaint);
      assert.match(stderr, /\nusage: npm run student-copy -- FOLDER\n$/);
    });
  }
});
