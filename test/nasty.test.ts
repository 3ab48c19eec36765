import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import * as claims from "rnn-claims";
import * as lib from "rnn-dynamics";

type Fn = (...values: unknown[]) => unknown;

/**
 * These act on files, threads or the page, or train for seconds, when they are called rightly; their own tests call them
 * wrongly.
 */
const left = new Set(["createPool", "closeBrowser", "network.retrain", "claims.record", "check"]);
/** These train for seconds when their recipe is left out or empty, which is no mistake. */
const trains = new Set(["training.film"]);
const isRecipe = (value: unknown): boolean =>
  value === undefined ||
  (Object.prototype.toString.call(value) === "[object Object]" && JSON.stringify(value) === "{}");
const functionsOf = (names: object, prefix = ""): [string, Fn][] =>
  Object.entries(names).flatMap(([name, value]): [string, Fn][] => {
    if (typeof value === "object" && prefix === "") return functionsOf(value, `${name}.`);
    const isTried = typeof value === "function" && !left.has(`${prefix}${name}`) && !/^class /.test(String(value));
    return isTried ? [[`${prefix}${name}`, value as Fn]] : [];
  });

const nasty = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, Number.NaN, -1, 0, 1.5, 1e9, Number.POSITIVE_INFINITY, "", "x", true),
  fc.constantFrom<unknown>({}, [], [Number.NaN], [null], [{}], new Float64Array(0), Float64Array.of(Number.NaN)),
  fc.constantFrom<unknown>(() => Number.NaN, new Matrix([[Number.NaN]]), { rows: 1, columns: 1 }),
);

describe("every public function", () => {
  const all = functionsOf({ ...lib, claims });

  it("is among those tried", () => assert.ok(all.length > 120, `${all.length} functions`));

  for (const [name, call] of all) {
    it(`${name} answers nasty arguments with a value, or with a refusal in words`, async () => {
      const size = Math.min(5, call.length + 2); // a parameter with a default is not in `length`
      await fc.assert(
        fc.asyncProperty(fc.array(nasty, { minLength: size, maxLength: size }), async (values) => {
          if (trains.has(name) && isRecipe(values[0])) return;
          try {
            await call(...values);
          } catch (error) {
            assert.match(String((error as Error).message), /^[\w.]+: /);
            assert.ok(error instanceof RangeError || (error as Error).constructor === Error, String(error));
          }
        }),
        { numRuns: 60 },
      );
    });
  }
});
