/**
 * Makes the gallery of data/figures from the executed notebooks in data/out:  npm start && node lib/dist/cli/gallery.js
 *
 * The pictures are those the notebooks draw, found by their titles, so the gallery cannot show what no notebook shows.
 */
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { closeBrowser, saveFigure } from "../notebook/export";
import { type Figure, titleText } from "../notebook/figure";
import { projectFolder } from "../notebook/places";
import { writeAside } from "../store/write-aside";

interface Picture {
  readonly file: string;
  readonly notebook: string;
  /** Beginning of the figure's title, by which it is found. */
  readonly title: string;
  readonly caption: string;
}

const pictures: readonly Picture[] = [
  {
    file: "fig1.png",
    notebook: "02-jacobian-of-a-simple-rnn",
    title: "One connection back",
    caption: "Fig. 1: a feedforward network, and a recurrent one that differs in a single connection.",
  },
  {
    file: "fig2.png",
    notebook: "01-fixed-and-slow-points",
    title: "Fig. 2",
    caption:
      "Fig. 2: contours of q, nullclines, arrows of the flow, and the three fixed points: two attractors and the saddle between them.",
  },
  {
    file: "fig3.png",
    notebook: "02-jacobian-of-a-simple-rnn",
    title: "In a simple RNN",
    caption: "Fig. 3: in a simple RNN activations make rates, which drive the activations.",
  },
  {
    file: "fig4.png",
    notebook: "03-echo-state-networks-and-force",
    title: "In an echo-state network",
    caption: "Fig. 4: an echo-state network; only the readout is trained.",
  },
  {
    file: "fig5a.png",
    notebook: "04-three-bit-flip-flop",
    title: "During training",
    caption: "Fig. 5 a: during training the output follows its target.",
  },
  {
    file: "fig5b.png",
    notebook: "04-three-bit-flip-flop",
    title: "Strong network: bits",
    caption: "Fig. 5 b: on unseen input the paper's network (g = 1.5, seed 1) loses bits and finds them again.",
  },
  {
    file: "fig5c.png",
    notebook: "04-three-bit-flip-flop",
    title: "The error is",
    caption: "Fig. 5 c: the squared error during training is a row of spikes, one at each flip.",
  },
  {
    file: "fig5d.png",
    notebook: "04-three-bit-flip-flop",
    title: "The readout grows",
    caption: "Fig. 5 d: the norms of the three rows of the readout grow fast, then ever more slowly.",
  },
  {
    file: "fig6.png",
    notebook: "04-three-bit-flip-flop",
    title: "Strong network: the same",
    caption:
      "Fig. 6: eight attractors at the corners of a cube and saddles inside, the paper's network (g = 1.5, seed 1).",
  },
  {
    file: "fig6-gain-0.8.png",
    notebook: "04-three-bit-flip-flop",
    title: "Gentle network: attractors",
    caption:
      "Fig. 6 at g = 0.8, seed 1: eight attractors at the corners of a cube, a saddle on each edge and each face.",
  },
  {
    file: "skeleton.png",
    notebook: "04-three-bit-flip-flop",
    title: "The gentle network has",
    caption:
      "Fixed points by number of unstable modes, beside the 8, 12, 6 and 1 of an ideal flip-flop: g = 1.5 and g = 0.8, seed 1.",
  },
  {
    file: "transition-graph-gain-0.8.png",
    notebook: "04-three-bit-flip-flop",
    title: "Gentle network: each edge",
    caption: "The transition graph at g = 0.8, seed 1: a saddle on each of the 12 edges, opened by the bit that flips.",
  },
  {
    file: "transition-graph.png",
    notebook: "04-three-bit-flip-flop",
    title: "Strong network: a saddle",
    caption: "The transition graph of the paper's network (g = 1.5, seed 1), as far as its saddles were found.",
  },
  {
    file: "passage-speed.png",
    notebook: "04-three-bit-flip-flop",
    title: "The passage slows",
    caption: "Speed along the way from one memory through a saddle to the next, at g = 0.8, seed 1.",
  },
  {
    file: "pulse-thresholds.png",
    notebook: "04-three-bit-flip-flop",
    title: "Strong network: every bit",
    caption: "The smallest pulse that flips each bit of each memory of the paper's network (g = 1.5, seed 1).",
  },
];

const largest = 200_000;
const live = "application/vnd.plotly.v1+json";

function figuresOf(notebook: string): Figure[] {
  const file = join(projectFolder, "data", "out", `${notebook}.ipynb`);
  if (!existsSync(file)) throw new Error(`gallery: ${file} is missing: run "npm start" first`);
  const { cells } = JSON.parse(readFileSync(file, "utf8")) as {
    cells: { outputs?: { data?: Record<string, unknown> }[] }[];
  };
  return cells.flatMap((cell) =>
    (cell.outputs ?? []).flatMap(({ data }) => (data?.[live] ? [data[live] as Figure] : [])),
  );
}

async function draw(picture: Picture, folder: string): Promise<void> {
  const found = figuresOf(picture.notebook).find((figure) => titleText(figure).startsWith(picture.title));
  if (!found) throw new Error(`gallery: no figure of ${picture.notebook} has a title that begins "${picture.title}"`);
  const file = join(folder, picture.file);
  const { data, layout } = found;
  for (const scale of [1, 0.85, 0.7]) {
    if (!(await saveFigure({ data, layout }, file, { scale }))) throw new Error("gallery: needs a browser");
    if (statSync(file).size <= largest) return;
  }
  throw new Error(`gallery: ${picture.file} has ${statSync(file).size} bytes, expected at most ${largest}`);
}

async function main(): Promise<void> {
  const folder = join(projectFolder, "data", "figures");
  mkdirSync(folder, { recursive: true });
  for (const picture of pictures) await draw(picture, folder);
  const entries = pictures.map(
    ({ file, notebook, caption }) => `## ${file}\n\n![${caption}](${file})\n\n${caption} Notebook ${notebook}.\n`,
  );
  const head = "# Gallery\n\nMade from the executed notebooks by `npm start && node lib/dist/cli/gallery.js`.\n\n";
  writeAside("gallery", join(folder, "README.md"), head + entries.join("\n"));
  await closeBrowser();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
  return closeBrowser();
});
