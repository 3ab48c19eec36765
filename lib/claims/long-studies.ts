import { fourBitSkeletonsStudy } from "./skeleton-four-bits";
import { threeBitSkeletonsStudy } from "./skeleton-three-bits";
import type { Study } from "./study";
import { branchesStudy } from "./study-branches";
import { gainScanStudy } from "./study-gain-scan";
import { noiseTrialsStudy } from "./study-noise";
import { storyStudy } from "./study-story";

/** Studies of many minutes of which one seed is enough: `node lib/dist/cli/long-studies.js` runs them. */
export const longStudies: readonly Study<unknown>[] = Object.freeze([
  storyStudy,
  branchesStudy,
  gainScanStudy,
  threeBitSkeletonsStudy,
  fourBitSkeletonsStudy,
  noiseTrialsStudy,
]);
