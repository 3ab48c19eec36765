import assert from "node:assert/strict";
import { allWays, differences, fingerprints } from "rnn-dynamics/dist/cli/bits";

describe("the same bits everywhere", () => {
  it("comes out with 0, 1, 2 and 4 workers, with one thread and two, as written in data/results/bits.json", async () => {
    // made by: node lib/dist/cli/bits.js --write; .ci/run asks Node 22 and 24 as well
    assert.deepEqual(await differences(allWays), []);
  });

  it("is told by a fingerprint per result", async () => {
    const found = await fingerprints(0, 1);
    assert.equal(Object.keys(found).length, 3);
    for (const hash of Object.values(found)) assert.match(hash, /^[0-9a-f]{64}$/);
    assert.equal(new Set(Object.values(found)).size, 3);
  });
});
