import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { shippedNames, shippedNetwork } from "rnn-dynamics/dist/network/files";

const command = resolve(shippedNetwork(shippedNames()[0]), "../../../lib/dist/cli/train-network.js");

describe("cli/train-network", () => {
  for (const args of [[], ["no such network"], ["tanh-g1.5-seed1", "--chek"], ["tanh-g1.5-seed1", "tanh-g0.8-seed1"]]) {
    it(`explains itself and trains nothing when called with ${args.join(" ") || "nothing"}`, () => {
      const before = shippedNames().map((name) => readFileSync(shippedNetwork(name), "utf8"));
      const { status, stderr, stdout } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /^usage: node lib\/dist\/cli\/train-network.js NAME \[--check\]\n {2}NAME: tanh-g1.5-seed1, /,
      );
      assert.deepEqual(
        shippedNames().map((name) => readFileSync(shippedNetwork(name), "utf8")),
        before,
      );
    });
  }
});
