/**
 * What must come out as before when code is only moved: figures, printed texts, verdicts, and a short run of every study.
 *
 *     npm run golden                  after `npm start`: compares with golden.json, in a minute or two
 *     npm run golden -- --write       writes golden.json: only when something is meant to change, and for the better
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { studies } from "rnn-claims";
import type { Study } from "rnn-claims/dist/study";
import { listNotebooks, type Notebook, notebookFile } from "rnn-dynamics/dist/cli/notebook-file";
import { closingLine, folders } from "rnn-dynamics/dist/cli/terminal";
import { writeAside } from "rnn-dynamics/dist/files/write-aside";
import * as recipes from "rnn-dynamics/dist/network/recipe";
import { projectFolder } from "rnn-dynamics/dist/places";

/** First half of a sha-256 in hexadecimal, by the place that it is of. */
type Golden = Readonly<Record<string, string>>;

const file = join(projectFolder, "test", "golden", "golden.json");
/** No seed that anything is kept of. */
const seed = 9001;
/** Small enough for all studies in a minute, large enough that every one has points, memories and saddles to judge. */
const units = 80;
/** Members of results that no second run repeats. */
const ofThisRun: ReadonlySet<string> = new Set(["seconds", "processorSeconds", "machine"]);

const fingerprint = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
const joined = (text: string | readonly string[]): string => (typeof text === "string" ? text : text.join(""));

/** A record with its members in alphabetical order: which of them a builder writes first changes nothing in a picture. */
const ordered = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** The figures and the printed texts of an executed notebook, in order. */
function* ofNotebook(name: string): Generator<[string, string]> {
  let figures = 0;
  const { cells }: Notebook = JSON.parse(readFileSync(notebookFile(folders.out, name), "utf8"));
  for (const [index, cell] of cells.entries()) {
    let printed = "";
    for (const output of cell.outputs ?? []) {
      if (output.output_type === "stream") printed += joined(output.text);
      if (output.output_type !== "display_data") continue;
      const figure = output.data["application/vnd.plotly.v1+json"];
      const html = joined((output.data["text/html"] ?? "") as string | string[]);
      if (figure !== undefined) yield [`${name}, figure ${++figures}`, JSON.stringify(figure, ordered)];
      else if (html.includes("<table")) printed += html.replace(/<[^>]*>/g, " ");
    }
    if (printed !== "") yield [`${name}, printed by cell ${index}`, printed.replaceAll(projectFolder, ".")];
  }
}

/** Each study with networks of 80 units: the module of recipes is told so, as no study has a reason to take a size. */
async function* ofStudies(): AsyncGenerator<[string, string]> {
  const changeable = recipes as { -readonly [K in keyof typeof recipes]: (typeof recipes)[K] };
  const { flipFlopRecipe, prepareFlipFlop, trainFlipFlop } = recipes;
  changeable.flipFlopRecipe = (recipe = {}) => flipFlopRecipe({ ...recipe, units });
  changeable.prepareFlipFlop = (recipe = {}) => prepareFlipFlop({ ...recipe, units });
  changeable.trainFlipFlop = (recipe = {}, options) => trainFlipFlop({ ...recipe, units }, options);
  for (const study of Object.values(studies) as Study<unknown>[]) {
    const result = await study.run(seed, {});
    yield [`study ${study.name}`, JSON.stringify(result, (key, value) => (ofThisRun.has(key) ? undefined : value))];
  }
}

async function main(): Promise<void> {
  const found: Record<string, string> = {};
  for (const name of listNotebooks(folders.notebooks)) {
    if (!existsSync(notebookFile(folders.out, name))) throw new Error(`${name} was not executed: npm start`);
    for (const [place, text] of ofNotebook(name)) found[place] = fingerprint(text);
  }
  const verdicts: Record<string, object> = JSON.parse(readFileSync(join(folders.out, "verdicts.json"), "utf8"));
  for (const [claim, verdict] of Object.entries(verdicts)) found[claim] = fingerprint(JSON.stringify(verdict));
  for await (const [place, text] of ofStudies()) found[place] = fingerprint(text);

  if (process.argv.includes("--write")) writeAside("golden", file, `${JSON.stringify(found, null, 1)}\n`);
  const golden: Golden = JSON.parse(readFileSync(file, "utf8"));
  const places = [...new Set([...Object.keys(golden), ...Object.keys(found)])];
  const other = places.filter((place) => golden[place] !== found[place]);
  for (const place of other) {
    console.log(`  ${place}: ${!(place in golden) ? "new" : place in found ? "another" : "gone"}`);
  }
  console.log(closingLine(places.length - other.length, other.length));
  process.exitCode = other.length > 0 ? 1 : 0;
}

void main();
