/** The builders of every figure, by paper figure and subject; each returns a plain `{ data, layout }`. */

export { saveFigure as save } from "../page/export";
export { saveFilm } from "../page/film";
export { bitLabel, phaseEvolution, phaseFilm, phasePoints, phaseSpace } from "./cube";
export {
  descentCurves,
  hessianErrors,
  outputAndTarget,
  passageTimes,
  readoutNorms,
  separation,
  singularValues,
  spectrumDisc,
  timeCourses,
  trainingError,
  trainingOutput,
} from "./curves";
export { echoStateDiagram, feedforwardAndRecurrent, simpleRnnDiagram } from "./diagrams";
export type { Figure } from "./figure";
export { pulseThresholds, skeletonByIndex, speedAlongTransition, transitionGraph } from "./memories";
export { disturbedOutputs, marginsAndLosses, noiseCurves, noiseError, scoresBySeed } from "./noise";
export { descentPaths, phasePortrait } from "./plane";
export { flipDistancePlot, idealBesideMeasured, tesseractRotation, viewsBySeed } from "./tesseract";
export { named, signs, titled } from "./theme";
export { titles } from "./titles";
export { frequencies, orbits, toneRun } from "./tones";
export {
  continuationBranches,
  gainScan,
  learningOverTraining,
  lostRest,
  originOverTraining,
  skeletonOverTraining,
} from "./training";
