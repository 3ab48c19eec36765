/** Distances between memories by the number of bits that differ. */
import { checkList } from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import { pathStyles, titled } from "./theme";

/** A network in a comparison: its name, and each distance between two memories with their number of flips. */
export interface DistanceGroup {
  readonly name: string;
  readonly pairs: readonly { readonly flips: number; readonly distance: number }[];
}

/**
 * Distances between memories against the number of bits that differ, with the curve a√k of a tesseract.  [J15 §7.1]
 *
 * @param groups one per network
 * @param claim the title
 */
export function flipDistancePlot(groups: readonly DistanceGroup[], claim: string): Figure {
  checkList("flipDistancePlot", "groups", groups, 1, ["name", "pairs"]);
  const data = groups.flatMap(({ name, pairs }, g): Trace[] => {
    checkList("flipDistancePlot", "pairs", pairs, 1, ["flips", "distance"]);
    const { color, symbol, dash } = pathStyles[g % pathStyles.length];
    const shift = 0.12 * (g - (groups.length - 1) / 2);
    const edges = pairs.filter(({ flips }) => flips === 1);
    const a = edges.reduce((sum, { distance }) => sum + distance, 0) / (edges.length || 1);
    const k = Array.from({ length: 41 }, (_, i) => (i * i) / 400); // closer together where the curve is steep
    return [
      {
        type: "scatter",
        mode: "markers",
        name,
        x: pairs.map(({ flips }) => flips + shift),
        y: pairs.map(({ distance }) => distance),
        marker: { color, symbol: `${symbol}-open`, size: 8, opacity: 0.8 },
      },
      {
        type: "scatter",
        mode: "lines",
        name: "lines: a√k",
        showlegend: g === groups.length - 1,
        x: k,
        y: k.map((v) => a * Math.sqrt(v)),
        line: { color, dash },
      },
    ];
  });
  return {
    data,
    layout: titled(claim, {
      xaxis: { title: { text: "k, number of bits that differ" }, tickvals: [1, 2, 3, 4], range: [0, 4.4] },
      yaxis: { title: { text: "distance (activation)" }, rangemode: "tozero" },
      legend: { x: 0.02, y: 0.98 },
    }),
  };
}
