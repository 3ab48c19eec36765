/**
 * Figures as files: drawn by plotly.js in the browser that is installed anyway, kept as SVG, PDF or PNG.
 *
 * One page stays open, because starting a browser takes seconds and a picture a tenth of one. It is closed when the
 * kernel shuts down or after a while without work, so that no process outlives its use.
 */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, extname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { checkFigure, type Figure, figureJson } from "../figures/figure";
import { makeFolder, removeFolder, writeAside } from "../files/write-aside";
import { outFolder, projectFolder } from "../places";
import { checkNumber, reject, withDefaults } from "../wasm/check";
import { isInNotebook, onKernelShutdown } from "./kernel-link";

/** The kinds of file a figure can be saved as. */
export type ImageFormat = "svg" | "pdf" | "png";

/** Size of a saved figure. */
export interface SaveOptions {
  /** pixels; the layout's own width if undefined */
  width?: number;
  /** pixels; the layout's own height if undefined */
  height?: number;
  /** PNG only: pixels of the file per pixel of the layout */
  scale?: number;
}

/** How a figure is drawn. */
export interface DrawOptions extends SaveOptions {
  /** In the place of the figure drawn before with this option, PNG at scale 1: in space ten times as quick as afresh. */
  inPlace?: boolean;
}

/** Twice the layout's pixels are sharp on a projector and in print at column width. */
export const saveDefaults: Readonly<SaveOptions> = Object.freeze({ width: undefined, height: undefined, scale: 2 });

/** Longest time for one picture. A 3-D figure takes 3 s without a graphics card, a minute on a very busy machine. */
const longestDrawMs = 180_000;

let session: Promise<BrowserSession> | undefined;
let lastJob: Promise<unknown> = Promise.resolve();
let idleTimer: NodeJS.Timeout | undefined;
let isMissingSaid = false;

/**
 * Saves a figure as a picture.
 *
 * @param figure traces and layout
 * @param file a bare name ("fig6.svg") goes to data/out/figures; a path with a folder is taken as it is
 * @param options width and height in pixels, scale for PNG
 * @returns the full path of the file, or undefined where no browser is installed (said once; the run goes on)
 * @throws RangeError if the ending is not .svg, .pdf or .png; Error if plotly.js cannot draw the figure
 */
export async function saveFigure(figure: Figure, file: string, options?: SaveOptions): Promise<string | undefined> {
  const where = "saveFigure";
  checkFigure(where, figure);
  if (typeof file !== "string") reject(where, "file", file, 'a name such as "fig6.svg"');
  const format = extname(file).slice(1).toLowerCase();
  if (!isFormat(format)) reject(where, "file", `is "${file}"`, "a name ending in .svg, .pdf or .png");
  const picture = await drawFigure(figure, format, withDefaults<SaveOptions>(where, options, saveDefaults));
  if (picture === undefined) return undefined;
  return writePicture(where, picturePath(file), picture);
}

/** The full path of a picture: a bare name goes to data/out/figures. */
export function picturePath(file: string): string {
  return basename(file) === file ? join(outFolder(), "figures", file) : resolve(file);
}

/** Writes a file and makes its folder; returns its path. */
export function writePicture(where: string, path: string, content: Buffer | string): string {
  makeFolder(where, dirname(path));
  writeAside(where, path, content);
  return path;
}

const isFormat = (word: string): word is ImageFormat => word === "svg" || word === "pdf" || word === "png";

/**
 * The bytes of a figure's picture, or undefined where no browser is installed.
 *
 * @param figure traces and layout
 * @param format svg, pdf or png
 * @param options as for `saveFigure`
 * @throws Error if plotly.js cannot draw the figure
 */
export async function drawFigure(
  figure: Figure,
  format: ImageFormat,
  options: DrawOptions = {},
): Promise<Buffer | undefined> {
  const width = options.width ?? figure.layout?.width ?? 720;
  const height = options.height ?? figure.layout?.height ?? 480;
  const scale = options.scale ?? (saveDefaults.scale as number);
  checkNumber("saveFigure", "width", width);
  checkNumber("saveFigure", "height", height);
  checkNumber("saveFigure", "scale", scale);
  if (!hasBrowser()) return undefined;
  const json = figureJson(figure);
  // one at a time: figures share the page
  const inPlace = options.inPlace === true && format === "png" && scale === 1;
  const job = lastJob.then(() => draw({ json, format, width, height, scale, inPlace }));
  lastJob = job.catch(() => {});
  return job;
}

/** Whether pictures can be made; the first time they cannot, says so. */
export function hasBrowser(): boolean {
  if (findBrowser() !== undefined) return true;
  const named = process.env.CHROME_PATH;
  sayOnce(
    named
      ? `CHROME_PATH is ${named}, where there is no file: figures are not saved as pictures.`
      : "No Chrome, Chromium or Edge was found: figures are not saved as pictures. Install one, or set CHROME_PATH.",
  );
  return false;
}

