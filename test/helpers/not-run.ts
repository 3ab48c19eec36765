/**
 * Ends a test that lacks something this machine does not have: it counts apart, as `not run: chromium missing`.
 *
 * @param context mocha's `this`, of a test or of a `before` hook (then all tests of its group are not run)
 * @param reason what is missing, in two or three words
 */
export function notRun(context: Mocha.Context, reason: string): never {
  const runnable = context.test;
  const tests =
    (runnable as { type?: string } | undefined)?.type === "hook"
      ? testsOf(runnable?.parent)
      : runnable
        ? [runnable]
        : [];
  for (const test of tests) test.title = `not run: ${reason} (${test.title})`;
  return context.skip();
}

function testsOf(suite: Mocha.Suite | undefined): Mocha.Runnable[] {
  return suite ? [...suite.tests, ...suite.suites.flatMap(testsOf)] : [];
}
