/** Random streams, linear algebra, statistics. */

export { eigenvalues } from "../wasm/eigen";
export { distance, dot, norm, toMatrix } from "../wasm/vector";
export { sineOfTurns } from "./angles";
export { principalComponents, stateAt } from "./pca";
export { createRng as rng, type Rng } from "./random";
export { meanAndDeviation, rankCorrelation } from "./statistics";
export { principalAngles, singularValuesOf as singularValues } from "./subspaces";
