/** Noise on the weights, and what it takes.  [J15 §8] */

export { type MarginPair, marginPairs } from "./memory-losses";
export { noiseLevels as levels, withNoise as disturb } from "./noise";
export { areaUnder, confidenceBand, firstTrials, weightDeviation } from "./noise-curves";
export { heldByPart, splitNoise as split } from "./noise-parts";
export { noiseTrials as trials, trialRng } from "./noise-trials";
