import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import * as claims from "rnn-claims";
import * as rnn from "rnn-dynamics";
import { type Notebook, sourceOf } from "rnn-dynamics/dist/cli/notebook-file";
import { projectFolder } from "rnn-dynamics/dist/places";
import { equationsIn, libFiles, projectNotebooks } from "./helpers/project-files";
import { projectTemporary } from "./helpers/project-temporary";

/** The folders and files of lib, ground first: each may import what stands before it. */
const order = [
  ...["places", "wasm", "pool", "files", "numbers", "flow", "search", "continuation", "network", "memory", "training"],
  ...["noise", "figures", "page", "jobs", "claims", "cli"],
];
/** What still looks up: figures of results that only a study has, and of a film's frames. */
const lib = { ...rnn, claims };
const equations = Array.from({ length: 28 }, (_, i) => i + 1);

describe("the layers of lib", () => {
  const placeOf = (path: string): string => path.split("/")[0].replace(/\.ts$/, "");
  const ours = /^rnn-(?:dynamics\/dist\/|(?=claims))/;
  const imports = libFiles().flatMap(({ path, text }) =>
    [...text.matchAll(/(?:\bfrom\s|\bimport\s|\bimport\(|\brequire\()\s*"([^"]+)"/g)].map(([, target]) => ({
      path,
      target,
    })),
  );

  it("are the ones the design names", () => {
    for (const { path } of libFiles()) {
      const place = placeOf(path);
      assert.ok(path === "index.ts" || order.includes(place), `${path} lies outside the layers`);
      assert.ok(path.split("/").length <= 2, `${path} lies too deep`);
    }
  });

  it("stand in one order, and none imports what stands behind it", () => {
    const upward = imports.flatMap(({ path, target }) => {
      if (!/^\.|^rnn-/.test(target) || path.endsWith("index.ts")) return []; // the face shows from where it likes
      const inside = target.startsWith(".") ? join(dirname(path), target) : target.replace(ours, "");
      const [from, to] = [path, inside.replaceAll("\\", "/")].map(placeOf);
      return order.indexOf(to) > order.indexOf(from) || inside.endsWith("index") ? [`${path} → ${to}`] : [];
    });
    assert.deepEqual([...new Set(upward)].sort(), []);
  });

  it("leave tslab, tables, pictures and browsers to the page", () => {
    const outside = imports.filter(
      ({ path, target }) => /^(tslab|danfojs-node|plotly|playwright)/.test(target) && !path.startsWith("page/"),
    );
    assert.deepEqual(outside, []);
  });

  it("never use the elementary functions of the JavaScript engine, whose last bits differ, on the way to a result", () => {
    const inexact = /Math\.(a?(?:sin|cos|tan)h?|atan2|exp|expm1|log|log1p|log2|log10|pow|cbrt|hypot|random)\b/;
    const results = libFiles().filter(({ path }) => !/^(figures|page|cli)\//.test(path));
    const lines = results.flatMap(({ path, text }) =>
      text
        .split("\n")
        .map((line, i) => ({ at: `${path}:${i + 1}`, line }))
        .filter(({ line }) => inexact.test(line) && !/^\s*(\*|\/\*|\/\/)/.test(line)),
    );
    assert.deepEqual(lines, []);
  });

  it("hold nothing but exports in index.ts", () => {
    const index = libFiles().find(({ path }) => path === "index.ts");
    const others = (index?.text ?? "").replace(
      /export (?:type )?(?:\*(?: as \w+)?|\{[^}]*\}) from "\.\/[\w/-]+";\n/g,
      "",
    );
    assert.equal(others.replace(/^\/\/.*\n|\/\*[\s\S]*?\*\/\n/gm, ""), "");
  });
});

