import type { Study } from "./study";
import { evolutionStudy } from "./study-evolution";
import { firstPulseStudy } from "./study-first-pulse";
import { fourBitsStudy } from "./study-four-bits";
import { noiseStudy } from "./study-noise";
import { searchPaperRecallStudy, searchRecallStudy } from "./study-recall";
import { searchLogisticStudy, searchPaperStudy, searchTanhStudy } from "./study-search";
import { threeBitsStudy } from "./study-three-bits";
import { tonesStudy } from "./study-tones";
import { unseenInputsStudy } from "./study-unseen";

/** All studies that `npm run replicate` knows, in the order in which it runs them. */
export const studies: readonly Study<unknown>[] = Object.freeze([
  threeBitsStudy,
  unseenInputsStudy,
  fourBitsStudy,
  evolutionStudy,
  firstPulseStudy,
  searchLogisticStudy,
  searchTanhStudy,
  searchPaperStudy,
  searchRecallStudy,
  searchPaperRecallStudy,
  noiseStudy,
  tonesStudy,
]);
