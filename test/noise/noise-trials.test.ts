import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noiseTrial } from "rnn-dynamics/dist/noise/trial";
import { noiseShelf, noiseTrials, type TrialShelf, trialRng } from "rnn-dynamics/dist/noise/trials";
import { createPool } from "rnn-dynamics/dist/pool";
import { randomNetwork, randomSubject } from "../helpers/noise-networks";

const net = randomNetwork(10, 2);
const memories = [{ bits: [1, 1], state: new Float64Array(10).fill(0.5) }];
const subjects = [
  randomSubject(net, 50, { name: "tanh", memories }),
  randomSubject({ ...net, activation: "logistic" }, 50, { name: "logistic" }),
];
const settings = { levels: [0.01, 0.1], hold: 30, margin: 0.1 };

describe("many noise trials", () => {
  it("are trials one by one, each with a stream of its own", async () => {
    const records = await noiseTrials(subjects, 3, { ...settings, trials: 2 });
    assert.deepEqual(
      records.map(({ name, memories: patterns }) => [name, patterns]),
      [
        ["tanh", ["++"]],
        ["logistic", []],
      ],
    );
    const second = noiseTrial(subjects, trialRng(3, 2), settings);
    for (const [m, record] of records.entries()) {
      assert.deepEqual(
        record.error.map((row) => row[1]),
        second.map((row) => row[m].meanSquaredError),
      );
      assert.deepEqual(
        record.held.map((row) => row[1]),
        second.map((row) => row[m].held),
      );
      assert.notEqual(record.error[0][0], record.error[0][1]);
    }
  });

  it("give the same bits in workers, and report every level", async () => {
    const pool = createPool({ threads: 2 });
    try {
      const seen: number[] = [];
      const onProgress = (done: number, total: number): void => {
        assert.equal(total, 6);
        seen.push(done);
      };
      const inPool = await noiseTrials(subjects, 3, { ...settings, trials: 3, pool, onProgress });
      assert.deepEqual(inPool, await noiseTrials(subjects, 3, { ...settings, trials: 3 }));
      assert.equal(seen.at(-1), 6);
    } finally {
      await pool.close();
    }
  });

  it("stop at a signal, and go on from the trials that are kept", async () => {
    const folder = mkdtempSync(join(tmpdir(), "noise-"));
    try {
      const shelf = noiseShelf(subjects, 3, settings, folder);
      const stop = new AbortController();
      const keep: TrialShelf["keep"] = (trial, outcomes) => {
        shelf.keep(trial, outcomes);
        if (trial === 2) stop.abort(new Error("enough"));
      };
      const first = noiseTrials(subjects, 3, {
        ...settings,
        trials: 4,
        signal: stop.signal,
        shelf: { ...shelf, keep },
      });
      await assert.rejects(first, /enough/);
      assert.equal(readdirSync(folder).length, 2);
      const done: number[] = [];
      const counted = {
        get: shelf.get,
        keep: (trial: number, outcomes: Parameters<TrialShelf["keep"]>[1]) => {
          done.push(trial);
          shelf.keep(trial, outcomes);
        },
      };
      const whole = await noiseTrials(subjects, 3, { ...settings, trials: 4, shelf: counted });
      assert.deepEqual(done, [3, 4]);
      assert.deepEqual(whole, await noiseTrials(subjects, 3, { ...settings, trials: 4 }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("do not take a damaged file, nor one of other networks or levels, for a trial", async () => {
    const folder = mkdtempSync(join(tmpdir(), "noise-"));
    try {
      const shelf = noiseShelf(subjects, 3, settings, folder);
      shelf.keep(1, noiseTrial(subjects, trialRng(3, 1), settings));
      assert.notEqual(shelf.get(1), undefined);
      assert.equal(shelf.get(2), undefined);
      assert.equal(noiseShelf(subjects.slice(0, 1), 3, settings, folder).get(1), undefined);
      assert.equal(noiseShelf(subjects, 4, settings, folder).get(1), undefined);
      assert.equal(noiseShelf(subjects, 3, { ...settings, hold: 31 }, folder).get(1), undefined);
      const [file] = readdirSync(folder);
      for (const text of ["", '{"outcomes": []}', "[1", '{"checksum":"x","outcomes":[[{}],[{}]]}']) {
        writeFileSync(join(folder, file), text);
        assert.equal(shelf.get(1), undefined);
        assert.deepEqual(readdirSync(folder), [`${file}.damaged`]);
        assert.equal(readFileSync(join(folder, `${file}.damaged`), "utf8"), text); // kept, for whoever wonders
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuse options out of place, in words", async () => {
    await assert.rejects(noiseTrials(subjects, 1.5), /^RangeError: noiseTrials: seed is 1.5, expected an integer$/);
    await assert.rejects(noiseTrials(subjects, 1, { trials: 0 }), /trials is 0, expected an integer ≥ 1/);
    await assert.rejects(noiseTrials(subjects, 1, { hold: 1 }), /hold is 1, expected an integer ≥ 2/);
  });
});
