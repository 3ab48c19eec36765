import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClaimVerdict } from "rnn-claims/dist/claim";
import { overSeeds, replicatedRuns, type Study, saveStudyResult } from "rnn-claims/dist/study";

describe("verdicts over the seeds of a study", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-replicates-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const verdict = (claim: string, seed: number, word: ClaimVerdict["verdict"]): ClaimVerdict => ({
    claim,
    statistic: `of seed ${seed}`,
    tolerance: "none",
    verdict: word,
    seeds: [seed],
  });
  const bits: Study<{ verdicts: ClaimVerdict[] }> = {
    name: "bits",
    version: 1,
    run: () => Promise.reject(new Error("never run")),
  };
  const keep = (study: string, seed: number, result: unknown): void =>
    saveStudyResult(folder, { study, version: 1, seed, seconds: 1, result });

  it("join what each seed says of each claim, in the order of the seeds", () => {
    keep("bits", 10, { verdicts: [verdict("C5", 10, "partly"), verdict("C6", 10, "reproduced")] });
    keep("bits", 2, { verdicts: [verdict("C5", 2, "not reproduced"), verdict("C6", 2, "reproduced")] });
    keep("bits-more", 3, { verdicts: [verdict("C5", 3, "reproduced")] });
    const [c5, c6] = overSeeds(bits, folder);
    assert.deepEqual([c5.claim, c5.verdict, c5.seeds], ["C5", "partly", [2, 10]]);
    assert.deepEqual([c6.claim, c6.verdict, c6.seeds], ["C6", "reproduced", [2, 10]]);
    assert.match(c5.statistic, /seed 2: of seed 2$/);
    assert.deepEqual(overSeeds({ ...bits, version: 2 }, folder), []); // those of an older version do not count
  });

  it("are none before a seed was run", () => {
    assert.deepEqual(overSeeds(bits, folder), []);
    assert.deepEqual(overSeeds(bits, join(folder, "nowhere")), []);
  });

  it("stand beside the results themselves, of the present version only", () => {
    const study = { name: "bits", version: 1, run: async (seed: number) => ({ twice: 2 * seed }) };
    assert.deepEqual(
      replicatedRuns(study, folder).map(({ result }) => result),
      [],
    );
    keep("bits", 10, { twice: 20 });
    keep("bits", 2, { twice: 4 });
    assert.deepEqual(
      replicatedRuns(study, folder).map(({ result }) => result),
      [{ twice: 4 }, { twice: 20 }],
    );
    assert.deepEqual(
      replicatedRuns({ ...study, version: 2 }, folder).map(({ result }) => result),
      [],
    );
  });

  it("complain about results without verdicts, damaged files and names that cannot be", () => {
    assert.throws(
      () => overSeeds({ ...bits, name: "Not a name" }, folder),
      /study is "Not a name", expected a name in kebab case/,
    );
    keep("other", 1, { seconds: 1 });
    assert.throws(
      () => overSeeds({ ...bits, name: "other" }, folder),
      /overSeeds: a result of other\.verdicts is undefined, expected an array/,
    );
    writeFileSync(join(folder, "bits-seed1.json"), "{");
    assert.throws(() => overSeeds(bits, folder), /is truncated or damaged/);
  });
});
