/** Task B: one step of a simulation. */
import { Matrix } from "ml-matrix";
import { createSimulationRun, type SimulationSetup } from "rnn-dynamics/dist/network/run";
import { advanceSimulation } from "rnn-dynamics/dist/network/time-loop";
import { referenceAdvanceSimulation } from "../oracles/plain-loop";
import { type Context, openNumpy } from "./context";
import { timed } from "./measure";
import { simulationInMlMatrix } from "./ml-matrix";
import { Exchange, type Peer, threadsIn } from "./python";
import { type Row, speedTarget, type TaskResult } from "./report";
import { compareSteps, type StepSide } from "./step-sides";
import { rowMajor, type Subject, subject } from "./subject";

const work = "simulation step";

export async function runSimulation(context: Context): Promise<TaskResult> {
  const trained = subject();
  const { network, x0, input, inputSteps } = trained;
  const size = network.units;
  context.say(`B  ${trained.name}`);
  const numpy = openNumpy(context, "simulation.py", () => simulationExchange(context, trained));
  try {
    const sides = [
      ownSide("ours", trained, advanceSimulation),
      ownSide("ours, 2 threads", trained, advanceSimulation, 2),
      ownSide("plain loops", trained, referenceAdvanceSimulation),
      simulationInMlMatrix(network, Matrix.from1DArray(inputSteps, network.inputs, input), x0),
      ...numpy.peers.map(({ peer, threads }) => numpySide(peer, threads)),
    ];
    const bytes = 8 * size * size;
    const rows: Row[] = await compareSteps(sides, {
      work,
      size,
      unit: "µs",
      multiple: 1,
      rounds: context.isQuick ? 3 : 9,
      wanted: context.isQuick ? 0.04 : 0.12,
      available: inputSteps,
      limit: bytes / context.limits.bandwidth(bytes),
    });
    if (numpy.missing) rows.push({ work, size, side: "numpy", unit: "µs", note: numpy.missing });
    const target = { what: "simulation N = 1000, speed against numpy", work, size, side: "numpy", limit: 1.4 };
    return { letter: "B", title: `Simulation step of ${trained.name}`, rows, targets: [speedTarget(rows, target)] };
  } finally {
    numpy.close();
  }
}

/** What simulation.py reads; tasks B and E use it. */
export function simulationExchange(
  context: Context,
  { network, x0, input }: Subject,
  noise: { readonly levels: readonly number[]; readonly matrix: Float64Array } = {
    levels: [],
    matrix: new Float64Array(),
  },
): Exchange {
  const { units, inputs, outputs, tau } = network;
  return new Exchange(
    context.folder,
    { units, inputs, outputs, tau, levels: noise.levels },
    { ...rowMajor(network), x0, input, noise: noise.matrix },
  );
}

/** What a simulation run is made from. */
export function simulationSetup({ network, x0 }: Subject): SimulationSetup {
  const { units, inputs, outputs, tau, activation } = network;
  return { ...rowMajor(network), x: x0, units, inputs, outputs, tau, activation };
}

function ownSide(name: string, trained: Subject, advanceRun: typeof advanceSimulation, threads: 1 | 2 = 1): StepSide {
  const run = createSimulationRun(simulationSetup(trained), threads);
  const { inputs, outputs } = run;
  let t = 0;
  return {
    name,
    advance(steps) {
      const u = trained.input.subarray(t * inputs, (t + steps) * inputs);
      const output = new Float64Array(steps * outputs);
      t += steps;
      return timed(() => {
        advanceRun(run, u, steps, output);
      });
    },
    result: () => run.x,
    release: () => run.release(),
  };
}

function numpySide(peer: Peer, threads: number): StepSide {
  return {
    name: `numpy, ${threadsIn(threads)}`,
    advance: (steps) => peer.seconds("advance", steps),
    result: () => peer.array("result"),
  };
}
