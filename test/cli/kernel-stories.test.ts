import assert from "node:assert/strict";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type KernelClient, type KernelMessage, startKernel } from "rnn-dynamics/dist/cli/kernel";
import { createNotebookFolder, type NotebookFolder } from "../helpers/notebook-folder";

// What people do beside a notebook that runs. The kernel works in a project of its own: a package, a linked package as
// this one is in its workspace, and npm's record of what it has installed.
describe("a kernel among files that change", () => {
  let folder: NotebookFolder;
  let kernel: KernelClient;
  let count = 0;
  const path = (...parts: string[]): string => join(folder.path, ...parts);
  const write = (text: string, ...parts: string[]): void => {
    mkdirSync(dirname(path(...parts)), { recursive: true });
    writeFileSync(path(...parts), text);
  };
  const writePackage = (value: number, ...root: string[]): void => {
    write(`exports.value = ${value};\n`, ...root, "dist", "index.js");
    write("exports.late = 4;\n", ...root, "dist", "late.js");
    write("export declare const value: number;\nexport type Grid = Float64Array[];\n", ...root, "dist", "index.d.ts");
    write("export declare const late: number;\n", ...root, "dist", "late.d.ts");
    write('{ "main": "dist/index.js", "types": "dist/index.d.ts" }\n', ...root, "package.json");
  };
  const fillModules = (): void => {
    writePackage(1, "node_modules", "plain-package");
    symlinkSync(path("lib"), path("node_modules", "linked-package"), "junction");
    write("{}\n", "node_modules", ".package-lock.json"); // npm writes it last
  };
  const empty = (): void => {
    for (const name of readdirSync(path("node_modules")).sort())
      rmSync(path("node_modules", name), { recursive: true });
  };
  const touch = (...parts: string[]): void => utimesSync(path(...parts), new Date(), new Date());

  before(async () => {
    folder = createNotebookFolder();
    writePackage(2, "lib");
    fillModules();
    mkdirSync(path("notebooks"));
    kernel = await startKernel({ cwd: path("notebooks"), grace: 60_000 });
    await passes('import { value as plain } from "plain-package"; import { value, Grid } from "linked-package";');
  });
  after(async () => {
    await kernel?.close();
    folder.remove();
  });

  async function execute(code: string): Promise<{ status: string; printed: string; said: string }> {
    const messages: KernelMessage[] = [];
    const { status } = await kernel.execute(code, (message) => messages.push(message));
    const texts = (stream: string): string =>
      messages.map(({ content }) => (content.name === stream ? String(content.text) : "")).join("");
    return { status, printed: texts("stdout"), said: texts("stderr") };
  }
  async function passes(code: string, printed?: string): Promise<void> {
    const outcome = await execute(code);
    assert.equal(outcome.status, "ok", outcome.said);
    if (printed !== undefined) assert.equal(outcome.printed.trim(), printed);
  }
  /** A cell that fails, as it should; what arrives within 200 ms after it is thrown away by tslab. */
  async function fails(code: string): Promise<void> {
    assert.equal((await execute(code)).status, "error");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  /** Cells of the usual kinds: one that imports again, one that uses what came earlier, its types too. */
  async function goesOn(): Promise<void> {
    count++;
    await passes('import { value as again } from "linked-package";\nagain + plain', "3");
    await passes(
      `const grid${count}: Grid = [Float64Array.of(value)]; grid${count}[0][0] + process.argv.length * 0`,
      "2",
    );
  }
  /** Does something while a cell runs: the cell says when it has begun, by a file, and ends when it is told to. */
  async function during(code: string, act: () => void): Promise<void> {
    const [begun, done] = [path("begun"), path("done")];
    const cell = `{ const fs = require("fs"); fs.writeFileSync(${JSON.stringify(begun)}, "");
      while (!fs.existsSync(${JSON.stringify(done)})) await new Promise((r) => setTimeout(r, 20));
      ${code} }`;
    const running = execute(cell);
    let isOver = false;
    void running.then(() => {
      isOver = true;
    });
    while (!isOver && !existsSync(begun)) await new Promise((resolve) => setTimeout(resolve, 10));
    try {
      act();
    } finally {
      writeFileSync(done, "");
    }
    const outcome = await running;
    for (const file of [begun, done]) rmSync(file, { force: true });
    assert.equal(outcome.status, "ok", outcome.said);
    await goesOn();
  }
  async function betweenAndDuring(act: () => void): Promise<void> {
    act();
    await goesOn();
    await during("", act);
  }

  it("goes on when a package.json is touched, of its own library or of another package", () =>
    betweenAndDuring(() => {
      for (const root of [["lib"], ["node_modules", "plain-package"]]) touch(...root, "package.json");
      writePackage(2, "lib");
    }));

  it("finds a helper file that was written after its import had failed, and sees what becomes of it", async () => {
    const cell = 'import { helped } from "./helper";\nhelped';
    await fails(cell);
    write("export const helped: number = 5;\n", "notebooks", "helper.ts");
    await passes(cell, "5");
    write("export const helped: number = 66;\n", "notebooks", "helper.ts");
    await passes(cell, "66");
    const deeper = 'import { deep } from "./parts/deep";\ndeep';
    await fails(deeper);
    write("export const deep = 7;\n", "notebooks", "parts", "deep.ts");
    await passes(deeper, "7");
    await goesOn();
  });

  it("goes on when folders node_modules come and go beside the notebook", async () => {
    const come = (): void => writePackage(9, "notebooks", "node_modules", "linked-package");
    const go = (): void => rmSync(path("notebooks", "node_modules"), { recursive: true, force: true });
    const comeEmpty = (): void => void mkdirSync(path("notebooks", "node_modules"), { recursive: true });
    for (const act of [come, go, comeEmpty, go]) await betweenAndDuring(act);
  });

  it("finds a package that was installed after its import had failed", async () => {
    const cell = 'import { value as young } from "young-package";\nyoung';
    await fails(cell);
    writePackage(8, "node_modules", "young-package");
    await passes(cell, "8");
  });

  it("waits while all packages are taken away and put back, as by npm ci", async () => {
    empty();
    setTimeout(fillModules, 1500);
    await goesOn();
    // a running cell that needs a file of a package only now
    await during('if (require("linked-package/dist/late").late !== 4) throw new Error("wrong");', () => {
      empty();
      // the kernel's thread is the one that waits, so this one can put it back
      setTimeout(fillModules, 1500);
    });
  });

  it("goes on when its library is built anew, in place or from nothing", () =>
    betweenAndDuring(() => {
      rmSync(path("lib", "dist"), { recursive: true });
      write("export declare const value: str", "lib", "dist", "index.d.ts"); // caught half-way
      writePackage(3, "lib");
    }));

  it("goes on when hard-linked copies of everything are made", () => {
    let copies = 0;
    return betweenAndDuring(() => {
      copies++;
      for (const from of [["lib", "dist"], ["node_modules", "plain-package", "dist"], ["notebooks"]]) {
        mkdirSync(path(`copy-${copies}`, ...from), { recursive: true });
        for (const entry of readdirSync(path(...from), { withFileTypes: true })) {
          if (entry.isFile()) linkSync(path(...from, entry.name), path(`copy-${copies}`, ...from, entry.name));
        }
      }
    });
  });

  it("goes on when the project moves away for a moment, as when a branch is changed", async () => {
    await during("", () => {
      renameSync(path("lib"), path("lib-away"));
      renameSync(path("lib-away"), path("lib"));
    });
  });

  it("lets 20 000 lines of one loop arrive, from a notebook that imports nothing of this project", async () => {
    const { printed } = await execute('for (let i = 1; i <= 20000; i++) console.log("line " + i);');
    assert.equal(printed, Array.from({ length: 20_000 }, (_, i) => `line ${i + 1}\n`).join(""));
  });

  it("reports errors in the reader's own lines, without frames of the kernel", async () => {
    const reported = async (code: string): Promise<string> => {
      const { status, said } = await execute(code);
      assert.equal(status, "error");
      await new Promise((resolve) => setTimeout(resolve, 300));
      return said.trim();
    };
    await passes(
      "interface Pair { a: number }\n\nfunction inner(p: Pair): number {\n  // why\n  throw new RangeError('too big');\n}",
    );
    const own = await reported("\n// a comment\nconst pair: Pair = { a: 3 };\n\ninner(\n  pair);");
    assert.match(own, /^RangeError: too big\n {4}at inner \(cell \[(\d+)\], line 5\)\n {4}at cell \[(\d+)\], line 5$/);
    const [, first, second] = /\[(\d+)\][\s\S]*\[(\d+)\]/.exec(own) ?? [];
    assert.equal(Number(second), Number(first) + 1);
    assert.match(
      await reported("const wait = new Promise((r) => setTimeout(r, 5));\nawait wait;\n\nthrow new TypeError('late');"),
      /^TypeError: late\n {4}at (?:async )?cell \[\d+\], line 4$/,
    );
    assert.match(
      await reported("type A = number;\nfunction down(): A {\n  return down() + 1;\n}\ndown();"),
      /^RangeError: Maximum call stack size exceeded\n {4}at down \(cell \[\d+\], line 3\)$/,
    );
    assert.match(
      await reported("1;\n\nconst r = /(/;"),
      /^SyntaxError: Invalid regular expression.*\n {4}at cell \[\d+\], line 3$/,
    );
    write(
      "interface B { b: number }\n\nexport function helps(): B {\n  throw new Error('in the helper');\n}\n",
      "notebooks",
      "throws.ts",
    );
    assert.match(
      await reported('import { helps } from "./throws";\n\nhelps();'),
      /^Error: in the helper\n {4}at helps \(.*throws\.ts:4\)\n {4}at cell \[\d+\], line 3$/,
    );
  });

  // last: it is the end of this kernel
  it("ends by itself when it is asked to, long before it would be made to", async () => {
    await kernel.close();
    await assert.rejects(kernel.process.died, /the kernel died \(exit code 0\)/);
  });
});
