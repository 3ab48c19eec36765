/** What a training does, step by step: the spectrum of the origin, the memories, the error of the test. */
import type { Continuation } from "../continuation/continue";
import { type BranchRecord, skeletonAt } from "../continuation/record";
import { type HeldMemories, type LostRest, lawOfFirstPulse, type OriginAt, type TestRun } from "../training/film";
import { checkList, checkRecord, checkShape, reject } from "../wasm/validate";
import type { Figure, Layout, Trace } from "./figure";
import { colors, titled } from "./theme";

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

/** Number of modes on a logarithmic axis, zero drawn half a decade below one. */
const onCounts = (count: number) => (count === 0 ? 0.4 : count);
const countAxis = {
  type: "log",
  tickvals: [0.4, 1, 2, 5, 10, 100],
  ticktext: ["0", "1", "2", "5", "10", "100"],
  range: [-0.55, 2.4],
};

/** Two panels above each other on one horizontal axis. */
function stacked(upper: string, lower: string, xaxis: Record<string, unknown>, height = 560): Layout {
  return {
    height,
    xaxis: { ...xaxis, anchor: "y2" },
    yaxis: { title: { text: upper }, domain: [0.54, 1] },
    yaxis2: { title: { text: lower }, domain: [0, 0.46] },
    legend: { orientation: "h", x: 1, xanchor: "right", y: 0.5, yanchor: "middle" },
  };
}

/**
 * The origin during training: the largest real part of its eigenvalues, and how many of them are positive; dotted, where the
 * circular law puts the edge of an untrained network's, g − 1.  [J15 §6.1]
 *
 * @param stories one for each gain
 * @param last last step that is drawn
 * @param claim the title
 */
export function originOverTraining(
  stories: readonly { readonly gain: number; readonly origin: readonly OriginAt[] }[],
  last: number,
  claim: string,
): Figure {
  checkList("originOverTraining", "stories", stories, 1, ["gain", "origin"]);
  checkShape("originOverTraining", "stories", stories, [{ origin: [{ step: "number" }] }]);
  const data = stories.flatMap(({ gain, origin }, k): Trace[] => {
    const rows = origin.filter(({ step }) => step <= last);
    const x = rows.map(({ step }) => step);
    const common = { type: "scatter", x, name: `g = ${gain}`, ...styleOf(k) };
    return [
      { ...common, mode: "lines+markers", y: rows.map(({ spectralAbscissa }) => spectralAbscissa) },
      {
        ...common,
        mode: "lines+markers",
        yaxis: "y2",
        y: rows.map(({ unstableCount }) => onCounts(unstableCount)),
        showlegend: false,
        text: rows.map(({ unstableCount }) => `${unstableCount}`),
      },
      {
        type: "scatter",
        mode: "lines",
        name: "g − 1, by the circular law",
        x: [0, last],
        y: [gain - 1, gain - 1],
        line: { color: styleOf(k).line.color, width: 1.5, dash: "dot" },
        showlegend: k === 0,
        hoverinfo: "name",
      },
    ];
  });
  const layout = stacked("max Re λ (1/τ)", "unstable modes", {
    title: { text: "training step" },
    range: [-0.02 * last, last],
  });
  const lower = { ...(layout.yaxis2 as Record<string, unknown>), ...countAxis };
  return { data, layout: titled(claim, { ...layout, yaxis2: lower }) };
}

/**
 * When each training's origin lost its rest, against its first pulse; between the lines, what the law says; shaded, where the
 * paper's origin was lost.  [J15 §6.1]
 *
 * @param runs results of `firstPulseStudy`; seeds up to 6 and later ones have signs of their own
 * @param claim the title
 */
