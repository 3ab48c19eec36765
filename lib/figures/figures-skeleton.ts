/** How the skeleton of fixed points grows during training, from the branches of a film. */
import { type BranchRecord, skeletonAt } from "../continuation/record";
import { checkList } from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import { colors, titled } from "./theme";

/** Bands of the skeleton, from the corners inwards; light, dark and patterns survive grey print. */
const bands: readonly { name: string; has: (m: number) => boolean; color: string; pattern: string }[] = [
  { name: "attractors, m = 0", has: (m) => m === 0, color: colors.blue, pattern: "" },
  { name: "m = 1", has: (m) => m === 1, color: colors.vermilion, pattern: "/" },
  { name: "m = 2", has: (m) => m === 2, color: "#F2B48C", pattern: "" },
  { name: "m ≥ 3", has: (m) => m > 2, color: "#5E2900", pattern: "x" },
];

/**
 * How the skeleton grows: fixed points by number of unstable modes, at every snapshot but step 0; steps on a logarithmic axis.
 *
 * @param record branches of a film
 * @param steps at which to count
 * @param claim the title
 */
export function skeletonOverTraining(record: BranchRecord, steps: readonly number[], claim: string): Figure {
  checkList("skeletonOverTraining", "steps", steps, 1);
  const counted = steps.filter((step) => step > 0); // a logarithmic axis: most happens early
  const counts = counted.map((step) => skeletonAt(record, step));
  const [before, last] = counted.slice(-2);
  const x = last === undefined ? counted : [...counted, (last * last) / before]; // the last column is as wide as the one before
  const data = bands.map(({ name, has, color, pattern }): Trace => {
    const y = counts.map((at) => [...at].reduce((sum, [modes, count]) => sum + (has(modes) ? count : 0), 0));
    if (x.length > y.length) y.push(y[y.length - 1]);
    const fill = {
      fillcolor: color,
      fillpattern: { shape: pattern, fgcolor: "#FFFFFF", bgcolor: color, size: 7, solidity: 0.25 },
    };
    const line = { color: "#FFFFFF", width: 1, shape: "hv" };
    return { type: "scatter", mode: "lines", name, x, y, stackgroup: "skeleton", line, ...fill };
  });
  return {
    data,
    layout: titled(claim, {
      height: 420,
      xaxis: { type: "log", title: { text: "training step" } },
      yaxis: { title: { text: "fixed points" } },
      legend: { x: 0.02, y: 0.98, yanchor: "top", traceorder: "reversed" },
    }),
  };
}
