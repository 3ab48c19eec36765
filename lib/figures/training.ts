/**
 * What a training does, step by step: the spectrum of the origin, the memories, the error of the test, the fixed points and
 * their branches; and a scan of gains.
 */
import type { Continuation } from "../continuation/continue";
import { type BranchRecord, skeletonAt } from "../training/branches";
import { type LostRest, lawOfFirstPulse, type OriginAt } from "../training/film";
import type { Trace } from "./figure";
import {
  axis,
  below,
  drawing,
  type Fields,
  figure,
  lines,
  logAxis,
  mark,
  note,
  panels,
  points,
  present,
  stacked,
} from "./marks";
import { colors } from "./theme";

/** Steps of training between which the origin loses stability in Fig. 7 of the paper. */
const lossInFig7 = [100, 200] as const;

/** How the two trainings are told apart in every figure: colour, dash and symbol. */
const gainStyles = [
  { line: { color: colors.vermilion, width: 2, dash: "solid" }, marker: { symbol: "square", size: 6 } },
  { line: { color: colors.blue, width: 2, dash: "dash" }, marker: { symbol: "circle", size: 6 } },
];
const styleOf = (k: number) => {
  const { line, marker } = gainStyles[k % gainStyles.length];
  return { line, marker: { ...marker, color: line.color } };
};

/** A value against the step, in the style of the k-th gain. */
const course = <T extends { readonly step: number }>(
  { gain }: { readonly gain: number },
  k: number,
  rows: readonly T[],
  value: (row: T) => number,
  more: Fields,
): Trace => {
  const x = rows.map(({ step }) => step);
  return mark("lines+markers", `g = ${gain}`, x, rows.map(value), { ...styleOf(k), ...more });
};

const inLowerPanel = { yaxis: "y2", showlegend: false };

/** Number of modes on a logarithmic axis, zero drawn half a decade below one. */
const onCounts = (count: number) => (count === 0 ? 0.4 : count);
const countTicks = { tickvals: [0.4, 1, 2, 5, 10, 100], ticktext: ["0", "1", "2", "5", "10", "100"] };

/**
 * The origin during training: the largest real part of its eigenvalues, and how many of them are positive; dotted, where the
 * circular law puts the edge of an untrained network's, g − 1.  [J15 §6.1]
 *
 * @param stories one for each gain
 * @param last last step that is drawn
 * @param claim the title
 */
export const originOverTraining = drawing(
  "originOverTraining",
  (
    stories: readonly { readonly gain: number; readonly origin: readonly OriginAt[] }[],
    last: number,
    claim: string,
  ) => {
    const data = stories.flatMap((story, k) => {
      const rows = story.origin.filter(({ step }) => step <= last);
      const edge = story.gain - 1;
      const dotted = { color: styleOf(k).line.color, width: 1.5, dash: "dot" };
      return [
        course(story, k, rows, ({ spectralAbscissa }) => spectralAbscissa, {}),
        course(story, k, rows, ({ unstableCount }) => onCounts(unstableCount), {
          ...inLowerPanel,
          text: rows.map(({ unstableCount }) => `${unstableCount}`),
        }),
        lines("g − 1, by the circular law", [0, last], [edge, edge], dotted, {
          showlegend: k === 0,
          hoverinfo: "name",
        }),
      ];
    });
    const steps = axis("training step", { range: [-0.02 * last, last] });
    const counts = logAxis("unstable modes", undefined, { ...countTicks, range: [-0.55, 2.4] });
    return figure(claim, data, stacked(steps, axis("max Re λ (1/τ)"), counts));
  },
);

/** What one seed has shown. */
export interface Seeded<R> {
  readonly seed: number;
  readonly result: R;
}

/**
 * When each training's origin lost its rest, against its first pulse; between the lines, what the law says; shaded, where the
 * paper's origin was lost.  [J15 §6.1]
 *
 * @param runs results of `firstPulseStudy`; seeds up to 6 and later ones have signs of their own
 * @param claim the title
 */
