/**
 * Films: a figure with frames, played in the page by its own buttons, and saved as a GIF or as numbered pictures.
 */
import { mkdirSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { applyPalette, GIFEncoder, quantize } from "gifenc";
import { PNG } from "pngjs";
import { checkFigure, type Figure, type Frame, type Trace } from "../figures/figure";
import { writeAside } from "../files/write-aside";
import { outFolder } from "../places";
import { checkCount, checkNumber, type LongCall, longCallDefaults, reject, withDefaults } from "../wasm/validate";
import { drawFigure } from "./export";

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

/** Pixels below the figure for buttons and slider. */
const strip = 90;

/**
 * A figure with two buttons, play and pause, and a slider through its frames.
 *
 * @param figure its `data` and `layout` are what is seen first
 * @param frames at least one, each with a name of its own, which stands at the slider
 * @param shown index of the frame that the figure shows before it is played
 * @throws RangeError if there is no frame, names repeat, or a frame changes a trace that is not there
 */
export function withFrames(figure: Figure, frames: readonly Frame[], shown = 0): Figure {
  const where = "withFrames";
  checkFigure(where, figure);
  checkFrames(where, figure, frames);
  checkCount(where, "shown", shown, 0);
  if (shown >= frames.length) reject(where, "shown", shown, `less than ${frames.length}, the number of frames`);
  // in space a frame must be drawn as a whole, and at once: nothing slides between two states of a network
  const jump = { mode: "immediate", transition: { duration: 0 }, frame: { duration: 150, redraw: true } };
  const button = (label: string, frame: string | null, options: Record<string, unknown>) => ({
    label,
    method: "animate",
    args: [frame === null ? null : [null], options],
  });
  const steps = frames.map(({ name }) => ({ label: name, method: "animate", args: [[name], jump] }));
  const { height = 480, margin } = figure.layout as { height?: number; margin?: { b?: number } };
  const place = { x: 0.02, xanchor: "left", y: 0, yanchor: "top", pad: { t: 8, b: 8 } };
  return {
    data: figure.data,
    layout: {
      ...figure.layout,
      height: height + strip,
      margin: { ...margin, b: (margin?.b ?? 0) + strip },
      updatemenus: [
        {
          ...place,
          type: "buttons",
          direction: "left",
          showactive: false,
          buttons: [
            button("play", null, { ...jump, fromcurrent: true }),
            button("pause", "", { ...jump, frame: { duration: 0, redraw: false } }),
          ],
        },
      ],
      sliders: [{ active: shown, ...place, x: 0.2, len: 0.76, currentvalue: { visible: false }, steps }],
    },
    frames: [...frames],
  };
}

function checkFrames(where: string, figure: Figure, frames: readonly Frame[] | undefined): void {
  if (!Array.isArray(frames) || frames.length === 0) reject(where, "frames", frames, "at least one frame");
  const names = new Set<string>();
  for (const [i, frame] of frames.entries()) {
    const thing = `frames[${i}]`;
    if (typeof frame?.name !== "string" || names.has(frame.name)) {
      reject(where, `${thing}.name`, frame?.name, "a text that no other frame has");
    }
    names.add(frame.name);
    const { data, traces } = frame;
    if (!Array.isArray(data) || !Array.isArray(traces) || data.length !== traces.length) {
      reject(where, thing, data, "as many data as traces");
    }
    for (const trace of traces) {
      if (!(trace in figure.data)) reject(where, `${thing}.traces`, `has ${trace}`, "places in the figure's data");
    }
  }
}

/**
 * One frame of a film as a figure that stands still.
 *
 * @param film a figure with frames
 * @param index of the frame, from 0
 * @throws RangeError if the figure has no such frame
 */
export function frameFigure(film: Figure, index: number): Figure {
  const where = "frameFigure";
  checkFigure(where, film);
  checkFrames(where, film, film.frames);
  const frames = film.frames as Frame[];
  checkCount(where, "index", index, 0);
  if (index >= frames.length) reject(where, "index", index, `at most ${frames.length - 1}`);
  const { data, traces, layout } = frames[index];
  const { updatemenus: _menus, sliders: _sliders, ...rest } = film.layout;
  const { height = 480, margin } = rest as { height?: number; margin?: { b?: number } };
  const bare = { height: height - strip, margin: { ...margin, b: Math.max(0, (margin?.b ?? 0) - strip) } };
  const shown = film.data.map((trace, i): Trace => ({ ...trace, ...data[traces.indexOf(i)] }));
  return { data: shown, layout: { ...rest, ...bare, ...layout } };
}

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
  const path = basename(file) === file ? join(outFolder(), "figures", file) : resolve(file);
  const ending = extname(path);
  mkdirSync(dirname(path), { recursive: true });
  if (ending.toLowerCase() === ".gif") {
    writeAside("saveFilm", path, gifOf(pictures, delay));
    return [path];
  }
  const digits = Math.max(3, String(pictures.length).length);
  return pictures.map((picture, k) => {
    const one = `${path.slice(0, -ending.length)}-${String(k + 1).padStart(digits, "0")}.png`;
    writeAside("saveFilm", one, picture);
    return one;
  });
}

/**
 * Pictures of one size as an animated GIF that repeats for ever, each with the 256 colours that suit it best.
 *
 * @param pictures PNG files, at least one
 * @param delay ms that each is shown
 */
export function gifOf(pictures: readonly Buffer[], delay: number): Buffer {
  const where = "gifOf";
  if (!Array.isArray(pictures) || pictures.length === 0) reject(where, "pictures", pictures, "at least one PNG file");
  checkNumber(where, "delay", delay);
  const gif = GIFEncoder();
  for (const [k, file] of pictures.entries()) {
    if (!Buffer.isBuffer(file)) reject(where, `pictures[${k}]`, file, "the bytes of a PNG file");
    const { width, height, data } = PNG.sync.read(file);
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
    const palette = quantize(pixels, 256);
    const stays = k === pictures.length - 1 ? 10 * delay : delay;
    gif.writeFrame(applyPalette(pixels, palette), width, height, { palette, delay: stays, repeat: 0 });
  }
  gif.finish();
  return Buffer.from(gif.bytes());
}
