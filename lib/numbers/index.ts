/** Random streams, linear algebra, statistics. */

export { eigenvalues } from "../wasm/eigen";
export { distance, dot, norm, toMatrix } from "../wasm/vector";
export {
  principalComponents,
  singularValuesOf as singularValues,
  stateAt,
} from "./principal-components";
export { createRng as rng, type Rng } from "./random";
export { meanAndDeviation, rankCorrelation, sineOfTurns } from "./statistics";
