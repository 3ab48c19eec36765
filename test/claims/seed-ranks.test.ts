import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  fourBitsStudy,
  loadShipped,
  meanSquaredError,
  saveStudyResult,
  seedRanks,
  shippedNames,
  simulate,
} from "rnn-dynamics";

describe("ranks of the shipped seed", () => {
  it("count the seeds with less error, kind by kind, and leave out what was not run", () => {
    const folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-ranks-"));
    const { name, version } = fourBitsStudy;
    const keep = (seed: number, scratch: number, transfer: number): void => {
      const result = { scratch: { meanSquaredError: scratch }, transfer: { meanSquaredError: transfer } };
      saveStudyResult(folder, { study: name, version, seed, seconds: 1, result });
    };
    try {
      assert.deepEqual(seedRanks(folder), []);
      keep(1, 0.51234, 0.1);
      assert.deepEqual(seedRanks(folder), []);
      keep(2, 0.4, 0.2);
      keep(10, 0.3, 0.3);
      assert.deepEqual(seedRanks(folder), [
        { network: "tanh-g1.5-4bit-seed1", "test error": 0.512, rank: "3 of 3", seeds: "1, 2, 10" },
        { network: "transfer-4bit-seed1", "test error": 0.1, rank: "1 of 3", seeds: "1, 2, 10" },
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("are of shipped networks, and of the error they make", () => {
    const rows = seedRanks();
    assert.ok(rows.length >= 5);
    for (const row of rows) assert.ok(shippedNames().includes(row.network), row.network);
    const [{ network: name, "test error": error }] = rows;
    const { network, testing, x0 } = loadShipped(name);
    const { output } = simulate(network, testing.input, { x0 });
    assert.ok(Math.abs(meanSquaredError(output, testing.target) - error) < 1e-3 * error);
  });
});
