/** What a training does, step by step: the spectrum of the origin, the memories, the error of the test. */
import { thresholdsC10toC12 } from "../claims/c10-c12";
import type { SeededResult } from "../claims/replicated";
import { lawOfFirstPulse } from "../claims/study-first-pulse";
import type { TrainingStory } from "../claims/study-story";
import type { LostRest, OriginAt } from "../training/film";
import { checkList, checkShape } from "../wasm/validate";
import type { Figure, Layout, Trace } from "./figure";
import { colors, titled } from "./theme";

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
export function lostRest(runs: readonly SeededResult<LostRest>[], claim: string): Figure {
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
  const [from, to] = thresholdsC10toC12.lossBetween;
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
  stories: readonly Pick<TrainingStory, "gain" | "memories" | "tests">[],
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
