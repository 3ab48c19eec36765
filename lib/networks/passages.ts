import { type BranchOptions, type KnownSpectrum, transitionGraph } from "../dynamics/manifold";
import { checkNumber, checkVector } from "../numerics/validate";
import { multiplyInto, toRowMajor } from "../numerics/vector";
import { checkEchoState, type EchoState, echoStateFlow, firingRates } from "./echo-state";

/** A saddle with one way out on either side, and the memories at the two ends. */
export interface MemoryPassage {
  readonly saddle: Float64Array;
  /** ±1 each; undefined if that branch ends where the output names no memory. */
  readonly from: number[] | undefined;
  readonly to: number[] | undefined;
}

/**
 * The output for a state, z = Wo r(x).  [J15 eq. 23]
 *
 * @param net a network
 * @param x activations, (N)
 * @returns z, (O)
 */
export function outputOf(net: EchoState, x: Float64Array): Float64Array {
  checkEchoState("outputOf", net);
  checkVector("outputOf", "x", x, net.units);
  const z = new Float64Array(net.outputs);
  multiplyInto(toRowMajor(net.Wo), firingRates(net, x), z);
  return z;
}

/** Half of a memory's ±1: an output nearer to 0 than this names no memory. */
export const clearOutput = 0.5;

/** The memory an output stands for, ±1 each, or undefined if one of its components is not clear. */
export function patternOf(z: Float64Array, clear: number = clearOutput): number[] | undefined {
  checkVector("patternOf", "z", z);
  checkNumber("patternOf", "clear", clear, "not negative");
  return z.every((v) => Math.abs(v) > clear) ? Array.from(z, Math.sign) : undefined;
}

/**
 * Which memories the saddles of a trained network connect: both unstable branches of every index-1 saddle, followed
 * without input until they rest or the steps are used up.  [J15 §6, §9]
 *
 * @param net a trained network
 * @param points fixed points of `echoStateFlow(net)` with their number of unstable modes
 * @param options those of `unstableManifold`, and onProgress(done, total)
 * @returns one passage per index-1 saddle, in the order given
 */
export async function memoryPassages(
  net: EchoState,
  points: readonly (KnownSpectrum & { readonly xStar: Float64Array })[],
  options: Partial<BranchOptions> & { onProgress?: (done: number, total: number) => void } = {},
): Promise<MemoryPassage[]> {
  const read = (end: Float64Array): number[] | undefined => patternOf(outputOf(net, end));
  return transitionGraph(echoStateFlow(net), points, read, options);
}
