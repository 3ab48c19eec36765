import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trainedNetwork, trainedReadout } from "rnn-dynamics/dist/network/files";
import { trainForce } from "rnn-dynamics/dist/network/force";
import { prepareFlipFlop, trainFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { createPool } from "rnn-dynamics/dist/pool";
import { toRowMajor } from "rnn-dynamics/dist/wasm/vector";
import { assertRejectsLater } from "../helpers/assertions";

const recipe = { units: 30, bits: 2, steps: 200, testSteps: 50, seed: 5 };

describe("trainedNetwork", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trained-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("trains by the protocol, with the same bits here, in a worker, and from the cache", async () => {
    const { network, training, x0 } = prepareFlipFlop(recipe);
    const wanted = toRowMajor(trainForce(network, training, { x0 }).network.Wo);
    assert.ok(wanted.some((weight) => weight !== 0));
    const pool = createPool({ threads: 1 });
    const inWorker = await trainedNetwork(recipe, { folder: join(folder, "a", "b"), pool });
    await pool.close();
    for (const trained of [
      await trainedNetwork(recipe, { folder }),
      await trainedNetwork(recipe, { folder }),
      inWorker,
    ]) {
      assert.deepEqual(toRowMajor(trained.network.Wo), wanted);
      assert.deepEqual(trained.x0, x0);
      assert.equal(trained.testing.input.rows, 50);
    }
    assert.equal(readdirSync(folder).filter((name) => name.endsWith(".json")).length, 1);
  });

  it("takes what is kept, puts aside what cannot be used, and makes it again", async () => {
    await trainedNetwork(recipe, { folder });
    const file = join(folder, readdirSync(folder)[0]);
    const whole = readFileSync(file, "utf8");
    const refuse = { threads: 1, run: () => Promise.reject(new Error("nothing is to be trained")) };
    await trainedNetwork(recipe, { folder, pool: refuse });
    writeFileSync(file, whole.slice(0, 100));
    await assert.rejects(trainedNetwork(recipe, { folder, pool: refuse }), /nothing is to be trained/);
    await trainedNetwork(recipe, { folder });
    assert.equal(readFileSync(file, "utf8"), whole);
    assert.equal(readFileSync(`${file}.damaged`, "utf8"), whole.slice(0, 100));
  });

  it("keeps recipes apart that differ in any parameter", async () => {
    for (const other of [{}, { seed: 6 }, { gain: 0.8 }, { alpha: 2 }, { steps: 201 }]) {
      await trainedNetwork({ ...recipe, ...other }, { folder });
    }
    assert.equal(readdirSync(folder).length, 5);
  });

  it("says what is wrong with its arguments", async () => {
    await assertRejectsLater(() => trainedNetwork({ units: 0 }, { folder }), /units is 0, expected an integer ≥ 1/);
    await assertRejectsLater(() => trainedNetwork(recipe, { folders: "x" } as never), /option "folders" is unknown/);
  });

  it("trains what the recipe says, a transferred network too: on from the smaller one's readout [J15 §7.1]", () => {
    const scratch = { units: 12, steps: 200, testSteps: 10, bits: 3 };
    for (const recipe of [scratch, { ...scratch, pretrainedBits: 2 }]) {
      assert.deepEqual(Array.from(trainedReadout(recipe) ?? []), trainFlipFlop(recipe).network.Wo.to1DArray());
    }
  });
});
