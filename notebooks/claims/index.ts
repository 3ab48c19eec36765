/** What the paper claims, and what was measured: a verdict for each claim, and the studies behind them. */
import { searchPaper, threeBitSkeletons, threeBits, unseenInputs } from "./04";
import { evolution, firstPulse } from "./05";
import { branches, gainScan, story } from "./05-long";
import { fourBitSkeletons, fourBits } from "./06";
import { noise, noiseByTrial } from "./07";
import { tones } from "./09";
import { searchLogistic, searchPaperRecall, searchRecall, searchTanh } from "./search";

export { C1, C2, C3, hessianErrorsFromSeeds, raceMinimizers, racesByEnd, searchesFromSeeds } from "./01-02";
export { C20, driftSearches, ghostSearches } from "./01-ghosts";
export { C4, C5, C6, C7, C8, C9, memoryCorners, seedRanks } from "./04";
export { lawOverSeeds } from "./05";
export { countsByModes } from "./06";
export { C17, C18, summariseNoise } from "./07";
export { ledger, recordVerdicts as record, verdictTable as table } from "./ledger";
export { measured, overSeeds, replicatedRuns as runs, type Study, shippedResult as shipped } from "./study";

/** All studies, in the order in which `npm run replicate` runs them; the long ones, of which one seed is enough, are the last. */
export const studies = Object.freeze({
  ...{ threeBits, unseenInputs, fourBits, evolution, firstPulse },
  ...{ searchLogistic, searchTanh, searchPaper, searchRecall, searchPaperRecall, noise, tones },
  ...{ story, branches, gainScan, threeBitSkeletons, fourBitSkeletons, noiseByTrial },
});
