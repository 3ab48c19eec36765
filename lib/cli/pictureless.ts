/** Figures of an executed copy for which no picture could be made: they are counted, and made to draw by themselves. */
import { findBrowser } from "../page/browser";
import { plotlyElement } from "../page/export";
import type { Notebook } from "./notebook-file";

/**
 * Puts plotly.js into a copy, once and before its first figure, if a figure of it has no picture: a page made from the
 * copy then draws by itself, without a network.
 *
 * @param notebook an executed copy; changed in place
 * @returns how many figures have no picture
 */
export function helpPictureless(notebook: Notebook): number {
  const figures = notebook.cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap((output) =>
      output.output_type === "display_data" && "application/vnd.plotly.v1+json" in output.data ? [output.data] : [],
    ),
  );
  const count = figures.filter((forms) => !("image/png" in forms)).length;
  if (count > 0) figures[0]["text/html"] = `${plotlyElement()}\n${figures[0]["text/html"]}`;
  return count;
}

/** What a run says last when figures have no picture. */
export function picturelessLine(count: number): string {
  const figures = count === 1 ? "1 figure has" : `${count} figures have`;
  const browser = findBrowser();
  const cure = browser
    ? `${browser} does not draw them; install Chrome, Chromium or Edge anew, or name another in CHROME_PATH`
    : "install Chrome, Chromium or Edge, or name yours in CHROME_PATH";
  return `${figures} no picture: ${cure}, and run this again.`;
}
