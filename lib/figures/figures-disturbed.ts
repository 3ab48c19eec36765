/**
 * Figures of what noise does to a network: to an output as it runs, to each of its memories, and to networks seed by seed.
 */
import { type MarginPoints, marginPairs } from "../noise/memory-losses";
import { checkList, checkNumber, checkNumbers, reject } from "../wasm/validate";
import type { Figure, Layout, Trace } from "./figure";
import { networkStyle } from "./network-styles";
import { colors, titled } from "./theme";

/**
 * For each memory, the noise that takes it against its distance from the nearest saddle.
 *
 * @param networks margins and loss levels of each, in the same order
 * @param deviation g/√N, the unit of the vertical axis
 * @param claim the title
 */
export function marginsAndLosses(networks: readonly MarginPoints[], deviation: number, claim: string): Figure {
  const where = "marginsAndLosses";
  checkList(where, "networks", networks, 1, ["name", "lossLevels"]);
  checkNumber(where, "deviation", deviation);
  const data = networks.map((network): Trace => {
    const pairs = marginPairs(network);
    const { color, symbol } = networkStyle(network.name);
    return {
      ...{ type: "scatter", mode: "markers", name: network.name, marker: { symbol, color, size: 9, opacity: 0.85 } },
      x: pairs.map(({ distance }) => distance),
      y: pairs.map(({ loss }) => loss / deviation),
    };
  });
  return {
    data,
    layout: titled(claim, {
      xaxis: { title: { text: "distance to the nearest saddle found (activation)" }, rangemode: "tozero" },
      yaxis: {
        ...{ title: { text: "fatal noise η/(g/√N)" }, type: "log" },
        ...{
          tickvals: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
          ticktext: ["0.003", "0.01", "0.03", "0.1", "0.3", "1", "3"],
        },
      },
      legend: { orientation: "h", x: 0, y: -0.22, yanchor: "top" },
      margin: { b: 116 },
    }),
  };
}

/** One network's score in one seed. */
export interface SeedScore {
  readonly name: string;
  readonly seed: number;
  readonly value: number;
}

/**
 * A score of each network, seed by seed: whether an order of networks is more than the luck of one seed.
 *
 * @param scores one for each network and seed
 * @param axis words of the vertical axis, which is logarithmic
 * @param claim the title
 */
export function scoresBySeed(scores: readonly SeedScore[], axis: string, claim: string): Figure {
  checkList("scoresBySeed", "scores", scores, 1, ["name", "seed", "value"]);
  if (typeof axis !== "string") reject("scoresBySeed", "axis", axis, "words");
  const names = [...new Set(scores.map(({ name }) => name))];
  const data = names.map((name): Trace => {
    const own = scores.filter((score) => score.name === name);
    const { color, dash, symbol } = networkStyle(name);
    return {
      ...{ type: "scatter", mode: "lines+markers", name, line: { color, dash, width: 1 } },
      ...{ x: own.map(({ seed }) => seed), y: own.map(({ value }) => value), marker: { symbol, color, size: 11 } },
    };
  });
  return {
    data,
    layout: titled(claim, {
      xaxis: { title: { text: "seed of network and noise" }, dtick: 1 },
      yaxis: { title: { text: axis }, type: "log" },
      legend: { orientation: "h", x: 0, y: -0.22, yanchor: "top" },
      margin: { b: 116 },
    }),
  };
}

/** z and f of one bit in a stretch of a test, at one noise level. */
export interface DisturbedOutput {
  readonly name: string;
  readonly output: readonly number[];
  readonly target: readonly number[];
}

/**
 * One output of a disturbed network against its target, one lane a noise level, all to one scale.
 *
 * @param lanes from the bottom up
 * @param claim the title
 */
export function disturbedOutputs(lanes: readonly DisturbedOutput[], claim: string): Figure {
  checkList("disturbedOutputs", "lanes", lanes, 1, ["name", "output", "target"]);
  const data: Trace[] = [];
  const layout: Layout = {
    height: 150 + 150 * lanes.length,
    legend: { orientation: "h", x: 0, y: -0.12, yanchor: "top" },
  };
  lanes.forEach(({ name, output, target }, k) => {
    checkNumbers("disturbedOutputs", "output", output, 1);
    checkNumbers("disturbedOutputs", "target", target);
    if (target.length !== output.length) {
      reject("disturbedOutputs", "target", `has length ${target.length}`, `${output.length}`);
    }
    const yaxis = k === 0 ? "y" : `y${k + 1}`;
    const x = output.map((_, t) => t);
    const shared = { type: "scatter", mode: "lines", x, yaxis, showlegend: k === 0 };
    data.push({ ...shared, name: "target f", y: target, line: { color: colors.skyBlue, width: 4 } });
    data.push({ ...shared, name: "output z", y: output, line: { color: colors.black, width: 1.2 } });
    const [low, high] = [k, k + 1].map((i) => i / lanes.length);
    layout[k === 0 ? "yaxis" : `yaxis${k + 1}`] = {
      ...{ domain: [low, high - 0.06], title: { text: name, font: { size: 14 } }, zeroline: true },
    };
  });
  return { data, layout: titled(claim, { ...layout, xaxis: { title: { text: "time t (steps)" } } }) };
}