export function lostRest(runs: readonly { readonly seed: number; readonly result: LostRest }[], claim: string): Figure {
  checkList("lostRest", "runs", runs, 1, ["seed", "result"]);
  checkShape("lostRest", "runs", runs, [{ result: { firstPulse: "number" } }]);
  const [found, fresh] = [(seed: number) => seed <= 6, (seed: number) => seed > 6].map((has) =>
    runs.filter(({ seed, result }) => has(seed) && typeof result.lostAt === "number"),
  );
  const last = Math.max(...runs.map(({ result }) => result.firstPulse)) + 10;
  const signs = (name: string, group: typeof runs, marker: Record<string, unknown>): Trace => ({
    ...{ type: "scatter", mode: "markers", name, marker, hoverinfo: "text" },
    x: group.map(({ result }) => result.firstPulse),
    y: group.map(({ result }) => result.lostAt ?? Number.NaN),
    text: group.map(({ seed, result }) => `seed ${seed}: pulse at ${result.firstPulse}, lost at ${result.lostAt}`),
  });
  const law = lawOfFirstPulse.map(
    (lag, k): Trace => ({
      ...{ type: "scatter", mode: "lines", hoverinfo: "skip", line: { color: colors.grey, width: 1.2 } },
      ...{
        name: `${lawOfFirstPulse.join(" to ")} steps later`,
        showlegend: k === 0,
        x: [0, last],
        y: [lag, last + lag],
      },
    }),
  );
  const [from, to] = lossInFig7;
  const paper = { type: "rect", xref: "paper", x0: 0, x1: 1, y0: from, y1: to, layer: "below", line: { width: 0 } };
  const label = { text: "lost here in Fig. 7 of the paper", xref: "paper", x: 0.02, y: to, showarrow: false };
  return {
    data: [
      ...law,
      signs("seeds 1–6", found, { symbol: "circle", size: 11, color: colors.black }),
      signs("fresh seeds", fresh, { symbol: "diamond-open", size: 10, color: colors.blue, line: { width: 2 } }),
    ],
    layout: titled(claim, {
      height: 460,
      xaxis: { title: { text: "first pulse (training step)" }, range: [-3, last] },
      yaxis: { title: { text: "rest lost (training step)" }, range: [0, to + 8] },
      shapes: [{ ...paper, fillcolor: colors.lightGrey, opacity: 0.5 }],
      annotations: [{ ...label, xanchor: "left", yanchor: "top" }],
      legend: { x: 0.98, xanchor: "right", y: 0.04, yanchor: "bottom" },
    } as Layout),
  };
}

/** Ticks of an error on a logarithmic axis, all of one size: Plotly prints those between decades smaller and bare. */
const errorTicks = [0.05, 0.1, 0.2, 0.5, 1, 2];

/**
 * What is learnt when: memories held, and the error of the test run, at every snapshot; steps on a logarithmic axis.
 *
 * @param stories one for each gain
 * @param claim the title
 */
export function learningOverTraining(
  stories: readonly {
    readonly gain: number;
    readonly memories: readonly HeldMemories[];
    readonly tests: readonly TestRun[];
  }[],
  claim: string,
): Figure {
  checkList("learningOverTraining", "stories", stories, 1, ["gain", "memories", "tests"]);
  checkShape("learningOverTraining", "stories", stories, [
    { memories: [{ step: "number", held: "list" }], tests: [{ step: "number" }] },
  ]);
  const data = stories.flatMap(({ gain, memories, tests }, k): Trace[] => {
    const common = { type: "scatter", mode: "lines+markers", name: `g = ${gain}`, ...styleOf(k) };
    const held = memories.filter(({ step }) => step > 0);
    const tested = tests.filter(({ step }) => step > 0);
    return [
      {
        ...common,
        x: held.map(({ step }) => step),
        y: held.map((row) => row.held.length),
        line: { ...styleOf(k).line, shape: "hv" },
      },
      {
        ...common,
        x: tested.map(({ step }) => step),
        y: tested.map(({ meanSquaredError }) => meanSquaredError),
        yaxis: "y2",
        showlegend: false,
      },
    ];
  });
  const layout = stacked("memories held, of 8", "test error (MSE)", {
    type: "log",
    dtick: 1,
    title: { text: "training step" },
  });
  const lower = {
    ...(layout.yaxis2 as Record<string, unknown>),
    type: "log",
    tickvals: errorTicks,
    ticktext: errorTicks.map(String),
  };
  return { data, layout: titled(claim, { ...layout, yaxis2: lower }) };
}

