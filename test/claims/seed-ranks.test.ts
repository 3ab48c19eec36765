import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seedRanks, unseenInputs } from "rnn-claims/dist/04";
import { replicatedRuns, saveStudyResult } from "rnn-claims/dist/study";
import { shippedNames } from "rnn-dynamics/dist/network/files";

describe("ranks of the shipped seed", () => {
  it("count the seeds with less error in the mean, kind by kind, and leave out what was not run", () => {
    const folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-ranks-"));
    const { name, version } = unseenInputs;
    const keep = (seed: number, scratch: number[], transfer: number[]): void => {
      const tests = (errors: number[]) => ({ errors, accuracies: errors.map(() => 0.9) });
      const result = { "tanh-g1.5-4bit": tests(scratch), "transfer-4bit": tests(transfer) };
      saveStudyResult(folder, { study: name, version, seed, seconds: 1, result });
    };
    try {
      assert.deepEqual(seedRanks(folder), []);
      keep(1, [0.4, 0.6], [0.1, 0.1]);
      assert.deepEqual(seedRanks(folder), []);
      // by the first input alone seed 1 would be best
      keep(2, [0.5, 0.1], [0.2, 0.2]);
      keep(10, [0.45, 0.35], [0.3, 0.3]);
      assert.deepEqual(seedRanks(folder), [
        { network: "tanh-g1.5-4bit-seed1", "test error": "0.500 ± 0.141", rank: "3 of 3", seeds: "1, 2, 10" },
        { network: "transfer-4bit-seed1", "test error": "0.100 ± 0.000", rank: "1 of 3", seeds: "1, 2, 10" },
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("are told of every shipped network, among the seeds that were run", () => {
    const runs = replicatedRuns(unseenInputs);
    assert.deepEqual(
      seedRanks().map(({ network, rank, seeds }) => [network, rank.split(" of ")[1], seeds]),
      runs.length < 2
        ? []
        : shippedNames().map((name) => [name, `${runs.length}`, runs.map(({ seed }) => seed).join(", ")]),
    );
  });
});
