/** From which side pictures show a tesseract, seed by seed. */
import { type TesseractView, tesseractViews } from "../memory/tesseract-view";
import { checkChoice, checkCount, checkList, checkNumber } from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import { pathStyles, titled } from "./theme";

/** A picture: seed and kind of the network, the view nearest to it, and how many memories the network holds. */
export interface PictureView {
  readonly seed: number;
  readonly name: string;
  readonly nearest: TesseractView;
  /** How far off the view is, in degrees. */
  readonly angle: number;
  readonly held: number;
}

/**
 * The nearest of the four views for each seed and kind of network, with the number of memories held beside each mark and
 * the degrees it is off when pointed at.  [J15 Fig. 8]
 *
 * @param pictures in any order; kinds are drawn in the order of their first picture
 * @param claim the title
 * @throws RangeError if there is no picture, or a view is unknown
 */
export function viewsBySeed(pictures: readonly PictureView[], claim: string): Figure {
  const where = "viewsBySeed";
  checkList(where, "pictures", pictures, 1, ["seed", "name", "nearest", "held"]);
  const views = Object.keys(tesseractViews) as TesseractView[];
  for (const { seed, nearest, angle, held } of pictures) {
    checkCount(where, "seed", seed, 0);
    checkCount(where, "held", held, 0);
    checkNumber(where, "angle", angle, "not negative");
    checkChoice(where, "nearest", nearest, views);
  }
  const kinds = [...new Set(pictures.map(({ name }) => name))];
  const data = kinds.map((name, k): Trace => {
    const { color, symbol } = pathStyles[k % pathStyles.length];
    const own = pictures.filter((picture) => picture.name === name);
    return {
      type: "scatter",
      mode: "markers+text",
      name,
      x: own.map(({ seed }) => seed + 0.3 * (k - (kinds.length - 1) / 2)),
      y: own.map(({ nearest }) => views.indexOf(nearest)),
      text: own.map(({ held }) => `${held}`),
      textposition: "top center",
      hovertext: own.map(
        ({ seed, nearest, angle }) => `${name}, seed ${seed}: ${nearest}-first, ${angle.toFixed(0)}° off`,
      ),
      hoverinfo: "text",
      marker: { color, symbol, size: 13 },
    };
  });
  return {
    data,
    layout: titled(claim, {
      height: 400,
      xaxis: {
        title: { text: "seed (number: memories held)" },
        tickvals: pictures.map(({ seed }) => seed),
        zeroline: false,
      },
      yaxis: {
        tickvals: views.map((_, i) => i),
        ticktext: views.map((view) => `${view}-first:<br>${tesseractViews[view]}`),
        range: [-0.5, views.length - 0.3],
        zeroline: false,
      },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1.01, yanchor: "bottom" },
    }),
  };
}
