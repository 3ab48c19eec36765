/** Echo-state networks: made, trained by FORCE, run, kept, as a flow.  [J15 §4, §5] */

export { tanhConjugate } from "./conjugate";
export { drivenLyapunovExponent } from "./driven-lyapunov";
export {
  combinedWeights,
  createEchoState as create,
  type EchoState,
  echoStateFlow as flow,
  firingRates as rates,
  initialActivation,
} from "./echo-state";
export { bitAccuracy, clearOutput, flipFlop, meanSquaredError } from "./flip-flop";
export { trainForce as train } from "./force";
export { readoutByRecursion, readoutByRidge, updateReadout } from "./least-squares";
export { loadNpy, saveNpy } from "./npy";
export { portraitOf as portrait, startCloud } from "./portrait";
export { rateFlow } from "./rate-flow";
export {
  flipFlopRecipe as recipe,
  flipFlopRecipeDefaults as recipeDefaults,
  prepareFlipFlop as prepare,
} from "./recipe";
export { loadShipped as shipped, retrainShipped as retrain } from "./shipped";
export {
  circularLawShare,
  randomRecurrentWeights as randomWeights,
  simpleRnnFlow as simpleRnn,
  simpleRnnHessian,
} from "./simple-rnn";
export { simulate } from "./simulate";
export { meanPeriod, toneTask as tones, toneTaskDefaults as tonesDefaults } from "./tone-task";
export { addChannel } from "./transfer";
export { loadWeights, saveWeights } from "./weights";
