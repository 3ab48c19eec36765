/**
 * Ships what the last `npm start` on this machine has made:
 *
 *     node lib/dist/cli/ship.js verdicts             data/out/verdicts.json → data/results/verdicts.json → README.md
 *     node lib/dist/cli/ship.js verdicts --readme    the shipped verdicts → README.md
 *     node lib/dist/cli/ship.js gallery              the figures of data/out → data/figures
 *
 * data/figures/gallery.json lists the pictures of the gallery. They are those the notebooks draw, found by their titles,
 * so the gallery cannot show what no notebook shows.
 */
import { copyFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { seedRanks } from "rnn-claims/dist/04";
import { type LedgerRow, ledger, readVerdicts, recordVerdicts, shippedVerdicts } from "rnn-claims/dist/ledger";
import { type Figure, titleText } from "../figures/figure";
import { readJson, readJsonRecord, refuseFile } from "../files/json-file";
import { writeAside } from "../files/write-aside";
import { closeBrowser, saveFigure } from "../page/export";
import { outFolder, projectFolder } from "../places";
import { listNotebooks, notebookFile } from "./notebook-file";
import { folders, runCommand, UsageError } from "./terminal";

const begin = "<!-- the ledger: written by lib/cli/ship.ts -->";
const end = "<!-- end of the ledger -->";

/**
 * A text with the table of verdicts between its two marks.
 *
 * @param text of README.md
 * @param rows as `ledger` returns them
 * @throws Error if the marks are not there, once each and in order
 */
export function withLedger(text: string, rows: readonly LedgerRow[]): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`ship: README.md lacks the lines "${begin}" and "${end}"`);
  return `${text.slice(0, from + begin.length)}\n${markdownTable(rows)}\n\n${ranksInWords()}\n${text.slice(to)}`;
}

/** Where the shipped networks stand among the seeds. */
function ranksInWords(): string {
  const ranks = seedRanks().map(({ network, rank }) => `\`${network}\` ${rank}`);
  const first = "Seed 1 is shipped because it is the first, not the best.";
  // one seed alone has no rank
  if (ranks.length === 0) return first;
  return `${first} Its rank by mean test error over 20 inputs, 1 being the least: ${ranks.join(" · ")}.`;
}

function markdownTable(rows: readonly LedgerRow[]): string {
  const notebooks = listNotebooks(folders.notebooks);
  const link = (number: string): string => {
    const name = notebooks.find((notebook) => notebook.startsWith(`${number}-`));
    return name ? `[${number}](notebooks/${name}.ipynb)` : number;
  };
  const cells = rows.map((row) => [
    row.claim,
    row["the paper says"],
    row.where,
    row.measured,
    row.verdict === "not judged yet" ? row.verdict : `**${row.verdict}**`,
    link(row.notebook),
  ]);
  const head = ["", "the paper says", "where", "measured", "verdict", "notebook"];
  const line = (words: readonly string[]): string =>
    `| ${words.map((word) => word.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...cells.map(line)].join("\n");
}

/** The verdicts that are shipped, whatever has run on this machine. */
export const shippedLedger = (): LedgerRow[] =>
  ledger(shippedVerdicts, join(projectFolder, "data", "nothing of one's own"));

/** A picture of the gallery. */
export interface Picture {
  /** In data/figures. */
  readonly file: string;
  readonly notebook: string;
  /** Beginning of the figure's title, by which it is found; a film has none: the notebook saves it under the same name. */
  readonly title?: string;
  readonly caption: string;
  /** What is to be seen, for those who cannot. */
  readonly alt: string;
  /** What the paper says of it, word for word. */
  readonly paper?: { readonly quote: string; readonly where: string };
}

const folder = join(projectFolder, "data", "figures");
const largest = { ".png": 200_000, ".gif": 3_000_000 };
const live = "application/vnd.plotly.v1+json";

/**
 * The list of pictures.
 *
 * @throws RangeError that names the file and the picture, if the list is damaged
 */
export function galleryPictures(file: string = join(folder, "gallery.json")): Picture[] {
  const advice = "restore it: git checkout -- data/figures";
  const found = readJson("gallery", file, { kind: "a list of pictures", advice });
  if (!Array.isArray(found)) refuseFile("gallery", file, "is not a list of pictures", advice);
  for (const [i, picture] of (found as unknown[]).entries()) {
    const { title = "", paper = { quote: "", where: "" }, ...texts } = (picture ?? {}) as Record<string, unknown>;
    const { quote, where } = (paper ?? {}) as Record<string, unknown>;
    const all = [texts.file, texts.notebook, texts.caption, texts.alt, title, quote, where];
    if (all.some((text) => typeof text !== "string") || !/^[\w.-]+\.(png|gif)$/.test(texts.file as string)) {
      refuseFile("gallery", file, `is damaged: picture ${i + 1} lacks a file, notebook, caption or alt`, advice);
    }
  }
  return found as Picture[];
}

/** The page of the gallery. */
export function galleryPage(pictures: readonly Picture[]): string {
  const entries = pictures.map(({ file, notebook, caption, alt, paper }) => {
    const quote = paper ? `\n> “${paper.quote}” (Jang 2015, ${paper.where})\n` : "";
    const from = `[Notebook ${notebook.slice(0, 2)}](../../notebooks/${notebook}.ipynb)`;
    return `## ${file}\n\n![${alt}](${file})\n\n${caption} ${from}.\n${quote}`;
  });
  const head = "# Gallery\n\nMade from the executed notebooks by `npm start && node lib/dist/cli/ship.js gallery`.\n\n";
  return head + entries.join("\n");
}

