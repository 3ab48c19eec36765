/**
 * npm run search-faults                    every property test with fresh draws, round after round, for half an hour
 * npm run search-faults -- --minutes 5     for so long; the round that has begun is ended
 * npm run search-faults -- --seed 123      one round with these draws: what a round has found, once more
 * npm run search-faults -- eigen store     only the test files whose path holds one of these words
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import Mocha from "mocha";

interface Found {
  readonly title: string;
  readonly message: string;
}

class Silent extends Mocha.reporters.Base {}

/** A test that draws: it calls fast-check itself, or says so in its title where a function of its file does. */
const isProperty = (test: Mocha.Test): boolean =>
  /\bfast_check_1\b/.test(String(test.fn)) || test.title.includes("[property]");

/** Leaves the property tests of a suite; returns how many. */
function keepProperties(suite: Mocha.Suite): number {
  suite.tests = suite.tests.filter(isProperty);
  return suite.tests.length + suite.suites.reduce((sum, inner) => sum + keepProperties(inner), 0);
}

/** Runs every property test once with the draws of this seed; returns those that failed. */
async function round(mocha: Mocha, seed: number): Promise<Found[]> {
  fc.configureGlobal({ seed });
  const found: Found[] = [];
  await new Promise((resolve) => {
    const runner = mocha.run(resolve);
    runner.on("fail", (test, error: Error) => {
      const cause = error.cause instanceof Error ? `\n${error.cause.stack}` : "";
      found.push({ title: test.fullTitle(), message: `${error.message}${cause}` });
    });
  });
  return found;
}

async function main(): Promise<void> {
  const options = { minutes: { type: "string", default: "30" }, seed: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new RangeError(`search-faults: --minutes is ${values.minutes}, expected a number above 0`);
  const only = values.seed === undefined ? undefined : Number(values.seed);
  if (only !== undefined && !Number.isInteger(only))
    throw new RangeError(`search-faults: --seed is ${values.seed}, expected an integer`);

  const files = readdirSync(__dirname, { recursive: true, encoding: "utf8" }).filter(
    (file) =>
      file.endsWith(".test.js") &&
      readFileSync(join(__dirname, file), "utf8").includes("fast-check") &&
      (positionals.length === 0 || positionals.some((word) => file.includes(word))),
  );
  const mocha = new Mocha({ reporter: Silent, timeout: 0 }).cleanReferencesAfterRun(false);
  for (const file of files) mocha.addFile(join(__dirname, file));
  await mocha.loadFilesAsync();
  const count = keepProperties(mocha.suite);
  if (count === 0)
    throw new RangeError(
      `search-faults: no property test is in files named ${positionals.join(", ")}, expected words of a path such as "eigen"`,
    );

  const begun = performance.now();
  const spent = (): number => (performance.now() - begun) / 60_000;
  const titles = new Set<string>();
  let rounds = 0;
  let said = 0;
  do {
    const seed = only ?? Math.floor(Math.random() * 2 ** 31);
    const found = await round(mocha, seed);
    rounds++;
    if (found.length > 0 || spent() >= said) {
      console.log(`round ${rounds}, seed ${seed}: ${found.length} failed, ${spent().toFixed(1)} min`);
      said = spent() + 1; // a line a minute is enough to see that it goes on
    }
    for (const { title, message } of found) {
      if (!titles.has(title)) console.log(`\n  ${title}\n    ${message.replaceAll("\n", "\n    ")}\n`);
      titles.add(title);
    }
  } while (only === undefined && spent() < minutes);
  console.log(`${rounds} rounds of ${count} properties in ${spent().toFixed(1)} min; ${titles.size} found to fail`);
  process.exit(titles.size > 0 ? 1 : 0);
}

void main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
