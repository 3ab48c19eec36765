/** Where things are, found from where this package is, so that a notebook may be opened from any folder. */
import { join, resolve } from "node:path";

/** The project's folder: the one that holds `lib/`. This file runs as lib/dist/notebook/places.js. */
export const projectFolder: string = resolve(__dirname, "..", "..", "..");

/** Where results of a run go: data/out, or RNN_DYNAMICS_OUT. */
export function outFolder(): string {
  const elsewhere = process.env.RNN_DYNAMICS_OUT;
  return elsewhere ? resolve(elsewhere) : join(projectFolder, "data", "out");
}
