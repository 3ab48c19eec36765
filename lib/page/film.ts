/**
 * Films: a figure with frames, played in the page by its own buttons, and saved as a GIF or as numbered pictures.
 */
import { extname } from "node:path";
import { checkFigure, checkFrames, type Figure, type Frame, frameFigure } from "../figures/figure";
import { checkCount, checkNumber, type LongCall, longCallDefaults, reject, withDefaults } from "../wasm/check";
import { drawFigure, picturePath, writePicture } from "./export";

/** What is used of two packages that bring no types of their own. */
interface GifPackage {
  GIFEncoder(): {
    /** @param options `delay` in ms until the next frame; `repeat` 0 is for ever */
    writeFrame(index: Uint8Array, width: number, height: number, options: object): void;
    finish(): void;
    bytes(): Uint8Array;
  };
  /** Colours [red, green, blue], 0…255. */
  quantize(rgba: Uint8Array, maxColors: number): number[][];
  applyPalette(rgba: Uint8Array, palette: number[][]): Uint8Array;
}
interface PngPackage {
  PNG: { sync: { read(file: Buffer): { readonly width: number; readonly height: number; readonly data: Buffer } } };
}

export interface FilmOptions extends Partial<LongCall> {
  /** Every so-manieth frame; the last one is always in. */
  every?: number;
  /** Seconds a frame stays; the last one stays ten times as long. */
  seconds?: number;
  /** Pixels of the file per pixel of the layout. */
  scale?: number;
}

export const filmDefaults: Readonly<Required<FilmOptions>> = Object.freeze({
  every: 1,
  seconds: 0.25,
  scale: 1, // a GIF of twice the width has four times the bytes
  ...longCallDefaults,
});

/**
 * Saves a film: "film.gif" as one animated picture, "film.png" as film-001.png, film-002.png, …; several files are made of
 * the same pictures, each drawn once.
 *
 * @param film a figure with frames
 * @param file one or more; a bare name goes to data/out/figures; a path with a folder is taken as it is
 * @param options see `filmDefaults`
 * @returns the paths written; none where no browser is installed
 * @throws RangeError if an ending is neither .gif nor .png, or there are no frames
 */
export async function saveFilm(
  film: Figure,
  file: string | readonly string[],
  options?: FilmOptions,
): Promise<string[]> {
  const where = "saveFilm";
  checkFigure(where, film);
  checkFrames(where, film, film.frames);
  const files = Array.isArray(file) ? (file as readonly string[]) : [file as string];
  for (const name of files) {
    if (typeof name !== "string" || !/\.(gif|png)$/i.test(name))
      reject(where, "file", name, "a name ending in .gif or .png");
  }
  const { every, seconds, scale, onProgress } = withDefaults<Required<FilmOptions>>(where, options, filmDefaults);
  checkCount(where, "every", every);
  checkNumber(where, "seconds", seconds);
  checkNumber(where, "scale", scale);
  const last = (film.frames as Frame[]).length - 1;
  const chosen = Array.from({ length: last + 1 }, (_, k) => k).filter((k) => k % every === 0 || k === last);
  const pictures: Buffer[] = [];
  for (const k of chosen) {
    const picture = await drawFigure(frameFigure(film, k), "png", { scale, inPlace: true });
    if (picture === undefined) return [];
    pictures.push(picture);
    onProgress(pictures.length, chosen.length);
  }
  return files.flatMap((name) => writeFilm(name, pictures, 1000 * seconds));
}

function writeFilm(file: string, pictures: readonly Buffer[], delay: number): string[] {
  const path = picturePath(file);
  const ending = extname(path);
  if (ending.toLowerCase() === ".gif") return [writePicture("saveFilm", path, gifOf(pictures, delay))];
  const digits = Math.max(3, String(pictures.length).length);
  const numbered = (k: number): string => `${path.slice(0, -ending.length)}-${String(k + 1).padStart(digits, "0")}.png`;
  return pictures.map((picture, k) => writePicture("saveFilm", numbered(k), picture));
}

/**
 * Pictures of one size as an animated GIF that repeats for ever, each with the 256 colours that suit it best.
 *
 * @param pictures PNG files, at least one
 * @param delay ms that each is shown
 */
export function gifOf(pictures: readonly Buffer[], delay: number): Buffer {
  const { GIFEncoder, quantize, applyPalette } = require("gifenc") as GifPackage;
  const { PNG } = require("pngjs") as PngPackage;
  const gif = GIFEncoder();
  for (const [k, file] of pictures.entries()) {
    const { width, height, data } = PNG.sync.read(file);
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
    const palette = quantize(pixels, 256);
    const stays = k === pictures.length - 1 ? 10 * delay : delay;
    gif.writeFrame(applyPalette(pixels, palette), width, height, { palette, delay: stays, repeat: 0 });
  }
  gif.finish();
  return Buffer.from(gif.bytes());
}
