/**
 * Phase space while a network is trained: Fig. 7, and the whole film.
 */
import type { Matrix } from "ml-matrix";
import { withFrames } from "../page/film";
import { checkList, checkMatrix } from "../wasm/validate";
import type { Figure, Frame, Layout, Trace } from "./figure";
import { colors, titled } from "./theme";

/** Phase space at one step of training, in three coordinates, (T×3) each. */
export interface PortraitAt {
  readonly step: number;
  readonly test: Matrix;
  readonly runs: readonly Matrix[];
}

/** The paper's blue and red, dark and broad against light and thin, so that grey print tells them apart as well. */
const testLine = { color: "#00558A", width: 4 };
const runLine = { color: "#E8765A", width: 1.5 };
const finalMarker = { symbol: "circle-open", color: colors.green, size: 5, line: { color: colors.green, width: 1.5 } };

/** Coordinates of pieces, to a tenth: the picture is a hundred wide, and a film holds a hundred thousand of them. */
function coordinates(pieces: readonly Matrix[]): { x: number[]; y: number[]; z: number[] } {
  const axes: number[][] = [[], [], []];
  for (const [k, piece] of pieces.entries()) {
    checkMatrix("portraits", "coordinates", piece, undefined, 3);
    for (let i = 0; i < piece.rows; i++)
      for (let a = 0; a < 3; a++) axes[a].push(Math.round(10 * piece.get(i, a)) / 10);
    if (k < pieces.length - 1) for (const axis of axes) axis.push(Number.NaN);
  }
  return { x: axes[0], y: axes[1], z: axes[2] };
}

function portraitTraces({ test, runs }: PortraitAt, final: Matrix, scene: string, isFirst: boolean): Trace[] {
  const common = { type: "scatter3d", scene, showlegend: isFirst, hoverinfo: "skip" };
  return [
    { ...common, mode: "lines", name: "runs from the cloud", ...coordinates(runs), line: runLine },
    { ...common, mode: "lines", name: "test run", ...coordinates([test]), line: testLine },
    { ...common, mode: "markers", name: "fixed points at the end", ...coordinates([final]), marker: finalMarker },
  ];
}

/** The paper's view: from above a corner, with room for all test runs and all that is left in the end; far starts are cut off. */
function sceneOver(portraits: readonly PortraitAt[], final: Matrix, domain: Record<string, number[]>) {
  const all = [final, ...portraits.map(({ test }) => test)];
  const reach = Math.ceil(Math.max(...all.map((m) => Math.max(m.max(), -m.min()))) / 5) * 5;
  const axis = (k: number) => ({
    title: { text: `PC ${k}`, font: { size: 11 } },
    range: [-reach, reach],
    nticks: 5,
    tickfont: { size: 10 },
  });
  const camera = { eye: { x: 1.55, y: 1.55, z: 0.87 }, center: { x: 0, y: 0, z: -0.13 } };
  return { domain, xaxis: axis(1), yaxis: axis(2), zaxis: axis(3), aspectmode: "cube", camera };
}

function checkPortraits(where: string, portraits: readonly PortraitAt[], final: Matrix): void {
  checkList(where, "portraits", portraits, 1, ["test", "runs"]);
  checkMatrix(where, "final", final, undefined, 3);
}

/**
 * Fig. 7: phase space at a few steps of training, side by side in one view; final fixed points overlaid.  [J15 Fig. 7]
 *
 * @param portraits two to a row
 * @param final fixed points of the trained network, (points×3)
 * @param claim the title
 */
export function phaseEvolution(portraits: readonly PortraitAt[], final: Matrix, claim: string): Figure {
  checkPortraits("phaseEvolution", portraits, final);
  const rows = Math.ceil(portraits.length / 2);
  const scenes: Record<string, unknown> = {};
  const annotations: Record<string, unknown>[] = [];
  const data = portraits.flatMap((portrait, k) => {
    const name = k === 0 ? "scene" : `scene${k + 1}`;
    const [left, top] = [(k % 2) * 0.5, 1 - Math.floor(k / 2) / rows];
    scenes[name] = sceneOver(portraits, final, { x: [left, left + 0.5], y: [top - 1 / rows, top - 0.02] });
    const text = `${String.fromCharCode(97 + k)}) after ${portrait.step} steps`;
    const place = { x: left + 0.25, y: top, xref: "paper", yref: "paper", xanchor: "center", yanchor: "top" };
    annotations.push({ text, ...place, showarrow: false, font: { size: 15 } });
    return portraitTraces(portrait, final, name, k === 0);
  });
  return {
    data,
    layout: titled(claim, {
      width: 820,
      height: 400 * rows + 70,
      ...scenes,
      annotations,
      margin: { l: 0, r: 0, b: 40, autoexpand: false },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: 0, yanchor: "top", itemsizing: "constant" },
    } as Layout),
  };
}

/**
 * Fig. 7 as a film: one scene, with buttons and a slider through the steps of training; the last one is shown first.  [J15 Fig. 7]
 *
 * @param portraits by ascending step
 * @param final fixed points of the trained network, (points×3)
 * @param claim the title
 */
export function phaseFilm(portraits: readonly PortraitAt[], final: Matrix, claim: string): Figure {
  checkPortraits("phaseFilm", portraits, final);
  const last = portraits[portraits.length - 1];
  const still: Figure = {
    data: portraitTraces(last, final, "scene", true),
    layout: titled(claim, {
      width: 720,
      height: 600,
      scene: sceneOver(portraits, final, { x: [0, 1], y: [0, 1] }),
      margin: { l: 0, r: 0, b: 10, autoexpand: false },
      legend: { x: 0.01, y: 1, xanchor: "left", yanchor: "top", itemsizing: "constant" },
    }),
  };
  const stepOf = ({ step }: PortraitAt) => ({
    text: `after ${step} steps`,
    ...{ x: 0.98, y: 0.99, xref: "paper", yref: "paper", xanchor: "right", yanchor: "top" },
    ...{ showarrow: false, font: { size: 17 } },
  });
  const frames = portraits.map((portrait): Frame => {
    const traces = portraitTraces(portrait, final, "scene", true).slice(0, 2);
    const data = traces.map(({ x, y, z }) => ({ x, y, z }));
    return { name: String(portrait.step), data, traces: [0, 1], layout: { annotations: [stepOf(portrait)] } };
  });
  const { data, layout } = still;
  return withFrames({ data, layout: { ...layout, annotations: [stepOf(last)] } }, frames, frames.length - 1);
}
