/** The builders of every figure, by paper figure and subject; each returns a plain `{ data, layout }`. */

export type { Figure } from "./figure";
export { titles } from "./figure-titles";
export { continuationBranches } from "./figures-branches";
export { descentCurves, hessianErrors, passageTimes, spectrumDisc, timeCourses } from "./figures-curves";
export { echoStateDiagram, feedforwardAndRecurrent, simpleRnnDiagram } from "./figures-diagrams";
export { flipDistancePlot } from "./figures-distances";
export { disturbedOutputs, marginsAndLosses, scoresBySeed } from "./figures-disturbed";
export { phaseEvolution, phaseFilm } from "./figures-evolution";
export { gainScan } from "./figures-gains";
export { transitionGraph } from "./figures-graph";
export { learningOverTraining, lostRest, originOverTraining } from "./figures-learning";
export { named } from "./figures-named";
export { noiseCurves, noiseError } from "./figures-noise";
export { frequencies, orbits, toneRun } from "./figures-oscillators";
export { bitLabel, phasePoints, phaseSpace } from "./figures-phase-space";
export { descentPaths, phasePortrait } from "./figures-planar";
export { skeletonOverTraining } from "./figures-skeleton";
export { pulseThresholds, skeletonByIndex, speedAlongTransition } from "./figures-structure";
export { tesseractRotation } from "./figures-tesseract";
export { idealBesideMeasured } from "./figures-tesseract-ideal";
export {
  outputAndTarget,
  readoutNorms,
  separation,
  singularValues,
  trainingError,
  trainingOutput,
} from "./figures-training";
export { viewsBySeed } from "./figures-views";
export { signs, titled } from "./theme";
