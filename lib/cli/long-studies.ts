/**
 * Runs the long studies, whose results are shipped, seed 1 of each, and loaded by the notebooks:
 *
 *     node lib/dist/cli/long-studies.js                            what is not kept in data/results yet
 *     node lib/dist/cli/long-studies.js --study training-story     one of them
 *     node lib/dist/cli/long-studies.js --seeds 2                  another seed
 *
 * As with `npm run replicate`: a kept result is not run again (delete its file for that), and Ctrl-C loses no other.
 */
import { studies } from "rnn-claims";
import { resultsFolder, type Study } from "rnn-claims/dist/study";
import { replicate } from "./replicate";

const longStudies = (Object.values(studies) as Study<unknown>[]).filter(({ isLong }) => isLong);
const args = process.argv.slice(2);
void replicate(
  args.includes("--seeds") ? args : ["--seeds", "1", ...args],
  longStudies,
  resultsFolder({ isLong: true }),
).then((code) => {
  process.exitCode = code;
});
