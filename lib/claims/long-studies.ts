import type { Study } from "./study";
import { filmStudy } from "./study-film";
import { gainScanStudy } from "./study-gain-scan";
import { noiseTrialsStudy } from "./study-noise";

/** Studies of many minutes of which one seed is enough: `node lib/dist/cli/long-studies.js` runs them. */
export const longStudies: readonly Study<unknown>[] = Object.freeze([filmStudy, gainScanStudy, noiseTrialsStudy]);
