/**
 * One seed for every property test, in this process and in each of mocha's workers (`.mocharc.json` loads this file):
 * the gate says the same twice. Fresh seeds are for `npm run search-faults`.
 */
import fc from "fast-check";

fc.configureGlobal({ seed: 2016 });
