/** Where things are, found from where this package is, so that a notebook may be opened from any folder. */
import { join, resolve } from "node:path";

/** Where the compiled files of this package are: lib/dist. */
export const codeFolder: string = __dirname;

/** The project's folder: the one that holds `lib/`. */
export const projectFolder: string = resolve(codeFolder, "..", "..");

/** Where results of a run go: data/out, or RNN_DYNAMICS_OUT. */
export function outFolder(): string {
  const elsewhere = process.env.RNN_DYNAMICS_OUT;
  return elsewhere ? resolve(elsewhere) : join(projectFolder, "data", "out");
}
