/** What becomes of fixed points along a family of flows: a bifurcation diagram. */
import type { Continuation } from "../continuation/continuation";
import { checkList, checkRecord, checkShape, reject } from "../wasm/validate";
import type { Figure, Trace } from "./figure";
import { colors, titled } from "./theme";

/** How a piece of a branch is drawn, by its number of unstable modes. */
const branchClasses: readonly { name: string; has: (m: number) => boolean; line: Record<string, unknown> }[] = [
  { name: "attractor", has: (m) => m === 0, line: { color: colors.blue, width: 3, dash: "solid" } },
  { name: "saddle, m = 1", has: (m) => m === 1, line: { color: colors.vermilion, width: 2.2, dash: "dash" } },
  { name: "more unstable modes", has: (m) => m > 1, line: { color: "#5E2900", width: 1.8, dash: "dot" } },
  { name: "not known", has: (m) => m < 0, line: { color: colors.lightGrey, width: 1.5, dash: "solid" } },
];

/** How an event is drawn: open signs, as they sit on top of lines. */
const eventSigns: Readonly<Record<string, string>> = {
  pitchfork: "triangle-right-open",
  "saddle-node": "square-open",
  transcritical: "x-thin-open",
  Hopf: "circle-open",
  multiple: "star-open",
  unresolved: "cross-thin-open",
};

/** What is drawn of a continuation. */
export interface BranchView {
  /** The number that stands for a state: a projection, an output, a distance. */
  readonly coordinate: (x: Float64Array) => number;
  /** What it is, for the axis, with its unit. */
  readonly label: string;
  /** What the parameter is, for the axis, with its unit. */
  readonly parameter: string;
}

/**
 * A bifurcation diagram: a coordinate of every fixed point against the parameter; solid where it is an attractor, broken where
 * it is not, with a sign for each event.
 *
 * @param continuation as from `continueFixedPoints`
 * @param view coordinate, its label, and what the parameter is
 * @param title the claim the figure makes
 */
export function continuationBranches(continuation: Continuation, view: BranchView, title?: string): Figure {
  const where = "continuationBranches";
  checkRecord(where, "continuation", continuation, ["branches", "events"]);
  checkList(where, "continuation.branches", continuation.branches, 0, ["parameters", "points", "unstableCounts"]);
  checkList(where, "continuation.events", continuation.events, 0, ["kind", "x"]);
  checkShape(where, "continuation.events", continuation.events, [{ parameter: "number" }]);
  checkRecord(where, "view", view, ["label", "parameter"]);
  if (typeof view.coordinate !== "function") reject(where, "view.coordinate", view.coordinate, "a function");
  const lines = branchClasses.flatMap(({ name, has, line }): Trace[] => {
    const [x, y]: number[][] = [[], []];
    for (const { parameters, points, unstableCounts } of continuation.branches) {
      for (let i = 1; i < points.length; i++) {
        // an end at an event has no count of its own
        if (!has(Math.max(unstableCounts[i - 1], unstableCounts[i]))) continue;
        const isOn =
          x.length > 1 && x[x.length - 2] === parameters[i - 1] && y[y.length - 2] === view.coordinate(points[i - 1]);
        if (isOn) {
          x.pop();
          y.pop();
        } else {
          x.push(parameters[i - 1]);
          y.push(view.coordinate(points[i - 1]));
        }
        x.push(parameters[i], Number.NaN);
        y.push(view.coordinate(points[i]), Number.NaN);
      }
    }
    return x.length === 0 ? [] : [{ type: "scatter", mode: "lines", name, x, y, line, hoverinfo: "skip" }];
  });
  const marks = Object.entries(eventSigns).flatMap(([kind, symbol]): Trace[] => {
    const those = continuation.events.filter((event) => event.kind === kind);
    if (those.length === 0) return [];
    return [
      {
        type: "scatter",
        mode: "markers",
        name: kind,
        x: those.map(({ parameter }) => parameter),
        y: those.map((event) => view.coordinate(event.x)),
        text: those.map(({ change, parameter }) => `${kind} (${change}) at ${parameter.toPrecision(6)}`),
        hoverinfo: "text",
        marker: { symbol, size: 13, color: colors.black, line: { color: colors.black, width: 2.2 } },
      },
    ];
  });
  return {
    data: [...lines, ...marks],
    layout: titled(title ?? eventsClaim(continuation), {
      xaxis: { title: { text: view.parameter }, zeroline: false },
      yaxis: { title: { text: view.label } },
      legend: { orientation: "h", x: 0, y: -0.25, yanchor: "top" },
      height: 520,
      margin: { b: 160 },
    }),
  };
}

/** How many events of each kind there are. */
function eventsClaim({ events }: Continuation): string {
  const kinds = Object.keys(eventSigns).flatMap((kind) => {
    const count = events.filter((event) => event.kind === kind).length;
    return count > 0 ? [`${kind}: ${count}`] : [];
  });
  return kinds.length > 0 ? `Events on these branches: ${kinds.join(", ")}` : "No event on these branches";
}