/** A network of a scan of gains: its origin before and after training, its test, and what was found of it. */
export interface GainRow {
  readonly gain: number;
  readonly before: OriginAt;
  readonly after: OriginAt;
  readonly meanSquaredError: number;
  /** Memories held, and how many of them rest at a fixed point. */
  readonly held: number;
  readonly resting: number;
  /** Fixed points found, and the sum of their indices. */
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
export function gainScan(rows: readonly GainRow[], claim: string): Figure {
  checkList("gainScan", "rows", rows, 1, ["before", "after", "indexSum"]);
  const x = rows.map(({ gain }) => gain);
  const line = (name: string, y: number[], panel: string, style: Record<string, unknown>, more = {}): Trace => ({
    ...{ type: "scatter", mode: "lines+markers", name, x, y, xaxis: `x${panel}`, yaxis: `y${panel}` },
    line: style,
    marker: { size: 7, ...more },
  });
  const dark = { color: colors.blue, width: 2 };
  const broken = { color: colors.vermilion, width: 2, dash: "dash" };
  const dotted = { color: colors.grey, width: 1.5, dash: "dot" };
  const symbol = rows.map(({ indexSum }) => (indexSum === 1 ? "circle" : "circle-open"));
  const data = [
    line(
      "after training",
      rows.map(({ after }) => after.spectralAbscissa),
      "",
      broken,
      { symbol: "square" },
    ),
    line(
      "before",
      rows.map(({ before }) => before.spectralAbscissa),
      "",
      dark,
    ),
    {
      ...line(
        "g − 1",
        x.map((g) => g - 1),
        "",
        dotted,
      ),
      mode: "lines",
    },
    line(
      "held",
      rows.map(({ held }) => held),
      "2",
      dark,
    ),
    line(
      "at rest",
      rows.map(({ resting }) => resting),
      "2",
      broken,
      { symbol: "square" },
    ),
    line(
      "test error",
      rows.map(({ meanSquaredError }) => meanSquaredError),
      "3",
      dark,
    ),
    line(
      "fixed points found",
      rows.map(({ points }) => points),
      "4",
      dark,
      { symbol, size: 9 },
    ),
  ];
  const panel = (k: number) => ({ domain: k % 2 === 0 ? [0, 0.43] : [0.57, 1] });
  const height = (k: number) => ({ domain: k < 2 ? [0.56, 0.95] : [0, 0.4] });
  const gain = { title: { text: "gain g" } };
  const notes = [
    "max Re λ of the origin (1/τ)",
    "memories, of 8: ● held, ■ at rest",
    "test error on one input (MSE)",
    "fixed points found: ● index sum 1",
  ];
  return {
    data: data.map((trace, k) => ({ ...trace, showlegend: k < 3 })),
    layout: titled(claim, {
      width: 820,
      height: 640,
      xaxis: { ...panel(0), anchor: "y" },
      yaxis: { ...height(0) },
      xaxis2: { ...panel(1), anchor: "y2" },
      yaxis2: { ...height(1), anchor: "x2", range: [-0.4, 8.6] },
      xaxis3: { ...panel(2), anchor: "y3", ...gain },
      yaxis3: { ...height(2), anchor: "x3", rangemode: "tozero" },
      xaxis4: { ...panel(3), anchor: "y4", ...gain },
      yaxis4: { ...height(3), anchor: "x4", rangemode: "tozero" },
      annotations: notes.map((text, k) => ({
        ...{ text, x: k % 2 === 0 ? 0 : 0.57, y: k < 2 ? 0.96 : 0.41, xref: "paper", yref: "paper" },
        ...{ xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 14 } },
      })),
      legend: { x: 0.43, xanchor: "right", y: 0.56, yanchor: "bottom", font: { size: 12 } },
    }),
  };
}

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