function sayOnce(sentence: string): void {
  if (isMissingSaid) return;
  isMissingSaid = true;
  if (isInNotebook()) console.log(sentence);
  else console.warn(sentence);
}

interface Request {
  readonly json: string;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly inPlace: boolean;
}

async function draw(request: Request): Promise<Buffer | undefined> {
  clearTimeout(idleTimer);
  let current: BrowserSession;
  try {
    // a browser that has gone since the last picture (closed by hand, killed) is replaced
    if (session !== undefined && !(await session).isOpen()) session = undefined;
    session ??= openSession();
    current = await session;
  } catch (error) {
    session = undefined;
    sayOnce(`The browser ${findBrowser()} did not start: figures are not saved as pictures. ${firstLine(error)}`);
    return undefined;
  }
  try {
    const isOver = pause(longestDrawMs, undefined, { ref: false });
    const late = isOver.then(() => Promise.reject(new Error(`no picture after ${longestDrawMs / 1000} s`)));
    return await Promise.race([picture(current, request), late]);
  } catch (error) {
    await closeBrowser(); // the page may be in any state; the next picture starts afresh
    throw new Error(`saveFigure: figure cannot be drawn: ${firstLine(error)}`);
  } finally {
    if (session !== undefined) closeWhenIdle();
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n").slice(0, 2).join(" ");

async function picture(
  { page, newPage }: BrowserSession,
  { json, format, width, height, scale, inPlace }: Request,
): Promise<Buffer> {
  if (inPlace) return photo(page, json, width, height);
  const isRaster = format === "png";
  const options = { format: isRaster ? "png" : "svg", width, height, scale: isRaster ? scale : 1 };
  // as an expression, not a function: the browser's own names (Plotly) are unknown to this side's compiler
  const url: string = await page.evaluate(`Plotly.toImage(${json}, ${JSON.stringify(options)})`);
  const body = url.slice(url.indexOf(",") + 1);
  if (isRaster) return Buffer.from(body, "base64");
  const svg = decodeURIComponent(body);
  return format === "svg" ? Buffer.from(svg) : print(await newPage(), svg, width, height);
}

/** The figure drawn over the one before, in the page itself, and a screenshot of it: what is set up once is kept. */
async function photo(page: Page, json: string, width: number, height: number): Promise<Buffer> {
  await page.evaluate(`(async () => {
    const { data, layout } = ${json};
    const place = document.getElementById("place") ?? document.body.appendChild(document.createElement("div"));
    place.id = "place";
    place.style = "width:${width}px;height:${height}px";
    await Plotly.react(place, data, { ...layout, width: ${width}, height: ${height} }, { displayModeBar: false });
    // a scene in space is drawn with the pictures that the page shows next
    for (let k = 0; k < 3; k++) await new Promise((shown) => requestAnimationFrame(shown));
  })()`);
  return page.locator("#place").screenshot({ animations: "disabled" });
}

/** The drawing as a PDF page of exactly its size, lines and letters as vectors. */
async function print(sheet: Page, svg: string, width: number, height: number): Promise<Buffer> {
  try {
    const style = `@page{size:${width}px ${height}px;margin:0}body{margin:0}svg{display:block}`;
    await sheet.setContent(`<!doctype html><meta charset="utf-8"><style>${style}</style>${svg}`);
    return await sheet.pdf({ width: `${width}px`, height: `${height}px`, printBackground: true, pageRanges: "1" });
  } finally {
    await sheet.close();
  }
}

async function openSession(): Promise<BrowserSession> {
  const opened = await openBrowser(pathToFileURL(figurePage()).href);
  onKernelShutdown(closeWithKernel);
  return opened;
}

/** A page with plotly.js, as a file: read from the disk it starts faster than sent through the debugger's pipe. */
function figurePage(): string {
  const { version } = require("plotly.js-dist/package.json") as { version: string };
  const file = join(projectFolder, "data", "cache", `figure-page-${version}.html`);
  if (!existsSync(file)) {
    writePicture("saveFigure", file, `<!doctype html><meta charset="utf-8"><body>${plotlyElement()}</body>`);
  }
  return file;
}

/** plotly.js as an element of a page. */
export function plotlyElement(): string {
  return `<script type="text/javascript">${plotlySource().replace(/<\/script/gi, "<\\/script")}</script>`;
}

/**
 * The text of plotly.js, as the set-up has minified it: for a page only, it cannot be loaded in Node.
 *
 * In space plotly.js draws the symbol x as the letter U+274C, an emoji that few Linux machines have, so that an empty
 * box would stand there. U+2716 is the same cross, in every common font since long.
 */
export function plotlySource(): string {
  const text = readFileSync(join(projectFolder, "data", "cache", "plotly.min.js"), "utf8");
  return text.replace('cross:"+",x:"\\u274C"', 'cross:"+",x:"\\u2716"');
}

/** Minutes of thought between two figures are normal in a notebook; a script should end when its work is done. */
function closeWhenIdle(): void {
  clearTimeout(idleTimer);
  idleTimer = setTimeout(() => void closeBrowser(), isInNotebook() ? 300_000 : 1000);
}

/**
 * Front ends kill a kernel that takes more than a second to end, and a killed one cannot remove the browser's
 * temporary profile. So a browser that has not closed in a third of that time is ended with this process: on exit it is
 * killed, and its profile removed.
 */
function closeWithKernel(): void {
  void closeBrowser();
  setTimeout(() => process.exit(0), 300).unref();
}

/** Closes the browser that prints figures; the next figure opens it again. */
export async function closeBrowser(): Promise<void> {
  clearTimeout(idleTimer);
  const open = session;
  session = undefined;
  try {
    await (await open)?.close();
  } catch {
    // it has never opened, or is gone already
  }
}

/** The installed browser that prints figures: finding it on the three systems. */

const commands = [
  "google-chrome",
  "google-chrome-stable",
  "chromium",
  "chromium-browser",
  "microsoft-edge",
  "microsoft-edge-stable",
];

const macApplications = [
  "Google Chrome.app/Contents/MacOS/Google Chrome",
  "Chromium.app/Contents/MacOS/Chromium",
  "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

const windowsPrograms = [
  "Google\\Chrome\\Application\\chrome.exe",
  "Chromium\\Application\\chrome.exe",
  "Microsoft\\Edge\\Application\\msedge.exe",
];

type Environment = Record<string, string | undefined>;

/** Every place where a browser may be, the best first. */
function places(platform: string, env: Environment): string[] {
  if (platform === "win32") {
    const roots = [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA];
    return windowsPrograms.flatMap((program) => roots.flatMap((root) => (root ? [`${root}\\${program}`] : [])));
  }
  const onPath = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = commands.flatMap((command) => onPath.map((folder) => join(folder, command)));
  if (platform !== "darwin") return [...found, "/opt/google/chrome/chrome", "/snap/bin/chromium"];
  const roots = ["/Applications", ...(env.HOME ? [join(env.HOME, "Applications")] : [])];
  return [...macApplications.flatMap((program) => roots.map((root) => `${root}/${program}`)), ...found];
}

/**
 * The program file of an installed Chrome, Chromium or Edge, or undefined.
 *
 * CHROME_PATH comes first and alone: who names a browser wants no other, so a wrong path finds none.
 *
 * @param platform as `process.platform` names it
 * @param env the environment variables
 * @param exists whether a file is there
 */
export function findBrowser(
  platform: string = process.platform,
  env: Environment = process.env,
  exists: (file: string) => boolean = existsSync,
): string | undefined {
  if (env.CHROME_PATH) return exists(env.CHROME_PATH) ? env.CHROME_PATH : undefined;
  return places(platform, env).find(exists);
}

/* One running browser with a page kept open, and nothing left of it when it ends. */

/** A browser that is running. */
interface BrowserSession {
  readonly page: Page;
  isOpen(): boolean;
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

/** Longest time for the browser to start, and again for its page: seconds, but half a minute was once too short. */
const longestStartMs = 180_000;

/** What keeps a browser from speaking to the network, asking questions, or needing a graphics card. */
const browserArguments = [
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-swiftshader",
];

/**
 * Starts the installed browser on a page.
 *
 * Its profile is a temporary folder of ours, because it has to go also when the process ends in haste: playwright-core
 * then kills the browser and tries once to remove the profile, which fails while the browser's helpers still write.
 *
 * @param url the page to open
 * @throws Error if the browser does not start or the page does not load
 */
async function openBrowser(url: string): Promise<BrowserSession> {
  // by require, which waits while the packages are being installed anew
  const { chromium } = require("playwright-core") as typeof import("playwright-core");
  const profile = mkdtempSync(join(tmpdir(), "rnn-dynamics-browser-"));
  const forget = (): void => removeFolder(profile);
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: findBrowser(),
      args: browserArguments,
      timeout: longestStartMs,
      // an interrupt is for the cell that runs, not for the browser
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    // after playwright-core's own listener, which kills the browser
    process.once("exit", forget);
    let isOpen = true;
    context.once("close", () => {
      isOpen = false;
    });
    // not on "close", which comes before the browser's processes have ended: they would still write
    const close = async (): Promise<void> => {
      await context.close();
      process.off("exit", forget);
      forget();
    };
    try {
      const page = await context.newPage();
      await page.goto(url, { timeout: longestStartMs });
      return { page, isOpen: () => isOpen, newPage: () => context.newPage(), close };
    } catch (error) {
      await close();
      throw error;
    }
  } catch (error) {
    forget();
    throw error;
  }
}
