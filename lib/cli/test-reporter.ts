import { type Runner, reporters, type Suite, type Test } from "mocha";

/** What the gate needs to know of a run of the tests. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Tests that did not run, with the reason in their titles. */
  readonly notRun: readonly string[];
}

/** One line per group of tests, failures in full at the end, and the counts sent to the parent process. */
class GroupReporter extends reporters.Base {
  constructor(runner: Runner) {
    super(runner);
    const notRun: string[] = [];
    let passed = 0;
    let failed = 0;
    let group = { name: "", count: 0, begun: Date.now() };
    const closeGroup = () => {
      if (group.count === 0) return;
      console.log(`${group.name}  ${group.count} tests, ${((Date.now() - group.begun) / 1000).toFixed(1)} s`);
    };
    const enter = (test: Test) => {
      const name = topSuite(test.parent)?.title ?? "";
      if (name !== group.name) {
        closeGroup();
        group = { name, count: 0, begun: Date.now() - (test.duration ?? 0) };
      }
      group.count++;
    };
    runner.on("pass", (test) => {
      enter(test);
      passed++;
    });
    runner.on("fail", (test) => {
      enter(test);
      failed++;
      console.log(`  FAILED  ${test.fullTitle()}`);
    });
    runner.on("pending", (test) => {
      enter(test);
      notRun.push(test.title);
    });
    runner.once("end", () => {
      closeGroup();
      if (failed > 0) reporters.Base.list(this.failures);
      process.send?.({ passed, failed, notRun } satisfies TestCounts);
    });
  }
}

function topSuite(suite: Suite | undefined): Suite | undefined {
  return suite?.parent && !suite.parent.root ? topSuite(suite.parent) : suite;
}

// mocha takes a reporter as the module itself
module.exports = GroupReporter;
