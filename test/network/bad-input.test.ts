import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { memoryTable } from "rnn-dynamics/dist/memory/table";
import {
  combinedWeights,
  createEchoState,
  echoStateFlow,
  firingRates,
  initialActivation,
  withReadout,
} from "rnn-dynamics/dist/network/echo-state";
import { readoutByRidge, trainForce, updateReadout } from "rnn-dynamics/dist/network/force";
import { activation } from "rnn-dynamics/dist/network/rate-flow";
import { flipFlopRecipe, flipFlopRecipeDefaults, prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { bitAccuracy, flipFlop, meanSquaredError } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";

const net = createEchoState({ units: 4, inputs: 2, outputs: 2, rng: createRng(1) });
const task = flipFlop({ bits: 2, steps: 15, pulseRate: 1, rng: createRng(2) });
const x0 = initialActivation(net, createRng(3));
const rng = createRng(4);

/** Every public function of the networks. */
const functions = {
  activation,
  bitAccuracy,
  combinedWeights,
  createEchoState,
  createRng,
  echoStateFlow,
  firingRates,
  flipFlop,
  flipFlopRecipe,
  initialActivation,
  meanSquaredError,
  memoryTable,
  prepareFlipFlop,
  readoutByRidge,
  simulate,
  trainForce,
  updateReadout,
  withReadout,
};

/** A right call of each. */
const calls: Record<keyof typeof functions, readonly unknown[]> = {
  activation: ["tanh"],
  bitAccuracy: [task.input, task.target],
  combinedWeights: [net],
  createEchoState: [{ units: 4, inputs: 2, outputs: 2, rng }],
  createRng: [1],
  echoStateFlow: [net, Float64Array.of(1, 0)],
  firingRates: [net, x0],
  flipFlop: [{ bits: 2, steps: 15, rng }],
  flipFlopRecipe: [{ units: 4 }],
  initialActivation: [net, rng],
  meanSquaredError: [task.input, task.target],
  memoryTable: [net, { settle: 9 }],
  prepareFlipFlop: [{ units: 4, steps: 15, testSteps: 15 }],
  readoutByRidge: [Matrix.ones(3, 2), Matrix.ones(3, 1), 1],
  simulate: [net, task.input, { x0 }],
  trainForce: [net, task, { x0 }],
  updateReadout: [Matrix.eye(2), Matrix.zeros(1, 2), Float64Array.of(1, 2), Float64Array.of(1)],
  withReadout: [net, Matrix.ones(2, 4)],
};

const nasty = fc.oneof(
  fc.constantFrom<unknown[]>(
    undefined,
    null,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    -1,
    0,
    1.5,
    2 ** 53,
    "",
    "tanh",
    true,
    10n,
    Symbol("s"),
    () => 1,
  ),
  fc.constantFrom<unknown[]>(
    {},
    [],
    [1, 2],
    [[Number.NaN]],
    new Float64Array(0),
    Float64Array.of(Number.NaN, 1),
    new Float32Array(4),
    new Matrix(0, 0),
    Matrix.ones(2, 3).mul(Number.NaN),
    Matrix.ones(3, 7),
    { rows: 2, columns: 2 },
    { units: 4 },
    { ...net, Wo: Matrix.ones(2, 3) },
    { ...net, tau: 0 },
    { ...net, activation: "relu" },
    { ...net, B: null },
    { x0: Float64Array.of(1) },
    { input: task.input, target: null },
    { rng: {} },
    new Date(0),
  ),
  fc.anything(),
);

/** Whether a NaN is anywhere in what a function returned: as a number, in an array, in a matrix, in a record. */
function hasNaN(value: unknown): boolean {
  if (typeof value === "number") return Number.isNaN(value);
  if (value instanceof Float64Array) return value.some(Number.isNaN);
  if (Matrix.isMatrix(value)) return value.to1DArray().some(Number.isNaN);
  if (Array.isArray(value)) return value.some(hasNaN);
  if (typeof value === "object" && value !== null) return Object.values(value).some(hasNaN);
  return false;
}

describe("bad input to every public function of the networks", () => {
  for (const name of Object.keys(functions) as (keyof typeof functions)[]) {
    const run = functions[name] as (...args: unknown[]) => unknown;
    const right = calls[name];

    it(`${name}: a right call gives an answer without NaN`, () => {
      assert.ok(!hasNaN(run(...copies(right))));
    });

    it(`${name}: a wrong argument gives a RangeError in the one form, or an answer without NaN [property]`, () => {
      fc.assert(
        fc.property(fc.nat(right.length - 1), nasty, (position, value) => {
          // a recipe left out is the paper's, and training is not the point here
          if (name === "prepareFlipFlop" && (value === undefined || isPart(value))) return;
          const args = copies(right);
          args[position] = value;
          let answer: unknown;
          try {
            answer = run(...args);
          } catch (error) {
            assert.ok(error instanceof RangeError, `${name}: ${error instanceof Error ? error.stack : String(error)}`);
            assert.match(error.message, /^\w+: .+, expected .+/s);
            return;
          }
          assert.ok(!hasNaN(answer), `${name} gave a NaN`);
        }),
        { numRuns: 150 },
      );
    });

    const last = right[right.length - 1];
    if (typeof last === "object" && Object.getPrototypeOf(last) === Object.prototype && last !== net && last !== task) {
      it(`${name}: a wrong or unknown option gives a RangeError, or an answer without NaN [property]`, () => {
        const names = ["x0", "record", "alpha", "trainEvery", "snapshotAt", "onProgress", "settle", "margin", "bits"];
        const others = ["steps", "units", "gain", "tau", "activation", "rng", "pulseRate", "pulseLength", "inputs"];
        fc.assert(
          fc.property(fc.constantFrom(...names, ...others, "colour"), nasty, (option, value) => {
            // 2⁵³ steps or units are a legal wish, and a very long one
            if (typeof value === "number" && value > 100) return;
            const args = copies(right);
            args[args.length - 1] = { ...(last as object), [option]: value };
            try {
              assert.ok(!hasNaN(run(...args)), `${name} gave a NaN`);
            } catch (error) {
              assert.ok(error instanceof RangeError, `${error instanceof Error ? error.stack : String(error)}`);
            }
          }),
          { numRuns: 200 },
        );
      });
    }
  }
});

/** Whether something is a recipe in part, as `{}` and `{ units: 4 }` are: right, but long to prepare. */
function isPart(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(value).every((key) => key in flipFlopRecipeDefaults);
}

/** The arguments, with matrices of their own where a function changes them in place. */
function copies(args: readonly unknown[]): unknown[] {
  return args.map((arg) => (Matrix.isMatrix(arg) ? arg.clone() : arg));
}
