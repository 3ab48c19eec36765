/** Small networks to be disturbed, for tests. */

import { Matrix } from "ml-matrix";
import { createEchoState, type EchoState, initialActivation, withReadout } from "rnn-dynamics/dist/network/echo-state";
import { flipFlop } from "rnn-dynamics/dist/network/tasks";
import type { NoiseSubject } from "rnn-dynamics/dist/noise/trial";
import { createRng } from "rnn-dynamics/dist/numbers/random";

/** An untrained network with a random readout: it does nothing useful, but all of it is moving. */
export function randomNetwork(
  units: number,
  outputs: number,
  changes: Partial<EchoState> = {},
  seed = "noise",
): EchoState {
  const rng = createRng(seed);
  const net = createEchoState({ units, inputs: outputs, outputs, rng: rng.split("network") });
  const readout = rng.split("readout");
  const Wo = new Matrix(
    Array.from({ length: outputs }, () => Array.from({ length: units }, () => readout.normal(0, 0.2))),
  );
  return { ...withReadout(net, Wo), ...changes };
}

/** The same as a subject of a study. */
export function randomSubject(network: EchoState, steps: number, changes: Partial<NoiseSubject> = {}): NoiseSubject {
  const rng = createRng("subject");
  const { outputs } = network;
  return {
    name: "random",
    network,
    x0: initialActivation(network, rng.split("x0")),
    testing: flipFlop({ bits: outputs, steps, pulseRate: 0.1, rng: rng.split("task") }),
    ...changes,
  };
}
