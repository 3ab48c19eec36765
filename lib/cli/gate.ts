import type { SpawnOptions } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { removeFolder } from "../files/write-aside";
import { projectFolder } from "../places";
import { listNotebooks, notebookFile, picturelessLine } from "./notebook-file";
import { runAll, stopOnSignals } from "./run-notebooks";
import { closingLine, endWithReader, folders, runNode } from "./terminal";
import type { TestCounts } from "./test-reporter";

/**
 * Everything that must hold before a change is kept (types are checked by the set-up that comes before):
 * format and lint, the tests, every notebook in the real kernel.
 */
async function main(): Promise<void> {
  endWithReader();
  stopOnSignals();
  const lint = await checkStyle();
  console.log("\nTests");
  const tests = await runTests();
  console.log("\nNotebooks");
  const notebooks = await runAll(listNotebooks(folders.notebooks).map((name) => notebookFile(folders.notebooks, name)));

  // On one's own machine a missing browser is no defect; in .ci/run, which installs it, it is one.
  const missing = process.env.RNN_DYNAMICS_CI === "1" ? tests.notRun.length : 0;
  console.log("\nSummary");
  console.log(`  format and lint  ${lint ? "clean" : "FAILED"}`);
  console.log(`  tests            ${closingLine(tests.passed, tests.failed)}, ${tests.notRun.length} not run`);
  for (const title of tests.notRun) console.log(`    ${title}`);
  console.log(`  notebooks        ${closingLine(notebooks.passed, notebooks.failed)}`);
  const passed = (lint ? 1 : 0) + tests.passed + notebooks.passed;
  const failed = (lint ? 0 : 1) + tests.failed + missing + notebooks.failed;
  console.log(closingLine(passed, failed));
  if (notebooks.pictureless > 0) console.log(picturelessLine(notebooks.pictureless));
  process.exitCode = failed > 0 ? 1 : 0;
}

async function checkStyle(): Promise<boolean> {
  const biome = join(projectFolder, "node_modules", "@biomejs", "biome", "bin", "biome");
  const words = [biome, "ci", "--error-on-warnings", "."];
  return (await runNode(words, { cwd: projectFolder, stdio: ["ignore", "inherit", "inherit"] })) === 0;
}

/**
 * mocha in processes of its own: a test that leaves a handle open, or exits, does not end the gate. Four files at a time, as
 * tests that wait for a kernel or a browser leave a processor free.
 *
 * They are a process group of their own and keep their temporary files in one folder, so that nothing of them is left,
 * in whatever way the gate ends.
 */
export async function runTests(
  folder: string = folders.tests,
  output: "inherit" | "ignore" = "inherit",
): Promise<TestCounts> {
  const mocha = join(dirname(require.resolve("mocha/package.json")), "bin", "mocha.js");
  const reporter = join(__dirname, "test-reporter.js");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.js"));
  files.sort((a, b) => Number(isLong(b)) - Number(isLong(a)) || (a < b ? -1 : 1));
  const temporary = mkdtempSync(join(process.platform === "darwin" ? "/tmp" : tmpdir(), "rnn-gate-"));
  // and here, where a kernel finds the project's packages
  mkdirSync(cacheFolder, { recursive: true });
  const inProject = mkdtempSync(join(cacheFolder, "tests-"));
  const clear = (): void => [temporary, inProject].forEach(removeFolder);
  process.once("exit", clear);
  let counts: TestCounts | undefined;
  const words = [
    mocha,
    "--reporter",
    reporter,
    "--forbid-only",
    "--exit",
    "--parallel",
    "--jobs",
    "4",
    ...files.map((name) => join(folder, name)),
  ];
  const options: SpawnOptions = {
    cwd: projectFolder,
    env: { ...process.env, TMPDIR: temporary, TMP: temporary, TEMP: temporary, RNN_DYNAMICS_TESTS: inProject },
    stdio: ["ignore", output, output, "ipc"],
  };
  const code = await runNode(words, options, (child) => {
    child.on("message", (message) => {
      counts = message as TestCounts;
    });
  });
  process.off("exit", clear);
  clear();
  if (counts && (code === 0 || counts.failed > 0)) return counts;
  if (output === "inherit") console.log(`  FAILED  the tests ended before they were done (exit code ${code})`);
  return { passed: counts?.passed ?? 0, failed: (counts?.failed ?? 0) + 1, notRun: counts?.notRun ?? [] };
}

/** Tests that start kernels, browsers and commands come first: at the end, none is left alone on two processors. */
const isLong = (name: string): boolean => /^(cli|page)[\\/]/.test(name);

const cacheFolder = join(projectFolder, "data", "cache");

if (require.main === module) void main();
