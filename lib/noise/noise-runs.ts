/** Networks of one noisy reservoir at work: on their tests, and at their memories. */
import { Ensemble, type EnsembleState } from "../network/ensemble";
import { staysAt } from "./noise-outcome";
import { type NoiseGroup, type NoiseProbe, probesOf } from "./noise-subject";

/** Simulates; z, row by row, and the activation at the end, of each state. */
export function runGroup(
  { units, subjects, networks }: NoiseGroup,
  noisy: Float32Array,
  states: readonly EnsembleState[],
  steps: number,
): { output: Float64Array; x: Float64Array }[] {
  if (states.length === 0) return [];
  const outputs = states.map(({ network }) => new Float64Array(steps * subjects[network].network.outputs));
  const ensemble = new Ensemble(units, noisy, networks, states);
  try {
    ensemble.advance(steps, outputs);
    return ensemble.members.map(({ x }, m) => ({ output: outputs[m], x: x.slice(0, units) }));
  } finally {
    ensemble.release();
  }
}

/** The probes whose outputs stay on their side of zero throughout the second half; what is lost before is not run on. */
export function heldProbes(group: NoiseGroup, noisy: Float32Array, hold: number, margin: number): NoiseProbe[] {
  const half = Math.floor(hold / 2);
  const through = (probes: readonly NoiseProbe[], steps: number, from: number): NoiseProbe[] => {
    const states = probes.map(({ state }) => state);
    const ends = runGroup(group, noisy, states, steps);
    return probes.flatMap((probe, p) => {
      const { output, x } = ends[p];
      return staysAt(output, probe.bits, margin, from) ? [{ ...probe, state: { ...probe.state, x } }] : [];
    });
  };
  return through(through(probesOf(group), half + 1, half), hold - half - 1, 0);
}