function figuresOf(notebook: string): Figure[] {
  const file = notebookFile(folders.out, notebook);
  if (!existsSync(file)) throw new Error(`gallery: ${file} is missing: run "npm start" first`);
  return figuresIn(file);
}

/**
 * The figures in the outputs of an executed notebook.
 *
 * @throws RangeError that names the file, if it is damaged
 */
export function figuresIn(file: string): Figure[] {
  const advice = 'run "npm start" again';
  const { cells } = readJsonRecord("gallery", file, { kind: "a notebook", advice }) as { cells?: unknown };
  if (!Array.isArray(cells)) return refuseFile("gallery", file, "has no cells", advice);
  const outputs: unknown[] = cells.flatMap((cell) => cell?.outputs ?? []);
  return outputs.flatMap((output) => {
    const figure = (output as { data?: Record<string, unknown> } | null)?.data?.[live] as Figure | undefined;
    if (figure === undefined) return [];
    return Array.isArray(figure?.data) ? [figure] : refuseFile("gallery", file, "has a figure without traces", advice);
  });
}

async function draw({ file, notebook, title }: Picture): Promise<void> {
  const target = join(folder, file);
  if (title === undefined) return copyFilm(file, notebook);
  const found = figuresOf(notebook).find((figure) => titleText(figure).startsWith(title));
  if (!found) throw new Error(`gallery: no figure of ${notebook} has a title that begins "${title}"`);
  const { data, layout } = found;
  for (const scale of [1, 0.85, 0.7]) {
    if (!(await saveFigure({ data, layout }, target, { scale }))) throw new Error("gallery: needs a browser");
    if (statSync(target).size <= largest[".png"]) return;
  }
  throw new Error(`gallery: ${file} has ${statSync(target).size} bytes, expected at most ${largest[".png"]}`);
}

function copyFilm(file: string, notebook: string): void {
  const film = join(folders.out, "figures", file);
  if (!existsSync(film))
    throw new Error(`gallery: ${film} is missing: run "npm start -- ${notebook.slice(0, 2)}" first`);
  const { size } = statSync(film);
  if (size > largest[".gif"])
    throw new Error(`gallery: ${file} has ${size} bytes, expected at most ${largest[".gif"]}`);
  copyFileSync(film, join(folder, file));
}

/** Takes over the verdicts of this machine, unless `isOwn` is false, and writes those that are shipped into the README. */
function shipVerdicts(isOwn: boolean): number {
  const own = join(outFolder(), "verdicts.json");
  if (isOwn && !existsSync(own))
    throw new Error(`ship: ${relative(projectFolder, own)} is missing, run npm start first`);
  if (isOwn) recordVerdicts(Object.values(readVerdicts(own)), shippedVerdicts);
  const readme = join(projectFolder, "README.md");
  writeAside("ship", readme, withLedger(readFileSync(readme, "utf8"), shippedLedger()));
  return 0;
}

/** Draws all pictures and writes their page. */
async function shipGallery(): Promise<number> {
  try {
    const pictures = galleryPictures();
    for (const picture of pictures) await draw(picture);
    writeAside("gallery", join(folder, "README.md"), galleryPage(pictures));
    return 0;
  } finally {
    await closeBrowser();
  }
}

function ship(words: readonly string[]): number | Promise<number> {
  const command = words.join(" ");
  if (command === "gallery") return shipGallery();
  if (command === "verdicts" || command === "verdicts --readme") return shipVerdicts(command === "verdicts");
  throw new UsageError("usage: node lib/dist/cli/ship.js verdicts [--readme] | gallery");
}

if (require.main === module) void runCommand(ship);
