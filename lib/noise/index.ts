/** Noise on the weights, and what it takes.  [J15 §8] */

export { areaUnder, confidenceBand, firstTrials, type MarginPair, marginPairs, weightDeviation } from "./curves";
export { heldByPart } from "./parts";
export { noiseLevels as levels, withNoise as disturb } from "./trial";
export { noiseTrials as trials, trialRng } from "./trials";
