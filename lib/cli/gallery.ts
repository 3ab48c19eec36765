/**
 * Makes the gallery of data/figures from the executed notebooks in data/out:  npm start && node lib/dist/cli/gallery.js
 *
 * data/figures/gallery.json lists the pictures. They are those the notebooks draw, found by their titles, so the gallery
 * cannot show what no notebook shows.
 */
import { copyFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Figure, titleText } from "../figures/figure";
import { readJson, readJsonRecord, refuseFile } from "../files/json-file";
import { writeAside } from "../files/write-aside";
import { closeBrowser, saveFigure } from "../page/export";
import { projectFolder } from "../places";

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
  const head = "# Gallery\n\nMade from the executed notebooks by `npm start && node lib/dist/cli/gallery.js`.\n\n";
  return head + entries.join("\n");
}

function figuresOf(notebook: string): Figure[] {
  const file = join(projectFolder, "data", "out", `${notebook}.ipynb`);
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
  const film = join(projectFolder, "data", "out", "figures", file);
  if (!existsSync(film))
    throw new Error(`gallery: ${film} is missing: run "npm start -- ${notebook.slice(0, 2)}" first`);
  const { size } = statSync(film);
  if (size > largest[".gif"])
    throw new Error(`gallery: ${file} has ${size} bytes, expected at most ${largest[".gif"]}`);
  copyFileSync(film, join(folder, file));
}

async function main(): Promise<void> {
  const pictures = galleryPictures();
  for (const picture of pictures) await draw(picture);
  writeAside("gallery", join(folder, "README.md"), galleryPage(pictures));
  await closeBrowser();
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
    return closeBrowser();
  });
}
