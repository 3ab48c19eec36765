/**
 * Makes a shipped network, or proves that the one on disk is what its seed gives:
 *
 *     node lib/dist/cli/train-network.js NAME              trains and writes data/networks/NAME.json
 *     node lib/dist/cli/train-network.js NAME --check      trains and compares the bits, writes nothing
 */

import { readFileSync } from "node:fs";
import {
  loadShipped,
  retrainShipped,
  saveNetwork,
  shippedNames,
  shippedNetwork,
  shippedRecipes,
} from "../network/files";
import { prepareFlipFlop } from "../network/recipe";
import { simulate } from "../network/simulate";
import { bitAccuracy, meanSquaredError } from "../network/tasks";
import { createStatusLine, runCommand, UsageError } from "./terminal";

function main(args: readonly string[]): number {
  const [name = ""] = args.filter((arg) => arg !== "--check");
  const isCheck = args.includes("--check");
  if (args.length !== (isCheck ? 2 : 1) || !shippedNames().includes(name)) {
    throw new UsageError(
      `usage: node lib/dist/cli/train-network.js NAME [--check]\n  NAME: ${shippedNames().join(", ")}`,
    );
  }
  const status = createStatusLine([name]);
  const started = performance.now();
  status.begin(name);
  const training = retrainShipped(name, { onProgress: (done, total) => status.update(done, total, "step") });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (training.status !== "completed") {
    throw new Error(`${name}: ${training.status} (${training.output.rows} steps made), nothing is written`);
  }
  const { testing, x0, recipe } = prepareFlipFlop(shippedRecipes[name]);
  const { output } = simulate(training.network, testing.input, { x0 });
  const norms = training.readoutNorm.getRow(training.readoutNorm.rows - 1).map((norm) => norm.toFixed(2));
  status.isOver(
    name,
    undefined,
    `${name}: ${recipe.pretrainedBits > 0 ? "twice " : ""}${recipe.steps} steps in ${seconds} s, rows of Wo ${norms.join(" ")}, ` +
      `test MSE ${meanSquaredError(output, testing.target).toFixed(3)}, ` +
      `bits right ${(100 * bitAccuracy(output, testing.target)).toFixed(1)} %`,
  );
  if (isCheck) return compare(name, training.network.Wo.to1DArray());
  const file = shippedNetwork(name);
  const command = `node lib/dist/cli/train-network.js ${name}`;
  saveNetwork(file, training.network, shippedRecipes[name], { command });
  console.log(`${file}: ${readFileSync(file).length} bytes`);
  return 0;
}

/** Compares a readout with the shipped one, bit for bit. */
function compare(name: string, retrained: readonly number[]): number {
  const shipped = loadShipped(name).network.Wo.to1DArray();
  const different = shipped.filter((weight, i) => !Object.is(weight, retrained[i])).length;
  console.log(
    different === 0
      ? `${name}: the same ${shipped.length} numbers, bit for bit`
      : `${name}: ${different} of ${shipped.length} numbers differ from the shipped ones`,
  );
  return different === 0 ? 0 : 1;
}

void runCommand(main);
