/** Echo-state networks: made, trained by FORCE, run, kept, as a flow.  [J15 §4, §5] */

export {
  addChannel,
  combinedWeights,
  createEchoState as create,
  type EchoState,
  echoStateFlow as flow,
  firingRates as rates,
  initialActivation,
  tanhConjugate,
} from "./echo-state";
export { loadShipped as shipped, retrainShipped as retrain } from "./files";
export { readoutByRecursion, readoutByRidge, trainForce as train, updateReadout } from "./force";
export { loadNpy, saveNpy } from "./npy";
export {
  circularLawShare,
  randomRecurrentWeights as randomWeights,
  rateFlow,
  simpleRnnFlow as simpleRnn,
  simpleRnnHessian,
} from "./rate-flow";
export {
  flipFlopRecipe as recipe,
  flipFlopRecipeDefaults as recipeDefaults,
  prepareFlipFlop as prepare,
} from "./recipe";
export { drivenLyapunovExponent, portraitOf as portrait, simulate, startCloud } from "./simulate";
export {
  bitAccuracy,
  clearOutput,
  flipFlop,
  meanPeriod,
  meanSquaredError,
  toneTask as tones,
  toneTaskDefaults as tonesDefaults,
} from "./tasks";
export { loadWeights, saveWeights } from "./weights";