export const lostRest = drawing("lostRest", (runs: readonly Seeded<LostRest>[], claim: string) => {
  const last = Math.max(...runs.map(({ result }) => result.firstPulse)) + 10;
  const signs = (name: string, isIn: (seed: number) => boolean, marker: Fields): Trace => {
    const group = runs.filter(({ seed, result }) => isIn(seed) && typeof result.lostAt === "number");
    const [x, y] = [group.map(({ result }) => result.firstPulse), group.map(({ result }) => result.lostAt as number)];
    const text = group.map(({ seed }, i) => `seed ${seed}: pulse at ${x[i]}, lost at ${y[i]}`);
    return points(name, x, y, marker, { text, hoverinfo: "text" });
  };
  const law = lawOfFirstPulse.map((lag, k) => {
    const name = `${lawOfFirstPulse.join(" to ")} steps later`;
    const look = { showlegend: k === 0, hoverinfo: "skip" };
    return lines(name, [0, last], [lag, last + lag], { color: colors.grey, width: 1.2 }, look);
  });
  const [y0, y1] = lossInFig7;
  const band = { type: "rect", xref: "paper", x0: 0, x1: 1, y0, y1, layer: "below", line: { width: 0 } };
  const left = { xref: "paper", xanchor: "left", yanchor: "top" };
  const full = { symbol: "circle", size: 11, color: colors.black };
  const open = { symbol: "diamond-open", size: 10, color: colors.blue, line: { width: 2 } };
  const found = signs("seeds 1–6", (seed) => seed <= 6, full);
  return figure(claim, [...law, found, signs("fresh seeds", (seed) => seed > 6, open)], {
    height: 460,
    xaxis: axis("first pulse (training step)", { range: [-3, last] }),
    yaxis: axis("rest lost (training step)", { range: [0, y1 + 8] }),
    shapes: [{ ...band, fillcolor: colors.lightGrey, opacity: 0.5 }],
    annotations: [note("lost here in Fig. 7 of the paper", 0.02, y1, left)],
    legend: { x: 0.98, xanchor: "right", y: 0.04, yanchor: "bottom" },
  });
});

/** What a training has learnt at some of its steps: the memories that are held, and the error of the test. */
export interface LearningStory {
  readonly gain: number;
  readonly memories: readonly { readonly step: number; readonly held: readonly unknown[] }[];
  readonly tests: readonly { readonly step: number; readonly meanSquaredError: number }[];
}

/**
 * What is learnt when: memories held, and the error of the test run, at every snapshot; steps on a logarithmic axis.
 *
 * @param stories one for each gain
 * @param claim the title
 */
export const learningOverTraining = drawing(
  "learningOverTraining",
  (stories: readonly LearningStory[], claim: string) => {
    const trained = ({ step }: { readonly step: number }) => step > 0; // a logarithmic axis has no step 0
    const data = stories.flatMap((story, k) => [
      course(story, k, story.memories.filter(trained), ({ held }) => held.length, {
        line: { ...styleOf(k).line, shape: "hv" },
      }),
      course(story, k, story.tests.filter(trained), ({ meanSquaredError }) => meanSquaredError, inLowerPanel),
    ]);
    const error = logAxis("test error (MSE)", [0.05, 0.1, 0.2, 0.5, 1, 2]);
    const steps = logAxis("training step", undefined, { dtick: 1 });
    return figure(claim, data, stacked(steps, axis("memories held, of 8"), error));
  },
);

/** One network of a scan, as far as it is drawn. */
export interface GainRow {
  readonly gain: number;
  readonly before: { readonly spectralAbscissa: number };
  readonly after: { readonly spectralAbscissa: number };
  readonly meanSquaredError: number;
  readonly held: number;
  readonly resting: number;
  readonly points: number;
  readonly indexSum: number;
}

/**
 * A scan of gains: the origin before and after training, memories, test error, and fixed points found (a full sign where
 * their index sum is 1).
 *
 * @param rows by ascending gain
 * @param claim the title
 */
