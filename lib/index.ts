export * from "./claims/c01-c03";
export * from "./claims/c04-c09";
export * from "./claims/c10-c12";
export * from "./claims/c13-c16";
export * from "./claims/c17-c18";
export * from "./claims/c19-c20";
export { type LedgerRow, ledger, recordVerdicts } from "./claims/ledger";
export * from "./claims/long-studies";
export * from "./claims/over-seeds";
export * from "./claims/replicated";
export * from "./claims/runs-c01-c03";
export * from "./claims/runs-c19-c20";
export type * from "./claims/runs-noise";
export type * from "./claims/runs-search";
export * from "./claims/search-goals";
export * from "./claims/seed-ranks";
export * from "./claims/skeleton-four-bits";
export type * from "./claims/skeleton-three-bits";
export { openSkeleton, threeBitSkeletonsStudy } from "./claims/skeleton-three-bits";
export * from "./claims/statements";
export * from "./claims/studies";
export type * from "./claims/study";
export type * from "./claims/study-branches";
export { branchesStudy } from "./claims/study-branches";
export * from "./claims/study-evolution";
export * from "./claims/study-first-pulse";
export * from "./claims/study-four-bits";
export type * from "./claims/study-gain-scan";
export { gainScanStudy } from "./claims/study-gain-scan";
export {
  type NoiseNetworkResult,
  type NoiseStudyResult,
  noiseStudy,
  noiseTrialsStudy,
  summariseNoise,
} from "./claims/study-noise";
export * from "./claims/study-recall";
export * from "./claims/study-results";
export * from "./claims/study-search";
export type * from "./claims/study-story";
export { storyStudy } from "./claims/study-story";
export * from "./claims/study-three-bits";
export * from "./claims/study-tones";
export { type UnseenInputs, unseenInputsStudy, unseenVerdict } from "./claims/study-unseen";
export { type ClaimVerdict, type Verdict, type VerdictRow, verdictTable } from "./claims/verdict";
export type { Bifurcation, BifurcationChange, BifurcationKind } from "./continuation/bifurcation";
export {
  type BranchEvent,
  type Continuation,
  type ContinueOptions,
  continueDefaults,
  continueFixedPoints,
  type FixedPointBranch,
} from "./continuation/continuation";
export * from "./continuation/record";
export {
  type Figure,
  type Frame,
  figureJson,
  type Layout,
  type Numbers,
  type Trace,
  titleText,
} from "./figures/figure";
export * as figures from "./figures/index";
export * from "./figures/theme";
export * from "./flow/energy";
export * from "./flow/excursions";
export { type Flow, type FlowSpec, kineticEnergy, speed } from "./flow/flow";
export type { FlowFamily } from "./flow/flow-family";
export * from "./flow/integrate";
export {
  type LyapunovExponent,
  type LyapunovOptions,
  lyapunovDefaults,
  lyapunovExponent,
} from "./flow/lyapunov";
export * from "./flow/passage-time";
export * from "./flow/planar";
export * from "./flow/separation";
export {
  type ComplexArray,
  type Stability,
  type StabilityKind,
  type StabilityOptions,
  type StabilityShape,
  stability,
  stabilityDefaults,
} from "./flow/stability";
export * from "./memory/bit-axes";
export * from "./memory/equidistance";
export * from "./memory/lapses";
export * from "./memory/memories";
export * from "./memory/memory-graph";
export * from "./memory/memory-margins";
export * from "./memory/passages";
export * from "./memory/pulse-threshold";
export * from "./memory/skeleton";
export * from "./memory/solid";
export * from "./memory/tesseract-view";
export * from "./network/activation";
export * from "./network/conjugate";
export * from "./network/driven-lyapunov";
export * from "./network/echo-state";
export * from "./network/flip-flop";
export * from "./network/force";
export * from "./network/least-squares";
export * from "./network/networks";
export { loadNpy, saveNpy } from "./network/npy";
export * from "./network/portrait";
export { flowFromSpec, type RateFlowParameters, rateFlow, rateFlowKind } from "./network/rate-flow";
export * from "./network/recipe";
export * from "./network/shipped";
export * from "./network/simple-rnn";
export * from "./network/simulate";
export * from "./network/tone-task";
export * from "./network/train-flip-flop";
export { type TrainedNetworkOptions, trainedNetwork, trainedNetworkDefaults } from "./network/trained";
export * from "./network/transfer";
export * from "./network/weights";
export * from "./noise/memory-losses";
export {
  type NoiseTrialOptions,
  noiseLevels,
  noiseTrial,
  noiseTrialDefaults,
  withNoise,
} from "./noise/noise";
export * from "./noise/noise-curves";
export type * from "./noise/noise-outcome";
export * from "./noise/noise-parts";
export type { NoiseSubject } from "./noise/noise-subject";
export {
  type NoiseTrialsOptions,
  noiseTrials,
  noiseTrialsDefaults,
  type TrialShelf,
  trialRng,
} from "./noise/noise-trials";
export * from "./noise/unseen-tests";
export * from "./numbers/angles";
export * from "./numbers/pca";
export { checkRng, createRng, type Rng, type Seed } from "./numbers/random";
export { meanAndDeviation, rankCorrelation } from "./numbers/statistics";
export { orthonormalColumns, principalAngles, singularValuesOf } from "./numbers/subspaces";
export { check, type Exercise, type SolutionModule } from "./page/exercise";
export { closeBrowser, type ImageFormat, type SaveOptions, saveDefaults, saveFigure } from "./page/export";
export * from "./page/film";
export {
  type Progress,
  progress,
} from "./page/progress";
export { loadPlotly, show } from "./page/show";
export { type TableFrame, type TableOptions, table, tableDefaults } from "./page/tables";
export { outFolder } from "./places";
export { createPool, type PoolOptions, poolDefaults, type WorkerPool } from "./pool";
export * from "./search/certificate-table";
export { type Certificate, certify, type UndecidedReason } from "./search/certify";
export * from "./search/complete-search";
export {
  type Completeness,
  type CompletenessReason,
  completeness,
  crowdedFrom,
  leastCoverage,
} from "./search/completeness";
export * from "./search/completeness-badge";
export * from "./search/deflation";
export * from "./search/edge-tracking";
export type { Evaluations } from "./search/energy-surface";
export type * from "./search/fixed-point-set";
export { type FindOptions, findDefaults, findFixedPoints } from "./search/fixed-points";
export {
  type Branch,
  type BranchOptions,
  branchDefaults,
  type KnownSpectrum,
  type UnstableDirection,
  unstableDirection,
  unstableManifold,
} from "./search/manifold";
export { connectedComponents } from "./search/merge";
export {
  type MinimizeMethod,
  type MinimizeOptions,
  type Minimum,
  type MinimumStatus,
  minimizeDefaults,
  minimizeSpeed,
} from "./search/minimize";
export * from "./search/mode-counts";
export * from "./search/passage-profile";
export * from "./search/polish";
export type { TaskPool } from "./search/search-work";
export {
  type MixedStartsOptions,
  mixedStarts,
  mixedStartsDefaults,
  type Start,
  type StartKind,
  startsInBox,
} from "./search/starts";
export { type Transition, transitionGraph } from "./search/transition-graph";
export * from "./training/film";
export * from "./training/origin-crossings";
export * from "./training/readout-family";
export { type Eigenvalues, eigenvalues, eigenvaluesOf } from "./wasm/eigen";
export * from "./wasm/elementary";
export * from "./wasm/linear-solve";
export { multiplyMatrices, multiplyRowMajor } from "./wasm/matrix-product";
export * from "./wasm/refined-solve";
export * from "./wasm/vector";
export { kernelArray, releaseKernelArray } from "./wasm/wasm";
