import { relative } from "node:path";
import { type Runner, reporters, type Test } from "mocha";
import { folders } from "./terminal";

/** What the gate needs to know of a run of the tests. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Tests that did not run, with the reason in their titles. */
  readonly notRun: readonly string[];
}

/** One line per file of tests, failures in full at the end, and the counts sent to the parent process. */
class FileReporter extends reporters.Base {
  constructor(runner: Runner) {
    super(runner);
    const notRun: string[] = [];
    let group = { file: "", count: 0, milliseconds: 0 };
    const closeGroup = () => {
      if (group.count === 0) return;
      console.log(`${group.file}  ${group.count} tests, ${(group.milliseconds / 1000).toFixed(1)} s`);
    };
    const enter = (test: Test) => {
      const file = nameOf(test.file);
      if (file !== group.file) {
        closeGroup();
        group = { file, count: 0, milliseconds: 0 };
      }
      group.count++;
      group.milliseconds += test.duration ?? 0;
    };
    runner.on("pass", enter).on("fail", enter).on("pending", enter);
    runner.on("fail", (test) => console.log(`  FAILED  ${test.fullTitle()}`));
    runner.on("pending", (test) => notRun.push(test.title));
    // the gate was killed: these processes are a group of their own, and nobody else ends them
    process.once("disconnect", () =>
      process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL"),
    );
    runner.once("end", () => {
      process.removeAllListeners("disconnect");
      closeGroup();
      const { passes: passed, failures: failed } = this.stats;
      if (failed > 0) reporters.Base.list(this.failures);
      process.send?.({ passed, failed, notRun } satisfies TestCounts);
    });
  }
}

/** "search/certify" for a compiled test file. */
const nameOf = (file = ""): string =>
  relative(folders.tests, file)
    .replaceAll("\\", "/")
    .replace(/\.test\.js$/, "");

// mocha takes a reporter as the module itself
module.exports = FileReporter;
