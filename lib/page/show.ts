/**
 * Figures in the page: alive where plotly.js is, a picture everywhere else.
 *
 * The output holds every form at once. Jupyter draws the `text/html` form with the plotly.js that was sent once per
 * kernel; VS Code draws `application/vnd.plotly.v1+json` itself; a saved copy that is opened without a kernel, turned
 * into a PDF or read on a web site shows the picture.
 */

import { checkFigure, type Figure, figureJson, titleText } from "../figures/figure";
import { drawFigure, hasBrowser, plotlySource } from "./export";
import { Display, isInNotebook, keepCellOpen, type MimeBundle } from "./kernel-link";

/** Sharp enough on a laptop; the picture is kept twice in the file, and at 2 a notebook would grow by half. */
const pictureScale = 1.5;

let isPlotlySent = false;

/**
 * Shows a figure under the cell: it can be turned, zoomed and read off. Outside a notebook nothing happens.
 *
 * The live figure comes first; the picture for the saved copy follows as soon as the installed browser has drawn it,
 * and the cell stays open until then. Without a browser the figure is alive all the same, only the picture is missing.
 *
 * @param figure traces and layout, as the builders in `figures` return them
 * @throws RangeError if `figure` is not a record { data, layout }
 */
export function show(figure: Figure): void {
  checkFigure("show", figure);
  if (!isInNotebook()) return;
  if (!isPlotlySent) loadPlotly();
  const display = new Display();
  const json = figureJson(figure);
  display.write(bundle(figure, json, display.id));
  if (hasBrowser()) keepCellOpen(addPicture(display, figure, json));
}

/**
 * Sends plotly.js to the page. `show` does so once per kernel; call it after the page has been reloaded while the
 * kernel went on, when new figures stay empty.
 */
export function loadPlotly(): void {
  if (!isInNotebook()) return;
  isPlotlySent = true;
  const display = new Display();
  display.write({ "application/javascript": plotlySource(), "text/plain": "loading plotly.js" });
  // the page has it now: replaced at once, its 5 MB are not kept in the saved notebook
  display.write({ "text/html": "<!-- plotly.js is loaded -->", "text/plain": "(plotly.js is loaded)" });
}

async function addPicture(display: Display, figure: Figure, json: string): Promise<void> {
  // first let the live figure and the rest of a short cell go out: starting a browser keeps the processor busy
  await new Promise((resolve) => setTimeout(resolve, 50));
  try {
    const picture = await drawFigure(figure, "png", { scale: pictureScale });
    if (!picture) return;
    const { width, height } = size(figure);
    const metadata = { "image/png": { width, height } };
    display.write(bundle(figure, json, display.id, picture.toString("base64")), metadata);
  } catch (error) {
    console.log(`No picture of "${titleText(figure)}": ${error instanceof Error ? error.message : error}`);
  }
}

const size = (figure: Figure): { width: number; height: number } => ({
  width: figure.layout?.width ?? 720,
  height: figure.layout?.height ?? 480,
});

function bundle(figure: Figure, json: string, id: string, picture?: string): MimeBundle {
  const forms: MimeBundle = {
    "application/vnd.plotly.v1+json": { ...JSON.parse(json), config: pageOptions },
    "text/html": html(figure, json, id, picture),
    "text/plain": `[figure] ${titleText(figure)}`,
  };
  if (picture !== undefined) forms["image/png"] = picture;
  return forms;
}

/** No logo, no offer to send data anywhere. */
const pageOptions = { displaylogo: false, showSendToCloud: false, responsive: false };

/**
 * The picture, and a script that puts the live figure in its place where plotly.js is in the page. When the output is
 * updated with its picture the live figure is moved into the new output, so what the student has turned stays turned.
 * Where plotly.js cannot draw it (a figure in space in a page without WebGL) the picture stays.
 */
function html(figure: Figure, json: string, id: string, picture?: string): string {
  const { width, height } = size(figure);
  const words = titleText(figure).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const image = picture
    ? `<img alt="${words}" width="${width}" height="${height}" src="data:image/png;base64,${picture}">`
    : "";
  const safeJson = json
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
  return `<div id="figure-${id}" style="width:${width}px;height:${height}px">${image}</div>
<script type="text/javascript">(function () {
  var id = "figure-${id}", figure = ${safeJson}, options = ${JSON.stringify(pageOptions)}, tries = 0;
  var alive = (window.rnnDynamicsFigures = window.rnnDynamicsFigures || {});
  function draw() {
    var place = document.getElementById(id);
    if (!place || !window.Plotly) { if (tries++ < 150) setTimeout(draw, 100 + 10 * tries); return; }
    var old = alive[id], picture = place.querySelector("img");
    Object.keys(alive).forEach(function (key) { if (!alive[key].isConnected) delete alive[key]; });
    if (old) { alive[id] = old; old.picture = picture || old.picture; put(old); return; }
    var plot = (alive[id] = document.createElement("div"));
    plot.picture = picture;
    place.replaceChildren(plot);
    figure.config = options;
    window.Plotly.newPlot(plot, figure).then(function () { if (plot.querySelector(".no-webgl")) put(plot); });
  }
  function put(plot) {
    var place = document.getElementById(id);
    if (place) place.replaceChildren(plot.picture && plot.querySelector(".no-webgl") ? plot.picture : plot);
  }
  draw();
})();</script>`;
}
