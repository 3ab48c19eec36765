export * from "./claims/branch-record";
export * from "./claims/c01-c03";
export * from "./claims/c04-c09";
export * from "./claims/c10-c12";
export * from "./claims/c13-c16";
export * from "./claims/c17-c18";
export * from "./claims/c19-c20";
export * from "./claims/long-studies";
export * from "./claims/over-seeds";
export * from "./claims/replicated";
export * from "./claims/runs-c01-c03";
export * from "./claims/runs-c19-c20";
export * from "./claims/runs-evolution";
export * from "./claims/runs-four-bits";
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
export * from "./claims/study-search";
export type * from "./claims/study-story";
export { filmSteps, storyStudy } from "./claims/study-story";
export * from "./claims/study-three-bits";
export * from "./claims/study-tones";
export { type UnseenInputs, unseenInputsStudy, unseenVerdict } from "./claims/study-unseen";
export { type ClaimVerdict, type Verdict, type VerdictRow, verdictTable } from "./claims/verdict";
export type { Bifurcation, BifurcationChange, BifurcationKind } from "./dynamics/bifurcation";
export { type Certificate, certify, type UndecidedReason } from "./dynamics/certify";
export * from "./dynamics/complete-search";
export {
  type Completeness,
  type CompletenessReason,
  completeness,
  crowdedFrom,
  leastCoverage,
} from "./dynamics/completeness";
export {
  type BranchEvent,
  type Continuation,
  type ContinueOptions,
  continueDefaults,
  continueFixedPoints,
  type FixedPointBranch,
} from "./dynamics/continuation";
export * from "./dynamics/deflation";
export * from "./dynamics/edge-tracking";
export * from "./dynamics/energy";
export type { Evaluations } from "./dynamics/energy-surface";
export * from "./dynamics/excursions";
export type * from "./dynamics/fixed-point-set";
export { type FindOptions, findDefaults, findFixedPoints } from "./dynamics/fixed-points";
export { type Flow, type FlowSpec, kineticEnergy, speed } from "./dynamics/flow";
export type { FlowFamily } from "./dynamics/flow-family";
export * from "./dynamics/integrate";
export {
  type LyapunovExponent,
  type LyapunovOptions,
  lyapunovDefaults,
  lyapunovExponent,
} from "./dynamics/lyapunov";
export {
  type Branch,
  type BranchOptions,
  branchDefaults,
  type KnownSpectrum,
  type UnstableDirection,
  unstableDirection,
  unstableManifold,
} from "./dynamics/manifold";
export { connectedComponents } from "./dynamics/merge";
export {
  type MinimizeMethod,
  type MinimizeOptions,
  type Minimum,
  type MinimumStatus,
  minimizeDefaults,
  minimizeSpeed,
} from "./dynamics/minimize";
export * from "./dynamics/mode-counts";
export * from "./dynamics/passage-profile";
export * from "./dynamics/passage-time";
export * from "./dynamics/polish";
export type { TaskPool } from "./dynamics/search-work";
export * from "./dynamics/separation";
export {
  type ComplexArray,
  type Stability,
  type StabilityKind,
  type StabilityOptions,
  type StabilityShape,
  stability,
  stabilityDefaults,
} from "./dynamics/stability";
export {
  type MixedStartsOptions,
  mixedStarts,
  mixedStartsDefaults,
  type Start,
  type StartKind,
} from "./dynamics/starts";
export { type Transition, transitionGraph } from "./dynamics/transition-graph";
export * from "./networks/activation";
export * from "./networks/bit-axes";
export * from "./networks/bit-frame";
export * from "./networks/conjugate";
export * from "./networks/driven-lyapunov";
export * from "./networks/echo-state";
export * from "./networks/equidistance";
export * from "./networks/flip-flop";
export * from "./networks/force";
export * from "./networks/gating";
export * from "./networks/lapses";
export * from "./networks/least-squares";
export * from "./networks/memories";
export * from "./networks/memory-graph";
export * from "./networks/memory-losses";
export * from "./networks/memory-margins";
export {
  type NoiseTrialOptions,
  noiseLevels,
  noiseTrial,
  noiseTrialDefaults,
  withNoise,
} from "./networks/noise";
export * from "./networks/noise-curves";
export type * from "./networks/noise-outcome";
export * from "./networks/noise-parts";
export type { NoiseSubject } from "./networks/noise-subject";
export {
  type NoiseTrialsOptions,
  noiseTrials,
  noiseTrialsDefaults,
  type TrialShelf,
  trialRng,
} from "./networks/noise-trials";
export * from "./networks/origin-crossings";
export * from "./networks/passages";
export * from "./networks/period";
export * from "./networks/planar";
export * from "./networks/portrait";
export * from "./networks/pulse-threshold";
export { flowFromSpec, type RateFlowParameters, rateFlow, rateFlowKind } from "./networks/rate-flow";
export * from "./networks/readout-family";
export * from "./networks/recipe";
export * from "./networks/simple-rnn";
export * from "./networks/simulate";
export * from "./networks/skeleton";
export * from "./networks/tesseract-view";
export * from "./networks/tone-task";
export * from "./networks/train-flip-flop";
export * from "./networks/transfer";
export * from "./networks/unseen-tests";
export * from "./notebook/certificate-table";
export * from "./notebook/completeness-badge";
export { check, type Exercise, type SolutionModule } from "./notebook/exercise";
export { closeBrowser, type ImageFormat, type SaveOptions, saveDefaults, saveFigure } from "./notebook/export";
export {
  type Figure,
  type Frame,
  figureJson,
  type Layout,
  type Numbers,
  type Trace,
  titleText,
} from "./notebook/figure";
export * as figures from "./notebook/figures";
export * from "./notebook/film";
export { type LedgerRow, ledger, recordVerdicts } from "./notebook/ledger";
export {
  type Progress,
  progress,
} from "./notebook/progress";
export { loadPlotly, show } from "./notebook/show";
export { type TableFrame, type TableOptions, table, tableDefaults } from "./notebook/tables";
export * from "./notebook/theme";
export * from "./numerics/angle";
export { type Eigenvalues, eigenvalues, eigenvaluesOf } from "./numerics/eigen";
export * from "./numerics/elementary";
export * from "./numerics/linear-solve";
export { multiplyMatrices, multiplyRowMajor } from "./numerics/matrix-product";
export { meanAndDeviation } from "./numerics/median";
export * from "./numerics/pca";
export * from "./numerics/random";
export * from "./numerics/rank-correlation";
export * from "./numerics/refined-solve";
export * from "./numerics/sine";
export * from "./numerics/singular-values";
export * from "./numerics/subspace";
export * from "./numerics/vector";
export { kernelArray, releaseKernelArray } from "./numerics/wasm";
export { outFolder } from "./places";
export * from "./store/networks";
export { loadNpy, saveNpy } from "./store/npy";
export * from "./store/shipped";
export * from "./store/study-results";
export { type TrainedNetworkOptions, trainedNetwork, trainedNetworkDefaults } from "./store/trained";
export * from "./store/weights";
export { createPool, type PoolOptions, poolDefaults, type WorkerPool } from "./workers/pool";