export const gainScan = drawing("gainScan", (rows: readonly GainRow[], claim: string) => {
  const gains = rows.map(({ gain }) => gain);
  const series = (name: string, value: (row: GainRow) => number, line: Fields, more: Fields = {}): Trace =>
    mark("lines+markers", name, gains, rows.map(value), { line, marker: { size: 7, ...more } });
  const dark = { color: colors.blue, width: 2 };
  const broken = { color: colors.vermilion, width: 2, dash: "dash" };
  const dotted = { color: colors.grey, width: 1.5, dash: "dot" };
  const symbol = rows.map(({ indexSum }) => (indexSum === 1 ? "circle" : "circle-open"));
  const origin = [
    series("after training", ({ after }) => after.spectralAbscissa, broken, { symbol: "square" }),
    series("before", ({ before }) => before.spectralAbscissa, dark),
    { ...series("g − 1", ({ gain }) => gain - 1, dotted), mode: "lines" },
  ];
  const memories = [
    series("held", ({ held }) => held, dark),
    series("at rest", ({ resting }) => resting, broken, { symbol: "square" }),
  ];
  const error = [series("test error", ({ meanSquaredError }) => meanSquaredError, dark)];
  const found = [series("fixed points found", (row) => row.points, dark, { symbol, size: 9 })];
  const fromZero = { rangemode: "tozero" };
  return panels(
    claim,
    axis("gain g"),
    [
      { note: "max Re λ of the origin (1/τ)", yaxis: {}, marks: origin },
      { note: "memories, of 8: ● held, ■ at rest", yaxis: { range: [-0.4, 8.6] }, marks: memories },
      { note: "test error on one input (MSE)", yaxis: fromZero, marks: error },
      { note: "fixed points found: ● index sum 1", yaxis: fromZero, marks: found },
    ],
    {
      width: 820,
      height: 640,
      legend: { x: 0.43, xanchor: "right", y: 0.56, yanchor: "bottom", font: { size: 12 } },
    },
  );
});

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
export const skeletonOverTraining = drawing(
  "skeletonOverTraining",
  (record: BranchRecord, steps: readonly number[], claim: string) => {
    const counted = steps.filter((step) => step > 0); // a logarithmic axis: most happens early
    const counts = counted.map((step) => skeletonAt(record, step));
    const [before, last] = counted.slice(-2);
    const x = last === undefined ? counted : [...counted, (last * last) / before]; // the last column is as wide as the one before
    const data = bands.map(({ name, has, color, pattern }): Trace => {
      const y = counts.map((at) => [...at].reduce((sum, [modes, count]) => sum + (has(modes) ? count : 0), 0));
      if (x.length > y.length) y.push(y[y.length - 1]);
      const fillpattern = { shape: pattern, fgcolor: "#FFFFFF", bgcolor: color, size: 7, solidity: 0.25 };
      const edge = { color: "#FFFFFF", width: 1, shape: "hv" };
      return lines(name, x, y, edge, { stackgroup: "skeleton", fillcolor: color, fillpattern });
    });
    return figure(claim, data, {
      height: 420,
      xaxis: logAxis("training step"),
      yaxis: axis("fixed points"),
      legend: { x: 0.02, y: 0.98, yanchor: "top", traceorder: "reversed" },
    });
  },
);

/** How a piece of a branch is drawn, by its number of unstable modes. */
const branchClasses: readonly { name: string; has: (m: number) => boolean; line: Fields }[] = [
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
export const continuationBranches = drawing(
  "continuationBranches",
  (continuation: Continuation, view: BranchView, title?: string) => {
    const signs = Object.entries(eventSigns).map(([kind, symbol]) => {
      const those = continuation.events.filter((event) => event.kind === kind);
      const marker = { symbol, size: 13, color: colors.black, line: { color: colors.black, width: 2.2 } };
      const text = those.map(({ change, parameter }) => `${kind} (${change}) at ${parameter.toPrecision(6)}`);
      const [x, y] = [those.map(({ parameter }) => parameter), those.map((event) => view.coordinate(event.x))];
      return points(kind, x, y, marker, { text, hoverinfo: "text" });
    });
    const pieces = branchClasses.map(({ name, has, line }) => {
      const { x, y } = stretches(continuation, view, has);
      return lines(name, x, y, line, { hoverinfo: "skip" });
    });
    return figure(title ?? eventsClaim(continuation), present([...pieces, ...signs]), {
      xaxis: axis(view.parameter, { zeroline: false }),
      yaxis: axis(view.label),
      legend: below(-0.25),
      height: 520,
      margin: { b: 160 },
    });
  },
);

/** The parts of all branches whose number of unstable modes is of one class, each followed by a gap. */
function stretches(
  { branches }: Continuation,
  { coordinate }: BranchView,
  has: (modes: number) => boolean,
): { x: number[]; y: number[] } {
  const [x, y]: number[][] = [[], []];
  for (const { parameters, points: states, unstableCounts } of branches) {
    const heights = states.map(coordinate);
    for (let i = 1; i < states.length; i++) {
      // an end at an event has no count of its own
      if (!has(Math.max(unstableCounts[i - 1], unstableCounts[i]))) continue;
      const isOn = x.length > 1 && x[x.length - 2] === parameters[i - 1] && y[y.length - 2] === heights[i - 1];
      for (const [axis, values] of [
        [x, parameters],
        [y, heights],
      ] as const) {
        if (isOn) axis.pop();
        else axis.push(values[i - 1]);
        axis.push(values[i], Number.NaN);
      }
    }
  }
  return { x, y };
}

/** How many events of each kind there are. */
function eventsClaim({ events }: Continuation): string {
  const kinds = Object.keys(eventSigns).flatMap((kind) => {
    const count = events.filter((event) => event.kind === kind).length;
    return count > 0 ? [`${kind}: ${count}`] : [];
  });
  return kinds.length > 0 ? `Events on these branches: ${kinds.join(", ")}` : "No event on these branches";
}