describe("the size of lib", () => {
  /** Lines of code: neither blank nor comment. */
  const lines = (text: string): number =>
    text
      .replace(/^\s*\/\*[\s\S]*?\*\//gm, "")
      .split("\n")
      .filter((line) => /^\s*(?!\/\/)\S/.test(line)).length;
  const below = (folder: string): { file: string; count: number }[] =>
    readdirSync(join(projectFolder, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(ts|mjs)$/.test(file) && !/^(dist|node_modules)[\\/]/.test(file))
      .map((file) => ({ file, count: lines(readFileSync(join(projectFolder, folder, file), "utf8")) }));
  const isWasm = ({ file }: { file: string }): boolean => file.startsWith("wasm");
  const all = below("lib");

  // What is reached; the aim is 12,000 lines in 90 files, 4,600 in 26 and 2,200 in 14. What shrinks takes its number along.
  for (const [name, files, mostLines, mostFiles] of [
    ["lib without wasm", all.filter((file) => !isWasm(file)), 16_378, 114],
    ["lib/wasm", all.filter(isWasm), 4_277, 24],
    ["notebooks/claims", below("notebooks/claims"), 2_438, 13],
  ] as const) {
    it(`does not grow: ${name}, at most ${mostLines} lines of code in ${mostFiles} files`, () => {
      const sum = files.reduce((total, { count }) => total + count, 0);
      assert.ok(sum <= mostLines, `${sum} lines`);
      assert.ok(files.length <= mostFiles, `${files.length} files`);
    });
  }

  it("is read in pieces: no file over 300 lines but of assembly, and three of the claims that are to be cut", () => {
    const long = [...all, ...below("notebooks/claims")].filter(({ count }) => count > 300).map(({ file }) => file);
    const known = ["04.ts", "06.ts", "search.ts"];
    assert.deepEqual(
      long.filter((file) => !file.includes("assembly") && !known.includes(file)),
      [],
    );
  });
});

describe("the tests", () => {
  it("have no time limits of their own: the one in .mocharc.json is for a test that hangs, on however busy a machine", () => {
    const folder = join(projectFolder, "test");
    const limited = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".test.ts") && /\.timeout\(\d/.test(readFileSync(join(folder, file), "utf8")),
    );
    assert.deepEqual(limited, []);
  });
});

describe("the equations of the paper [J15 eqs. 1–28]", () => {
  it("are each claimed by a docstring of lib", () => {
    const docstrings = libFiles().flatMap(({ text }) => text.match(/\/\*\*[\s\S]*?\*\//g) ?? []);
    const keys = docstrings.flatMap((text) => text.replace(/\s*\n\s*\*\s*/g, " ").match(/\[J15 [^\]]*\]/g) ?? []);
    const claimed = new Set(keys.flatMap(equationsIn));
    assert.deepEqual(
      equations.filter((n) => !claimed.has(n)),
      [],
    );
  });

  it("are each shown by a notebook", () => {
    const shown = new Set(
      projectNotebooks().flatMap(({ texts }) =>
        texts.flatMap((text) => [
          ...[...text.matchAll(/\\tag\{(\d+)\}/g)].map(([, n]) => Number(n)),
          ...equationsIn((text.match(/^#+ .*$/gm) ?? []).join("\n")),
        ]),
      ),
    );
    assert.deepEqual(
      equations.filter((n) => !shown.has(n)),
      [],
    );
  });

  it("are read out of lists and ranges", () => {
    assert.deepEqual(equationsIn("§3.1, eqs. 14–17, and eq. 4; eqs. 27, 28 and 30"), [14, 15, 16, 17, 4, 27, 28, 30]);
  });
});

/** The members of all namespaces, and what stands beside these. */
const membersOf = (names: object, prefix = ""): [string, unknown][] =>
  Object.entries(names).flatMap(([name, value]): [string, unknown][] =>
    typeof value === "object" && prefix === "" ? membersOf(value, `${name}.`) : [[`${prefix}${name}`, value]],
  );

describe("the public face", () => {
  const readme = readFileSync(join(projectFolder, "lib", "README.md"), "utf8");
  const names = membersOf(lib).map(([name]) => name);
  const isIn = (text: string, name: string) => new RegExp(`(?<!\\w\\.?)${name.replace(".", "\\.")}(?!\\w)`).test(text);

  it("is used: each name by a notebook, a solution or a claim, or told in lib/README under “For your own work”", () => {
    const solutions = join(projectFolder, "notebooks", "solutions");
    const code = [
      ...projectNotebooks().flatMap((notebook) => notebook.code),
      ...readdirSync(solutions).map((file) => readFileSync(join(solutions, file), "utf8")),
      /## For your own work\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? "",
    ].join("\n");
    assert.deepEqual(
      names.filter((name) => !isIn(code, name)),
      [],
    );
  });

  it("holds what lib/README names, and every equation is on its map", () => {
    const spaces = Object.entries(lib).flatMap(([name, value]) => (typeof value === "object" ? [name] : []));
    const said = [...readme.matchAll(new RegExp(`\`((?:${spaces.join("|")})\\.\\w+)`, "g"))].map(([, name]) => name);
    assert.ok(said.length > 50);
    const types = ["flow.Flow"];
    assert.deepEqual(
      said.filter((name) => !names.includes(name) && !types.includes(name)),
      [],
    );
    const rows = [...readme.matchAll(/^\| (\d[^|]*) \|[^|]*\| (`[^|]*) \| \d\d/gm)].flatMap(([, row]) =>
      equationsIn(`eqs. ${row}`),
    );
    assert.deepEqual(
      [...new Set(rows)].sort((x, y) => x - y),
      equations,
    );
  });
});

describe("the public types under the TypeScript of the kernel", () => {
  const ts: typeof TypeScript = createRequire(require.resolve("tslab/package.json"))("@tslab/typescript-for-tslab");
  let folder: string;
  before(() => {
    folder = projectTemporary("types-");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Compiles a text as tslab compiles a cell: 5.0.4, not strict, node resolution, declarations. */
  const complaints = (source: string, isOurs: (file: string) => boolean): string[] => {
    const file = join(folder, "cell.ts");
    writeFileSync(file, source);
    const program = ts.createProgram([file], {
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts"],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      esModuleInterop: true,
      declaration: true,
      outDir: join(folder, "out"),
      skipLibCheck: false,
    });
    const found = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
    return found
      .filter((d) => d.file && isOurs(d.file.fileName))
      .map((d) => `${d.file?.fileName}: ${ts.flattenDiagnosticMessageText(d.messageText, "\n")}`);
  };

  it("are of version 5.0.4", () => assert.equal(ts.version, "5.0.4"));

  const imports = 'import * as lib from "rnn-dynamics";\nimport * as claims from "rnn-claims";';

  it("have no error in any declaration file of lib and of the claims", () => {
    const own = /[\\/](lib|claims)[\\/]dist[\\/]/;
    assert.deepEqual(
      complaints(`${imports}\nexport const all = { lib: lib, claims: claims };\n`, (file) => own.test(file)),
      [],
    );
  });

  it("can be named: whatever a cell keeps in a variable, its type is exported", () => {
    const all = membersOf(lib);
    const said = (name: string) => (name.startsWith("claims.") ? name : `lib.${name}`);
    const lines = all.map(([name], i) => `export const kept${i} = ${said(name)};`);
    const calls = all.flatMap(([name, value], i) =>
      typeof value === "function"
        ? [`export const result${i} = (null as unknown as ReturnType<typeof ${said(name)}>);`]
        : [],
    );
    const text = [imports, ...lines, ...calls].join("\n");
    assert.deepEqual(
      complaints(text, (file) => file.endsWith("cell.ts")),
      [],
    );
  });

  it("are told by Tab: a namespace lists its members, each with its docstring", () => {
    const spaces = Object.keys(lib).filter((name) => typeof (lib as Record<string, unknown>)[name] === "object");
    const file = join(folder, "tab.ts");
    const own = spaces.filter((name) => name !== "claims");
    const lines = [
      `import { ${own.join(", ")} } from "rnn-dynamics";`,
      'import * as claims from "rnn-claims";',
      ...spaces.map((name) => `${name}.;`),
    ];
    const text = lines.join("\n");
    writeFileSync(file, text);
    const service = ts.createLanguageService({
      getCompilationSettings: () => ({
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Node10,
      }),
      getScriptFileNames: () => [file],
      getScriptVersion: () => "1",
      getScriptSnapshot: (path) =>
        existsSync(path) ? ts.ScriptSnapshot.fromString(readFileSync(path, "utf8")) : undefined,
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath,
    });
    for (const space of spaces) {
      const at = text.indexOf(`\n${space}.`) + space.length + 2;
      const told = (service.getCompletionsAtPosition(file, at, {})?.entries ?? []).map(({ name }) => name);
      const members = Object.keys((lib as unknown as Record<string, object>)[space]);
      assert.deepEqual(
        members.filter((name) => !told.includes(name)),
        [],
      );
      for (const name of members) {
        const details = service.getCompletionEntryDetails(file, at, name, {}, undefined, {}, undefined);
        assert.ok((details?.documentation ?? []).length > 0, `${space}.${name} has no docstring`);
      }
    }
  });

  it("would be complained of if they were younger or hidden", () => {
    const young =
      "interface Hidden { a: number }\nexport declare function f(): Hidden;\nexport declare const a: Uint8Array<ArrayBuffer>;";
    writeFileSync(join(folder, "young.d.ts"), `${young}\nexport {};\n`);
    const found = complaints('import { f } from "./young";\nexport const kept = f();', (file) =>
      file.startsWith(folder),
    );
    assert.match(found.join("\n"), /young\.d\.ts: Type 'Uint8Array' is not generic/);
    assert.match(found.join("\n"), /cell\.ts: Exported variable 'kept' has or is using name 'Hidden'/);
  });
});

/** The last cell of text before a cell. */
function textAbove(cells: Notebook["cells"], index: number): Notebook["cells"][number] {
  return cells.filter(({ cell_type }, i) => i < index && cell_type === "markdown").pop() ?? cells[0];
}

describe("the notebooks", () => {
  const lineCount = (source: string) => source.split("\n").filter((line) => line.trim() !== "").length;

  for (const { name, notebook, code, texts } of projectNotebooks()) {
    describe(name, () => {
      it("is committed without outputs, for the tslab kernel, with an id for every cell", () => {
        const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
        assert.ok(cells.every((cell) => cell.outputs?.length === 0 && cell.execution_count === null));
        assert.equal((notebook.metadata.kernelspec as { name?: string }).name, "tslab");
        assert.deepEqual([notebook.nbformat, notebook.nbformat_minor], [4, 5]);
        const ids = notebook.cells.map((cell) => cell.id);
        assert.ok(ids.every((id) => /^[\w-]{1,64}$/.test(id ?? "")));
        assert.equal(new Set(ids).size, ids.length);
      });

      it("has code cells of at most 20 lines, half of them of at most 8, and no empty one", () => {
        const lengths = code.map(lineCount).sort((a, b) => a - b);
        assert.ok(lengths[0] > 0);
        assert.ok(lengths[lengths.length - 1] <= 20, `a cell of ${lengths[lengths.length - 1]} lines`);
        assert.ok(lengths[lengths.length >> 1] <= 8, `a median of ${lengths[lengths.length >> 1]} lines`);
      });

      it("has at least as many text cells as code cells, none of more than 120 words", () => {
        assert.ok(texts.length >= code.length, `${texts.length} texts for ${code.length} code cells`);
        const words = texts.map((text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length);
        assert.ok(Math.max(...words) <= 120, `a text of ${Math.max(...words)} words`);
      });

      it("uses neither `any` nor unseeded randomness, and leaves no mark of unfinished work", () => {
        for (const source of code) assert.doesNotMatch(source, /:\s*any\b|\bas any\b|<any>|Math\.random|Date\.now/);
        for (const text of [...code, ...texts]) assert.doesNotMatch(text, /\b(TODO|FIXME|XXX|TBD)\b/);
      });

      it("does not tell the answer to a Predict in the code below it", () => {
        const { cells } = notebook;
        for (const [i, cell] of cells.entries()) {
          if (cell.cell_type !== "code" || !/predict|before you run/i.test(sourceOf(textAbove(cells, i)))) continue;
          // a sentence in quotation marks: the title of a figure, which states what it shows
          assert.doesNotMatch(sourceOf(cell), /"[A-Z][^"]{29,}"/);
        }
      });

      it("has a typed solution for every exercise, and an exercise for every solution", () => {
        const number = name.slice(0, 2);
        const checked = code.flatMap((text) => [...text.matchAll(/\bcheck\("([^"]+)"/g)].map(([, id]) => id));
        const foreign = checked.filter((id) => !id.startsWith(`${Number(number)}.`));
        assert.deepEqual(foreign, []);
        const file = join(projectFolder, "data", "cache", "build", "notebooks", "solutions", `${number}.js`);
        if (checked.length === 0 && !existsSync(file)) return;
        const { exercises } = require(file) as rnn.SolutionModule;
        const solved = Object.keys(exercises).map((id) => (id.includes(".") ? id : `${Number(number)}.${id}`));
        assert.deepEqual([...new Set(checked)].sort(), solved.sort());
      });
    });
  }

  it("are all there", () => {
    const numbers = projectNotebooks().map(({ name }) => name.slice(0, 2));
    for (const number of ["00", "01", "02", "03", "04", "05", "06", "07", "09"])
      assert.ok(numbers.includes(number), number);
  });

  it("use every title that lib keeps for them", () => {
    const code = projectNotebooks().flatMap((notebook) => notebook.code);
    const unused = Object.keys(lib.figures.titles).filter(
      (key) => !code.some((cell) => cell.includes(`titles.${key}`)),
    );
    assert.deepEqual(unused, []);
  });
});
